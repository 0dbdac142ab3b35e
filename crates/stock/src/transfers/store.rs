//! Transfers' own rows.

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, NaiveDate, OrganizationId, TransferId, UserId, Uuid, WarehouseId};
use serde::Serialize;

use crate::rules::TransferState;
use crate::store::uuids;

/// A transfer's own columns.
#[derive(Clone, Debug, FromQueryResult, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header {
    pub(super) id: TransferId,
    pub(super) number: String,
    pub(super) occurred_on: NaiveDate,
    pub(super) expected_on: Option<NaiveDate>,
    pub(super) organization_id: OrganizationId,
    pub(super) from_id: WarehouseId,
    pub(super) to_id: WarehouseId,
    pub(super) state: String,
    pub(super) comment: String,
    pub(super) external_reference: Option<String>,
    pub(super) received_on: Option<NaiveDate>,
    pub(super) returned_on: Option<NaiveDate>,
    pub(super) short_reason: Option<String>,
    pub(super) version: i32,
    pub(super) created_by: Option<UserId>,
}

impl Header {
    /// Its state, which the table's check keeps among the known ones.
    pub(super) fn state(&self) -> Outcome<TransferState> {
        let unknown = || Fault::broken(format!("a transfer in state {}", self.state));
        Ok(TransferState::parse(&self.state).ok_or_else(unknown)?)
    }
}

/// Locks a transfer within reach: its author stands for the responsible manager.
pub(super) async fn lock<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: TransferId,
) -> Result<Option<Header>, Fault> {
    let sql = "
        select t.id, t.number, t.occurred_on, t.expected_on, t.organization_id, t.from_id, t.to_id, t.state,
               t.comment, t.external_reference, t.received_on, t.returned_on, t.short_reason,
               t.version, t.created_by
        from stock_transfer t
        where t.tenant_id = $1
          and t.id = $2
          and ($3::uuid[] is null or t.created_by = any($3))
        for no key update";
    tx.one(Sql::new(sql, values![permit.tenant(), id, permit.managers()])).await
}

/// Writes a new transfer.
pub(super) async fn insert<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    new: &Header,
) -> Result<(), Fault> {
    let sql = "
        insert into stock_transfer
            (tenant_id, id, occurred_on, organization_id, from_id, to_id, comment,
             external_reference, created_by, expected_on)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let values = values![
        permit.tenant(),
        new.id,
        new.occurred_on,
        new.organization_id,
        new.from_id,
        new.to_id,
        new.comment.clone(),
        new.external_reference.clone(),
        new.created_by,
        new.expected_on,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Writes what may change of a locked transfer; its version moves on.
pub(super) async fn update<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    changed: &Header,
) -> Result<(), Fault> {
    let sql = "
        update stock_transfer
        set number = $3, occurred_on = $4, from_id = $5, to_id = $6, state = $7, comment = $8,
            external_reference = $9, received_on = $10, returned_on = $11, short_reason = $12,
            expected_on = $13, version = version + 1, updated_at = now()
        where tenant_id = $1 and id = $2";
    let values = values![
        permit.tenant(),
        changed.id,
        changed.number.clone(),
        changed.occurred_on,
        changed.from_id,
        changed.to_id,
        changed.state.clone(),
        changed.comment.clone(),
        changed.external_reference.clone(),
        changed.received_on,
        changed.returned_on,
        changed.short_reason.clone(),
        changed.expected_on,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Writes what came of each line.
pub(super) async fn note_received<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    received: &[(Uuid, Decimal)],
) -> Result<(), Fault> {
    let sql = "
        update stock_transfer_line l
        set received = r.quantity
        from unnest($2::uuid[], $3::numeric[]) as r (id, quantity)
        where l.tenant_id = $1 and l.id = r.id";
    let values = values![
        permit.tenant(),
        uuids(received.iter().map(|one| one.0)),
        received.iter().map(|one| one.1).collect::<Vec<_>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}
