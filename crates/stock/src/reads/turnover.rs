//! Turnover: what there was, what came, what went, and what is left, over a period of business
//! days. Closing is today's balance less what moved after the period, opening is closing less
//! what moved in it, so that the answer equals the balances by its making.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use db::{FromQueryResult, Outcome, Sql, TenantTx, Value, values};
use kernel::{
    Decimal, LotId, NaiveDate, Page, PageRequest, ProductId, ProductVariantId, Uuid, WarehouseId,
};

use super::columns::Columns;
use super::keyset::{COUNT, count};
use super::{PastFilter, sees_buyers, sees_cost};

/// Reading reports about stock.
#[derive(Clone, Copy, Debug)]
pub struct ReportStock;

impl Action for ReportStock {
    const RIGHT: Right = Right::StockReport;
}

/// Business days, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// The last day, not before the first.
    pub to: NaiveDate,
}

/// What a row of turnover sums up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TurnoverBy {
    /// A product, or a variant of it, in all warehouses.
    #[default]
    Product,
    /// All goods of a warehouse.
    Warehouse,
    /// A product, or a variant of it, in one warehouse.
    ProductAndWarehouse,
    /// A lot in one warehouse.
    Lot,
}

impl TurnoverBy {
    /// The name that cursors keep.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.columns().order
    }

    fn columns(self) -> Columns {
        let (order, columns): (_, &'static [&'static str]) = match self {
            Self::Product => ("PRODUCT", &["b.product_id", "b.variant_key"]),
            Self::Warehouse => ("WAREHOUSE", &["b.warehouse_id"]),
            Self::ProductAndWarehouse => {
                ("PRODUCT_AND_WAREHOUSE", &["b.product_id", "b.variant_key", "b.warehouse_id"])
            }
            Self::Lot => ("LOT", &["b.product_id", "b.variant_key", "b.warehouse_id", "b.lot_id"]),
        };
        Columns { order, columns }
    }

    fn shown(self, column: &'static str) -> &'static str {
        if self.columns().columns.contains(&column) { column } else { "null::uuid" }
    }
}

/// What moved in one direction each, base units and base currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Moves {
    /// What came in, base units.
    pub quantity_in: Decimal,
    /// What went out, base units, above zero.
    pub quantity_out: Decimal,
    /// What came in was worth, base currency.
    pub value_in: Decimal,
    /// What went out was worth, base currency.
    pub value_out: Decimal,
}

/// What moved for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindMoves {
    /// The reason, as the register writes it.
    pub kind: String,
    /// What moved.
    pub moves: Moves,
}

/// The turnover of a row. Values are to be shown to those who may see cost alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnoverRow {
    /// What; `None` where the row sums up goods of many.
    pub product_id: Option<ProductId>,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// Where; `None` where the row sums up warehouses.
    pub warehouse_id: Option<WarehouseId>,
    /// Which lot; `None` where the row sums up lots.
    pub lot_id: Option<LotId>,
    /// Before the first day, base units.
    pub opening: Decimal,
    /// Before the first day, base currency.
    pub opening_value: Decimal,
    /// What moved in the period.
    pub moves: Moves,
    /// After the last day, base units.
    pub closing: Decimal,
    /// After the last day, base currency.
    pub closing_value: Decimal,
    /// What moved, by reason, those with moves alone.
    pub kinds: Vec<KindMoves>,
}

#[derive(FromQueryResult)]
struct Row {
    product_id: Option<Uuid>,
    variant_key: Option<Uuid>,
    warehouse_id: Option<Uuid>,
    lot_id: Option<Uuid>,
    closing: Decimal,
    closing_value: Decimal,
    #[sea_orm(nested)]
    moves: Moves,
}

/// A row's ids: product, variant, warehouse, lot; nil where it sums up.
type Key = [Uuid; 4];

impl Row {
    fn key(&self) -> Key {
        [self.product_id, self.variant_key, self.warehouse_id, self.lot_id]
            .map(Option::unwrap_or_default)
    }
}

