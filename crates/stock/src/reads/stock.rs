//! What lies where, lots summed up.

use std::collections::HashMap;
use std::sync::LazyLock;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    Decimal, OrganizationId, Page, PageRequest, Position, ProductId, ProductVariantId, Uuid,
    WarehouseId,
};

use super::keyset::{COUNT, bad_cursor, count};
use super::purchases::per_unit;
use super::{ReadStock, sees_cost};
use crate::store::balances::{sells, variant_key};
use crate::store::uuids;

/// Goods of one product and organization in one warehouse, each variant for itself.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct StockRow {
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// Base units.
    pub on_hand: Decimal,
    /// Base units held for orders.
    pub reserved: Decimal,
    /// Base units on hand and not held, of lots neither expired today nor blocked.
    pub available: Decimal,
    /// Base currency; `None` for those who may not see cost.
    pub value: Option<Decimal>,
    /// Base units on their way to the warehouse; all figures above are without them.
    pub in_transit: Decimal,
    /// Those of them that may be held: not held yet, of lots neither expired today nor blocked.
    pub in_transit_available: Decimal,
    /// What they cost, base currency; `None` for those who may not see cost.
    pub in_transit_value: Option<Decimal>,
}

impl StockRow {
    /// What a base unit of it cost, four places; `None` for those who may not see cost.
    #[must_use]
    pub fn unit_cost(&self) -> Option<Decimal> {
        per_unit(self.value?, self.on_hand)
    }
}

/// Goods of one product, all warehouses and organizations together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StockTotal {
    /// Base units.
    pub on_hand: Decimal,
    /// Base units held for orders.
    pub reserved: Decimal,
    /// Base units on hand and not held, of lots neither expired today nor blocked.
    pub available: Decimal,
    /// Base currency; `None` for those who may not see cost, and for nothing on hand.
    pub value: Option<Decimal>,
    /// Base units on their way between warehouses; all figures above are without them.
    pub in_transit: Decimal,
    /// Those of them that may be held: not held yet, of lots neither expired today nor blocked.
    pub in_transit_available: Decimal,
    /// What they cost, base currency; `None` for those who may not see cost, and for nothing.
    pub in_transit_value: Option<Decimal>,
}

impl StockTotal {
    /// The sum of a product's rows, or of a variant's.
    #[must_use]
    pub fn of(rows: &[StockRow]) -> Self {
        rows.iter().fold(Self::default(), |sum, row| Self {
            on_hand: sum.on_hand + row.on_hand,
            reserved: sum.reserved + row.reserved,
            available: sum.available + row.available,
            value: more(sum.value, row.value, row.on_hand),
            in_transit: sum.in_transit + row.in_transit,
            in_transit_available: sum.in_transit_available + row.in_transit_available,
            in_transit_value: more(sum.in_transit_value, row.in_transit_value, row.in_transit),
        })
    }

    /// What a base unit on hand cost, four places.
    #[must_use]
    pub fn unit_cost(&self) -> Option<Decimal> {
        per_unit(self.value?, self.on_hand)
    }
}

/// A sum with one more value, where there are goods of that value.
fn more(sum: Option<Decimal>, value: Option<Decimal>, of: Decimal) -> Option<Decimal> {
    match value {
        Some(value) if !of.is_zero() => Some(sum.unwrap_or_default() + value),
        _ => sum,
    }
}

/// Which stock.
#[derive(Clone, Debug, Default)]
pub struct StockFilter {
    /// Of these products.
    pub products: Option<Vec<ProductId>>,
    /// Of these variants.
    pub variants: Option<Vec<ProductVariantId>>,
    /// In these warehouses.
    pub warehouses: Option<Vec<WarehouseId>>,
    /// Of these organizations.
    pub organizations: Option<Vec<OrganizationId>>,
}

