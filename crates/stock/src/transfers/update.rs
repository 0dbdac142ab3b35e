//! Changing a draft.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx, on_constraint};
use kernel::{NaiveDate, TransferId, WarehouseId};
use serde_json::json;

use super::create::{in_time, two_places};
use super::{changed, locked, store};
use crate::house::{
    GoodsLineInput, Table, delete_lines, insert_lines, lines, read_lines, reference_taken,
    warehouse,
};
use crate::rules::{MOST_TEXT, TransferState, check_texts};

/// Changes what is named and leaves the rest.
#[derive(Clone, Debug)]
pub struct UpdateStockTransfer {
    /// Which.
    pub id: TransferId,
    /// The version that was read.
    pub version: i32,
    /// From where.
    pub from_id: Option<WarehouseId>,
    /// Where to.
    pub to_id: Option<WarehouseId>,
    /// Business date of sending.
    pub occurred_on: Option<NaiveDate>,
    /// When the goods are to be there; an inner `None` removes it.
    pub expected_on: Option<Option<NaiveDate>>,
    /// A note.
    pub comment: Option<String>,
    /// The record's name in another program; an inner `None` removes it.
    pub external_reference: Option<Option<String>>,
    /// All lines anew.
    pub lines: Option<Vec<GoodsLineInput>>,
}

impl Action for UpdateStockTransfer {
    const RIGHT: Right = Right::TransferWrite;
}

#[async_trait::async_trait]
impl Command for UpdateStockTransfer {
    type Output = TransferId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<TransferId> {
        let reference = self.external_reference.as_ref().and_then(Option::as_deref);
        check_texts(
            &[("comment", self.comment.as_deref().unwrap_or_default(), MOST_TEXT)],
            reference,
        )?;
        let before = locked(tx, permit, self.id, self.version).await?;
        before.state()?.to(TransferState::Draft)?;
        let mut after = before.clone();
        if let Some(id) = self.from_id {
            after.from_id = warehouse(tx, permit, Some(id), "fromId").await?.id;
        }
        if let Some(id) = self.to_id {
            after.to_id = warehouse(tx, permit, Some(id), "toId").await?.id;
        }
        two_places(after.from_id, after.to_id)?;
        after.occurred_on = self.occurred_on.unwrap_or(before.occurred_on);
        after.expected_on = self.expected_on.unwrap_or(before.expected_on);
        in_time(after.occurred_on, after.expected_on)?;
        if let Some(comment) = &self.comment {
            after.comment.clone_from(comment);
        }
        if let Some(reference) = &self.external_reference {
            after.external_reference.clone_from(reference);
        }
        let mut changes = json!({});
        if let Some(inputs) = &self.lines {
            let old = read_lines(tx, permit, Table::Transfer, self.id.0).await?;
            let new = lines(tx, permit, after.organization_id, inputs).await?;
            delete_lines(tx, permit, Table::Transfer, self.id.0).await?;
            insert_lines(tx, permit, Table::Transfer, self.id.0, &new).await?;
            changes = json!({ "before": old, "after": new });
        }
        let written = store::update(tx, permit, &after).await;
        on_constraint(written, "stock_transfer_external_reference_key", reference_taken)?;
        tx.audit(AuditEntry::new(
            "updateStockTransfer",
            "StockTransfer",
            self.id,
            json!({ "before": before, "after": after, "lines": changes }),
        ));
        changed(tx, &after);
        Ok(self.id)
    }
}
