//! Sources as the database and the API write them.

use sea_orm::sea_query::Nullable;
use sea_orm::{ColIdx, DbErr, QueryResult, TryGetError, TryGetable, Value};

use super::{DiscountSource, PriceSource};

macro_rules! written {
    ($($name:ident { $($word:ident = $text:literal),* $(,)? })*) => {$(
        impl $name {
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

        impl From<$name> for Value {
            fn from(word: $name) -> Self {
                word.as_str().into()
            }
        }

        impl Nullable for $name {
            fn null() -> Value {
                Value::String(None)
            }
        }

        impl TryGetable for $name {
            fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
                let text = String::try_get_by(row, index)?;
                let unknown = || DbErr::Type(format!("{text} is no {}", stringify!($name))).into();
                Self::parse(&text).ok_or_else(unknown)
            }
        }
    )*};
}

written! {
    PriceSource {
        AgreementPrice = "AGREEMENT_PRICE",
        AgreementList = "AGREEMENT_LIST",
        SegmentList = "SEGMENT_LIST",
        DefaultList = "DEFAULT_LIST",
    }
    DiscountSource {
        Agreement = "AGREEMENT",
        Rule = "RULE",
    }
}