impl StockFilter {
    /// Adds its conditions on `stock_balance b`, which lies where `place` says.
    pub(super) fn push(&self, sql: &mut Sql, place: &str) {
        if let Some(ids) = &self.products {
            sql.with(" and b.product_id = any(", uuids(ids.iter().copied()), "::uuid[])");
        }
        if let Some(ids) = &self.variants {
            // By their products too: the index of what is in stock leads with them.
            sql.with(
                " and b.product_id in (
                      select v.product_id
                      from product_variant_v v
                      where v.tenant_id = $1 and v.id = any(",
                uuids(ids.iter().copied()),
                "::uuid[]))",
            );
            sql.with(" and b.variant_key = any(", uuids(ids.iter().copied()), "::uuid[])");
        }
        if let Some(ids) = &self.warehouses {
            let place = format!(" and {place} = any(");
            sql.with(&place, uuids(ids.iter().copied()), "::uuid[])");
        }
        if let Some(ids) = &self.organizations {
            sql.with(" and b.organization_id = any(", uuids(ids.iter().copied()), "::uuid[])");
        }
    }
}

/// The name of the one order of this list, as cursors keep it.
const ORDER: &str = "PRODUCT";

/// The warehouse a balance lies in.
pub(super) const LIES_IN: &str = "b.warehouse_id";

/// The warehouse a balance lies in, or is on its way to.
const PLACE: &str = "coalesce(t.warehouse_id, b.warehouse_id)";

/// The columns that rows are made by; the first two are those of stock_balance_in_stock.
const KEYS: &str =
    "b.product_id, b.variant_key, coalesce(t.warehouse_id, b.warehouse_id), b.organization_id";

/// Sums over lots. $1 is the tenant, $2 today, $3 whether cost is seen.
static SUMS: LazyLock<String> = LazyLock::new(|| {
    let sells = sells("$2", "0");
    format!(
        "select b.organization_id, coalesce(t.warehouse_id, b.warehouse_id) as warehouse_id,
                b.product_id,
                nullif(b.variant_key, '00000000-0000-0000-0000-000000000000') as variant_id,
                sum(case when t.id is null then b.on_hand else 0 end) as on_hand,
                sum(case when t.id is null then b.reserved else 0 end) as reserved,
                sum(case when t.id is null then f.free else 0 end) as available,
                case when $3 then sum(case when t.id is null then b.value else 0 end) end
                    as value,
                sum(case when t.id is null then 0 else b.on_hand end) as in_transit,
                sum(case when t.id is null then 0 else f.free end) as in_transit_available,
                case when $3 then sum(case when t.id is null then 0 else b.value end) end
                    as in_transit_value
         from stock_balance b
         join lot l on l.tenant_id = b.tenant_id and l.id = b.lot_id
         left join transit_v t on t.tenant_id = b.tenant_id and t.id = b.warehouse_id
         cross join lateral (
             select case when {sells} then b.on_hand - b.reserved else 0 end as free
         ) f
         where b.tenant_id = $1 and b.in_stock"
    )
});

/// What is in stock, by product, variant, warehouse and organization, goods on their way with the
/// warehouse they are on their way to. Cursors must be of the order `PRODUCT`. Nothing is no row.
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn stock(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    filter: &StockFilter,
    request: &PageRequest,
) -> Outcome<Page<StockRow>> {
    let mut sql = Sql::new(SUMS.as_str(), values![permit.tenant(), tx.today(), sees_cost(permit)]);
    filter.push(&mut sql, PLACE);
    for (bound, beyond) in [(&request.after, ">"), (&request.before, "<")] {
        let Some(bound) = bound else { continue };
        let key = read_key(bound).ok_or_else(bad_cursor)?;
        sql.push(&format!(" and ({KEYS}) {beyond} (")).bind(bound.id);
        for part in key {
            sql.push(", ").bind(part);
        }
        sql.push(")");
    }
    let way = if request.backward { "desc" } else { "asc" };
    sql.push(&format!(
        " group by {KEYS}
          order by b.product_id {way}, b.variant_key {way}, {PLACE} {way},
                   b.organization_id {way}
          limit "
    ));
    sql.bind(i64::from(request.limit) + 1);
    let rows: Vec<StockRow> = tx.all(sql).await?;
    let rows = rows.into_iter().map(|row| (position(&row), row)).collect();
    Ok(Page::of(rows, request))
}

fn position(row: &StockRow) -> Position {
    let variant = variant_key(row.variant_id);
    let key = format!("{variant}:{}:{}", row.warehouse_id, row.organization_id);
    Position { order: ORDER.to_owned(), key: Some(key), id: row.product_id.0 }
}

/// The variant, the warehouse and the organization of a cursor.
fn read_key(position: &Position) -> Option<[Uuid; 3]> {
    let parts: Option<Vec<Uuid>> =
        position.key.as_deref()?.split(':').map(|part| Uuid::parse_str(part).ok()).collect();
    parts?.try_into().ok()
}

/// How many rows [`stock`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_stock(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    filter: &StockFilter,
) -> Outcome<i64> {
    let mut sql = Sql::new(
        format!(
            "{COUNT} select distinct {KEYS}
             from stock_balance b
             left join transit_v t on t.tenant_id = b.tenant_id and t.id = b.warehouse_id
             where b.tenant_id = $1 and b.in_stock"
        ),
        values![permit.tenant()],
    );
    filter.push(&mut sql, PLACE);
    count(tx, sql).await
}

