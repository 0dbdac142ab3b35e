//! All SQL of stock. Every statement serves any number of rows.

pub(crate) mod balances;
pub(crate) mod movements;
pub(crate) mod opening;
pub(crate) mod places;
pub(crate) mod quarantine;
pub(crate) mod receipts;
pub(crate) mod reservations;
mod variants;

pub(crate) use variants::variant_skus;

use kernel::Uuid;

/// Ids as PostgreSQL takes them in an array.
pub(crate) fn uuids<I: Into<Uuid>>(ids: impl IntoIterator<Item = I>) -> Vec<Uuid> {
    ids.into_iter().map(Into::into).collect()
}
