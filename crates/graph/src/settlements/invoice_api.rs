//! What clients ask and do about invoices.

use ::sales::{InvoiceDraft, IssueInvoice};
use ::settlements::{CancelInvoice, InvoiceFilter, ReadInvoices};
use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use kernel::{CustomerId, Direction, InvoiceId, OrderId, OrganizationId, UserId};

use super::invoice::{Invoice, InvoiceState};
use super::invoice_loads::InvoicesOfCustomer;
use crate::catalog::payloads;
use crate::custom::{CustomFieldCondition, CustomFieldInput, conditions, filled_anew};
use crate::errors::Failure;
use crate::idempotency::mutate;
use crate::ids::GlobalId;
use crate::paging::{self, COUNT_CAP, Connection, OrderDirection};
use crate::scalars::{Date, Decimal};
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

/// Which invoices; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "InvoiceFilter")]
pub struct InvoiceFilterInput {
    /// Those of this customer; for a merged card, of the one that stands for it.
    customer_id: Option<GlobalId<CustomerId>>,
    /// Those to this organization.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// Those of this order.
    order_id: Option<GlobalId<OrderId>>,
    /// Those of this manager, as of the issue.
    manager_id: Option<GlobalId<UserId>>,
    /// In one of these states.
    state: Option<Vec<InvoiceState>>,
    /// Only those asked for still and not paid in full whose due date has passed; false is all.
    #[graphql(default)]
    overdue: bool,
    /// Those dated on or after this day.
    date_from: Option<Date>,
    /// Those dated on or before this day.
    date_to: Option<Date>,
    /// Those due on or after this day.
    due_from: Option<Date>,
    /// Those due on or before this day.
    due_to: Option<Date>,
    /// The ones with exactly this number.
    number: Option<String>,
    /// The one with this key in another system.
    external_reference: Option<String>,
    /// Those whose custom fields hold all of this; at most 10 conditions.
    custom_fields: Option<Vec<CustomFieldCondition>>,
}

impl From<InvoiceFilterInput> for InvoiceFilter {
    fn from(filter: InvoiceFilterInput) -> Self {
        Self {
            customer: filter.customer_id.map(|id| id.0),
            organization: filter.organization_id.map(|id| id.0),
            order: filter.order_id.map(|id| id.0),
            manager: filter.manager_id.map(|id| id.0),
            states: filter.state.unwrap_or_default().into_iter().map(Into::into).collect(),
            overdue: filter.overdue,
            date_from: filter.date_from.map(|day| day.0),
            date_to: filter.date_to.map(|day| day.0),
            due_from: filter.due_from.map(|day| day.0),
            due_to: filter.due_to.map(|day| day.0),
            number: filter.number,
            external_reference: filter.external_reference,
            custom: Vec::new(),
        }
    }
}

/// What invoices are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::settlements::InvoiceSort")]
pub enum InvoiceOrderField {
    /// By business date.
    Date,
    /// By due date.
    DueOn,
    /// By total, whatever its currency.
    Total,
    /// By number, as text.
    Number,
}

/// The order of invoices; their id breaks ties.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct InvoiceOrder {
    /// By what.
    field: InvoiceOrderField,
    /// Which way.
    #[graphql(default_with = "OrderDirection::Asc")]
    direction: OrderDirection,
}

/// Queries of invoices.
#[derive(Default)]
pub struct InvoiceQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order")]
impl InvoiceQuery {
    /// Requests to pay; the newest first where no order is asked for.
    async fn invoices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<InvoiceFilterInput>,
        #[graphql(desc = "The order.")] order_by: Option<InvoiceOrder>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Invoice>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadInvoices>()?;
        let sort: (::settlements::InvoiceSort, Direction) = match order_by {
            Some(order) => (order.field.into(), order.direction.into()),
            None => (::settlements::InvoiceSort::Date, Direction::Desc),
        };
        let (after, before) = (after.as_deref(), before.as_deref());
        let page = paging::request(first, after, last, before, sort.0.name())?;
        let mut filter = filter.unwrap_or_default();
        let asked = filter.custom_fields.take();
        let custom = conditions::<::settlements::Invoice>(session, asked).await?;
        let filter = InvoiceFilter { custom, ..filter.into() };
        let tx = session.tx().await?;
        let rows = ::settlements::invoices(&tx, &permit, &filter, sort, &page).await?;
        Ok(Connection::of(rows, Invoice).counted(move |session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move {
                let (tx, cap) = (session.tx().await?, COUNT_CAP + 1);
                Ok(::settlements::count_invoices(&tx, &permit, &filter, cap).await?)
            }
        }))
    }

    /// One invoice.
    async fn invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<InvoiceId>,
    ) -> async_graphql::Result<Option<Invoice>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}

