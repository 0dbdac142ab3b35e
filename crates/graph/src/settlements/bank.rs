//! Lines of bank statements.

use std::collections::HashMap;

use ::settlements::{
    BankLineDraft, BankLineFilter, BankProposal, BringBankLines, IgnoreBankLine, PostBankLine,
    ReadBankLines,
};
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use kernel::{AgreementId, BankLineId, CustomerId, Direction, InvoiceId, OrderId, OrganizationId};
use sales::ReadOrders;

use super::invoice::Invoice;
use super::mutation::{PaymentPayload, order_of, unknown_order};
use super::payment::Payment;
use crate::catalog::{Customer, Organization, payloads};
use crate::idempotency::mutate;
use crate::identity::{AuditEntry, User, history};
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::{self, COUNT_CAP, Connection, OrderDirection};
use crate::sales::SalesOrder;
use crate::scalars::{CurrencyCode, Date, DateTime, Decimal, Money};
use crate::session::Session;
use crate::user_error::UserError;

/// What has come of a line of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::settlements::BankLineState")]
pub enum BankLineState {
    /// Nothing yet.
    New,
    /// A payment.
    Posted,
    /// It is none of a customer's payments.
    Ignored,
}

/// Money that came to an account of an organization, as the bank wrote it.
#[derive(Clone, Debug)]
pub struct BankLine(::settlements::BankLine);

/// Money that came to an account of an organization, as the bank wrote it.
#[Object]
impl BankLine {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Whose account.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// The account.
    async fn account(&self) -> &str {
        &self.0.account
    }

    /// The bank's own id of the line, unique by account for ever.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// The day on which the money came.
    async fn date(&self) -> Date {
        self.0.date.into()
    }

    /// How much.
    async fn amount(&self) -> Money {
        Money::new(self.0.amount, self.0.currency)
    }

    /// Who paid.
    async fn payer_name(&self) -> Option<&str> {
        self.0.payer_name.as_deref()
    }

    /// The payer's tax number (INN).
    async fn payer_inn(&self) -> Option<&str> {
        self.0.payer_inn.as_deref()
    }

    /// The payer's account.
    async fn payer_account(&self) -> Option<&str> {
        self.0.payer_account.as_deref()
    }

    /// What for, as the payer wrote it.
    async fn purpose(&self) -> Option<&str> {
        self.0.purpose.as_deref()
    }

    /// What has come of it.
    async fn state(&self) -> BankLineState {
        self.0.state.into()
    }

    /// What it seems to pay for: `postBankLine` takes what is confirmed. Null once something has
    /// come of the line.
    async fn proposal(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<BankLineProposal>> {
        if self.0.state != ::settlements::BankLineState::New {
            return Ok(None);
        }
        let found = Session::of(ctx)?.load(ProposalOf(self.0.id)).await?.unwrap_or_default();
        Ok(Some(BankLineProposal { proposal: found, line: self.0.clone() }))
    }

    /// The payment it became.
    async fn payment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Payment>> {
        Ok(Session::of(ctx)?.load_made(self.0.payment_id).await?)
    }

    /// Why it was put aside.
    async fn ignore_reason(&self) -> Option<&str> {
        self.0.ignore_reason.as_deref()
    }

    /// Grows with each change.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was brought in.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// The user who brought it in; null for partners' programs.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.created_by).await?)
    }

    /// Who did what to it, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }
}

/// What a line seems to pay for.
pub struct BankLineProposal {
    proposal: BankProposal,
    line: ::settlements::BankLine,
}

/// What a line seems to pay for; nothing is taken for granted.
#[Object]
impl BankLineProposal {
    /// The one customer with the payer's tax number, else the invoice's.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load_made(self.proposal.customer_id).await?)
    }

    /// The one open invoice whose number stands in the purpose.
    async fn invoice(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Invoice>> {
        Ok(Session::of(ctx)?.load_made(self.proposal.invoice_id).await?)
    }

    /// The newest order of the customer whose number stands in the purpose, where no invoice does.
    async fn order(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrder>> {
        let session = Session::of(ctx)?;
        let Some(customer) = self.proposal.customer_id else { return Ok(None) };
        if self.proposal.invoice_id.is_some() || self.proposal.numbers.is_empty() {
            return Ok(None);
        }
        let key = OrderNamed { line: self.line.id, customer };
        let Some(order) = session.load_made(Some(key)).await? else { return Ok(None) };
        Ok(session.load_made(Some(order)).await?)
    }
}

impl Load<BankLineId> for Loaders {
    type Value = BankLine;

    async fn load(&self, keys: &[BankLineId]) -> Loaded<BankLineId, BankLine> {
        let permit = self.permit::<ReadBankLines>()?;
        let found = ::settlements::bank_lines_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, BankLine(row))).collect())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct ProposalOf(BankLineId);

impl Load<ProposalOf> for Loaders {
    type Value = BankProposal;

