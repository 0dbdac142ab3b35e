//! Changing an order that was agreed to (domain, section 4: change while CONFIRMED or
//! IN_FULFILMENT).
//!
//! A change is worked out first: which lines stay as they were agreed, which are priced anew, what
//! the order comes to. What needs somebody's leave then waits for it, whole, beside the order, which
//! goes on as it was agreed; once all have agreed it is made as it was worked out. What is made lets
//! go of goods that the order wants no more and holds what it lacks, and decisions about what the
//! order said before hold no longer.
//!
//! Invariants: no line becomes less than was shipped of it or is being picked; what is shipped keeps
//! its price to the kopeck; at most one change of an order waits.

mod goods;
mod lines;
mod model;
mod rules;
mod store;

pub use model::{AgreedChange, ChangedLine, WaitingChange};
pub use store::waiting_changes;
pub(crate) use store::{drop_waiting, waiting_for};

use std::collections::HashSet;

use access::{Action, Permit, Right};
use approvals::Case;
use catalog::{CreditPolicy, OrderTerms, Pricing};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{ApprovalRequestId, OrderId, OrderLineId, Refusal, RefusalCode, WarehouseId};
use serde_json::{Value, json};

use self::model::{Planned, by_id};
use self::rules::{Future, future};
use crate::approving::{FactLine, judged, order_case, order_facts};
use crate::commands::{
    Confirmed, CreditGate, LineAvailability, Parties, People, Warning, allowed_warehouses,
    check_credit, check_version, check_warehouse, people,
};
use crate::credit;
use crate::discretion::warning_for;
use crate::events::{order_changed, shipment_changed};
use crate::findings::{Consent, order_findings};
use crate::invoicing::call_off_invoices;
use crate::model::{Order, OrderLine};
use crate::quotes::{count_ordered, hold_quote};
use crate::rules::{
    LineRule, LineSum, OrderMove, OrderState, ShipmentState, VatMode, external_reference,
    optional_text, totals,
};
use crate::store::{lock_order, lock_shipment, mark_waiting, order_lines};

/// Changes an order that was agreed to, or lets the change wait where somebody has to agree first.
#[derive(Clone, Debug)]
pub struct ChangeSalesOrder {
    /// Which.
    pub id: OrderId,
    /// The version that was read.
    pub version: i32,
    /// What.
    pub change: AgreedChange,
}

impl Action for ChangeSalesOrder {
    const RIGHT: Right = Right::OrderWrite;
}

#[async_trait::async_trait]
impl Command for ChangeSalesOrder {
    type Output = Confirmed;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Confirmed> {
        let order = lock_order(tx, permit, self.id).await?;
        check_version(Some(self.version), order.version)?;
        order.state.check(OrderMove::Change).map_err(Refusal::from)?;
        if let Some(quote) = order.quote_id {
            hold_quote(tx, permit, quote).await?;
        }
        let planned = plan(tx, permit, &order, &self.change).await?;
        make(tx, permit, &order, &planned, Consent::Caller).await
    }
}

