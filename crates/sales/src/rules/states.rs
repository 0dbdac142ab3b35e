//! States of documents, as the database and the API write them.

macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident {
        $($(#[doc = $each:literal])+ $word:ident = $text:literal),* $(,)?
    })*) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[doc = $each])+ #[serde(rename = $text)] $word),* }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$word),*];

            /// As the database and the API write it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$word => $text),* }
            }

            /// Reads what the database holds.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$word),)* _ => None }
            }
        }

        impl From<$name> for sea_orm::Value {
            fn from(word: $name) -> Self {
                word.as_str().into()
            }
        }

        impl sea_orm::TryGetable for $name {
            fn try_get_by<I: sea_orm::ColIdx>(
                row: &sea_orm::QueryResult,
                index: I,
            ) -> Result<Self, sea_orm::TryGetError> {
                let text = <String as sea_orm::TryGetable>::try_get_by(row, index)?;
                let unknown = || {
                    sea_orm::DbErr::Type(format!("{text} is no {}", stringify!($name))).into()
                };
                Self::parse(&text).ok_or_else(unknown)
            }
        }
    )*};
}
pub(crate) use words;

words! {
    /// Where a sales order stands.
    OrderState {
        /// Written, not agreed: no number, holds nothing.
        Draft = "DRAFT",
        /// Somebody has to agree first: has a number, and holds its goods for a while.
        PendingApproval = "PENDING_APPROVAL",
        /// Agreed: has a number and holds goods.
        Confirmed = "CONFIRMED",
        /// A part of it has been shipped.
        InFulfilment = "IN_FULFILMENT",
        /// All of it has been shipped, or it was closed short.
        Completed = "COMPLETED",
        /// Nothing comes of it.
        Cancelled = "CANCELLED",
    }

    /// Where a shipment stands.
    ShipmentState {
        /// Written, nothing has moved.
        Draft = "DRAFT",
        /// Somebody has to agree first: nothing has moved.
        PendingApproval = "PENDING_APPROVAL",
        /// Goods are gone, revenue and debt are booked.
        Posted = "POSTED",
        /// Posted and undone by a later posting.
        Reversed = "REVERSED",
        /// Given up before it was posted.
        Cancelled = "CANCELLED",
    }
}
