//! Stating what received goods cost. The warehouse writes receipts without seeing prices;
//! accounting fills the costs in before the receipt is posted.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{Decimal, ReceiptId, ReceiptLineId, Refusal, RefusalCode};
use serde_json::json;

use super::draft;
use crate::events;
use crate::rules::ReceiptState;
use crate::store::receipts;

/// The cost of one line.
#[derive(Clone, Debug)]
pub struct LineCost {
    /// Which line.
    pub line_id: ReceiptLineId,
    /// Per base unit in the base currency, without recoverable tax.
    pub unit_cost: Decimal,
}

/// States costs of a draft's lines.
#[derive(Clone, Debug)]
pub struct SetReceiptCosts {
    /// Which receipt.
    pub id: ReceiptId,
    /// The version that was read.
    pub version: i32,
    /// Lines that are not named keep what they have.
    pub costs: Vec<LineCost>,
}

impl Action for SetReceiptCosts {
    const RIGHT: Right = Right::ReceiptCost;
}

#[async_trait::async_trait]
impl Command for SetReceiptCosts {
    type Output = ReceiptId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ReceiptId> {
        let mut after = draft::locked(tx, permit, self.id, self.version).await?;
        after.state()?.to(ReceiptState::Draft)?;
        let before = receipts::lines(tx, permit, self.id).await?;
        let mut lines = before.clone();
        let mut places: HashMap<ReceiptLineId, usize> =
            lines.iter().enumerate().map(|(place, line)| (line.id, place)).collect();
        for (place, cost) in self.costs.iter().enumerate() {
            let Some(line) = places.remove(&cost.line_id).and_then(|at| lines.get_mut(at)) else {
                return Err(unfit(place, "lineId", RefusalCode::UnknownReference).into());
            };
            if kernel::Money::unit_price(cost.unit_cost).is_err() {
                return Err(unfit(place, "unitCost", RefusalCode::OutOfRange).into());
            }
            line.unit_cost = Some(cost.unit_cost);
            line.amount = Some(draft::amount(place, line.quantity, cost.unit_cost)?);
        }
        receipts::update_costs(tx, permit, &lines).await?;
        after.amount = draft::total(&lines);
        receipts::update(tx, permit, &after).await?;
        tx.audit(AuditEntry::new(
            "setGoodsReceiptCosts",
            "GoodsReceipt",
            self.id,
            json!({ "before": before, "after": lines }),
        ));
        events::receipt_changed(tx, &after);
        Ok(self.id)
    }
}

fn unfit(place: usize, field: &str, code: RefusalCode) -> Refusal {
    let (en, ru) = match code {
        RefusalCode::OutOfRange => (
            "The unit cost is zero or more, with at most 4 decimal places.",
            "Цена не меньше нуля, не более 4 знаков после запятой.",
        ),
        _ => (
            "The receipt has no such line, or it is named twice.",
            "В поступлении нет такой строки, либо она указана дважды.",
        ),
    };
    Refusal::new(code, en, ru).at(["costs".to_owned(), place.to_string(), field.to_owned()])
}
