//! Single-purpose links: a random token that lets whoever holds it do one thing with one record,
//! without signing in.
//!
//! A context makes a link in the transaction that gives it away and revokes it where it takes the
//! thing back; only the hash of its secret is kept. Opening it gives a [`Scope`] whose only right
//! is that of its kind ([`LinkKind::right`]); what it shows and decides stands in the crate
//! `pages`. A command that decides locks its record first and then calls [`use_link`], so that a
//! link for one use decides once, however often it is sent.

use access::{Actor, LinkKind, Linked, Origin, Permit, Scope};
use db::{CommandError, Db, Fault, FromQueryResult, Outcome, Reason, Sql, TenantTx, values};
use kernel::{DateTime, LinkId, UserId, Utc, Uuid};
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
    /// Whether it is over once something was decided through it; it shows nothing afterwards.
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
    /// Unknown, ended, revoked or used: nobody can tell which.
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
    let token = LinkToken::new(permit.tenant(), LinkId::new());
    let sql = "
        insert into access_link
            (tenant_id, id, hash, kind, subject_id, user_id, one_use, ends_at, created_by,
             created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let values = values![
        permit.tenant(),
        token.link,
        token.hash().to_vec(),
        new.kind.as_str(),
        new.subject,
        new.user,
        new.one_use,
        new.ends_at,
        permit.user(),
        tx.now(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(MadeLink { id: token.link, token: token.text() })
}

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
/// Not found where the caller came without a link of this kind, or the link is over meanwhile.
pub async fn use_link<A>(tx: &TenantTx, permit: &Permit<A>, kind: LinkKind) -> Outcome<Linked> {
    let link = permit.scope().link().filter(|link| link.kind == kind);
    let link = link.ok_or(CommandError::NotFound)?;
    let sql = "
        update access_link
        set used_at = coalesce(used_at, $3)
        where tenant_id = $1 and id = $2
          and revoked_at is null and ends_at > $3 and not (one_use and used_at is not null)";
    match tx.run(Sql::new(sql, values![permit.tenant(), link.id, tx.now()])).await? {
        1 => Ok(link),
        _ => Err(CommandError::NotFound),
    }
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
          and not (l.one_use and l.used_at is not null)
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