    async fn load(&self, keys: &[ProposalOf]) -> Loaded<ProposalOf, BankProposal> {
        let permit = self.permit::<ReadBankLines>()?;
        let ids: Vec<BankLineId> = keys.iter().map(|key| key.0).collect();
        let tx = self.tx().await?;
        let lines = ::settlements::bank_lines_by_id(&tx, &permit, &ids).await?;
        let lines: Vec<_> = lines.into_values().collect();
        let found = ::settlements::proposals(&tx, &permit, &lines).await?;
        Ok(found.into_iter().map(|(id, proposal)| (ProposalOf(id), proposal)).collect())
    }
}

/// The order that a line of a customer names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct OrderNamed {
    line: BankLineId,
    customer: CustomerId,
}

impl Load<OrderNamed> for Loaders {
    type Value = OrderId;

    async fn load(&self, keys: &[OrderNamed]) -> Loaded<OrderNamed, OrderId> {
        let permit = self.permit::<ReadBankLines>()?;
        let orders = self.permit::<ReadOrders>()?;
        let ids: Vec<BankLineId> = keys.iter().map(|key| key.line).collect();
        let tx = self.tx().await?;
        let lines = ::settlements::bank_lines_by_id(&tx, &permit, &ids).await?;
        let rows: Vec<_> = lines.values().cloned().collect();
        let proposals = ::settlements::proposals(&tx, &permit, &rows).await?;
        let customers: Vec<CustomerId> = keys.iter().map(|key| key.customer).collect();
        let numbers: Vec<String> =
            proposals.values().flat_map(|proposal| proposal.numbers.iter().cloned()).collect();
        let found = sales::orders_by_numbers(&tx, &orders, &customers, &numbers).await?;
        let mut named = HashMap::new();
        for key in keys {
            let (Some(line), Some(proposal)) = (lines.get(&key.line), proposals.get(&key.line))
            else {
                continue;
            };
            let order = proposal.numbers.iter().find_map(|number| {
                found.get(&(key.customer, line.organization_id, number.clone())).copied()
            });
            named.extend(order.map(|order| (*key, order)));
        }
        Ok(named)
    }
}

/// Which lines; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "BankLineFilter")]
pub struct BankLineFilterInput {
    /// Those to this organization.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// Those in this state.
    state: Option<BankLineState>,
    /// Those of the payer with this tax number.
    payer_inn: Option<String>,
    /// Those of this day or later.
    date_from: Option<Date>,
    /// Those of this day or earlier.
    date_to: Option<Date>,
    /// The ones with exactly this id of the bank.
    reference: Option<String>,
}

impl From<BankLineFilterInput> for BankLineFilter {
    fn from(filter: BankLineFilterInput) -> Self {
        Self {
            organization: filter.organization_id.map(|id| id.0),
            state: filter.state.map(Into::into),
            payer_inn: filter.payer_inn,
            date_from: filter.date_from.map(|day| day.0),
            date_to: filter.date_to.map(|day| day.0),
            reference: filter.reference,
        }
    }
}

/// What lines are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::settlements::BankLineSort")]
pub enum BankLineOrderField {
    /// By day.
    Date,
    /// By amount, whatever its currency.
    Amount,
}

/// The order of lines; their id breaks ties.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct BankLineOrder {
    /// By what.
    field: BankLineOrderField,
    /// Which way.
    #[graphql(default_with = "OrderDirection::Asc")]
    direction: OrderDirection,
}

/// Queries of bank lines.
#[derive(Default)]
pub struct BankQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order")]
impl BankQuery {
    /// Lines of bank statements; the newest first where no order is asked for.
    async fn bank_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<BankLineFilterInput>,
        #[graphql(desc = "The order.")] order_by: Option<BankLineOrder>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<BankLine>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadBankLines>()?;
        let sort: (::settlements::BankLineSort, Direction) = match order_by {
            Some(order) => (order.field.into(), order.direction.into()),
            None => (::settlements::BankLineSort::Date, Direction::Desc),
        };
        let (after, before) = (after.as_deref(), before.as_deref());
        let page = paging::request(first, after, last, before, sort.0.name())?;
        let filter = BankLineFilter::from(filter.unwrap_or_default());
        let tx = session.tx().await?;
        let rows = ::settlements::bank_lines(&tx, &permit, &filter, sort, &page).await?;
        Ok(Connection::of(rows, BankLine).counted(move |session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move {
                let (tx, cap) = (session.tx().await?, COUNT_CAP + 1);
                Ok(::settlements::count_bank_lines(&tx, &permit, &filter, cap).await?)
            }
        }))
    }

    /// One line of a bank statement.
    async fn bank_line(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<BankLineId>,
    ) -> async_graphql::Result<Option<BankLine>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}

