//! Stock that costs money by lying: what expires soon, and what does not leave.

use access::Permit;
use chrono::Days;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    Decimal, LotId, NaiveDate, OrganizationId, Page, PageRequest, Position, ProductId,
    ProductVariantId, Uuid, WarehouseId,
};

use super::columns::Columns;
use super::keyset::{COUNT, bad_cursor, count};
use super::stock::LIES_IN;
use super::{ReadStock, ReportStock, StockFilter, sees_buyers, sees_cost};
use crate::store::balances::variant_key;
use crate::store::uuids;

/// A lot in a warehouse that expires soon, or has.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct ExpiringRow {
    /// The lot.
    pub lot_id: LotId,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// The last day of the lot.
    pub expires_on: NaiveDate,
    /// The last day it may be sold on: its product may want some of its life left.
    pub sold_until: NaiveDate,
    /// Base units.
    pub on_hand: Decimal,
    /// Base units held for orders.
    pub reserved: Decimal,
    /// Base currency; `None` for those who may not see cost.
    pub value: Option<Decimal>,
}

/// The name of the one order of expiring stock, as cursors keep it.
const EXPIRES: &str = "EXPIRES";

/// $1 is the tenant, $2 the last day, $3 whether cost is seen.
const EXPIRING: &str = "
    select b.lot_id, b.warehouse_id, b.organization_id, b.product_id, b.variant_id, b.expires_on,
           b.expires_on - (
               select p.min_days
               from product_shelf_v p
               where p.tenant_id = b.tenant_id and p.id = b.product_id) as sold_until,
           b.on_hand, b.reserved, case when $3 then b.value end as value
    from stock_balance b
    where b.tenant_id = $1
      and b.in_stock
      and b.expires_on is not null
      and b.expires_on <= $2";

/// What is in stock and expires by a day, or has, the first to expire first. Lives on
/// `stock_balance_expiring`.
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn expiring_stock(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    (by, filter): (NaiveDate, &StockFilter),
    request: &PageRequest,
) -> Outcome<Page<ExpiringRow>> {
    let mut sql = Sql::new(EXPIRING, values![permit.tenant(), by, sees_cost(permit)]);
    filter.push(&mut sql, LIES_IN);
    for (bound, beyond) in [(&request.after, ">"), (&request.before, "<")] {
        let Some(bound) = bound else { continue };
        let (day, warehouse) = read_place(bound).ok_or_else(bad_cursor)?;
        sql.push(&format!(" and (b.expires_on, b.lot_id, b.warehouse_id) {beyond} ("));
        sql.bind(day).push(", ").bind(bound.id).push(", ").bind(warehouse).push(")");
    }
    let way = if request.backward { "desc" } else { "asc" };
    sql.push(&format!(" order by b.expires_on {way}, b.lot_id {way}, b.warehouse_id {way} limit "));
    sql.bind(i64::from(request.limit) + 1);
    let rows: Vec<ExpiringRow> = tx.all(sql).await?;
    let place = |row: &ExpiringRow| Position {
        order: EXPIRES.to_owned(),
        key: Some(format!("{}:{}", row.expires_on, row.warehouse_id)),
        id: row.lot_id.0,
    };
    Ok(Page::of(rows.into_iter().map(|row| (place(&row), row)).collect(), request))
}

fn read_place(position: &Position) -> Option<(NaiveDate, Uuid)> {
    let (day, warehouse) = position.key.as_deref()?.split_once(':')?;
    Some((day.parse().ok()?, Uuid::parse_str(warehouse).ok()?))
}

/// How many rows [`expiring_stock`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_expiring_stock(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    (by, filter): (NaiveDate, &StockFilter),
) -> Outcome<i64> {
    let text = format!("{COUNT} {EXPIRING}");
    let mut sql = Sql::new(text, values![permit.tenant(), by, sees_cost(permit)]);
    filter.push(&mut sql, LIES_IN);
    count(tx, sql).await
}

