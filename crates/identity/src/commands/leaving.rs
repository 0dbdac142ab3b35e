//! Somebody leaves: his sessions and keys end, perhaps his account is shut, and others take over.
//! The records themselves belong to contexts above.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use db::{AuditEntry, CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{ApiKeyId, Refusal, RefusalCode, TeamId, UserId, Uuid};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    end_sessions, keep_an_admin, lock_account, lock_rights, rights_changed, tell, within_rights,
};
use crate::policy;
use crate::store::uuids;

/// People who take over at once, at most.
const MOST_SUCCESSORS: usize = 500;

/// What becomes of somebody's way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leaving {
    /// Nothing: he stays.
    Kept,
    /// His sessions and the keys that he made end at once.
    Ended,
    /// As [`Leaving::Ended`], and he cannot sign in any more.
    Shut,
}

impl Leaving {
    /// As the database writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "KEPT",
            Self::Ended => "ENDED",
            Self::Shut => "SHUT",
        }
    }

    /// Reads what the database wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Kept, Self::Ended, Self::Shut].into_iter().find(|one| one.as_str() == text)
    }
}

/// Who takes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Successors {
    /// These people.
    People(Vec<UserId>),
    /// Everybody of a team who may sign in, its head among them.
    Team(TeamId),
}

#[derive(FromQueryResult)]
struct Standing {
    active: bool,
    roles: Vec<String>,
}

/// A user within the permit's reach; not visible is not found.
///
/// # Errors
/// NOT_FOUND, or a fault where the statement fails.
pub async fn within_reach<A>(tx: &TenantTx, permit: &Permit<A>, user: UserId) -> Outcome<()> {
    #[derive(FromQueryResult)]
    struct Found {
        found: bool,
    }
    let sql = "
        select exists (
            select from app_user u
            where u.tenant_id = $1 and u.id = $2 and ($3::uuid[] is null or u.id = any($3))
        ) as found";
    let values = values![permit.tenant(), user, permit.managers()];
    let found: Option<Found> = tx.one(Sql::new(sql, values)).await?;
    if found.is_some_and(|row| row.found) { Ok(()) } else { Err(CommandError::NotFound) }
}

/// Ends a user's sessions and the keys he made, and shuts his account where that is asked for, in
/// the transaction of whoever takes his records from him. Nothing for [`Leaving::Kept`]. Holds on
/// every replica within a second.
///
/// # Errors
/// NOT_FOUND out of reach; refused where he has rights that the caller lacks, nobody would be left
/// to manage users and roles, or he is to be shut out while he takes over from somebody.
pub async fn see_off<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    user: UserId,
    leaving: Leaving,
) -> Outcome<()> {
    // Whoever takes over is looked at next, and may be shut out by nobody meanwhile.
    lock_rights(tx).await?;
    if leaving == Leaving::Kept {
        return within_reach(tx, permit, user).await;
    }
    lock_account(tx, user).await?;
    let sql = "
        select u.active,
               array(select r.role
                     from user_role r
                     where r.tenant_id = $1 and r.user_id = u.id
                     order by r.role) as roles
        from app_user u
        where u.tenant_id = $1 and u.id = $2 and ($3::uuid[] is null or u.id = any($3))
        for no key update of u";
    let values = values![permit.tenant(), user, permit.managers()];
    let found: Option<Standing> = tx.one(Sql::new(sql, values)).await?;
    let found = found.ok_or(CommandError::NotFound)?;
    let policy = policy::compile(&policy::own_roles(tx).await?).await?;
    // Nobody sends away those who stand above him.
    let rights = policy.rights(&found.roles);
    within_rights(permit.scope().rights(), &rights).map_err(Refusal::from)?;
    let is_shut = leaving == Leaving::Shut && found.active;
    if is_shut {
        let sql = "
            update app_user
            set active = false, version = version + 1, updated_at = $3
            where tenant_id = $1 and id = $2";
        let shut = tx.run(Sql::new(sql, values![permit.tenant(), user, tx.now()])).await;
        db::on_constraint(shut, "hand_over_running", || takes_over("leaverId"))?;
        keep_an_admin(tx, &policy).await?;
    }
    end_sessions(tx, user, None).await?;
    let keys = revoke_keys_of(tx, permit, user).await?;
    rights_changed(tx, Some(user.0)).await?;
    let mut changes = json!({ "sessions": "ended", "keysRevoked": keys.len() });
    if is_shut {
        changes["active"] = json!({ "before": true, "after": false });
    }
    tx.audit(AuditEntry::new("seeOff", "User", user, changes));
    tell(tx, "User", user.0);
    Ok(())
}

