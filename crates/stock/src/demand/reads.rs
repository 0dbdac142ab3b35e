//! What others see of demand. A narrow reach sees what its users' orders miss; a partner's key
//! bound to one customer, what that customer's do.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    CustomerId, DateTime, Decimal, DemandId, Direction, NaiveDate, OrderId, OrderLineId,
    OrganizationId, Page, PageRequest, Position, ProductId, ProductVariantId, UserId, Utc,
    WarehouseId,
};

use super::DemandState;
use crate::reads::keyset::{COUNT, Key, count, page};
use crate::store::uuids;

/// Reading what orders miss.
#[derive(Clone, Copy, Debug)]
pub struct ReadDemand;

impl Action for ReadDemand {
    const RIGHT: Right = Right::DemandRead;
}

/// What an order's line misses.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct DemandRow {
    /// The demand.
    pub id: DemandId,
    /// The order.
    pub order_id: OrderId,
    /// Its line.
    pub order_line_id: OrderLineId,
    /// Whose goods it wants.
    pub organization_id: OrganizationId,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// The chosen warehouse; `None` is any.
    pub warehouse_id: Option<WarehouseId>,
    /// Who waits.
    pub customer_id: CustomerId,
    /// The order's responsible manager.
    pub manager_id: Option<UserId>,
    /// The order's date.
    pub ordered_on: NaiveDate,
    /// When the goods are to leave.
    pub needed_by: NaiveDate,
    /// Days that are left of a lot's life then, at least.
    pub least_life_days: i32,
    /// Neither held nor shipped, base units.
    pub quantity: Decimal,
    /// What of it is on its way, base units.
    pub covered: Decimal,
    /// As [`DemandState`] writes it.
    pub state: String,
    /// When the line first missed something.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// Which demand.
#[derive(Clone, Debug, Default)]
pub struct DemandFilter {
    /// In one of these states; `None` is all.
    pub states: Option<Vec<DemandState>>,
    /// Of these products.
    pub products: Option<Vec<ProductId>>,
    /// Of this variant.
    pub variant: Option<ProductVariantId>,
    /// That wants goods from this warehouse and no other.
    pub warehouse: Option<WarehouseId>,
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// Of this order.
    pub order: Option<OrderId>,
    /// Needed on this day or later.
    pub needed_from: Option<NaiveDate>,
    /// Needed on this day or earlier.
    pub needed_to: Option<NaiveDate>,
}

/// The name of the one order of this list, as cursors keep it.
pub const DEMAND_ORDER: &str = "NEEDED_BY";

const COLUMNS: &str = "
    select d.id, d.order_id, d.order_line_id, d.organization_id, d.product_id, d.variant_id,
           d.warehouse_id, d.customer_id, d.manager_id, d.ordered_on, d.needed_by,
           d.least_life_days, d.quantity, d.covered, d.state, d.created_at, d.updated_at
    from demand d
    where d.tenant_id = $1";

fn within_reach<A>(sql: &mut Sql, permit: &Permit<A>) {
    sql.among("d.manager_id", permit.managers());
    if let Some(customer) = permit.customer() {
        sql.with(" and d.customer_id = ", customer, "");
    }
}

impl DemandFilter {
    fn push(&self, sql: &mut Sql) {
        if let Some(states) = &self.states {
            let states: Vec<String> = states.iter().map(|one| one.as_str().to_owned()).collect();
            sql.with(" and d.state = any(", states, "::text[])");
        }
        if let Some(ids) = &self.products {
            sql.with(" and d.product_id = any(", uuids(ids.iter().copied()), "::uuid[])");
        }
        if let Some(id) = self.variant {
            sql.with(" and d.variant_id = ", id, "");
        }
        if let Some(id) = self.warehouse {
            sql.with(" and d.warehouse_id = ", id, "");
        }
        if let Some(id) = self.organization {
            sql.with(" and d.organization_id = ", id, "");
        }
        if let Some(id) = self.order {
            sql.with(" and d.order_id = ", id, "");
        }
        if let Some(day) = self.needed_from {
            sql.with(" and d.needed_by >= ", day, "");
        }
        if let Some(day) = self.needed_to {
            sql.with(" and d.needed_by <= ", day, "");
        }
    }
}

/// Demand within reach, by the day it is needed. Cursors must be of [`DEMAND_ORDER`].
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn demands(
    tx: &TenantTx,
    permit: &Permit<ReadDemand>,
    filter: &DemandFilter,
    direction: Direction,
    request: &PageRequest,
) -> Outcome<Page<DemandRow>> {
    let mut sql = Sql::new(COLUMNS, values![permit.tenant()]);
    within_reach(&mut sql, permit);
    filter.push(&mut sql);
    let position = |row: &DemandRow| Position {
        order: DEMAND_ORDER.to_owned(),
        key: Some(row.needed_by.to_string()),
        id: row.id.0,
    };
    page(tx, sql, (Key::Day("d.needed_by"), "d.id"), direction, request, position).await
}

/// How many rows [`demands`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_demands(
    tx: &TenantTx,
    permit: &Permit<ReadDemand>,
    filter: &DemandFilter,
) -> Outcome<i64> {
    let text = format!("{COUNT} select 1 from demand d where d.tenant_id = $1");
    let mut sql = Sql::new(text, values![permit.tenant()]);
    within_reach(&mut sql, permit);
    filter.push(&mut sql);
    count(tx, sql).await
}

/// The demand with these ids within reach; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn demands_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadDemand>,
    ids: &[DemandId],
) -> Outcome<HashMap<DemandId, DemandRow>> {
    let mut sql = Sql::new(COLUMNS, values![permit.tenant()]);
    within_reach(&mut sql, permit);
    sql.with(" and d.id = any(", uuids(ids.iter().copied()), "::uuid[])");
    let rows: Vec<DemandRow> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// What order lines within reach miss or missed; lines that never missed anything are absent.
///
/// # Errors
/// A fault of the database.
pub async fn demand_of_order_lines(
    tx: &TenantTx,
    permit: &Permit<ReadDemand>,
    lines: &[OrderLineId],
) -> Outcome<HashMap<OrderLineId, DemandRow>> {
    let mut sql = Sql::new(COLUMNS, values![permit.tenant()]);
    within_reach(&mut sql, permit);
    sql.with(" and d.order_line_id = any(", uuids(lines.iter().copied()), "::uuid[])");
    let rows: Vec<DemandRow> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.order_line_id, row)).collect())
}
