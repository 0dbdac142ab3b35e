//! The CSVs as they are.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A row of `customers.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct Customer {
    pub customer_id: String,
    pub company_name: String,
    pub contact_name: String,
    pub contact_title: String,
    pub address: String,
    pub city: String,
    pub region: String,
    pub postal_code: String,
    pub country: String,
    pub phone: String,
}

/// A row of `employees.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct Employee {
    pub employee_id: u32,
    pub last_name: String,
    pub first_name: String,
}

/// A row of `categories.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct Category {
    pub category_id: u32,
    pub category_name: String,
}

/// A row of `suppliers.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct Supplier {
    pub supplier_id: u32,
    pub company_name: String,
}

/// A row of `products.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct Product {
    pub product_id: u32,
    pub product_name: String,
    pub supplier_id: u32,
    pub category_id: u32,
    pub quantity_per_unit: String,
    pub unit_price: Decimal,
}

impl Product {
    /// What a piece costs us: 70 % of the list price, in whole cents.
    #[must_use]
    pub fn unit_cost(&self) -> Decimal {
        to_cents(self.unit_price * Decimal::new(7, 1))
    }
}

/// A row of `orders.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct Order {
    pub order_id: u32,
    pub customer_id: String,
    pub employee_id: u32,
    pub order_date: NaiveDate,
    pub required_date: NaiveDate,
    pub shipped_date: Option<NaiveDate>,
}

/// A row of `order_details.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    pub order_id: u32,
    pub product_id: u32,
    pub unit_price: Decimal,
    pub quantity: u32,
    pub discount: Decimal,
}

impl Line {
    /// unit_price × quantity × (1 − discount), rounded as every line is.
    #[must_use]
    pub fn amount(&self) -> Decimal {
        to_cents(self.unit_price * Decimal::from(self.quantity) * (Decimal::ONE - self.discount))
    }
}

/// The whole folder.
#[derive(Clone, Debug)]
pub struct Data {
    pub customers: Vec<Customer>,
    pub employees: Vec<Employee>,
    pub categories: Vec<Category>,
    pub suppliers: BTreeMap<u32, Supplier>,
    pub products: BTreeMap<u32, Product>,
    /// By order date, then number.
    pub orders: Vec<Order>,
    /// By order.
    pub lines: BTreeMap<u32, Vec<Line>>,
}

impl Data {
    /// Reads the folder.
    ///
    /// # Errors
    /// When a file is missing or a row has another shape; the message names it.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut orders: Vec<Order> = rows(folder, "orders.csv")?;
        orders.sort_by_key(|order| (order.order_date, order.order_id));
        let mut lines: BTreeMap<u32, Vec<Line>> = BTreeMap::new();
        for line in rows::<Line>(folder, "order_details.csv")? {
            lines.entry(line.order_id).or_default().push(line);
        }
        let products = rows::<Product>(folder, "products.csv")?;
        let suppliers = rows::<Supplier>(folder, "suppliers.csv")?;
        Ok(Self {
            customers: rows(folder, "customers.csv")?,
            employees: rows(folder, "employees.csv")?,
            categories: rows(folder, "categories.csv")?,
            suppliers: suppliers.into_iter().map(|row| (row.supplier_id, row)).collect(),
            products: products.into_iter().map(|row| (row.product_id, row)).collect(),
            orders,
            lines,
        })
    }

    /// The lines of an order.
    #[must_use]
    pub fn lines_of(&self, order: u32) -> &[Line] {
        self.lines.get(&order).map_or(&[], Vec::as_slice)
    }

    /// The last day anything was ordered: the history ends there.
    #[must_use]
    pub fn last_day(&self) -> NaiveDate {
        self.orders.iter().map(|order| order.order_date).max().unwrap_or_default()
    }
}

fn rows<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<Vec<T>> {
    let path = folder.join(name);
    let mut reader =
        csv::Reader::from_path(&path).with_context(|| format!("cannot read {}", path.display()))?;
    reader
        .deserialize()
        .collect::<Result<Vec<T>, _>>()
        .with_context(|| format!("{} has a row of another shape", path.display()))
}

/// Half away from zero. Written out here, so that the sums do not lean on what they check.
fn to_cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}
