//! The story of an order or a shipment: why it costs what it costs, who let it through, where its
//! goods are and who took them there, what was paid. What the reader may not see is absent.
//!
//! Everything is read for the whole document at once, so that the number of statements does not
//! grow with its lines.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ::catalog::pricing::{Explanation, Step};
use ::identity::AuditRow;
use ::sales::{
    OrderLine, Papers, PickLine, ReadOrders, ReadPickTasks, ReadShipments, Warning, words_instead,
};
use access::{Action, Right};
use async_graphql::{ComplexObject, Context, Enum, Object, SimpleObject};
use kernel::{
    DeliveryId, InvoiceId, OrderId, OrderLineId, PaymentId, PriceCorrectionId, SalesReturnId,
    ServiceActId, ShipmentId, TaxInvoiceId, UserId,
};
use tokio::sync::OnceCell;

use super::loads::ShippedLinesOf;
use super::order::{SalesOrder, SalesOrderLine};
use super::picking::{PickLinesOf, PickTaskLine};
use super::placement::{GoodsPlacement, PlacementOf};
use super::shipment::Shipment;
use crate::approvals::{ApprovalRequest, ApprovalsOf, ApprovalsOfRoot};
use crate::catalog::PriceExplanation;
use crate::errors::Failure;
use crate::identity::{AuditEntry, User, histories};
use crate::ids::{AnyId, NodeId};
use crate::loaders::{Key, Load, Loaded, Loaders};
use crate::scalars::{DateTime, Decimal};
use crate::session::Session;
use crate::settlements::{Payment, PaymentsOfOrder};

struct SeePrices;
impl Action for SeePrices {
    const RIGHT: Right = Right::PriceRead;
}

/// The story of an order, or of one of its shipments.
pub struct DocumentExplanation {
    order: SalesOrder,
    shipment: Option<Shipment>,
    /// Its shipments and the tasks that pick for it: read once, for whichever fields ask.
    papers: OnceCell<Papers>,
    /// Who did what, oldest first: read once too.
    entries: OnceCell<Vec<AuditEntry>>,
}

/// A line of the order, and what became of it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ExplainedLine {
    /// The order's line: what, how much, and what is shipped of it.
    order_line: SalesOrderLine,
    /// How its price came about, step by step, as it was when it was priced: sources that held
    /// nothing, rules, discounts, and who typed a price or a discount. Null without the right
    /// `price.read`, and on lines older than explanations.
    price_explanation: Option<PriceExplanation>,
    /// Percent of the price; null without the right `price.read`.
    discount_percent: Option<Decimal>,
    /// Whether somebody typed the discount, or a price, which replaces it. Null without the right
    /// `price.read`.
    discount_is_manual: Option<bool>,
    /// The name of who typed it, as it was then.
    discount_by_name: Option<String>,
    /// When the line was written as it is: a draft's lines are always written together. Null for who
    /// does not see the history.
    priced_at: Option<DateTime>,
    /// Where its goods are now: held in a warehouse, being picked, on their way, or gone with a
    /// shipment, each with its lot. Of a shipment: what left with it.
    goods: Vec<GoodsPlacement>,
    /// What storekeepers were to take for it, took, and did not find.
    picks: Vec<PickTaskLine>,
    #[graphql(skip)]
    typed_by: Option<UserId>,
}

#[ComplexObject]
impl ExplainedLine {
    /// Who typed the discount, or the price that replaces it; null where nobody did, or a partner's
    /// program.
    async fn discount_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        super::user(ctx, self.typed_by).await
    }
}

/// Where money was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ExplainedGateKind {
    /// The order was confirmed.
    Confirm,
    /// The order was changed after it was confirmed, to come to another sum.
    Change,
    /// A shipment was posted.
    Ship,
}

/// A gate of credit and payment that the document passed, as far as it was recorded.
#[derive(SimpleObject)]
pub struct ExplainedGate {
    /// Which.
    kind: ExplainedGateKind,
    /// When, by whom and on which record.
    entry: AuditEntry,
    /// What the agreement let through with a word: credit over its limit, debt that is overdue,
    /// money that was not there yet.
    warnings: Vec<ExplainedWarning>,
}

/// Something that was let through with a word.
#[derive(SimpleObject)]
pub struct ExplainedWarning {
    /// As a user error would have it.
    code: String,
    /// For people, in the language of the request.
    message: String,
}

/// Something that somebody did.
#[derive(SimpleObject)]
pub struct ExplainedEvent {
    /// When, what, by whom and to which record.
    entry: AuditEntry,
    /// Why, as it was given.
    reason: Option<String>,
}

