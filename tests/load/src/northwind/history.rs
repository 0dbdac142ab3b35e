//! What happened: goods came in, orders were written, confirmed, shipped and paid.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result};
use chrono::{Datelike, Duration, NaiveDate};
use futures::StreamExt;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::data::{Data, Order};
use super::{Masters, PAYMENT_DAYS, Progress};
use crate::client::Client;

/// Orders under way at once.
const AT_ONCE: usize = 8;

/// What the history needs beside the orders themselves.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The first day of each month, and what must have come in by then to cover its orders.
    pub receipts: BTreeMap<NaiveDate, BTreeMap<u32, u32>>,
    /// Orders are paid on their due date where it lies within the history.
    pub paid_until: NaiveDate,
}

impl Plan {
    /// Goods for a month's orders come in on its first day.
    #[must_use]
    pub fn of(data: &Data) -> Self {
        let mut receipts: BTreeMap<NaiveDate, BTreeMap<u32, u32>> = BTreeMap::new();
        for order in &data.orders {
            let first = order.order_date.with_day(1).unwrap_or(order.order_date);
            let month = receipts.entry(first).or_default();
            for line in data.lines_of(order.order_id) {
                *month.entry(line.product_id).or_default() += line.quantity;
            }
        }
        Self { receipts, paid_until: data.last_day() }
    }

    /// The day an order is paid, if it is.
    #[must_use]
    pub fn paid_on(&self, order: &Order) -> Option<NaiveDate> {
        let due = order.shipped_date? + Duration::days(PAYMENT_DAYS);
        (due <= self.paid_until).then_some(due)
    }
}

struct Known {
    id: String,
    state: String,
    version: i64,
}

/// Tells the history as far as it is not told yet; gives how many documents were made.
///
/// # Errors
/// When the server refuses a document or cannot be reached.
pub async fn load_history(
    director: &Client,
    data: &Data,
    masters: &Masters,
    plan: &Plan,
    progress: &dyn Progress,
) -> Result<u64> {
    let mut made = receipts(director, data, masters, plan, progress).await?;
    let known = known_documents(director, "orders").await?;
    let paid = known_documents(director, "payments").await?;
    progress.begin("orders", data.orders.len() as u64);
    // Confirmed one after another, by date: whoever ordered first holds the older goods.
    // Shipping and paying follow side by side.
    let confirmed = futures::stream::iter(&data.orders).then(|order| {
        let known = known.get(&format!("order:{}", order.order_id));
        async move { confirmed(director, data, masters, order, known).await.map(|at| (order, at)) }
    });
    let done = confirmed
        .map(|result| {
            let (paid, plan) = (&paid, &plan);
            async move {
                let (order, (place, mut made)) = result?;
                made += shipped_and_paid(director, data, masters, plan, order, place, paid).await?;
                Ok::<u64, anyhow::Error>(made)
            }
        })
        .buffer_unordered(AT_ONCE);
    futures::pin_mut!(done);
    while let Some(result) = done.next().await {
        made += result?;
        progress.step();
    }
    Ok(made)
}

async fn known_documents(client: &Client, connection: &str) -> Result<HashMap<String, Known>> {
    let nodes = client.all(connection, "", "id state version externalReference").await?;
    let read = |node: &Value| {
        let known = Known {
            id: node["id"].as_str()?.to_owned(),
            state: node["state"].as_str()?.to_owned(),
            version: node["version"].as_i64()?,
        };
        Some((node["externalReference"].as_str()?.to_owned(), known))
    };
    Ok(nodes.iter().filter_map(read).collect())
}

fn known_from(payload: &Value, thing: &str) -> Result<Known> {
    let node = &payload[thing];
    let known = || {
        Some(Known {
            id: node["id"].as_str()?.to_owned(),
            state: node["state"].as_str()?.to_owned(),
            version: node["version"].as_i64()?,
        })
    };
    known().with_context(|| format!("no {thing} in {payload}"))
}

