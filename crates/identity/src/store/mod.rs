//! What the API reads of users, roles, keys and the audit trail.

mod audit;
mod keys;
mod people;
mod roles;
mod web_origins;

pub use audit::{AuditFilter, AuditRow, audit_by_id, audit_trail, count_audit_trail, history};
pub use keys::{ApiKey, api_keys, api_keys_by_id, count_api_keys};
pub use people::{
    Department, OwnTenant, Team, User, UserFilter, UserSort, count_departments, count_teams,
    count_users, departments, departments_by_id, own_tenant, teams, teams_by_id, users,
    users_by_email, users_by_id,
};
pub use roles::{Role, role_names, roles};
pub use web_origins::{WebOrigins, web_origins};

use access::{Right, Scope};
use db::{FromQueryResult, Outcome, Sql, TenantTx};
use kernel::{ApiKeyId, Direction, PageRequest, Uuid};

use crate::sessions::one_right;
use crate::{ReadKeys, ReadUsers};

/// Who is asking, as a user: everybody may know himself, whatever his roles.
///
/// # Errors
/// A fault where the statement fails.
pub async fn own_account(tx: &TenantTx, scope: &Scope) -> Outcome<Option<User>> {
    let Some(user) = scope.user() else { return Ok(None) };
    let permit = one_right(scope, Right::UserRead).permit::<ReadUsers>()?;
    Ok(users_by_id(tx, &permit, &[user]).await?.remove(&user))
}

/// Who is asking, as a key.
///
/// # Errors
/// A fault where the statement fails.
pub async fn own_key(tx: &TenantTx, scope: &Scope, key: ApiKeyId) -> Outcome<Option<ApiKey>> {
    let permit = one_right(scope, Right::KeyRead).permit::<ReadKeys>()?;
    Ok(api_keys_by_id(tx, &permit, &[key]).await?.remove(&key))
}

pub(crate) fn uuids<T: Copy + Into<Uuid>>(ids: &[T]) -> Vec<Uuid> {
    ids.iter().map(|id| (*id).into()).collect()
}

/// Adds what stands around a page: rows after and before, order and number. `key` is a text
/// column that is never null; without one the list is ordered by id alone, which is by time.
fn keyset(sql: &mut Sql, key: Option<&str>, id: &str, direction: Direction, page: &PageRequest) {
    let ascends = (direction == Direction::Asc) != page.backward;
    let (further, nearer) = if direction == Direction::Asc { (">", "<") } else { ("<", ">") };
    for (position, sign) in [(&page.after, further), (&page.before, nearer)] {
        let Some(position) = position else { continue };
        match key {
            Some(key) => {
                let value = position.key.clone().unwrap_or_default();
                sql.push(&format!(" and ({key}, {id}) {sign} ("));
                sql.bind(value).with(", ", position.id, ")");
            }
            None => {
                sql.with(&format!(" and {id} {sign} "), position.id, "");
            }
        }
    }
    let way = if ascends { "asc" } else { "desc" };
    match key {
        Some(key) => sql.push(&format!(" order by {key} {way}, {id} {way}")),
        None => sql.push(&format!(" order by {id} {way}")),
    };
    sql.with(" limit ", i64::from(page.limit) + 1, "");
}

#[derive(FromQueryResult)]
struct Counted {
    counted: i64,
}

/// Counts what a select gives, up to `cap`.
pub(crate) async fn count(tx: &TenantTx, mut select: Sql, cap: i64) -> Outcome<i64> {
    select.with(" limit ", cap, ") as found");
    let row: Option<Counted> = tx.one(select).await?;
    Ok(row.map_or(0, |row| row.counted))
}

#[cfg(test)]
mod tests {
    use db::values;
    use kernel::Position;

    use super::*;

    #[test]
    fn a_page_is_read_from_its_end() {
        let position =
            || Some(Position { order: "NAME".into(), key: Some("b".into()), id: Uuid::nil() });
        let start = || Sql::new("select", values![]);
        let page = |backward, after, before| PageRequest { limit: 2, backward, after, before };
        for (page, direction, key, expected) in [
            (page(false, None, None), Direction::Asc, Some("n"), " order by n asc, i asc limit $1"),
            (
                page(false, position(), None),
                Direction::Asc,
                Some("n"),
                " and (n, i) > ($1, $2) order by n asc, i asc limit $3",
            ),
            (
                page(true, None, position()),
                Direction::Asc,
                Some("n"),
                " and (n, i) < ($1, $2) order by n desc, i desc limit $3",
            ),
            (
                page(true, None, position()),
                Direction::Desc,
                None,
                " and i > $1 order by i asc limit $2",
            ),
        ] {
            let mut sql = start();
            keyset(&mut sql, key, "i", direction, &page);
            assert_eq!(sql.text(), format!("select{expected}"));
        }
    }
}
