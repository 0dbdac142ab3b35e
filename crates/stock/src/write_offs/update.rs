//! Changing a draft.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx, on_constraint};
use kernel::{NaiveDate, WarehouseId, WriteOffId};
use serde_json::json;

use super::{HeldGoods, changed, locked, store};
use crate::house::{
    GoodsLineInput, Table, delete_lines, insert_lines, lines, read_lines, reason, reference_taken,
    warehouse,
};
use crate::rules::{MOST_TEXT, WriteOffState, check_texts};

/// Changes what is named and leaves the rest.
#[derive(Clone, Debug)]
pub struct UpdateWriteOff {
    /// Which.
    pub id: WriteOffId,
    /// The version that was read.
    pub version: i32,
    /// From where.
    pub warehouse_id: Option<WarehouseId>,
    /// Business date.
    pub occurred_on: Option<NaiveDate>,
    /// Why.
    pub reason: Option<String>,
    /// Whether goods that are held go too.
    pub held: Option<HeldGoods>,
    /// A note.
    pub comment: Option<String>,
    /// The record's name in another program; an inner `None` removes it.
    pub external_reference: Option<Option<String>>,
    /// All lines anew.
    pub lines: Option<Vec<GoodsLineInput>>,
}

impl Action for UpdateWriteOff {
    const RIGHT: Right = Right::WriteOffWrite;
}

#[async_trait::async_trait]
impl Command for UpdateWriteOff {
    type Output = WriteOffId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<WriteOffId> {
        let reference = self.external_reference.as_ref().and_then(Option::as_deref);
        check_texts(
            &[("comment", self.comment.as_deref().unwrap_or_default(), MOST_TEXT)],
            reference,
        )?;
        let before = locked(tx, permit, self.id, self.version).await?;
        before.state()?.to(WriteOffState::Draft)?;
        let mut after = before.clone();
        if let Some(id) = self.warehouse_id {
            after.warehouse_id = warehouse(tx, permit, Some(id), "warehouseId").await?.id;
        }
        if let Some(text) = &self.reason {
            after.reason = reason(Some(text), "reason")?;
        }
        after.occurred_on = self.occurred_on.unwrap_or(before.occurred_on);
        after.takes_held = self.held.map_or(before.takes_held, |held| held == HeldGoods::Go);
        if let Some(comment) = &self.comment {
            after.comment.clone_from(comment);
        }
        if let Some(reference) = &self.external_reference {
            after.external_reference.clone_from(reference);
        }
        let mut changes = json!({});
        if let Some(inputs) = &self.lines {
            let old = read_lines(tx, permit, Table::WriteOff, self.id.0).await?;
            let new = lines(tx, permit, after.organization_id, inputs).await?;
            delete_lines(tx, permit, Table::WriteOff, self.id.0).await?;
            insert_lines(tx, permit, Table::WriteOff, self.id.0, &new).await?;
            changes = json!({ "before": old, "after": new });
        }
        let written = store::update(tx, permit, &after).await;
        on_constraint(written, "write_off_external_reference_key", reference_taken)?;
        tx.audit(AuditEntry::new(
            "updateWriteOff",
            "WriteOff",
            self.id,
            json!({ "before": before, "after": after, "lines": changes }),
        ));
        changed(tx, &after);
        Ok(self.id)
    }
}
