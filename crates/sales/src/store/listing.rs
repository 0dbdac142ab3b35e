//! Lists of documents, whatever the kind: keyset pages over indexes that lead with the tenant. A
//! statement calls its document `d`.

use db::{FromQueryResult, Outcome, Sql, TenantTx, Value};
use kernel::{Direction, NaiveDate, Page, PageRequest, Position, Uuid};

/// How far lists are counted.
const COUNT_CAP: i64 = 10_000;

/// What orders are ordered by; the id breaks ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderField {
    /// The document's date.
    Date,
    /// The number; drafts first.
    Number,
    /// The gross.
    Total,
}

/// The order of a list of orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderSort {
    /// By what.
    pub field: OrderField,
    /// Which way.
    pub direction: Direction,
}

/// What shipments are ordered by: the same as orders.
pub type ShipmentField = OrderField;
/// The order of a list of shipments.
pub type ShipmentSort = OrderSort;

impl OrderSort {
    /// By date.
    #[must_use]
    pub fn by_date(direction: Direction) -> Self {
        Self { field: OrderField::Date, direction }
    }
}

impl Default for OrderSort {
    fn default() -> Self {
        Self { field: OrderField::Date, direction: Direction::Desc }
    }
}

impl OrderSort {
    /// What its cursors are marked with.
    #[must_use]
    pub fn name(self) -> &'static str {
        match (self.field, self.direction) {
            (OrderField::Date, Direction::Asc) => "DATE_ASC",
            (OrderField::Date, Direction::Desc) => "DATE_DESC",
            (OrderField::Number, Direction::Asc) => "NUMBER_ASC",
            (OrderField::Number, Direction::Desc) => "NUMBER_DESC",
            (OrderField::Total, Direction::Asc) => "TOTAL_ASC",
            (OrderField::Total, Direction::Desc) => "TOTAL_DESC",
        }
    }

    fn column(self) -> (&'static str, &'static str) {
        match self.field {
            OrderField::Date => ("date", "date"),
            OrderField::Number => ("number_order", "text"),
            OrderField::Total => ("gross_hundredths", "bigint"),
        }
    }
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

#[derive(FromQueryResult)]
struct Listed<T: FromQueryResult> {
    sort_key: String,
    #[sea_orm(nested)]
    row: T,
}

/// Adds a condition where there is a value.
pub(crate) fn only<V: Into<Value>>(sql: &mut Sql, before: &str, value: Option<V>) {
    if let Some(value) = value {
        sql.with(before, value, "");
    }
}

/// Adds a condition on states; one state is an equality, which an index answers in order.
pub(crate) fn in_states(sql: &mut Sql, states: &[&'static str]) {
    match states {
        [] => {}
        [state] => {
            sql.push(" and d.state = ").word(state);
        }
        states => {
            let states: Vec<String> = states.iter().map(|state| (*state).to_owned()).collect();
            sql.with(" and d.state = any(", states, "::text[])");
        }
    }
}

/// Adds the page's bounds, its order and its length.
fn paged(sql: &mut Sql, sort: OrderSort, page: &PageRequest) {
    let (column, kind) = sort.column();
    let ascending = sort.direction == Direction::Asc;
    let mut bound = |position: &Option<Position>, sign: &str| {
        let Some(position) = position else { return };
        let key = position.key.clone().unwrap_or_default();
        sql.push(" and (d.").push(column).push(", d.id) ").push(sign);
        // Bound as text, so that a cursor's key is read by PostgreSQL and by nobody else.
        sql.with(" (", key, "::text::").push(kind).with(", ", position.id, ")");
    };
    bound(&page.after, if ascending { ">" } else { "<" });
    bound(&page.before, if ascending { "<" } else { ">" });
    let way = if ascending == page.backward { " desc" } else { " asc" };
    sql.push(" order by d.").push(column).push(way).push(", d.id").push(way);
    sql.with(" limit ", i64::from(page.limit) + 1, "");
}

/// A key that PostgreSQL could not read is a cursor that this list never gave.
fn readable(sort: OrderSort, page: &PageRequest) -> bool {
    let fits = |position: &Option<Position>| {
        let key = position.as_ref().map(|position| position.key.as_deref().unwrap_or_default());
        key.is_none_or(|key| match sort.field {
            OrderField::Date => key.parse::<NaiveDate>().is_ok(),
            OrderField::Number => !key.contains('\0'),
            OrderField::Total => key.parse::<i64>().is_ok(),
        })
    };
    fits(&page.after) && fits(&page.before)
}

/// A page of documents `d` with these columns. `narrow` adds `from` and `where`; `id` tells a row's
/// id.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn listed<T: FromQueryResult>(
    tx: &TenantTx,
    columns: &str,
    narrow: impl FnOnce(&mut Sql),
    (sort, page): (OrderSort, &PageRequest),
    id: impl Fn(&T) -> Uuid,
) -> Outcome<Page<T>> {
    if !readable(sort, page) {
        return Ok(Page { rows: Vec::new(), has_next: false, has_previous: false });
    }
    let key = sort.column().0;
    let mut sql = Sql::new(format!("select d.{key}::text as sort_key, {columns}"), []);
    narrow(&mut sql);
    paged(&mut sql, sort, page);
    let rows: Vec<Listed<T>> = tx.all(sql).await?;
    let placed = |listed: Listed<T>| {
        let order = sort.name().to_owned();
        let position = Position { order, key: Some(listed.sort_key), id: id(&listed.row) };
        (position, listed.row)
    };
    Ok(Page::of(rows.into_iter().map(placed).collect(), page))
}

/// How many documents there are, up to one above 10,000. `narrow` adds `from` and `where`.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn counted(tx: &TenantTx, narrow: impl FnOnce(&mut Sql)) -> Outcome<i64> {
    let mut sql = Sql::new("select count(*) as count from (select 1", []);
    narrow(&mut sql);
    sql.with(" limit ", COUNT_CAP + 1, ") counted");
    Ok(tx.one::<Count>(sql).await?.map_or(0, |row| row.count))
}
