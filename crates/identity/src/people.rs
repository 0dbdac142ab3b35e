//! Who could do a thing: people who may sign in, with their compiled rights.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use access::{Permit, RightSet};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Language, UserId, Uuid};

use crate::policy;

/// Somebody who may sign in.
#[derive(Clone, Debug)]
pub struct Colleague {
    /// Who.
    pub id: UserId,
    /// His name.
    pub name: String,
    /// His address.
    pub email: String,
    /// The language of messages to him.
    pub language: Language,
    /// Whether he wants letters about approvals that wait for him.
    pub wants_approval_letters: bool,
    /// What his roles give, and the roles themselves.
    pub rights: Arc<RightSet>,
}

#[derive(FromQueryResult)]
struct Row {
    id: UserId,
    name: String,
    email: String,
    language: String,
    approval_letters: bool,
    roles: Vec<String>,
}

/// The people of the tenant who may sign in, with their rights as they are now: these, or all of
/// them. For rules that ask whether anybody is there to do a thing.
///
/// # Errors
/// A fault where a statement fails.
pub async fn colleagues<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    only: Option<&[UserId]>,
) -> Outcome<Vec<Colleague>> {
    let sql = "
        select u.id, u.name, u.email, u.language, u.approval_letters,
               array(select r.role
                     from user_role r
                     where r.tenant_id = $1 and r.user_id = u.id
                     order by r.role) as roles
        from app_user u
        where u.tenant_id = $1 and u.active and ($2::uuid[] is null or u.id = any($2))
        order by u.id";
    let only: Option<Vec<Uuid>> = only.map(|ids| ids.iter().map(|id| id.0).collect());
    let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), only])).await?;
    let own = policy::own_roles(tx).await?;
    let policy = policy::compile(&own).await?;
    let person = |row: Row| {
        let rights = policy.rights(&row.roles);
        Colleague {
            id: row.id,
            name: row.name,
            email: row.email,
            language: if row.language == "en" { Language::En } else { Language::Ru },
            wants_approval_letters: row.approval_letters,
            rights,
        }
    };
    Ok(rows.into_iter().map(person).collect())
}

/// For each of these, the people whose reach TEAM takes in his records, who are those whose records
/// his own takes in: heads and members of his teams, and himself.
///
/// # Errors
/// A fault where the statement fails.
pub async fn teammates<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    users: &[UserId],
) -> Outcome<HashMap<UserId, HashSet<UserId>>> {
    #[derive(FromQueryResult)]
    struct Found {
        mate_of: UserId,
        id: UserId,
    }
    let sql = "
        with his as (
            select u.id as mate_of, t.id, t.head_id
            from unnest($2::uuid[]) as u (id)
            join team t
              on t.tenant_id = $1
             and (t.head_id = u.id
                  or exists (select from team_member m
                             where m.tenant_id = $1 and m.team_id = t.id and m.user_id = u.id))
        )
        select his.mate_of, his.head_id as id from his
        union
        select his.mate_of, m.user_id
        from his
        join team_member m on m.tenant_id = $1 and m.team_id = his.id";
    let ids: Vec<Uuid> = users.iter().map(|user| user.0).collect();
    let rows: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant(), ids])).await?;
    let mut found: HashMap<UserId, HashSet<UserId>> =
        users.iter().map(|user| (*user, HashSet::from([*user]))).collect();
    for Found { mate_of, id } in rows {
        found.entry(mate_of).or_default().insert(id);
    }
    Ok(found)
}
