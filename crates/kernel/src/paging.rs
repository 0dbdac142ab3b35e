//! Keyset paging: a page is asked for relative to a row, never to a count of rows, so that a
//! cursor stays valid while rows are inserted.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Rows of a page where the client names no number.
pub const DEFAULT_PAGE: u32 = 50;
/// Rows of a page at most.
pub const LARGEST_PAGE: u32 = 250;

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// Smallest first.
    Asc,
    /// Largest first.
    Desc,
}

/// A row's place in a list: the ordered value as text, and the id that breaks ties.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The name of the order, so that a cursor of one order is refused by another.
    #[serde(rename = "o")]
    pub order: String,
    /// The value the list is ordered by, in PostgreSQL's text form; `None` for null.
    #[serde(rename = "k")]
    pub key: Option<String>,
    /// The tie-breaker.
    #[serde(rename = "i")]
    pub id: Uuid,
}

/// The opaque form of a [`Position`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub String);

impl Cursor {
    /// Writes a position as an opaque text.
    #[must_use]
    pub fn of(position: &Position) -> Self {
        // A struct of two texts and a uuid always has a JSON form.
        Self(URL_SAFE_NO_PAD.encode(serde_json::to_vec(position).unwrap_or_default()))
    }

    /// Reads the position back.
    ///
    /// # Errors
    /// [`PageError::BadCursor`] for anything this program did not write.
    pub fn position(&self) -> Result<Position, PageError> {
        if self.0.len() > 1024 {
            return Err(PageError::BadCursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).map_err(|_| PageError::BadCursor)?;
        serde_json::from_slice(&bytes).map_err(|_| PageError::BadCursor)
    }
}

/// Why a page cannot be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageError {
    /// `first` and `last` together, or a number out of 0..=250.
    BadSize,
    /// A cursor that was not given by this list in this order.
    BadCursor,
}

/// A checked request for a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// How many rows.
    pub limit: u32,
    /// `true` for `last`/`before`: the page is read from the end.
    pub backward: bool,
    /// Rows after this one.
    pub after: Option<Position>,
    /// Rows before this one.
    pub before: Option<Position>,
}

impl PageRequest {
    /// Checks the four arguments of a Relay connection.
    ///
    /// # Errors
    /// [`PageError`] where they contradict each other or a cursor is not ours.
    pub fn new(
        first: Option<i64>,
        after: Option<&str>,
        last: Option<i64>,
        before: Option<&str>,
        order: &str,
    ) -> Result<Self, PageError> {
        let (size, backward) = match (first, last) {
            (Some(_), Some(_)) => return Err(PageError::BadSize),
            (None, Some(last)) => (last, true),
            (first, None) => (first.unwrap_or(i64::from(DEFAULT_PAGE)), false),
        };
        let limit = u32::try_from(size).map_err(|_| PageError::BadSize)?;
        if limit > LARGEST_PAGE {
            return Err(PageError::BadSize);
        }
        let read = |cursor: Option<&str>| -> Result<Option<Position>, PageError> {
            let Some(text) = cursor else { return Ok(None) };
            let position = Cursor(text.to_owned()).position()?;
            if position.order == order { Ok(Some(position)) } else { Err(PageError::BadCursor) }
        };
        Ok(Self { limit, backward, after: read(after)?, before: read(before)? })
    }

    /// The first rows of a list.
    #[must_use]
    pub fn first(limit: u32) -> Self {
        Self { limit, backward: false, after: None, before: None }
    }
}

/// Rows with what stands around them.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows with their positions, in the list's order.
    pub rows: Vec<(Position, T)>,
    /// Whether rows follow.
    pub has_next: bool,
    /// Whether rows come before.
    pub has_previous: bool,
}

impl<T> Page<T> {
    /// Makes a page of what a store read: up to `limit + 1` rows, read from the end where the
    /// request goes backward.
    #[must_use]
    pub fn of(mut rows: Vec<(Position, T)>, request: &PageRequest) -> Self {
        let more = rows.len() > request.limit as usize;
        rows.truncate(request.limit as usize);
        if request.backward {
            rows.reverse();
            Self { rows, has_next: request.before.is_some(), has_previous: more }
        } else {
            Self { rows, has_next: more, has_previous: request.after.is_some() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_a_foreign_one_does_not() {
        let position =
            Position { order: "NAME".into(), key: Some("Ё, \"x\"".into()), id: Uuid::now_v7() };
        let cursor = Cursor::of(&position);
        assert_eq!(cursor.position(), Ok(position));
        let request = PageRequest::new(None, Some(&cursor.0), None, None, "DATE");
        assert_eq!(request, Err(PageError::BadCursor));
        for bad in ["", "!", "e30", "bnVsbA"] {
            assert_eq!(Cursor(bad.into()).position(), Err(PageError::BadCursor), "{bad}");
        }
    }

    #[test]
    fn sizes_out_of_range_are_refused() {
        for (first, last) in
            [(Some(-1), None), (Some(251), None), (None, Some(251)), (Some(1), Some(1))]
        {
            assert_eq!(PageRequest::new(first, None, last, None, "X"), Err(PageError::BadSize));
        }
    }
}
