//! Changing a draft.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx, on_constraint};
use kernel::{NaiveDate, ReceiptId, WarehouseId};
use serde_json::json;

use super::draft::{self, ReceiptLineInput};
use crate::events;
use crate::purchases::receiving;
use crate::rules::{ReceiptState, check_shape};
use crate::store::receipts;

/// Changes what is named and leaves the rest.
#[derive(Clone, Debug)]
pub struct UpdateGoodsReceipt {
    /// Which.
    pub id: ReceiptId,
    /// The version that was read.
    pub version: i32,
    /// Where to.
    pub warehouse_id: Option<WarehouseId>,
    /// Business date.
    pub occurred_on: Option<NaiveDate>,
    /// Who delivered.
    pub supplier_name: Option<String>,
    /// A note.
    pub comment: Option<String>,
    /// The record's name in another program; an inner `None` removes it.
    pub external_reference: Option<Option<String>>,
    /// All lines anew; a line with an id continues that line and keeps its cost.
    pub lines: Option<Vec<ReceiptLineInput>>,
}

impl Action for UpdateGoodsReceipt {
    const RIGHT: Right = Right::ReceiptWrite;
}

#[async_trait::async_trait]
impl Command for UpdateGoodsReceipt {
    type Output = ReceiptId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ReceiptId> {
        let inputs = self.lines.as_deref().unwrap_or_default();
        let reference = self.external_reference.as_ref().and_then(Option::as_deref);
        let (supplier, comment) = (self.supplier_name.as_deref(), self.comment.as_deref());
        check_shape(supplier.unwrap_or_default(), comment.unwrap_or_default(), reference, inputs)?;
        draft::check_cost_right(permit, inputs)?;
        let before = draft::locked(tx, permit, self.id, self.version).await?;
        before.state()?.to(ReceiptState::Draft)?;
        let mut after = before.clone();
        if let Some(id) = self.warehouse_id {
            after.warehouse_id = draft::warehouse(tx, permit, Some(id)).await?;
        }
        after.occurred_on = self.occurred_on.unwrap_or(before.occurred_on);
        after.supplier_name = supplier.unwrap_or(&before.supplier_name).to_owned();
        after.comment = comment.unwrap_or(&before.comment).to_owned();
        if let Some(reference) = &self.external_reference {
            after.external_reference.clone_from(reference);
        }
        let mut changes = json!({});
        if self.lines.is_some() {
            let old = receipts::lines(tx, permit, self.id).await?;
            let basis = receiving::basis(tx, permit, before.purchase_order_id).await?;
            let inputs = receiving::filled(basis.as_ref(), inputs)?;
            let new = draft::lines(tx, permit, &inputs, &old).await?;
            receipts::delete_lines(tx, permit, self.id).await?;
            receipts::insert_lines(tx, permit, self.id, &new).await?;
            after.amount = draft::total(&new);
            changes = json!({ "before": old, "after": new });
        }
        let written = receipts::update(tx, permit, &after).await;
        on_constraint(written, "goods_receipt_external_reference_key", draft::reference_taken)?;
        tx.audit(AuditEntry::new(
            "updateGoodsReceipt",
            "GoodsReceipt",
            self.id,
            json!({ "before": before, "after": after, "lines": changes }),
        ));
        events::receipt_changed(tx, &after);
        Ok(self.id)
    }
}
