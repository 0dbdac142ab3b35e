//! Users, departments and teams.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    DateTime, Decimal, DepartmentId, Direction, Page, PageRequest, Position, TeamId, UserId, Utc,
    Uuid,
};

use super::{count, keyset, uuids};
use crate::ReadUsers;

/// A person who signs in.
#[derive(Clone, Debug, FromQueryResult)]
pub struct User {
    /// His id.
    pub id: UserId,
    /// What he signs in with.
    pub email: String,
    /// His name.
    pub name: String,
    /// The language of messages to him: `ru` or `en`.
    pub language: String,
    /// Whether he gets letters about approvals that wait for him.
    pub approval_letters: bool,
    /// Where he works.
    pub department_id: Option<DepartmentId>,
    /// The largest discount he gives without asking, percent.
    pub max_discount: Option<Decimal>,
    /// The same, else the largest limit of his roles.
    pub discount_limit: Option<Decimal>,
    /// Whether he may sign in.
    pub active: bool,
    /// His key in another system.
    pub external_reference: Option<String>,
    /// Grows with each change.
    pub version: i32,
    /// When he was made.
    pub created_at: DateTime<Utc>,
    /// When he was changed last.
    pub updated_at: DateTime<Utc>,
    /// His roles, by name.
    pub roles: Vec<String>,
}

const USERS: &str = "
    select u.id, u.email, u.name, u.language, u.approval_letters, u.department_id, u.max_discount,
           u.active, u.external_reference, u.version, u.created_at, u.updated_at,
           discount_limit(u.tenant_id, u.id, u.max_discount) as discount_limit,
           array(select r.role
                 from user_role r
                 where r.tenant_id = $1 and r.user_id = u.id
                 order by r.role) as roles
    from app_user u
    where u.tenant_id = $1 and ($2::uuid[] is null or u.id = any($2))";

/// Which users.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// Those who may sign in, or may not.
    pub active: Option<bool>,
    /// Those with this role.
    pub role: Option<String>,
    /// Those of this department itself.
    pub department: Option<DepartmentId>,
    /// The one with this address.
    pub email: Option<String>,
    /// The one with this key in another system.
    pub external_reference: Option<String>,
}

/// What users are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserSort {
    /// By name.
    Name,
    /// By address.
    Email,
    /// By the time they were made.
    Created,
}

impl UserSort {
    /// The order's name in cursors.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "NAME",
            Self::Email => "EMAIL",
            Self::Created => "CREATED",
        }
    }

    fn column(self) -> Option<&'static str> {
        match self {
            Self::Name => Some("u.name"),
            Self::Email => Some("u.email"),
            Self::Created => None,
        }
    }

    fn key(self, user: &User) -> Option<String> {
        match self {
            Self::Name => Some(user.name.clone()),
            Self::Email => Some(user.email.clone()),
            Self::Created => None,
        }
    }
}

fn filtered(sql: &mut Sql, filter: &UserFilter) {
    if let Some(active) = filter.active {
        sql.with(" and u.active = ", active, "");
    }
    if let Some(department) = filter.department {
        sql.with(" and u.department_id = ", department, "");
    }
    if let Some(email) = &filter.email {
        sql.with(" and u.email = ", email.trim().to_lowercase(), "");
    }
    if let Some(reference) = &filter.external_reference {
        sql.with(" and u.external_reference = ", reference.clone(), "");
    }
    if let Some(role) = &filter.role {
        let before = " and exists (select from user_role f
                                   where f.tenant_id = $1 and f.user_id = u.id and f.role = ";
        sql.with(before, role.clone(), ")");
    }
}

/// A page of users within the permit's reach.
///
/// # Errors
/// A fault where the statement fails.
pub async fn users(
    tx: &TenantTx,
    permit: &Permit<ReadUsers>,
    filter: &UserFilter,
    sort: UserSort,
    direction: Direction,
    page: &PageRequest,
) -> Outcome<Page<User>> {
    let mut sql = Sql::new(USERS, values![permit.tenant(), permit.managers()]);
    filtered(&mut sql, filter);
    keyset(&mut sql, sort.column(), "u.id", direction, page);
    let rows: Vec<User> = tx.all(sql).await?;
    let placed = |user: User| {
        let (order, key) = (sort.name().to_owned(), sort.key(&user));
        (Position { order, key, id: user.id.0 }, user)
    };
    Ok(Page::of(rows.into_iter().map(placed).collect(), page))
}

/// How many users there are, up to `cap`.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_users(
    tx: &TenantTx,
    permit: &Permit<ReadUsers>,
    filter: &UserFilter,
    cap: i64,
) -> Outcome<i64> {
    let text = "
        select count(*) as counted
        from (select from app_user u
              where u.tenant_id = $1 and ($2::uuid[] is null or u.id = any($2))";
    let mut sql = Sql::new(text, values![permit.tenant(), permit.managers()]);
    filtered(&mut sql, filter);
    count(tx, sql, cap).await
}

/// Users by id, within the permit's reach.
///
/// # Errors
/// A fault where the statement fails.
pub async fn users_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadUsers>,
    ids: &[UserId],
) -> Outcome<HashMap<UserId, User>> {
    let mut sql = Sql::new(USERS, values![permit.tenant(), permit.managers()]);
    sql.with(" and u.id = any(", uuids(ids), ")");
    let rows: Vec<User> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|user| (user.id, user)).collect())
}

