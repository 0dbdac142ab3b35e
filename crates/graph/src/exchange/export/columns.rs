//! Columns by their paths: `number`, `customer.name`, `total.gross.amount`, `tags`,
//! `contacts.phone`, `customFields.KEY`.

use kernel::Text;

use super::catalogue::{Catalogue, Kind, KnownField};

/// Columns of a file at most.
const MOST_COLUMNS: usize = 200;
/// Fields inside each other in a path.
const DEEPEST: usize = 6;
/// Fields by which people know a record, the first that its type has.
const LABELS: [&[&str]; 5] = [&["sku", "name"], &["name"], &["number"], &["fileName"], &["code"]];
/// Fields that tell people nothing in a table.
const SILENT: [&str; 4] = ["id", "version", "availableTransitions", "history"];
/// A list of values of keys that each tenant makes for itself.
const CUSTOM: &str = "customFields";

/// A column: the way from a row to its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// The path as it is written.
    pub(super) path: String,
    /// The fields that lead to the value.
    pub(super) fields: Vec<String>,
    /// Of the values there only the one of this key.
    pub(super) key: Option<String>,
    /// The scalar or enum there.
    pub(super) of: String,
}

/// The columns of a list.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    pub(super) columns: Vec<Column>,
    /// They were named: one that may not be read stops the export, where of the list's own it is
    /// left out.
    pub(super) are_named: bool,
}

impl Catalogue {
    /// The columns asked for, or the list's own.
    ///
    /// # Errors
    /// A sentence that names what there is not.
    pub(super) fn choose(&self, row: &str, asked: &[String], own: Own) -> Result<Chosen, Text> {
        if asked.is_empty() {
            return Ok(Chosen { columns: self.own_columns(row, own), are_named: false });
        }
        let mut columns: Vec<Column> = Vec::new();
        for path in asked {
            for column in self.named(row, path)? {
                if !columns.contains(&column) {
                    columns.push(column);
                }
            }
        }
        if columns.len() > MOST_COLUMNS {
            return Err(Text::new(
                format!("A file has at most {MOST_COLUMNS} columns."),
                format!("В файле не больше {MOST_COLUMNS} столбцов."),
            ));
        }
        Ok(Chosen { columns, are_named: true })
    }

    /// The columns that a path stands for: one, or all of an amount of money or of a record's name.
    fn named(&self, row: &str, path: &str) -> Result<Vec<Column>, Text> {
        let unknown = || {
            Text::new(
                format!("The list has no column “{path}”."),
                format!("В списке нет столбца «{path}»."),
            )
        };
        let parts: Vec<&str> = path.split('.').collect();
        if parts.len() > DEEPEST {
            return Err(unknown());
        }
        let (mut of, mut fields) = (row, Vec::new());
        for (place, part) in parts.iter().enumerate() {
            let field = self.field(of, part).ok_or_else(unknown)?;
            if !field.is_plain || field.of.ends_with("Connection") {
                return Err(Text::new(
                    format!("“{path}” is a list of its own: export that one."),
                    format!("«{path}» — отдельный список: выгрузите его."),
                ));
            }
            fields.push(field.name.clone());
            if field.name == CUSTOM && self.field(&field.of, "key").is_some() {
                // A key may have points in it.
                let key = Some(parts[place + 1..].join(".")).filter(|key| !key.is_empty());
                return Ok(vec![self.custom(path, fields, key)]);
            }
            of = &field.of;
        }
        let found = self.at_end(path, &fields, of);
        if found.is_empty() { Err(unknown()) } else { Ok(found) }
    }

    fn custom(&self, path: &str, fields: Vec<String>, key: Option<String>) -> Column {
        Column { path: path.to_owned(), fields, key, of: CUSTOM.to_owned() }
    }

    /// What a path shows that ends at a type.
    fn at_end(&self, path: &str, fields: &[String], of: &str) -> Vec<Column> {
        let column = |path: String, fields: Vec<String>, of: &str| Column {
            path,
            fields,
            key: None,
            of: of.to_owned(),
        };
        let inner = |field: &KnownField| {
            let mut whole = fields.to_vec();
            whole.push(field.name.clone());
            (format!("{path}.{}", field.name), whole, field.of.clone())
        };
        match self.kind(of) {
            Kind::Value => vec![column(path.to_owned(), fields.to_vec(), of)],
            Kind::Record => {
                let labels = LABELS.iter().find_map(|names| {
                    let of_type = names.iter().map(|name| self.field(of, name));
                    of_type.collect::<Option<Vec<_>>>()
                });
                let labels = labels.into_iter().flatten().map(inner);
                labels.map(|(path, fields, of)| column(path, fields, &of)).collect()
            }
            Kind::Part => {
                let parts = self.fields(of).iter().filter(|field| self.is_shown(field));
                let parts = parts.filter(|field| self.kind(&field.of) != Kind::Record);
                let parts = parts.map(inner).filter(|(_, fields, _)| fields.len() < DEEPEST);
                parts.flat_map(|(path, fields, of)| self.at_end(&path, &fields, &of)).collect()
            }
        }
    }

