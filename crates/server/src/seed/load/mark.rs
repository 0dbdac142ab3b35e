//! How far the making of a demo company has come, as entries of its audit trail: they stay as
//! they are, whatever people do in the demo.

use access::{Action, Permit, Right};
use anyhow::Result;
use db::{AuditEntry, Command, Db, Outcome, ReadPool, TenantTx};
use identity::{AuditFilter, Tenant};
use kernel::{NaiveDate, PageRequest};
use serde_json::json;

use crate::commands::sentence;

const ACTION: &str = "makeDemo";
pub(super) const BEGUN: &str = "begun";
pub(super) const COMPLETE: &str = "complete";

/// Where a demo company stands.
pub(super) enum Stage {
    /// No tenant, or not one of ours.
    Absent,
    /// Not all of it is there; its history ends on this day.
    Begun(Tenant, NaiveDate),
    /// It is all there.
    Complete,
}

/// Notes a stage.
struct NoteStage {
    day: NaiveDate,
    stage: &'static str,
}

impl Action for NoteStage {
    const RIGHT: Right = Right::SettingsWrite;
}

#[async_trait::async_trait]
impl Command for NoteStage {
    type Output = ();

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<()> {
        let facts = json!({ "stage": self.stage, "today": self.day });
        tx.audit(AuditEntry::new(ACTION, "Tenant", permit.tenant(), facts));
        Ok(())
    }
}

pub(super) async fn write(
    db: &Db,
    tenant: &Tenant,
    day: NaiveDate,
    stage: &'static str,
) -> Result<()> {
    let permit = identity::worker_scope(tenant, "demo").permit::<NoteStage>()?;
    db.write_as_job(&permit, &NoteStage { day, stage }).await.map_err(sentence)
}

pub(super) async fn stage(db: &Db, slug: &str) -> Result<Stage> {
    let Some(tenant) = identity::tenant(db, slug).await? else { return Ok(Stage::Absent) };
    let scope = identity::worker_scope(&tenant, "demo");
    let reader = db.reader(&scope, ReadPool::Jobs);
    let tx = reader.tx().await?;
    let ours = AuditFilter {
        subject: Some(tenant.id.0),
        action: Some(ACTION.to_owned()),
        ..AuditFilter::default()
    };
    let newest = PageRequest { limit: 1, backward: false, after: None, before: None };
    let entries = identity::audit_trail(&tx, &scope.permit()?, &ours, &newest).await;
    drop(tx);
    reader.renew().await;
    let Some((_, last)) = entries.map_err(sentence)?.rows.into_iter().next() else {
        return Ok(Stage::Absent);
    };
    let changes = &last.changes;
    if changes["stage"] == COMPLETE {
        return Ok(Stage::Complete);
    }
    let day = serde_json::from_value(changes["today"].clone())?;
    Ok(Stage::Begun(tenant, day))
}
