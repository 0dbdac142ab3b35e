//! Lots' own rows, as far as holding back changes them.

use access::Permit;
use db::{Fault, FromQueryResult, Sql, TenantTx, values};
use kernel::{Decimal, LotId, OrganizationId, ProductId, WarehouseId};

use crate::rules::BalanceKey;

/// A lot under its lock.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct LotFacts {
    pub(super) id: LotId,
    pub(super) organization_id: OrganizationId,
    pub(super) product_id: ProductId,
    pub(super) blocked: bool,
    pub(super) block_reason: Option<String>,
    pub(super) source_lot_id: Option<LotId>,
}

impl LotFacts {
    /// Its balance in a warehouse.
    pub(super) fn at(&self, warehouse_id: WarehouseId) -> BalanceKey {
        BalanceKey {
            organization_id: self.organization_id,
            warehouse_id,
            product_id: self.product_id,
            lot_id: self.id,
        }
    }
}

/// Locks a lot: two who hold it back or let it go stand in line.
pub(super) async fn lock<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: LotId,
) -> Result<Option<LotFacts>, Fault> {
    let sql = "
        select l.id, l.organization_id, l.product_id, l.blocked, l.block_reason,
               l.source_lot_id
        from lot l
        where l.tenant_id = $1 and l.id = $2
        for no key update";
    tx.one(Sql::new(sql, values![permit.tenant(), id])).await
}

/// All balances of a lot, empty ones too.
pub(super) async fn keys<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lot: LotId,
) -> Result<Vec<BalanceKey>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        organization_id: OrganizationId,
        warehouse_id: WarehouseId,
        product_id: ProductId,
    }
    let sql = "
        select b.organization_id, b.warehouse_id, b.product_id
        from stock_balance b
        where b.tenant_id = $1 and b.lot_id = $2";
    let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), lot])).await?;
    let key = |row: Row| BalanceKey {
        organization_id: row.organization_id,
        warehouse_id: row.warehouse_id,
        product_id: row.product_id,
        lot_id: lot,
    };
    Ok(rows.into_iter().map(key).collect())
}

/// Writes whether a lot is held back, and why; its balances, which are locked, say so too.
pub(super) async fn set_blocked<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lot: LotId,
    reason: Option<&str>,
) -> Result<(), Fault> {
    let sql = "
        with told as (
            update lot
            set blocked = $3::text is not null, block_reason = $3
            where tenant_id = $1 and id = $2
        )
        update stock_balance
        set blocked = $3::text is not null
        where tenant_id = $1 and lot_id = $2";
    let values = values![permit.tenant(), lot, reason.map(ToOwned::to_owned)];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// A lot of its own for a part of another: held back, in all else like it.
pub(super) async fn split<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    source: LotId,
    part: LotId,
    reason: &str,
) -> Result<(), Fault> {
    let sql = "
        insert into lot
            (tenant_id, id, organization_id, product_id, variant_id, received_on, expires_on,
             blocked, block_reason, unit_cost, supplier_name, number, origin, origin_id,
             origin_line_id, source_lot_id)
        select l.tenant_id, $3, l.organization_id, l.product_id, l.variant_id, l.received_on,
               l.expires_on, true, $4, l.unit_cost, l.supplier_name, l.number, 'QUARANTINE',
               l.id, $3, l.id
        from lot l
        where l.tenant_id = $1 and l.id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), source, part, reason.to_owned()])).await?;
    Ok(())
}

/// What lies of a balance, base units.
pub(super) fn on_hand(balance: Option<&crate::rules::Balance>) -> Decimal {
    balance.map_or(Decimal::ZERO, |balance| balance.on_hand)
}
