//! A part of a lot held back, as a lot of its own.

use std::collections::{BTreeSet, HashMap};
use std::marker::PhantomData;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, CommandError, Outcome, TenantTx};
use kernel::{Decimal, LotId, Quantity, Refusal, RefusalCode, WarehouseId};
use serde_json::json;

use super::block::LotHeld;
use super::store::{self, on_hand};
use crate::document::held_organization;
use crate::events;
use crate::house::{Promises, check_day, guard, keep, reason, warehouse, write_bound};
use crate::pegging::queue_of;
use crate::rules::{BalanceKey, Bound, Load, Shelf, carry};
use crate::store::movements::{self, Cause, Movement};
use crate::store::{balances, reservations};

/// Holds a part of a lot back: the pieces become a lot of their own, with their share of its
/// value. Free pieces go first; what is held of the others is let go, and other goods are held
/// instead as far as they are there.
#[derive(Clone, Debug)]
pub struct QuarantineGoods<P> {
    /// The lot.
    pub lot_id: LotId,
    /// Where its pieces lie; the default warehouse where it is absent.
    pub warehouse_id: Option<WarehouseId>,
    /// How many, base units, above zero.
    pub quantity: Decimal,
    /// Why.
    pub reason: String,
    /// Who holds other goods for orders that lose these.
    pub promises: PhantomData<P>,
}

impl<P: Promises> Action for QuarantineGoods<P> {
    const RIGHT: Right = Right::LotBlock;
}

#[async_trait::async_trait]
impl<P: Promises> Command for QuarantineGoods<P> {
    type Output = LotHeld;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<LotHeld> {
        let reason = reason(Some(&self.reason), "reason")?;
        let quantity = Quantity::positive(self.quantity).map_err(|_| no_quantity())?.get();
        let lot = store::lock(tx, permit, self.lot_id).await?.ok_or(CommandError::NotFound)?;
        let organization = held_organization(tx, permit, lot.organization_id).await?;
        check_day(tx, permit, &organization, tx.today())?;
        let place = warehouse(tx, permit, self.warehouse_id, "warehouseId").await?;
        let from = lot.at(place.id);
        let guarded = guard::<P, Self>(tx, permit, [from].iter(), [queue_of(&from)]).await?;
        let locked = balances::lock(tx, permit, &BTreeSet::from([from])).await?;
        let lies = on_hand(locked.first());
        if lies < quantity {
            return Err(not_there(lies).into());
        }
        let held = reservations::of_balances(tx, permit, [from].iter()).await?;
        let part = LotId::new();
        store::split(tx, permit, self.lot_id, part, &reason).await?;
        let to = BalanceKey { lot_id: part, ..from };
        let (shelf, bound) = (Shelf::new(locked, &HashMap::new()), Bound::new(&held));
        let bound = move_part(tx, permit, (shelf, bound), Load { from, to, quantity }).await?;
        let kept = keep::<P, Self>(tx, permit, &guarded, &bound).await?;
        tx.audit(AuditEntry::new(
            "quarantineGoods",
            "Lot",
            self.lot_id,
            json!({ "warehouse": place.id, "quantity": quantity, "quarantine": part,
                    "reason": reason, "reservations": kept }),
        ));
        Ok(LotHeld { lot: part, kept })
    }
}

/// Moves pieces from lot to lot of the same goods in one warehouse, with their share of value.
pub(super) async fn move_part<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (mut shelf, mut bound): (Shelf, Bound),
    load: Load,
) -> Outcome<Bound> {
    // Nobody is promised goods that are held back: reservations stay with the lot, as far as
    // something is left of it.
    let carried = carry(&mut shelf, &mut Bound::new(&[]), &[load]);
    bound.free_excess(&mut shelf, &load.from);
    balances::ensure(tx, permit, [load.to].iter()).await?;
    write_bound(tx, permit, &bound, tx.today()).await?;
    balances::change(tx, permit, &shelf.changes()).await?;
    let cause = Cause {
        kind: "QUARANTINE",
        document_kind: "Lot",
        document_id: load.from.lot_id.0,
        occurred_on: tx.today(),
    };
    let moved: Vec<Movement> = carried
        .iter()
        .flat_map(|one| {
            let line_id = load.to.lot_id.0;
            let (quantity, value) = (one.quantity, one.value);
            [
                Movement {
                    key: one.from,
                    line_id,
                    quantity: -quantity,
                    value: -value,
                    reverses: None,
                },
                Movement { key: one.to, line_id, quantity, value, reverses: None },
            ]
        })
        .collect();
    movements::add(tx, permit, &cause, &moved).await?;
    events::stock_changed(tx, "Lot", load.from.lot_id, [load.from].iter());
    Ok(bound)
}

pub(super) fn no_quantity() -> Refusal {
    Refusal::new(
        RefusalCode::OutOfRange,
        "The quantity is above zero, with at most 3 decimal places.",
        "Количество больше нуля, не более 3 знаков после запятой.",
    )
    .at(["quantity"])
}

pub(super) fn not_there(lies: Decimal) -> Refusal {
    let lies = lies.normalize();
    Refusal::new(
        RefusalCode::InsufficientStock,
        format!("Only {lies} of the lot lie there."),
        format!("На складе только {lies} этой партии."),
    )
    .at(["quantity"])
    .with(json!({ "onHand": lies }))
}
