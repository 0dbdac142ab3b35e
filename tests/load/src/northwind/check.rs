//! The reports against sums computed straight from the CSVs.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result, ensure};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::data::{Data, Line, Order};
use super::{Masters, PAYMENT_DAYS, Plan};
use crate::client::Client;

/// What a row of a report should hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub quantity: Decimal,
    pub revenue: Decimal,
    pub cost: Decimal,
}

impl Sums {
    fn add(&mut self, data: &Data, line: &Line) {
        let quantity = Decimal::from(line.quantity);
        let cost = data.products.get(&line.product_id).map(super::data::Product::unit_cost);
        self.quantity += quantity;
        self.revenue += line.amount();
        self.cost += quantity * cost.unwrap_or_default();
    }
}

/// The sums of all shipped orders, by each dimension.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    pub total: Sums,
    pub month: BTreeMap<String, Sums>,
    pub customer: BTreeMap<String, Sums>,
    pub product: BTreeMap<String, Sums>,
    pub group: BTreeMap<String, Sums>,
    pub manager: BTreeMap<String, Sums>,
    /// What customers owe at the end of the history.
    pub open: Decimal,
}

impl Expected {
    /// Adds up the CSVs; keys are the ids of the loaded records.
    #[must_use]
    pub fn of(data: &Data, masters: &Masters, plan: &Plan) -> Self {
        let mut sums = Self::default();
        for order in &data.orders {
            let Some(shipped_on) = order.shipped_date else { continue };
            for line in data.lines_of(order.order_id) {
                sums.add(data, masters, order, line, shipped_on);
                if plan.paid_on(order).is_none() {
                    sums.open += line.amount();
                }
            }
        }
        sums
    }

    fn add(&mut self, data: &Data, masters: &Masters, order: &Order, line: &Line, on: NaiveDate) {
        let month = on.with_day(1).unwrap_or(on).to_string();
        let id = |found: Option<&String>| found.cloned().unwrap_or_default();
        let category = data.products.get(&line.product_id).map(|product| product.category_id);
        let group = category.and_then(|category| masters.groups.get(&category));
        self.total.add(data, line);
        for (rows, key) in [
            (&mut self.month, month),
            (&mut self.customer, id(masters.customers.get(&order.customer_id))),
            (&mut self.product, id(masters.products.get(&line.product_id))),
            (&mut self.group, id(group)),
            (&mut self.manager, id(masters.managers.get(&order.employee_id))),
        ] {
            rows.entry(key).or_default().add(data, line);
        }
    }
}

/// Asks the server for each report and compares it to the sums, to the cent.
///
/// # Errors
/// The first difference, named.
pub async fn check(
    director: &Client,
    data: &Data,
    masters: &Masters,
    plan: &Plan,
) -> Result<Expected> {
    let expected = Expected::of(data, masters, plan);
    let dimensions = [
        ("MONTH", "month", &expected.month),
        ("CUSTOMER", "customer { id }", &expected.customer),
        ("PRODUCT", "product { id }", &expected.product),
        ("PRODUCT_GROUP", "productGroup { id }", &expected.group),
        ("MANAGER", "manager { id }", &expected.manager),
    ];
    for (dimension, selection, rows) in dimensions {
        compare(director, data, dimension, selection, rows, expected.total)
            .await
            .with_context(|| format!("the report by {dimension}"))?;
    }
    compare_ageing(director, data, expected.open).await?;
    Ok(expected)
}

fn period(data: &Data) -> (NaiveDate, NaiveDate) {
    let days = || data.orders.iter().filter_map(|order| order.shipped_date);
    (days().min().unwrap_or_default(), days().max().unwrap_or_default())
}

async fn compare(
    director: &Client,
    data: &Data,
    dimension: &str,
    selection: &str,
    expected: &BTreeMap<String, Sums>,
    total: Sums,
) -> Result<()> {
    let query = format!(
        "query($input: SalesReportInput!) {{ salesReport(input: $input) {{
            rows {{ {selection} quantity revenue {{ amount }} cost {{ amount }} \
                    profit {{ amount }} }}
            totals {{ quantity revenue {{ amount }} cost {{ amount }} profit {{ amount }} }} }} }}"
    );
    let (from, to) = period(data);
    let input = json!({"from": from, "to": to, "dimensions": [dimension]});
    let answer = director.ask(&query, json!({"input": input})).await?;
    let report = &answer["salesReport"];
    ensure!(sums(&report["totals"])? == total, "totals {} are not {total:?}", report["totals"]);
    let rows = report["rows"].as_array().context("no rows")?;
    let found: HashMap<String, Sums> =
        rows.iter().map(|row| Ok((key(row), sums(row)?))).collect::<Result<_>>()?;
    ensure!(found.len() == rows.len(), "a key stands twice");
    ensure!(found.len() == expected.len(), "{} rows, not {}", found.len(), expected.len());
    for (key, expected) in expected {
        let row = found.get(key);
        ensure!(row == Some(expected), "{key}: {row:?} is not {expected:?}");
    }
    Ok(())
}

/// A month as its first day, or the id of the record a row is about.
fn key(row: &Value) -> String {
    let month = row["month"].as_str();
    let id = ["customer", "product", "productGroup", "manager"]
        .into_iter()
        .find_map(|name| row[name]["id"].as_str());
    month.or(id).unwrap_or_default().to_owned()
}

fn sums(row: &Value) -> Result<Sums> {
    let number = |value: &Value| -> Result<Decimal> {
        let text = value.as_str().with_context(|| format!("no number in {row}"))?;
        Ok(text.parse()?)
    };
    let sums = Sums {
        quantity: number(&row["quantity"])?,
        revenue: number(&row["revenue"]["amount"])?,
        cost: number(&row["cost"]["amount"])?,
    };
    let profit = number(&row["profit"]["amount"])?;
    ensure!(profit == sums.revenue - sums.cost, "profit is not revenue − cost in {row}");
    Ok(sums)
}

async fn compare_ageing(director: &Client, data: &Data, open: Decimal) -> Result<()> {
    // A day after the last due date everything open is overdue, and nothing else is open.
    let (_, last) = period(data);
    let as_of = last + chrono::Duration::days(PAYMENT_DAYS + 1);
    let query = "query($asOf: Date) { receivablesAgeing(asOf: $asOf) {
        totals { total { amount } overdue { amount } } } }";
    let answer = director.ask(query, json!({"asOf": as_of})).await?;
    let totals = &answer["receivablesAgeing"]["totals"][0];
    for name in ["total", "overdue"] {
        let amount: Decimal = totals[name]["amount"].as_str().context("no amount")?.parse()?;
        ensure!(amount == open, "{name} is {amount}, not {open}");
    }
    Ok(())
}
