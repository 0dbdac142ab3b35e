//! Kinds and states, as the database and the API write them.

macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident {
        $($(#[doc = $each:literal])+ $word:ident = $text:literal),* $(,)?
    })*) => {$(
        $(#[doc = $doc])+
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize,
            serde::Deserialize,
        )]
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

words! {
    /// What is special about a document.
    ApprovalKind {
        /// A typed price or discount is above its author's limit.
        DiscountOverLimit = "DISCOUNT_OVER_LIMIT",
        /// A net price is below the product's minimum.
        PriceBelowMinimum = "PRICE_BELOW_MINIMUM",
        /// A margin is below its minimum, or nobody knows the cost.
        MarginBelowMinimum = "MARGIN_BELOW_MINIMUM",
        /// The customer's credit limit would be exceeded.
        CreditLimitExceeded = "CREDIT_LIMIT_EXCEEDED",
        /// Goods would leave for a customer with overdue debt.
        ShipmentWithOverdueDebt = "SHIPMENT_WITH_OVERDUE_DEBT",
        /// Goods would leave before what is due before shipping is paid.
        ShipmentBeforePayment = "SHIPMENT_BEFORE_PAYMENT",
        /// A long deferral of payment, or a sales route chosen for this order alone.
        SpecialTerms = "SPECIAL_TERMS",
    }

    /// Where a request stands.
    ApprovalState {
        /// Somebody has to decide.
        Pending = "PENDING",
        /// Everybody who was asked agreed.
        Approved = "APPROVED",
        /// Somebody who was asked said no.
        Rejected = "REJECTED",
        /// Whoever asked took it back.
        Withdrawn = "WITHDRAWN",
        /// The document or the circumstances are not any more what was decided about.
        Outdated = "OUTDATED",
    }

    /// Where a step of a request stands.
    StepState {
        /// The step before it is not done.
        Waiting = "WAITING",
        /// Its approvers may decide.
        Open = "OPEN",
        /// As many agreed as were needed.
        Done = "DONE",
        /// Nobody is asked any more: the request is over.
        Closed = "CLOSED",
    }

    /// What somebody says to a request.
    Verdict {
        /// Yes.
        Approve = "APPROVE",
        /// No, and why.
        Reject = "REJECT",
    }
}
