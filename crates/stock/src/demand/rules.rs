//! What a shortage is, and who is served first.

use std::collections::HashMap;

use kernel::{Decimal, NaiveDate};

use super::store::Waiting;
use crate::rules::{BalanceKey, Shelf, Want};

/// Where a demand stands, by what it misses and what is on its way for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemandState {
    /// Nothing is on its way for it.
    Open,
    /// A part is on its way.
    PartlyCovered,
    /// All that it misses is on its way.
    Covered,
    /// It misses nothing any more: goods are held for its line, or were shipped.
    Reserved,
    /// Its order wants nothing any more.
    Cancelled,
}

impl DemandState {
    /// The state as the table and the API write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::PartlyCovered => "PARTLY_COVERED",
            Self::Covered => "COVERED",
            Self::Reserved => "RESERVED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Reads a state as the table writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::PartlyCovered, Self::Covered, Self::Reserved, Self::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// The day on which goods for somebody who waits are to be good yet, by the lots' last day of
/// sale: the day they leave, and as many days more as his terms ask beyond what the product asks.
#[must_use]
fn day_it_leaves(waiting: &Waiting, today: NaiveDate, product_days: i32) -> NaiveDate {
    let more = (waiting.least_life_days - product_days).max(0);
    let days = chrono::Days::new(u64::try_from(more).unwrap_or_default());
    waiting.needed_by.max(today).checked_add_days(days).unwrap_or(NaiveDate::MAX)
}

/// What somebody who waits gets.
#[derive(Clone, Debug)]
pub(crate) struct Served {
    /// Who.
    pub(crate) waiting: Waiting,
    /// Out of which balances, base units.
    pub(crate) parts: Vec<(BalanceKey, Decimal)>,
}

/// Those who wait, of a page in their turn.
pub(crate) struct Page<'a> {
    /// Whoever needs goods first comes first; then the older order.
    pub(crate) waiting: Vec<Waiting>,
    /// The product's own days of life, for products whose lots expire.
    pub(crate) product_days: &'a HashMap<kernel::ProductId, i32>,
    /// Today.
    pub(crate) today: NaiveDate,
}

impl Page<'_> {
    /// Gives what is free on the shelf to those who wait, one after the other: nobody gets more
    /// than he misses, nor from another warehouse than he chose, nor lots that do not last for
    /// him. Who gets nothing is absent.
    pub(crate) fn serve(self, shelf: &mut Shelf) -> Vec<Served> {
        let mut served = Vec::new();
        for waiting in self.waiting {
            let days = self.product_days.get(&waiting.product_id).copied().unwrap_or_default();
            let day = day_it_leaves(&waiting, self.today, days);
            let want = Want {
                organization_id: waiting.organization_id,
                product_id: waiting.product_id,
                variant_id: waiting.variant_id,
                quantity: waiting.quantity,
                warehouse_id: waiting.warehouse_id,
            };
            let parts = shelf.hold(&want, day).parts;
            if !parts.is_empty() {
                served.push(Served { waiting, parts });
            }
        }
        served
    }
}

/// What is free on the shelf of an organization's product, base units.
pub(crate) fn left_to_serve<'a>(
    shelf: &Shelf,
    keys: impl Iterator<Item = &'a BalanceKey>,
    queue: super::queue::Queue,
) -> Decimal {
    let own = keys.filter(|key| (key.organization_id, key.product_id) == queue);
    own.filter_map(|key| shelf.get(key)).map(crate::rules::Balance::free).sum()
}

#[cfg(test)]
pub(crate) mod tests;
