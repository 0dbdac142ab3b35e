//! Answers about stock in one query: where things lie, were, went, and why they do not leave.

mod idle;
mod past;
mod recall;

use rust_decimal::Decimal;
use serde_json::Value;
use stories::actor::number;
use stories::house::house;

/// A day so many days before today.
fn days_ago(days: i64) -> String {
    (house().today() - chrono::Duration::days(days)).to_string()
}

/// The only row of a connection.
fn only(list: &Value) -> Value {
    let nodes = list["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 1, "{list}");
    nodes[0].clone()
}

/// The sum of a figure over rows.
fn sum(rows: &Value, name: &str) -> Decimal {
    rows.as_array().unwrap().iter().map(|row| figure(&row[name])).sum()
}

/// A figure or the amount of some money.
fn figure(value: &Value) -> Decimal {
    number(if value.is_object() { &value["amount"] } else { value })
}
