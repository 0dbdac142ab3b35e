//! What a client does besides selling and receiving: moves goods between warehouses, and takes
//! back what a customer returns.

use anyhow::Result;
use rand::Rng;
use serde_json::{Value, json};

use super::ledger::Kind;
use super::worker::{Shipped, Worker};
use crate::company::id;

/// Goods on their way between warehouses.
pub(super) struct Sent {
    id: String,
    version: Value,
}

impl Worker {
    /// Sends free goods to the other warehouse; they come in a step of their own.
    pub(super) async fn move_goods(&mut self) -> Result<()> {
        let (product, quantity) = (self.product(), self.chance.random_range(1..=8_u32));
        let [main, store] = [self.company.warehouse(), &self.store];
        let (from, to) = if self.chance.random() { (main, store) } else { (store, main) };
        let input = json!({
            "fromId": from, "toId": to, "lines": [{"productId": product, "quantity": quantity}],
        });
        let selection = "stockTransfer { id version }";
        let Some(made) = self.desk.act("createStockTransfer", input, selection).await? else {
            return Ok(());
        };
        let transfer = id(&made, "stockTransfer")?;
        self.desk.ledger.made(Kind::Transfers, &transfer);
        let input = json!({"id": transfer, "version": made["stockTransfer"]["version"]});
        let selection = "stockTransfer { id number version }";
        if let Some(sent) = self.desk.act("sendStockTransfer", input, selection).await? {
            let version = sent["stockTransfer"]["version"].clone();
            self.sent.push(Sent { id: transfer, version });
        }
        Ok(())
    }

    /// Takes in what was sent, or has it turn back.
    pub(super) async fn end_move(&mut self) -> Result<()> {
        let Some(Sent { id: transfer, version }) = Self::take(&mut self.chance, &mut self.sent)
        else {
            return Ok(());
        };
        let name = if self.chance.random_range(0..5) == 0 {
            "returnStockTransfer"
        } else {
            "receiveStockTransfer"
        };
        let input = json!({"id": transfer, "version": version});
        self.desk.act(name, input, "stockTransfer { id number }").await?;
        Ok(())
    }

    /// Everything of a shipment comes back from the customer.
    pub(super) async fn take_back(&mut self) -> Result<()> {
        let Some(Shipped { id: shipment, lines }) = Self::take(&mut self.chance, &mut self.shipped)
        else {
            return Ok(());
        };
        let input = json!({"shipmentId": shipment, "reason": "Not what was ordered"});
        let selection = "salesReturn { id version }";
        let Some(made) = self.desk.act("createSalesReturn", input, selection).await? else {
            return Ok(());
        };
        let back = id(&made, "salesReturn")?;
        self.desk.ledger.made(Kind::SalesReturns, &back);
        let input = json!({"id": back, "version": made["salesReturn"]["version"]});
        if self.desk.act("postSalesReturn", input, "salesReturn { id number }").await?.is_some() {
            for (product, quantity) in lines {
                self.desk.ledger.moved(&product, quantity);
            }
        }
        Ok(())
    }
}
