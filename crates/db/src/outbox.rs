//! Events: written with the transaction, numbered after it by the sequencer, then published.

use kernel::{CustomerId, DateTime, TenantId, UserId, Utc, Uuid};
use serde::{Deserialize, Serialize};

use crate::tx::{Pending, TenantTx};
use crate::{Fault, values};

/// An event as a command tells it.
#[derive(Clone, Debug, Serialize)]
pub struct EventDraft {
    /// What kind of event: `document_changed`, `stock_changed`.
    pub kind: &'static str,
    /// The kind of record it is about: `SalesOrder`.
    pub subject_kind: &'static str,
    /// The record.
    pub subject_id: Uuid,
    /// The responsible manager, for filtering by reach.
    pub manager_id: Option<UserId>,
    /// The customer, for filtering by a key's binding.
    pub customer_id: Option<CustomerId>,
    /// Products the event is about, for subscribers' filters.
    pub products: Vec<Uuid>,
    /// Warehouses the event is about, for subscribers' filters.
    pub warehouses: Vec<Uuid>,
}

/// A numbered event as subscribers get it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromQueryResult)]
pub struct Event {
    /// Its place in the tenant's order: the cursor of subscriptions.
    pub position: i64,
    /// The tenant.
    pub tenant_id: TenantId,
    /// What kind of event.
    pub kind: String,
    /// The kind of record it is about.
    pub subject_kind: String,
    /// The record.
    pub subject_id: Uuid,
    /// The responsible manager.
    pub manager_id: Option<UserId>,
    /// The customer.
    pub customer_id: Option<CustomerId>,
    /// Products the event is about.
    pub products: Vec<Uuid>,
    /// Warehouses the event is about.
    pub warehouses: Vec<Uuid>,
    /// When it was committed, roughly: when its transaction began.
    pub recorded_at: DateTime<Utc>,
}

/// Writes audit and outbox rows in one statement, last in the transaction.
pub(crate) async fn flush(tx: &TenantTx, pending: Pending) -> Result<bool, Fault> {
    let has_events = !pending.events.is_empty();
    if pending.audit.is_empty() && !has_events {
        return Ok(false);
    }
    let actor = tx.actor();
    let json = |error: serde_json::Error| Fault::broken(format!("rows without JSON: {error}"));
    let audit = serde_json::to_value(&pending.audit).map_err(json)?;
    let events = serde_json::to_value(&pending.events).map_err(json)?;
    let sql = "
        with written as (
            insert into audit_trail
                (tenant_id, actor_kind, actor_id, actor_label, action, subject_kind, subject_id,
                 changes)
            select $1, $2, $3, $4, a.action, a.subject_kind, a.subject_id, a.changes
            from jsonb_to_recordset($5) as a
                (action text, subject_kind text, subject_id uuid, changes jsonb)
            returning id
        ), waiting as (
            insert into audit_unsealed (tenant_id, audit_id)
            select $1, w.id
            from written w
        )
        insert into event_outbox
            (tenant_id, kind, subject_kind, subject_id, manager_id, customer_id, products,
             warehouses)
        select $1, e.kind, e.subject_kind, e.subject_id, e.manager_id, e.customer_id, e.products,
               e.warehouses
        from jsonb_to_recordset($6) as e
            (kind text, subject_kind text, subject_id uuid, manager_id uuid, customer_id uuid,
             products uuid[], warehouses uuid[])";
    let values = values![tx.tenant(), actor.kind(), actor.id(), actor.label(), audit, events,];
    tx.run(crate::Sql::new(sql, values)).await?;
    Ok(has_events)
}

/// Writes the same audit row for each of these records.
pub(crate) async fn note_each(
    tx: &TenantTx,
    (action, subject_kind): (&str, &str),
    subjects: Vec<Uuid>,
    changes: serde_json::Value,
) -> Result<(), Fault> {
    if subjects.is_empty() {
        return Ok(());
    }
    let actor = tx.actor();
    let sql = "
        with written as (
            insert into audit_trail
                (tenant_id, actor_kind, actor_id, actor_label, action, subject_kind, subject_id,
                 changes)
            select $1, $2, $3, $4, $5, $6, s.id, $8
            from unnest($7::uuid[]) as s (id)
            returning id
        )
        insert into audit_unsealed (tenant_id, audit_id)
        select $1, w.id
        from written w";
    let values = values![
        tx.tenant(),
        actor.kind(),
        actor.id(),
        actor.label(),
        action,
        subject_kind,
        subjects,
        changes,
    ];
    tx.run(crate::Sql::new(sql, values)).await?;
    Ok(())
}
