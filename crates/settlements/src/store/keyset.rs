//! Pages of lists: rows after or before a row, by an ordered column and the id.

use db::{Outcome, Sql, Value};
use kernel::{Direction, NaiveDate, PageRequest, Position, Refusal, RefusalCode};

/// What a list is ordered by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keyset {
    /// The ordered column; never null.
    pub(crate) column: &'static str,
    /// The column of the id.
    pub(crate) id: &'static str,
    /// What the ordered column holds.
    pub(crate) kind: Kind,
    /// Smallest or largest first.
    pub(crate) direction: Direction,
}

/// What an ordered column holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Date,
    Cents,
    Text,
}

impl Kind {
    fn read(self, position: &Position) -> Outcome<Value> {
        let text = position.key.as_deref().unwrap_or_default();
        let value = match self {
            Self::Date => text.parse::<NaiveDate>().ok().map(Value::from),
            Self::Cents => text.parse::<i64>().ok().map(Value::from),
            Self::Text => Some(Value::from(text)),
        };
        Ok(value.ok_or_else(|| {
            Refusal::new(
                RefusalCode::Invalid,
                "The cursor was not given by this list.",
                "Этот курсор выдан не этим списком.",
            )
        })?)
    }
}

impl Keyset {
    /// Ends a statement with the bounds, the order and the limit of a page; one row more than
    /// asked for tells whether others follow.
    pub(crate) fn finish(self, sql: &mut Sql, page: &PageRequest) -> Outcome<()> {
        let ascending = matches!(self.direction, Direction::Asc);
        self.bound(sql, page.after.as_ref(), if ascending { ">" } else { "<" })?;
        self.bound(sql, page.before.as_ref(), if ascending { "<" } else { ">" })?;
        let way = if ascending == page.backward { "desc" } else { "asc" };
        let Self { column, id, .. } = self;
        sql.push(&format!("\norder by {column} {way}, {id} {way}"));
        sql.with("\nlimit ", i64::from(page.limit) + 1, "");
        Ok(())
    }

    fn bound(self, sql: &mut Sql, position: Option<&Position>, sign: &str) -> Outcome<()> {
        let Some(position) = position else { return Ok(()) };
        sql.push(&format!("\n  and ({}, {}) {sign} (", self.column, self.id));
        sql.bind(self.kind.read(position)?).with(", ", position.id, ")");
        Ok(())
    }
}