/// Goods that do not leave, in the warehouses asked about.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct SlowRow {
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// Base units.
    pub on_hand: Decimal,
    /// Base units held for orders.
    pub reserved: Decimal,
    /// Base currency; `None` for those who may not see cost.
    pub value: Option<Decimal>,
    /// When the oldest lot that is left came in.
    pub lying_since: NaiveDate,
    /// When some of it was last sold or built into other goods; `None` is never.
    pub last_out_on: Option<NaiveDate>,
    /// What was sold or built in over the days that cover is measured by, base units.
    pub gone: Decimal,
}

/// Which goods are slow; all conditions hold together.
#[derive(Clone, Debug)]
pub struct Slow {
    /// In which warehouses and of which goods; sales out of other warehouses do not count.
    pub stock: StockFilter,
    /// Neither sold nor built in for so many days, and there as long.
    pub idle_days: Option<u32>,
    /// Days of sales to measure by, above zero.
    pub measured_days: u32,
    /// What is there would last longer than so many days.
    pub cover_over_days: Option<u32>,
}

impl SlowRow {
    /// How many days the goods would last if they went on leaving as over the measured days; one
    /// place. `None` where nothing left.
    #[must_use]
    pub fn days_of_cover(&self, measured_days: u32) -> Option<Decimal> {
        if self.gone <= Decimal::ZERO {
            return None;
        }
        let days = Decimal::from(measured_days);
        Some(self.on_hand.checked_div(self.gone)?.checked_mul(days)?.round_dp(1))
    }
}

/// The name of the one order of slow stock, as cursors keep it.
const GOODS: Columns = Columns { order: "GOODS", columns: &["b.product_id", "b.variant_key"] };

/// The same columns once goods are summed up.
const SUMMED: Columns = Columns { order: "GOODS", columns: &["p.id", "g.variant_key"] };

/// Goods that left for good: sold or built in, less what was undone or came back.
const WENT: &str = "
    (m.kind in ('SHIPMENT', 'SALES_RETURN')
     or m.kind = 'ASSEMBLY' and m.quantity < 0
     or m.kind = 'REVERSAL' and m.document_kind in ('Shipment', 'SalesReturn')
     or m.kind = 'REVERSAL' and m.document_kind = 'AssemblyOrder' and m.quantity > 0)";

/// Goods that left for good and are still gone.
const LEFT: &str = "
    and m.quantity < 0
    and m.kind in ('SHIPMENT', 'ASSEMBLY')
    and not exists (select from stock_movement r where r.tenant_id = $1 and r.reverses = m.id)";

