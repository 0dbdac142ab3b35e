//! Single-purpose links: a random token that lets whoever holds it do one thing with one record,
//! without signing in.
//!
//! A context makes a link in the transaction that gives it away and revokes it where it takes the
//! thing back; only the hash of its secret is kept. Opening it gives a [`Scope`] whose only right
//! is that of its kind ([`LinkKind::right`]); what it shows and decides stands in the crate
//! `pages`. A command that decides locks its record first and then calls [`use_link`], so that a
//! link for one use decides once, however often it is sent; what was decided it shows until it ends.

use std::collections::HashSet;
use std::fmt::Write;

use access::{Actor, LinkKind, Linked, Origin, Permit, Scope};
use db::{CommandError, Db, Fault, FromQueryResult, Outcome, Reason, Sql, TenantTx, values};
use kernel::{DateTime, LinkId, Refusal, RefusalCode, UserId, Utc, Uuid};
use serde_json::json;
use subtle::ConstantTimeEq;

use crate::secrets::LinkToken;

/// A link to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewLink {
    /// What for.
    pub kind: LinkKind,
    /// The one record it is about.
    pub subject: Uuid,
    /// In whose name its holder acts, where it is given to one of the tenant's people; it is good
    /// as long as his account is.
    pub user: Option<UserId>,
    /// Until when it is good.
    pub ends_at: DateTime<Utc>,
    /// Whether it decides once; afterwards it shows what was decided.
    pub one_use: bool,
}

/// A link that was made. The token is nowhere else: it is given away now or lost.
#[derive(Clone)]
pub struct MadeLink {
    /// The link.
    pub id: LinkId,
    /// What stands behind `/l/` in its address.
    pub token: String,
}

impl std::fmt::Debug for MadeLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MadeLink").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Why a link is not opened.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Too often, or from an address that opens too many.
    #[error("too many attempts: wait {wait_ms} ms")]
    Throttled {
        /// Milliseconds to wait.
        wait_ms: u64,
    },
    /// Unknown, ended or revoked: nobody can tell which.
    #[error("no such link")]
    Gone,
    /// The database did not answer.
    #[error(transparent)]
    Unavailable(Fault),
}

impl From<CommandError> for LinkError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Fault(fault) => Self::Unavailable(fault),
            _ => Self::Gone,
        }
    }
}

/// Makes a link in the transaction of whoever gives it away.
///
/// # Errors
/// A fault where the statement fails.
pub async fn make_link<A>(tx: &TenantTx, permit: &Permit<A>, new: &NewLink) -> Outcome<MadeLink> {
    let made = make_links(tx, permit, std::slice::from_ref(new)).await?;
    made.into_iter().next().ok_or_else(|| Fault::broken("a link was not made").into())
}

/// Makes links in the transaction of whoever gives them away, in the order of what was asked for.
///
/// # Errors
/// A fault where the statement fails.
pub async fn make_links<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    new: &[NewLink],
) -> Outcome<Vec<MadeLink>> {
    let tokens: Vec<LinkToken> =
        new.iter().map(|_| LinkToken::new(permit.tenant(), LinkId::new())).collect();
    let rows = new.iter().zip(&tokens).map(|(new, token)| {
        json!({ "id": token.link, "hash": hex(&token.hash()), "kind": new.kind.as_str(),
                "subject_id": new.subject, "user_id": new.user, "one_use": new.one_use,
                "ends_at": new.ends_at })
    });
    let rows: serde_json::Value = rows.collect();
    let sql = "
        insert into access_link
            (tenant_id, id, hash, kind, subject_id, user_id, one_use, ends_at, created_by,
             created_at)
        select $1, x.id, decode(x.hash, 'hex'), x.kind, x.subject_id, x.user_id, x.one_use,
               x.ends_at, $3, $4
        from jsonb_to_recordset($2) as x
            (id uuid, hash text, kind text, subject_id uuid, user_id uuid, one_use boolean,
             ends_at timestamptz)";
    tx.run(Sql::new(sql, values![permit.tenant(), rows, permit.user(), tx.now()])).await?;
    Ok(tokens.iter().map(|token| MadeLink { id: token.link, token: token.text() }).collect())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Who holds a link of a kind to a record through which he may decide yet.
///
/// # Errors
/// A fault where the statement fails.
pub async fn link_holders<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    kind: LinkKind,
    subject: Uuid,
) -> Outcome<HashSet<UserId>> {
    #[derive(FromQueryResult)]
    struct Holder {
        user_id: UserId,
    }
    let sql = "
        select distinct l.user_id
        from access_link l
        where l.tenant_id = $1 and l.subject_id = $2 and l.kind = $3 and l.user_id is not null
          and l.revoked_at is null and l.ends_at > $4 and not (l.one_use and l.used_at is not null)";
    let values = values![permit.tenant(), subject, kind.as_str(), tx.now()];
    let holders: Vec<Holder> = tx.all(Sql::new(sql, values)).await?;
    Ok(holders.into_iter().map(|row| row.user_id).collect())
}

/// Ends all links in a user's name, with his sessions: whoever reads his mail decides nothing more.
pub(crate) async fn revoke_links_of(tx: &TenantTx, user: UserId) -> Result<(), Fault> {
    tx.run(Sql::new(REVOKE_OF_USER, values![tx.tenant(), user, tx.now()])).await?;
    Ok(())
}

