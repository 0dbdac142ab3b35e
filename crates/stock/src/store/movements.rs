//! The register of movements: rows are added, never changed.

use access::Permit;
use db::{Fault, FromQueryResult, Sql, TenantTx, values};
use kernel::{Decimal, LotId, MovementId, NaiveDate, Uuid, WarehouseId};

use super::balances::key_arrays;
use super::uuids;
use crate::rules::BalanceKey;

/// What moved goods.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cause {
    /// One of those that the table's check names.
    pub(crate) kind: &'static str,
    /// The document's type in the API.
    pub(crate) document_kind: &'static str,
    /// The document.
    pub(crate) document_id: Uuid,
    /// Its business date.
    pub(crate) occurred_on: NaiveDate,
}

/// One change of one balance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Movement {
    pub(crate) key: BalanceKey,
    /// The document's line.
    pub(crate) line_id: Uuid,
    /// Base units, above zero inwards.
    pub(crate) quantity: Decimal,
    /// Base currency, with the quantity's sign.
    pub(crate) value: Decimal,
    /// The movement that this one undoes.
    pub(crate) reverses: Option<MovementId>,
}

/// Adds movements of one document.
pub(crate) async fn add<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    cause: &Cause,
    movements: &[Movement],
) -> Result<(), Fault> {
    if movements.is_empty() {
        return Ok(());
    }
    let sql = "
        insert into stock_movement
            (tenant_id, id, organization_id, warehouse_id, product_id, variant_id, lot_id, line_id,
             quantity, value, reverses, kind, document_kind, document_id, occurred_on, created_by)
        select $1, m.id, m.organization_id, m.warehouse_id, m.product_id,
               (select l.variant_id from lot l where l.tenant_id = $1 and l.id = m.lot_id),
               m.lot_id, m.line_id, m.quantity, m.value,
               nullif(m.reverses, '00000000-0000-0000-0000-000000000000'),
               $2, $3, $4, $5, $6
        from unnest($7::uuid[], $8::uuid[], $9::uuid[], $10::uuid[], $11::uuid[], $12::uuid[],
                    $13::numeric[], $14::numeric[], $15::uuid[])
             as m (id, organization_id, warehouse_id, product_id, lot_id, line_id, quantity,
                   value, reverses)";
    let [organizations, warehouses, products, lots] = key_arrays(movements.iter().map(|m| &m.key));
    let values = values![
        permit.tenant(),
        cause.kind,
        cause.document_kind,
        cause.document_id,
        cause.occurred_on,
        permit.user(),
        uuids(movements.iter().map(|_| MovementId::new())),
        organizations,
        warehouses,
        products,
        lots,
        uuids(movements.iter().map(|m| m.line_id)),
        movements.iter().map(|m| m.quantity).collect::<Vec<_>>(),
        movements.iter().map(|m| m.value).collect::<Vec<_>>(),
        uuids(movements.iter().map(|m| m.reverses.map_or(Uuid::nil(), |id| id.0))),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// A movement as a reversal needs it.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Moved {
    pub(crate) id: MovementId,
    pub(crate) organization_id: kernel::OrganizationId,
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) product_id: kernel::ProductId,
    pub(crate) lot_id: LotId,
    pub(crate) line_id: Uuid,
    pub(crate) quantity: Decimal,
    pub(crate) value: Decimal,
}

impl Moved {
    pub(crate) fn key(&self) -> BalanceKey {
        BalanceKey {
            organization_id: self.organization_id,
            warehouse_id: self.warehouse_id,
            product_id: self.product_id,
            lot_id: self.lot_id,
        }
    }
}

/// What a document moved, in the order it moved it.
pub(crate) async fn of_document<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    kind: &'static str,
    document: Uuid,
) -> Result<Vec<Moved>, Fault> {
    let sql = "
        select m.id, m.organization_id, m.warehouse_id, m.product_id, m.lot_id, m.line_id,
               m.quantity, m.value
        from stock_movement m
        where m.tenant_id = $1 and m.document_id = $2 and m.kind = $3
        order by m.id";
    tx.all(Sql::new(sql, values![permit.tenant(), document, kind])).await
}

/// The least balance of a lot in a warehouse from a date on, and the first day of it.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Low {
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) lot_id: LotId,
    pub(crate) day: NaiveDate,
    pub(crate) balance: Decimal,
}

/// The least balance of each of these balances at the end of a day or of any later one. Their
/// rows are locked, so no movement of theirs is under way.
pub(crate) async fn lows<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    keys: &[BalanceKey],
    from: NaiveDate,
) -> Result<Vec<Low>, Fault> {
    let sql = "
        with change as (
            select k.warehouse_id, k.lot_id, greatest(m.occurred_on, $2::date) as day,
                   sum(m.quantity) as quantity
            from unnest($3::uuid[], $4::uuid[]) as k (warehouse_id, lot_id)
            join stock_movement m
              on m.tenant_id = $1
             and m.lot_id = k.lot_id
             and m.warehouse_id = k.warehouse_id
            group by 1, 2, 3
            union all
            -- A lot that came later has nothing on the first day.
            select k.warehouse_id, k.lot_id, $2::date, 0
            from unnest($3::uuid[], $4::uuid[]) as k (warehouse_id, lot_id)
        ), balance as (
            select c.warehouse_id, c.lot_id, c.day,
                   sum(c.quantity) over (
                       partition by c.warehouse_id, c.lot_id order by c.day) as balance
            from change c
        )
        select distinct on (b.warehouse_id, b.lot_id) b.warehouse_id, b.lot_id, b.day, b.balance
        from balance b
        order by b.warehouse_id, b.lot_id, b.balance, b.day";
    let values = values![
        permit.tenant(),
        from,
        uuids(keys.iter().map(|k| k.warehouse_id)),
        uuids(keys.iter().map(|k| k.lot_id)),
    ];
    tx.all(Sql::new(sql, values)).await
}
