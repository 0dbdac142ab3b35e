//! Writing a return.

use std::collections::HashSet;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{
    Decimal, NaiveDate, Quantity, Refusal, RefusalCode, SalesReturnId, SalesReturnLineId,
    ShipmentId, ShipmentLineId, WarehouseId,
};
use serde_json::json;

use super::super::rules::GoodsCondition;
use super::super::store::{NewReturn, NewReturnLine, insert_return, returned_by_line};
use super::booking::{part_of_shipment, totals_of};
use super::return_changed;
use crate::corrections::corrected_by_line;
use crate::model::{Shipment, ShipmentLine};
use crate::rules::{
    ShipmentState, at_line, external_reference, optional_text, out_of_scale, reason, unknown,
};
use crate::store::{lock_order, lock_shipment, order_of_shipment, shipment_lines};

/// Most lines of one return.
const MOST_LINES: usize = 1_000;

/// A return as a client writes it.
#[derive(Clone, Debug)]
pub struct ReturnDraft {
    /// The posted shipment whose goods come back.
    pub shipment_id: ShipmentId,
    /// Where they come in; `None` is the shipment's warehouse.
    pub warehouse_id: Option<WarehouseId>,
    /// The business date, not before the shipment's; `None` is today.
    pub date: Option<NaiveDate>,
    /// Why.
    pub reason: String,
    /// What; `None` is everything that has not come back, in good state.
    pub lines: Option<Vec<ReturnLineDraft>>,
    /// A note.
    pub comment: Option<String>,
    /// Its number in another program.
    pub external_reference: Option<String>,
}

/// A line as a client writes it.
#[derive(Clone, Debug)]
pub struct ReturnLineDraft {
    /// The shipment's line.
    pub shipment_line_id: ShipmentLineId,
    /// Base units, above zero, at most three places.
    pub quantity: Decimal,
    /// In what state.
    pub condition: GoodsCondition,
}

/// Writes a return of a posted shipment as a draft: nothing moves yet.
#[derive(Clone, Debug)]
pub struct CreateSalesReturn {
    /// What is written.
    pub draft: ReturnDraft,
}

impl Action for CreateSalesReturn {
    const RIGHT: Right = Right::ReturnWrite;
}

#[async_trait::async_trait]
impl Command for CreateSalesReturn {
    type Output = SalesReturnId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<SalesReturnId> {
        let draft = &self.draft;
        let why = reason(&draft.reason)?;
        let comment = optional_text("comment", draft.comment.as_deref())?;
        let external_reference = external_reference(draft.external_reference.as_deref())?;
        let order = order_of_shipment(tx, permit, draft.shipment_id).await?;
        lock_order(tx, permit, order).await?;
        let shipment = lock_shipment(tx, permit, draft.shipment_id).await?;
        check_posted(&shipment)?;
        let warehouse_id = self.warehouse(tx, permit, &shipment).await?;
        let lines = self.lines(tx, permit, &shipment).await?;
        let new = NewReturn {
            id: SalesReturnId::new(),
            date: draft.date.unwrap_or_else(|| tx.today()),
            warehouse_id,
            reason: why,
            totals: totals_of(&shipment, lines.iter().map(|line| (line.amount, line.vat_amount)))?,
            comment,
            external_reference,
        };
        check_not_before(&shipment, new.date)?;
        insert_return(tx, permit, &shipment, &new, &lines).await?;
        tx.audit(AuditEntry::new(
            "createSalesReturn",
            "SalesReturn",
            new.id,
            json!({ "shipment": shipment.id, "lines": lines.len(), "date": new.date,
                    "reason": new.reason }),
        ));
        return_changed(tx, new.id, &shipment, warehouse_id.0);
        Ok(new.id)
    }
}

/// Goods come back of what was posted and stands.
pub(super) fn check_posted(shipment: &Shipment) -> Result<(), Refusal> {
    if shipment.state == ShipmentState::Posted {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::IllegalTransition,
        "Goods come back of a posted shipment alone.",
        "Вернуть можно только товары проведённой реализации.",
    )
    .at(["shipmentId"])
    .with(json!({ "state": shipment.state, "allowed": [ShipmentState::Posted] })))
}

/// Goods come back on the day they left, or later.
pub(super) fn check_not_before(shipment: &Shipment, date: NaiveDate) -> Result<(), Refusal> {
    if date >= shipment.date {
        return Ok(());
    }
    let day = shipment.date.format("%d.%m.%Y");
    Err(Refusal::new(
        RefusalCode::Invalid,
        format!("The shipment is dated {}: nothing comes back before.", shipment.date),
        format!("Дата реализации {day}: раньше возврата быть не может."),
    )
    .at(["date"])
    .with(json!({ "shipmentDate": shipment.date })))
}