/// Ends the links of tenant `$1` in the name of user `$2` at `$3`.
pub(crate) const REVOKE_OF_USER: &str = "
    update access_link
    set revoked_at = $3
    where tenant_id = $1 and user_id = $2 and revoked_at is null";

/// Ends all links of a kind to a record, in the transaction of whoever takes the thing back. Tells
/// how many there were.
///
/// # Errors
/// A fault where the statement fails.
pub async fn revoke_links<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    kind: LinkKind,
    subject: Uuid,
) -> Outcome<u64> {
    let sql = "
        update access_link
        set revoked_at = $4
        where tenant_id = $1 and subject_id = $2 and kind = $3 and revoked_at is null";
    let values = values![permit.tenant(), subject, kind.as_str(), tx.now()];
    Ok(tx.run(Sql::new(sql, values)).await?)
}

/// Lets the links of a kind to a record that are not revoked be good until a later time.
///
/// # Errors
/// A fault where the statement fails.
pub async fn keep_links_until<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (kind, subject): (LinkKind, Uuid),
    ends_at: DateTime<Utc>,
) -> Outcome<u64> {
    let sql = "
        update access_link
        set ends_at = $4
        where tenant_id = $1 and subject_id = $2 and kind = $3
          and revoked_at is null and ends_at < $4";
    let values = values![permit.tenant(), subject, kind.as_str(), ends_at];
    Ok(tx.run(Sql::new(sql, values)).await?)
}

/// Notes in the transaction of a decision that it was made through the caller's link, and holds
/// the link until it ends. To be called once the record is locked.
///
/// # Errors
/// Not found where the caller came without a link of this kind, or the link is over meanwhile;
/// refused where it was for one use and has been used.
pub async fn use_link<A>(tx: &TenantTx, permit: &Permit<A>, kind: LinkKind) -> Outcome<Linked> {
    let link = own_link(permit, kind)?;
    let sql = "
        update access_link
        set used_at = coalesce(used_at, $3)
        where tenant_id = $1 and id = $2
          and revoked_at is null and ends_at > $3 and not (one_use and used_at is not null)";
    match tx.run(Sql::new(sql, values![permit.tenant(), link.id, tx.now()])).await? {
        1 => Ok(link),
        _ if is_used_up(tx, permit, link.id).await? => Err(used_up().into()),
        _ => Err(CommandError::NotFound),
    }
}

/// Whether the caller's link was for one use and something was decided through it.
///
/// # Errors
/// Not found where the caller came without a link of this kind.
pub async fn link_is_used_up<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    kind: LinkKind,
) -> Outcome<bool> {
    is_used_up(tx, permit, own_link(permit, kind)?.id).await
}

fn own_link<A>(permit: &Permit<A>, kind: LinkKind) -> Outcome<Linked> {
    let link = permit.scope().link().filter(|link| link.kind == kind);
    link.ok_or(CommandError::NotFound)
}

async fn is_used_up<A>(tx: &TenantTx, permit: &Permit<A>, link: LinkId) -> Outcome<bool> {
    #[derive(FromQueryResult)]
    struct Used {
        used: bool,
    }
    let sql = "
        select l.one_use and l.used_at is not null and l.revoked_at is null and l.ends_at > $3
                   as used
        from access_link l
        where l.tenant_id = $1 and l.id = $2";
    let used: Option<Used> =
        tx.one(Sql::new(sql, values![permit.tenant(), link, tx.now()])).await?;
    Ok(used.is_some_and(|row| row.used))
}

fn used_up() -> Refusal {
    Refusal::new(
        RefusalCode::IllegalTransition,
        "Something was decided through this link already: it decides nothing more.",
        "По этой ссылке решение уже принято: больше она ничего не решает.",
    )
}

#[derive(FromQueryResult)]
struct Found {
    hash: Vec<u8>,
    kind: String,
    subject_id: Uuid,
    user_id: Option<UserId>,
    base_currency: String,
    time_zone: String,
}

/// The scope of whoever holds this token; `None` where there is no such link, or it is over.
pub(crate) async fn open(db: &Db, token: &LinkToken) -> Result<Option<Scope>, Fault> {
    let sql = "
        select l.hash, l.kind, l.subject_id, l.user_id, t.base_currency, t.time_zone
        from access_link l
        join tenant t on t.tenant_id = l.tenant_id
        where l.tenant_id = $1 and l.id = $2
          and l.revoked_at is null and l.ends_at > $3
          and (l.user_id is null
               or exists (select from app_user u
                          where u.tenant_id = l.tenant_id and u.id = l.user_id and u.active))";
    let mut tx = db.system(Reason::OpenLink).await?;
    let values = values![token.tenant, token.link, db.clock().now()];
    let found: Option<Found> = tx.one(Sql::new(sql, values)).await?;
    tx.commit().await?;
    let Some(found) = found else { return Ok(None) };
    let is_right = bool::from(found.hash.ct_eq(&token.hash()));
    let kind = LinkKind::parse(&found.kind).filter(|_| is_right);
    let Some(kind) = kind else { return Ok(None) };
    let (id, subject, user) = (token.link, found.subject_id, found.user_id);
    let name = token.tenant.to_string();
    Ok(Some(Scope::verified(Origin {
        tenant: token.tenant,
        actor: Actor::Link(Linked { id, kind, subject, user }),
        session: None,
        rights: kind.rights(),
        team: [].into(),
        customer: None,
        facts: crate::tenants::facts(&name, &found.base_currency, &found.time_zone)?,
    })))
}
