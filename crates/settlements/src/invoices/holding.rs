//! An invoice that is about to change.

use access::Permit;
use db::{CommandError, FromQueryResult, Outcome, Sql, TenantTx};
use kernel::{CustomerId, InvoiceId, UserId};

use super::model::InvoiceState;
use super::reads::within_reach;
use crate::commands::stale;

/// What a change of an invoice asks about it.
#[derive(FromQueryResult)]
pub(super) struct Held {
    pub(super) number: String,
    pub(super) customer_id: CustomerId,
    pub(super) manager_id: Option<UserId>,
    pub(super) state: InvoiceState,
    version: i32,
}

/// Reads an invoice within reach in the version the user has read, under its customer's lock.
pub(super) async fn hold<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: InvoiceId,
    version: i32,
) -> Outcome<Held> {
    // Payments change an invoice under its customer's lock, so that comes first.
    let seen = read(tx, permit, id).await?;
    catalog::lock_customer(tx, permit, seen.customer_id).await?;
    let held = read(tx, permit, id).await?;
    if held.version != version {
        return Err(stale(held.version).into());
    }
    Ok(held)
}

async fn read<A>(tx: &TenantTx, permit: &Permit<A>, id: InvoiceId) -> Outcome<Held> {
    let mut sql = Sql::new(
        "select i.number, i.customer_id, i.manager_id, i.state, i.version from invoice i",
        [],
    );
    sql.with(" where i.tenant_id = ", permit.tenant(), "").with(" and i.id = ", id, "");
    within_reach(&mut sql, permit);
    tx.one(sql).await?.ok_or(CommandError::NotFound)
}