/// Works a change out.
async fn plan<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    change: &AgreedChange,
) -> Outcome<Planned> {
    let comment = match &change.comment {
        Some(comment) => optional_text("comment", comment.as_deref())?,
        None => order.comment.clone(),
    };
    let reference = match &change.external_reference {
        Some(reference) => external_reference(reference.as_deref())?,
        None => order.external_reference.clone(),
    };
    let warehouse_id = change.warehouse_id.unwrap_or(order.warehouse_id);
    if warehouse_id != order.warehouse_id {
        check_warehouse(tx, permit, warehouse_id).await?;
    }
    let among = match &change.allowed_warehouses {
        Some(asked) => allowed_warehouses(tx, permit, asked).await?,
        None => order.allowed_warehouses.iter().copied().map(WarehouseId).collect(),
    };
    let terms = credit::terms_of(tx, permit, order).await?;
    let parties = Parties {
        customer: order.customer_id,
        agreement: Some(order.agreement_id),
        organization: Some(order.organization_id),
        manager: change.manager_id.or(order.manager_id),
    };
    let People { department_id, leave, by, .. } = match change.manager_id {
        Some(_) => people(tx, permit, parties, &terms).await?,
        // Whoever is responsible stays so, though he may have left.
        None => people(tx, permit, Parties { manager: None, ..parties }, &terms).await?,
    };
    let pricing = Pricing { terms: &terms, on: order.date, currency: order.currency, leave };
    let lines = match &change.lines {
        Some(asked) => {
            lines::check_alike(&pricing, order)?;
            let current = order_lines(tx, permit, order.id).await?;
            let asked = (asked.as_slice(), change.reprice);
            Some(lines::planned(tx, permit, (pricing, &by), (order, &current), asked).await?)
        }
        None if change.reprice => return Err(reprice_what().into()),
        None => None,
    };
    Ok(Planned {
        manager_id: change.manager_id.or(order.manager_id),
        department_id: change.manager_id.map_or(order.department_id, |_| department_id),
        warehouse_id,
        allowed_warehouses: among,
        requested_ship_date: change.requested_ship_date.unwrap_or(order.requested_ship_date),
        external_reference: reference,
        comment,
        lines,
        reason: optional_text("reason", change.reason.as_deref())?,
    })
}

fn reprice_what() -> Refusal {
    let (en, ru) = (
        "Name the lines that are to be priced anew.",
        "Укажите строки, цены которых нужно пересчитать.",
    );
    Refusal::new(RefusalCode::Required, en, ru).at(["lines"])
}

/// Makes a change that was worked out, under the order's lock, or lets it wait.
pub(crate) async fn make<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    planned: &Planned,
    consent: Consent,
) -> Outcome<Confirmed> {
    let current = order_lines(tx, permit, order.id).await?;
    let future = match &planned.lines {
        Some(lines) => {
            let picked = goods::in_picking(tx, permit, &current).await?;
            let future = future(lines, &current, &picked, order.id)?;
            check_not_named(tx, permit, &future).await?;
            Some(future)
        }
        None => None,
    };
    let next = next(order, planned, future.as_ref())?;
    let change = Changing { order, next: &next, current: &current, future: future.as_ref() };
    catalog::lock_customer(tx, permit, order.customer_id).await?;
    let Passed { gate, request } = pass(tx, permit, &change, consent).await?;
    let mut told = Confirmed {
        order: order.id,
        availability: Vec::new(),
        warnings: gate.warning.into_iter().collect(),
        credit: gate.seen,
    };
    if let Some(request) = request {
        store::put_waiting(tx, permit, &next, planned, request).await?;
        change.note(tx, "askOrderChange", planned, &told);
        return Ok(change.shown(permit, told));
    }
    // The change that waited is worked out no more, whether or not this one is about lines as well.
    give_up(tx, permit, order, "another change of the order was made").await?;
    let (availability, waits) = write(tx, permit, &change).await?;
    told.availability = availability;
    told.warnings.extend(waits);
    if next.gross < order.gross {
        let why = planned.reason.as_deref().unwrap_or("Order changed / Заказ изменён");
        told.warnings.extend(call_off_invoices(tx, permit, &next, next.gross, why).await?);
    }
    change.note(tx, "changeSalesOrder", planned, &told);
    Ok(change.shown(permit, told))
}

/// The order as it is to be.
fn next(order: &Order, planned: &Planned, future: Option<&Future>) -> Result<Order, Refusal> {
    let next = planned.over(order);
    let Some(future) = future else { return Ok(next) };
    let sums = future.lines.iter();
    let sums = sums.map(|line| LineSum { amount: line.amount, vat: line.vat_amount });
    let sum = totals(sums, VatMode::of(order.prices_include_vat)).ok_or(LineRule::TooLarge)?;
    let is_done = future.lines.iter().all(|line| line.left().is_zero());
    let state = if is_done { OrderState::Completed } else { order.state };
    Ok(Order { net: sum.net, vat: sum.vat, gross: sum.gross, state, ..next })
}

/// An order with its lines, before and after a change; `None`: its lines stay.
struct Changing<'a> {
    order: &'a Order,
    next: &'a Order,
    current: &'a [OrderLine],
    future: Option<&'a Future>,
}

