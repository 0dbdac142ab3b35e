//! What waits for somebody: the same rule as a decision's (`rules/progress.rs`), in SQL, so that
//! lists find it by an index.

use std::collections::HashSet;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx};
use kernel::{ApprovalRequestId, UserId, Uuid};

use super::{uuids, within_reach};
use crate::model::ReadApprovals;
use crate::people::holdings;

/// In whose places somebody decides: a row a role, and one for the person himself; each of these
/// for everybody's documents, or once a manager.
#[derive(Clone, Debug, Default)]
pub struct InboxOf {
    user: Option<UserId>,
    users: Vec<Uuid>,
    roles: Vec<String>,
    /// Nil: everybody's.
    managers: Vec<Uuid>,
}

/// The caller's places today; `None` where nobody is asking in person.
///
/// # Errors
/// A fault of the database.
pub async fn inbox_of(tx: &TenantTx, permit: &Permit<ReadApprovals>) -> Outcome<Option<InboxOf>> {
    let Some(user) = permit.user() else { return Ok(None) };
    let mut inbox = InboxOf { user: Some(user), ..InboxOf::default() };
    let rights = permit.scope().rights();
    for holding in holdings(tx, permit, (user, rights)).await? {
        let managers: Vec<Uuid> = match &holding.managers {
            None => vec![Uuid::nil()],
            Some(own) => own.iter().map(|manager| manager.0).collect(),
        };
        for role in holding.roles.iter().map(String::as_str).chain([""]) {
            for manager in &managers {
                inbox.users.push(holding.user.0);
                inbox.roles.push(role.to_owned());
                inbox.managers.push(*manager);
            }
        }
    }
    Ok(Some(inbox))
}

impl InboxOf {
    /// Adds the condition on a request `d`.
    pub(crate) fn narrow(&self, sql: &mut Sql) {
        // Nobody's places hold nothing.
        let user = self.user.map_or(Uuid::nil(), |user| user.0);
        sql.push(" and d.state = 'PENDING'");
        sql.with(" and d.author_id is distinct from ", user, "");
        sql.with(" and d.asker_id <> ", user, "");
        sql.push(
            " and exists (
                select from approval_step p
                join approval_seat s
                  on s.tenant_id = d.tenant_id and s.request_id = d.id and s.rule_id = p.rule_id
                 and s.position = p.position and s.is_taken",
        );
        sql.with(" join unnest(", self.users.clone(), "::uuid[], ");
        sql.bind(self.roles.clone()).push("::text[], ");
        sql.bind(self.managers.clone()).push("::uuid[]) as h (user_id, role, manager_id)");
        sql.push(
            " on (s.user_id = h.user_id or s.role = h.role)
                 and h.manager_id in (d.manager_id, '00000000-0000-0000-0000-000000000000')
                 and h.user_id <> d.asker_id and h.user_id is distinct from d.author_id
                where p.tenant_id = d.tenant_id and p.request_id = d.id and p.state = 'OPEN'
                  and not exists (
                      select from approval_signature g
                      where g.tenant_id = d.tenant_id and g.request_id = d.id
                        and g.rule_id = p.rule_id and g.position = p.position
                        and (g.place_id = h.user_id",
        );
        sql.with(" or g.user_id = ", user, ")))");
    }
}

/// Which of these the caller may decide now.
///
/// # Errors
/// A fault of the database.
pub async fn decidable(
    tx: &TenantTx,
    permit: &Permit<ReadApprovals>,
    ids: &[ApprovalRequestId],
) -> Outcome<HashSet<ApprovalRequestId>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: ApprovalRequestId,
    }
    let Some(inbox) = inbox_of(tx, permit).await? else { return Ok(HashSet::new()) };
    let mut sql = Sql::new("select d.id from approval_request d", []);
    sql.with(" where d.tenant_id = ", permit.tenant(), "");
    sql.with(" and d.id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit);
    inbox.narrow(&mut sql);
    let found: Vec<Found> = tx.all(sql).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}
