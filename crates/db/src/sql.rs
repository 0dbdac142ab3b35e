//! SQL text and its values, put together piece by piece where a filter or an order varies.

use kernel::Uuid;
use sea_orm::{DbBackend, Statement, Value, Values};

/// A statement under construction: text with `$n` placeholders and the values for them.
#[derive(Clone, Debug, Default)]
pub struct Sql {
    text: String,
    values: Vec<Value>,
    planned_by_values: bool,
}

impl Sql {
    /// Starts with fixed text and the values of its placeholders `$1`, `$2`, ….
    pub fn new(text: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Self {
        Self { text: text.into(), values: values.into_iter().collect(), planned_by_values: false }
    }

    /// Adds text. Only text of the program's own source belongs here.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds one of the program's own words in quotes, such as a state. In the text and not as a
    /// value: the plan for all values then knows how many rows have it, and which partial index
    /// holds them.
    pub fn word(&mut self, word: &'static str) -> &mut Self {
        debug_assert!(word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
        self.push("'").push(word).push("'")
    }

    /// Has the statement planned anew for its values each time, and not once for all of them: for
    /// one whose best way hangs on them, such as a report that is as good as empty but for days
    /// long past. Planning costs it a millisecond or more, and up to two round trips.
    #[must_use]
    pub fn planned_by_values(mut self) -> Self {
        self.planned_by_values = true;
        self
    }

    pub(crate) fn is_planned_by_values(&self) -> bool {
        self.planned_by_values
    }

    /// Adds a placeholder for a value.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        let place = self.values.len();
        self.text.push('$');
        self.text.push_str(&place.to_string());
        self
    }

    /// Adds text, a placeholder, and text: `sql.with(" and o.state = ", state, "")`.
    pub fn with(&mut self, before: &str, value: impl Into<Value>, after: &str) -> &mut Self {
        self.push(before).bind(value).push(after)
    }

    /// Keeps to rows of these ids, such as a permit's managers; `None` is all of them. One id is
    /// an equality, so that an index by this column gives its own order too.
    pub fn among(&mut self, column: &str, ids: Option<Vec<Uuid>>) -> &mut Self {
        match ids.as_deref() {
            None => self,
            Some([one]) => self.with(&format!(" and {column} = "), *one, ""),
            Some(_) => self.with(&format!(" and {column} = any("), ids, "::uuid[])"),
        }
    }

    /// The text so far.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn into_parts(self) -> (String, Values) {
        (self.text, Values(self.values))
    }

    pub(crate) fn into_statement(self) -> Statement {
        let (text, values) = self.into_parts();
        Statement { sql: text, values: Some(values), db_backend: DbBackend::Postgres }
    }
}

impl From<&str> for Sql {
    fn from(text: &str) -> Self {
        Self::new(text, [])
    }
}

/// The values of a statement's placeholders, each anything that sea-orm can bind:
/// `values![tenant, id, "text", amount]`.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        [$($crate::Value::from($value)),*]
    };
}
