//! Changing a draft.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{
    AgreementId, CustomerId, NaiveDate, OrderId, OrderLineId, OrganizationId, SalesRouteId, UserId,
    WarehouseId,
};
use serde_json::json;

use super::check_version;
use super::draft::{
    Before, LineDraft, OrderDraft, Trust, Under, check_date, manager_after, prepare,
};
use crate::approving::order_facts;
use crate::events::order_changed;
use crate::model::{Order, OrderLine};
use crate::quotes::{count_ordered, hold_quote};
use crate::quoting::TypedPrice;
use crate::rules::OrderMove;
use crate::store::{explanations, lock_order, order_lines, replace_lines, update_draft};

/// What is to be changed; `None` leaves it as it is, `Some(None)` takes it away.
#[derive(Clone, Debug, Default)]
pub struct OrderChange {
    /// Who buys.
    pub customer_id: Option<CustomerId>,
    /// On which terms; another customer's default agreement where only he is named.
    pub agreement_id: Option<AgreementId>,
    /// How it is served; `Some(None)` is the agreement's route.
    pub sales_route_id: Option<Option<SalesRouteId>>,
    /// Who sells.
    pub organization_id: Option<OrganizationId>,
    /// Who is responsible.
    pub manager_id: Option<UserId>,
    /// From where it ships.
    pub warehouse_id: Option<Option<WarehouseId>>,
    /// Which warehouses give where none is chosen.
    pub allowed_warehouses: Option<Vec<WarehouseId>>,
    /// The document's date.
    pub date: Option<NaiveDate>,
    /// When the customer wants it.
    pub requested_ship_date: Option<Option<NaiveDate>>,
    /// Its number in another program.
    pub external_reference: Option<Option<String>>,
    /// A note.
    pub comment: Option<Option<String>>,
    /// All lines anew.
    pub lines: Option<Vec<LineDraft>>,
}

/// Changes a draft; prices are resolved anew.
#[derive(Clone, Debug)]
pub struct UpdateSalesOrder {
    /// Which.
    pub id: OrderId,
    /// The version that was read.
    pub version: i32,
    /// What.
    pub change: OrderChange,
}

impl Action for UpdateSalesOrder {
    const RIGHT: Right = Right::OrderWrite;
}

#[async_trait::async_trait]
impl Command for UpdateSalesOrder {
    type Output = OrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<OrderId> {
        let order = lock_order(tx, permit, self.id).await?;
        check_version(Some(self.version), order.version)?;
        order.state.check(OrderMove::Update).map_err(kernel::Refusal::from)?;
        let (lines, trust, before) = match &self.change.lines {
            Some(lines) => (lines.clone(), Trust::Asked, Vec::new()),
            None => {
                let lines = order_lines(tx, permit, self.id).await?;
                let before = self.before(tx, permit, (&order, &lines)).await?;
                (lines.iter().map(as_written).collect(), Trust::LinesKept, before)
            }
        };
        let manager = manager_after(tx, permit, self.change.manager_id, order.manager_id).await?;
        let draft = self.change.over(&order, manager, lines);
        if let Some(quote) = order.quote_id {
            hold_quote(tx, permit, quote).await?;
        }
        if draft.customer_id != order.customer_id {
            catalog::share_living_customer(tx, permit, draft.customer_id).await?;
        }
        let under = Under {
            agreement: Some(order.agreement_id),
            route: order.route.sales_route_id,
            lines: before,
        };
        let (changed, lines) = prepare(tx, permit, self.id, &draft, (trust, under)).await?;
        if changed.date != order.date || changed.organization_id != order.organization_id {
            check_date(tx, permit, changed.organization_id, changed.date).await?;
        }
        update_draft(tx, permit, &changed).await?;
        replace_lines(tx, permit, self.id, &lines).await?;
        if let Some(quote) = order.quote_id {
            count_ordered(tx, permit, quote, &draft.lines).await?;
        }
        // What was decided about other facts does not hold for these.
        let written = lock_order(tx, permit, self.id).await?;
        let facts =
            order_facts(&written, order_lines(tx, permit, self.id).await?.iter().map(Into::into));
        let kept = [facts.hash().to_owned()];
        approvals::void_requests(tx, permit, self.id.0, (&kept, &[])).await?;
        tx.audit(AuditEntry::new(
            "updateSalesOrder",
            "SalesOrder",
            self.id,
            json!({ "gross": [order.gross, changed.totals.gross], "lines": lines.len(),
                    "customer": [order.customer_id, changed.customer_id],
                    "date": [order.date, changed.date],
                    "salesRoute": [order.route.sales_route_id, changed.route.sales_route_id] }),
        ));
        order_changed(tx, self.id, changed.manager_id, changed.customer_id);
        Ok(self.id)
    }
}

