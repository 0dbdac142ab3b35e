//! What documents are made of: organizations and warehouses of the tenant, customers with their
//! agreements, products with their prices. Contexts above read it through small cards; people
//! change it through commands.
//!
//! Invariants: a customer has exactly one default agreement from the moment he exists; payment
//! steps of an agreement sum to 100 %; groups of products are a tree; nothing is removed, only
//! archived, since documents point at it.

mod cards;
mod checks;
mod commands;
mod constraints;
mod records;
mod rules;
mod store;

pub use cards::{
    OrderTerms, OrganizationCard, ProductCard, WarehouseCard, default_warehouse, document_terms,
    hold_organization, list_prices, lock_customer, order_terms, organization_card, product_cards,
    warehouse_cards,
};
pub use commands::*;
pub use records::*;
pub use rules::{
    Barcode, BarcodeKind, CreditPolicy, Entered, Measured, Moment, PackagingCard, PaymentStep,
    PeriodRefusal, check_period, measured, out_of_scale, pricing,
};
pub use store::{
    Archived, CustomerFilter, CustomerSort, Directory, DirectoryFilter, ListPrice, ProductBarcode,
    ProductFilter, ProductSort, agreements_by_customer, agreements_by_id, barcode,
    barcodes_by_product, contacts_by_customer, contacts_by_id, count_customers, count_directory,
    count_products, customers, customers_by_id, directory, directory_by_ids, groups_by_parent,
    originals_by_product, packagings_by_id, packagings_by_product, prices_by_product,
    product_by_sku, products, products_by_group, products_by_id, substitutes_by_product,
    take_packagings,
};

use access::{Action, Right};

macro_rules! reads {
    ($($(#[doc = $doc:literal])+ $name:ident: $right:ident;)*) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Action for $name {
            const RIGHT: Right = Right::$right;
        }
    )*};
}

reads! {
    /// Reads organizations, warehouses, regions.
    ReadDirectory: DirectoryRead;
    /// Reads customers and their contact persons.
    ReadCustomers: CustomerRead;
    /// Reads customers' credit limits and agreements.
    ReadTerms: TermsRead;
    /// Reads products and their groups.
    ReadProducts: ProductRead;
    /// Reads price lists and prices.
    ReadPrices: PriceRead;
}
