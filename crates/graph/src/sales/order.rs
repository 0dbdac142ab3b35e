//! Sales orders and their lines.

use std::sync::Arc;

use ::sales::{CardLine, CardRow, Order, OrderCard, OrderLine};
use access::{Action, Right};
use async_graphql::{Context, ID, Object};
use kernel::{Currency, WarehouseId};

use super::acts::{ActsOf, ServiceAct};
use super::line_pricing::LinePricing;
use super::loads::{AwaitedFor, HeldFor, HeldUntil, LinesOf, ShipmentsOf};
use super::order_change::{PendingOrderChange, pending_change};
use super::picking::{PickTask, TasksOf};
use super::placement::{GoodsPlacement, placement};
use super::promise::{LinePromise, PromiseOf};
use super::quotes::{Quote, QuoteLine};
use super::shipment::Shipment;
use super::tax_invoices::{TaxInvoice, TaxInvoicesOfOrder};
use super::{DocumentTotal, SalesOrderState, SalesOrderTransition, priced, user};
use crate::approvals::{ApprovalRequest, ApprovalsOfRoot, asked_about, awaited};
use crate::catalog::{
    Agreement, AgreementVersion, CoverBy, Customer, Organization, Product, ProductPackaging,
    ProductVariant, ReserveOn, SalesRoute, Warehouse, alternatives,
};
use crate::custom::{CustomFieldValue, custom_fields_of};
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::scalars::{CurrencyCode, Date, DateTime, Decimal, Money};
use crate::session::Session;
use crate::settlements::{
    Invoice, InvoicesOfOrder, Payment, PaymentsOfOrder, Receivable, ReceivablesOfOrder,
};
use crate::stock::{Demand, DemandOf, Reservation};

struct SeeCustomers;
impl Action for SeeCustomers {
    const RIGHT: Right = Right::CustomerRead;
}

struct SeeProducts;
impl Action for SeeProducts {
    const RIGHT: Right = Right::ProductRead;
}

/// What a customer ordered. Holds goods from its confirmation on, or from
/// the payment on that it waits for, unless its sales route never reserves.
#[derive(Clone)]
pub struct SalesOrder {
    order: Arc<Order>,
    /// What came with it in one statement, where it was read so.
    customer: Option<Brief<Customer>>,
    lines: Option<Vec<SalesOrderLine>>,
}

/// A record beside the one that was read: seen, or not for the caller.
#[derive(Clone)]
enum Brief<T> {
    Seen(T),
    Hidden,
}

impl From<Order> for SalesOrder {
    fn from(order: Order) -> Self {
        Self { order: Arc::new(order), customer: None, lines: None }
    }
}

impl SalesOrder {
    /// With its customer beside it, where the caller may see him. Who sees no customers at all is
    /// told so when he asks for one.
    pub(super) fn with_customer(row: CardRow, session: &Session) -> Self {
        let seen = session.permit::<SeeCustomers>().ok();
        let customer = seen.map(|permit| {
            if permit.reaches(row.customer_manager_id, Some(row.customer_id)) {
                Brief::Seen(Customer::brief(row.customer_id, row.customer_name))
            } else {
                Brief::Hidden
            }
        });
        Self { order: Arc::new(row.order), customer, lines: None }
    }

    pub(super) fn row(&self) -> &Order {
        &self.order
    }

    /// With its customer and lines beside it; the lines have their products, and are left to those
    /// who ask for them where the caller sees no products.
    pub(super) fn of_card(card: OrderCard, session: &Session) -> Self {
        let currency = card.head.order.currency;
        let lines = session.permit::<SeeProducts>().ok().map(|_| {
            card.lines.into_iter().map(|line| SalesOrderLine::of_card(line, currency)).collect()
        });
        Self { lines, ..Self::with_customer(card.head, session) }
    }
}