/// What came of the gates: what credit says, and what has to be waited for.
#[derive(Default)]
struct Passed {
    gate: CreditGate,
    request: Option<ApprovalRequestId>,
}

/// Asks whether the changed order may go on as if it were confirmed now: rules for what is special
/// about it, the gate of credit where it comes to more than before.
async fn pass<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    change: &Changing<'_>,
    consent: Consent,
) -> Outcome<Passed> {
    let Changing { order, next, current, future } = change;
    let Some(future) = future else { return Ok(Passed::default()) };
    let terms = credit::terms_of(tx, permit, order).await?;
    let facts = order_facts(order, current.iter().map(FactLine::from));
    let case = order_case(tx, permit, next, &future.lines, &terms).await?;
    if case.facts.hash() == facts.hash() {
        return Ok(Passed::default());
    }
    let mut found = order_findings(tx, permit, (next, &future.lines), consent).await?;
    let mut gate = CreditGate::default();
    if next.gross > order.gross && looks(&terms) {
        gate = check_credit(tx, permit, next, &terms).await?;
        let asked = gate.asked.take();
        found.extend(asked.map(|(finding, refusal)| (finding, Some(refusal))));
    }
    let case = Case { standing: Some(facts), ..case };
    let request = judged(tx, permit, &case, found).await?;
    Ok(Passed { gate, request })
}

fn looks(terms: &OrderTerms) -> bool {
    terms.customer_archived
        || terms.credit_limit.is_some() && terms.credit_policy != CreditPolicy::Ignore
}

/// Writes the change, and all that follows from it.
async fn write<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    change: &Changing<'_>,
) -> Outcome<(Vec<LineAvailability>, Option<Warning>)> {
    let Changing { order, next, current, future } = change;
    if let Some(future) = future {
        goods::keep_still(tx, permit, order, (current, future)).await?;
        goods::let_removed_go(tx, permit, order, future).await?;
    }
    store::write(tx, permit, next, *future).await?;
    if let Some(future) = future {
        if let Some(quote) = order.quote_id {
            count_ordered(tx, permit, quote, &[]).await?;
        }
        void(tx, permit, next, &future.lines).await?;
    }
    let is_elsewhere = next.warehouse_id != order.warehouse_id
        || next.allowed_warehouses != order.allowed_warehouses;
    if future.is_none() && !is_elsewhere && next.requested_ship_date == order.requested_ship_date {
        return Ok((Vec::new(), None));
    }
    goods::settle(tx, permit, (order, next)).await
}

/// Decisions about what the order said before hold no longer; shipments that wait for one go back
/// to where they can be posted anew.
async fn void<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    lines: &[OrderLine],
) -> Outcome<()> {
    let facts = order_facts(order, lines.iter().map(FactLine::from));
    let done = store::posted_of_order(tx, permit, order.id).await?;
    let kept = [facts.hash().to_owned()];
    approvals::void_requests(tx, permit, order.id.0, (&kept, &done)).await?;
    return_shipments(tx, permit, order.id, "the order was changed").await
}

/// Shipments of an order that wait for somebody to agree go back to where they can be posted anew or
/// cancelled; nobody is asked about them any more.
pub(crate) async fn return_shipments<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
    why: &str,
) -> Outcome<()> {
    for id in store::waiting_of_order(tx, permit, order).await? {
        let shipment = lock_shipment(tx, permit, id).await?;
        approvals::close_waiting(tx, permit, id.0, why).await?;
        mark_waiting(tx, permit, id, ShipmentState::Draft).await?;
        tx.audit(AuditEntry::new(
            "returnShipment",
            "Shipment",
            id,
            json!({ "state": [shipment.state, ShipmentState::Draft] }),
        ));
        let (manager, customer) = (shipment.manager_id, shipment.customer_id);
        shipment_changed(tx, id, manager, customer, shipment.warehouse_id);
    }
    Ok(())
}

