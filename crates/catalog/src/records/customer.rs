//! The customer's card, with what became of it.

use access::Permit;
use db::FromQueryResult;
use kernel::{CustomerId, DateTime, UserId, Utc};

use super::{CustomerFields, Record};

/// A company that buys.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// The card that stands for it since the two were merged; never itself a merged one.
    pub merged_into: Option<CustomerId>,
    /// When they were merged.
    pub merged_at: Option<DateTime<Utc>>,
    /// The responsible manager of the card that stands for it.
    pub heir_manager_id: Option<UserId>,
    /// What people write.
    #[sea_orm(nested)]
    pub fields: CustomerFields,
    /// What the program notes.
    #[sea_orm(nested)]
    pub record: Record,
}

impl Customer {
    /// Whether a permit reaches the card: by itself, or by the one that stands for it.
    #[must_use]
    pub fn is_reached<A>(&self, permit: &Permit<A>) -> bool {
        permit.reaches(self.fields.manager_id, Some(self.id))
            || self.merged_into.is_some() && permit.reaches(self.heir_manager_id, self.merged_into)
    }
}
