//! What can go wrong: a rule says no, the caller lacks a right, the record is not there for him,
//! or the machinery fails.

use access::Forbidden;
use kernel::Refusal;
use sea_orm::{DbErr, RuntimeErr};

/// The machinery failed. Its text is for logs; clients see a trace id.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// PostgreSQL or the way to it.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A row did not have the shape that was asked for, or sea-orm failed otherwise.
    #[error("database: {0}")]
    Orm(DbErr),
    /// No connection became free in time.
    #[error("the database is busy")]
    Busy,
    /// What was read before a lock was had has changed meanwhile.
    #[error("changed meanwhile: {0}")]
    Changed(&'static str),
    /// Something that the program promises itself does not hold.
    #[error("broken promise: {0}")]
    Broken(String),
}

impl From<DbErr> for Fault {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::Query(RuntimeErr::SqlxError(inner))
            | DbErr::Exec(RuntimeErr::SqlxError(inner))
            | DbErr::Conn(RuntimeErr::SqlxError(inner)) => {
                match std::sync::Arc::try_unwrap(inner) {
                    Ok(inner) => Self::Database(inner),
                    Err(shared) => Self::Orm(DbErr::Query(RuntimeErr::SqlxError(shared))),
                }
            }
            other => Self::Orm(other),
        }
    }
}

impl Fault {
    /// A promise that does not hold, named.
    pub fn broken(what: impl Into<String>) -> Self {
        Self::Broken(what.into())
    }

    fn sqlstate(&self) -> Option<String> {
        let Self::Database(sqlx::Error::Database(error)) = self else { return None };
        error.code().map(|code| code.into_owned())
    }

    /// The named constraint that refused a row.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        let Self::Database(sqlx::Error::Database(error)) = self else { return None };
        error.constraint()
    }

    /// Whether the same transaction may succeed when it runs again: serialization failure,
    /// deadlock, or a read that another transaction has overtaken.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Changed(_))
            || matches!(self.sqlstate().as_deref(), Some("40001" | "40P01"))
    }

    /// Whether the caller should come again later: too busy, out of time, or shutting down.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Busy | Self::Changed(_) => true,
            Self::Database(sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed) => true,
            Self::Database(sqlx::Error::Io(_)) => true,
            _ => matches!(
                self.sqlstate().as_deref(),
                Some("55P03" | "57014" | "57P01" | "57P02" | "57P03" | "53300")
            ),
        }
    }
}

/// Why a command did not do its work. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A business rule said no.
    #[error("refused: {}", .0.text.en)]
    Refused(Box<Refusal>),
    /// The caller lacks a right.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The record does not exist, or not for the caller: the two cannot be told apart.
    #[error("not found")]
    NotFound,
    /// The idempotency key was used with other input.
    #[error("the idempotency key was used with other input")]
    IdempotencyMismatch,
    /// The machinery failed.
    #[error(transparent)]
    Fault(Fault),
}

/// What commands and reads answer with.
pub type Outcome<T> = Result<T, CommandError>;

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl<E: Into<Fault>> From<E> for CommandError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// Turns the violation of a named constraint into a refusal, where the rule stands beside it.
///
/// # Errors
/// The refusal for that constraint, or the fault unchanged.
pub fn on_constraint<T>(
    result: Result<T, Fault>,
    constraint: &str,
    refusal: impl FnOnce() -> Refusal,
) -> Outcome<T> {
    result.map_err(|fault| {
        if fault.constraint() == Some(constraint) { refusal().into() } else { fault.into() }
    })
}