/// What a movement adds to each of [`Moves`]: a revaluation moves no goods and goes by its value.
const MOVES: &str = "
    coalesce(sum(m.quantity) filter (where m.quantity > 0), 0) as quantity_in,
    coalesce(-sum(m.quantity) filter (where m.quantity < 0), 0) as quantity_out,
    coalesce(sum(m.value) filter (
        where m.quantity > 0 or m.quantity = 0 and m.value > 0), 0) as value_in,
    coalesce(-sum(m.value) filter (
        where m.quantity < 0 or m.quantity = 0 and m.value < 0), 0) as value_out";

/// $1 is the tenant, $2 the first day, $3 the last one, $4 whether the caller may see what moved.
const SINCE: &str = "
    from stock_balance b
    cross join lateral (
        select coalesce(sum(m.quantity) filter (where m.occurred_on > $3), 0) as later,
               coalesce(sum(m.value) filter (where m.occurred_on > $3), 0) as later_value,
               coalesce(sum(m.quantity) filter (
                   where m.occurred_on <= $3 and m.quantity > 0), 0) as quantity_in,
               coalesce(-sum(m.quantity) filter (
                   where m.occurred_on <= $3 and m.quantity < 0), 0) as quantity_out,
               coalesce(sum(m.value) filter (
                   where m.occurred_on <= $3
                     and (m.quantity > 0 or m.quantity = 0 and m.value > 0)), 0) as value_in,
               coalesce(-sum(m.value) filter (
                   where m.occurred_on <= $3
                     and (m.quantity < 0 or m.quantity = 0 and m.value < 0)), 0) as value_out
        from stock_movement m
        where m.tenant_id = $1
          and m.lot_id = b.lot_id
          and m.warehouse_id = b.warehouse_id
          and m.occurred_on >= $2
    ) p
    where b.tenant_id = $1 and $4";

/// Nothing there before and after, and nothing moved: no row.
const SOMETHING: &str = "
    having sum(b.on_hand - p.later) <> 0
        or sum(p.quantity_in) <> 0
        or sum(p.quantity_out) <> 0";

/// The turnover of a period. Cursors must be of the grouping's name.
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn turnover(
    tx: &TenantTx,
    permit: &Permit<ReportStock>,
    (by, period): (TurnoverBy, Period),
    filter: &PastFilter,
    request: &PageRequest,
) -> Outcome<Page<TurnoverRow>> {
    let columns = by.columns();
    let text = format!(
        "select {} as product_id, {} as variant_key, {} as warehouse_id, {} as lot_id,
                sum(b.on_hand - p.later) as closing, sum(b.value - p.later_value) as closing_value,
                sum(p.quantity_in) as quantity_in, sum(p.quantity_out) as quantity_out,
                sum(p.value_in) as value_in, sum(p.value_out) as value_out
         {SINCE}",
        by.shown("b.product_id"),
        by.shown("b.variant_key"),
        by.shown("b.warehouse_id"),
        by.shown("b.lot_id"),
    );
    let mut sql = Sql::new(text, period.values(permit));
    filter.push(&mut sql);
    columns.bound(&mut sql, request)?;
    sql.push(&format!(
        " group by {} {SOMETHING} order by {} limit ",
        columns.list(),
        columns.in_order(request)
    ));
    sql.bind(i64::from(request.limit) + 1);
    let rows: Vec<Row> = tx.all(sql).await?;
    let keys: Vec<Key> = rows.iter().map(Row::key).collect();
    let mut kinds = kinds_of(tx, permit, (by, period), filter, &keys).await?;
    let cost = sees_cost(permit);
    let told = rows.into_iter().map(|row| {
        let key = row.key();
        let position = columns.position(&by.ids(key));
        (position, row.told(cost, kinds.remove(&key).unwrap_or_default()))
    });
    Ok(Page::of(told.collect(), request))
}

impl TurnoverBy {
    /// A row's ids in the order of its columns.
    fn ids(self, [product, variant, warehouse, lot]: Key) -> Vec<Uuid> {
        match self {
            Self::Product => vec![product, variant],
            Self::Warehouse => vec![warehouse],
            Self::ProductAndWarehouse => vec![product, variant, warehouse],
            Self::Lot => vec![product, variant, warehouse, lot],
        }
    }
}

