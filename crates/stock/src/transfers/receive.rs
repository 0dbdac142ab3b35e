//! Goods come where they were sent to.

use std::collections::HashMap;
use std::marker::PhantomData;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{Decimal, NaiveDate, Quantity, Refusal, RefusalCode, TransferId, Uuid};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::arriving::{Arrival, HeldThere, InTransit, Part, arrive, in_transit};
use super::{changed, locked, store};
use crate::document::held_organization;
use crate::house::{
    GoodsLine, Kept, Promises, Table, check_day, foreign_line, read_lines, reason, warehouse,
};
use crate::rules::TransferState;

/// What came of one line.
#[derive(Clone, Copy, Debug)]
pub struct ReceivedLine {
    /// The line.
    pub line_id: Uuid,
    /// Base units, from zero to what was sent.
    pub quantity: Decimal,
}

/// What came of moving goods on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TransferMoved {
    /// The transfer.
    pub transfer: TransferId,
    /// What was held of goods that did not come where they were waited for.
    pub kept: Vec<Kept>,
}

/// Receives what was sent. What is held of the goods is held in the warehouse from now on. Less
/// than was sent is received with a reason, and what is missing is written off.
#[derive(Clone, Debug)]
pub struct ReceiveStockTransfer<P> {
    /// Which.
    pub id: TransferId,
    /// The version that was read.
    pub version: i32,
    /// The business date; today where it is absent.
    pub on: Option<NaiveDate>,
    /// Lines of which less came; all others came whole.
    pub lines: Vec<ReceivedLine>,
    /// Why less came.
    pub short_reason: Option<String>,
    /// Who holds other goods for orders whose goods are missing.
    pub promises: PhantomData<P>,
}

impl<P: Promises> Action for ReceiveStockTransfer<P> {
    const RIGHT: Right = Right::TransferWrite;
}

#[async_trait::async_trait]
impl<P: Promises> Command for ReceiveStockTransfer<P> {
    type Output = TransferMoved;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<TransferMoved> {
        let mut transfer = locked(tx, permit, self.id, self.version).await?;
        transfer.state()?.to(TransferState::Received)?;
        let on = self.on.unwrap_or_else(|| tx.today());
        not_before(on, transfer.occurred_on)?;
        let organization = held_organization(tx, permit, transfer.organization_id).await?;
        check_day(tx, permit, &organization, on)?;
        let to = warehouse(tx, permit, Some(transfer.to_id), "id").await?;
        let lines = read_lines(tx, permit, Table::Transfer, self.id.0).await?;
        let received = received(&lines, &self.lines)?;
        let is_short = lines.iter().zip(&received).any(|(line, came)| came.1 < line.quantity);
        if is_short {
            transfer.short_reason = Some(reason(self.short_reason.as_deref(), "shortReason")?);
        }
        let sent = in_transit(tx, permit, &transfer).await?;
        let arrival = Arrival { warehouse_id: to.id, on, held: HeldThere::Too };
        let parts = parts(&sent, &received);
        let kept = arrive::<P, Self>(tx, permit, &transfer, arrival, &parts).await?;
        store::note_received(tx, permit, &received).await?;
        transfer.state = TransferState::Received.as_str().to_owned();
        transfer.received_on = Some(on);
        store::update(tx, permit, &transfer).await?;
        tx.audit(AuditEntry::new(
            "receiveStockTransfer",
            "StockTransfer",
            self.id,
            json!({ "state": ["SENT", "RECEIVED"], "receivedOn": on, "received": received,
                    "shortReason": transfer.short_reason, "reservations": kept }),
        ));
        changed(tx, &transfer);
        Ok(TransferMoved { transfer: self.id, kept })
    }
}

/// Goods do not come before they went.
pub(super) fn not_before(on: NaiveDate, sent: NaiveDate) -> Result<(), Refusal> {
    if on >= sent {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::Invalid,
        format!("The goods were sent on {sent}; they do not come before."),
        format!("Товар отправлен {}; раньше он прийти не мог.", sent.format("%d.%m.%Y")),
    )
    .at(["date"]))
}

/// What came of each line, in the order of lines.
fn received(lines: &[GoodsLine], told: &[ReceivedLine]) -> Result<Vec<(Uuid, Decimal)>, Refusal> {
    let mut less: HashMap<Uuid, Decimal> = HashMap::new();
    for (place, one) in told.iter().enumerate() {
        let Some(line) = lines.iter().find(|line| line.id == one.line_id) else {
            return Err(foreign_line(place));
        };
        let fits = one.quantity.is_zero() || Quantity::positive(one.quantity).is_ok();
        if !fits || one.quantity > line.quantity {
            return Err(out_of_range(place, line.quantity));
        }
        if less.insert(one.line_id, one.quantity).is_some() {
            return Err(foreign_line(place));
        }
    }
    let came = |line: &GoodsLine| (line.id, less.get(&line.id).copied().unwrap_or(line.quantity));
    Ok(lines.iter().map(came).collect())
}

/// Lots that were sent first come first; the last ones are missing.
fn parts(sent: &InTransit, received: &[(Uuid, Decimal)]) -> Vec<Part> {
    let mut parts = Vec::new();
    for (line_id, came) in received {
        let mut left = *came;
        for (key, quantity) in sent.get(line_id).into_iter().flatten() {
            let arrives = left.min(*quantity);
            left -= arrives;
            let (line_id, key, missing) = (*line_id, *key, *quantity - arrives);
            parts.push(Part { line_id, key, arrives, missing });
        }
    }
    parts
}

fn out_of_range(place: usize, sent: Decimal) -> Refusal {
    Refusal::new(
        RefusalCode::OutOfRange,
        format!("From 0 to {sent}, as was sent, with at most 3 decimal places."),
        format!("От 0 до отправленных {sent}, не более 3 знаков после запятой."),
    )
    .at(["lines".to_owned(), place.to_string(), "quantity".to_owned()])
}

#[cfg(test)]
mod tests {
    use kernel::{LotId, OrganizationId, ProductId, WarehouseId};
    use proptest::prelude::*;

    use super::*;
    use crate::rules::BalanceKey;

    fn key(lot: u128) -> BalanceKey {
        BalanceKey {
            organization_id: OrganizationId(Uuid::nil()),
            warehouse_id: WarehouseId(Uuid::nil()),
            product_id: ProductId(Uuid::nil()),
            lot_id: LotId(Uuid::from_u128(lot)),
        }
    }

    proptest! {
        #[test]
        fn what_was_sent_has_come_or_is_missing(
            lots in prop::collection::vec(1_i64..50, 1..6),
            came in 0_i64..300,
        ) {
            let line = Uuid::from_u128(1);
            let list = lots.iter().zip(1..).map(|(q, lot)| (key(lot), Decimal::from(*q))).collect();
            let sent = InTransit::from([(line, list)]);
            let whole: Decimal = lots.iter().map(|q| Decimal::from(*q)).sum();
            let came = Decimal::from(came).min(whole);
            let parts = parts(&sent, &[(line, came)]);
            prop_assert_eq!(parts.iter().map(|p| p.arrives).sum::<Decimal>(), came);
            prop_assert_eq!(parts.iter().map(|p| p.missing).sum::<Decimal>(), whole - came);
            prop_assert!(parts.iter().all(|p| p.arrives >= Decimal::ZERO));
        }
    }
}