/// Whoever made a key may have kept its secret.
async fn revoke_keys_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    user: UserId,
) -> Outcome<Vec<ApiKeyId>> {
    #[derive(FromQueryResult)]
    struct Revoked {
        id: ApiKeyId,
    }
    let sql = "
        with revoked as (
            update api_key
            set revoked_at = $3
            where tenant_id = $1 and created_by = $2 and revoked_at is null
            returning id
        ), told as (
            insert into rights_change (tenant_id, actor_id)
            select $1, r.id
            from revoked r
        )
        select r.id
        from revoked r";
    let values = values![permit.tenant(), user, tx.now()];
    let rows: Vec<Revoked> = tx.all(Sql::new(sql, values)).await?;
    let keys: Vec<ApiKeyId> = rows.into_iter().map(|row| row.id).collect();
    tx.audit_each("revokeApiKey", "ApiKey", &keys, json!({ "leaver": user })).await?;
    Ok(keys)
}

#[derive(FromQueryResult)]
struct Candidate {
    id: UserId,
    active: bool,
    roles: Vec<String>,
}

/// Who takes over, by id: people within reach who may sign in and see customers, but for the one
/// who leaves. Those of a team who do not are passed over; those who are named are refused.
///
/// # Errors
/// Refused with UNKNOWN_REFERENCE for people out of reach and INVALID for those who cannot.
pub async fn successors<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    leaver: UserId,
    wanted: &Successors,
) -> Outcome<Vec<UserId>> {
    let found = candidates(tx, permit, wanted).await?;
    let policy = policy::compile(&policy::own_roles(tx).await?).await?;
    let is_fit = |one: &Candidate| {
        let sees = policy.rights(&one.roles).reach(Right::CustomerRead).is_some();
        one.active && one.id != leaver && sees
    };
    let by_id: HashMap<UserId, &Candidate> = found.iter().map(|one| (one.id, one)).collect();
    let mut heirs: Vec<UserId> = match wanted {
        Successors::Team(_) => found.iter().filter(|one| is_fit(one)).map(|one| one.id).collect(),
        Successors::People(people) => {
            for person in people {
                let one = by_id.get(person).ok_or_else(unknown_person)?;
                if !is_fit(one) {
                    return Err(unfit(*person).into());
                }
            }
            people.clone()
        }
    };
    heirs.sort_unstable();
    heirs.dedup();
    match heirs.len() {
        0 => Err(nobody().into()),
        many if many > MOST_SUCCESSORS => Err(too_many().into()),
        _ => Ok(heirs),
    }
}

async fn candidates<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    wanted: &Successors,
) -> Outcome<Vec<Candidate>> {
    const CANDIDATES: &str = "
        select u.id, u.active,
               array(select r.role
                     from user_role r
                     where r.tenant_id = $1 and r.user_id = u.id
                     order by r.role) as roles
        from app_user u
        where u.tenant_id = $1 and ($2::uuid[] is null or u.id = any($2))";
    let mut sql = Sql::new(CANDIDATES, values![permit.tenant(), permit.managers()]);
    match wanted {
        Successors::People(people) => {
            if people.len() > MOST_SUCCESSORS {
                return Err(too_many().into());
            }
            sql.with(" and u.id = any(", uuids(people), ")");
        }
        Successors::Team(team) => {
            sql.with(
                " and (exists (select from team_member m
                               where m.tenant_id = $1 and m.user_id = u.id and m.team_id = ",
                *team,
                ")",
            );
            sql.with(
                " or exists (select from team t
                             where t.tenant_id = $1 and t.head_id = u.id and t.id = ",
                *team,
                "))",
            );
        }
    }
    Ok(tx.all(sql).await?)
}

pub(super) fn takes_over(field: &str) -> Refusal {
    Refusal::new(
        RefusalCode::InUse,
        "This person takes over from a colleague: wait until that hand-over is done.",
        "Этот человек принимает дела коллеги: дождитесь окончания передачи.",
    )
    .at([field])
}

fn unknown_person() -> Refusal {
    super::unknown("user", "пользователь", "heirIds")
}

fn unfit(person: UserId) -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "This person cannot take over: he is leaving himself, is shut out, or sees no customers.",
        "Этот человек не может принять дела: он сам уходит, заблокирован или не видит клиентов.",
    )
    .at(["heirIds"])
    .with(json!({ "userId": Uuid::from(person) }))
}

fn nobody() -> Refusal {
    Refusal::new(RefusalCode::Required, "Nobody is there to take over.", "Некому принять дела.")
        .at(["heirIds"])
}

fn too_many() -> Refusal {
    Refusal::new(
        RefusalCode::TooMany,
        "At most 500 people take over.",
        "Дела принимают не больше 500 человек.",
    )
    .at(["heirIds"])
}