/// A line as the bank wrote it.
#[derive(InputObject)]
pub struct BankLineInput {
    /// The bank's own id of the line: what is there already under it is not brought in twice.
    reference: String,
    /// The day on which the money came, not in the future.
    date: Date,
    /// How much, above zero.
    amount: Decimal,
    /// The currency; the base currency where none is given.
    currency: Option<CurrencyCode>,
    /// Who paid.
    payer_name: Option<String>,
    /// The payer's tax number (INN): the customer is found by it.
    payer_inn: Option<String>,
    /// The payer's account.
    payer_account: Option<String>,
    /// What for, as the payer wrote it: invoices and orders are found by numbers in it.
    purpose: Option<String>,
}

/// Lines of a statement of one account.
#[derive(InputObject)]
pub struct BringBankLinesInput {
    /// Whose account.
    organization_id: GlobalId<OrganizationId>,
    /// The account; its letters and digits tell, however it is written.
    account: String,
    /// The lines, at most 500.
    lines: Vec<BankLineInput>,
    /// A repeat with the same key and input changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// What came of bringing lines in.
#[derive(SimpleObject)]
pub struct BringBankLinesPayload {
    /// The new lines.
    bank_lines: Vec<BankLine>,
    /// How many of the lines were there already.
    known: Option<u32>,
    /// Why nothing was written; empty where it was.
    user_errors: Vec<UserError>,
}

/// What a line pays for.
#[derive(InputObject)]
pub struct PostBankLineInput {
    /// The line.
    id: GlobalId<BankLineId>,
    /// Its version as it was read.
    version: i32,
    /// Who paid; the invoice's or the order's customer where none is given.
    customer_id: Option<GlobalId<CustomerId>>,
    /// Under which terms; the invoice's or the order's, else the customer's default agreement.
    agreement_id: Option<GlobalId<AgreementId>>,
    /// The order it pays for.
    order_id: Option<GlobalId<OrderId>>,
    /// The invoice it pays.
    invoice_id: Option<GlobalId<InvoiceId>>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    simulate: bool,
    /// A repeat with the same key and input changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// A line to put aside.
#[derive(InputObject)]
pub struct IgnoreBankLineInput {
    /// The line.
    id: GlobalId<BankLineId>,
    /// Its version as it was read.
    version: i32,
    /// Why.
    reason: String,
    /// A repeat with the same key and input changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of putting a line aside.
    IgnoreBankLinePayload {
        /// The line.
        bank_line: BankLine
    }
}

/// Mutations of bank lines.
#[derive(Default)]
pub struct BankMutation;

#[Object]
impl BankMutation {
    /// Brings lines of a bank's statement in. A line that is there already stays as it is: a
    /// statement may be brought in any number of times.
    async fn bring_bank_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lines.")] input: BringBankLinesInput,
    ) -> async_graphql::Result<BringBankLinesPayload> {
        let line = |line: BankLineInput| BankLineDraft {
            reference: line.reference,
            date: line.date.0,
            amount: line.amount.0,
            currency: line.currency.map(|currency| currency.0),
            payer_name: line.payer_name,
            payer_inn: line.payer_inn,
            payer_account: line.payer_account,
            purpose: line.purpose,
        };
        let command = BringBankLines {
            organization_id: input.organization_id.0,
            account: input.account,
            lines: input.lines.into_iter().map(line).collect(),
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let session = Session::of(ctx)?;
        let made = done.output.as_ref().map(|brought| brought.made.clone()).unwrap_or_default();
        let bank_lines = match session.load_all(made).await {
            Ok(lines) => lines.into_iter().flatten().collect(),
            Err(failure) if failure.is_forbidden() => Vec::new(),
            Err(failure) => return Err(failure.into()),
        };
        let known = done.output.map(|brought| brought.known);
        Ok(BringBankLinesPayload { bank_lines, known, user_errors: done.user_errors })
    }

    /// Makes a payment of a line: it pays what is named here. A line becomes a payment once.
    async fn post_bank_line(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The line, and what it pays for.")] input: PostBankLineInput,
    ) -> async_graphql::Result<PaymentPayload> {
        let session = Session::of(ctx)?;
        session.permit::<PostBankLine>()?;
        let order = match input.order_id {
            None => None,
            Some(id) => match order_of(session, id.0).await? {
                Some(order) => Some(order),
                None => return Ok(unknown_order(session)),
            },
        };
        let command = PostBankLine {
            id: input.id.0,
            version: input.version,
            customer_id: input.customer_id.map(|id| id.0),
            agreement_id: input.agreement_id.map(|id| id.0),
            order,
            invoice: input.invoice_id.map(|id| id.0),
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        Ok(PaymentPayload::of(done.output, done.user_errors))
    }

    /// Puts a line aside that is none of a customer's payments.
    async fn ignore_bank_line(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The line, and why.")] input: IgnoreBankLineInput,
    ) -> async_graphql::Result<IgnoreBankLinePayload> {
        let command =
            IgnoreBankLine { id: input.id.0, version: input.version, reason: input.reason };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let bank_line = Session::of(ctx)?.load_made(done.output).await?;
        Ok(IgnoreBankLinePayload { bank_line, user_errors: done.user_errors })
    }
}
