//! Lists by keyset: rows after or before a row, in the order of an index.

use db::{FromQueryResult, Outcome, Sql, TenantTx, Value};
use kernel::{Direction, NaiveDate, Page, PageRequest, Position, Refusal, RefusalCode};

/// Lists are counted up to this, and one more to know that there are more.
const MOST_COUNTED: i64 = 10_000;

/// The column a list is ordered by; never null. The id breaks ties.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    /// A column of days.
    Day(&'static str),
    /// A column of texts.
    Text(&'static str),
}

impl Key {
    fn column(self) -> &'static str {
        match self {
            Self::Day(column) | Self::Text(column) => column,
        }
    }

    /// Reads a cursor's key back. Cursors are not signed: whatever a client made of one must not
    /// reach the database as a wrong value.
    fn value(self, position: &Position) -> Result<Value, Refusal> {
        let text = position.key.as_deref().filter(|text| !text.contains('\0'));
        let text = text.ok_or_else(bad_cursor)?;
        match self {
            Self::Day(_) => Ok(text.parse::<NaiveDate>().map_err(|_| bad_cursor())?.into()),
            Self::Text(_) => Ok(text.into()),
        }
    }
}

pub(crate) fn bad_cursor() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "This cursor was not given by this list.",
        "Этот курсор выдан не этим списком.",
    )
}

/// Reads a page. `sql` ends inside its `where`; `id` is the column that breaks ties.
pub(crate) async fn page<T: FromQueryResult>(
    tx: &TenantTx,
    mut sql: Sql,
    (key, id): (Key, &str),
    direction: Direction,
    request: &PageRequest,
    position: impl Fn(&T) -> Position,
) -> Outcome<Page<T>> {
    let column = key.column();
    for (bound, is_before) in [(&request.after, false), (&request.before, true)] {
        let Some(bound) = bound else { continue };
        let beyond = if (direction == Direction::Asc) == is_before { "<" } else { ">" };
        sql.push(&format!(" and ({column}, {id}) {beyond} ("));
        sql.bind(key.value(bound)?).push(", ").bind(bound.id).push(")");
    }
    let way = if (direction == Direction::Asc) == request.backward { "desc" } else { "asc" };
    sql.push(&format!(" order by {column} {way}, {id} {way} limit "));
    sql.bind(i64::from(request.limit) + 1);
    let rows: Vec<T> = tx.all(sql).await?;
    let rows = rows.into_iter().map(|row| (position(&row), row)).collect();
    Ok(Page::of(rows, request))
}

/// Counts rows, up to 10,001. `sql` is a whole select without a limit.
pub(crate) async fn count(tx: &TenantTx, sql: Sql) -> Outcome<i64> {
    #[derive(FromQueryResult)]
    struct Counted {
        counted: i64,
    }
    let mut sql = sql;
    sql.with(" limit ", MOST_COUNTED + 1, ") counted");
    let row: Option<Counted> = tx.one(sql).await?;
    Ok(row.map_or(0, |row| row.counted))
}

/// What a counting statement begins with.
pub(crate) const COUNT: &str = "select count(*) as counted from (";
