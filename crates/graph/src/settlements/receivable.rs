//! What customers owe.

use async_graphql::{Context, Enum, ID, Object};
use kernel::{CustomerId, Decimal, NaiveDate};

use super::allocation::PaymentAllocation;
use super::loads::{AllocationsOfReceivable, ReceivableCountOf, ReceivablesOfCustomer};
use crate::catalog::{Agreement, Customer, Organization};
use crate::errors::Failure;
use crate::identity::User;
use crate::ids::global;
use crate::paging::{self, Connection};
use crate::sales::{SalesOrder, ServiceAct, Shipment};
use crate::scalars::{Date, DateTime, Money};
use crate::session::Session;

/// Where a debt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ReceivableState {
    /// Something of it is owed, and not overdue.
    Open,
    /// Something of it is owed, and its due date has passed (in the tenant's time zone).
    Overdue,
    /// All of it is paid, or taken off by credit notes.
    Settled,
    /// Its shipment was reversed.
    Reversed,
}

/// Money a customer owes by one due date, opened by a shipment.
#[derive(Clone, Debug)]
pub struct Receivable(pub(super) ::settlements::Receivable);

impl From<::settlements::Receivable> for Receivable {
    fn from(row: ::settlements::Receivable) -> Self {
        Self(row)
    }
}

impl Receivable {
    /// Days past the due date while something is owed; zero otherwise.
    fn days_late(&self, today: NaiveDate) -> i64 {
        let late = (today - self.0.due_on).num_days();
        if self.0.open > Decimal::ZERO { late.max(0) } else { 0 }
    }
}

/// Money a customer owes by one due date, opened by a shipment.
#[Object]
impl Receivable {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The day by which it is to be paid.
    async fn due_on(&self) -> Date {
        self.0.due_on.into()
    }

    /// The date of the shipment that opened it.
    async fn date(&self) -> Date {
        self.0.occurred_on.into()
    }

    /// Where it stands today.
    async fn state(&self, ctx: &Context<'_>) -> async_graphql::Result<ReceivableState> {
        Ok(match () {
            () if self.0.reversed_on.is_some() => ReceivableState::Reversed,
            () if self.0.open.is_zero() => ReceivableState::Settled,
            () if self.days_late(today(ctx)?) > 0 => ReceivableState::Overdue,
            () => ReceivableState::Open,
        })
    }

    /// Days past the due date while something is owed; 0 where it is not overdue.
    async fn days_overdue(&self, ctx: &Context<'_>) -> async_graphql::Result<i64> {
        Ok(self.days_late(today(ctx)?))
    }

    /// What was owed at first, with VAT.
    async fn amount(&self) -> Money {
        Money::new(self.0.amount, self.0.currency)
    }

    /// What is owed now.
    async fn open(&self) -> Money {
        Money::new(self.0.open, self.0.currency)
    }

    /// What of it is paid.
    async fn settled(&self) -> Money {
        let settled = match self.0.reversed_on {
            None => self.0.billed - self.0.open,
            Some(_) => Decimal::ZERO,
        };
        Money::new(settled, self.0.currency)
    }

    /// What credit notes took off it: goods came back. Zero once its shipment is reversed.
    async fn credited(&self) -> Money {
        let credited = match self.0.reversed_on {
            None => self.0.amount - self.0.billed,
            Some(_) => Decimal::ZERO,
        };
        Money::new(credited, self.0.currency)
    }

    /// Who owes.
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

    /// The order it comes from.
    async fn order(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrder>> {
        Ok(Session::of(ctx)?.load(self.0.order_id).await?)
    }

    /// The shipment that opened it; null where an act did.
    async fn shipment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Shipment>> {
        Ok(Session::of(ctx)?.load(self.0.shipment_id).await?)
    }

    /// The act that opened it; null where a shipment did, and for who sees no acts.
    async fn service_act(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ServiceAct>> {
        let act = kernel::ServiceActId(self.0.shipment_id.0);
        Ok(Session::of(ctx)?.load_made(Some(act)).await?)
    }

    /// The responsible manager as of the shipment.
    async fn manager(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.manager_id).await?)
    }

    /// What settles and settled it, as dated rows, oldest first.
    async fn allocations(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<PaymentAllocation>> {
        let rows = Session::of(ctx)?.load(AllocationsOfReceivable(self.0.id)).await?;
        Ok(rows.unwrap_or_default())
    }

    /// The business date on which its shipment was reversed.
    async fn reversed_on(&self) -> Option<Date> {
        self.0.reversed_on.map(Date)
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> DateTime {
        self.0.recorded_at.into()
    }
}

/// Today in the tenant's time zone.
fn today(ctx: &Context<'_>) -> Result<NaiveDate, Failure> {
    let session = Session::of(ctx)?;
    Ok(session.db().clock().today(session.scope()?.facts().zone))
}

/// The debts of a customer that fall due first, for his `receivables` field: all customers of one
/// level are read together. Further pages stand in the root field `receivables`, with the same
/// cursors.
///
/// # Errors
/// FORBIDDEN without the right to see receivables, BAD_USER_INPUT for a size out of range.
pub async fn receivables_of_customer(
    session: &Session,
    customer: CustomerId,
    open: Option<bool>,
    first: Option<i32>,
) -> Result<Connection<Receivable>, Failure> {
    let limit = paging::request(first, None, None, None, "DUE_ON")?.limit;
    let found = session.load(ReceivablesOfCustomer { customer, open, limit }).await?;
    let page = found.unwrap_or(kernel::Page { rows: vec![], has_next: false, has_previous: false });
    Ok(Connection::of(page, Receivable).counted(move |session| async move {
        Ok(session.load(ReceivableCountOf { customer, open }).await?.unwrap_or_default())
    }))
}
