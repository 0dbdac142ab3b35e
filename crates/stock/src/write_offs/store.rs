//! Write-offs' own rows.

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, NaiveDate, OrganizationId, UserId, WarehouseId, WriteOffId};
use serde::Serialize;

use crate::rules::WriteOffState;

/// A write-off's own columns.
#[derive(Clone, Debug, FromQueryResult, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header {
    pub(super) id: WriteOffId,
    pub(super) number: String,
    pub(super) occurred_on: NaiveDate,
    pub(super) organization_id: OrganizationId,
    pub(super) warehouse_id: WarehouseId,
    pub(super) state: String,
    pub(super) reason: String,
    /// Whether lots that are named go even where they are held.
    pub(super) takes_held: bool,
    /// What the goods cost, once they are gone.
    pub(super) amount: Option<Decimal>,
    pub(super) comment: String,
    pub(super) external_reference: Option<String>,
    pub(super) reversed_on: Option<NaiveDate>,
    pub(super) version: i32,
    pub(super) created_by: Option<UserId>,
}

impl Header {
    /// Its state, which the table's check keeps among the known ones.
    pub(super) fn state(&self) -> Outcome<WriteOffState> {
        let unknown = || Fault::broken(format!("a write-off in state {}", self.state));
        Ok(WriteOffState::parse(&self.state).ok_or_else(unknown)?)
    }
}

/// Locks a write-off within reach: its author stands for the responsible manager.
pub(super) async fn lock<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: WriteOffId,
) -> Result<Option<Header>, Fault> {
    let sql = "
        select w.id, w.number, w.occurred_on, w.organization_id, w.warehouse_id, w.state,
               w.reason, w.takes_held, w.amount, w.comment, w.external_reference, w.reversed_on,
               w.version, w.created_by
        from write_off w
        where w.tenant_id = $1
          and w.id = $2
          and ($3::uuid[] is null or w.created_by = any($3))
        for no key update";
    tx.one(Sql::new(sql, values![permit.tenant(), id, permit.managers()])).await
}

/// Writes a new write-off.
pub(super) async fn insert<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    new: &Header,
) -> Result<(), Fault> {
    let sql = "
        insert into write_off
            (tenant_id, id, occurred_on, organization_id, warehouse_id, reason, takes_held,
             comment, external_reference, created_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let values = values![
        permit.tenant(),
        new.id,
        new.occurred_on,
        new.organization_id,
        new.warehouse_id,
        new.reason.clone(),
        new.takes_held,
        new.comment.clone(),
        new.external_reference.clone(),
        new.created_by,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Writes what may change of a locked write-off; its version moves on.
pub(super) async fn update<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    changed: &Header,
) -> Result<(), Fault> {
    let sql = "
        update write_off
        set number = $3, occurred_on = $4, warehouse_id = $5, state = $6, reason = $7,
            takes_held = $8, amount = $9, comment = $10, external_reference = $11,
            reversed_on = $12, version = version + 1, updated_at = now()
        where tenant_id = $1 and id = $2";
    let values = values![
        permit.tenant(),
        changed.id,
        changed.number.clone(),
        changed.occurred_on,
        changed.warehouse_id,
        changed.state.clone(),
        changed.reason.clone(),
        changed.takes_held,
        changed.amount,
        changed.comment.clone(),
        changed.external_reference.clone(),
        changed.reversed_on,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}