/// A line that stands in a shipment, an act or a pick task is part of what was done, whatever became
/// of that.
async fn check_not_named<A>(tx: &TenantTx, permit: &Permit<A>, future: &Future) -> Outcome<()> {
    if future.removed.is_empty() {
        return Ok(());
    }
    let removed: Vec<_> = future.removed.iter().map(|line| line.id).collect();
    let named = store::named_elsewhere(tx, permit, &removed).await?;
    let Some(line) = future.removed.iter().find(|line| named.contains(&line.id)) else {
        return Ok(());
    };
    let position = line.position;
    Err(Refusal::new(
        RefusalCode::InUse,
        format!(
            "Line {position} stands in a shipment, an act or a pick task of the order and cannot go \
             away. Close the order short once the rest is shipped."
        ),
        format!(
            "Строка {position} стоит в отгрузке, акте или задании на сборку этого заказа, убрать \
             её нельзя. Отгрузите остальное и закройте заказ."
        ),
    )
    .at(["lines"])
    .with(json!({ "position": position }))
    .into())
}

impl Changing<'_> {
    /// What the caller may read of it.
    fn shown<A>(&self, permit: &Permit<A>, told: Confirmed) -> Confirmed {
        let shown = |warning| warning_for(permit, self.order, warning);
        Confirmed { warnings: told.warnings.into_iter().map(shown).collect(), ..told }
    }

    /// Notes the change for the audit trail, and tells the world.
    fn note(&self, tx: &TenantTx, action: &'static str, planned: &Planned, told: &Confirmed) {
        let (was, is) = (self.order, self.next);
        let mut changes = serde_json::Map::new();
        let headers = [
            ("gross", json!(was.gross.normalize()), json!(is.gross.normalize())),
            ("state", json!(was.state), json!(is.state)),
            ("manager", json!(was.manager_id), json!(is.manager_id)),
            ("warehouse", json!(was.warehouse_id), json!(is.warehouse_id)),
            ("allowedWarehouses", json!(was.allowed_warehouses), json!(is.allowed_warehouses)),
            ("requestedShipDate", json!(was.requested_ship_date), json!(is.requested_ship_date)),
            ("externalReference", json!(was.external_reference), json!(is.external_reference)),
            ("comment", json!(was.comment), json!(is.comment)),
        ];
        for (name, was, is) in headers.into_iter().filter(|(_, was, is)| was != is) {
            changes.insert(name.to_owned(), json!([was, is]));
        }
        if let Some(future) = self.future {
            changes.insert("lines".to_owned(), json!(self.changed_lines(future)));
        }
        if let Some(reason) = &planned.reason {
            changes.insert("reason".to_owned(), json!(reason));
        }
        if !told.availability.is_empty() {
            changes.insert("availability".to_owned(), json!(told.availability));
        }
        if !told.warnings.is_empty() {
            changes.insert("warnings".to_owned(), json!(told.warnings));
        }
        tx.audit(AuditEntry::new(action, "SalesOrder", was.id, changes.into()));
        order_changed(tx, was.id, is.manager_id, was.customer_id);
    }

    /// What each line that changes was and is; null where it was not or is not.
    fn changed_lines(&self, future: &Future) -> Vec<Value> {
        let known = by_id(self.current);
        let written: HashSet<OrderLineId> =
            future.written.iter().map(|line| OrderLineId(line.id)).collect();
        let changed = future.lines.iter().filter(|line| written.contains(&line.id));
        let changed = changed.map(|line| {
            json!({ "line": line.position, "id": line.id,
                    "change": [known.get(&line.id).map(|was| brief(was)), brief(line)] })
        });
        let removed = future.removed.iter().map(
            |line| json!({ "line": line.position, "id": line.id, "change": [brief(line), null] }),
        );
        changed.chain(removed).collect()
    }
}

fn brief(line: &OrderLine) -> Value {
    json!({ "product": line.product_id, "variant": line.variant_id,
            "quantity": line.quantity.normalize(), "price": line.price.normalize(),
            "discount": line.discount_percent.get().normalize(),
            "amount": line.amount.normalize() })
}

/// What a pending change becomes when its request was decided otherwise, or its order is over.
pub(crate) async fn give_up<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    why: &str,
) -> Outcome<()> {
    if drop_waiting(tx, permit, order.id).await? {
        approvals::close_waiting(tx, permit, order.id.0, why).await?;
    }
    Ok(())
}
