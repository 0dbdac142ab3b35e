//! Another lot in a storekeeper's hands than the one that was reserved (domain, section 4): the
//! reservation moves to it.

use std::collections::{BTreeSet, HashMap};

use access::Permit;
use db::{Fault, Outcome, TenantTx};
use kernel::{
    Decimal, LotId, OrderLineId, OrganizationId, ProductId, Refusal, RefusalCode, WarehouseId,
};
use serde_json::json;

use crate::events;
use crate::rules::{Balance, BalanceKey, HeldMove, HeldMoveKind, Shelf};
use crate::store::{balances, reservations};

/// Goods of a line that are taken out of another lot.
#[derive(Clone, Copy, Debug)]
pub struct OtherLot {
    /// The order's line.
    pub order_line_id: OrderLineId,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// What.
    pub product_id: ProductId,
    /// The lot that was reserved and is being picked.
    pub reserved: LotId,
    /// The lot that was taken.
    pub taken: LotId,
    /// Base units, above zero.
    pub quantity: Decimal,
    /// Days that are left of a lot's life, at least; the product may ask for more.
    pub least_life_days: i32,
}

impl OtherLot {
    fn key(&self, lot_id: LotId) -> BalanceKey {
        BalanceKey {
            organization_id: self.organization_id,
            warehouse_id: self.warehouse_id,
            product_id: self.product_id,
            lot_id,
        }
    }
}

/// Moves what is held and being picked from the reserved lot to the one that was taken.
///
/// # Errors
/// `WRONG_GOODS` where the lot is of other goods, blocked, or does not last long enough,
/// `INSUFFICIENT_STOCK` where others hold it; or a fault.
pub async fn take_other_lot<A>(tx: &TenantTx, permit: &Permit<A>, other: &OtherLot) -> Outcome<()> {
    let (from, to) = (other.key(other.reserved), other.key(other.taken));
    let lines = [other.order_line_id];
    let held = reservations::of_lines(tx, permit, lines).await?;
    let held = held.into_iter().find(|held| held.key() == from);
    let held = held.ok_or_else(|| Fault::broken("goods are picked that nobody holds"))?;
    let keys = BTreeSet::from([from, to]);
    let days = other.least_life_days;
    let locked = balances::lock_living(tx, permit, &keys, days).await?;
    let mut shelf = Shelf::new(locked, &HashMap::new());
    check(&shelf, other, tx.today())?;
    shelf.release(&from, other.quantity);
    shelf.keep(&to, other.quantity);
    balances::change(tx, permit, &shelf.changes()).await?;
    let new = reservations::NewHold {
        order_id: held.order_id,
        order_line_id: other.order_line_id,
        key: to,
        quantity: other.quantity,
        in_picking: other.quantity,
    };
    let order_id = held.order_id;
    let (kind, quantity) = (HeldMoveKind::Release, other.quantity);
    let released = HeldMove { held, kind, quantity, in_picking: quantity };
    reservations::less(tx, permit, &[released], tx.today()).await?;
    reservations::hold(tx, permit, &[new], tx.today()).await?;
    events::stock_changed(tx, "SalesOrder", order_id, keys.iter());
    Ok(())
}

/// Whether the lot may be taken instead.
fn check(shelf: &Shelf, other: &OtherLot, today: kernel::NaiveDate) -> Result<(), Refusal> {
    let (from, to) = (shelf.get(&other.key(other.reserved)), shelf.get(&other.key(other.taken)));
    let variant = |balance: Option<&Balance>| balance.map(|balance| balance.variant_id);
    let Some(taken) = to.filter(|_| variant(from) == variant(to)) else {
        return Err(Refusal::new(
            RefusalCode::WrongGoods,
            "There is no such lot of these goods in this warehouse.",
            "Такой партии этого товара на складе нет.",
        ));
    };
    if !taken.sells_on(today) {
        return Err(Refusal::new(
            RefusalCode::WrongGoods,
            "This lot may not leave: it is blocked, or too little of its life is left.",
            "Эту партию отгружать нельзя: она заблокирована или её срок годности мал.",
        ));
    }
    if taken.free() < other.quantity {
        let free = taken.free().normalize();
        return Err(Refusal::new(
            RefusalCode::InsufficientStock,
            format!("Of this lot only {free} is free; the rest is held for others."),
            format!("В этой партии свободно только {free}; остальное в резерве у других."),
        )
        .with(json!({ "available": free, "asked": other.quantity.normalize() })));
    }
    Ok(())
}
