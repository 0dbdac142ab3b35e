//! Freezing what the books say.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::CountId;
use serde_json::json;

use super::{changed, locked, store};
use crate::document::{held_organization, number};
use crate::rules::CountState;

/// Starts a count: what the books say of the goods in its scope is written down, and people may
/// enter what they find. Goods may go on moving.
#[derive(Clone, Copy, Debug)]
pub struct StartStockCount {
    /// Which.
    pub id: CountId,
    /// The version that was read.
    pub version: i32,
}

impl Action for StartStockCount {
    const RIGHT: Right = Right::CountWrite;
}

#[async_trait::async_trait]
impl Command for StartStockCount {
    type Output = CountId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<CountId> {
        let mut count = locked(tx, permit, self.id, self.version).await?;
        count.state()?.to(CountState::Counting)?;
        let organization = held_organization(tx, permit, count.organization_id).await?;
        let lines = store::freeze(tx, permit, &count).await?;
        count.state = CountState::Counting.as_str().to_owned();
        count.occurred_on = tx.today();
        count.frozen_on = Some(tx.today());
        count.number = number(tx, &organization, "stock_count", count.occurred_on).await?;
        store::update(tx, permit, &count).await?;
        tx.audit(AuditEntry::new(
            "startStockCount",
            "StockCount",
            self.id,
            json!({ "state": ["DRAFT", "COUNTING"], "number": count.number, "lines": lines }),
        ));
        changed(tx, &count);
        Ok(self.id)
    }
}
