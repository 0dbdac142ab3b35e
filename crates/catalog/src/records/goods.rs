//! What belongs to a product.

use db::{FromQueryResult, Value};
use kernel::{Decimal, PackagingId, ProductId};
use serde::Serialize;

use super::{Fields, Record};

/// What goods are packed in, and how many base units that is.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct Packaging {
    /// Its id.
    pub id: PackagingId,
    /// What it packs.
    pub product_id: ProductId,
    /// A document has named it: its factor stays.
    pub in_use: bool,
    /// What people write.
    #[sea_orm(nested)]
    pub fields: PackagingFields,
    /// What the program notes.
    #[sea_orm(nested)]
    pub record: Record,
}

fields! {
    /// A packaging's own fields.
    PackagingFields, PackagingChanges {
        /// Name, unique with the product: what lines call the unit.
        name: String,
        /// One holds numerator / denominator base units.
        numerator: i64,
        /// One holds numerator / denominator base units.
        denominator: i64,
        /// Gross weight of one, kilograms.
        weight_kg: Option<Decimal>,
        /// Volume of one, cubic metres.
        volume_m3: Option<Decimal>,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}
