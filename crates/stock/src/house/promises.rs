//! What becomes of goods held for orders when they are gone. Orders belong to a context above this
//! one and alone know what else would do; it hands its knowledge in as [`Promises`].

use std::collections::{BTreeMap, BTreeSet};

use access::{Action, Permit};
use db::{Fault, Outcome, TenantTx};
use kernel::{Decimal, NaiveDate, OrderId, OrderLineId, ProductId};
use serde::{Deserialize, Serialize};

use crate::demand::queue::Queue;
use crate::pegging;
use crate::rules::{BalanceKey, Bound, Held};
use crate::store::reservations::{self, NewHold};

/// Goods that were held for an order's line and are not any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The order.
    pub order_id: OrderId,
    /// The line.
    pub order_line_id: OrderLineId,
    /// What.
    pub product_id: ProductId,
    /// Base units, above zero.
    pub quantity: Decimal,
}

/// What became of goods that were held for an order's line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The order.
    pub order_id: OrderId,
    /// The line.
    pub order_line_id: OrderLineId,
    /// Base units that are not held any more.
    pub lost: Decimal,
    /// Base units that are held elsewhere instead; the rest is short.
    pub again: Decimal,
}

/// What stands behind reservations.
pub trait Promises: Send + Sync + 'static {
    /// Locks orders before any balance is locked, so that none ends while its goods go.
    fn lock<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        orders: &[OrderId],
    ) -> impl Future<Output = Outcome<()>> + Send;

    /// Holds other goods for these lines, as far as they are there; the rest becomes demand, unless
    /// the order waits for money first.
    fn keep<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        lost: &[Lost],
    ) -> impl Future<Output = Outcome<Vec<Kept>>> + Send;
}

/// Locks the orders that hold something of balances, and then takes the queues of these goods,
/// before balances are locked: orders that lose goods wait for others from then on.
pub(crate) async fn guard<P: Promises, A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    keys: impl Iterator<Item = &BalanceKey> + Clone,
    goods: impl IntoIterator<Item = Queue>,
) -> Outcome<Guarded> {
    let held = reservations::of_balances(tx, permit, keys).await?;
    let orders: BTreeSet<OrderId> = held.iter().map(|one| one.order_id).collect();
    if !orders.is_empty() {
        let orders: Vec<OrderId> = orders.iter().copied().collect();
        P::lock(tx, permit, &orders).await?;
    }
    pegging::queue(tx, permit, goods).await?;
    Ok(Guarded { orders })
}

/// Orders under their locks.
#[derive(Default)]
pub(crate) struct Guarded {
    orders: BTreeSet<OrderId>,
}

impl Guarded {
    /// Checks that none that loses goods has come to hold them since; else the command runs
    /// again.
    fn check(&self, lost: &[Lost]) -> Result<(), Fault> {
        if lost.iter().all(|one| self.orders.contains(&one.order_id)) {
            return Ok(());
        }
        Err(Fault::Changed("who holds a lot"))
    }
}

/// Writes what has become of reservations.
pub(crate) async fn write_bound<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    bound: &Bound,
    on: NaiveDate,
) -> Outcome<()> {
    reservations::less(tx, permit, &bound.gone, on).await?;
    let hold = |(held, key, quantity): &(Held, _, Decimal)| NewHold {
        order_id: held.order_id,
        order_line_id: held.order_line_id,
        key: *key,
        quantity: *quantity,
        in_picking: Decimal::ZERO,
    };
    let mut holds: BTreeMap<_, NewHold> = BTreeMap::new();
    for one in bound.moved.iter().map(hold) {
        let empty = NewHold { quantity: Decimal::ZERO, ..one };
        holds.entry((one.order_line_id, one.key)).or_insert(empty).quantity += one.quantity;
    }
    let holds: Vec<NewHold> = holds.into_values().collect();
    Ok(reservations::hold(tx, permit, &holds, on).await?)
}

/// Holds other goods for what is held no more.
pub(crate) async fn keep<P: Promises, A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    guarded: &Guarded,
    bound: &Bound,
) -> Outcome<Vec<Kept>> {
    let mut lost: BTreeMap<(OrderId, OrderLineId), Lost> = BTreeMap::new();
    let add = |lost: &mut BTreeMap<_, Lost>, held: &Held, quantity: Decimal| {
        let (order_id, order_line_id, product_id) =
            (held.order_id, held.order_line_id, held.product_id);
        let none = Lost { order_id, order_line_id, product_id, quantity: Decimal::ZERO };
        lost.entry((order_id, order_line_id)).or_insert(none).quantity += quantity;
    };
    bound.gone.iter().for_each(|one| add(&mut lost, &one.held, one.quantity));
    bound.moved.iter().for_each(|(held, _, quantity)| add(&mut lost, held, -*quantity));
    let lost: Vec<Lost> = lost.into_values().filter(|one| !one.quantity.is_zero()).collect();
    if lost.is_empty() {
        return Ok(Vec::new());
    }
    guarded.check(&lost)?;
    P::keep(tx, permit, &lost).await
}
