//! A tenant's roles, compiled: those of the start and its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use access::{CustomRole, Policy, Reach};
use db::{Fault, FromQueryResult, Sql, SystemTx, TenantTx, values};
use kernel::{Decimal, TenantId};
use tokio::sync::OnceCell;

use crate::rules;

const ROLES: &str = "
    select name, title, includes, max_discount, version
    from tenant_role
    where tenant_id = $1
    order by name";
const RIGHTS: &str = "
    select role, object, act, reach
    from tenant_role_right
    where tenant_id = $1
    order by role, object, act";

#[derive(FromQueryResult)]
struct RoleRow {
    name: String,
    title: String,
    includes: Vec<String>,
    max_discount: Option<Decimal>,
    version: i32,
}

#[derive(FromQueryResult)]
struct RightRow {
    role: String,
    object: String,
    act: String,
    reach: String,
}

/// A role of the tenant's own.
#[derive(Clone, Debug)]
pub(crate) struct OwnRole {
    pub(crate) role: CustomRole,
    pub(crate) title: String,
    pub(crate) max_discount: Option<Decimal>,
    pub(crate) version: i32,
}

/// The tenant's own roles by name.
pub(crate) type OwnRoles = BTreeMap<String, OwnRole>;

/// Reads them in the tenant's transaction.
pub(crate) async fn own_roles(tx: &TenantTx) -> Result<OwnRoles, Fault> {
    let roles = tx.all(Sql::new(ROLES, values![tx.tenant()])).await?;
    if roles.is_empty() {
        return Ok(OwnRoles::new());
    }
    let rights = tx.all(Sql::new(RIGHTS, values![tx.tenant()])).await?;
    Ok(together(roles, rights))
}

/// Reads them before anybody is known.
pub(crate) async fn own_roles_of(tx: &mut SystemTx, tenant: TenantId) -> Result<OwnRoles, Fault> {
    let roles = tx.all(Sql::new(ROLES, values![tenant])).await?;
    if roles.is_empty() {
        return Ok(OwnRoles::new());
    }
    let rights = tx.all(Sql::new(RIGHTS, values![tenant])).await?;
    Ok(together(roles, rights))
}

fn together(roles: Vec<RoleRow>, rights: Vec<RightRow>) -> OwnRoles {
    let own = |row: RoleRow| {
        let includes = row.includes.clone();
        let role = CustomRole { name: row.name.clone(), includes, rights: vec![] };
        let RoleRow { name, title, max_discount, version, .. } = row;
        (name, OwnRole { role, title, max_discount, version })
    };
    let mut all: OwnRoles = roles.into_iter().map(own).collect();
    for row in rights {
        // A right of a newer or older release gives nothing here.
        let named = rules::right_named(&row.object, &row.act);
        let (Some(right), Some(reach)) = (named, Reach::parse(&row.reach)) else { continue };
        if let Some(own) = all.get_mut(&row.role) {
            own.role.rights.push((right, reach));
        }
    }
    all
}

/// The names of every role that users of the tenant can have. One of its own without any right is
/// in no policy line, but it is there.
pub(crate) fn role_names(own: &OwnRoles, policy: &Policy) -> BTreeSet<String> {
    policy.role_names().map(str::to_owned).chain(own.keys().cloned()).collect()
}

/// The largest limit of discounts among these roles; `None` where none of them has one.
pub(crate) fn discount_by_roles(own: &OwnRoles, roles: &[String]) -> Option<Decimal> {
    roles.iter().filter_map(|role| own.get(role)?.max_discount).max()
}

/// Compiles the roles of the start with a tenant's own.
pub(crate) async fn compile(own: &OwnRoles) -> Result<Arc<Policy>, Fault> {
    /// Most tenants have no roles of their own and share this one.
    static STANDARD: OnceCell<Arc<Policy>> = OnceCell::const_new();
    let broken = |error: access::PolicyError| Fault::broken(error.to_string());
    if own.is_empty() {
        let made = || async { Policy::standard().await.map(Arc::new).map_err(broken) };
        return STANDARD.get_or_try_init(made).await.cloned();
    }
    let custom: Vec<CustomRole> = own.values().map(|own| own.role.clone()).collect();
    Policy::with_roles(&custom).await.map(Arc::new).map_err(broken)
}
