//! Directions of rounding as the database writes them.

use sea_orm::sea_query::Nullable;
use sea_orm::{ColIdx, DbErr, QueryResult, TryGetError, TryGetable, Value};

use crate::RoundingDirection;

impl RoundingDirection {
    /// As the database and the API write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nearest => "NEAREST",
            Self::Up => "UP",
            Self::Down => "DOWN",
        }
    }

    /// Reads what the database holds.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Nearest, Self::Up, Self::Down].into_iter().find(|one| one.as_str() == text)
    }
}

impl From<RoundingDirection> for Value {
    fn from(direction: RoundingDirection) -> Self {
        direction.as_str().into()
    }
}

impl Nullable for RoundingDirection {
    fn null() -> Value {
        Value::String(None)
    }
}

impl TryGetable for RoundingDirection {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let text = String::try_get_by(row, index)?;
        let unknown = || DbErr::Type(format!("{text} is no direction of rounding")).into();
        Self::parse(&text).ok_or_else(unknown)
    }
}