impl DocumentExplanation {
    fn new(order: SalesOrder, shipment: Option<Shipment>) -> Self {
        Self { order, shipment, papers: OnceCell::new(), entries: OnceCell::new() }
    }

    fn order_id(&self) -> OrderId {
        self.order.row().id
    }

    /// What hangs on the order and the caller sees.
    async fn papers(&self, session: &Session) -> Result<&Papers, Failure> {
        let read = || async {
            let found = session.load(PapersOf(self.order_id())).await?;
            Ok(found.unwrap_or_default())
        };
        self.papers.get_or_try_init(read).await
    }

    /// Who did what to the order, its shipments and their pick tasks, oldest first.
    async fn entries(&self, session: &Session) -> Result<&[AuditEntry], Failure> {
        let read = || async {
            let mut records = vec![self.order_id().0];
            let papers = self.papers(session).await?;
            match &self.shipment {
                Some(shipment) => records.push(shipment.row().id.0),
                None => records.extend(papers.shipments.iter().map(|id| id.0)),
            }
            records.extend(papers.tasks.iter().map(|id| id.0));
            let mut entries = histories(session, records).await?;
            entries.sort_by_key(|entry| entry.row().number());
            Ok(entries)
        };
        self.entries.get_or_try_init(read).await.map(Vec::as_slice)
    }

    /// The order's lines; of a shipment those that it took from.
    async fn chosen_lines(&self, session: &Session) -> Result<Vec<ToldLine>, Failure> {
        let mut lines = seen(session, ToldLinesOf(self.order_id())).await?;
        if let Some(shipment) = &self.shipment {
            let shipped = seen(session, ShippedLinesOf(shipment.row().id)).await?;
            let taken: HashSet<_> = shipped.iter().map(|line| line.order_line_id).collect();
            lines.retain(|(line, _)| taken.contains(&line.id));
        }
        Ok(lines)
    }

    /// What storekeepers picked for each line.
    async fn picks(
        &self,
        session: &Session,
    ) -> Result<HashMap<OrderLineId, Vec<PickTaskLine>>, Failure> {
        let tasks = &self.papers(session).await?.tasks;
        let keys = tasks.iter().copied().map(PickLinesOf).collect();
        let found = session.load_all::<PickLinesOf>(keys).await?;
        let mut picks: HashMap<OrderLineId, Vec<PickTaskLine>> = HashMap::new();
        for line in found.into_iter().flatten().flatten() {
            let PickLine { order_line_id, .. } = *line.row();
            picks.entry(order_line_id).or_default().push(line);
        }
        Ok(picks)
    }
}

/// A line with how its price came about, for who sees prices.
type ToldLine = (OrderLine, Option<Arc<Explanation>>);

/// The lines of an order, as its story tells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct ToldLinesOf(OrderId);

impl Load<ToldLinesOf> for Loaders {
    type Value = Vec<ToldLine>;

    async fn load(&self, keys: &[ToldLinesOf]) -> Loaded<ToldLinesOf, Vec<ToldLine>> {
        let permit = self.permit::<ReadOrders>()?;
        let orders: Vec<OrderId> = keys.iter().map(|key| key.0).collect();
        let sees_prices = self.permit::<SeePrices>().is_ok();
        let tx = self.tx().await?;
        let found = ::sales::explained_lines(&tx, &permit, &orders, sees_prices).await?;
        let told = |(line, found): ::sales::ExplainedLine| (line, found.map(Arc::new));
        let told = |lines: Vec<_>| lines.into_iter().map(told).collect();
        Ok(found.into_iter().map(|(order, lines)| (ToldLinesOf(order), told(lines))).collect())
    }
}

/// What was made of an order in warehouses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct PapersOf(OrderId);

impl Load<PapersOf> for Loaders {
    type Value = Papers;

    async fn load(&self, keys: &[PapersOf]) -> Loaded<PapersOf, Papers> {
        let (shipments, tasks) = (self.permit::<ReadShipments>(), self.permit::<ReadPickTasks>());
        let (shipments, tasks) = (shipments.as_ref().ok(), tasks.as_ref().ok());
        let orders: Vec<OrderId> = keys.iter().map(|key| key.0).collect();
        let tx = self.tx().await?;
        let found = ::sales::papers_of_orders(&tx, &orders, shipments, tasks).await?;
        Ok(found.into_iter().map(|(order, papers)| (PapersOf(order), papers)).collect())
    }
}

/// What the caller sees of a list: nothing where he lacks the right to it.
async fn seen<K, T>(session: &Session, key: K) -> Result<Vec<T>, Failure>
where
    K: Key,
    Loaders: Load<K, Value = Vec<T>>,
{
    match session.load(key).await {
        Err(failure) if failure.is_forbidden() => Ok(Vec::new()),
        found => Ok(found?.unwrap_or_default()),
    }
}

