//! Counts and their lines, as they are shown.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use catalog::{Condition, push_conditions};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    BinId, CountId, CountLineId, DateTime, Decimal, Direction, LotId, NaiveDate, OrganizationId,
    Page, PageRequest, Position, ProductId, ProductVariantId, TenantId, UserId, Utc, Uuid,
    WarehouseId,
};

use super::keyset::{COUNT, Key, count, page};
use super::sees_cost;
use crate::document::{DocumentSort, Narrowing};
use crate::rules::CountState;
use crate::store::uuids;

/// Reading counts. A narrow reach sees those its users have written.
#[derive(Clone, Copy, Debug)]
pub struct ReadCounts;

impl Action for ReadCounts {
    const RIGHT: Right = Right::CountRead;
}

/// A count without its lines.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct CountRow {
    /// The count.
    pub id: CountId,
    /// Empty until it is started.
    pub number: String,
    /// Business date.
    pub occurred_on: NaiveDate,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// From where.
    pub warehouse_id: WarehouseId,
    /// As [`CountState`] writes it.
    pub state: String,
    /// A note.
    pub comment: String,
    /// The record's name in another program.
    pub external_reference: Option<String>,
    /// Groups of products that are counted, with those below them; none is everything.
    pub groups: Vec<Uuid>,
    /// Why there are differences, once it is posted.
    pub reason: Option<String>,
    /// When what the books say was written down.
    pub frozen_on: Option<NaiveDate>,
    /// What found goods cost less what missing ones cost, base currency; `None` until it is
    /// posted, and for those who may not see cost.
    pub amount: Option<Decimal>,
    /// The business date of its reversal.
    pub reversed_on: Option<NaiveDate>,
    /// For the next change.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Who made it, where a person did.
    pub created_by: Option<UserId>,
}

/// Goods of a count: of one lot where a product's lots are told apart.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct CountLineRow {
    /// The line.
    pub id: CountLineId,
    /// Its count.
    pub document_id: CountId,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// Which lot, where lots are told apart.
    pub lot_id: Option<LotId>,
    /// What the books said when the count was started, base units.
    pub book: Decimal,
    /// What was found, all parts together, base units; `None` is not entered yet.
    pub counted: Option<Decimal>,
    /// What the books said at the last entry, base units.
    pub said: Option<Decimal>,
    /// What posting changed, base units.
    pub posted: Option<Decimal>,
}

/// What somebody entered.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct CountEntryRow {
    /// The line it is of.
    pub line_id: CountLineId,
    /// Base units.
    pub quantity: Decimal,
    /// Whether it took the place of what was entered before.
    pub replaces: bool,
    /// Where it was found.
    pub bin_id: Option<BinId>,
    /// When it was entered.
    pub counted_at: DateTime<Utc>,
    /// Who entered it, where a person did.
    pub counted_by: Option<UserId>,
}

/// Which counts.
#[derive(Clone, Debug, Default)]
pub struct CountFilter {
    /// In one of these states.
    pub states: Option<Vec<CountState>>,
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// From this warehouse.
    pub warehouse: Option<WarehouseId>,
    /// Dated on this day or later.
    pub from: Option<NaiveDate>,
    /// Dated on this day or earlier.
    pub to: Option<NaiveDate>,
    /// With this number.
    pub number: Option<String>,
    /// With this name in another program.
    pub external_reference: Option<String>,
    /// Whose custom fields hold this.
    pub custom: Vec<Condition>,
}

/// $1 is the tenant, $2 the authors within reach, $3 whether cost is seen.
const STOCK_COUNT: &str = "
    select r.id, r.number, r.occurred_on, r.organization_id, r.warehouse_id, r.state, r.groups,
           r.reason, r.frozen_on, case when $3 then r.amount end as amount, r.comment,
           r.external_reference, r.reversed_on, r.version, r.created_at, r.updated_at,
           r.created_by
    from stock_count r
    where r.tenant_id = $1 and ($2::uuid[] is null or r.created_by = any($2))";

fn seen(permit: &Permit<ReadCounts>) -> [db::Value; 3] {
    values![permit.tenant(), permit.managers(), sees_cost(permit)]
}

impl CountFilter {
    fn push(&self, sql: &mut Sql, tenant: TenantId) {
        push_conditions(sql, tenant, "r.id", &self.custom);
        let states = self.states.as_ref();
        let narrowing = Narrowing {
            table: "r",
            states: states.map(|all| all.iter().map(|one| one.as_str()).collect()),
            from: self.from,
            to: self.to,
            number: self.number.as_deref(),
            external_reference: self.external_reference.as_deref(),
        };
        narrowing.push(sql);
        if let Some(id) = self.organization {
            sql.with(" and r.organization_id = ", id, "");
        }
        if let Some(id) = self.warehouse {
            sql.with(" and r.warehouse_id = ", id, "");
        }
    }
}

/// Counts within reach. Cursors must be of the sort's [`DocumentSort::name`].
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn counts(
    tx: &TenantTx,
    permit: &Permit<ReadCounts>,
    filter: &CountFilter,
    (sort, direction): (DocumentSort, Direction),
    request: &PageRequest,
) -> Outcome<Page<CountRow>> {
    let mut sql = Sql::new(STOCK_COUNT, seen(permit));
    filter.push(&mut sql, permit.tenant());
    let position = |row: &CountRow| sort.position(row.occurred_on, &row.number, row.id.0);
    page(tx, sql, (sort.key(["r.occurred_on", "r.number"]), "r.id"), direction, request, position)
        .await
}

