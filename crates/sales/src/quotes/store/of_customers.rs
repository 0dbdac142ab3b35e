//! The newest quotes of customers: all customers of one level are read together.

use std::collections::HashMap;

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::{CustomerId, Page};

use super::super::model::{QUOTE_COLUMNS, Quote, ReadQuotes};
use crate::loaders::{counts_of, newest_of, pages};

/// The newest quotes for customers, within reach, so many of each.
///
/// # Errors
/// A fault of the database.
pub async fn quotes_of_customers(
    tx: &TenantTx,
    permit: &Permit<ReadQuotes>,
    customers: &[CustomerId],
    limit: u32,
) -> Outcome<HashMap<CustomerId, Page<Quote>>> {
    let table = format!("select {QUOTE_COLUMNS} from sales_quote q");
    let rows = newest_of(tx, permit, ("q", &table, QUOTE_COLUMNS), customers, limit).await?;
    Ok(pages(rows, limit, |quote: &Quote| (quote.customer_id, quote.date, quote.id.0)))
}

/// How many quotes customers have, within reach, each counted up to `cap`.
///
/// # Errors
/// A fault of the database.
pub async fn count_quotes_of_customers(
    tx: &TenantTx,
    permit: &Permit<ReadQuotes>,
    customers: &[CustomerId],
    cap: i64,
) -> Outcome<HashMap<CustomerId, i64>> {
    counts_of(tx, permit, ("q", "sales_quote q"), customers, cap).await
}