/// What to ask for of an order. Neither a payment step nor an amount asks for all that no invoice
/// asks for yet.
#[derive(InputObject)]
pub struct IssueInvoiceInput {
    /// The confirmed order.
    order_id: GlobalId<OrderId>,
    /// The order's version that was read; not asked where none is given.
    order_version: Option<i32>,
    /// Which of its payment steps, from 1: that step's part of the order.
    payment_step: Option<i32>,
    /// How much with VAT instead, at most what no invoice asks for yet.
    amount: Option<Decimal>,
    /// The business date in an open period; today where none is given.
    date: Option<Date>,
    /// The day by which it is to be paid; its date and the step's days where none is given.
    due_on: Option<Date>,
    /// Free text.
    comment: Option<String>,
    /// Your own key for it, unique among the tenant's invoices for ever.
    external_reference: Option<String>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    custom_fields: Vec<CustomFieldInput>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    simulate: bool,
    /// A repeat with the same key and input changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// An invoice to call off.
#[derive(InputObject)]
pub struct CancelInvoiceInput {
    /// Which.
    id: GlobalId<InvoiceId>,
    /// Its version as it was read.
    version: i32,
    /// Why.
    reason: String,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    simulate: bool,
    /// A repeat with the same key and input changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of issuing an invoice.
    IssueInvoicePayload (complex) {
        /// The new invoice.
        invoice: Invoice
    }
    /// What came of cancelling an invoice.
    CancelInvoicePayload (complex) {
        /// The cancelled invoice.
        invoice: Invoice
    }
}

/// Mutations of invoices.
#[derive(Default)]
pub struct InvoiceMutation;

#[Object]
impl InvoiceMutation {
    /// Issues an invoice of an order, or of a part of it: by payment step, by amount, or all that no
    /// invoice asks for yet. The amount is spread over the order's lines to the kopeck, with the tax
    /// of each.
    async fn issue_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to ask for.")] input: IssueInvoiceInput,
    ) -> async_graphql::Result<IssueInvoicePayload> {
        let draft = InvoiceDraft {
            order_id: input.order_id.0,
            order_version: input.order_version,
            payment_step: input.payment_step,
            amount: input.amount.map(|amount| amount.0),
            date: input.date.map(|day| day.0),
            due_on: input.due_on.map(|day| day.0),
            comment: input.comment,
            external_reference: input.external_reference,
        };
        let (given, key) = (input.custom_fields, input.idempotency_key);
        let command = Ok(IssueInvoice { draft });
        let done = filled_anew::<::settlements::Invoice, _>(ctx, command, given, key).await?;
        let invoice = Session::of(ctx)?.load_made(done.output).await?;
        Ok(IssueInvoicePayload { invoice, user_errors: done.user_errors })
    }

    /// Cancels an invoice of which nothing is paid, or all that was paid was given back: its part of
    /// the order can be asked for again.
    async fn cancel_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which invoice, and why.")] input: CancelInvoiceInput,
    ) -> async_graphql::Result<CancelInvoicePayload> {
        let command =
            CancelInvoice { id: input.id.0, version: input.version, reason: input.reason };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let invoice = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CancelInvoicePayload { invoice, user_errors: done.user_errors })
    }
}

/// The newest invoices of a customer, for his `invoices` field: all customers of one level are read
/// together. Further pages stand in the root field `invoices`, with the same cursors.
///
/// # Errors
/// FORBIDDEN without the right to see invoices, BAD_USER_INPUT for a size out of range.
pub async fn invoices_of_customer(
    session: &Session,
    customer: CustomerId,
    first: Option<i32>,
) -> Result<Vec<Invoice>, Failure> {
    let limit = paging::request(first, None, None, None, "DATE")?.limit;
    let found = session.load(InvoicesOfCustomer { customer, limit }).await?;
    let rows = found.map(|page| page.rows).unwrap_or_default();
    Ok(rows.into_iter().map(|(_, row)| Invoice(row)).collect())
}

simulates!(CancelInvoicePayload, IssueInvoicePayload);