/// How many rows [`counts`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_counts(
    tx: &TenantTx,
    permit: &Permit<ReadCounts>,
    filter: &CountFilter,
) -> Outcome<i64> {
    let mut sql = Sql::new(
        format!(
            "{COUNT} select 1 from stock_count r
             where r.tenant_id = $1 and ($2::uuid[] is null or r.created_by = any($2))"
        ),
        values![permit.tenant(), permit.managers()],
    );
    filter.push(&mut sql, permit.tenant());
    count(tx, sql).await
}

/// The counts with these ids within reach; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn counts_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadCounts>,
    ids: &[CountId],
) -> Outcome<HashMap<CountId, CountRow>> {
    let mut sql = Sql::new(STOCK_COUNT, seen(permit));
    sql.with(" and r.id = any(", uuids(ids.iter().copied()), "::uuid[])");
    let rows: Vec<CountRow> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Which lines of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountLines {
    /// All of them.
    All,
    /// Those of which more or less was found than the books said.
    Different,
    /// Those that nobody entered yet.
    Uncounted,
}

impl CountLines {
    fn condition(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Different => " and l.counted <> l.said",
            Self::Uncounted => " and l.counted is null",
        }
    }
}

/// The name of the one order of the lines, as cursors keep it.
const LINES: &str = "PRODUCT";

/// $1 is the tenant, $2 the authors within reach.
const LINE: &str = "
    select l.id, l.document_id, l.product_id, l.variant_id, l.lot_id, l.book, l.counted, l.said,
           l.posted
    from stock_count_line l
    join stock_count r on r.tenant_id = l.tenant_id and r.id = l.document_id
    where l.tenant_id = $1 and ($2::uuid[] is null or r.created_by = any($2))";

/// Lines of a count within reach, by product. Cursors must be of the order `PRODUCT`.
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn count_lines(
    tx: &TenantTx,
    permit: &Permit<ReadCounts>,
    (count, which): (CountId, CountLines),
    request: &PageRequest,
) -> Outcome<Page<CountLineRow>> {
    let mut sql = Sql::new(LINE, values![permit.tenant(), permit.managers()]);
    sql.with(" and l.document_id = ", count, which.condition());
    let position = |row: &CountLineRow| Position {
        order: LINES.to_owned(),
        key: Some(row.product_id.to_string()),
        id: row.id.0,
    };
    let key = (Key::Id("l.product_id"), "l.id");
    page(tx, sql, key, Direction::Asc, request, position).await
}

/// How many rows [`count_lines`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_count_lines(
    tx: &TenantTx,
    permit: &Permit<ReadCounts>,
    (count, which): (CountId, CountLines),
) -> Outcome<i64> {
    let mut sql = Sql::new(format!("{COUNT} {LINE}"), values![permit.tenant(), permit.managers()]);
    sql.with(" and l.document_id = ", count, which.condition());
    super::keyset::count(tx, sql).await
}

/// The lines with these ids of counts within reach; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn count_lines_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadCounts>,
    ids: &[CountLineId],
) -> Outcome<HashMap<CountLineId, CountLineRow>> {
    let mut sql = Sql::new(LINE, values![permit.tenant(), permit.managers()]);
    sql.with(" and l.id = any(", uuids(ids.iter().copied()), "::uuid[])");
    let rows: Vec<CountLineRow> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Lines shown of one count at most.
const MOST_LINES: i64 = 250;

/// The first lines of counts within reach, by product, at most 250 a count; counts without any are
/// absent.
///
/// # Errors
/// A fault of the database.
pub async fn lines_of_counts(
    tx: &TenantTx,
    permit: &Permit<ReadCounts>,
    counts: &[CountId],
) -> Outcome<HashMap<CountId, Vec<CountLineRow>>> {
    let sql = "
        select l.id, l.document_id, l.product_id, l.variant_id, l.lot_id, l.book, l.counted,
               l.said, l.posted
        from stock_count r
        cross join lateral (
            select i.id, i.document_id, i.product_id, i.variant_id, i.lot_id, i.book, i.counted,
                   i.said, i.posted
            from stock_count_line i
            where i.tenant_id = r.tenant_id and i.document_id = r.id
            order by i.product_id, i.id
            limit $4
        ) l
        where r.tenant_id = $1
          and ($2::uuid[] is null or r.created_by = any($2))
          and r.id = any($3::uuid[])
        order by l.document_id, l.product_id, l.id";
    let ids = uuids(counts.iter().copied());
    let values = values![permit.tenant(), permit.managers(), ids, MOST_LINES];
    let rows: Vec<CountLineRow> = tx.all(Sql::new(sql, values)).await?;
    let mut found: HashMap<CountId, Vec<CountLineRow>> = HashMap::new();
    for row in rows {
        found.entry(row.document_id).or_default().push(row);
    }
    Ok(found)
}

/// What was entered of lines, in the order of entering; lines without entries are absent.
///
/// # Errors
/// A fault of the database.
pub async fn entries_of_count_lines(
    tx: &TenantTx,
    permit: &Permit<ReadCounts>,
    ids: &[CountLineId],
) -> Outcome<HashMap<CountLineId, Vec<CountEntryRow>>> {
    let sql = "
        select e.line_id, e.quantity, e.replaces, e.bin_id, e.counted_at, e.counted_by
        from stock_count_entry e
        join stock_count r on r.tenant_id = e.tenant_id and r.id = e.document_id
        where e.tenant_id = $1
          and ($2::uuid[] is null or r.created_by = any($2))
          and e.line_id = any($3::uuid[])
        order by e.line_id, e.counted_at, e.id";
    let values = values![permit.tenant(), permit.managers(), uuids(ids.iter().copied())];
    let rows: Vec<CountEntryRow> = tx.all(Sql::new(sql, values)).await?;
    let mut found: HashMap<CountLineId, Vec<CountEntryRow>> = HashMap::new();
    for row in rows {
        found.entry(row.line_id).or_default().push(row);
    }
    Ok(found)
}
