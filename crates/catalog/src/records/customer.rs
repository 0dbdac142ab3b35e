//! The customer's card, with what became of it.

use access::Permit;
use db::FromQueryResult;
use kernel::{Currency, CustomerId, DateTime, UserId, Utc};

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
    /// Whose the card is.
    #[must_use]
    pub fn whose(&self) -> Whose {
        let heir = self.merged_into.map(|id| (id, self.heir_manager_id));
        Whose { id: self.id, manager_id: self.fields.manager_id, heir }
    }
}

/// Whose a customer's card is: who reaches the card that stands for it since they were merged
/// reaches it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose {
    /// The card.
    pub id: CustomerId,
    /// Its responsible manager.
    pub manager_id: Option<UserId>,
    /// The card that stands for it, and that one's manager.
    pub heir: Option<(CustomerId, Option<UserId>)>,
}

impl Whose {
    /// Whether a permit reaches the card: by itself, or by the one that stands for it.
    #[must_use]
    pub fn is_reached<A>(&self, permit: &Permit<A>) -> bool {
        permit.reaches(self.manager_id, Some(self.id))
            || self.heir.is_some_and(|(heir, manager)| permit.reaches(manager, Some(heir)))
    }
}

impl CustomerFields {
    /// A card of which nothing is said.
    pub(crate) fn blank(base: Currency) -> Self {
        Self {
            name: String::new(),
            legal_name: None,
            inn: None,
            kpp: None,
            vat_id: None,
            tags: Vec::new(),
            region_id: None,
            sales_channel_id: None,
            price_segment_id: None,
            department_id: None,
            team_id: None,
            manager_id: None,
            phone: None,
            email: None,
            address: None,
            credit_limit: None,
            credit_limit_currency: base,
            external_reference: None,
        }
    }
}