impl Slow {
    /// The statement up to its conditions. $1 is the tenant, $2 whether cost is seen, $3 since
    /// when sales are measured.
    fn sql(
        &self,
        tx: &TenantTx,
        permit: &Permit<ReportStock>,
        head: &str,
        request: Option<&PageRequest>,
    ) -> Outcome<Sql> {
        let since = days_before(tx.today(), self.measured_days);
        let text = "
            select g.product_id,
                   nullif(g.variant_key, '00000000-0000-0000-0000-000000000000') as variant_id,
                   g.on_hand, g.reserved, case when $2 then g.value end as value, g.lying_since,
                   o.last_out_on, w.gone
            from product_shelf_v p
            cross join lateral (
                select b.product_id, b.variant_key, sum(b.on_hand) as on_hand,
                       sum(b.reserved) as reserved, sum(b.value) as value,
                       min(l.received_on) as lying_since
                from stock_balance b
                join lot l on l.tenant_id = b.tenant_id and l.id = b.lot_id
                where b.tenant_id = $1 and b.in_stock and b.product_id = p.id";
        // Product by product in the order of the list: a page ends where it is full.
        let text = format!("{head}{text}");
        let mut sql = Sql::new(text, values![permit.tenant(), sees_cost(permit), since]);
        self.stock.push(&mut sql, LIES_IN);
        if let Some(request) = request {
            GOODS.bound(&mut sql, request)?;
        }
        sql.push(&format!(" group by {}) g", GOODS.list()));
        self.push_lateral(&mut sql, "select max(m.occurred_on) as last_out_on", "o", LEFT);
        let gone = "select coalesce(-sum(m.quantity), 0) as gone";
        self.push_lateral(&mut sql, gone, "w", &format!("and m.occurred_on > $3 and {WENT}"));
        sql.with(" where p.tenant_id = $1 and ", sees_buyers(permit), "");
        if let Some(ids) = &self.stock.products {
            sql.with(" and p.id = any(", uuids(ids.iter().copied()), "::uuid[])");
        }
        for (bound, beyond) in [
            (request.and_then(|request| request.after.as_ref()), ">="),
            (request.and_then(|request| request.before.as_ref()), "<="),
        ] {
            if let Some(bound) = bound {
                sql.with(&format!(" and p.id {beyond} "), bound.id, "");
            }
        }
        if let Some(days) = self.idle_days {
            let day = days_before(tx.today(), days);
            sql.with(" and g.lying_since <= ", day, "");
            sql.with(" and (o.last_out_on is null or o.last_out_on <= ", day, ")");
        }
        if let Some(days) = self.cover_over_days {
            let measured = Decimal::from(self.measured_days);
            sql.with(" and g.on_hand * ", measured, " > w.gone * ").bind(Decimal::from(days));
        }
        Ok(sql)
    }

    /// Joins what moved of a row's goods in the warehouses asked about.
    fn push_lateral(&self, sql: &mut Sql, select: &str, name: &str, condition: &str) {
        sql.push(&format!(
            " cross join lateral (
                 {select}
                 from stock_movement m
                 where m.tenant_id = $1
                   and m.product_id = g.product_id
                   and coalesce(m.variant_id, '00000000-0000-0000-0000-000000000000')
                       = g.variant_key
                   {condition}"
        ));
        if let Some(ids) = &self.stock.warehouses {
            sql.with(" and m.warehouse_id = any(", uuids(ids.iter().copied()), "::uuid[])");
        }
        if let Some(ids) = &self.stock.organizations {
            sql.with(" and m.organization_id = any(", uuids(ids.iter().copied()), "::uuid[])");
        }
        sql.push(&format!(") {name}"));
    }
}

fn days_before(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_sub_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MIN)
}

/// Goods that do not leave, in the order of products.
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn slow_stock(
    tx: &TenantTx,
    permit: &Permit<ReportStock>,
    slow: &Slow,
    request: &PageRequest,
) -> Outcome<Page<SlowRow>> {
    let mut sql = slow.sql(tx, permit, "", Some(request))?;
    sql.push(&format!(" order by {} limit ", SUMMED.in_order(request)));
    sql.bind(i64::from(request.limit) + 1);
    let rows: Vec<SlowRow> = tx.all(sql).await?;
    let place = |row: &SlowRow| GOODS.position(&[row.product_id.0, variant_key(row.variant_id)]);
    Ok(Page::of(rows.into_iter().map(|row| (place(&row), row)).collect(), request))
}

/// How many rows [`slow_stock`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_slow_stock(
    tx: &TenantTx,
    permit: &Permit<ReportStock>,
    slow: &Slow,
) -> Outcome<i64> {
    count(tx, slow.sql(tx, permit, COUNT, None)?).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cover_is_stock_over_sales_a_day() {
        let row = |on_hand: i64, gone: i64| SlowRow {
            product_id: ProductId(Uuid::nil()),
            variant_id: None,
            on_hand: Decimal::from(on_hand),
            reserved: Decimal::ZERO,
            value: None,
            lying_since: NaiveDate::MIN,
            last_out_on: None,
            gone: Decimal::from(gone),
        };
        for (on_hand, gone, days, cover) in [
            (90, 30, 30, Some("90")),
            (10, 3, 365, Some("1216.7")),
            (10, 0, 365, None),
            // More came back than was sold.
            (10, -2, 365, None),
            (0, 5, 365, Some("0")),
        ] {
            let cover: Option<Decimal> = cover.map(|text| text.parse().unwrap());
            assert_eq!(row(on_hand, gone).days_of_cover(days), cover, "{on_hand} over {gone}");
        }
    }
}
