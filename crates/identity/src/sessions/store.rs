//! SQL of signing in, by the cross-tenant login: the program's own never sees a password's hash.

use db::{Fault, FromQueryResult, Sql, SystemTx, values};
use kernel::{DateTime, SessionId, TenantId, UserId, Utc};

use crate::links::REVOKE_OF_USER;
use crate::rules::Presented;
use crate::secrets::RefreshToken;

/// Generations of a session's tokens that are remembered, to know a used one again.
const GENERATIONS_KEPT: i32 = 100;

/// An account and its password's hash.
#[derive(FromQueryResult)]
pub(super) struct Account {
    pub(super) tenant_id: TenantId,
    pub(super) slug: String,
    pub(super) id: UserId,
    pub(super) email: String,
    pub(super) password_hash: String,
    pub(super) active: bool,
}

pub(super) async fn account(
    tx: &mut SystemTx,
    tenant: &str,
    email: &str,
) -> Result<Option<Account>, Fault> {
    let sql = "
        select t.tenant_id, t.slug, u.id, u.email, u.password_hash, u.active
        from tenant t
        join app_user u on u.tenant_id = t.tenant_id
        where t.slug = $1 and u.email = $2";
    tx.one(Sql::new(sql, values![tenant, email])).await
}

pub(super) async fn account_of(
    tx: &mut SystemTx,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<Account>, Fault> {
    let sql = "
        select t.tenant_id, t.slug, u.id, u.email, u.password_hash, u.active
        from app_user u
        join tenant t on t.tenant_id = u.tenant_id
        where u.tenant_id = $1 and u.id = $2";
    tx.one(Sql::new(sql, values![tenant, user])).await
}

/// The lock that keeps opening a session and changing an account's credentials apart; the
/// commands take it alone.
pub(crate) fn account_lock(tenant: TenantId, user: UserId) -> String {
    format!("account:{tenant}:{user}")
}

pub(super) async fn share_account(
    tx: &mut SystemTx,
    tenant: TenantId,
    user: UserId,
) -> Result<(), Fault> {
    let sql = "select pg_advisory_xact_lock_shared(hashtextextended($1, 0))";
    tx.run(Sql::new(sql, values![account_lock(tenant, user)])).await?;
    Ok(())
}

/// Opens a session, unless the account was shut or its password set since it was read.
pub(super) async fn open_session(
    tx: &mut SystemTx,
    account: &Account,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let sql = "
        insert into user_session (tenant_id, id, user_id, created_at, rotated_at)
        select u.tenant_id, $3, u.id, $5, $5
        from app_user u
        where u.tenant_id = $1 and u.id = $2 and u.active and u.password_hash = $4";
    let hash = account.password_hash.clone();
    let values = values![account.tenant_id, account.id, session, hash, now];
    Ok(tx.run(Sql::new(sql, values)).await? == 1)
}

pub(super) async fn keep_token(
    tx: &mut SystemTx,
    token: &RefreshToken,
    generation: i32,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), Fault> {
    let sql = "
        insert into refresh_token (tenant_id, hash, session_id, generation, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6)";
    let values = values![token.tenant, token.hash(), token.session, generation, now, expires_at];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// What is known of a presented token.
#[derive(FromQueryResult)]
pub(super) struct Found {
    pub(super) user_id: UserId,
    pub(super) generation: i32,
    pub(super) newest: i32,
    expires_at: DateTime<Utc>,
    rotated_at: DateTime<Utc>,
    is_ended: bool,
    active: bool,
}

impl Found {
    pub(super) fn facts(&self) -> Presented {
        Presented {
            generation: self.generation,
            expires_at: self.expires_at,
            newest: self.newest,
            rotated_at: self.rotated_at,
            is_ended: self.is_ended,
            is_active: self.active,
        }
    }
}

/// Finds a token and locks its session: two uses of one token come one after the other.
pub(super) async fn presented(
    tx: &mut SystemTx,
    token: &RefreshToken,
) -> Result<Option<Found>, Fault> {
    let sql = "
        select s.user_id, r.generation, s.generation as newest, r.expires_at, s.rotated_at,
               s.ended_at is not null as is_ended, u.active
        from user_session s
        join refresh_token r on r.tenant_id = s.tenant_id and r.session_id = s.id
        join app_user u on u.tenant_id = s.tenant_id and u.id = s.user_id
        where s.tenant_id = $1 and s.id = $2 and r.hash = $3
        for no key update of s";
    tx.one(Sql::new(sql, values![token.tenant, token.session, token.hash()])).await
}

pub(super) async fn rotate(
    tx: &mut SystemTx,
    token: &RefreshToken,
    generation: i32,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let advance = "
        update user_session
        set generation = $3, rotated_at = $4
        where tenant_id = $1 and id = $2";
    tx.run(Sql::new(advance, values![token.tenant, token.session, generation, now])).await?;
    let forget = "
        delete from refresh_token
        where tenant_id = $1 and session_id = $2 and generation < $3";
    let oldest = generation - GENERATIONS_KEPT;
    tx.run(Sql::new(forget, values![token.tenant, token.session, oldest])).await?;
    Ok(())
}

/// Which sessions end.
pub(super) struct Ending {
    tenant: TenantId,
    user: UserId,
    session: Option<SessionId>,
}

impl Ending {
    pub(super) fn of_session(tenant: TenantId, user: UserId, session: SessionId) -> Self {
        Self { tenant, user, session: Some(session) }
    }

    pub(super) fn of_user(tenant: TenantId, user: UserId) -> Self {
        Self { tenant, user, session: None }
    }
}

/// Ends sessions, and tells every replica. With all of a user's sessions go the links in his name.
pub(super) async fn end(
    tx: &mut SystemTx,
    ending: &Ending,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let end = "
        update user_session
        set ended_at = $4, end_reason = $5
        where tenant_id = $1 and user_id = $2 and ($3::uuid is null or id = $3)
          and ended_at is null";
    let values = values![ending.tenant, ending.user, ending.session, now, reason];
    tx.run(Sql::new(end, values)).await?;
    if ending.session.is_none() {
        tx.run(Sql::new(REVOKE_OF_USER, values![ending.tenant, ending.user, now])).await?;
    }
    let tell = "insert into rights_change (tenant_id, actor_id) values ($1, $2)";
    tx.run(Sql::new(tell, values![ending.tenant, ending.user])).await?;
    Ok(())
}
