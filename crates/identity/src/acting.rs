//! Working for somebody who started something and does not wait for it.

use access::{Actor, Origin, Scope};
use db::{Db, Fault, FromQueryResult, Reason, Sql, values};
use kernel::{ApiKeyId, UserId, Uuid};

use crate::doorkeeper::store;
use crate::policy;
use crate::tenants::Tenant;

#[derive(FromQueryResult)]
struct Person {
    roles: Vec<String>,
    team: Vec<Uuid>,
}

/// The scope of whoever started a job, as his rights are now; none where he is shut out, or is a
/// worker of the program itself.
///
/// # Errors
/// [`Fault`].
pub async fn acting_scope_of(
    db: &Db,
    tenant: &Tenant,
    actor: Actor,
) -> Result<Option<Scope>, Fault> {
    match actor {
        Actor::User(user) => acting_scope(db, tenant, user).await,
        Actor::Key(key) => key_scope(db, tenant, key).await,
        Actor::Worker(_) | Actor::Link(_) => Ok(None),
    }
}

/// The scope of a partner's key as its scopes are now; none where it is revoked or has ended.
async fn key_scope(db: &Db, tenant: &Tenant, key: ApiKeyId) -> Result<Option<Scope>, Fault> {
    let mut tx = db.system(Reason::ActFor).await?;
    let found = store::key(&mut tx, tenant.id, key).await?;
    let own = policy::own_roles_of(&mut tx, tenant.id).await?;
    tx.commit().await?;
    let Some(found) = found.filter(|found| !found.is_over(db.clock().now())) else {
        return Ok(None);
    };
    let policy = policy::compile(&own).await?;
    Ok(Some(found.scope(tenant.id, key, &policy, tenant.facts)))
}

/// The scope of a user as his roles and teams are now; none where his account is shut. For jobs
/// that he started himself: what they write is his doing, and a right that he has lost since is
/// lost to them.
///
/// # Errors
/// [`Fault`].
pub async fn acting_scope(db: &Db, tenant: &Tenant, user: UserId) -> Result<Option<Scope>, Fault> {
    let sql = "
        with mine as (
            select t.id, t.head_id
            from team t
            where t.tenant_id = $1
              and (t.head_id = $2
                   or exists (select from team_member m
                              where m.tenant_id = $1 and m.team_id = t.id and m.user_id = $2))
        )
        select array(select r.role
                     from user_role r
                     where r.tenant_id = $1 and r.user_id = $2
                     order by r.role) as roles,
               array(select mine.head_id from mine
                     union
                     select m.user_id
                     from team_member m
                     where m.tenant_id = $1 and m.team_id in (select mine.id from mine)) as team
        from app_user u
        where u.tenant_id = $1 and u.id = $2 and u.active";
    let mut tx = db.system(Reason::ActFor).await?;
    let person: Option<Person> = tx.one(Sql::new(sql, values![tenant.id, user])).await?;
    let own = policy::own_roles_of(&mut tx, tenant.id).await?;
    tx.commit().await?;
    let Some(person) = person else { return Ok(None) };
    let policy = policy::compile(&own).await?;
    let mut team = person.team;
    team.push(user.0);
    team.sort_unstable();
    team.dedup();
    Ok(Some(Scope::verified(Origin {
        tenant: tenant.id,
        actor: Actor::User(user),
        session: None,
        rights: policy.rights(&person.roles),
        team: team.into_iter().map(UserId::from).collect(),
        customer: None,
        facts: tenant.facts,
    })))
}
