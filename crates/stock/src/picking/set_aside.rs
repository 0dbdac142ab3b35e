//! Goods that a storekeeper could not find: they are set aside in a blocked lot of their own, so
//! that nobody else is promised them, until a count or a write-off says what became of them.

use std::collections::{BTreeSet, HashMap};

use access::Permit;
use catalog::Goods;
use db::{Fault, Outcome, TenantTx};
use kernel::{
    Decimal, LotId, OrderLineId, OrganizationId, PickLineId, PickTaskId, ProductId,
    ProductVariantId, WarehouseId,
};

use crate::events;
use crate::rules::{BalanceKey, HeldMove, HeldMoveKind, Shelf};
use crate::store::movements::{self, Cause, Movement};
use crate::store::quarantine::{self, HeldBack};
use crate::store::{balances, reservations};

/// A quantity of a line that is not where it should be.
#[derive(Clone, Copy, Debug)]
pub struct Unfound {
    /// The task.
    pub task_id: PickTaskId,
    /// Its line.
    pub line_id: PickLineId,
    /// The order's line it is held for.
    pub order_line_id: OrderLineId,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// What.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// The lot that is short.
    pub lot_id: LotId,
    /// Base units, above zero.
    pub quantity: Decimal,
}

/// What was set aside.
#[derive(Clone, Copy, Debug)]
pub struct SetAside {
    /// The blocked lot that has it.
    pub lot_id: LotId,
}

/// Takes a quantity that is held and being picked out of its reservation and its lot, and puts it
/// into a blocked lot beside that, dated today. Whether today is open is the caller's to check.
/// Balances of the goods are locked, so that others can be held in the same transaction; their
/// queue is the caller's to take before ([`crate::keep_still`]).
///
/// # Errors
/// A fault of the database, also where less is being picked.
pub async fn set_aside<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    missing: &Unfound,
) -> Outcome<SetAside> {
    let key = BalanceKey {
        organization_id: missing.organization_id,
        warehouse_id: missing.warehouse_id,
        product_id: missing.product_id,
        lot_id: missing.lot_id,
    };
    let held = reservations::of_lines(tx, permit, [missing.order_line_id]).await?;
    let held = held.into_iter().find(|held| held.key() == key);
    let held = held.ok_or_else(|| Fault::broken("goods are picked that nobody holds"))?;
    let goods = Goods { product: missing.product_id, variant: missing.variant_id };
    let all = balances::keys_of(tx, permit, missing.organization_id, goods).await?;
    let keys: BTreeSet<BalanceKey> = all.into_iter().chain([key]).collect();
    let mut shelf = Shelf::new(balances::lock(tx, permit, &keys).await?, &HashMap::new());
    let quantity = missing.quantity;
    let taken = shelf.take(&key, quantity, quantity);
    let taken = taken.ok_or_else(|| Fault::broken("a reservation without a balance"))?;
    balances::change(tx, permit, &shelf.changes()).await?;
    let kind = HeldMoveKind::Release;
    let released = HeldMove { held, kind, quantity, in_picking: quantity };
    reservations::less(tx, permit, &[released], tx.today()).await?;
    let lot_id = LotId::new();
    let aside = BalanceKey { lot_id, ..key };
    let line_id = missing.line_id.0;
    let new = HeldBack { id: lot_id, of: missing.lot_id, line_id };
    quarantine::insert_lots(tx, permit, missing.task_id.0, &[new]).await?;
    balances::ensure(tx, permit, [aside].iter()).await?;
    let one = |key, quantity, value| Movement { key, line_id, quantity, value, reverses: None };
    let moved = [one(key, -quantity, -taken.cost), one(aside, quantity, taken.cost)];
    balances::change(tx, permit, &crate::issuing::sums(&moved[1..])).await?;
    let cause = Cause {
        kind: "QUARANTINE",
        document_kind: "PickTask",
        document_id: missing.task_id.0,
        occurred_on: tx.today(),
    };
    movements::add(tx, permit, &cause, &moved).await?;
    events::stock_changed(tx, "PickTask", missing.task_id, [key, aside].iter());
    Ok(SetAside { lot_id })
}
