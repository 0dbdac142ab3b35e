//! Who has to be written to, and what letters and pages say of people.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{ApprovalRequestId, UserId, Uuid};

use super::uuids;
use crate::model::{ApprovalRequest, REQUEST_COLUMNS};

/// Marks a locked request: somebody may have to be written to.
pub(crate) async fn mark_untold<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ApprovalRequestId,
) -> Outcome<()> {
    let sql = "
        update approval_request d
        set is_untold = true
        where d.tenant_id = $1 and d.id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), id])).await?;
    Ok(())
}

/// Takes the mark off a request that waits, and locks it; none where somebody was first, or it
/// waits no more.
pub(crate) async fn take_untold<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ApprovalRequestId,
) -> Outcome<Option<ApprovalRequest>> {
    let text = format!(
        "update approval_request d
         set is_untold = false
         where d.tenant_id = $1 and d.id = $2 and d.is_untold and d.state = 'PENDING'
         returning {REQUEST_COLUMNS}"
    );
    Ok(tx.one(Sql::new(text, values![permit.tenant(), id])).await?)
}

/// Marked requests that wait, at most so many. Lives on approval_request_untold.
pub(crate) async fn untold_requests<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    most: i64,
) -> Outcome<Vec<ApprovalRequestId>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: ApprovalRequestId,
    }
    let sql = "
        select d.id
        from approval_request d
        where d.tenant_id = $1 and d.is_untold and d.state = 'PENDING'
        order by d.id
        limit $2";
    let found: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant(), most])).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// Takes the marks off appointments whose time has come: in whose places somebody new decides.
/// Lives on approval_deputy_untold.
pub(crate) async fn take_untold_deputies<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
) -> Outcome<Vec<UserId>> {
    #[derive(FromQueryResult)]
    struct Away {
        user_id: UserId,
    }
    let sql = "
        update approval_deputy y
        set is_untold = false
        where y.tenant_id = $1 and y.is_untold and y.ended_at is null
          and y.valid_from <= $2 and y.valid_to >= $2
        returning y.user_id";
    let away: Vec<Away> = tx.all(Sql::new(sql, values![permit.tenant(), tx.today()])).await?;
    let mut away: Vec<UserId> = away.into_iter().map(|row| row.user_id).collect();
    away.sort_unstable();
    away.dedup();
    Ok(away)
}

/// Marks what waits for one of these places, the oldest first and at most so many for each person:
/// a row a role, and one for the person himself.
pub(crate) async fn mark_untold_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (users, roles): (&[UserId], &[String]),
    most_each: i64,
) -> Outcome<u64> {
    let sql = "
        with place as (
            select * from unnest($2::uuid[], $3::text[]) as h (user_id, role)
        )
        update approval_request d
        set is_untold = true
        from (select distinct w.id
              from (select distinct h.user_id from place h) away
              cross join lateral (
                  select q.id
                  from approval_request q
                  where q.tenant_id = $1 and q.state = 'PENDING'
                    and exists (
                        select from approval_step p
                        join approval_seat s
                          on s.tenant_id = $1 and s.request_id = q.id and s.rule_id = p.rule_id
                         and s.position = p.position and s.is_taken
                        join place h
                          on h.user_id = away.user_id
                         and (s.user_id = h.user_id or s.role = h.role)
                        where p.tenant_id = $1 and p.request_id = q.id and p.state = 'OPEN')
                  order by q.requested_at, q.id
                  limit $4) w) waiting
        where d.tenant_id = $1 and d.id = waiting.id";
    let values = values![permit.tenant(), uuids(users), roles.to_vec(), most_each];
    Ok(tx.run(Sql::new(sql, values)).await?)
}

/// Names of the tenant's people.
pub(crate) async fn names_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    users: &[UserId],
) -> Outcome<HashMap<UserId, String>> {
    #[derive(FromQueryResult)]
    struct Named {
        id: UserId,
        name: String,
    }
    let sql = "
        select u.id, u.name
        from user_name_v u
        where u.tenant_id = $1 and u.id = any($2::uuid[])";
    let users: Vec<Uuid> = uuids(users);
    let named: Vec<Named> = tx.all(Sql::new(sql, values![permit.tenant(), users])).await?;
    Ok(named.into_iter().map(|row| (row.id, row.name)).collect())
}

/// The request of a link, not locked.
pub(crate) async fn request_by_id<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ApprovalRequestId,
) -> Outcome<Option<ApprovalRequest>> {
    let text = format!(
        "select {REQUEST_COLUMNS}
         from approval_request d
         where d.tenant_id = $1 and d.id = $2"
    );
    Ok(tx.one(Sql::new(text, values![permit.tenant(), id])).await?)
}