impl UpdateSalesOrder {
    /// What lines had that stay as they were written.
    async fn before(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        (order, lines): (&Order, &[OrderLine]),
    ) -> Outcome<Vec<Before>> {
        if self.change.customer_id.is_some_and(|id| id != order.customer_id) {
            return Ok(lines.iter().map(|line| Before::asked(line.reasons())).collect());
        }
        let ids: Vec<OrderLineId> = lines.iter().map(|line| line.id).collect();
        let explained = explanations(tx, permit, &ids).await?;
        let before = |line: &OrderLine| Before::of(line.reasons(), explained.get(&line.id));
        Ok(lines.iter().map(before).collect())
    }
}

/// A line as somebody once wrote it: what was typed stays, what was automatic is found anew, and one
/// that keeps the price of a quote has none of its own.
fn as_written(line: &OrderLine) -> LineDraft {
    match line.quote_line_id {
        None => as_typed(line),
        kept => {
            LineDraft { price: None, discount_percent: None, quote_line_id: kept, ..as_typed(line) }
        }
    }
}

/// A line with what was typed on it, or on the quote whose price it keeps, and no such quote.
pub(super) fn as_typed(line: &OrderLine) -> LineDraft {
    LineDraft {
        product_id: line.product_id,
        variant_id: line.variant_id,
        packaging_id: line.packaging_id,
        quantity: line.entered_quantity.unwrap_or(line.quantity),
        price: line.price_is_manual.then(|| TypedPrice::Kept(line.unit_price())),
        discount_percent: line.discount_is_manual.then_some(line.discount_percent.get()),
        quote_line_id: None,
    }
}

impl Order {
    /// The route that was chosen on the order itself.
    pub(super) fn own_route(&self) -> Option<SalesRouteId> {
        self.route.sales_route_id.filter(|_| self.sales_route_is_own)
    }
}

impl OrderChange {
    /// The whole draft after the change.
    fn over(&self, order: &Order, manager: Option<UserId>, lines: Vec<LineDraft>) -> OrderDraft {
        let change = self.clone();
        let same_customer = change.customer_id.is_none_or(|id| id == order.customer_id);
        OrderDraft {
            customer_id: change.customer_id.unwrap_or(order.customer_id),
            agreement_id: change
                .agreement_id
                .or_else(|| same_customer.then_some(order.agreement_id)),
            sales_route_id: change.sales_route_id.unwrap_or_else(|| order.own_route()),
            organization_id: change.organization_id.or(Some(order.organization_id)),
            manager_id: manager,
            warehouse_id: change.warehouse_id.unwrap_or(order.warehouse_id),
            allowed_warehouses: change.allowed_warehouses.unwrap_or_else(|| order.among()),
            date: Some(change.date.unwrap_or(order.date)),
            requested_ship_date: change.requested_ship_date.unwrap_or(order.requested_ship_date),
            external_reference: change
                .external_reference
                .unwrap_or_else(|| order.external_reference.clone()),
            comment: change.comment.unwrap_or_else(|| order.comment.clone()),
            quote_id: order.quote_id,
            lines,
        }
    }
}
