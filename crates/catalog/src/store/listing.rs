//! Lists by keyset: rows after or before a row, in the order of an index.

use db::{FromQueryResult, Outcome, Sql, TenantTx, Value};
use kernel::{DateTime, Direction, Page, PageRequest, Position, Refusal, RefusalCode, Utc, Uuid};
use sea_orm::{DbErr, QueryResult};

/// Which records a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Archived {
    /// Those in use.
    #[default]
    Exclude,
    /// Archived ones only.
    Only,
    /// All.
    Include,
}

impl Archived {
    /// As the search functions take it: null is all.
    pub(crate) fn wanted(self) -> Option<bool> {
        match self {
            Self::Exclude => Some(false),
            Self::Only => Some(true),
            Self::Include => None,
        }
    }

    pub(crate) fn push(self, sql: &mut Sql) {
        match self {
            Self::Exclude => sql.push(" and r.archived_at is null"),
            Self::Only => sql.push(" and r.archived_at is not null"),
            Self::Include => sql,
        };
    }
}

/// Rows are counted up to this many.
const MOST_COUNTED: i64 = 10_000;

/// What a list is ordered by. All keys are without nulls.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    /// A text column.
    Text { order: &'static str, column: &'static str },
    /// A column of moments.
    Moment { order: &'static str, column: &'static str },
    /// A column of whole numbers.
    Place { order: &'static str, column: &'static str },
}

impl Key {
    fn column(self) -> &'static str {
        match self {
            Self::Text { column, .. }
            | Self::Moment { column, .. }
            | Self::Place { column, .. } => column,
        }
    }

    fn order(self) -> &'static str {
        match self {
            Self::Text { order, .. } | Self::Moment { order, .. } | Self::Place { order, .. } => {
                order
            }
        }
    }

    /// The key as a cursor keeps it, for the select list.
    pub(crate) fn text(self) -> String {
        let column = self.column();
        match self {
            Self::Text { .. } => format!("{column} as sort_key"),
            Self::Place { .. } => format!("{column}::text as sort_key"),
            Self::Moment { .. } => format!(
                "to_char({column} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') \
                 as sort_key"
            ),
        }
    }

    /// Reads a cursor's key back. A cursor is not secret and not signed: whatever a client made
    /// of it must not reach the database as a wrong value.
    fn value(self, position: &Position) -> Result<Value, Refusal> {
        let bad = || {
            Refusal::new(
                RefusalCode::Invalid,
                "This cursor was not given by this list.",
                "Этот курсор выдан не этим списком.",
            )
        };
        let text = position.key.as_deref().filter(|text| !text.contains('\0')).ok_or_else(bad)?;
        match self {
            Self::Text { .. } => Ok(text.into()),
            Self::Place { .. } => Ok(text.parse::<i64>().map_err(|_| bad())?.into()),
            Self::Moment { .. } => {
                let moment = DateTime::parse_from_rfc3339(text).map_err(|_| bad())?;
                Ok(moment.with_timezone(&Utc).into())
            }
        }
    }
}

struct Keyed<T> {
    key: String,
    id: Uuid,
    row: T,
}

impl<T: FromQueryResult> FromQueryResult for Keyed<T> {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            key: row.try_get(prefix, "sort_key")?,
            id: row.try_get(prefix, "id")?,
            row: T::from_query_result(row, prefix)?,
        })
    }
}

/// A list's order and the page of it that is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Slice<'a> {
    pub(crate) key: Key,
    pub(crate) direction: Direction,
    pub(crate) request: &'a PageRequest,
}

impl Slice<'_> {
    /// Adds the page's bounds to the `where` of a select from a table named `r`.
    pub(crate) fn push_bounds(&self, sql: &mut Sql) -> Result<(), Refusal> {
        let bounds = [(&self.request.after, false), (&self.request.before, true)];
        for (position, is_before) in bounds {
            let Some(position) = position else { continue };
            let beyond = if (self.direction == Direction::Asc) == is_before { "<" } else { ">" };
            sql.push(&format!(" and ({}, r.id) {beyond} (", self.key.column()));
            sql.bind(self.key.value(position)?).push(", ").bind(position.id).push(")");
        }
        Ok(())
    }

    /// How many of the best this page ends at, in a list by place read from its start; `None` in
    /// any other.
    pub(crate) fn places(&self) -> Option<u32> {
        let PageRequest { after, before, limit, backward } = self.request;
        let is_onward = self.direction == Direction::Asc && !backward && before.is_none();
        if !matches!(self.key, Key::Place { .. }) || !is_onward {
            return None;
        }
        let passed = match after {
            None => 0,
            Some(position) => position.key.as_deref()?.parse::<u32>().ok()?,
        };
        passed.checked_add(*limit)?.checked_add(1)
    }

    /// Adds the order and how many rows: one more than asked for, to know whether rows follow.
    pub(crate) fn push_order(&self, sql: &mut Sql) {
        let is_upward = (self.direction == Direction::Asc) != self.request.backward;
        let way = if is_upward { "asc" } else { "desc" };
        sql.push(&format!(" order by {} {way}, r.id {way} limit ", self.key.column()));
        sql.bind(i64::from(self.request.limit) + 1);
    }

    /// Reads the rows; each has the key's text as `sort_key`.
    pub(crate) async fn read<T: FromQueryResult>(
        &self,
        tx: &TenantTx,
        sql: Sql,
    ) -> Outcome<Page<T>> {
        let rows: Vec<Keyed<T>> = tx.all(sql).await?;
        let positioned = rows.into_iter().map(|found| {
            let order = self.key.order().to_owned();
            (Position { order, key: Some(found.key), id: found.id }, found.row)
        });
        Ok(Page::of(positioned.collect(), self.request))
    }
}

/// Reads a page. `sql` selects from a table named `r`, with the key's text as `sort_key`, and
/// ends inside its `where`.
pub(crate) async fn page<T: FromQueryResult>(
    tx: &TenantTx,
    mut sql: Sql,
    slice: Slice<'_>,
) -> Outcome<Page<T>> {
    slice.push_bounds(&mut sql)?;
    slice.push_order(&mut sql);
    slice.read(tx, sql).await
}

/// Counts rows, up to one more than 10,000. `sql` selects `1` from a table and ends inside its
/// `where`.
pub(crate) async fn count(tx: &TenantTx, mut sql: Sql) -> Outcome<i64> {
    #[derive(FromQueryResult)]
    struct Counted {
        counted: i64,
    }
    sql.with(" limit ", MOST_COUNTED + 1, ") counted");
    let row: Option<Counted> = tx.one(sql).await?;
    Ok(row.map_or(0, |row| row.counted))
}
