//! What lay where at a moment of the past, in both times: by the business date of documents, and
//! as it was written down then. A past balance is today's less what moved since, so what lies long
//! before the moment is not read.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    DateTime, Decimal, LotId, NaiveDate, OrganizationId, Page, PageRequest, ProductId,
    ProductVariantId, Utc, WarehouseId,
};

use super::columns::Columns;
use super::keyset::{COUNT, count};
use super::purchases::per_unit;
use super::stock::LIES_IN;
use super::{ReadStock, StockFilter, sees_buyers, sees_cost};
use crate::store::balances::variant_key;
use crate::store::uuids;

/// Which moment.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// At the end of this business day.
    pub on: NaiveDate,
    /// With what was written down until then; `None` is all that is known.
    pub known_at: Option<DateTime<Utc>>,
}

/// What a row of past stock sums up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PastDetail {
    /// All lots of goods of an organization in a warehouse.
    #[default]
    Goods,
    /// Each lot for itself.
    Lots,
}

impl PastDetail {
    /// The name that cursors keep.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.columns().order
    }

    fn columns(self) -> Columns {
        match self {
            Self::Goods => Columns {
                order: "GOODS",
                columns: &["b.product_id", "b.variant_key", "b.warehouse_id", "b.organization_id"],
            },
            Self::Lots => Columns {
                order: "LOTS",
                columns: &[
                    "b.product_id",
                    "b.variant_key",
                    "b.warehouse_id",
                    "b.organization_id",
                    "b.lot_id",
                ],
            },
        }
    }
}

/// Which past stock.
#[derive(Clone, Debug, Default)]
pub struct PastFilter {
    /// Of which goods and where.
    pub stock: StockFilter,
    /// Of these lots.
    pub lots: Option<Vec<LotId>>,
}

impl PastFilter {
    /// Adds its conditions on `stock_balance b`.
    pub(super) fn push(&self, sql: &mut Sql) {
        self.stock.push(sql, LIES_IN);
        if let Some(ids) = &self.lots {
            sql.with(" and b.lot_id = any(", uuids(ids.iter().copied()), "::uuid[])");
        }
    }
}

/// What lay somewhere at a moment of the past.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct PastRow {
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// Which lot; `None` where the row sums up all lots.
    pub lot_id: Option<LotId>,
    /// Base units.
    pub on_hand: Decimal,
    /// Base currency; `None` for those who may not see cost.
    pub value: Option<Decimal>,
}

impl PastRow {
    /// What a base unit of it cost then, four places; `None` for those who may not see cost.
    #[must_use]
    pub fn unit_cost(&self) -> Option<Decimal> {
        per_unit(self.value?, self.on_hand)
    }
}

/// $1 is the tenant, $2 the day, $3 the moment of knowing, $4 whether cost is seen, $5 whether the
/// caller may see what moved.
const SINCE: &str = "
    from stock_balance b
    cross join lateral (
        select coalesce(sum(m.quantity), 0) as quantity, coalesce(sum(m.value), 0) as value
        from stock_movement m
        where m.tenant_id = $1
          and m.lot_id = b.lot_id
          and m.warehouse_id = b.warehouse_id
          and (m.occurred_on > $2 or m.recorded_at > $3::timestamptz)
    ) since
    where b.tenant_id = $1 and $5";

/// Stock as it was at a moment, by product, variant, warehouse and organization, and by lot where
/// that is asked for. Cursors must be of the detail's name. Nothing on hand then is no row.
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn past_stock(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    (moment, detail): (Moment, PastDetail),
    filter: &PastFilter,
    request: &PageRequest,
) -> Outcome<Page<PastRow>> {
    let columns = detail.columns();
    let lot = match detail {
        PastDetail::Goods => "null::uuid",
        PastDetail::Lots => "b.lot_id",
    };
    let text = format!(
        "select b.organization_id, b.warehouse_id, b.product_id,
                nullif(b.variant_key, '00000000-0000-0000-0000-000000000000') as variant_id,
                {lot} as lot_id, sum(b.on_hand - since.quantity) as on_hand,
                case when $4 then sum(b.value - since.value) end as value
         {SINCE}"
    );
    let mut sql = Sql::new(text, moment.values(permit));
    filter.push(&mut sql);
    columns.bound(&mut sql, request)?;
    sql.push(&format!(
        " group by {}
          having sum(b.on_hand - since.quantity) <> 0
          order by {}
          limit ",
        columns.list(),
        columns.in_order(request)
    ));
    sql.bind(i64::from(request.limit) + 1);
    let rows: Vec<PastRow> = tx.all(sql).await?;
    let place = |row: &PastRow| {
        let mut ids = vec![
            row.product_id.0,
            variant_key(row.variant_id),
            row.warehouse_id.0,
            row.organization_id.0,
        ];
        ids.extend(row.lot_id.map(|lot| lot.0));
        columns.position(&ids)
    };
    Ok(Page::of(rows.into_iter().map(|row| (place(&row), row)).collect(), request))
}

impl Moment {
    fn values(self, permit: &Permit<ReadStock>) -> [db::Value; 5] {
        values![permit.tenant(), self.on, self.known_at, sees_cost(permit), sees_buyers(permit)]
    }
}

/// How many rows [`past_stock`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_past_stock(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    (moment, detail): (Moment, PastDetail),
    filter: &PastFilter,
) -> Outcome<i64> {
    // Each placeholder is of a known type, also where nothing asks for it.
    let text = format!("{COUNT} select 1 as one, bool_or($4::boolean) as cost {SINCE}");
    let mut sql = Sql::new(text, moment.values(permit));
    filter.push(&mut sql);
    let columns = detail.columns().list();
    sql.push(&format!(" group by {columns} having sum(b.on_hand - since.quantity) <> 0"));
    count(tx, sql).await
}
