//! People as documents need them.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{DepartmentId, Percent, UserId};

use super::uuids;

/// A person who sells.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Seller {
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) department_id: Option<DepartmentId>,
    /// The largest discount he may give, where one is set for him.
    pub(crate) max_discount: Option<Percent>,
    pub(crate) active: bool,
}

/// The people with these ids; those that are not there are absent.
pub(crate) async fn sellers<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[UserId],
) -> Outcome<HashMap<UserId, Seller>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = "
        select s.id, s.name, s.department_id, s.max_discount, s.active
        from seller_v s
        where s.tenant_id = $1
          and s.id = any($2::uuid[])";
    let found: Vec<Seller> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(ids)])).await?;
    Ok(found.into_iter().map(|seller| (seller.id, seller)).collect())
}
