//! What people do with users, roles and keys. One transaction that changes rights runs at a time
//! in a tenant: the rules look at all users and roles together.

mod api_key;
mod approval_letters;
mod create_user;
mod department;
mod leaving;
mod own_password;
mod role;
mod team;
mod update_user;
mod web_origins;

pub use api_key::{CreateApiKey, NewKey, RevokeApiKey, rebind_keys};
pub use approval_letters::SetApprovalLetters;
pub use create_user::CreateUser;
pub use department::{CreateDepartment, DepartmentChanges, UpdateDepartment};
pub use leaving::{Leaving, Successors, see_off, successors, within_reach};
pub(crate) use own_password::SetOwnPassword;
pub use role::{DeleteRole, SaveRole};
pub use team::SaveTeam;
pub use update_user::{UpdateUser, UserChanges};
pub use web_origins::SetWebOrigins;

use std::collections::BTreeSet;

use access::{Forbidden, Permit, Policy, Reach, RightSet};
use db::{CommandError, EventDraft, Fault, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, Refusal, RefusalCode, SessionId, UserId, Uuid};
use serde_json::json;

use crate::links::revoke_links_of;
use crate::policy::{self, OwnRoles};
use crate::rules::{self, RoleRule};
use crate::sessions::account_lock;

/// Waits until no other transaction changes rights in the tenant.
async fn lock_rights(tx: &TenantTx) -> Result<(), Fault> {
    let sql = "select pg_advisory_xact_lock(hashtextextended($1, 0))";
    tx.run(Sql::new(sql, values![format!("rights:{}", tx.tenant())])).await?;
    Ok(())
}

/// Tells every replica that the rights of an actor have changed, or of all.
async fn rights_changed(tx: &TenantTx, actor: Option<Uuid>) -> Result<(), Fault> {
    let sql = "insert into rights_change (tenant_id, actor_id) values ($1, $2)";
    tx.run(Sql::new(sql, values![tx.tenant(), actor])).await?;
    Ok(())
}

/// Ends a user's sessions, but for one, and the links in his name; nobody signs in with the old
/// credentials meanwhile.
async fn end_sessions(tx: &TenantTx, user: UserId, keeps: Option<SessionId>) -> Result<(), Fault> {
    let sql = "
        update user_session
        set ended_at = $3, end_reason = 'SHUT'
        where tenant_id = $1 and user_id = $2 and id is distinct from $4 and ended_at is null";
    tx.run(Sql::new(sql, values![tx.tenant(), user, tx.now(), keeps])).await?;
    revoke_links_of(tx, user).await
}

/// Keeps signing in and changing credentials apart.
async fn lock_account(tx: &TenantTx, user: UserId) -> Result<(), Fault> {
    let sql = "select pg_advisory_xact_lock(hashtextextended($1, 0))";
    tx.run(Sql::new(sql, values![account_lock(tx.tenant(), user)])).await?;
    Ok(())
}

/// What belongs to no user needs the right in the whole tenant.
pub(crate) fn tenant_wide<A: access::Action>(permit: &Permit<A>) -> Result<(), CommandError> {
    if permit.reach() == Reach::All { Ok(()) } else { Err(Forbidden(A::RIGHT).into()) }
}

/// Reports and lists show names of people and departments: what is cached of them goes.
fn tell(tx: &TenantTx, kind: &'static str, id: Uuid) {
    tx.emit(EventDraft {
        kind: "catalog_changed",
        subject_kind: kind,
        subject_id: id,
        manager_id: None,
        customer_id: None,
        products: Vec::new(),
        warehouses: Vec::new(),
    });
}

/// Roles that may be given to a user by this caller.
fn check_roles(
    policy: &Policy,
    own: &OwnRoles,
    caller: &RightSet,
    roles: &[String],
) -> Result<BTreeSet<String>, CommandError> {
    let at_roles = |rule: RoleRule| CommandError::from(Refusal::from(rule).at(["roles"]));
    rules::reject_unknown_roles(roles, &policy::role_names(own, policy)).map_err(at_roles)?;
    within_rights(caller, &policy.rights(roles)).map_err(at_roles)?;
    Ok(roles.iter().cloned().collect())
}

fn within_rights(caller: &RightSet, given: &RightSet) -> Result<(), RoleRule> {
    match rules::exceeded(caller, given) {
        Some(right) => Err(RoleRule::Exceeded(right)),
        None => Ok(()),
    }
}

/// Nobody gives a larger discount than his own, neither to a person nor by roles that he gives.
async fn within_own_discount<A: access::Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    given: Option<Decimal>,
) -> Outcome<()> {
    #[derive(db::FromQueryResult)]
    struct Limit {
        held: Option<Decimal>,
    }
    let Some(given) = given else { return Ok(()) };
    let sql = "
        select s.max_discount as held
        from seller_v s
        where s.tenant_id = $1 and s.id = $2";
    let values = values![permit.tenant(), permit.user()];
    let limit: Option<Limit> = tx.one(Sql::new(sql, values)).await?;
    let held = rules::discount_limit(limit.and_then(|limit| limit.held), None);
    if rules::exceeds_discount(permit.scope().rights(), held, given) {
        return Err(Refusal::from(RoleRule::DiscountExceeded).into());
    }
    Ok(())
}

/// The roles that make an administrator.
fn admin_roles(policy: &Policy) -> Vec<String> {
    policy
        .role_names()
        .filter(|name| policy.role(name).is_some_and(|set| rules::is_administrator(set)))
        .map(str::to_owned)
        .collect()
}

/// Somebody who is not shut must hold one of the administrators' roles, as the rows stand now.
async fn keep_an_admin(tx: &TenantTx, policy: &Policy) -> Outcome<()> {
    #[derive(db::FromQueryResult)]
    struct Any {
        found: bool,
    }
    let sql = "
        select exists (
            select
            from user_role r
            join app_user u on u.tenant_id = r.tenant_id and u.id = r.user_id
            where r.tenant_id = $1 and r.role = any($2) and u.active) as found";
    let any: Option<Any> = tx.one(Sql::new(sql, values![tx.tenant(), admin_roles(policy)])).await?;
    if any.is_some_and(|any| any.found) {
        return Ok(());
    }
    Err(Refusal::from(RoleRule::LastAdmin).into())
}

fn stale(current: i32) -> Refusal {
    Refusal::new(
        RefusalCode::StaleVersion,
        "Somebody has changed this since you read it.",
        "Кто-то изменил это после того, как вы прочитали.",
    )
    .at(["version"])
    .with(json!({ "currentVersion": current }))
}

fn unknown(what_en: &str, what_ru: &str, field: &str) -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        format!("There is no such {what_en}."),
        format!("Нет такого объекта: {what_ru}."),
    )
    .at([field])
}

fn taken(en: &str, ru: &str, field: &str) -> Refusal {
    Refusal::new(RefusalCode::Taken, en, ru).at([field])
}