/// More is to come back than was shipped and has not come back yet.
pub(super) fn exceeds(index: usize, left: Decimal) -> Refusal {
    let left = left.normalize();
    let refusal = Refusal::new(
        RefusalCode::ExceedsShipment,
        format!("Of this line only {left} was shipped and has not come back."),
        format!("По этой строке можно вернуть только {left}."),
    );
    at_line(refusal, index, "quantity").with(json!({ "left": left }))
}

impl CreateSalesReturn {
    async fn warehouse(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        shipment: &Shipment,
    ) -> Outcome<WarehouseId> {
        let Some(id) = self.draft.warehouse_id else { return Ok(shipment.warehouse_id) };
        let known = catalog::warehouse_cards(tx, permit, &[id]).await?;
        if known.get(&id).is_some_and(|card| !card.archived) {
            return Ok(id);
        }
        Err(unknown("warehouseId", "warehouse", "склад").into())
    }

    /// The lines with what they come to after those that have come back.
    async fn lines(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        shipment: &Shipment,
    ) -> Outcome<Vec<NewReturnLine>> {
        let shipped = shipment_lines(tx, permit, shipment.id).await?;
        let mut returned = returned_by_line(tx, permit, shipment.id).await?;
        let corrected = corrected_by_line(tx, permit, shipment.id).await?;
        let asked = self.asked(&shipped, |line| {
            line.quantity - returned.get(&line.id).copied().unwrap_or_default().quantity
        })?;
        let mut lines = Vec::with_capacity(asked.len());
        for (index, one) in asked.into_iter().enumerate() {
            let line = shipped.iter().find(|line| line.id == one.shipment_line_id);
            let Some(line) = line else {
                let (en, ru) = ("line of this shipment", "строка этой реализации");
                let refusal = unknown("shipmentLineId", en, ru);
                return Err(at_line(refusal, index, "shipmentLineId").into());
            };
            let quantity = Quantity::positive(one.quantity)
                .map_err(|error| at_line(out_of_scale(error), index, "quantity"))?;
            let before = returned.entry(line.id).or_default();
            let left = line.quantity - before.quantity;
            if quantity.get() > left {
                return Err(exceeds(index, left).into());
            }
            let less = corrected.get(&line.id).copied().unwrap_or_default();
            let sum = part_of_shipment(shipment, line, *before, less, quantity.get());
            before.quantity += quantity.get();
            before.amount += sum.amount;
            before.vat += sum.vat;
            lines.push(NewReturnLine {
                id: SalesReturnLineId::new(),
                position: i32::try_from(index + 1).unwrap_or(i32::MAX),
                shipment_line_id: line.id,
                product_id: line.product_id,
                variant_id: line.variant_id,
                unit: line.unit.clone(),
                condition: one.condition,
                quantity: quantity.get(),
                amount: sum.amount,
                vat_rate: line.vat_rate,
                vat_amount: sum.vat,
            });
        }
        Ok(lines)
    }

    fn asked(
        &self,
        shipped: &[ShipmentLine],
        left: impl Fn(&ShipmentLine) -> Decimal,
    ) -> Result<Vec<ReturnLineDraft>, Refusal> {
        let asked = match &self.draft.lines {
            Some(lines) => lines.clone(),
            None => {
                let all = |line: &ShipmentLine| ReturnLineDraft {
                    shipment_line_id: line.id,
                    quantity: left(line),
                    condition: GoodsCondition::Good,
                };
                let all = shipped.iter().map(all);
                all.filter(|line| line.quantity > Decimal::ZERO).collect()
            }
        };
        if asked.is_empty() {
            return Err(Refusal::from(crate::rules::LineRule::None));
        }
        if asked.len() > MOST_LINES {
            return Err(Refusal::from(crate::rules::LineRule::TooMany { most: MOST_LINES }));
        }
        let mut seen = HashSet::new();
        for (index, line) in asked.iter().enumerate() {
            if !seen.insert((line.shipment_line_id, line.condition)) {
                let refusal = Refusal::new(
                    RefusalCode::Invalid,
                    "The shipment's line is named twice in one condition.",
                    "Строка реализации указана дважды в одном состоянии.",
                );
                return Err(at_line(refusal, index, "shipmentLineId"));
            }
        }
        Ok(asked)
    }
}
