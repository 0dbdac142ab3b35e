//! To whom goods go, and where to: what papers of the warehouse say of a customer.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{CustomerId, DeliveryAddressId};

use crate::store::uuids;

/// A customer as a storekeeper needs him.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Recipient {
    /// The customer.
    pub customer_id: CustomerId,
    /// His name.
    pub name: String,
    /// His default delivery address.
    pub address_id: Option<DeliveryAddressId>,
    /// What that says.
    pub address: Option<String>,
}

/// The names of customers with their default delivery addresses; those that are not there are
/// absent.
///
/// # Errors
/// [`db::Fault`].
pub async fn recipients<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customers: &[CustomerId],
) -> Outcome<HashMap<CustomerId, Recipient>> {
    let sql = "
        select c.id as customer_id, c.name, a.id as address_id, a.address
        from customer c
        left join delivery_address a
          on a.tenant_id = c.tenant_id and a.customer_id = c.id and a.is_default
        where c.tenant_id = $1 and c.id = any($2::uuid[])";
    let rows: Vec<Recipient> =
        tx.all(Sql::new(sql, values![permit.tenant(), uuids(customers)])).await?;
    Ok(rows.into_iter().map(|row| (row.customer_id, row)).collect())
}

/// What a delivery address of a customer says, while it is in use; `None` where he has no such one.
///
/// # Errors
/// [`db::Fault`].
pub async fn delivery_address<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
    id: DeliveryAddressId,
) -> Outcome<Option<String>> {
    #[derive(FromQueryResult)]
    struct Found {
        address: String,
    }
    let sql = "
        select a.address
        from delivery_address a
        where a.tenant_id = $1 and a.id = $2 and a.customer_id = $3 and a.archived_at is null";
    let found: Option<Found> =
        tx.one(Sql::new(sql, values![permit.tenant(), id, customer])).await?;
    Ok(found.map(|row| row.address))
}
