//! What the clients were answered: the only thing they may rely on, and so what is compared with
//! the server in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rust_decimal::Decimal;
use serde_json::Value;

use super::Outcome;

/// How long requests of one kind took.
#[derive(Clone, Debug, Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// How many there were.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time within which so many of a hundred were answered.
    #[must_use]
    pub fn percentile(&self, hundredths: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        let at = (sorted.len() * hundredths / 100).min(sorted.len().saturating_sub(1));
        sorted.get(at).copied().unwrap_or_default()
    }
}

/// A mutation that was answered with success.
#[derive(Clone, Debug)]
pub(super) struct Done {
    pub(super) name: &'static str,
    pub(super) input: Value,
    pub(super) selection: &'static str,
    pub(super) answer: Value,
}

/// Lists of documents that the clients make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Orders,
    Receipts,
    Shipments,
    SupplierReturns,
    Transfers,
    SalesReturns,
}

impl Kind {
    pub(super) const ALL: [Self; 6] = [
        Self::Orders,
        Self::Receipts,
        Self::Shipments,
        Self::SupplierReturns,
        Self::Transfers,
        Self::SalesReturns,
    ];

    /// The list in the API.
    pub(super) fn list(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Receipts => "goodsReceipts",
            Self::Shipments => "shipments",
            Self::SupplierReturns => "supplierReturns",
            Self::Transfers => "stockTransfers",
            Self::SalesReturns => "salesReturns",
        }
    }
}

/// More are one cause and no help.
const MOST_FAULTS: usize = 20;

/// Shared by all clients.
pub(super) struct Ledger {
    is_over: AtomicBool,
    has_faults: bool,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    answered: BTreeMap<&'static str, Latencies>,
    refused: BTreeMap<(&'static str, String), u64>,
    sent_again: u64,
    faults: Vec<String>,
    done: Vec<Done>,
    made: BTreeMap<Kind, BTreeSet<String>>,
    moved: BTreeMap<String, Decimal>,
}

impl Ledger {
    /// For a run in which the server may be gone for a while, or in which it may not.
    pub(super) fn new(has_faults: bool) -> Self {
        Self { is_over: AtomicBool::new(false), has_faults, kept: Mutex::default() }
    }

    /// Whether a request without an answer is sent again.
    pub(super) fn is_patient(&self) -> bool {
        self.has_faults
    }

    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn answered(&self, name: &'static str, after: Duration) {
        self.kept().answered.entry(name).or_default().0.push(after);
    }

    pub(super) fn refused(&self, name: &'static str, code: &str) {
        *self.kept().refused.entry((name, code.to_owned())).or_default() += 1;
    }

    pub(super) fn sent_again(&self) {
        self.kept().sent_again += 1;
    }

    /// Something that must not be.
    pub(super) fn fault(&self, sentence: String) {
        let mut kept = self.kept();
        if kept.faults.len() < MOST_FAULTS {
            kept.faults.push(sentence);
        }
    }

    pub(super) fn faults(&self) -> Vec<String> {
        self.kept().faults.clone()
    }

    pub(super) fn done(&self, done: Done) {
        self.kept().done.push(done);
    }

    pub(super) fn all_done(&self) -> Vec<Done> {
        self.kept().done.clone()
    }

    pub(super) fn made(&self, kind: Kind, id: &str) {
        self.kept().made.entry(kind).or_default().insert(id.to_owned());
    }

    pub(super) fn all_made(&self, kind: Kind) -> BTreeSet<String> {
        self.kept().made.get(&kind).cloned().unwrap_or_default()
    }

    /// Pieces of a product that came in, or went out where there are fewer than none.
    pub(super) fn moved(&self, product: &str, pieces: Decimal) {
        *self.kept().moved.entry(product.to_owned()).or_default() += pieces;
    }

    pub(super) fn all_moved(&self, product: &str) -> Decimal {
        self.kept().moved.get(product).copied().unwrap_or_default()
    }

    /// What came of it all.
    pub(super) fn outcome(&self, repeated: usize, lasted: Duration) -> Outcome {
        let Kept { answered, refused, sent_again, .. } = &*self.kept();
        Outcome {
            answered: answered.clone(),
            refused: refused.clone(),
            sent_again: *sent_again,
            repeated,
            lasted,
        }
    }
}
