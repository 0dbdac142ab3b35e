//! Writing acts, and giving drafts up.

use std::collections::{HashMap, HashSet};

use access::{Action, Permit, Right};
use catalog::TaxedProduct;
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{
    Decimal, NaiveDate, OrderId, ProductId, Quantity, Refusal, RefusalCode, ServiceActId,
    ShipmentLineId,
};
use serde_json::json;

use super::act_changed;
use super::rules::{ActMove, ActState};
use super::store::{NewAct, insert_act, lock_act, order_of_act};
use crate::ShipLine;
use crate::commands::check_version;
use crate::model::{Order, OrderLine};
use crate::posting::ShippedLine;
use crate::rules::{
    LineRule, LineSum, OrderMove, VatMode, at_line, external_reference, optional_text,
    out_of_scale, part_of, totals, unknown,
};
use crate::store::{NewShipmentLine, lock_order, order_lines};

/// An act as a client writes it.
#[derive(Clone, Debug)]
pub struct ActDraft {
    /// The order whose services were done.
    pub order_id: OrderId,
    /// The business date; `None` is today.
    pub date: Option<NaiveDate>,
    /// Which services; `None` is all of the order that are not done yet.
    pub lines: Option<Vec<ShipLine>>,
    /// A note.
    pub comment: Option<String>,
    /// Its number in another program.
    pub external_reference: Option<String>,
}

/// Writes an act of an order's services as a draft: nothing is booked yet.
#[derive(Clone, Debug)]
pub struct CreateServiceAct {
    /// What is written.
    pub draft: ActDraft,
}

impl Action for CreateServiceAct {
    const RIGHT: Right = Right::ActWrite;
}

#[async_trait::async_trait]

impl Command for CreateServiceAct {
    type Output = ServiceActId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ServiceActId> {
        let draft = &self.draft;
        let comment = optional_text("comment", draft.comment.as_deref())?;
        let external_reference = external_reference(draft.external_reference.as_deref())?;
        let order = lock_order(tx, permit, draft.order_id).await?;
        order.state.check(OrderMove::Ship).map_err(Refusal::from)?;
        let date = draft.date.unwrap_or_else(|| tx.today());
        let ordered = order_lines(tx, permit, order.id).await?;
        let cards = services(tx, permit, &order, &ordered, date).await?;
        let chosen = self.chosen(&ordered, &cards)?;
        let mode = VatMode::of(order.prices_include_vat);
        let lines: Vec<NewShipmentLine> = chosen
            .iter()
            .enumerate()
            .map(|(index, line)| written(index, line, &cards, mode))
            .collect();
        let sums = lines.iter().map(|line| LineSum { amount: line.amount, vat: line.vat_amount });
        let new = NewAct {
            id: ServiceActId::new(),
            date,
            totals: totals(sums, mode).ok_or(LineRule::TooLarge).map_err(Refusal::from)?,
            comment,
            external_reference,
        };
        insert_act(tx, permit, &order, &new, &lines).await?;
        tx.audit(AuditEntry::new(
            "createServiceAct",
            "ServiceAct",
            new.id,
            json!({ "order": order.id, "lines": lines.len(), "date": date,
                    "gross": new.totals.gross }),
        ));
        act_changed(tx, &lock_act(tx, permit, new.id).await?);
        Ok(new.id)
    }
}

/// The products of an order with the rates of a day, by id.
pub(super) async fn services<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    ordered: &[OrderLine],
    date: NaiveDate,
) -> Outcome<HashMap<ProductId, TaxedProduct>> {
    let products: Vec<ProductId> = ordered.iter().map(|line| line.product_id).collect();
    catalog::taxed_products(tx, permit, &products, order.organization_id, date).await
}

pub(super) fn is_service(cards: &HashMap<ProductId, TaxedProduct>, line: &OrderLine) -> bool {
    cards.get(&line.product_id).is_some_and(|taxed| taxed.card.is_service)
}

