//! What documents are made of: organizations, warehouses, regions, customers with their terms,
//! products with their prices.
//!
//! An edge to a context of a higher rank (`customer { orders }`) is one line at the end of the
//! object's resolvers, calling that context's folder.

mod agreement_version;
mod attribute;
mod bins;
mod contact_channels;
mod contacts;
mod contract;
mod contract_writing;
mod currencies;
mod customer;
mod customer_list;
mod customer_writing;
mod dated_prices;
mod delivery_address;
mod directories;
mod directory_writing;
mod discount_rule;
mod duplicates;
mod explanation;
mod group;
mod list;
mod merging;
mod noted;
mod packaging;
mod packaging_writing;
mod price_change;
mod price_change_writing;
mod price_list;
mod price_preview;
mod product;
mod product_card;
mod product_card_writing;
mod product_list;
mod product_writing;
mod proposal_writing;
mod routes;
mod segments;
mod supplier_item_writing;
mod supplier_items;
mod suppliers;
mod terms;
mod terms_writing;
mod variant;
mod variant_list;
mod variant_writing;
mod vat;

pub use agreement_version::AgreementVersion;
pub use attribute::ProductAttribute;
pub use bins::Bin;
pub use contacts::ContactPerson;
pub use contract::Contract;
pub use currencies::Currency;
pub use customer::Customer;
pub(crate) use customer_list::seen_by;
pub use delivery_address::DeliveryAddress;
pub use directories::{Organization, Region, Warehouse};
pub use discount_rule::DiscountRule;
pub use explanation::{DiscountSource, PriceExplanation, PriceSource};
pub use group::ProductGroup;
pub use list::ArchivedFilter;
pub use noted::Noted;
pub use packaging::ProductPackaging;
pub use price_change::PriceChange;
pub use price_list::PriceList;
pub use product::Product;
pub(crate) use product_card::{ProductBarcode, alternatives, barcodes_to_scan};
pub use routes::{CoverBy, ReserveOn, SalesRoute};
pub use segments::{PriceSegment, SalesChannel};
pub use supplier_items::SupplierItem;
pub use suppliers::Supplier;
pub use terms::Agreement;
pub use variant::ProductVariant;
pub use vat::VatCategory;

use async_graphql::{Context, MergedObject};
use db::Command;
use kernel::{Percent, Refusal};

use crate::errors::Failure;
use crate::idempotency::{MutationResult, mutate};
use crate::scalars::Decimal;
use crate::session::Session;
use crate::user_error::UserError;

/// Queries of this context.
#[derive(MergedObject, Default)]
pub struct CatalogQuery(
    directories::DirectoryQuery,
    ReferenceQuery,
    customer_list::CustomerQuery,
    duplicates::DuplicateQuery,
    product_list::ProductQuery,
    product_card::BarcodeQuery,
    variant_list::VariantQuery,
    price_list::PriceListQuery,
    price_change_writing::PriceChangeQuery,
    discount_rule::DiscountQuery,
);

/// Mutations of this context.
#[derive(MergedObject, Default)]
pub struct CatalogMutation(
    directory_writing::DirectoryMutation,
    ReferenceMutation,
    customer_writing::CustomerMutation,
    merging::MergingMutation,
    contacts::ContactMutation,
    delivery_address::DeliveryAddressMutation,
    contract_writing::ContractMutation,
    AgreementMutation,
    product_writing::ProductMutation,
    packaging_writing::PackagingMutation,
    product_card_writing::ProductCardMutation,
    variant_writing::VariantMutation,
    group::GroupMutation,
    price_list::PriceListMutation,
    price_change_writing::PriceChangeMutation,
    discount_rule::DiscountMutation,
);

/// Queries of the short lists that customers, goods and prices refer to.
#[derive(MergedObject, Default)]
pub struct ReferenceQuery(
    segments::SegmentQuery,
    routes::RouteQuery,
    currencies::CurrencyQuery,
    vat::VatQuery,
    bins::BinQuery,
    suppliers::SupplierQuery,
    supplier_items::SupplierItemQuery,
);

/// Mutations of the short lists that customers, goods and prices refer to.
#[derive(MergedObject, Default)]
pub struct ReferenceMutation(
    segments::SegmentMutation,
    routes::RouteMutation,
    currencies::CurrencyMutation,
    vat::VatMutation,
    bins::BinMutation,
    suppliers::SupplierMutation,
    supplier_item_writing::SupplierItemMutation,
);

/// Mutations of agreements.
#[derive(MergedObject, Default)]
pub struct AgreementMutation(terms_writing::TermsMutation, proposal_writing::ProposalMutation);

/// Makes payloads: the record, and why not. `Name (complex)` has more fields elsewhere.
macro_rules! payloads {
    ($($(#[doc = $doc:literal])+ $name:ident $(($complex:ident))? { $(#[doc = $each:literal])+ $field:ident: $kind:ty })*) => {$(
        $(#[doc = $doc])+
        #[derive(SimpleObject)]
        $(#[graphql($complex)])?
        pub struct $name {
            $(#[doc = $each])+
            $field: Option<$kind>,
            /// Why nothing was written; empty where it was.
            user_errors: Vec<UserError>,
        }
    )*};
}
pub(crate) use payloads;

/// Runs a command made of an input that may itself be refused. The right is asked for first:
/// who lacks it learns nothing of the input.
pub(crate) async fn tried<C: Command>(
    ctx: &Context<'_>,
    command: Result<C, Refusal>,
    key: Option<String>,
) -> Result<MutationResult<C::Output>, Failure> {
    match command {
        Ok(command) => mutate(ctx, command, key).await,
        Err(refusal) => {
            let session = Session::of(ctx)?;
            session.permit::<C>()?;
            let user_errors = vec![UserError::of(&refusal, session.language())];
            Ok(MutationResult { output: None, user_errors, repeated: false })
        }
    }
}

/// A percentage of an input field.
fn percent<const N: usize>(field: [&str; N], value: Decimal) -> Result<Percent, Refusal> {
    Percent::new(value.0).map_err(|error| ::catalog::out_of_scale(error).at(field))
}
