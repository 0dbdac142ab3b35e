//! Goods that come on the basis of a purchase order: nothing is typed again, what came is noted on
//! the order, and its price at the rate of the receipt's date is what they cost.

use std::collections::{BTreeSet, HashMap};

use access::{Permit, Right};
use db::{AuditEntry, Outcome, TenantTx};
use kernel::{
    Decimal, NaiveDate, PurchaseOrderId, PurchaseOrderLineId, Refusal, RefusalCode, Rounding,
};
use serde_json::json;

use super::commands::order_changed;
use super::rules::Progress;
use super::settings;
use super::store::{self, Header, Line};
use crate::commands::ReceiptLineInput;
use crate::demand::queue::Queue;
use crate::store::receipts;

/// A locked purchase order with its lines.
pub(crate) struct Basis {
    pub(crate) order: Header,
    pub(crate) lines: Vec<Line>,
}

/// Locks the purchase order of a receipt, where it has one. Receipts are locked before.
pub(crate) async fn basis<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: Option<PurchaseOrderId>,
) -> Outcome<Option<Basis>> {
    let Some(id) = id else { return Ok(None) };
    let order = store::lock(tx, permit, id).await?;
    let lines = store::lines(tx, permit, id).await?;
    Ok(Some(Basis { order, lines }))
}

impl Basis {
    fn line(&self, id: PurchaseOrderLineId) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// The queues of its goods and of what a receipt brings.
    pub(crate) fn queues(&self, received: &[receipts::Line]) -> BTreeSet<Queue> {
        let organization = self.order.organization_id;
        let mut queues = store::queues(&self.order, &self.lines);
        queues.extend(received.iter().map(|line| (organization, line.product_id)));
        queues
    }

    /// All that is awaited, as a receipt's lines: in the packaging it was ordered in where nothing
    /// of the line came yet, else in base units.
    pub(crate) fn awaited(&self) -> Vec<ReceiptLineInput> {
        let open = self.lines.iter().filter(|line| !line.awaited.is_zero());
        let input = |line: &Line| {
            let packed = line.packaging_id.zip(line.entered_quantity);
            let packed = packed.filter(|_| line.received.is_zero());
            ReceiptLineInput {
                id: None,
                purchase_order_line_id: Some(line.id),
                product_id: Some(line.product_id),
                variant_id: line.variant_id,
                packaging_id: packed.map(|packed| packed.0),
                quantity: packed.map_or(line.awaited, |packed| packed.1),
                lot_number: None,
                unit_cost: None,
                expires_on: None,
            }
        };
        open.map(input).collect()
    }
}

/// Fills in the goods of lines that name a line of the order.
///
/// # Errors
/// `UNKNOWN_REFERENCE` for a line of another order, `INVALID` for other goods than were ordered.
pub(crate) fn filled(
    basis: Option<&Basis>,
    inputs: &[ReceiptLineInput],
) -> Result<Vec<ReceiptLineInput>, Refusal> {
    let fill = |(place, input): (usize, &ReceiptLineInput)| {
        let Some(id) = input.purchase_order_line_id else { return Ok(input.clone()) };
        let at = |field: &str| ["lines".to_owned(), place.to_string(), field.to_owned()];
        let Some(line) = basis.and_then(|basis| basis.line(id)) else {
            return Err(Refusal::new(
                RefusalCode::UnknownReference,
                "The receipt's purchase order has no such line.",
                "В заказе поставщику этого поступления нет такой строки.",
            )
            .at(at("purchaseOrderLineId")));
        };
        let is_other = input.product_id.is_some_and(|product| product != line.product_id)
            || input.variant_id.is_some() && input.variant_id != line.variant_id;
        if is_other {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                "The purchase order's line is of other goods.",
                "В строке заказа поставщику другой товар.",
            )
            .at(at("productId")));
        }
        Ok(ReceiptLineInput {
            product_id: Some(line.product_id),
            variant_id: line.variant_id,
            ..input.clone()
        })
    };
    inputs.iter().enumerate().map(fill).collect()
}

/// What a receipt brings of each line of an order, base units.
fn brought(lines: &[receipts::Line]) -> HashMap<PurchaseOrderLineId, (usize, Decimal)> {
    let mut brought: HashMap<PurchaseOrderLineId, (usize, Decimal)> = HashMap::new();
    for (place, line) in lines.iter().enumerate() {
        if let Some(id) = line.purchase_order_line_id {
            let sum = brought.entry(id).or_insert((place, Decimal::ZERO));
            *sum = (place, sum.1 + line.quantity);
        }
    }
    brought
}

