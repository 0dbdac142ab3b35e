//! What the doorkeeper reads, by the cross-tenant login: nobody is known yet.

use access::{Actor, Origin, Policy, Scope, TenantFacts};
use db::{Db, Fault, FromQueryResult, Reason, Sql, SystemTx, values};
use kernel::{ApiKeyId, CustomerId, DateTime, SessionId, TenantId, UserId, Utc, Uuid};

/// A person whose session is open and whose account is not shut.
#[derive(FromQueryResult)]
pub(super) struct Person {
    pub(super) base_currency: String,
    pub(super) time_zone: String,
    pub(super) roles: Vec<String>,
    pub(super) team: Vec<Uuid>,
}

pub(super) async fn person(
    tx: &mut SystemTx,
    tenant: TenantId,
    user: UserId,
    session: SessionId,
) -> Result<Option<Person>, Fault> {
    let sql = "
        with mine as (
            select t.id, t.head_id
            from team t
            where t.tenant_id = $1
              and (t.head_id = $2
                   or exists (select from team_member m
                              where m.tenant_id = $1 and m.team_id = t.id and m.user_id = $2))
        )
        select t.base_currency, t.time_zone,
               array(select r.role
                     from user_role r
                     where r.tenant_id = $1 and r.user_id = $2
                     order by r.role) as roles,
               array(select mine.head_id from mine
                     union
                     select m.user_id
                     from team_member m
                     where m.tenant_id = $1 and m.team_id in (select mine.id from mine)) as team
        from user_session s
        join app_user u on u.tenant_id = s.tenant_id and u.id = s.user_id
        join tenant t on t.tenant_id = s.tenant_id
        where s.tenant_id = $1 and s.id = $3 and s.user_id = $2
          and s.ended_at is null
          and u.active";
    tx.one(Sql::new(sql, values![tenant, user, session])).await
}

#[derive(FromQueryResult)]
struct TenantRow {
    tenant_id: TenantId,
}

pub(super) async fn tenant_of(tx: &mut SystemTx, slug: &str) -> Result<Option<TenantId>, Fault> {
    let sql = "select tenant_id from tenant where slug = $1";
    let row: Option<TenantRow> = tx.one(Sql::new(sql, values![slug])).await?;
    Ok(row.map(|row| row.tenant_id))
}

/// A key that is not revoked.
#[derive(FromQueryResult)]
pub(crate) struct KeyRow {
    pub(crate) hash: Vec<u8>,
    pub(crate) scopes: Vec<String>,
    pub(crate) customer_id: Option<CustomerId>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) last_used_at: Option<DateTime<Utc>>,
    pub(crate) base_currency: String,
    pub(crate) time_zone: String,
}

impl KeyRow {
    /// Whether it has ended by now.
    pub(crate) fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// Who comes with it, as its scopes are now.
    pub(crate) fn scope(
        &self,
        tenant: TenantId,
        key: ApiKeyId,
        policy: &Policy,
        facts: TenantFacts,
    ) -> Scope {
        Scope::verified(Origin {
            tenant,
            actor: Actor::Key(key),
            session: None,
            rights: policy.scope_rights(&self.scopes),
            team: [].into(),
            customer: self.customer_id,
            facts,
        })
    }
}

pub(crate) async fn key(
    tx: &mut SystemTx,
    tenant: TenantId,
    key: ApiKeyId,
) -> Result<Option<KeyRow>, Fault> {
    let sql = "
        select k.hash, k.scopes, k.customer_id, k.expires_at, k.last_used_at,
               t.base_currency, t.time_zone
        from api_key k
        join tenant t on t.tenant_id = k.tenant_id
        where k.tenant_id = $1 and k.id = $2 and k.revoked_at is null";
    tx.one(Sql::new(sql, values![tenant, key])).await
}

pub(super) async fn note_use(
    db: &Db,
    tenant: TenantId,
    key: ApiKeyId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let mut tx = db.system(Reason::PartnerKey).await?;
    let sql = "
        update api_key
        set last_used_at = $3
        where tenant_id = $1 and id = $2 and (last_used_at is null or last_used_at < $3)";
    tx.run(Sql::new(sql, values![tenant, key, now])).await?;
    tx.commit().await
}

/// A change of rights, and where the next look begins.
#[derive(FromQueryResult)]
pub(super) struct Change {
    pub(super) id: Option<Uuid>,
    pub(super) tenant_id: Option<TenantId>,
    pub(super) actor_id: Option<Uuid>,
    pub(super) next_floor: String,
}

/// Changes of transactions that were not over at the last look, and the floor of the next one:
/// every transaction below it is over, and what it wrote is in this answer or an earlier one.
pub(super) async fn changes(tx: &mut SystemTx, floor: &str) -> Result<Vec<Change>, Fault> {
    let sql = "
        select c.id, c.tenant_id, c.actor_id,
               pg_snapshot_xmin(pg_current_snapshot())::text as next_floor
        from (select 1) one
        left join rights_change c on c.written_by >= $1::text::xid8";
    tx.all(Sql::new(sql, values![floor])).await
}

/// The web origins a tenant lists.
#[derive(FromQueryResult)]
pub(super) struct WebOriginsRow {
    pub(super) tenant_id: TenantId,
    pub(super) origins: Vec<String>,
}

/// The lists of these tenants, or of all.
pub(super) async fn web_origins(
    tx: &mut SystemTx,
    tenants: Option<&[TenantId]>,
) -> Result<Vec<WebOriginsRow>, Fault> {
    let all = "select tenant_id, origins from web_origins";
    match tenants {
        None => tx.all(all).await,
        Some(tenants) => {
            let ids: Vec<Uuid> = tenants.iter().map(|tenant| tenant.0).collect();
            tx.all(Sql::new(format!("{all} where tenant_id = any($1)"), values![ids])).await
        }
    }
}

/// Removes changes that every replica has seen long ago, and refresh tokens that have expired.
pub(super) async fn drop_old(tx: &mut SystemTx) -> Result<(), Fault> {
    tx.run("delete from rights_change where changed_at < now() - interval '1 hour'").await?;
    tx.run("delete from refresh_token where expires_at < now() - interval '1 day'").await?;
    Ok(())
}
