//! The audit trail: who did what to which record.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{AuditId, DateTime, Page, PageRequest, Position, UserId, Utc, Uuid};
use serde_json::Value;

use super::{count, uuids};
use crate::{ReadAudit, ReadHistory};

/// Entries of one record's history, newest first, at most.
const LONGEST_HISTORY: i32 = 100;

/// One row of the audit trail.
#[derive(Clone, Debug, FromQueryResult)]
pub struct AuditRow {
    sequence: i64,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// `user`, `key`, `worker` or `link`.
    pub actor_kind: String,
    /// The user, key or link; nil for workers.
    pub actor_id: Uuid,
    /// The worker's name, or what a link is for.
    pub actor_label: String,
    /// In whose name a link's holder did it, where the link was given to one of the tenant's people.
    pub link_user: Option<UserId>,
    /// What was done, as the API names it.
    pub action: String,
    /// The kind of the record.
    pub subject_kind: String,
    /// The record.
    pub subject_id: Uuid,
    /// What changed; for those who may read the audit trail.
    pub changes: Value,
}

impl AuditRow {
    /// The row's number.
    #[must_use]
    pub fn number(&self) -> i64 {
        self.sequence
    }

    /// The row's id: its number, written as a uuid.
    #[must_use]
    pub fn id(&self) -> AuditId {
        AuditId(Uuid::from_u128(u128::try_from(self.sequence).unwrap_or_default()))
    }

    /// Whether the permit reaches who did it: then lists of the trail hold the row.
    #[must_use]
    pub fn is_within(&self, permit: &Permit<ReadAudit>) -> bool {
        permit.managers().is_none_or(|reached| reached.contains(&self.actor_id))
    }
}

/// The number an id stands for; `None` for an id that was made up.
fn sequence(id: Uuid) -> Option<i64> {
    i64::try_from(id.as_u128()).ok()
}

const ENTRIES: &str = "
    select a.id as sequence, a.recorded_at, a.actor_kind, a.actor_id, a.actor_label, a.action,
           a.subject_kind, a.subject_id, a.changes,
           -- Asked of the page's entries alone: a join would turn the planner from the index of days.
           (select l.user_id
            from access_link l
            where a.actor_kind = 'link' and l.tenant_id = a.tenant_id and l.id = a.actor_id)
               as link_user
    from audit_trail a
    where a.tenant_id = $1";

/// Which entries.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// About this record.
    pub subject: Option<Uuid>,
    /// About records of this kind: `SalesOrder`.
    pub subject_kind: Option<String>,
    /// By this user or key.
    pub actor: Option<Uuid>,
    /// By a `user`, a `key` or a `worker`.
    pub actor_kind: Option<&'static str>,
    /// Of this kind, as the API names it: `confirmSalesOrder`.
    pub action: Option<String>,
    /// Not before this moment.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub to: Option<DateTime<Utc>>,
    /// Where this field changed; of the program's own fields.
    pub field: Option<String>,
    /// Where this text stands in what changed; of the program's own fields. Whoever asks for it
    /// bounds the entries by a record or a time: no index helps here.
    pub text: Option<String>,
}

fn filtered(sql: &mut Sql, permit: &Permit<ReadAudit>, filter: &AuditFilter) {
    sql.among("a.actor_id", permit.managers());
    if let Some(subject) = filter.subject {
        sql.with(" and a.subject_id = ", subject, "");
    }
    if let Some(actor) = filter.actor {
        sql.with(" and a.actor_id = ", actor, "");
    }
    if let Some(kind) = &filter.subject_kind {
        sql.with(" and a.subject_kind = ", kind.clone(), "");
    }
    if let Some(kind) = filter.actor_kind {
        sql.with(" and a.actor_kind = ", kind, "");
    }
    if let Some(action) = &filter.action {
        sql.with(" and a.action = ", action.clone(), "");
    }
    if let Some(from) = filter.from {
        sql.with(" and a.recorded_at >= ", from, "");
    }
    if let Some(to) = filter.to {
        sql.with(" and a.recorded_at < ", to, "");
    }
    if filter.field.is_some() || filter.text.is_some() {
        // Custom fields are shown to some and so found by nobody.
        sql.push(
            " and exists (select from jsonb_each_text(a.changes) c
                          where c.key not like 'customFields.%'",
        );
        if let Some(field) = &filter.field {
            sql.with(" and c.key = ", field.clone(), "");
        }
        if let Some(text) = &filter.text {
            sql.with(" and position(lower(", text.clone(), ") in lower(c.value)) > 0");
        }
        sql.push(")");
    }
}

