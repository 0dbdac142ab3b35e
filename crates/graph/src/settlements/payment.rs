//! Money received.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use kernel::{CustomerId, OrderId};

use super::allocation::PaymentAllocation;
use super::invoice::InvoicePayment;
use super::invoice_loads::InvoicesOfPayment;
use super::loads::{AllocationsOfPayment, DifferencesOf, PaymentCountOf, PaymentsOfCustomer};
use crate::catalog::{Agreement, Customer, Organization};
use crate::custom::{CustomFieldValue, custom_fields_of};
use crate::errors::Failure;
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::paging::{self, Connection};
use crate::sales::SalesOrder;
use crate::scalars::{Date, DateTime, Decimal, Money};
use crate::session::Session;

/// How money came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::settlements::PaymentMethod")]
pub enum PaymentMethod {
    /// In notes and coins.
    Cash,
    /// To a bank account.
    Bank,
    /// By card.
    Card,
}

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::settlements::PaymentState")]
pub enum PaymentState {
    /// It counts.
    Posted,
    /// It was reversed; what it had settled is open again.
    Reversed,
}

/// Money received from a customer. It settles receivables of the same organization, agreement
/// and currency; what settles nothing yet is an advance. Never changed, only reversed.
#[derive(Clone, Debug)]
pub struct Payment(pub(super) ::settlements::Payment);

impl From<::settlements::Payment> for Payment {
    fn from(row: ::settlements::Payment) -> Self {
        Self(row)
    }
}

impl Payment {
    /// The order that it names.
    pub(crate) fn order_id(&self) -> Option<OrderId> {
        self.0.order_id
    }
}

/// Money received from a customer. It settles receivables of the same organization, agreement
/// and currency; what settles nothing yet is an advance. Never changed, only reversed.
#[Object]
impl Payment {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Its number: by organization and year, with gaps.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// The business date.
    async fn date(&self) -> Date {
        self.0.date.into()
    }

    /// Whether it counts or was reversed.
    async fn state(&self) -> PaymentState {
        self.0.state.into()
    }

    /// How it came.
    async fn method(&self) -> PaymentMethod {
        self.0.method.into()
    }

    /// What came.
    async fn amount(&self) -> Money {
        Money::new(self.0.amount, self.0.currency)
    }

    /// What of it settles receivables now.
    async fn settled(&self) -> Money {
        let settled = match self.0.state {
            ::settlements::PaymentState::Posted => self.0.amount - self.0.open,
            ::settlements::PaymentState::Reversed => kernel::Decimal::ZERO,
        };
        Money::new(settled, self.0.currency)
    }

    /// What of it settles nothing yet: the advance.
    async fn advance(&self) -> Money {
        Money::new(self.0.open, self.0.currency)
    }

    /// Who paid.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load(self.0.customer_id).await?)
    }

    /// To whom.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// Under which terms. Needs the right terms.read.
    async fn agreement(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Agreement>> {
        Ok(Session::of(ctx)?.load(self.0.agreement_id).await?)
    }

    /// The order that the payer named; what is left of the money stays with it.
    async fn order(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrder>> {
        Ok(Session::of(ctx)?.load_made(self.0.order_id).await?)
    }

    /// The customer's manager when the money came.
    async fn manager(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.manager_id).await?)
    }

    /// What it settles and settled, as dated rows, oldest first.
    async fn allocations(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<PaymentAllocation>> {
        let rows = Session::of(ctx)?.load(AllocationsOfPayment(self.0.id)).await?;
        Ok(rows.unwrap_or_default())
    }

    /// What a unit of its currency was worth in the base currency on its date; null for the base
    /// currency itself.
    async fn rate(&self) -> Option<Decimal> {
        self.0.rate.map(|rate| Decimal(rate.normalize()))
    }

    /// What settling by it cost (below zero) or brought because the rate had changed since the sale,
    /// in the base currency, as dated rows; what was taken back is a row of its own.
    async fn exchange_differences(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<ExchangeDifference>> {
        let session = Session::of(ctx)?;
        let base = session.scope()?.facts().base_currency;
        let rows = session.load(DifferencesOf(self.0.id)).await?.unwrap_or_default();
        let told = |row: ::settlements::ExchangeDifference| ExchangeDifference {
            date: row.occurred_on.into(),
            amount: Money::new(row.amount, base),
        };
        Ok(rows.into_iter().map(told).collect())
    }

    /// Which invoices it paid, as dated rows, oldest first. Needs the right `invoice.read`.
    async fn invoices(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<InvoicePayment>>> {
        let rows = Session::of(ctx)?.load(InvoicesOfPayment(self.0.id)).await?;
        Ok(Some(rows.unwrap_or_default()))
    }

    /// The business date of its reversal.
    async fn reversed_on(&self) -> Option<Date> {
        self.0.reversed_on.map(Date)
    }

    /// Why it was reversed.
    async fn reversal_reason(&self) -> Option<&str> {
        self.0.reversal_reason.as_deref()
    }

    /// Free text.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }

    /// The key that its recorder gave it; unique among the tenant's payments for ever.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// Grows with each change; allocating and reversing name the version that was read.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was recorded.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// The user who recorded it; null for partners' programs.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.created_by).await?)
    }

    /// What its custom fields hold, as far as the caller sees them, in the order of cards; those
    /// that hold nothing are absent.
    async fn custom_fields(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<CustomFieldValue>> {
        Ok(custom_fields_of::<::settlements::Payment>(Session::of(ctx)?, self.0.id).await?)
    }

    /// Who did what to it, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }
}

/// What settling in a foreign currency cost or brought.
#[derive(SimpleObject)]
pub struct ExchangeDifference {
    /// The business date.
    date: Date,
    /// In the base currency; below zero is a loss.
    amount: Money,
}

/// The newest payments of a customer, for his `payments` field: all customers of one level are
/// read together. Further pages stand in the root field `payments`, with the same cursors.
///
/// # Errors
/// FORBIDDEN without the right to see payments, BAD_USER_INPUT for a size out of range.
pub async fn payments_of_customer(
    session: &Session,
    customer: CustomerId,
    first: Option<i32>,
) -> Result<Connection<Payment>, Failure> {
    let limit = paging::request(first, None, None, None, "DATE")?.limit;
    let found = session.load(PaymentsOfCustomer { customer, limit }).await?;
    let page = found.unwrap_or(kernel::Page { rows: vec![], has_next: false, has_previous: false });
    Ok(Connection::of(page, Payment).counted(move |session| async move {
        Ok(session.load(PaymentCountOf(customer)).await?.unwrap_or_default())
    }))
}
