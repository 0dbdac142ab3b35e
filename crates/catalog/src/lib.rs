//! What documents are made of: organizations and warehouses of the tenant, customers with their
//! agreements, products with their prices. Contexts above read it through small cards; people
//! change it through commands.
//!
//! Invariants: a customer has exactly one default agreement from the moment he exists until his
//! card is merged into another one; a merged card leads to a living one in one step; payment
//! steps of an agreement sum to 100 %; groups of products are a tree; nothing is removed, only
//! archived, since documents point at it.

mod cards;
mod checks;
mod commands;
mod constraints;
mod custom;
mod desk;
mod goods;
mod hand_over;
mod naming;
mod recipients;
mod records;
mod requisites;
mod routes;
mod rules;
mod store;
mod supply;
mod transit;

pub use cards::{
    OrderTerms, OrganizationCard, ProductCard, TaxedProduct, WarehouseCard, default_warehouse,
    document_terms, hold_organization, lock_customer, order_terms, organization_card,
    product_cards, taxed_products, warehouse_cards,
};
pub use commands::*;
pub use custom::{
    CustomValue, Customizable, NOTED_AS, ReadCustomValues, custom_conditions, custom_values,
    seen_custom_fields, seen_custom_keys,
};
pub use desk::{PricedLines, Pricing, price_lines, prices_by_product, prices_by_variant};
pub use goods::{Goods, check_variants, take_products};
pub use hand_over::{
    Handed, HandedFrom, HandedOver, count_handed, count_handed_customers, customers_of_managers,
    hand_over_customers, hand_over_documents, hold_handed_customers,
};
pub use naming::{
    Named, NamedKind, Names, PackagingNames, ProductNames, VariantNames, variant_attributes,
};
pub use recipients::{Recipient, delivery_address, recipients};
pub use records::*;
pub use requisites::{Requisites, customer_requisites, organization_requisites};
pub use routes::{RouteTerms, chosen_route};
pub use rules::{
    AgreementState, AskedCondition, AttributeChoice, AttributeKind, Barcode, BarcodeKind, Channel,
    ChannelKind, Choice, Choices, Condition, Consent, ContractState, CoverBy, CreditPolicy,
    Entered, FieldKind, Given, GivenValue, HeldValue, Likeness, Measured, Moment, PackagingCard,
    PackedPart, PaymentStep, PaymentSteps, PeriodRefusal, PriceChangePlan, PriceChangeState,
    PriceSource, ReserveOn, Target, Test, Validity, broken_down, check_period, check_vat_id,
    deferral_days, measured, out_of_scale, packed_text, pricing,
};
pub use store::{
    AgreementVersion, Archived, BY_MOMENT, BY_PRODUCT, CustomFieldFilter, CustomerDuplicate,
    CustomerFilter, CustomerSort, DatedPrice, Directory, DirectoryFilter, ExchangeRate, Known,
    ListPrice, Matched, NewPrice, Of, PlannedPrice, PriceBreak, PriceChange, PriceChangeCounts,
    PriceSettings, PricedPlan, PricesIn, ProductBarcode, ProductFilter, ProductPrices, ProductSort,
    RulesFor, Seen, UnitMeasure, VARIANT_ORDER, VariantFilter, VersionKey, VersionTerms,
    addresses_by_customer, addresses_by_id, agreement_versions, agreements_by_customer,
    agreements_by_id, attributes_by_group, attributes_by_id, attributes_by_product, barcode,
    barcodes_by_product, barcodes_by_variant, bins_by_warehouse, cards_merged_into,
    contacts_by_customer, contacts_by_id, contracts_by_customer, contracts_by_id,
    count_custom_fields, count_customers, count_directory, count_price_changes, count_products,
    count_variants, count_variants_by_product, currency_rates, custom_fields, custom_fields_by_id,
    customer_duplicates, customers, customers_by_id, dated_prices, directory, directory_by_ids,
    discount_rules_for, exchange_rates, found_customers, found_products, groups_by_parent, heir_of,
    hold_price_changes, items_by_product, items_by_supplier, known_of, lists_by_base,
    originals_by_product, packaging_cards, packagings_by_id, packagings_by_product,
    packagings_in_use, planned_prices, price_change_counts, price_change_products, price_changes,
    price_changes_by_id, price_settings, product_by_sku, products, products_by_group,
    products_by_id, push_conditions, push_customer, rates_on, substitutes_by_product,
    supplier_prices, take_packagings, unit_measures, values_by_variant, variant_by_sku, variants,
    variants_by_id, variants_by_product, vat_rates, versions_by_agreement,
};
pub use supply::{SupplierCard, SupplierOffer, supplier_cards, supplier_offers};
pub use transit::{Place, bins_of, places, transit_to};

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
    /// Reads organizations, warehouses, regions, channels, currencies, tax categories.
    ReadDirectory: DirectoryRead;
    /// Reads suppliers and their items.
    ReadSuppliers: SupplierRead;
    /// Reads what suppliers ask.
    ReadSupplierPrices: CostRead;
    /// Reads customers: name, region, addresses.
    ReadCustomers: CustomerRead;
    /// Reads customers' tax numbers, telephones, e-mails, tags and contact persons.
    ReadContacts: CustomerContact;
    /// Reads customers' credit limits, agreements and contracts.
    ReadTerms: TermsRead;
    /// Reads products and their groups.
    ReadProducts: ProductRead;
    /// Reads price lists and prices.
    ReadPrices: PriceRead;
}