fn written(
    index: usize,
    line: &ShippedLine,
    cards: &HashMap<ProductId, TaxedProduct>,
    mode: VatMode,
) -> NewShipmentLine {
    let rate = cards.get(&line.order_line.product_id).and_then(|taxed| taxed.vat_rate);
    let sum = part_of(&line.order_line.ordered(), line.quantity, rate, mode);
    NewShipmentLine {
        id: line.id,
        position: i32::try_from(index + 1).unwrap_or(i32::MAX),
        order_line_id: line.order_line.id,
        product_id: line.order_line.product_id,
        variant_id: line.order_line.variant_id,
        unit: line.order_line.unit.clone(),
        quantity: line.quantity,
        amount: sum.amount,
        vat_rate: rate,
        vat_amount: sum.vat,
    }
}

impl CreateServiceAct {
    /// The services that were asked for, or all that are left.
    fn chosen(
        &self,
        ordered: &[OrderLine],
        cards: &HashMap<ProductId, TaxedProduct>,
    ) -> Result<Vec<ShippedLine>, Refusal> {
        let done = |order_line: &OrderLine, quantity| ShippedLine {
            id: ShipmentLineId::new(),
            order_line: order_line.clone(),
            quantity,
            picked: Vec::new(),
        };
        let Some(asked) = &self.draft.lines else {
            let left = ordered
                .iter()
                .filter(|line| is_service(cards, line) && line.left() > Decimal::ZERO);
            let lines: Vec<_> = left.map(|line| done(line, line.left())).collect();
            return if lines.is_empty() { Err(LineRule::None.into()) } else { Ok(lines) };
        };
        if asked.is_empty() {
            return Err(LineRule::None.into());
        }
        let mut seen = HashSet::new();
        let mut lines = Vec::with_capacity(asked.len());
        for (index, line) in asked.iter().enumerate() {
            let quantity = Quantity::positive(line.quantity)
                .map_err(|error| at_line(out_of_scale(error), index, "quantity"))?;
            if !seen.insert(line.order_line_id) {
                return Err(LineRule::Twice { index }.into());
            }
            let Some(order_line) = ordered.iter().find(|one| one.id == line.order_line_id) else {
                let refusal = unknown("orderLineId", "line of this order", "строка этого заказа");
                return Err(at_line(refusal, index, "orderLineId"));
            };
            if !is_service(cards, order_line) {
                let refusal = Refusal::new(
                    RefusalCode::Invalid,
                    "An act holds services; goods are shipped.",
                    "В акт входят услуги; товары отгружаются реализацией.",
                );
                return Err(at_line(refusal, index, "orderLineId"));
            }
            check_left(index, order_line, quantity.get(), cards)?;
            lines.push(done(order_line, quantity.get()));
        }
        Ok(lines)
    }
}

/// No more of a service is done than was ordered.
pub(super) fn check_left(
    index: usize,
    line: &OrderLine,
    quantity: Decimal,
    cards: &HashMap<ProductId, TaxedProduct>,
) -> Result<(), Refusal> {
    let left = line.left();
    if quantity <= left {
        return Ok(());
    }
    let name = cards.get(&line.product_id).map(|taxed| taxed.card.name.clone());
    Err(LineRule::ExceedsOrder { index, product: name.unwrap_or_default(), left }.into())
}

/// Cancels a draft; nothing was booked.
#[derive(Clone, Debug)]
pub struct CancelServiceAct {
    /// Which.
    pub id: ServiceActId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
}

impl Action for CancelServiceAct {
    const RIGHT: Right = Right::ActWrite;
}

#[async_trait::async_trait]

impl Command for CancelServiceAct {
    type Output = ServiceActId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ServiceActId> {
        let order = order_of_act(tx, permit, self.id).await?;
        lock_order(tx, permit, order).await?;
        let act = lock_act(tx, permit, self.id).await?;
        check_version(self.version, act.version)?;
        act.state.by(ActMove::Cancel).map_err(Refusal::from)?;
        crate::store::mark_cancelled(tx, permit, act.sale()).await?;
        tx.audit(AuditEntry::new(
            "cancelServiceAct",
            "ServiceAct",
            self.id,
            json!({ "state": [act.state, ActState::Cancelled] }),
        ));
        act_changed(tx, &act);
        Ok(self.id)
    }
}
