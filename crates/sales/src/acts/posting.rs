//! Posting acts and undoing that: revenue, debts and the order's state, and no stock.

use access::{Action, Permit, Right};
use catalog::OrderTerms;
use chrono::Datelike;
use db::{AuditEntry, Command, FromQueryResult, Outcome, Series, Sql, TenantTx, values};
use kernel::{
    Decimal, OrderLineId, Refusal, RefusalCode, SaleFactId, ServiceActId, ShipmentLineId,
};
use serde_json::json;
use settlements::Billing;

use super::act_changed;
use super::commands::{check_left, is_service, services};
use super::model::ServiceAct;
use super::rules::{ActMove, ActState};
use super::store::{PostedAct, lock_act, mark_posted, order_of_act};
use crate::approving::order_case;
use crate::commands::{check_not_corrected, check_version, closed, take_order_back};
use crate::corrections::standing_corrections;
use crate::credit;
use crate::events::order_changed;
use crate::findings::{Found, check_settled};
use crate::holding::{keep_goods_still, state_missing};
use crate::model::{Order, OrderLine};
use crate::money_gate::{MoneyGate, check_money};
use crate::posting::{ShippedLine, booked, department, hold_organization, shipped_after};
use crate::rules::{OrderMove, OrderState, reason};
use crate::store::{
    Booking, OrderStep, ReversedLine, Unbooking, book, lock_order, mark_reversed, order_lines,
    shipment_lines, step_order, unbook,
};
use crate::tax_invoices::{CalledOff, call_off};

/// Posts a draft of an act: books revenue and opens debts by the order's payment steps; the gates of
/// prepayment and credit are those of a shipment.
#[derive(Clone, Debug)]
pub struct PostServiceAct {
    /// Which.
    pub id: ServiceActId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
}

impl Action for PostServiceAct {
    const RIGHT: Right = Right::ActWrite;
}

#[async_trait::async_trait]

impl Command for PostServiceAct {
    type Output = ServiceActId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ServiceActId> {
        let order = order_of_act(tx, permit, self.id).await?;
        let order = lock_order(tx, permit, order).await?;
        let act = lock_act(tx, permit, self.id).await?;
        check_version(self.version, act.version)?;
        act.state.by(ActMove::Post).map_err(Refusal::from)?;
        // The order may have changed hands since the draft was written.
        let act = ServiceAct { manager_id: order.manager_id, ..act };
        order.state.check(OrderMove::Ship).map_err(Refusal::from)?;
        let organization = hold_organization(tx, permit, act.organization_id).await?;
        let may_backdate = permit.scope().reach(Right::DocumentBackdate).is_some();
        catalog::check_period(&organization, act.date, tx.today(), may_backdate)
            .map_err(|refusal| Refusal::from(refusal).at(["date"]))?;
        check_not_before(&order, &act)?;
        let ordered = order_lines(tx, permit, order.id).await?;
        let cards = services(tx, permit, &order, &ordered, act.date).await?;
        let lines = lines_of(tx, permit, &act, &ordered).await?;
        for (index, line) in lines.iter().enumerate() {
            if !is_service(&cards, &line.order_line) {
                return Err(no_service().into());
            }
            check_left(index, &line.order_line, line.quantity, &cards)?;
        }
        let terms = credit::terms_of(tx, permit, &order).await?;
        catalog::lock_customer(tx, permit, order.customer_id).await?;
        let MoneyGate { found, warnings } = check_money(tx, permit, &order, &terms).await?;
        check_agreed(tx, permit, (&order, &ordered), &terms, found).await?;
        let (booked, totals) = booked(&order, &lines, &cards, &[])?;
        let department_id = department(tx, permit, &order).await?;
        let state = OrderState::by_shipped(shipped_after(&ordered, &lines));
        let booking = Booking {
            shipment_id: act.sale(),
            order_id: order.id,
            occurred_on: act.date,
            organization_id: act.organization_id,
            department_id,
            manager_id: order.manager_id,
            customer_id: order.customer_id,
            region_id: terms.region_id,
            warehouse_id: None,
            currency: order.currency,
            lines: booked,
            lots: Vec::new(),
        };
        book(tx, permit, &booking).await?;
        let step = OrderStep { shipped_gross: totals.gross, ..OrderStep::to(state) };
        step_order(tx, permit, order.id, step).await?;
        settlements::bill(tx, permit, &billing(&order, &act, totals.gross)).await?;
        // The gapless counter is locked until the end, so it comes last.
        let (organization_id, year) = (organization.id, act.date.year());
        let series = Series { organization: organization_id, kind: "service_act", year };
        let sequence = tx.gapless_number(&series).await?;
        let number = format!("{}-{sequence:06}", organization.prefix);
        let region_id = terms.region_id;
        let posted =
            PostedAct { number: number.clone(), sequence, totals, department_id, region_id };
        mark_posted(tx, permit, &act, &posted).await?;
        tx.audit(AuditEntry::new(
            "postServiceAct",
            "ServiceAct",
            act.id,
            json!({ "state": [act.state, ActState::Posted], "number": number, "order": order.id,
                    "gross": totals.gross, "manager": act.manager_id,
                    "orderState": [order.state, state], "warnings": warnings }),
        ));
        act_changed(tx, &act);
        order_changed(tx, order.id, order.manager_id, order.customer_id);
        Ok(act.id)
    }
}

