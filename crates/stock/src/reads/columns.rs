//! Lists ordered by several columns of ids: sums by product, warehouse and lot.

use db::Sql;
use kernel::{PageRequest, Position, Refusal, Uuid};

use super::keyset::bad_cursor;

/// The columns that rows are made by and ordered by, none of them null.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    /// The name of the order, as cursors keep it.
    pub(super) order: &'static str,
    /// At least one; together they name a row.
    pub(super) columns: &'static [&'static str],
}

impl Columns {
    /// A row's place: its ids in the order of the columns.
    pub(super) fn position(self, ids: &[Uuid]) -> Position {
        let (first, rest) = ids.split_first().map_or((Uuid::nil(), &[][..]), |(f, r)| (*f, r));
        let rest: Vec<String> = rest.iter().map(Uuid::to_string).collect();
        Position { order: self.order.to_owned(), key: Some(rest.join(":")), id: first }
    }

    /// Keeps to the rows of a page. The statement ends inside its `where`.
    pub(super) fn bound(self, sql: &mut Sql, request: &PageRequest) -> Result<(), Refusal> {
        for (bound, beyond) in [(&request.after, ">"), (&request.before, "<")] {
            let Some(bound) = bound else { continue };
            let rest = self.read(bound).ok_or_else(bad_cursor)?;
            sql.push(&format!(" and ({}) {beyond} (", self.list())).bind(bound.id);
            for id in rest {
                sql.push(", ").bind(id);
            }
            sql.push(")");
        }
        Ok(())
    }

    /// The ids of a cursor after the first.
    fn read(self, position: &Position) -> Option<Vec<Uuid>> {
        let text = position.key.as_deref().unwrap_or_default();
        let parts = text.split(':').filter(|part| !part.is_empty());
        let ids: Option<Vec<Uuid>> = parts.map(|part| Uuid::parse_str(part).ok()).collect();
        ids.filter(|ids| ids.len() + 1 == self.columns.len())
    }

    /// As `group by` and a row's comparison name them.
    pub(super) fn list(self) -> String {
        self.columns.join(", ")
    }

    /// As `order by` names them, the way that a page is read.
    pub(super) fn in_order(self, request: &PageRequest) -> String {
        let way = if request.backward { "desc" } else { "asc" };
        let columns: Vec<String> =
            self.columns.iter().map(|column| format!("{column} {way}")).collect();
        columns.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: Columns = Columns { order: "X", columns: &["b.a", "b.b", "b.c"] };

    #[test]
    fn a_place_is_read_back_and_a_foreign_one_is_refused() {
        let ids = [1, 2, 3].map(Uuid::from_u128);
        let position = THREE.position(&ids);
        assert_eq!(THREE.read(&position), Some(ids[1..].to_vec()));
        for key in [None, Some(""), Some("x"), Some("1:2:3")] {
            let position = Position { key: key.map(ToOwned::to_owned), ..position.clone() };
            assert_eq!(THREE.read(&position), None, "{key:?}");
        }
        let one = Columns { order: "X", columns: &["b.a"] };
        assert_eq!(one.read(&one.position(&ids[..1])), Some(Vec::new()));
    }
}
