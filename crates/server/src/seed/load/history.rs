//! What happened, event after event.

use std::collections::HashMap;
use std::mem::discriminant;
use std::pin::pin;

use anyhow::{Context, Result};
use futures::stream::{self, StreamExt, TryStreamExt};
use kernel::{Currency, NaiveDate, OrderId, OrderLineId, ProductId};
use sales::{
    CancelSalesOrder, ConfirmSalesOrder, CreateSalesOrder, Dispatch, LineDraft, OrderDraft,
    ShipLine, ShipSalesOrder,
};
use settlements::{OrderRef, PaymentMethod, RecordPayment};
use stock::commands::{CreateGoodsReceipt, PostGoodsReceipt, ReceiptLineInput};

use super::hand::Hand;
use super::masters::Masters;
use crate::commands::sentence;
use crate::seed::model::{self, Company, Event, Order, Payment, Receipt, Shipment, What};

/// Drafts written ahead of the day: they depend on no other event.
const AHEAD: usize = 2;
/// Events of one day and kind at once.
const SIDE_BY_SIDE: usize = 3;

/// Orders written so far, by their position.
type Written = Vec<Option<OrderId>>;

/// Plays the whole history in order. What depends on stock alone goes one by one, so that goods
/// are held for whoever came first.
pub(super) async fn play(hand: &Hand, company: &Company, masters: &Masters) -> Result<()> {
    let currency = Currency::parse(company.currency).context("an unknown currency")?;
    let player = Player { hand, company, masters, currency };
    let mut written: Written = vec![None; company.orders.len()];
    let drafts = company.events.iter().filter_map(|event| match event.what {
        What::Draft { order } => Some(order),
        _ => None,
    });
    let drafts = stream::iter(drafts).map(|order| player.draft(order)).buffered(AHEAD);
    let mut drafts = pin!(drafts);
    let events: Vec<(usize, &Event)> = company.events.iter().enumerate().collect();
    let alike = |a: &(usize, &Event), b: &(usize, &Event)| {
        a.1.on == b.1.on && discriminant(&a.1.what) == discriminant(&b.1.what)
    };
    for group in events.chunk_by(alike) {
        for (_, event) in group {
            match event.what {
                What::Draft { order } => written[order] = drafts.try_next().await?,
                What::Confirm { order } => player.confirm(&written, order).await?,
                What::Cancel { order } => player.cancel(&written, order).await?,
                What::Receive(_) | What::Pay(_) | What::Ship(_) => {}
            }
        }
        let posts = group.iter().map(|&(number, event)| player.post(&written, number, event));
        let posts: Vec<_> = posts.collect();
        stream::iter(posts).buffer_unordered(SIDE_BY_SIDE).try_collect::<()>().await?;
        hand.advance(group.len());
    }
    Ok(())
}

struct Player<'a> {
    hand: &'a Hand,
    company: &'a Company,
    masters: &'a Masters,
    currency: Currency,
}

fn order(written: &Written, position: usize) -> Result<OrderId> {
    written[position].context("an event of an order that was not written yet")
}