/// What is in stock of products, by variant, warehouse and organization; products without stock
/// are absent.
///
/// # Errors
/// A fault of the database.
pub async fn stock_of_products(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    products: &[ProductId],
) -> Outcome<HashMap<ProductId, Vec<StockRow>>> {
    let mut sql = Sql::new(SUMS.as_str(), values![permit.tenant(), tx.today(), sees_cost(permit)]);
    let filter = StockFilter { products: Some(products.to_vec()), ..StockFilter::default() };
    filter.push(&mut sql, PLACE);
    sql.push(&format!(" group by {KEYS} order by {KEYS}"));
    let rows: Vec<StockRow> = tx.all(sql).await?;
    let mut found: HashMap<ProductId, Vec<StockRow>> = HashMap::new();
    for row in rows {
        found.entry(row.product_id).or_default().push(row);
    }
    Ok(found)
}

/// What is in stock of variants, by warehouse and organization; variants without stock are
/// absent.
///
/// # Errors
/// A fault of the database.
pub async fn stock_of_variants(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    variants: &[ProductVariantId],
) -> Outcome<HashMap<ProductVariantId, Vec<StockRow>>> {
    let mut sql = Sql::new(SUMS.as_str(), values![permit.tenant(), tx.today(), sees_cost(permit)]);
    let filter = StockFilter { variants: Some(variants.to_vec()), ..StockFilter::default() };
    filter.push(&mut sql, PLACE);
    sql.push(&format!(" group by {KEYS} order by {KEYS}"));
    let rows: Vec<StockRow> = tx.all(sql).await?;
    let mut found: HashMap<ProductVariantId, Vec<StockRow>> = HashMap::new();
    for row in rows {
        if let Some(variant) = row.variant_id {
            found.entry(variant).or_default().push(row);
        }
    }
    Ok(found)
}

/// The first rows of what is in stock in warehouses, in the order of [`stock`]; empty warehouses
/// are absent.
///
/// # Errors
/// A fault of the database.
pub async fn stock_of_warehouses(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    warehouses: &[WarehouseId],
    first: u32,
) -> Outcome<HashMap<WarehouseId, Vec<StockRow>>> {
    let sums = SUMS.as_str();
    let sql = format!(
        "select s.organization_id, s.warehouse_id, s.product_id, s.variant_id, s.on_hand,
                s.reserved, s.available, s.value, s.in_transit, s.in_transit_available,
                s.in_transit_value
         from (select distinct u.id from unnest($4::uuid[]) as u (id)) w
         cross join lateral (
             {sums}
               and (b.warehouse_id = w.id or b.warehouse_id = (
                        select i.id
                        from transit_v i
                        where i.tenant_id = $1 and i.warehouse_id = w.id))
             group by {KEYS}
             order by b.product_id, b.variant_key, b.organization_id
             limit $5
         ) s
         order by s.product_id, s.variant_id nulls first, s.organization_id"
    );
    let ids = uuids(warehouses.iter().copied());
    let cost = sees_cost(permit);
    let values = values![permit.tenant(), tx.today(), cost, ids, i64::from(first)];
    let rows: Vec<StockRow> = tx.all(Sql::new(sql, values)).await?;
    let mut found: HashMap<WarehouseId, Vec<StockRow>> = HashMap::new();
    for row in rows {
        found.entry(row.warehouse_id).or_default().push(row);
    }
    Ok(found)
}
