//! When ordered goods are expected: suppliers confirm days, and put them off.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{NaiveDate, PurchaseOrderId, PurchaseOrderLineId, Refusal, RefusalCode};
use serde_json::json;

use super::order_changed;
use crate::coverage::cover;
use crate::demand::queue;
use crate::purchases::rules::PurchaseOrderState;
use crate::purchases::store;

/// The day of one line.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedDay {
    /// Which line.
    pub line_id: PurchaseOrderLineId,
    /// The day; `None`: nobody knows.
    pub expected_on: Option<NaiveDate>,
}

/// Says when lines of an order are expected, from the draft on until all of it came. What is
/// promised to those who wait follows.
#[derive(Clone, Debug)]
pub struct ReschedulePurchaseOrder {
    /// Which order.
    pub id: PurchaseOrderId,
    /// The version that was read.
    pub version: i32,
    /// Lines that are not named keep what they have.
    pub lines: Vec<ExpectedDay>,
}

impl Action for ReschedulePurchaseOrder {
    const RIGHT: Right = Right::PurchaseWrite;
}

#[async_trait::async_trait]
impl Command for ReschedulePurchaseOrder {
    type Output = PurchaseOrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PurchaseOrderId> {
        let order = store::locked(tx, permit, self.id, self.version).await?;
        let state = order.state()?;
        if state != PurchaseOrderState::Draft {
            state.receives()?;
        }
        let mut lines = store::lines(tx, permit, order.id).await?;
        let mut places: HashMap<PurchaseOrderLineId, usize> =
            lines.iter().enumerate().map(|(place, line)| (line.id, place)).collect();
        for (place, day) in self.lines.iter().enumerate() {
            let Some(line) = places.remove(&day.line_id).and_then(|at| lines.get_mut(at)) else {
                return Err(unknown_line(place).into());
            };
            line.expected_on = day.expected_on;
        }
        let queues = store::queues(&order, &lines);
        queue::take(tx, permit, &queues).await?;
        store::update_progress(tx, permit, &lines).await?;
        store::update(tx, permit, &order).await?;
        cover(tx, permit, &queues).await?;
        let days = |one: &ExpectedDay| json!({ "line": one.line_id, "on": one.expected_on });
        let days: Vec<_> = self.lines.iter().map(days).collect();
        let entry = json!({ "expected": days });
        tx.audit(AuditEntry::new("reschedulePurchaseOrder", "PurchaseOrder", order.id, entry));
        order_changed(tx, &order);
        Ok(order.id)
    }
}

fn unknown_line(place: usize) -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        "The purchase order has no such line, or it is named twice.",
        "В заказе поставщику нет такой строки, либо она указана дважды.",
    )
    .at(["lines".to_owned(), place.to_string(), "lineId".to_owned()])
}
