//! Orders made of an accepted quote.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{
    Decimal, NaiveDate, OrderId, QuoteId, QuoteLineId, Refusal, RefusalCode, SalesRouteId, UserId,
    WarehouseId,
};
use serde_json::json;

use super::super::counting::count_ordered;
use super::super::model::{Quote, QuoteLine, ReadQuotes};
use super::super::rules::QuoteMove;
use super::super::store::{lines_of_quote, lock_quote};
use crate::commands::{LineDraft, OrderDraft, Trust, Under, check_date, manager_after, prepare};
use crate::events::order_changed;
use crate::rules::{at_line, unknown};
use crate::store::insert_order;

/// An order as it is to be made of a quote.
#[derive(Clone, Debug)]
pub struct QuoteOrderDraft {
    /// The accepted quote.
    pub quote_id: QuoteId,
    /// What is ordered of it; `None` is all that is left of what the customer took.
    pub lines: Option<Vec<OrderedLine>>,
    /// How it is served; `None` is the agreement's route.
    pub sales_route_id: Option<SalesRouteId>,
    /// Who is responsible; `None` is the quote's manager, unless he has left.
    pub manager_id: Option<UserId>,
    /// From where it ships; `None` is wherever goods are.
    pub warehouse_id: Option<WarehouseId>,
    /// Where no warehouse is chosen: the only ones that give; empty is all.
    pub allowed_warehouses: Vec<WarehouseId>,
    /// The document's date; `None` is today.
    pub date: Option<NaiveDate>,
    /// When the customer wants it.
    pub requested_ship_date: Option<NaiveDate>,
    /// Its number in another program.
    pub external_reference: Option<String>,
    /// A note.
    pub comment: Option<String>,
}

/// What is ordered of a quote's line.
#[derive(Clone, Copy, Debug)]
pub struct OrderedLine {
    /// The quote's line.
    pub quote_line_id: QuoteLineId,
    /// How much, in the unit that it is offered in; `None` is all that is left.
    pub quantity: Option<Decimal>,
}

/// Writes an order as a draft whose lines keep the prices of an accepted quote. One quote gives as
/// many orders as its quantities allow.
#[derive(Clone, Debug)]
pub struct CreateOrderFromQuote {
    /// What is written.
    pub draft: QuoteOrderDraft,
}

impl Action for CreateOrderFromQuote {
    const RIGHT: Right = Right::OrderWrite;
}

#[async_trait::async_trait]

impl Command for CreateOrderFromQuote {
    type Output = OrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<OrderId> {
        // Who may write orders sees quotes by another right, and maybe of fewer managers.
        let seen = permit.scope().permit::<ReadQuotes>()?;
        let quote = lock_quote(tx, &seen, self.draft.quote_id).await?;
        quote.by(QuoteMove::Order).map_err(Refusal::from)?;
        let lines = lines_of_quote(tx, permit, quote.id).await?;
        let lines = self.lines(&lines)?;
        let id = OrderId::new();
        let manager = manager_after(tx, permit, self.draft.manager_id, quote.manager_id).await?;
        let draft = self.whole(&quote, manager, lines);
        let anew = (Trust::Asked, Under::default());
        let (order, lines) = prepare(tx, permit, id, &draft, anew).await?;
        check_date(tx, permit, order.organization_id, order.date).await?;
        insert_order(tx, permit, &order, &lines).await?;
        count_ordered(tx, permit, quote.id, &draft.lines).await?;
        tx.audit(AuditEntry::new(
            "createSalesOrderFromQuote",
            "SalesOrder",
            id,
            json!({ "quote": quote.id, "customer": order.customer_id, "lines": lines.len(),
                    "gross": order.totals.gross, "currency": order.currency }),
        ));
        order_changed(tx, id, order.manager_id, order.customer_id);
        super::quote_changed(tx, &quote);
        Ok(id)
    }
}

impl CreateOrderFromQuote {
    /// The order's lines: those named, or all of which something is left.
    fn lines(&self, offered: &[QuoteLine]) -> Result<Vec<LineDraft>, Refusal> {
        let Some(named) = &self.draft.lines else {
            let left = offered.iter().filter(|line| line.left() > Decimal::ZERO);
            let all: Vec<LineDraft> = left.map(|line| drafted(line, left_of(line))).collect();
            if all.is_empty() {
                return Err(nothing_left());
            }
            return Ok(all);
        };
        let mut lines = Vec::with_capacity(named.len());
        for (place, one) in named.iter().enumerate() {
            let line = offered.iter().find(|line| line.id == one.quote_line_id);
            let line = line.filter(|line| line.is_taken()).ok_or_else(|| {
                let (en, ru) = ("line that the customer took", "выбранная клиентом строка");
                at_line(unknown("quoteLineId", en, ru), place, "quoteLineId")
            })?;
            let quantity = one.quantity.unwrap_or_else(|| left_of(line));
            if quantity <= Decimal::ZERO && one.quantity.is_none() {
                return Err(at_line(nothing_left(), place, "quantity"));
            }
            lines.push(drafted(line, quantity));
        }
        Ok(lines)
    }

    fn whole(&self, quote: &Quote, manager: Option<UserId>, lines: Vec<LineDraft>) -> OrderDraft {
        let draft = self.draft.clone();
        OrderDraft {
            customer_id: quote.customer_id,
            agreement_id: Some(quote.agreement_id),
            sales_route_id: draft.sales_route_id,
            organization_id: Some(quote.organization_id),
            manager_id: manager,
            warehouse_id: draft.warehouse_id,
            allowed_warehouses: draft.allowed_warehouses,
            date: draft.date,
            requested_ship_date: draft.requested_ship_date,
            external_reference: draft.external_reference,
            comment: draft.comment,
            quote_id: Some(quote.id),
            lines,
        }
    }
}

/// What is left of a line in the unit that it is offered in; three places at most, rounded down.
fn left_of(line: &QuoteLine) -> Decimal {
    let left = line.left();
    match line.entered_quantity {
        Some(entered) if left != line.quantity => {
            let share = (left * entered).checked_div(line.quantity).unwrap_or_default();
            share.trunc_with_scale(3)
        }
        Some(entered) => entered,
        None => left,
    }
}

fn drafted(line: &QuoteLine, quantity: Decimal) -> LineDraft {
    LineDraft {
        product_id: line.product_id,
        variant_id: line.variant_id,
        packaging_id: line.packaging_id,
        quantity,
        price: None,
        discount_percent: None,
        quote_line_id: Some(line.id),
    }
}

fn nothing_left() -> Refusal {
    Refusal::new(
        RefusalCode::ExceedsQuote,
        "All that the customer took of the quote is ordered.",
        "Всё, что клиент выбрал в предложении, уже заказано.",
    )
    .at(["lines"])
    .with(json!({ "left": 0 }))
}
