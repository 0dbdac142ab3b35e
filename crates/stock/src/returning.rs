//! Shipped goods that come back, and leave again when their return is reversed. Callers hold the row
//! locks of the order, the shipment and the return.

use std::collections::BTreeSet;

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::{
    Decimal, LotId, NaiveDate, OrganizationId, ProductId, Refusal, RefusalCode, SalesReturnId,
    SalesReturnLineId, ShipmentId, ShipmentLineId, WarehouseId,
};

use crate::issuing::{check_lows, sums, undone};
use crate::rules::{Balance, BalanceKey};
use crate::store::balances;
use crate::store::movements::{self, Cause, Moved, Movement};
use crate::store::quarantine::{self, HeldBack};
use crate::{IssuedLot, events, pegging};

/// In what state goods come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// As they left: they go back into their lot.
    Good,
    /// Not to be sold: they go into a blocked lot beside it.
    Damaged,
}

/// Goods coming back into one warehouse.
#[derive(Clone, Debug)]
pub struct Returning {
    /// The posting document.
    pub return_id: SalesReturnId,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// Where they come in.
    pub warehouse_id: WarehouseId,
    /// Business date; whether its period is open is the caller's to check.
    pub occurred_on: NaiveDate,
    /// What comes back.
    pub parts: Vec<ReturnedPart>,
}

/// A part of a line of a return, out of one lot of the shipment.
#[derive(Clone, Copy, Debug)]
pub struct ReturnedPart {
    /// The return's line.
    pub line_id: SalesReturnLineId,
    /// What.
    pub product_id: ProductId,
    /// The lot it left from.
    pub lot_id: LotId,
    /// In what state.
    pub condition: Condition,
    /// Base units, above zero.
    pub quantity: Decimal,
    /// What it left with, base currency.
    pub cost: Decimal,
}

/// What a shipment took out of stock, in the order it took it.
///
/// # Errors
/// A fault of the database.
pub async fn issued<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
) -> Outcome<Vec<IssuedLot>> {
    let moved = movements::of_document(tx, permit, "SHIPMENT", shipment.0).await?;
    let lot = |one: Moved| IssuedLot {
        shipment_line_id: ShipmentLineId(one.line_id),
        lot_id: one.lot_id,
        quantity: -one.quantity,
        cost: -one.value,
    };
    Ok(moved.into_iter().map(lot).collect())
}

/// Takes goods in again: good ones into the lots they left from, damaged ones into blocked lots of
/// their own. What can be sold again is held for who waits for it. Gives the lot each part went
/// into, in the order of the parts.
///
/// # Errors
/// A fault of the database.
pub async fn put_back<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    returning: &Returning,
) -> Outcome<Vec<LotId>> {
    let mut held_back = Vec::new();
    let mut back = Vec::with_capacity(returning.parts.len());
    for part in &returning.parts {
        let line_id = part.line_id.0;
        let lot_id = match part.condition {
            Condition::Good => part.lot_id,
            Condition::Damaged => {
                let id = LotId::new();
                held_back.push(HeldBack { id, of: part.lot_id, line_id });
                id
            }
        };
        let key = BalanceKey {
            organization_id: returning.organization_id,
            warehouse_id: returning.warehouse_id,
            product_id: part.product_id,
            lot_id,
        };
        let (quantity, value) = (part.quantity, part.cost);
        back.push(Movement { key, line_id, quantity, value, reverses: None });
    }
    quarantine::insert_lots(tx, permit, returning.return_id.0, &held_back).await?;
    let keys: BTreeSet<BalanceKey> = back.iter().map(|one| one.key).collect();
    // Who finds nothing in these balances waits until what comes back is held for who came first.
    pegging::queue(tx, permit, keys.iter().map(pegging::queue_of)).await?;
    balances::ensure(tx, permit, keys.iter()).await?;
    balances::lock(tx, permit, &keys).await?;
    balances::change(tx, permit, &sums(&back)).await?;
    let cause = Cause {
        kind: "SALES_RETURN",
        document_kind: "SalesReturn",
        document_id: returning.return_id.0,
        occurred_on: returning.occurred_on,
    };
    movements::add(tx, permit, &cause, &back).await?;
    events::stock_changed(tx, "SalesReturn", returning.return_id, keys.iter());
    let keys: Vec<BalanceKey> = keys.into_iter().collect();
    pegging::peg(tx, permit, &keys).await?;
    Ok(back.iter().map(|one| one.key.lot_id).collect())
}

/// Takes returned goods out again, with the value they came in with.
///
/// # Errors
/// `IN_USE` where they are held or gone, `NEGATIVE_BALANCE` where a later balance would fall below
/// zero; or a fault.
pub async fn send_again<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    returned: SalesReturnId,
    occurred_on: NaiveDate,
) -> Outcome<()> {
    let moved = movements::of_document(tx, permit, "SALES_RETURN", returned.0).await?;
    let keys: BTreeSet<BalanceKey> = moved.iter().map(Moved::key).collect();
    let locked = balances::lock(tx, permit, &keys).await?;
    let back: Vec<Movement> = moved.iter().map(undone).collect();
    check_there(&locked, &back)?;
    let cause = Cause {
        kind: "REVERSAL",
        document_kind: "SalesReturn",
        document_id: returned.0,
        occurred_on,
    };
    balances::change(tx, permit, &sums(&back)).await?;
    movements::add(tx, permit, &cause, &back).await?;
    let keys: Vec<BalanceKey> = keys.into_iter().collect();
    check_lows(&movements::lows(tx, permit, &keys, occurred_on).await?)?;
    events::stock_changed(tx, "SalesReturn", returned, keys.iter());
    Ok(())
}

/// What came back must be there and free, and worth what it came back with.
fn check_there(locked: &[Balance], back: &[Movement]) -> Result<(), Refusal> {
    let lacks = |change: &crate::rules::Change| {
        let Some(now) = locked.iter().find(|balance| balance.key() == change.key) else {
            return true;
        };
        let (quantity, value) = (now.on_hand + change.on_hand, now.value + change.value);
        let is_worth = if quantity.is_zero() {
            value.is_zero()
        } else {
            !value.is_sign_negative() || value.is_zero()
        };
        now.free() + change.on_hand < Decimal::ZERO || !is_worth
    };
    if !sums(back).iter().any(lacks) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::InUse,
        "Goods of this return are reserved, already gone, or valued anew.",
        "Товары этого возврата зарезервированы, уже отгружены или переоценены.",
    ))
}