/// What a customer ordered. Holds goods from its confirmation on, or from
/// the payment on that it waits for, unless its sales route never reserves.
#[Object]
impl SalesOrder {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.order.id)
    }

    /// Given when it first leaves DRAFT, by organization and year of the date.
    async fn number(&self) -> Option<&str> {
        self.order.number.as_deref()
    }

    /// The document's date.
    async fn date(&self) -> Date {
        self.order.date.into()
    }

    /// Where it stands.
    async fn state(&self) -> SalesOrderState {
        self.order.state.into()
    }

    /// What can be done in this state.
    async fn available_transitions(&self) -> Vec<SalesOrderTransition> {
        self.order.state.moves().into_iter().map(Into::into).collect()
    }

    /// Who buys; null where the caller may not see him.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        match &self.customer {
            Some(Brief::Seen(customer)) => Ok(Some(customer.clone())),
            Some(Brief::Hidden) => Ok(None),
            None => Ok(Session::of(ctx)?.load(self.order.customer_id).await?),
        }
    }

    /// Who sells.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.order.organization_id).await?)
    }

    /// The terms it was written on.
    async fn agreement(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Agreement>> {
        Ok(Session::of(ctx)?.load(self.order.agreement_id).await?)
    }

    /// The terms as they were when it was written, whatever has become of them since; null on
    /// orders written before versions were kept. Needs the right `terms.read`.
    async fn agreement_version(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<AgreementVersion>> {
        let version = self.order.agreement_version;
        let key = version.map(|number| (self.order.agreement_id, number));
        Ok(Session::of(ctx)?.load_made(key).await?)
    }

    /// How it is served: the route chosen on it, else its agreement's; null is the standard way.
    async fn sales_route(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesRoute>> {
        Ok(Session::of(ctx)?.load_made(self.order.route.sales_route_id).await?)
    }

    /// When goods are held for it, as its route said when it was written.
    async fn reserve_on(&self) -> ReserveOn {
        self.order.route.reserve_on.into()
    }

    /// What covers the part of it that stock does not, as its route said when it was written.
    async fn cover_by(&self) -> CoverBy {
        self.order.route.cover_by.into()
    }

    /// The responsible manager.
    async fn manager(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(ctx, self.order.manager_id).await
    }

    /// From where it ships; null: from wherever goods are.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        match self.order.warehouse_id {
            Some(id) => Ok(Session::of(ctx)?.load(id).await?),
            None => Ok(None),
        }
    }

    /// The currency of all its amounts.
    async fn currency(&self) -> CurrencyCode {
        self.order.currency.into()
    }

    /// Whether prices and amounts of its lines include VAT.
    async fn prices_include_vat(&self) -> bool {
        self.order.prices_include_vat
    }

    /// Its lines, in their order.
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<SalesOrderLine>> {
        match &self.lines {
            Some(lines) => Ok(lines.clone()),
            None => {
                let lines = Session::of(ctx)?.load(LinesOf(self.order.id)).await?;
                let lines = lines.unwrap_or_default().into_iter();
                let currency = self.order.currency;
                Ok(lines.map(|line| SalesOrderLine::new(line, currency)).collect())
            }
        }
    }

    /// What it comes to. Needs the right `price.read`.
    async fn total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<DocumentTotal>> {
        let order = &self.order;
        let total = DocumentTotal::of(order.net, order.vat, order.gross, order.currency);
        Ok(Some(priced(ctx, total)?))
    }

    /// What its posted shipments came to, with VAT. Needs the right `price.read`.
    async fn shipped_total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        let money = Money::new(self.order.shipped_gross, self.order.currency);
        Ok(Some(priced(ctx, money)?))
    }

    /// Percent of the gross to be paid before shipping, as agreed when it was written.
    async fn prepayment_percent(&self) -> Decimal {
        Decimal(self.order.prepayment_percent.get().normalize())
    }

    /// How much more must be paid before goods are held for it, by payment steps with the moment
    /// `BEFORE_RESERVE`; goods are held within about a second of the payment that makes it up.
    /// Null where it waits for no money. Needs the right `price.read`.
    async fn awaited_payment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        let awaited = Session::of(ctx)?.load(AwaitedFor((&*self.order).into())).await?;
        Ok(priced(ctx, awaited.map(|amount| Money::new(amount, self.order.currency)))?)
    }

    /// Where no warehouse is chosen: goods are held in these alone, the first first. Empty: in all,
    /// by their priority.
    async fn allowed_warehouses(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Warehouse>> {
        let ids = self.order.allowed_warehouses.iter().copied().map(WarehouseId).collect();
        Ok(Session::of(ctx)?.load_all(ids).await?.into_iter().flatten().collect())
    }

    /// Until when goods are held for it where it does not get what is due before shipping; null:
    /// without a time.
    async fn reservations_expire_at(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<DateTime>> {
        let until = Session::of(ctx)?.load(HeldUntil(self.order.id)).await?;
        Ok(until.map(Into::into))
    }

    /// When the customer wants it.
    async fn requested_ship_date(&self) -> Option<Date> {
        self.order.requested_ship_date.map(Date)
    }

    /// A note.
    async fn comment(&self) -> Option<&str> {
        self.order.comment.as_deref()
    }

    /// Why it was cancelled.
    async fn cancel_reason(&self) -> Option<&str> {
        self.order.cancel_reason.as_deref()
    }

    /// Why it was closed short.
    async fn close_reason(&self) -> Option<&str> {
        self.order.close_reason.as_deref()
    }

    /// Its key in another system; unique among the tenant's orders.
    async fn external_reference(&self) -> Option<&str> {
        self.order.external_reference.as_deref()
    }

    /// Grows with each change; an update names the version it has read.
    async fn version(&self) -> i32 {
        self.order.version
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime {
        self.order.created_at.into()
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.order.updated_at.into()
    }

    /// The person who wrote it; null where a program did.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(ctx, self.order.created_by).await
    }

    /// The accepted quote it was made of; null where there is none, or the caller may not see it.
    async fn quote(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Quote>> {
        Ok(Session::of(ctx)?.load_made(self.order.quote_id).await?)
    }

    /// Its shipments, oldest first. Needs the right `shipment.read`.
    async fn shipments(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<Shipment>>> {
        let shipments = Session::of(ctx)?.load(ShipmentsOf(self.order.id)).await?;
        Ok(Some(shipments.unwrap_or_default()))
    }

    /// Where its goods lie: by line, lot and warehouse what is held for it, and what has left with
    /// posted shipments that the caller may see. Needs the right `stock.read`.
    async fn placement(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<GoodsPlacement>>> {
        Ok(Some(placement(Session::of(ctx)?, self.order.id).await?))
    }

    /// The tasks that pick its goods, oldest first. Needs the right `pick.read`.
    async fn pick_tasks(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<PickTask>>> {
        let tasks = Session::of(ctx)?.load(TasksOf(self.order.id)).await?;
        Ok(Some(tasks.unwrap_or_default()))
    }

    /// The payments that name it or settle its shipments, oldest first. Needs the right `payment.read`.
    async fn payments(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<Payment>>> {
        let payments = Session::of(ctx)?.load(PaymentsOfOrder(self.order.id)).await?;
        Ok(Some(payments.unwrap_or_default()))
    }

    /// The requests to pay it, oldest first. Needs the right `invoice.read`.
    async fn invoices(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<Invoice>>> {
        let invoices = Session::of(ctx)?.load(InvoicesOfOrder(self.order.id)).await?;
        Ok(Some(invoices.unwrap_or_default()))
    }

    /// The tax invoices of its sales and of what lessens them, cancelled ones too, oldest first. Needs
    /// the right `tax_invoice.read`.
    async fn tax_invoices(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<TaxInvoice>>> {
        let tax_invoices = Session::of(ctx)?.load(TaxInvoicesOfOrder(self.order.id)).await?;
        Ok(Some(tax_invoices.unwrap_or_default()))
    }

    /// The acts of its services, oldest first. Needs the right `act.read`.
    async fn service_acts(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<ServiceAct>>> {
        let acts = Session::of(ctx)?.load(ActsOf(self.order.id)).await?;
        Ok(Some(acts.unwrap_or_default()))
    }

    /// What its shipments opened, oldest due first. Needs the right `receivable.read`.
    async fn receivables(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<Receivable>>> {
        let receivables = Session::of(ctx)?.load(ReceivablesOfOrder(self.order.id)).await?;
        Ok(Some(receivables.unwrap_or_default()))
    }

    /// What its custom fields hold, as far as the caller sees them, in the order of cards; those
    /// that hold nothing are absent.
    async fn custom_fields(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<CustomFieldValue>> {
        Ok(custom_fields_of::<::sales::Order>(Session::of(ctx)?, self.order.id).await?)
    }

    /// What it waits for; null where nobody has to agree. Needs the right `approval.read`.
    async fn approval_request(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ApprovalRequest>> {
        awaited(ctx, self.order.id.0).await
    }

    /// A change of it that waits for somebody to agree, while it goes on as it was agreed; null where
    /// none waits.
    async fn pending_change(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<PendingOrderChange>> {
        pending_change(ctx, self.order.id, self.order.currency).await
    }

    /// What was asked about it and its shipments, newest first, with who decided what and why. Needs
    /// the right `approval.read`.
    async fn approval_requests(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<ApprovalRequest>>> {
        asked_about(ctx, ApprovalsOfRoot(self.order.id.0)).await
    }

    /// Who did what to it, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.order.id).await?)
    }
}

/// A line of a sales order.
#[derive(Clone)]
pub struct SalesOrderLine {
    line: Arc<OrderLine>,
    currency: Currency,
    product: Option<Product>,
}

impl SalesOrderLine {
    pub(super) fn new(line: OrderLine, currency: Currency) -> Self {
        Self { line: Arc::new(line), currency, product: None }
    }

    fn of_card(card: CardLine, currency: Currency) -> Self {
        let product = Product::brief(card.product_id, card.product_sku, card.product_name);
        Self { line: Arc::new(card.line), currency, product: Some(product) }
    }

    pub(super) fn product_id(&self) -> kernel::ProductId {
        self.line.product_id
    }

    async fn held(&self, ctx: &Context<'_>) -> async_graphql::Result<kernel::Decimal> {
        Ok(Session::of(ctx)?.load(HeldFor(self.line.id)).await?.unwrap_or_default())
    }
}

/// A line of a sales order.
#[Object]
impl SalesOrderLine {
    /// What it costs, and why. Needs the right `price.read`.
    #[graphql(flatten)]
    async fn pricing(&self) -> LinePricing {
        LinePricing::of(Arc::clone(&self.line), self.currency)
    }

    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.line.id)
    }

    /// Its place, from 1.
    async fn position(&self) -> i32 {
        self.line.position
    }

    /// The order it belongs to.
    async fn order(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrder>> {
        Ok(Session::of(ctx)?.load(self.line.order_id).await?)
    }

    /// What was ordered.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        match &self.product {
            Some(product) => Ok(Some(product.clone())),
            None => Ok(Session::of(ctx)?.load(self.line.product_id).await?),
        }
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.line.variant_id).await?)
    }

    /// How much, in the base unit; in a packaging, computed once when the line was written.
    async fn quantity(&self) -> Decimal {
        Decimal(self.line.quantity.normalize())
    }

    /// How much as it was entered, in `enteredUnit`.
    async fn entered_quantity(&self) -> Decimal {
        Decimal(self.line.entered_quantity.unwrap_or(self.line.quantity).normalize())
    }

    /// The unit it was entered in: the packaging's name when the line was written, or the base
    /// unit.
    async fn entered_unit(&self) -> &str {
        self.line.entered_unit.as_deref().unwrap_or(&self.line.unit)
    }

    /// The packaging it was entered in; null for the base unit.
    async fn packaging(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ProductPackaging>> {
        Ok(Session::of(ctx)?.load_made(self.line.packaging_id).await?)
    }

    /// What may be offered instead: the product's declared substitutes that are in use and
    /// available in stock, the best first, then up to 10 others of its group. Needs the right
    /// `stock.read`.
    async fn alternatives(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<Product>>> {
        Ok(Some(alternatives(Session::of(ctx)?, self.line.product_id).await?))
    }

    /// The product's base unit when the line was written.
    async fn unit(&self) -> &str {
        &self.line.unit
    }

    /// round(quantity × price × (1 − discount/100), 2), with VAT or without it as the order says.
    /// Needs the right `price.read`.
    async fn amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(Some(priced(ctx, Money::new(self.line.amount, self.currency))?))
    }

    /// Percent; null is "without VAT", which is not 0 %.
    async fn vat_rate(&self) -> Option<Decimal> {
        self.line.vat_rate.map(|rate| Decimal(rate.get().normalize()))
    }

    /// The tax in the amount or on top of it. Needs the right `price.read`.
    async fn vat_amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(Some(priced(ctx, Money::new(self.line.vat_amount, self.currency))?))
    }

    /// The line of the order's quote whose price it keeps; null where it keeps none, or the caller
    /// may not see it.
    async fn quote_line(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<QuoteLine>> {
        Ok(Session::of(ctx)?.load_made(self.line.quote_line_id).await?)
    }

    /// What is held for it in stock now. Needs the right `stock.read`.
    async fn reserved(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Decimal>> {
        Ok(Some(Decimal(self.held(ctx).await?.normalize())))
    }

    /// The lots in which it is held. Needs the right `stock.read`.
    async fn reservations(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<Reservation>>> {
        let held = Session::of(ctx)?.load(crate::stock::HeldFor(self.line.id)).await?;
        Ok(Some(held.unwrap_or_default()))
    }

    /// What it misses, or missed once; null where it never missed anything, or waits for money
    /// first. Needs the right `demand.read`.
    async fn demand(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Demand>> {
        Ok(Session::of(ctx)?.load(DemandOf(self.line.id)).await?)
    }

    /// When all that is left of it can leave: out of stock, out of an expected receipt, or after
    /// the time that buying takes. Null for services, and where nothing is left. Needs the right
    /// `stock.read`.
    async fn promise(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<LinePromise>> {
        Ok(Session::of(ctx)?.load(PromiseOf(self.line.id)).await?)
    }

    /// What posted shipments took.
    async fn shipped(&self) -> Decimal {
        Decimal(self.line.shipped.normalize())
    }

    /// What is neither shipped nor held: quantity − shipped − reserved. Services are never held.
    /// Needs the right `stock.read`.
    async fn short(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Decimal>> {
        let short = self.line.left() - self.held(ctx).await?;
        Ok(Some(Decimal(short.max(kernel::Decimal::ZERO).normalize())))
    }
}
