//! A count posted by mistake.

use std::collections::BTreeSet;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{CountId, Decimal, Refusal, RefusalCode};
use serde_json::json;

use super::{changed, locked, store};
use crate::document::held_organization;
use crate::events;
use crate::house::reversal_day;
use crate::issuing::{check_lows, sums, undone};
use crate::pegging::{self, queue_of};
use crate::rules::{Balance, BalanceKey, Change, CountState};
use crate::store::balances;
use crate::store::movements::{self, Cause, Moved, Movement};

/// Undoes a posted count: what was missing is back with its value, what was found is gone. Refused
/// where something of what was found is held or gone already. Dated as the count, or on the first
/// open day where that period is closed. What was held of missing goods is not held again.
#[derive(Clone, Copy, Debug)]
pub struct ReverseStockCount {
    /// Which.
    pub id: CountId,
    /// The version that was read.
    pub version: i32,
}

impl Action for ReverseStockCount {
    const RIGHT: Right = Right::CountReverse;
}

#[async_trait::async_trait]
impl Command for ReverseStockCount {
    type Output = CountId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<CountId> {
        let mut count = locked(tx, permit, self.id, self.version).await?;
        count.state()?.to(CountState::Reversed)?;
        let organization = held_organization(tx, permit, count.organization_id).await?;
        let on = reversal_day(tx, &organization, count.occurred_on)?;
        let moved = movements::of_document(tx, permit, "COUNT", self.id.0).await?;
        let keys: BTreeSet<BalanceKey> = moved.iter().map(Moved::key).collect();
        pegging::queue(tx, permit, keys.iter().map(queue_of)).await?;
        let locked = balances::lock(tx, permit, &keys).await?;
        let back: Vec<Movement> = moved.iter().map(undone).collect();
        let changes = sums(&back);
        check_there(&changes, &locked)?;
        let cause = Cause {
            kind: "REVERSAL",
            document_kind: "StockCount",
            document_id: self.id.0,
            occurred_on: on,
        };
        balances::change(tx, permit, &changes).await?;
        movements::add(tx, permit, &cause, &back).await?;
        let listed: Vec<BalanceKey> = keys.iter().copied().collect();
        check_lows(&movements::lows(tx, permit, &listed, on).await?)?;
        count.state = CountState::Reversed.as_str().to_owned();
        count.reversed_on = Some(on);
        store::update(tx, permit, &count).await?;
        tx.audit(AuditEntry::new(
            "reverseStockCount",
            "StockCount",
            self.id,
            json!({ "state": ["POSTED", "REVERSED"], "reversedOn": on }),
        ));
        changed(tx, &count);
        events::stock_changed(tx, "StockCount", self.id, keys.iter());
        pegging::peg(tx, permit, &listed).await?;
        Ok(self.id)
    }
}

/// What was found has to be there still, unheld and with the value it was found at.
fn check_there(changes: &[Change], locked: &[Balance]) -> Result<(), Refusal> {
    for change in changes {
        let now = locked.iter().find(|balance| balance.key() == change.key);
        let fits = now.is_some_and(|balance| {
            let on_hand = balance.on_hand + change.on_hand;
            let value = balance.value + change.value;
            on_hand >= balance.reserved
                && value >= Decimal::ZERO
                && (on_hand > Decimal::ZERO || value.is_zero())
        });
        if !fits {
            return Err(Refusal::new(
                RefusalCode::InUse,
                "Goods that were found are reserved or already gone.",
                "Найденные товары зарезервированы или уже ушли.",
            ));
        }
    }
    Ok(())
}