/// A node of the tree of departments.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Department {
    /// Its id.
    pub id: DepartmentId,
    /// What it belongs to.
    pub parent_id: Option<DepartmentId>,
    /// Its name.
    pub name: String,
    /// Grows with each change.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

const DEPARTMENTS: &str = "
    select d.id, d.parent_id, d.name, d.version, d.created_at, d.updated_at
    from department d
    where d.tenant_id = $1";

fn by_name(name: &str, id: Uuid) -> Position {
    Position { order: "NAME".into(), key: Some(name.to_owned()), id }
}

/// A page of departments, by name.
///
/// # Errors
/// A fault where the statement fails.
pub async fn departments(
    tx: &TenantTx,
    permit: &Permit<ReadUsers>,
    page: &PageRequest,
) -> Outcome<Page<Department>> {
    let mut sql = Sql::new(DEPARTMENTS, values![permit.tenant()]);
    keyset(&mut sql, Some("d.name"), "d.id", Direction::Asc, page);
    let rows: Vec<Department> = tx.all(sql).await?;
    let placed = |row: Department| (by_name(&row.name, row.id.0), row);
    Ok(Page::of(rows.into_iter().map(placed).collect(), page))
}

/// How many departments there are, up to `cap`.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_departments(
    tx: &TenantTx,
    permit: &Permit<ReadUsers>,
    cap: i64,
) -> Outcome<i64> {
    let text = "
        select count(*) as counted
        from (select from department d where d.tenant_id = $1";
    count(tx, Sql::new(text, values![permit.tenant()]), cap).await
}

/// Departments by id.
///
/// # Errors
/// A fault where the statement fails.
pub async fn departments_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadUsers>,
    ids: &[DepartmentId],
) -> Outcome<HashMap<DepartmentId, Department>> {
    let mut sql = Sql::new(DEPARTMENTS, values![permit.tenant()]);
    sql.with(" and d.id = any(", uuids(ids), ")");
    let rows: Vec<Department> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Managers with a head: what the reach TEAM means.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// Who heads it.
    pub head_id: UserId,
    /// Everybody else in it.
    pub members: Vec<Uuid>,
    /// Grows with each change.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

const TEAMS: &str = "
    select t.id, t.name, t.head_id, t.version, t.created_at, t.updated_at,
           array(select m.user_id
                 from team_member m
                 where m.tenant_id = $1 and m.team_id = t.id
                 order by m.user_id) as members
    from team t
    where t.tenant_id = $1";

/// A page of teams, by name.
///
/// # Errors
/// A fault where the statement fails.
pub async fn teams(
    tx: &TenantTx,
    permit: &Permit<ReadUsers>,
    page: &PageRequest,
) -> Outcome<Page<Team>> {
    let mut sql = Sql::new(TEAMS, values![permit.tenant()]);
    keyset(&mut sql, Some("t.name"), "t.id", Direction::Asc, page);
    let rows: Vec<Team> = tx.all(sql).await?;
    let placed = |row: Team| (by_name(&row.name, row.id.0), row);
    Ok(Page::of(rows.into_iter().map(placed).collect(), page))
}

/// How many teams there are, up to `cap`.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_teams(tx: &TenantTx, permit: &Permit<ReadUsers>, cap: i64) -> Outcome<i64> {
    let text = "
        select count(*) as counted
        from (select from team t where t.tenant_id = $1";
    count(tx, Sql::new(text, values![permit.tenant()]), cap).await
}

/// Teams by id.
///
/// # Errors
/// A fault where the statement fails.
pub async fn teams_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadUsers>,
    ids: &[TeamId],
) -> Outcome<HashMap<TeamId, Team>> {
    let mut sql = Sql::new(TEAMS, values![permit.tenant()]);
    sql.with(" and t.id = any(", uuids(ids), ")");
    let rows: Vec<Team> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The tenant of a transaction, by its names.
#[derive(Clone, Debug, FromQueryResult)]
pub struct OwnTenant {
    /// Its name in addresses, keys and sign-in.
    pub slug: String,
    /// Its name for people.
    pub name: String,
}

/// The names of the tenant one is in; everybody in it may know them.
///
/// # Errors
/// A fault where the statement fails.
pub async fn own_tenant(tx: &TenantTx) -> Outcome<Option<OwnTenant>> {
    let sql = "select t.slug, t.name from tenant t where t.tenant_id = $1";
    Ok(tx.one(Sql::new(sql, values![tx.tenant()])).await?)
}

/// Those of these addresses that people who may sign in have, with their ids.
///
/// # Errors
/// [`db::Fault`].
pub async fn users_by_email(
    tx: &TenantTx,
    permit: &Permit<ReadUsers>,
    emails: Vec<String>,
) -> Outcome<HashMap<String, UserId>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: UserId,
        email: String,
    }
    if emails.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = "
        select u.id, u.email
        from app_user u
        where u.tenant_id = $1 and u.email = any($2::text[]) and u.active";
    let rows: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant(), emails])).await?;
    Ok(rows.into_iter().map(|row| (row.email, row.id)).collect())
}
