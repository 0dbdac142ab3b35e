//! Who the two parties of a paper are, as the law wants them named.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{CustomerId, OrganizationId};

/// A party of a paper, as it is called and registered now.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Requisites {
    /// Its full name; a customer's short one where no full one is kept.
    pub name: String,
    /// The tax number (ИНН).
    pub inn: Option<String>,
    /// The reason code of the registration (КПП).
    pub kpp: Option<String>,
    /// The address.
    pub address: Option<String>,
}

/// The organization that sells. `None` where there is none.
///
/// # Errors
/// [`db::Fault`].
pub async fn organization_requisites<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: OrganizationId,
) -> Outcome<Option<Requisites>> {
    let sql = "
        select o.name, o.inn, o.kpp, o.address
        from organization o
        where o.tenant_id = $1 and o.id = $2";
    Ok(tx.one(Sql::new(sql, values![permit.tenant(), id])).await?)
}

/// The customer that buys. The document that names him is within reach; he may not be. `None` where
/// there is none.
///
/// # Errors
/// [`db::Fault`].
pub async fn customer_requisites<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CustomerId,
) -> Outcome<Option<Requisites>> {
    let sql = "
        select coalesce(c.legal_name, c.name) as name, c.inn, c.kpp, c.address
        from customer c
        where c.tenant_id = $1 and c.id = $2";
    Ok(tx.one(Sql::new(sql, values![permit.tenant(), id])).await?)
}