/// Refuses more than was ordered and the tenant's tolerance lets in, except to those who may
/// exceed it.
///
/// # Errors
/// `EXCEEDS_ORDER` with what may come yet, or a fault.
pub(crate) async fn check_over<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    basis: &Basis,
    received: &[receipts::Line],
) -> Outcome<()> {
    basis.order.state()?.receives()?;
    if permit.scope().reach(Right::PurchaseExceed).is_some() {
        return Ok(());
    }
    let percent = settings::read(tx, permit).await?.over_receipt_percent;
    for (id, (place, quantity)) in brought(received) {
        let Some(line) = basis.line(id) else { continue };
        let most = line.progress().most(percent);
        if quantity > most {
            return Err(Refusal::new(
                RefusalCode::ExceedsOrder,
                format!("Of this line at most {} more may come.", most.normalize()),
                format!("По этой строке может прийти не больше {}.", most.normalize()),
            )
            .at(["lines".to_owned(), place.to_string(), "quantity".to_owned()])
            .with(json!({ "ordered": line.quantity, "received": line.received, "most": most,
                          "tolerancePercent": percent }))
            .into());
        }
    }
    Ok(())
}

/// What a base unit of each priced line costs in the base currency on a day, four places. Empty
/// where the order's currency has no rate on it.
pub(crate) async fn ordered_costs<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    basis: &Basis,
    on: NaiveDate,
) -> Outcome<HashMap<PurchaseOrderLineId, Decimal>> {
    let base = permit.scope().facts().base_currency;
    let currency = basis.order.currency;
    let priced = basis.lines.iter().filter_map(|line| Some((line.id, line.price?)));
    if currency == base {
        return Ok(priced.collect());
    }
    let rates = catalog::rates_on(tx, permit, on).await?;
    let Some(conversion) = rates.conversion(currency, base, on) else {
        return Ok(HashMap::new());
    };
    let cost = |(id, price)| Some((id, Rounding::PRICE.apply(conversion.apply(price)?)?));
    Ok(priced.filter_map(cost).collect())
}

/// Refuses goods whose price is in a currency without a rate on the day.
pub(crate) fn no_rate(basis: &Basis, on: NaiveDate) -> Refusal {
    let currency = basis.order.currency;
    Refusal::new(
        RefusalCode::NoRate,
        format!("No rate of {currency} is known on {on}: the goods have no cost."),
        format!("На {} нет курса {currency}: стоимость не определить.", on.format("%d.%m.%Y")),
    )
    .at(["date"])
    .with(json!({ "currency": currency, "date": on }))
}

/// Notes on the order what a receipt brought. The queues are taken.
pub(crate) async fn receive<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    basis: &mut Basis,
    received: &[receipts::Line],
) -> Outcome<()> {
    move_on(tx, permit, basis, received, Decimal::ONE, "receivePurchaseOrder").await
}

/// Takes off the order what a reversed receipt had brought. The queues are taken.
pub(crate) async fn give_back<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    basis: &mut Basis,
    received: &[receipts::Line],
) -> Outcome<()> {
    move_on(tx, permit, basis, received, Decimal::NEGATIVE_ONE, "reversePurchaseReceipt").await
}

async fn move_on<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    basis: &mut Basis,
    received: &[receipts::Line],
    sign: Decimal,
    action: &'static str,
) -> Outcome<()> {
    let brought = brought(received);
    let before = basis.order.state()?;
    for line in &mut basis.lines {
        let came = brought.get(&line.id).map_or(Decimal::ZERO, |one| one.1);
        line.received += sign * came;
    }
    let progress: Vec<Progress> = basis.lines.iter().map(Line::progress).collect();
    let after = before.by_received(&progress);
    for line in &mut basis.lines {
        let awaited = line.progress().awaited();
        line.awaited = if after.is_awaited() { awaited } else { Decimal::ZERO };
    }
    store::update_progress(tx, permit, &basis.lines).await?;
    basis.order.state = after.as_str().to_owned();
    store::update(tx, permit, &basis.order).await?;
    let came: Vec<_> = brought
        .iter()
        .map(|(line, (_, quantity))| json!({ "line": line, "quantity": sign * quantity }))
        .collect();
    tx.audit(AuditEntry::new(
        action,
        "PurchaseOrder",
        basis.order.id,
        json!({ "state": [before.as_str(), after.as_str()], "lines": came }),
    ));
    order_changed(tx, &basis.order);
    Ok(())
}