/// Whether what was done to an order priced a line of it: a change does so only to what it changed.
fn prices(entry: &AuditRow, line: OrderLineId) -> bool {
    match entry.action.as_str() {
        "createSalesOrder" | "updateSalesOrder" => true,
        "changeSalesOrder" => {
            let lines = entry.changes["lines"].as_array();
            let id = line.0.to_string();
            lines.is_some_and(|lines| lines.iter().any(|line| line["id"] == id.as_str()))
        }
        _ => false,
    }
}

/// Who typed a price or a discount last.
fn typist(explanation: &Explanation) -> Option<(Option<UserId>, String)> {
    let typed = explanation.steps.iter().rev().find_map(|step| match step {
        Step::ManualPrice { by, .. } | Step::ManualDiscount { by, .. } => Some(by),
        _ => None,
    })?;
    let name = typed.name.to_string();
    Some(((name != "API").then_some(UserId(typed.id)), name))
}

/// The story of an order, or of one of its shipments. What the caller may not see is absent.
#[Object]
impl DocumentExplanation {
    /// The order.
    async fn order(&self) -> &SalesOrder {
        &self.order
    }

    /// The shipment, where one was asked for.
    async fn shipment(&self) -> Option<&Shipment> {
        self.shipment.as_ref()
    }

    /// Its lines: why each costs what it costs, and where its goods are.
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ExplainedLine>> {
        let session = Session::of(ctx)?;
        let sees_prices = session.permit::<SeePrices>().is_ok();
        let lines = self.chosen_lines(session).await?;
        let mut goods: HashMap<OrderLineId, Vec<GoodsPlacement>> = HashMap::new();
        let only = self.shipment.as_ref().map(|shipment| shipment.row().id);
        for placed in seen(session, PlacementOf(self.order_id())).await? {
            if only.is_none() || placed.gone_with() == only {
                goods.entry(placed.order_line()).or_default().push(placed);
            }
        }
        let mut picks = self.picks(session).await?;
        let order = self.order_id().0;
        let entries = self.entries(session).await?;
        let priced_at = |line: OrderLineId| {
            let mut newest = entries.iter().rev().map(AuditEntry::row);
            let priced = newest.find(|entry| entry.subject_id == order && prices(entry, line));
            priced.map(|entry| DateTime(entry.recorded_at))
        };
        let currency = self.order.row().currency;
        let explained = lines.into_iter().map(|(row, explanation)| {
            let typed = explanation.as_deref().and_then(typist);
            let (typed_by, discount_by_name) =
                typed.map_or((None, None), |(user, name)| (user, Some(name)));
            let discount = Decimal(row.discount_percent.get().normalize());
            ExplainedLine {
                price_explanation: explanation.map(PriceExplanation::from),
                discount_percent: sees_prices.then_some(discount),
                discount_is_manual: sees_prices.then_some(row.discount_is_manual),
                discount_by_name,
                priced_at: priced_at(row.id),
                goods: goods.remove(&row.id).unwrap_or_default(),
                picks: picks.remove(&row.id).unwrap_or_default(),
                typed_by,
                order_line: SalesOrderLine::new(row, currency),
            }
        });
        Ok(explained.collect())
    }