async fn receipts(
    director: &Client,
    data: &Data,
    masters: &Masters,
    plan: &Plan,
    progress: &dyn Progress,
) -> Result<u64> {
    progress.begin("receipts", plan.receipts.len() as u64);
    let known = known_documents(director, "goodsReceipts").await?;
    let mut made = 0;
    for (day, quantities) in &plan.receipts {
        let reference = format!("receipt:{day}");
        let found = match known.get(&reference) {
            Some(found) => Known { id: found.id.clone(), state: found.state.clone(), ..*found },
            None => {
                made += 1;
                let lines: Vec<Value> = quantities
                    .iter()
                    .filter_map(|(product, quantity)| {
                        let cost = data.products.get(product)?.unit_cost();
                        let id = masters.products.get(product)?;
                        Some(json!({
                            "productId": id,
                            "quantity": quantity.to_string(),
                            "unitCost": cost.to_string(),
                        }))
                    })
                    .collect();
                let input = json!({
                    "warehouseId": masters.warehouse,
                    "date": day,
                    "supplierName": "Northwind suppliers",
                    "externalReference": reference,
                    "lines": lines,
                });
                let selection = "goodsReceipt { id state version }";
                let payload = director.do_it("createGoodsReceipt", input, selection).await?;
                known_from(&payload, "goodsReceipt")?
            }
        };
        if found.state == "DRAFT" {
            let input = json!({"id": found.id, "version": found.version});
            director.do_it("postGoodsReceipt", input, "goodsReceipt { id }").await?;
        }
        progress.step();
    }
    Ok(made)
}

/// Creates and confirms an order where that is not done; gives where it stands now.
async fn confirmed(
    director: &Client,
    data: &Data,
    masters: &Masters,
    order: &Order,
    known: Option<&Known>,
) -> Result<(Known, u64)> {
    let selection = "order { id state version }";
    let (mut at, made) = match known {
        Some(found) => (Known { id: found.id.clone(), state: found.state.clone(), ..*found }, 0),
        None => {
            let input = order_input(data, masters, order);
            let payload = director.do_it("createSalesOrder", input, selection).await?;
            (known_from(&payload, "order")?, 1)
        }
    };
    if at.state == "DRAFT" {
        let input = json!({"id": at.id, "version": at.version});
        let payload = director.do_it("confirmSalesOrder", input, selection).await?;
        at = known_from(&payload, "order")?;
    }
    Ok((at, made))
}

fn order_input(data: &Data, masters: &Masters, order: &Order) -> Value {
    let lines: Vec<Value> = data
        .lines_of(order.order_id)
        .iter()
        .map(|line| {
            let list = data.products.get(&line.product_id).map(|product| product.unit_price);
            // A price of one's own only where the price of the time differs from the list.
            let price = (list != Some(line.unit_price)).then(|| line.unit_price.to_string());
            json!({
                "productId": masters.products.get(&line.product_id),
                "quantity": line.quantity.to_string(),
                "price": price,
                "discountPercent": (line.discount * Decimal::ONE_HUNDRED).to_string(),
            })
        })
        .collect();
    json!({
        "customerId": masters.customers.get(&order.customer_id),
        "managerId": masters.managers.get(&order.employee_id),
        "warehouseId": masters.warehouse,
        "date": order.order_date,
        "requestedShipDate": order.required_date,
        "externalReference": format!("order:{}", order.order_id),
        "lines": lines,
    })
}

async fn shipped_and_paid(
    director: &Client,
    data: &Data,
    masters: &Masters,
    plan: &Plan,
    order: &Order,
    at: Known,
    paid: &HashMap<String, Known>,
) -> Result<u64> {
    let mut made = 0;
    let Some(shipped_on) = order.shipped_date else { return Ok(made) };
    if at.state == "CONFIRMED" {
        let input = json!({"orderId": at.id, "warehouseId": masters.warehouse, "date": shipped_on});
        director.do_it("shipSalesOrder", input, "shipment { id }").await?;
        made += 1;
    }
    let reference = format!("payment:{}", order.order_id);
    if let Some(day) = plan.paid_on(order)
        && !paid.contains_key(&reference)
    {
        let amount: Decimal = data.lines_of(order.order_id).iter().map(|line| line.amount()).sum();
        let input = json!({
            "customerId": masters.customers.get(&order.customer_id),
            "orderId": at.id,
            "amount": amount.to_string(),
            "currency": "USD",
            "date": day,
            "method": "BANK",
            "externalReference": reference,
        });
        director.do_it("recordPayment", input, "payment { id }").await?;
        made += 1;
    }
    Ok(made)
}