impl Period {
    fn values(self, permit: &Permit<ReportStock>) -> [Value; 4] {
        values![permit.tenant(), self.from, self.to, sees_buyers(permit)]
    }
}

impl Row {
    fn told(self, sees_cost: bool, kinds: Vec<KindMoves>) -> TurnoverRow {
        let [product, variant, warehouse, lot] = self.key();
        let some = |id: Uuid| (!id.is_nil()).then_some(id);
        // Values do not go further where cost is not to be seen.
        let value = |value: Decimal| if sees_cost { value } else { Decimal::ZERO };
        let moves = |moves: Moves| Moves {
            value_in: value(moves.value_in),
            value_out: value(moves.value_out),
            ..moves
        };
        let kinds =
            kinds.into_iter().map(|one| KindMoves { moves: moves(one.moves), ..one }).collect();
        TurnoverRow {
            product_id: some(product).map(ProductId),
            variant_id: some(variant).map(ProductVariantId),
            warehouse_id: some(warehouse).map(WarehouseId),
            lot_id: some(lot).map(LotId),
            opening: self.closing - self.moves.quantity_in + self.moves.quantity_out,
            opening_value: value(self.closing_value - self.moves.value_in + self.moves.value_out),
            closing: self.closing,
            closing_value: value(self.closing_value),
            moves: moves(self.moves),
            kinds,
        }
    }
}

/// What moved in the period for each reason, of the rows of a page.
async fn kinds_of(
    tx: &TenantTx,
    permit: &Permit<ReportStock>,
    (by, period): (TurnoverBy, Period),
    filter: &PastFilter,
    keys: &[Key],
) -> Outcome<HashMap<Key, Vec<KindMoves>>> {
    #[derive(FromQueryResult)]
    struct Found {
        place: i64,
        kind: String,
        #[sea_orm(nested)]
        moves: Moves,
    }
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let same = match by {
        TurnoverBy::Product => "b.product_id = k.product_id and b.variant_key = k.variant_key",
        TurnoverBy::Warehouse => "b.warehouse_id = k.warehouse_id",
        TurnoverBy::ProductAndWarehouse => {
            "b.product_id = k.product_id
             and b.variant_key = k.variant_key
             and b.warehouse_id = k.warehouse_id"
        }
        TurnoverBy::Lot => "b.lot_id = k.lot_id and b.warehouse_id = k.warehouse_id",
    };
    let text = format!(
        "select k.place, m.kind, {MOVES}
         from unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[]) with ordinality
              as k (product_id, variant_key, warehouse_id, lot_id, place)
         join stock_balance b on b.tenant_id = $1 and {same}
         join stock_movement m
           on m.tenant_id = $1
          and m.lot_id = b.lot_id
          and m.warehouse_id = b.warehouse_id
          and m.occurred_on between $2 and $3
         where $4"
    );
    let column = |of: usize| keys.iter().map(|key| key[of]).collect::<Vec<_>>();
    let mut sql = Sql::new(
        text,
        period.values(permit).into_iter().chain(values![
            column(0),
            column(1),
            column(2),
            column(3),
        ]),
    );
    filter.push(&mut sql);
    sql.push(" group by k.place, m.kind order by k.place, m.kind");
    let rows: Vec<Found> = tx.all(sql).await?;
    let mut found: HashMap<Key, Vec<KindMoves>> = HashMap::new();
    for Found { place, kind, moves } in rows {
        let key = usize::try_from(place - 1).ok().and_then(|place| keys.get(place));
        if let Some(key) = key {
            found.entry(*key).or_default().push(KindMoves { kind, moves });
        }
    }
    Ok(found)
}

/// How many rows [`turnover`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_turnover(
    tx: &TenantTx,
    permit: &Permit<ReportStock>,
    (by, period): (TurnoverBy, Period),
    filter: &PastFilter,
) -> Outcome<i64> {
    let mut sql = Sql::new(format!("{COUNT} select 1 as one {SINCE}"), period.values(permit));
    filter.push(&mut sql);
    sql.push(&format!(" group by {} {SOMETHING}", by.columns().list()));
    count(tx, sql).await
}