    /// The gates of credit and payment that it passed, oldest first, as far as they were recorded.
    /// Empty for who does not see what the customer owes; without figures of his limit for who does
    /// not see his terms.
    async fn gates(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ExplainedGate>> {
        let session = Session::of(ctx)?;
        let order = self.order.row();
        let covers = |right| session.covers(right, order.manager_id, order.customer_id);
        if !covers(Right::ReceivableRead) {
            return Ok(Vec::new());
        }
        let language = session.language();
        let gates = self.entries(session).await?.iter().filter_map(|entry| {
            // Where somebody had to agree first, the gate stayed shut.
            if entry.row().changes["state"][1] == "PENDING_APPROVAL" {
                return None;
            }
            let kind = match entry.row().action.as_str() {
                "confirmSalesOrder" => ExplainedGateKind::Confirm,
                // One that comes to no more than before asks nobody.
                "changeSalesOrder" if entry.row().changes.get("gross").is_some() => {
                    ExplainedGateKind::Change
                }
                "postShipment" | "shipSalesOrder" => ExplainedGateKind::Ship,
                _ => return None,
            };
            let warnings = serde_json::from_value(entry.row().changes["warnings"].clone());
            let warnings: Vec<Warning> = warnings.unwrap_or_default();
            let told = |Warning { code, text, .. }: Warning| {
                let text = words_instead(&code, covers).unwrap_or(text);
                ExplainedWarning { message: text.get(language).to_owned(), code }
            };
            let warnings = warnings.into_iter().map(told).collect();
            Some(ExplainedGate { kind, entry: entry.clone(), warnings })
        });
        Ok(gates.collect())
    }

    /// What somebody had to agree to before it went on, oldest first: the facts as they were then,
    /// and who decided what, when and with which words. What was asked about the quote whose prices
    /// the order keeps comes first; of a shipment, what was asked about itself and about its order.
    /// Empty for who sees no approvals.
    async fn approvals(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ApprovalRequest>> {
        let session = Session::of(ctx)?;
        let mut asked = seen(session, ApprovalsOfRoot(self.order_id().0)).await?;
        if let Some(shipment) = &self.shipment {
            let chain = [self.order_id().0, shipment.row().id.0];
            asked.retain(|request| chain.contains(&request.subject()));
        }
        if let Some(quote) = self.order.row().quote_id {
            asked.extend(seen(session, ApprovalsOf(quote.0)).await?);
        }
        asked.reverse();
        Ok(asked)
    }

    /// The payments of the order: those that name it and those that settle its shipments. Empty for
    /// who sees no payments.
    async fn payments(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Payment>> {
        Ok(seen(Session::of(ctx)?, PaymentsOfOrder(self.order_id())).await?)
    }

    /// What was done to the order, its shipments and their pick tasks, oldest first; at most 100
    /// entries a record.
    async fn events(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ExplainedEvent>> {
        let entries = self.entries(Session::of(ctx)?).await?;
        let told = |entry: &AuditEntry| {
            let reason = entry.row().changes["reason"].as_str().map(str::to_owned);
            ExplainedEvent { entry: entry.clone(), reason }
        };
        Ok(entries.iter().map(told).collect())
    }
}

/// Queries of explanations.
#[derive(Default)]
pub struct ExplainQuery;

#[Object]
impl ExplainQuery {
    /// The story of a document: why this discount, who let it through, where the goods are and who
    /// took them there, what was paid; null with NOT_FOUND where there is none for the caller. It is
    /// that of the order; of a shipment, and of what tells of one (its delivery, its returns and
    /// price corrections, its tax invoices), that of the shipment. Needs the right to see orders, and
    /// the one to see the document.
    async fn explain(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The global id of a sales order, a shipment, a delivery, a return, a price \
            correction, a service act, a tax invoice, an invoice, or a payment of an order."
        )]
        id: AnyId,
    ) -> async_graphql::Result<Option<DocumentExplanation>> {
        let session = Session::of(ctx)?;
        let found = told_of(session, &id).await?;
        let (order, shipment) = found.ok_or_else(Failure::not_found)?;
        let order = session.load(order).await?.ok_or_else(Failure::not_found)?;
        Ok(Some(DocumentExplanation::new(order, shipment)))
    }
}

/// The order and the shipment that a document tells of.
async fn told_of(
    session: &Session,
    id: &AnyId,
) -> Result<Option<(OrderId, Option<Shipment>)>, Failure> {
    let uuid = id.uuid;
    let found = match id.kind.as_str() {
        OrderId::TYPE => Some((OrderId(uuid), None)),
        ShipmentId::TYPE => {
            let shipment: Option<Shipment> = session.load(ShipmentId(uuid)).await?;
            return Ok(shipment.map(|shipment| (shipment.row().order_id, Some(shipment))));
        }
        InvoiceId::TYPE => session.load(InvoiceId(uuid)).await?.map(|one| (one.order_id(), None)),
        PaymentId::TYPE => {
            let payment = session.load(PaymentId(uuid)).await?;
            payment.and_then(|payment| payment.order_id()).map(|order| (order, None))
        }
        ServiceActId::TYPE => {
            session.load(ServiceActId(uuid)).await?.map(|one| (one.order_id(), None))
        }
        DeliveryId::TYPE => session.load(DeliveryId(uuid)).await?.map(|one| one.about()),
        SalesReturnId::TYPE => session.load(SalesReturnId(uuid)).await?.map(|one| one.about()),
        PriceCorrectionId::TYPE => {
            session.load(PriceCorrectionId(uuid)).await?.map(|one| one.about())
        }
        TaxInvoiceId::TYPE => session.load(TaxInvoiceId(uuid)).await?.map(|one| one.about()),
        _ => None,
    };
    let Some((order, shipment)) = found else { return Ok(None) };
    // A tax invoice of an act is about none.
    Ok(Some((order, session.load_made(shipment).await?)))
}
