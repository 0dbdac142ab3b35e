//! Money given back to customers.

use ::settlements::{ReadPayments, RefundCustomer, RefundFilter, ReverseRefund};
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use kernel::{AgreementId, CustomerId, Direction, OrganizationId, PaymentId, RefundId, UserId};

use super::payment::{Payment, PaymentMethod, PaymentState};
use crate::catalog::{Agreement, Customer, Organization, payloads};
use crate::idempotency::mutate;
use crate::identity::{AuditEntry, User, history};
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::{self, COUNT_CAP, Connection, OrderDirection};
use crate::scalars::{Date, DateTime, Decimal, Money};
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

/// Money given back to a customer, out of his advances.
#[derive(Clone, Debug)]
pub struct Refund(::settlements::Refund);

/// Money given back to a customer, out of his advances. Never changed, only reversed.
#[Object]
impl Refund {
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

    /// Whether it counts.
    async fn state(&self) -> PaymentState {
        self.0.state.into()
    }

    /// How much.
    async fn amount(&self) -> Money {
        Money::new(self.0.amount, self.0.currency)
    }

    /// How it went.
    async fn method(&self) -> PaymentMethod {
        self.0.method.into()
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Out of which payments it was taken.
    async fn parts(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<RefundPart>> {
        Ok(Session::of(ctx)?.load(PartsOf(self.0.id)).await?.unwrap_or_default())
    }

    /// To whom.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load(self.0.customer_id).await?)
    }

    /// Who gave it.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// Under which terms the money had come. Needs the right terms.read.
    async fn agreement(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Agreement>> {
        Ok(Session::of(ctx)?.load(self.0.agreement_id).await?)
    }

    /// The customer's manager when it went.
    async fn manager(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.manager_id).await?)
    }

    /// The business date of its reversal.
    async fn reversed_on(&self) -> Option<Date> {
        self.0.reversed_on.map(Date)
    }

    /// Why it was reversed.
    async fn reversal_reason(&self) -> Option<&str> {
        self.0.reversal_reason.as_deref()
    }

    /// Its key in another system; unique among the tenant's refunds for ever.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// Grows with each change.
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

    /// Who did what to it, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }
}

/// What a refund took of one payment.
#[derive(Clone, Copy, Debug)]
pub struct RefundPart(::settlements::RefundPart);

/// What a refund took of one payment.
#[Object]
impl RefundPart {
    /// How much.
    async fn amount(&self) -> Money {
        Money::new(self.0.amount, self.0.currency)
    }

    /// Whose money.
    async fn payment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Payment>> {
        Ok(Session::of(ctx)?.load(self.0.payment_id).await?)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct PartsOf(RefundId);

impl Load<PartsOf> for Loaders {
    type Value = Vec<RefundPart>;

    async fn load(&self, keys: &[PartsOf]) -> Loaded<PartsOf, Vec<RefundPart>> {
        let permit = self.permit::<ReadPayments>()?;
        let ids: Vec<RefundId> = keys.iter().map(|key| key.0).collect();
        let found = ::settlements::refund_parts(&*self.tx().await?, &permit, &ids).await?;
        let shaped = |rows: Vec<_>| rows.into_iter().map(RefundPart).collect();
        Ok(found.into_iter().map(|(id, rows)| (PartsOf(id), shaped(rows))).collect())
    }
}

impl Load<RefundId> for Loaders {
    type Value = Refund;

    async fn load(&self, keys: &[RefundId]) -> Loaded<RefundId, Refund> {
        let permit = self.permit::<ReadPayments>()?;
        let found = ::settlements::refunds_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, Refund(row))).collect())
    }
}

/// Which refunds; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "RefundFilter")]
pub struct RefundFilterInput {
    /// Those to this customer; for a merged card, to the one that stands for it.
    customer_id: Option<GlobalId<CustomerId>>,
    /// Those by this organization.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// Those that took of this payment.
    payment_id: Option<GlobalId<PaymentId>>,
    /// Those to this manager's customers, as of the recording.
    manager_id: Option<GlobalId<UserId>>,
    /// Those that count, or those that were reversed.
    state: Option<PaymentState>,
    /// Those dated on or after this day.
    date_from: Option<Date>,
    /// Those dated on or before this day.
    date_to: Option<Date>,
    /// The ones with exactly this number.
    number: Option<String>,
    /// The one with this key in another system.
    external_reference: Option<String>,
}

impl From<RefundFilterInput> for RefundFilter {
    fn from(filter: RefundFilterInput) -> Self {
        Self {
            customer: filter.customer_id.map(|id| id.0),
            organization: filter.organization_id.map(|id| id.0),
            payment: filter.payment_id.map(|id| id.0),
            manager: filter.manager_id.map(|id| id.0),
            state: filter.state.map(Into::into),
            date_from: filter.date_from.map(|day| day.0),
            date_to: filter.date_to.map(|day| day.0),
            number: filter.number,
            external_reference: filter.external_reference,
        }
    }
}

