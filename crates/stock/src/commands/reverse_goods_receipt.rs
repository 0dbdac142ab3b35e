//! Undoing a posted receipt while its goods are still there.

use std::collections::BTreeSet;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{ReceiptId, Refusal, RefusalCode};
use serde_json::{Value, json};

use super::draft;
use crate::coverage::cover;
use crate::demand::queue::{self, Queue};
use crate::house::reversal_day;
use crate::issuing::{check_lows, sums, undone};
use crate::purchases::receiving::{self, Basis};
use crate::rules::{Balance, BalanceKey, ReceiptState};
use crate::store::movements::{self, Cause, Moved, Movement};
use crate::store::{balances, receipts};
use crate::{document, events};

/// Reverses a posted receipt: its lots become empty. Refused where anything of them is held, gone,
/// or dearer by a landed cost. Dated as the receipt, or on the first open day where that period is
/// closed.
#[derive(Clone, Debug)]
pub struct ReverseGoodsReceipt {
    /// Which.
    pub id: ReceiptId,
    /// The version that was read.
    pub version: i32,
}

impl Action for ReverseGoodsReceipt {
    const RIGHT: Right = Right::ReceiptReverse;
}

#[async_trait::async_trait]
impl Command for ReverseGoodsReceipt {
    type Output = ReceiptId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ReceiptId> {
        let mut receipt = draft::locked(tx, permit, self.id, self.version).await?;
        receipt.state()?.to(ReceiptState::Reversed)?;
        let mut basis = receiving::basis(tx, permit, receipt.purchase_order_id).await?;
        let organization = document::held_organization(tx, permit, receipt.organization_id).await?;
        let date = reversal_day(tx, &organization, receipt.occurred_on)?;
        let moved = movements::of_document(tx, permit, "RECEIPT", self.id.0).await?;
        let keys: BTreeSet<BalanceKey> = moved.iter().map(Moved::key).collect();
        let queues = match &mut basis {
            Some(basis) => take_off_order(tx, permit, basis, self.id).await?,
            None => BTreeSet::new(),
        };
        let locked = balances::lock(tx, permit, &keys).await?;
        check_untouched(&moved, &locked)?;
        let back: Vec<Movement> = moved.iter().map(undone).collect();
        let cause = Cause {
            kind: "REVERSAL",
            document_kind: "GoodsReceipt",
            document_id: self.id.0,
            occurred_on: date,
        };
        balances::change(tx, permit, &sums(&back)).await?;
        movements::add(tx, permit, &cause, &back).await?;
        // Goods may have gone out and come back after this date.
        let keys: Vec<BalanceKey> = keys.into_iter().collect();
        check_lows(&movements::lows(tx, permit, &keys, date).await?)?;
        receipt.state = ReceiptState::Reversed.as_str().to_owned();
        receipt.reversed_on = Some(date);
        receipts::update(tx, permit, &receipt).await?;
        tx.audit(AuditEntry::new(
            "reverseGoodsReceipt",
            "GoodsReceipt",
            self.id,
            json!({ "state": ["POSTED", "REVERSED"], "reversedOn": date }),
        ));
        events::receipt_changed(tx, &receipt);
        events::stock_changed(tx, "GoodsReceipt", self.id, keys.iter());
        cover(tx, permit, &queues).await?;
        Ok(self.id)
    }
}

/// The purchase order awaits again what the receipt had brought. Gives the queues that are taken
/// for it.
async fn take_off_order<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    basis: &mut Basis,
    receipt: ReceiptId,
) -> Outcome<BTreeSet<Queue>> {
    let lines = receipts::lines(tx, permit, receipt).await?;
    let queues = basis.queues(&lines);
    queue::take(tx, permit, &queues).await?;
    receiving::give_back(tx, permit, basis, &lines).await?;
    Ok(queues)
}

/// Refuses where anything of what came in is held or gone, or is not worth what it came in with.
pub(crate) fn check_untouched(moved: &[Moved], locked: &[Balance]) -> Result<(), Refusal> {
    let mut touched: Vec<Value> = Vec::new();
    let mut is_dearer = false;
    // The receipt's lines moved in their order.
    for (line, one) in moved.iter().enumerate() {
        let now = locked.iter().find(|balance| balance.key() == one.key());
        let whole = now.is_some_and(|b| b.on_hand == one.quantity && b.reserved.is_zero());
        is_dearer |= now.is_some_and(|balance| balance.value != one.value);
        if !whole {
            touched.push(json!({
                "line": line,
                "received": one.quantity,
                "onHand": now.map(|balance| balance.on_hand),
                "reserved": now.map(|balance| balance.reserved),
            }));
        }
    }
    if touched.is_empty() && is_dearer {
        // Without its pieces the added cost would stay.
        return Err(Refusal::new(
            RefusalCode::InUse,
            "A landed cost made goods of this document dearer: reverse the landed cost first.",
            "На эти товары отнесены дополнительные расходы: сначала сторнируйте их.",
        ));
    }
    if touched.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::InUse,
        "Goods of this document are reserved or already gone.",
        "Товары этого документа зарезервированы или уже ушли со склада.",
    )
    .with(json!({ "lines": touched })))
}
