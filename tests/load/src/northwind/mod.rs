//! Northwind: a real company's history, read from a folder of CSVs (its README describes them)
//! and told to a running server through the public API alone.

mod check;
mod data;
mod history;
mod masters;

pub use check::{Expected, Sums, check};
pub use data::Data;
pub use history::{Plan, load_history};
pub use masters::{Masters, PASSWORD, load_masters};

use anyhow::Result;

use crate::client::Client;

/// The tenant everything goes to.
pub const TENANT: &str = "northwind";
/// The end of all e-mail addresses.
pub const DOMAIN: &str = "northwind.example";
/// Days from shipment to due date: every customer pays so.
pub const PAYMENT_DAYS: i64 = 30;

/// Who acts: each does what the role allows.
pub struct Actors {
    /// Makes users.
    pub admin: Client,
    /// Keeps catalogs, writes history.
    pub director: Client,
}

/// Tells how far a long piece of work is.
pub trait Progress: Sync {
    /// A stage with so many steps begins.
    fn begin(&self, stage: &str, steps: u64);
    /// One step is done.
    fn step(&self);
}

/// What a run has made; nothing where everything was there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Customers, products, groups, users, prices.
    pub records: u64,
    /// Receipts, orders, shipments, payments.
    pub documents: u64,
}

/// Loads everything that is not there yet.
///
/// # Errors
/// When the server refuses something or cannot be reached.
pub async fn load(actors: &Actors, data: &Data, progress: &dyn Progress) -> Result<Made> {
    let (masters, records) = load_masters(actors, data, progress).await?;
    let plan = Plan::of(data);
    let documents = load_history(&actors.director, data, &masters, &plan, progress).await?;
    Ok(Made { records, documents })
}
