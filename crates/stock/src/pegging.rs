//! Goods that come in go to whoever waited for them: those who need them first, then the older
//! order (domain, section 4). So do goods that an order lets go: who waits must not wait for the
//! next receipt while they lie free.
//!
//! Callers bring goods in and peg in the same transaction. Those whose goods come back into
//! balances that exist already take the queues ([`queue`]) before they lock balances; what makes
//! lots of its own may leave that to [`peg`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use access::Permit;
use db::{AuditEntry, EventDraft, Outcome, TenantTx};
use kernel::{CustomerId, Decimal, DemandId, OrderId, OrderLineId, ProductId, UserId};
use serde_json::json;

use crate::coverage::cover;
use crate::demand::queue::Queue;
use crate::demand::store::{self, Place};
use crate::demand::{Page, Served, left_to_serve, queue as queues};
use crate::holding::shelf;
use crate::rules::{Balance, BalanceKey, Shelf};
use crate::store::{balances, reservations};

/// Those who wait that are read at once for a product.
const PAGE: i64 = 200;

/// Goods that came in and are held for an order now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pegged {
    /// The order that waited.
    pub(crate) order_id: OrderId,
    /// Its line.
    pub(crate) order_line_id: OrderLineId,
    /// What the line missed.
    pub(crate) demand_id: DemandId,
    /// Where the goods lie.
    pub(crate) key: BalanceKey,
    /// Base units.
    pub(crate) quantity: Decimal,
}

/// Takes the queues of goods until the transaction ends: before balances are locked.
pub(crate) async fn queue<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    goods: impl IntoIterator<Item = Queue>,
) -> Outcome<()> {
    Ok(queues::take(tx, permit, &goods.into_iter().collect()).await?)
}

/// The queue of a balance's goods.
pub(crate) fn queue_of(key: &BalanceKey) -> Queue {
    (key.organization_id, key.product_id)
}

/// Holds what is free in these balances for those who wait. Their orders' subscribers hear of it.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn peg<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    keys: &[BalanceKey],
) -> Outcome<Vec<Pegged>> {
    peg_to_others(tx, permit, keys, &[]).await
}

/// As [`peg`], past these lines: they have just let the goods go.
pub(crate) async fn peg_to_others<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    keys: &[BalanceKey],
    past: &[OrderLineId],
) -> Outcome<Vec<Pegged>> {
    let keys: BTreeSet<BalanceKey> = keys.iter().copied().collect();
    let wanted: BTreeSet<Queue> = keys.iter().map(queue_of).collect();
    queues::take(tx, permit, &wanted).await?;
    let mut places: Vec<Place> = wanted.iter().copied().map(Place::first).collect();
    let mut page = store::waiting(tx, permit, &places, PAGE).await?;
    if page.is_empty() {
        return Ok(Vec::new());
    }
    let locked = balances::lock(tx, permit, &keys).await?;
    let product_days = product_days(tx, permit, &page, &locked).await?;
    let (mut shelf, _) = shelf(tx, permit, locked, &[]).await?;
    let mut served: Vec<Served> = Vec::new();
    loop {
        let mut read: HashMap<Queue, (i64, Place)> = HashMap::new();
        for waiting in &page {
            let place = Place::of(waiting);
            read.entry(place.queue).and_modify(|r| *r = (r.0 + 1, place)).or_insert((1, place));
        }
        page.retain(|waiting| !past.contains(&waiting.order_line_id));
        let turn = Page { waiting: page, product_days: &product_days, today: tx.today() };
        served.extend(turn.serve(&mut shelf));
        let goes_on = |(queue, (rows, _)): &(&Queue, &(i64, Place))| {
            *rows == PAGE && left_to_serve(&shelf, keys.iter(), **queue) > Decimal::ZERO
        };
        places = read.iter().filter(goes_on).map(|(_, (_, place))| *place).collect();
        if places.is_empty() {
            break;
        }
        page = store::waiting(tx, permit, &places, PAGE).await?;
    }
    let pegged = write(tx, permit, &shelf, &served).await?;
    if !pegged.is_empty() {
        cover(tx, permit, &wanted).await?;
    }
    Ok(pegged)
}

/// Only who asks for life beyond his product's own needs to know how much that is.
async fn product_days<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    page: &[store::Waiting],
    locked: &[Balance],
) -> Outcome<HashMap<ProductId, i32>> {
    let expires = locked.iter().any(|balance| balance.expires_on.is_some());
    if !expires || page.iter().all(|waiting| waiting.least_life_days == 0) {
        return Ok(HashMap::new());
    }
    let products: BTreeSet<ProductId> = locked.iter().map(|balance| balance.product_id).collect();
    let products: Vec<ProductId> = products.into_iter().collect();
    Ok(store::product_days(tx, permit, &products).await?)
}

async fn write<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shelf: &Shelf,
    served: &[Served],
) -> Outcome<Vec<Pegged>> {
    let mut pegged = Vec::new();
    let mut left = Vec::with_capacity(served.len());
    for Served { waiting, parts } in served {
        let mut rest = waiting.quantity;
        for (key, quantity) in parts {
            rest -= *quantity;
            pegged.push(Pegged {
                order_id: waiting.order_id,
                order_line_id: waiting.order_line_id,
                demand_id: waiting.id,
                key: *key,
                quantity: *quantity,
            });
        }
        left.push((waiting.id, rest));
    }
    let hold = |one: &Pegged| reservations::NewHold {
        order_id: one.order_id,
        order_line_id: one.order_line_id,
        key: one.key,
        quantity: one.quantity,
        in_picking: Decimal::ZERO,
    };
    let holds: Vec<_> = pegged.iter().map(hold).collect();
    balances::change(tx, permit, &shelf.changes()).await?;
    reservations::hold(tx, permit, &holds, tx.today()).await?;
    store::set_quantities(tx, permit, &left).await?;
    tell(tx, served, &left);
    Ok(pegged)
}

/// Notes it on each order and tells its subscribers.
fn tell(tx: &TenantTx, served: &[Served], left: &[(DemandId, Decimal)]) {
    type Waits = (Option<UserId>, CustomerId);
    let mut orders: BTreeMap<OrderId, (Waits, Vec<serde_json::Value>)> = BTreeMap::new();
    for (Served { waiting, parts }, (_, short)) in served.iter().zip(left) {
        let held: Decimal = parts.iter().map(|part| part.1).sum();
        let who = (waiting.manager_id, waiting.customer_id);
        let noted = json!({ "line": waiting.order_line_id, "reserved": held, "short": short });
        orders.entry(waiting.order_id).or_insert((who, Vec::new())).1.push(noted);
    }
    for (order, ((manager_id, customer_id), lines)) in orders {
        let changes = json!({ "lines": lines });
        tx.audit(AuditEntry::new("reserveForDemand", "SalesOrder", order, changes));
        tx.emit(EventDraft {
            kind: "document_changed",
            subject_kind: "SalesOrder",
            subject_id: order.0,
            manager_id,
            customer_id: Some(customer_id),
            products: Vec::new(),
            warehouses: Vec::new(),
        });
    }
}
