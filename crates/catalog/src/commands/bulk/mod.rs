//! Many records at once, as files bring them: each row makes a record or changes the one it names,
//! with the checks, the audit rows and the versions of single commands, in a handful of statements
//! however many rows there are.
//!
//! One row that breaks a rule is told and left out; the others are written. Nothing here begins or
//! ends a transaction: whoever brings the rows decides what belongs together.

mod contacts;
mod custom;
mod customers;
mod groups;
mod prices;
mod products;
mod variants;

pub use contacts::{ContactRow, SaveContacts};
pub use customers::{CustomerRow, SaveCustomers};
pub use prices::{PriceRow, SavePrices};
pub use products::{ProductRow, SaveProducts};
pub use variants::{ATTRIBUTE, AttributeCell, SaveVariants, VariantRow};

use std::collections::{HashMap, HashSet};

use access::Permit;
use kernel::{CustomerId, Refusal, RefusalCode, Uuid};

use crate::naming::{key, unknown_name};
use crate::records::CustomerFields;
use crate::store::{Held, Hold, Keyed};

/// Whether rows are written or only looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Nothing is written; the answer is what writing would give.
    Check,
    /// Rows without a fault are written.
    Write,
}

impl Intent {
    fn hold(self) -> Hold {
        if self == Self::Write { Hold::Yes } else { Hold::No }
    }
}

/// A row that was left out.
#[derive(Clone, Debug, PartialEq)]
pub struct RowRefusal {
    /// Its number, as whoever brought it counts.
    pub place: u64,
    /// Why.
    pub refusal: Refusal,
}

/// What came of some rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Saved {
    /// Rows that made a record.
    pub created: u64,
    /// Rows that changed one.
    pub updated: u64,
    /// Rows that say what is written already.
    pub unchanged: u64,
    /// Rows that were left out.
    pub refused: Vec<RowRefusal>,
}

impl Saved {
    /// Leaves a row out.
    pub fn refuse(&mut self, place: u64, refusal: Refusal) {
        self.refused.push(RowRefusal { place, refusal });
    }
}

/// Each record once: two rows that name one record by different keys would overwrite each other.
#[derive(Default)]
struct Once(HashSet<Uuid>);

impl Once {
    fn take(&mut self, id: Uuid, key: &str) -> Result<(), Refusal> {
        if self.0.insert(id) {
            return Ok(());
        }
        Err(Refusal::new(
            RefusalCode::Invalid,
            "An earlier row is about the same record.",
            "Об этой же записи говорит одна из предыдущих строк.",
        )
        .at([key]))
    }
}

fn taken(field: &str) -> Refusal {
    Refusal::new(
        RefusalCode::Taken,
        "Another record has this value already.",
        "Это значение уже есть у другой записи.",
    )
    .at([field])
}

/// Customers by their tax numbers, those within reach.
fn by_inn<A>(permit: &Permit<A>, taxed: Vec<Keyed>) -> HashMap<String, Vec<Held<CustomerFields>>> {
    let mut found: HashMap<String, Vec<Held<CustomerFields>>> = HashMap::new();
    for Keyed { asked, held } in taxed {
        if !permit.reaches(held.fields.manager_id, Some(CustomerId(held.id))) {
            continue;
        }
        let of_inn = found.entry(asked).or_default();
        // Both cards of a merging may have it.
        if of_inn.iter().all(|other| other.id != held.id) {
            of_inn.push(held);
        }
    }
    found
}
