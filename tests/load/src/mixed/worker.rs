//! One client: sells, ships, cancels, receives and gives back, as chance has it; the rest of what
//! it does is in [`super::moves`].

use std::sync::Arc;

use anyhow::{Context, Result};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::desk::Desk;
use super::ledger::{Kind, Ledger};
use super::moves::Sent;
use crate::company::{Company, id};

const SHIPMENT: &str = "shipment { id number lines { product { id } quantity } }";

pub(super) struct Worker {
    pub(super) company: Arc<Company>,
    /// A second warehouse.
    pub(super) store: String,
    pub(super) desk: Desk,
    pub(super) chance: StdRng,
    confirmed: Vec<String>,
    pub(super) shipped: Vec<Shipped>,
    received: Vec<Received>,
    pub(super) sent: Vec<Sent>,
}

pub(super) struct Shipped {
    pub(super) id: String,
    pub(super) lines: Vec<(String, Decimal)>,
}

struct Received {
    id: String,
    line: String,
    product: String,
}

impl Worker {
    pub(super) fn new(
        (company, store): (Arc<Company>, &str),
        ledger: Arc<Ledger>,
        seed: u64,
    ) -> Self {
        Self {
            desk: Desk { client: company.director.clone(), ledger },
            company,
            store: store.to_owned(),
            chance: StdRng::seed_from_u64(seed),
            confirmed: Vec::new(),
            shipped: Vec::new(),
            received: Vec::new(),
            sent: Vec::new(),
        }
    }

    /// Works until the trial is over.
    pub(super) async fn work(mut self) -> Result<()> {
        while !self.desk.ledger.is_over() {
            match self.chance.random_range(0..100) {
                0..34 => self.sell().await?,
                34..58 => self.ship().await?,
                58..66 => self.cancel().await?,
                66..76 => self.receive().await?,
                76..80 => self.give_back().await?,
                80..86 => self.move_goods().await?,
                86..92 => self.end_move().await?,
                92..96 => self.take_back().await?,
                _ => self.undo_shipment().await?,
            }
        }
        Ok(())
    }

    pub(super) fn product(&mut self) -> String {
        let chosen = self.company.products().choose(&mut self.chance);
        chosen.cloned().unwrap_or_default()
    }

    /// One of those, taken out.
    pub(super) fn take<T>(chance: &mut StdRng, from: &mut Vec<T>) -> Option<T> {
        if from.is_empty() {
            None
        } else {
            Some(from.swap_remove(chance.random_range(0..from.len())))
        }
    }

    async fn sell(&mut self) -> Result<()> {
        let customer = self.company.customers().choose(&mut self.chance).cloned();
        let lines: Vec<Value> = (0..self.chance.random_range(1..=4))
            .map(|_| {
                let product = self.product();
                json!({"productId": product, "quantity": self.chance.random_range(1..=6)})
            })
            .collect();
        let input = json!({"customerId": customer, "lines": lines});
        let Some(made) = self.desk.act("createSalesOrder", input, "order { id }").await? else {
            return Ok(());
        };
        let order = id(&made, "order")?;
        self.desk.ledger.made(Kind::Orders, &order);
        let input = json!({"id": order});
        if self.desk.act("confirmSalesOrder", input, "order { id number }").await?.is_some() {
            self.confirmed.push(order);
        }
        Ok(())
    }

    async fn ship(&mut self) -> Result<()> {
        let Some(order) = Self::take(&mut self.chance, &mut self.confirmed) else { return Ok(()) };
        let input = json!({"orderId": order});
        let Some(posted) = self.desk.act("shipSalesOrder", input, SHIPMENT).await? else {
            // What is short may come, and is tried again another time.
            self.confirmed.push(order);
            return Ok(());
        };
        let shipment = id(&posted, "shipment")?;
        self.desk.ledger.made(Kind::Shipments, &shipment);
        let lines = lines(&posted["shipment"])?;
        for (product, quantity) in &lines {
            self.desk.ledger.moved(product, -*quantity);
        }
        self.shipped.push(Shipped { id: shipment, lines });
        Ok(())
    }

