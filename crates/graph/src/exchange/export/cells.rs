//! Values of an answer as cells.

use async_graphql::Value;
use chrono_tz::Tz;
use kernel::{DateTime, Language, NaiveDate};
use sheets::Cell;

use super::columns::Column;
use super::words::{enum_word, yes_or_no};

/// What stands between several values in one cell.
const BETWEEN: &str = "; ";

/// For whom cells are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader {
    /// Files know no zone: moments are in the tenant's own.
    pub(super) zone: Tz,
    /// Of words.
    pub(super) language: Language,
}

/// A column's cell of a row. Several values are joined, and none is an empty cell.
pub(super) fn cell(row: &Value, column: &Column, reader: Reader) -> Cell {
    let mut found = Vec::new();
    gather(row, &column.fields, &mut found);
    if column.of == "customFields" {
        return custom(&found, column.key.as_deref(), reader.language);
    }
    match found.as_slice() {
        [] => Cell::Empty,
        [one] => single(one, &column.of, reader),
        many => {
            let shown = many.iter().map(|value| single(value, &column.of, reader).shown());
            let shown: Vec<String> = shown.filter(|text| !text.is_empty()).collect();
            Cell::text(shown.join(BETWEEN))
        }
    }
}

/// The values at the end of a path, through lists.
fn gather<'v>(value: &'v Value, path: &[String], found: &mut Vec<&'v Value>) {
    match (value, path.split_first()) {
        (Value::Null, _) => {}
        (Value::List(items), _) => items.iter().for_each(|item| gather(item, path, found)),
        (value, None) => found.push(value),
        (Value::Object(fields), Some((first, rest))) => {
            if let Some(inner) = fields.get(first.as_str()) {
                gather(inner, rest, found);
            }
        }
        _ => {}
    }
}

fn custom(values: &[&Value], key: Option<&str>, language: Language) -> Cell {
    let pairs = values.iter().filter_map(|value| {
        let Value::Object(fields) = value else { return None };
        let Some(Value::String(key)) = fields.get("key") else { return None };
        match (fields.get("boolean"), fields.get("text")) {
            (Some(Value::Boolean(is)), _) => Some((key, yes_or_no(*is, language))),
            (_, Some(Value::String(text))) => Some((key, text.as_str())),
            _ => None,
        }
    });
    let shown: Vec<String> = match key {
        Some(wanted) => {
            pairs.filter(|(key, _)| *key == wanted).map(|(_, text)| text.to_owned()).collect()
        }
        None => pairs.map(|(key, text)| format!("{key}: {text}")).collect(),
    };
    Cell::text(shown.join(BETWEEN))
}

fn single(value: &Value, of: &str, reader: Reader) -> Cell {
    match value {
        Value::Null => Cell::Empty,
        Value::Boolean(is) => Cell::text(yes_or_no(*is, reader.language)),
        Value::Number(number) => match number.to_string().parse() {
            Ok(decimal) => Cell::Number(decimal),
            Err(_) => Cell::text(number.to_string()),
        },
        Value::String(text) => typed(text, of, reader.zone),
        Value::Enum(code) => Cell::text(enum_word(of, code.as_str(), reader.language)),
        other => {
            let json = other.clone().into_json().map(|json| json.to_string());
            Cell::text(json.unwrap_or_default())
        }
    }
}

/// Numbers, days and moments are texts in the API.
fn typed(text: &str, of: &str, zone: Tz) -> Cell {
    let read = match of {
        "Decimal" => text.parse().ok().map(Cell::Number),
        "Date" => text.parse::<NaiveDate>().ok().map(Cell::Date),
        "DateTime" => DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|at| Cell::Moment(at.with_timezone(&zone).naive_local())),
        _ => None,
    };
    read.unwrap_or_else(|| Cell::text(text))
}

#[cfg(test)]
mod tests {
    use async_graphql::Name;
    use serde_json::json;

    use super::*;

    fn shown(row: serde_json::Value, path: &str, of: &str, key: Option<&str>) -> String {
        let column = Column {
            path: path.to_owned(),
            fields: path.split('.').map(str::to_owned).collect(),
            key: key.map(str::to_owned),
            of: of.to_owned(),
        };
        let mut row = Value::from_json(row).unwrap();
        if let Value::Object(fields) = &mut row {
            fields.insert(Name::new("state"), Value::Enum(Name::new("IN_FULFILMENT")));
        }
        let reader = Reader { zone: chrono_tz::Europe::Moscow, language: Language::Ru };
        cell(&row, &column, reader).shown()
    }

    #[test]
    fn values_become_cells() {
        let row = json!({
            "total": {"amount": "10.50"}, "at": "2026-05-01T21:30:00Z", "on": "2026-05-01",
            "tags": ["a", "b"], "people": [{"phones": ["1"]}, {"phones": ["2", "3"]}, null],
            "none": null, "isDefault": true, "customFields": [{"key": "k", "text": "v"}, {"key": "l", "text": "w"},
                {"key": "b", "text": "false", "boolean": false}],
        });
        for (path, of, key, expected) in [
            ("total.amount", "Decimal", None, "10.50"),
            ("at", "DateTime", None, "2026-05-02 00:30:00"),
            ("on", "Date", None, "2026-05-01"),
            ("tags", "String", None, "a; b"),
            ("people.phones", "String", None, "1; 2; 3"),
            ("none.name", "String", None, ""),
            ("missing", "String", None, ""),
            ("customFields", "customFields", Some("l"), "w"),
            ("customFields", "customFields", Some("b"), "нет"),
            ("customFields", "customFields", None, "k: v; l: w; b: нет"),
            ("isDefault", "Boolean", None, "да"),
            ("state", "SalesOrderState", None, "Отгружается"),
        ] {
            assert_eq!(shown(row.clone(), path, of, key), expected, "{path}");
        }
    }
}