fn placed(row: AuditRow) -> (Position, AuditRow) {
    (Position { order: "NEWEST".into(), key: None, id: row.id().0 }, row)
}

/// A page of the audit trail, newest first.
///
/// # Errors
/// A fault where the statement fails.
pub async fn audit_trail(
    tx: &TenantTx,
    permit: &Permit<ReadAudit>,
    filter: &AuditFilter,
    page: &PageRequest,
) -> Outcome<Page<AuditRow>> {
    let mut sql = Sql::new(ENTRIES, values![permit.tenant()]);
    filtered(&mut sql, permit, filter);
    for (position, sign) in [(&page.after, "<"), (&page.before, ">")] {
        if let Some(position) = position {
            let place = sequence(position.id).unwrap_or(i64::MAX);
            sql.with(&format!(" and a.id {sign} "), place, "");
        }
    }
    sql.push(if page.backward { " order by a.id asc" } else { " order by a.id desc" });
    sql.with(" limit ", i64::from(page.limit) + 1, "");
    let rows: Vec<AuditRow> = tx.all(sql).await?;
    Ok(Page::of(rows.into_iter().map(placed).collect(), page))
}

/// How many entries there are, up to `cap`.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_audit_trail(
    tx: &TenantTx,
    permit: &Permit<ReadAudit>,
    filter: &AuditFilter,
    cap: i64,
) -> Outcome<i64> {
    let text = "
        select count(*) as counted
        from (select from audit_trail a where a.tenant_id = $1";
    let mut sql = Sql::new(text, values![permit.tenant()]);
    filtered(&mut sql, permit, filter);
    count(tx, sql, cap).await
}

/// Entries by id.
///
/// # Errors
/// A fault where the statement fails.
pub async fn audit_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadAudit>,
    ids: &[AuditId],
) -> Outcome<HashMap<AuditId, AuditRow>> {
    let places: Vec<i64> = uuids(ids).into_iter().filter_map(sequence).collect();
    let mut sql = Sql::new(ENTRIES, values![permit.tenant()]);
    filtered(&mut sql, permit, &AuditFilter::default());
    sql.with(" and a.id = any(", places, ")");
    let rows: Vec<AuditRow> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id(), row)).collect())
}

/// The newest entries about each of these records, at most 100 of each, newest first. Whoever
/// calls has seen the records.
///
/// # Errors
/// A fault where the statement fails.
pub async fn history(
    tx: &TenantTx,
    permit: &Permit<ReadHistory>,
    subjects: &[Uuid],
) -> Outcome<HashMap<Uuid, Vec<AuditRow>>> {
    let sql = "
        select a.sequence, a.recorded_at, a.actor_kind, a.actor_id, a.actor_label, a.action,
               a.subject_kind, a.subject_id, a.changes, l.user_id as link_user
        from unnest($2::uuid[]) as s (id)
        cross join lateral (
            select h.id as sequence, h.recorded_at, h.actor_kind, h.actor_id, h.actor_label,
                   h.action, h.subject_kind, h.subject_id, h.changes
            from audit_trail h
            where h.tenant_id = $1 and h.subject_id = s.id
            order by h.id desc
            limit $3) a
        left join access_link l
          on a.actor_kind = 'link' and l.tenant_id = $1 and l.id = a.actor_id
        order by a.subject_id, a.sequence desc";
    let values = values![permit.tenant(), subjects.to_vec(), LONGEST_HISTORY];
    let rows: Vec<AuditRow> = tx.all(Sql::new(sql, values)).await?;
    let mut found: HashMap<Uuid, Vec<AuditRow>> = HashMap::new();
    for row in rows {
        found.entry(row.subject_id).or_default().push(row);
    }
    Ok(found)
}
