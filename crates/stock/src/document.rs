//! What all documents of stock have in common: the organization that they post into, their numbers,
//! telling that they changed, and what their lists are narrowed by.

use access::Permit;
use catalog::OrganizationCard;
use chrono::Datelike;
use db::{CommandError, EventDraft, Outcome, Series, Sql, TenantTx};
use kernel::{NaiveDate, OrganizationId, Position, UserId, Uuid};

use crate::reads::keyset::Key;

/// The organization, held so that its period stays open until the end.
pub(crate) async fn held_organization<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: OrganizationId,
) -> Outcome<OrganizationCard> {
    catalog::hold_organization(tx, permit, id).await?.ok_or(CommandError::NotFound)
}

/// The next number of a kind. Those that law does not want gapless take numbers in blocks (domain,
/// section 4).
pub(crate) async fn number(
    tx: &TenantTx,
    organization: &OrganizationCard,
    kind: &'static str,
    occurred_on: NaiveDate,
) -> Outcome<String> {
    let series = Series { organization: organization.id, kind, year: occurred_on.year() };
    let number = tx.number(&series).await?;
    Ok(format!("{}-{number:06}", organization.prefix))
}

/// Tells that a document was made or changed. Its author stands for the responsible manager.
pub(crate) fn changed(
    tx: &TenantTx,
    kind: &'static str,
    id: impl Into<Uuid>,
    author: Option<UserId>,
) {
    tx.emit(EventDraft {
        kind: "document_changed",
        subject_kind: kind,
        subject_id: id.into(),
        manager_id: author,
        customer_id: None,
        products: Vec::new(),
        warehouses: Vec::new(),
    });
}

/// What every list of documents can be narrowed by.
pub(crate) struct Narrowing<'a> {
    /// The document's table in the list's statement.
    pub(crate) table: &'static str,
    /// In one of these states, as the table writes them.
    pub(crate) states: Option<Vec<&'static str>>,
    /// Dated on this day or later.
    pub(crate) from: Option<NaiveDate>,
    /// Dated on this day or earlier.
    pub(crate) to: Option<NaiveDate>,
    /// With this number.
    pub(crate) number: Option<&'a str>,
    /// With this name in another program.
    pub(crate) external_reference: Option<&'a str>,
}

impl Narrowing<'_> {
    /// Adds the conditions to a statement that ends inside its `where`.
    pub(crate) fn push(&self, sql: &mut Sql) {
        let table = self.table;
        if let Some(states) = &self.states {
            let states: Vec<String> = states.iter().map(|state| (*state).to_owned()).collect();
            sql.with(&format!(" and {table}.state = any("), states, "::text[])");
        }
        if let Some(day) = self.from {
            sql.with(&format!(" and {table}.occurred_on >= "), day, "");
        }
        if let Some(day) = self.to {
            sql.with(&format!(" and {table}.occurred_on <= "), day, "");
        }
        if let Some(number) = self.number {
            sql.with(&format!(" and {table}.number = "), number.to_owned(), "");
        }
        if let Some(reference) = self.external_reference {
            sql.with(&format!(" and {table}.external_reference = "), reference.to_owned(), "");
        }
    }
}

/// What lists of documents are ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DocumentSort {
    /// By business date.
    #[default]
    Date,
    /// By number; drafts have none.
    Number,
}

impl DocumentSort {
    /// The name that cursors keep.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Date => "DATE",
            Self::Number => "NUMBER",
        }
    }

    /// Which of the columns of date and number.
    pub(crate) fn key(self, [date, number]: [&'static str; 2]) -> Key {
        match self {
            Self::Date => Key::Day(date),
            Self::Number => Key::Text(number),
        }
    }

    /// Where a document stands in the list.
    pub(crate) fn position(self, occurred_on: NaiveDate, number: &str, id: Uuid) -> Position {
        let key = match self {
            Self::Date => occurred_on.to_string(),
            Self::Number => number.to_owned(),
        };
        Position { order: self.name().to_owned(), key: Some(key), id }
    }
}
