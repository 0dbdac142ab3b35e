//! Changing a draft.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx, on_constraint};
use kernel::{NaiveDate, PurchaseOrderId, WarehouseId};
use serde_json::json;

use super::{check_texts, order_changed, reference_taken};
use crate::commands::draft;
use crate::purchases::lines::{self, PurchaseLineInput};
use crate::purchases::rules::PurchaseOrderState;
use crate::purchases::store;

/// Changes what is named of a draft and leaves the rest.
#[derive(Clone, Debug)]
pub struct UpdatePurchaseOrder {
    /// Which.
    pub id: PurchaseOrderId,
    /// The version that was read.
    pub version: i32,
    /// Where to.
    pub warehouse_id: Option<WarehouseId>,
    /// Business date.
    pub occurred_on: Option<NaiveDate>,
    /// When lines without a day of their own are expected; an inner `None` removes it.
    pub expected_on: Option<Option<NaiveDate>>,
    /// The number that the supplier gave it.
    pub supplier_reference: Option<String>,
    /// A note.
    pub comment: Option<String>,
    /// The record's name in another program; an inner `None` removes it.
    pub external_reference: Option<Option<String>>,
    /// All lines anew.
    pub lines: Option<Vec<PurchaseLineInput>>,
}

impl Action for UpdatePurchaseOrder {
    const RIGHT: Right = Right::PurchaseWrite;
}

#[async_trait::async_trait]
impl Command for UpdatePurchaseOrder {
    type Output = PurchaseOrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PurchaseOrderId> {
        let reference = self.external_reference.as_ref().and_then(Option::as_deref);
        let (number, comment) = (self.supplier_reference.as_deref(), self.comment.as_deref());
        check_texts(number.unwrap_or_default(), comment.unwrap_or_default(), reference)?;
        lines::check_price_right(permit, self.lines.as_deref().unwrap_or_default())?;
        let before = store::locked(tx, permit, self.id, self.version).await?;
        before.state()?.to(PurchaseOrderState::Draft)?;
        let mut after = before.clone();
        if let Some(id) = self.warehouse_id {
            after.warehouse_id = draft::warehouse(tx, permit, Some(id)).await?;
        }
        after.occurred_on = self.occurred_on.unwrap_or(before.occurred_on);
        after.expected_on = self.expected_on.unwrap_or(before.expected_on);
        number.unwrap_or(&before.supplier_reference).clone_into(&mut after.supplier_reference);
        comment.unwrap_or(&before.comment).clone_into(&mut after.comment);
        if let Some(reference) = &self.external_reference {
            after.external_reference.clone_from(reference);
        }
        let mut changes = json!({});
        if let Some(inputs) = &self.lines {
            let supplier = lines::supplier(tx, permit, before.supplier_id).await?;
            let old = store::lines(tx, permit, self.id).await?;
            let new = lines::lines(tx, permit, &after, &supplier, inputs).await?;
            store::put_lines(tx, permit, self.id, &new).await?;
            after.amount = lines::total(&new);
            changes = json!({ "before": old, "after": new });
        }
        let written = store::update(tx, permit, &after).await;
        on_constraint(written, "purchase_order_external_reference_key", reference_taken)?;
        tx.audit(AuditEntry::new(
            "updatePurchaseOrder",
            "PurchaseOrder",
            self.id,
            json!({ "before": before, "after": after, "lines": changes }),
        ));
        order_changed(tx, &after);
        Ok(self.id)
    }
}
