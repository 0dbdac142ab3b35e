//! Which expected supply those who wait may count on: their queue laid over what is expected, as
//! goods would be handed out if all came on its day. It is written down, so that a list can be
//! filtered by it and a promise made of it, and written anew whenever either side changes. It
//! promises nobody a particular piece: goods that come in go to whoever waits first.
//!
//! Other kinds of supply come in here: [`store::expected`] gives them all.

mod rules;
pub(crate) mod store;

use std::collections::BTreeSet;

use access::Permit;
use db::{Outcome, TenantTx};

use crate::demand::queue::Queue;
use crate::demand::store::{self as demands, Place};

pub use rules::{Cover, Expected};

/// Those who wait that are looked at for a product; who stands behind them counts on nothing.
const MOST_WAITING: i64 = 1_000;

/// Lays expected supply over the queues of goods anew. The caller has taken the queues.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn cover<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    queues: &BTreeSet<Queue>,
) -> Outcome<()> {
    if queues.is_empty() {
        return Ok(());
    }
    let queues: Vec<Queue> = queues.iter().copied().collect();
    let expected = store::expected(tx, permit, &queues).await?;
    let before = store::covers(tx, permit, &queues).await?;
    if expected.is_empty() && before.is_empty() {
        return Ok(());
    }
    let places: Vec<Place> = queues.iter().copied().map(Place::first).collect();
    let waiting = demands::waiting(tx, permit, &places, MOST_WAITING).await?;
    let after = rules::lay(&waiting, &expected);
    if before.iter().collect::<BTreeSet<_>>() == after.iter().collect::<BTreeSet<_>>() {
        return Ok(());
    }
    store::put(tx, permit, &before, &after).await
}