impl Player<'_> {
    /// What can go side by side with others of its day and kind.
    async fn post(&self, written: &Written, number: usize, event: &Event) -> Result<()> {
        match &event.what {
            What::Receive(receipt) => self.receive(number, event.on, receipt).await,
            What::Pay(payment) => self.pay(written, number, event.on, payment).await,
            What::Ship(shipment) => self.ship(written, number, event.on, shipment).await,
            What::Draft { .. } | What::Confirm { .. } | What::Cancel { .. } => Ok(()),
        }
    }

    async fn receive(&self, number: usize, on: NaiveDate, receipt: &Receipt) -> Result<()> {
        let line = |line: &model::ReceiptLine| ReceiptLineInput {
            id: None,
            purchase_order_line_id: None,
            product_id: Some(self.masters.products[line.product]),
            variant_id: None,
            packaging_id: None,
            quantity: line.quantity,
            lot_number: None,
            unit_cost: Some(line.unit_cost),
            expires_on: None,
        };
        let draft = CreateGoodsReceipt {
            purchase_order_id: None,
            organization_id: Some(self.masters.organization),
            warehouse_id: Some(self.masters.warehouses[receipt.warehouse]),
            occurred_on: Some(on),
            supplier_name: receipt.supplier.to_owned(),
            comment: String::new(),
            external_reference: None,
            lines: receipt.lines.iter().map(line).collect(),
        };
        let id = self.hand.does(format!("receipt:{number}"), draft).await?;
        let post = PostGoodsReceipt { id, version: 1 };
        self.hand.does(format!("receipt:{number}:post"), post).await?;
        Ok(())
    }

    async fn draft(&self, position: usize) -> Result<OrderId> {
        let order = &self.company.orders[position];
        let usual = self.company.customers[order.customer].agreement.discount;
        let line = |line: &model::OrderLine| LineDraft {
            product_id: self.masters.products[line.product],
            variant_id: None,
            packaging_id: None,
            quantity: line.quantity,
            // The list has the same price; a discount beyond the usual one is typed.
            price: None,
            discount_percent: (line.discount != usual).then_some(line.discount),
            quote_line_id: None,
        };
        let draft = OrderDraft {
            sales_route_id: None,
            customer_id: self.masters.customers[order.customer],
            agreement_id: None,
            organization_id: None,
            manager_id: None,
            warehouse_id: Some(self.masters.warehouses[order.warehouse]),
            allowed_warehouses: Vec::new(),
            date: Some(order.date),
            requested_ship_date: None,
            external_reference: None,
            comment: None,
            quote_id: None,
            lines: order.lines.iter().map(line).collect(),
        };
        let command = CreateSalesOrder { draft };
        self.hand.does(format!("order:{position}"), command).await
    }

    async fn confirm(&self, written: &Written, position: usize) -> Result<()> {
        let command = ConfirmSalesOrder { id: order(written, position)?, version: None };
        self.hand.does(format!("order:{position}:confirm"), command).await?;
        Ok(())
    }

    async fn pay(
        &self,
        written: &Written,
        number: usize,
        on: NaiveDate,
        payment: &Payment,
    ) -> Result<()> {
        let customer_id = self.masters.customers[payment.customer];
        let order = match payment.order {
            None => None,
            Some(position) => Some(OrderRef {
                id: order(written, position)?,
                customer_id,
                organization_id: self.masters.organization,
                agreement_id: self.masters.agreements[payment.customer],
                currency: self.currency,
            }),
        };
        let command = RecordPayment {
            customer_id: Some(customer_id),
            organization_id: None,
            agreement_id: None,
            order,
            invoice: None,
            amount: payment.amount,
            currency: None,
            date: Some(on),
            method: PaymentMethod::Bank,
            external_reference: None,
            comment: None,
        };
        self.hand.does(format!("payment:{number}"), command).await?;
        Ok(())
    }

    async fn ship(
        &self,
        written: &Written,
        number: usize,
        on: NaiveDate,
        shipment: &Shipment,
    ) -> Result<()> {
        let order_id = order(written, shipment.order)?;
        let order = &self.company.orders[shipment.order];
        let lines = if is_whole(order, shipment) {
            None
        } else {
            Some(self.part(order_id, order, shipment).await?)
        };
        let dispatch = Dispatch {
            order_id,
            warehouse_id: None,
            date: Some(on),
            lines,
            comment: None,
            external_reference: None,
        };
        let command = ShipSalesOrder { dispatch, version: None };
        self.hand.does(format!("shipment:{number}"), command).await?;
        Ok(())
    }

    /// The order's lines that leave; an order names a product once.
    async fn part(&self, id: OrderId, order: &Order, shipment: &Shipment) -> Result<Vec<ShipLine>> {
        let reader = self.hand.reader();
        let tx = reader.tx().await?;
        let permit = self.hand.scope().permit()?;
        let found = sales::order_lines_by_order(&tx, &permit, &[id]).await;
        drop(tx);
        reader.renew().await;
        let written = found.map_err(sentence)?.remove(&id).unwrap_or_default();
        let by_product: HashMap<ProductId, OrderLineId> =
            written.iter().map(|line| (line.product_id, line.id)).collect();
        let ship = |part: &model::ShipmentLine| {
            let product = self.masters.products[order.lines[part.line].product];
            let order_line_id = *by_product.get(&product)?;
            Some(ShipLine { order_line_id, quantity: part.quantity })
        };
        let lines: Option<Vec<ShipLine>> = shipment.lines.iter().map(ship).collect();
        lines.context("a line of an order is missing")
    }

    async fn cancel(&self, written: &Written, position: usize) -> Result<()> {
        let command = CancelSalesOrder {
            id: order(written, position)?,
            version: None,
            reason: "Клиент отказался от заказа".to_owned(),
        };
        self.hand.does(format!("order:{position}:cancel"), command).await?;
        Ok(())
    }
}

fn is_whole(order: &Order, shipment: &Shipment) -> bool {
    let left_whole = |line: &model::ShipmentLine| order.lines[line.line].quantity == line.quantity;
    shipment.lines.len() == order.lines.len() && shipment.lines.iter().all(left_whole)
}