    async fn cancel(&mut self) -> Result<()> {
        let Some(order) = Self::take(&mut self.chance, &mut self.confirmed) else { return Ok(()) };
        let input = json!({"id": order, "reason": "The customer thought again."});
        self.desk.act("cancelSalesOrder", input, "order { id number }").await?;
        Ok(())
    }

    async fn receive(&mut self) -> Result<()> {
        let wanted: Vec<(String, u32)> = (0..self.chance.random_range(1..=4))
            .map(|_| (self.product(), self.chance.random_range(5..=25)))
            .collect();
        let lines: Vec<Value> = wanted
            .iter()
            .map(|(product, quantity)| {
                json!({"productId": product, "quantity": quantity, "unitCost": "6.00"})
            })
            .collect();
        let input = json!({"warehouseId": self.company.warehouse(), "lines": lines});
        let selection = "goodsReceipt { id version lines { id product { id } } }";
        let Some(made) = self.desk.act("createGoodsReceipt", input, selection).await? else {
            return Ok(());
        };
        let receipt = id(&made, "goodsReceipt")?;
        self.desk.ledger.made(Kind::Receipts, &receipt);
        let input = json!({"id": receipt, "version": made["goodsReceipt"]["version"]});
        let posted = self.desk.act("postGoodsReceipt", input, "goodsReceipt { id number }").await?;
        if posted.is_none() {
            return Ok(());
        }
        for (product, quantity) in wanted {
            self.desk.ledger.moved(&product, quantity.into());
        }
        let line = &made["goodsReceipt"]["lines"][0];
        if let (Some(line), Some(product)) = (line["id"].as_str(), line["product"]["id"].as_str()) {
            let (line, product) = (line.to_owned(), product.to_owned());
            self.received.push(Received { id: receipt, line, product });
        }
        Ok(())
    }

    /// Back to the supplier, while nobody holds it.
    async fn give_back(&mut self) -> Result<()> {
        let Some(Received { id: receipt, line, product }) =
            Self::take(&mut self.chance, &mut self.received)
        else {
            return Ok(());
        };
        let quantity = self.chance.random_range(1..=5_u32);
        let input = json!({
            "receiptId": receipt, "reason": "Broken",
            "lines": [{"receiptLineId": line, "quantity": quantity}],
        });
        let selection = "supplierReturn { id version }";
        let Some(made) = self.desk.act("createSupplierReturn", input, selection).await? else {
            return Ok(());
        };
        let back = id(&made, "supplierReturn")?;
        self.desk.ledger.made(Kind::SupplierReturns, &back);
        let input = json!({"id": back, "version": made["supplierReturn"]["version"]});
        let posted =
            self.desk.act("postSupplierReturn", input, "supplierReturn { id number }").await?;
        if posted.is_some() {
            self.desk.ledger.moved(&product, -Decimal::from(quantity));
        }
        Ok(())
    }

    async fn undo_shipment(&mut self) -> Result<()> {
        let Some(Shipped { id: shipment, lines }) = Self::take(&mut self.chance, &mut self.shipped)
        else {
            return Ok(());
        };
        let input = json!({"id": shipment, "reason": "Posted by mistake"});
        if self.desk.act("reverseShipment", input, "shipment { id number }").await?.is_some() {
            for (product, quantity) in lines {
                self.desk.ledger.moved(&product, quantity);
            }
        }
        Ok(())
    }
}

/// Products and quantities of a document's lines.
fn lines(document: &Value) -> Result<Vec<(String, Decimal)>> {
    let lines = document["lines"].as_array().context("a document without lines")?;
    lines
        .iter()
        .map(|line| {
            let product = line["product"]["id"].as_str().context("a line without product")?;
            let quantity = line["quantity"].as_str().context("a line without quantity")?;
            Ok((product.to_owned(), quantity.parse()?))
        })
        .collect()
}