/// What refunds are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::settlements::RefundSort")]
pub enum RefundOrderField {
    /// By business date.
    Date,
    /// By amount, whatever its currency.
    Amount,
    /// By number, as text.
    Number,
}

/// The order of refunds; their id breaks ties.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct RefundOrder {
    /// By what.
    field: RefundOrderField,
    /// Which way.
    #[graphql(default_with = "OrderDirection::Asc")]
    direction: OrderDirection,
}

/// Queries of refunds.
#[derive(Default)]
pub struct RefundQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order")]
impl RefundQuery {
    /// Money given back; the newest first where no order is asked for.
    async fn refunds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<RefundFilterInput>,
        #[graphql(desc = "The order.")] order_by: Option<RefundOrder>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Refund>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadPayments>()?;
        let sort: (::settlements::RefundSort, Direction) = match order_by {
            Some(order) => (order.field.into(), order.direction.into()),
            None => (::settlements::RefundSort::Date, Direction::Desc),
        };
        let (after, before) = (after.as_deref(), before.as_deref());
        let page = paging::request(first, after, last, before, sort.0.name())?;
        let filter = RefundFilter::from(filter.unwrap_or_default());
        let tx = session.tx().await?;
        let rows = ::settlements::refunds(&tx, &permit, &filter, sort, &page).await?;
        Ok(Connection::of(rows, Refund).counted(move |session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move {
                let (tx, cap) = (session.tx().await?, COUNT_CAP + 1);
                Ok(::settlements::count_refunds(&tx, &permit, &filter, cap).await?)
            }
        }))
    }

    /// One refund.
    async fn refund(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<RefundId>,
    ) -> async_graphql::Result<Option<Refund>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}

/// Money to give back: out of the named payment, or out of the customer's advances under one
/// agreement, those that stay with no order first, each oldest first.
#[derive(InputObject)]
pub struct RefundCustomerInput {
    /// To whom; the payment's customer where a payment is named.
    customer_id: Option<GlobalId<CustomerId>>,
    /// Who gives; the agreement's, else the tenant's default organization.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// Under which terms the money had come; the customer's default agreement.
    agreement_id: Option<GlobalId<AgreementId>>,
    /// Out of this payment alone.
    payment_id: Option<GlobalId<PaymentId>>,
    /// How much, above zero, at most what is free on that day.
    amount: Decimal,
    /// The business date in an open period; today where none is given. A date in the past needs the
    /// right `document.backdate`.
    date: Option<Date>,
    /// How it goes.
    #[graphql(default_with = "PaymentMethod::Bank")]
    method: PaymentMethod,
    /// Why.
    reason: String,
    /// Your own key for it, unique among the tenant's refunds for ever.
    external_reference: Option<String>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    simulate: bool,
    /// A repeat with the same key and input changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// A refund to reverse.
#[derive(InputObject)]
pub struct ReverseRefundInput {
    /// Which.
    id: GlobalId<RefundId>,
    /// Its version as it was read.
    version: i32,
    /// The business date of the reversal in an open period; today where none is given.
    date: Option<Date>,
    /// Why.
    reason: Option<String>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    simulate: bool,
    /// A repeat with the same key and input changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of giving money back.
    RefundCustomerPayload (complex) {
        /// The refund.
        refund: Refund
    }
    /// What came of reversing a refund.
    ReverseRefundPayload (complex) {
        /// The reversed refund.
        refund: Refund
    }
}

/// Mutations of refunds.
#[derive(Default)]
pub struct RefundMutation;

#[Object]
impl RefundMutation {
    /// Gives an advance back to a customer, or a part of it. What settles a debt is not given back:
    /// a credit note or `allocatePayment` makes it an advance first.
    async fn refund_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To whom, how much, and why.")] input: RefundCustomerInput,
    ) -> async_graphql::Result<RefundCustomerPayload> {
        let command = RefundCustomer {
            customer_id: input.customer_id.map(|id| id.0),
            organization_id: input.organization_id.map(|id| id.0),
            agreement_id: input.agreement_id.map(|id| id.0),
            payment_id: input.payment_id.map(|id| id.0),
            amount: input.amount.0,
            date: input.date.map(|day| day.0),
            method: input.method.into(),
            reason: input.reason,
            external_reference: input.external_reference,
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let refund = Session::of(ctx)?.load_made(done.output).await?;
        Ok(RefundCustomerPayload { refund, user_errors: done.user_errors })
    }

    /// Reverses a refund: the money is an advance again.
    async fn reverse_refund(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which refund.")] input: ReverseRefundInput,
    ) -> async_graphql::Result<ReverseRefundPayload> {
        let command = ReverseRefund {
            id: input.id.0,
            version: input.version,
            date: input.date.map(|day| day.0),
            reason: input.reason,
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let refund = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ReverseRefundPayload { refund, user_errors: done.user_errors })
    }
}

simulates!(RefundCustomerPayload, ReverseRefundPayload);