/// Nobody is asked about an act: what somebody might agree to for goods is refused, but for what was
/// agreed to about its order.
async fn check_agreed<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (order, ordered): (&Order, &[OrderLine]),
    terms: &OrderTerms,
    found: Vec<Found>,
) -> Outcome<()> {
    if found.is_empty() {
        return Ok(());
    }
    let case = order_case(tx, permit, order, ordered, terms).await?;
    check_settled(tx, permit, &case, found).await
}

fn billing(order: &Order, act: &ServiceAct, gross: Decimal) -> Billing {
    Billing {
        shipment_id: act.sale(),
        order_id: order.id,
        customer_id: order.customer_id,
        organization_id: order.organization_id,
        agreement_id: order.agreement_id,
        currency: order.currency,
        manager_id: order.manager_id,
        occurred_on: act.date,
        amount: gross,
        steps: order.payment_steps.0.clone(),
    }
}

fn check_not_before(order: &Order, act: &ServiceAct) -> Result<(), Refusal> {
    if act.date >= order.date {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::Invalid,
        format!("The order is dated {}: nothing is done before.", order.date),
        format!("Дата заказа {}: раньше акта быть не может.", order.date.format("%d.%m.%Y")),
    )
    .at(["date"])
    .with(json!({ "orderDate": order.date })))
}

fn no_service() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "An act holds services; goods are shipped.",
        "В акт входят услуги; товары отгружаются реализацией.",
    )
}

/// The act's lines with the order's lines they fulfil, as those stand under the order's lock.
async fn lines_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    act: &ServiceAct,
    ordered: &[OrderLine],
) -> Outcome<Vec<ShippedLine>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ShipmentLineId,
        order_line_id: OrderLineId,
        quantity: Decimal,
    }
    let sql = "
        select l.id, l.order_line_id, l.quantity
        from shipment_line l
        where l.tenant_id = $1
          and l.shipment_id = $2
        order by l.position";
    let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), act.id])).await?;
    let lines = rows.into_iter().filter_map(|row| {
        let order_line = ordered.iter().find(|line| line.id == row.order_line_id)?.clone();
        Some(ShippedLine { id: row.id, order_line, quantity: row.quantity, picked: Vec::new() })
    });
    Ok(lines.collect())
}

/// Reverses a posted act: revenue and debt are taken back, its services can be done again. Refused
/// while corrections of it stand. Dated as the act, or on the first open day where that period is
/// closed.
#[derive(Clone, Debug)]
pub struct ReverseServiceAct {
    /// Which.
    pub id: ServiceActId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// Why.
    pub reason: String,
}

impl Action for ReverseServiceAct {
    const RIGHT: Right = Right::ActReverse;
}

#[async_trait::async_trait]

impl Command for ReverseServiceAct {
    type Output = ServiceActId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ServiceActId> {
        let order = order_of_act(tx, permit, self.id).await?;
        let order = lock_order(tx, permit, order).await?;
        let act = lock_act(tx, permit, self.id).await?;
        check_version(self.version, act.version)?;
        act.state.by(ActMove::Reverse).map_err(Refusal::from)?;
        let reason = reason(&self.reason)?;
        check_not_corrected(&standing_corrections(tx, permit, act.sale()).await?)?;
        let organization = hold_organization(tx, permit, act.organization_id).await?;
        let on = stock::reversal_date(act.date, organization.closed_until);
        if on > tx.today() {
            return Err(closed(on).into());
        }
        catalog::lock_customer(tx, permit, act.customer_id).await?;
        let lines = shipment_lines(tx, permit, act.sale()).await?;
        // An order that was closed short wants its goods again.
        let wanted = keep_goods_still(tx, permit, &order).await?;
        settlements::unbill(tx, permit, act.sale(), on).await?;
        let unbooking = Unbooking {
            shipment_id: act.sale(),
            occurred_on: on,
            facts: lines
                .iter()
                .map(|line| ReversedLine { id: line.id, fact_id: SaleFactId::new() })
                .collect(),
        };
        unbook(tx, permit, &unbooking).await?;
        state_missing(tx, permit, &order, &wanted).await?;
        let state = take_order_back(tx, permit, &order, act.gross).await?;
        mark_reversed(tx, permit, act.sale(), on, &reason).await?;
        call_off(tx, permit, CalledOff::Sale(act.sale()), on, &reason).await?;
        tx.audit(AuditEntry::new(
            "reverseServiceAct",
            "ServiceAct",
            act.id,
            json!({ "state": [act.state, ActState::Reversed], "reversedOn": on, "reason": reason,
                    "order": [order.state, state] }),
        ));
        act_changed(tx, &act);
        order_changed(tx, order.id, order.manager_id, order.customer_id);
        Ok(act.id)
    }
}
