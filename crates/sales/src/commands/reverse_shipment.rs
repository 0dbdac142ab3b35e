//! Undoing a posted shipment.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{Decimal, NaiveDate, Refusal, RefusalCode, SaleFactId, ShipmentId};
use serde_json::json;

use super::check_version;
use crate::corrections::standing_corrections;
use crate::deliveries::call_off;
use crate::events::{order_changed, shipment_changed};
use crate::holding::{keep_goods_still, state_missing};
use crate::landed::check_no_landed;
use crate::model::{Order, ShipmentLine};
use crate::posting::{hold_organization, shipped_after};
use crate::returns::standing_returns;
use crate::rules::{OrderState, ShipmentMove, ShipmentState, reason};
use crate::store::{
    OrderStep, ReversedLine, Unbooking, lock_order, lock_shipment, mark_reversed, order_lines,
    order_of_shipment, shipment_lines, step_order, unbook,
};
use crate::tax_invoices::{self, CalledOff};

/// Reverses a posted shipment: goods go back into their lots at the cost they left with, revenue
/// and debt are taken back, the order can be shipped again and wants its goods: they are held for
/// whoever waits for them, as if they came in. Refused while returns of it stand. Dated as the
/// shipment, or on the first open day where that period is closed.
#[derive(Clone, Debug)]
pub struct ReverseShipment {
    /// Which.
    pub id: ShipmentId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// Why.
    pub reason: String,
}

impl Action for ReverseShipment {
    const RIGHT: Right = Right::ShipmentReverse;
}

#[async_trait::async_trait]
impl Command for ReverseShipment {
    type Output = ShipmentId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ShipmentId> {
        let order = order_of_shipment(tx, permit, self.id).await?;
        let order = lock_order(tx, permit, order).await?;
        let shipment = lock_shipment(tx, permit, self.id).await?;
        check_version(self.version, shipment.version)?;
        shipment.state.by(ShipmentMove::Reverse).map_err(Refusal::from)?;
        let reason = reason(&self.reason)?;
        check_not_returned(&standing_returns(tx, permit, shipment.id).await?)?;
        check_not_corrected(&standing_corrections(tx, permit, shipment.id).await?)?;
        let organization = hold_organization(tx, permit, shipment.organization_id).await?;
        let on = stock::reversal_date(shipment.date, organization.closed_until);
        if on > tx.today() {
            return Err(closed(on).into());
        }
        catalog::lock_customer(tx, permit, shipment.customer_id).await?;
        let lines = shipment_lines(tx, permit, shipment.id).await?;
        let wanted = keep_goods_still(tx, permit, &order).await?;
        stock::take_back(tx, permit, shipment.id, on).await?;
        check_no_landed(tx, permit, shipment.id).await?;
        settlements::unbill(tx, permit, shipment.id, on).await?;
        let fact = |line: &ShipmentLine| ReversedLine { id: line.id, fact_id: SaleFactId::new() };
        let unbooking = Unbooking {
            shipment_id: shipment.id,
            occurred_on: on,
            facts: lines.iter().map(fact).collect(),
        };
        unbook(tx, permit, &unbooking).await?;
        state_missing(tx, permit, &order, &wanted).await?;
        stock::hand_out_again(tx, permit, shipment.id).await?;
        let state = take_order_back(tx, permit, &order, shipment.gross).await?;
        mark_reversed(tx, permit, shipment.id, on, &reason).await?;
        call_off(tx, permit, &shipment, &reason).await?;
        let sale = CalledOff::Sale(shipment.id);
        tax_invoices::call_off(tx, permit, sale, on, &reason).await?;
        tx.audit(AuditEntry::new(
            "reverseShipment",
            "Shipment",
            shipment.id,
            json!({ "state": [shipment.state, ShipmentState::Reversed], "reversedOn": on,
                    "reason": reason, "order": [order.state, state] }),
        ));
        let (manager, customer) = (shipment.manager_id, shipment.customer_id);
        shipment_changed(tx, shipment.id, manager, customer, shipment.warehouse_id);
        order_changed(tx, order.id, order.manager_id, order.customer_id);
        Ok(shipment.id)
    }
}

/// Puts the order where what is still shipped leaves it.
pub(crate) async fn take_order_back<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    gross: Decimal,
) -> Outcome<OrderState> {
    let lines = order_lines(tx, permit, order.id).await?;
    let state = OrderState::by_shipped(shipped_after(&lines, &[]));
    let step = OrderStep { shipped_gross: -gross, ..OrderStep::to(state) };
    step_order(tx, permit, order.id, step).await?;
    Ok(state)
}

/// Goods that came back would come back twice.
fn check_not_returned(returns: &[String]) -> Result<(), Refusal> {
    if returns.is_empty() {
        return Ok(());
    }
    let list = returns.join(", ");
    Err(Refusal::new(
        RefusalCode::InUse,
        format!("Goods of this shipment have come back: reverse the returns first ({list})."),
        format!("По реализации есть возвраты: сначала сторнируйте их ({list})."),
    )
    .with(json!({ "returns": returns })))
}

/// A credit note of a sale that is no more would credit nothing.
pub(crate) fn check_not_corrected(corrections: &[String]) -> Result<(), Refusal> {
    if corrections.is_empty() {
        return Ok(());
    }
    let list = corrections.join(", ");
    Err(Refusal::new(
        RefusalCode::InUse,
        format!("Its prices were corrected: reverse the corrections first ({list})."),
        format!("Есть корректировки цены: сначала сторнируйте их ({list})."),
    )
    .with(json!({ "corrections": corrections })))
}

pub(crate) fn closed(first_open: NaiveDate) -> Refusal {
    Refusal::new(
        RefusalCode::PeriodClosed,
        format!("The period is closed; the first open day is {first_open}."),
        format!("Период закрыт; первый открытый день — {}.", first_open.format("%d.%m.%Y")),
    )
}
