//! Pieces that were held back go back into the lot they are of.

use std::collections::{BTreeSet, HashMap};

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, CommandError, Outcome, TenantTx};
use kernel::{Decimal, LotId, Quantity, Refusal, RefusalCode, WarehouseId};
use serde_json::json;

use super::quarantine::{move_part, no_quantity, not_there};
use super::store::{self, on_hand};
use crate::document::held_organization;
use crate::house::{check_day, warehouse};
use crate::pegging::{self, queue_of};
use crate::rules::{Balance, BalanceKey, Bound, Load, Shelf};
use crate::store::balances;

/// Puts pieces of a quarantine lot back into the lot they were taken from, with their share of its
/// value. Refused for pieces that are held for orders, as they may be once the lot is unblocked.
#[derive(Clone, Copy, Debug)]
pub struct ReleaseQuarantine {
    /// The quarantine lot.
    pub lot_id: LotId,
    /// Where its pieces lie; the default warehouse where it is absent.
    pub warehouse_id: Option<WarehouseId>,
    /// How many, base units, above zero; all that lie there where it is absent.
    pub quantity: Option<Decimal>,
}

impl Action for ReleaseQuarantine {
    const RIGHT: Right = Right::LotBlock;
}

#[async_trait::async_trait]
impl Command for ReleaseQuarantine {
    type Output = LotId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<LotId> {
        let lot = store::lock(tx, permit, self.lot_id).await?.ok_or(CommandError::NotFound)?;
        let Some(source) = lot.source_lot_id else { return Err(no_quarantine().into()) };
        let organization = held_organization(tx, permit, lot.organization_id).await?;
        check_day(tx, permit, &organization, tx.today())?;
        let place = warehouse(tx, permit, self.warehouse_id, "warehouseId").await?;
        let from = lot.at(place.id);
        let to = BalanceKey { lot_id: source, ..from };
        pegging::queue(tx, permit, [queue_of(&to)]).await?;
        let locked = balances::lock(tx, permit, &BTreeSet::from([from, to])).await?;
        let there = locked.iter().find(|balance| balance.key() == from);
        let (lies, free) = (on_hand(there), there.map_or(Decimal::ZERO, Balance::free));
        let quantity = match self.quantity {
            Some(quantity) => Quantity::positive(quantity).map_err(|_| no_quantity())?.get(),
            None => lies,
        };
        if lies < quantity || quantity.is_zero() {
            return Err(not_there(lies).into());
        }
        if free < quantity {
            return Err(held(free).into());
        }
        let shelf = Shelf::new(locked, &HashMap::new());
        let load = Load { from, to, quantity };
        move_part(tx, permit, (shelf, Bound::new(&[])), load).await?;
        pegging::peg(tx, permit, &[to]).await?;
        tx.audit(AuditEntry::new(
            "releaseQuarantine",
            "Lot",
            self.lot_id,
            json!({ "warehouse": place.id, "quantity": quantity, "into": source }),
        ));
        Ok(source)
    }
}

fn held(free: Decimal) -> Refusal {
    let free = free.normalize();
    Refusal::new(
        RefusalCode::InUse,
        format!("Only {free} are free, the rest is held for orders: release or ship it first."),
        format!("Свободно только {free}, остальное в резерве: сначала снимите его или отгрузите."),
    )
    .at(["quantity"])
    .with(json!({ "free": free }))
}

fn no_quarantine() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "The lot is no part of another one that was held back.",
        "Эта партия не выделена в карантин из другой.",
    )
    .at(["lotId"])
}
