//! The movement card of a lot: every movement, and what was left of the lot after it.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, Direction, LotId, Page, PageRequest, Position};

use super::keyset::{COUNT, Key, count, page};
use super::{MovementRow, ReadStock, sees_buyers, sees_cost};

/// The name of the one order of the card, as cursors keep it.
const ORDER: &str = "DATE";

/// A movement of a lot.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct LotCardRow {
    /// What moved.
    #[sea_orm(nested)]
    pub movement: MovementRow,
    /// What was left of the lot in all warehouses after it, by business date, base units.
    pub left: Decimal,
}

/// The movements of a lot, the oldest first. Cursors must be of the order `DATE`.
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn lot_card(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    lot: LotId,
    request: &PageRequest,
) -> Outcome<Page<LotCardRow>> {
    // What is left after a movement is a sum over all before it, so a page reads the whole lot.
    let sql = "
        select m.id, m.organization_id, m.warehouse_id, m.product_id, m.variant_id, m.lot_id,
               m.kind, m.quantity, case when $2 then m.value end as value, m.document_kind,
               m.document_id, m.line_id, m.reverses, m.occurred_on, m.recorded_at, m.created_by,
               m.left_after as \"left\"
        from (
            select i.id, i.organization_id, i.warehouse_id, i.product_id, i.variant_id, i.lot_id,
                   i.kind, i.quantity, i.value, i.document_kind, i.document_id, i.line_id,
                   i.reverses, i.occurred_on, i.recorded_at, i.created_by,
                   sum(i.quantity) over (order by i.occurred_on, i.id) as left_after
            from stock_movement i
            where i.tenant_id = $1 and i.lot_id = $4
        ) m
        where $3";
    let values = values![permit.tenant(), sees_cost(permit), sees_buyers(permit), lot];
    let position = |row: &LotCardRow| Position {
        order: ORDER.to_owned(),
        key: Some(row.movement.occurred_on.to_string()),
        id: row.movement.id.0,
    };
    let key = (Key::Day("m.occurred_on"), "m.id");
    page(tx, Sql::new(sql, values), key, Direction::Asc, request, position).await
}

/// How many rows [`lot_card`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_lot_card(tx: &TenantTx, permit: &Permit<ReadStock>, lot: LotId) -> Outcome<i64> {
    let text = format!(
        "{COUNT} select 1 from stock_movement m where m.tenant_id = $1 and m.lot_id = $2 and $3"
    );
    count(tx, Sql::new(text, values![permit.tenant(), lot, sees_buyers(permit)])).await
}