    fn is_shown(&self, field: &KnownField) -> bool {
        let is_value = self.kind(&field.of) == Kind::Value;
        field.is_plain
            && !field.is_deprecated
            && !SILENT.contains(&field.name.as_str())
            && !field.of.ends_with("Connection")
            // Lists of records and of their parts are many rows in one.
            && (is_value || !field.is_list)
    }

    /// What a list shows where nothing is asked for: values, amounts, and the names of the records
    /// that a row leads to.
    fn own_columns(&self, row: &str, own: Own) -> Vec<Column> {
        let mut columns = Vec::new();
        if own == Own::WithId && self.field(row, "id").is_some() {
            columns.extend(self.at_end("id", &["id".to_owned()], "ID"));
        }
        let has_currency = self.field(row, "currency").is_some_and(|field| !field.is_list);
        for field in self.fields(row) {
            let fields = vec![field.name.clone()];
            if field.name == CUSTOM && field.is_plain && self.field(&field.of, "key").is_some() {
                columns.push(self.custom(CUSTOM, fields, None));
            } else if self.is_shown(field) && !is_bare_id(field) {
                let mut found = self.at_end(&field.name, &fields, &field.of);
                // A document says its currency once.
                found.retain(|column| {
                    !has_currency
                        || fields.len() == column.fields.len()
                        || !column.path.ends_with(".currency")
                });
                columns.extend(found);
            }
        }
        columns.truncate(MOST_COLUMNS);
        columns
    }

    /// All columns that a form can offer: the list's own, and what its records show one step on.
    /// With each stands whether it is one of the list's own.
    pub(super) fn offered(&self, row: &str) -> Vec<(Column, bool)> {
        let own = self.own_columns(row, Own::WithoutId);
        let mut columns = own.clone();
        let steps = self.fields(row).iter().filter(|field| {
            field.is_plain && !field.is_deprecated && self.kind(&field.of) != Kind::Value
        });
        for step in steps.filter(|step| !SILENT.contains(&step.name.as_str())) {
            for field in self.fields(&step.of).iter().filter(|field| self.is_shown(field)) {
                let path = format!("{}.{}", step.name, field.name);
                let found = self.named(row, &path).unwrap_or_default();
                let found: Vec<Column> =
                    found.into_iter().filter(|column| !columns.contains(column)).collect();
                columns.extend(found);
            }
        }
        let is_own = |column: &Column| own.contains(column);
        columns
            .into_iter()
            .map(|column| (is_own(&column), column))
            .map(|(is, of)| (of, is))
            .collect()
    }
}

/// Whether a list's own columns begin with the record's id: for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Own {
    WithId,
    WithoutId,
}

/// A record that is named by its id alone.
fn is_bare_id(field: &KnownField) -> bool {
    field.of == "ID"
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDL: &str = "
        interface Node { id: ID! }
        scalar Decimal
        type Money { amount: Decimal! currency: String! }
        type Query { orders(filter: String, first: Int): OrderConnection! order(id: ID!): Order }
        type OrderConnection { nodes: [Order!]! }
        type CustomerConnection { nodes: [Customer!]! }
        type Total { net: Money! gross: Money! }
        type Order implements Node { id: ID! number: String customer: Customer total: Total
            tags: [String!]! lines: [Line!]! currency: String! version: Int! }
        type Line { text: String! }
        type CustomFieldValue { key: String! text: String! }
        type Customer implements Node { id: ID! name: String! limit: Money phones: [String!]
            customFields: [CustomFieldValue!]! orders(first: Int): OrderConnection }";

    fn paths(asked: &[&str]) -> Result<Vec<String>, Text> {
        let catalogue = Catalogue::read(SDL).unwrap();
        let row = catalogue.list("orders").unwrap().row.clone();
        let asked: Vec<String> = asked.iter().map(|path| (*path).to_owned()).collect();
        let chosen = catalogue.choose(&row, &asked, Own::WithoutId)?;
        Ok(chosen.columns.into_iter().map(|column| column.path).collect())
    }

    #[test]
    fn a_list_has_columns_of_its_own() {
        let own = [
            "number",
            "customer.name",
            "total.net.amount",
            "total.gross.amount",
            "tags",
            "currency",
        ];
        assert_eq!(paths(&[]).unwrap(), own);
    }

    #[test]
    fn a_path_leads_to_a_value_or_is_named_as_unknown() {
        assert_eq!(paths(&["customer"]).unwrap(), ["customer.name"]);
        let limit = ["customer.limit.amount", "customer.limit.currency"];
        assert_eq!(paths(&["customer.limit"]).unwrap(), limit);
        assert_eq!(paths(&["lines.text", "id"]).unwrap(), ["lines.text", "id"]);
        let custom = ["customer.customFields.a.b"];
        assert_eq!(paths(&custom).unwrap(), custom);
        for wrong in ["", "nothing", "customer.orders", "number.more", "customer..name"] {
            assert!(paths(&[wrong]).is_err(), "{wrong}");
        }
        assert!(paths(&["nothing"]).unwrap_err().en.contains("nothing"));
    }
}
