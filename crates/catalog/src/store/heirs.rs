//! A card that was merged stands for nobody any more: whoever asks by it is answered as for the
//! card that stands for it. One step leads there. Lives on the primary key of customer.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{CustomerId, TenantId};

/// Keeps a list to the documents of a customer, which name living cards alone; `None` is those of
/// all. `column` names the customer in the list.
pub fn push_customer(sql: &mut Sql, tenant: TenantId, column: &str, customer: Option<CustomerId>) {
    let Some(customer) = customer else { return };
    // `coalesce` outside the sub-select would not be leakproof: no index would be used.
    sql.push(" and ").push(column).push(" = (select coalesce(h.heir_id, a.id)");
    sql.with(" from (select ", customer, "::uuid as id) a");
    sql.with(" left join customer_heir_v h on h.tenant_id = ", tenant, " and h.id = a.id)");
}

/// The card that stands for a customer: himself where he was not merged. Costs a statement where
/// one is asked for.
///
/// # Errors
/// [`db::Fault`].
pub async fn heir_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: Option<CustomerId>,
) -> Outcome<Option<CustomerId>> {
    #[derive(FromQueryResult)]
    struct Heir {
        heir_id: CustomerId,
    }
    let Some(customer) = customer else { return Ok(None) };
    let sql = "
        select h.heir_id
        from customer_heir_v h
        where h.tenant_id = $1 and h.id = $2";
    let heir: Option<Heir> = tx.one(Sql::new(sql, values![permit.tenant(), customer])).await?;
    Ok(Some(heir.map_or(customer, |row| row.heir_id)))
}
