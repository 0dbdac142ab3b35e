//! The statement that two companies reconcile by.

use ::settlements::{ReadStatement, StatementQuery};
use async_graphql::{Context, Enum, Object, SimpleObject};
use kernel::{AgreementId, Currency, CustomerId, OrganizationId};

use super::payment::Payment;
use super::refund::Refund;
use crate::catalog::{Agreement, Customer, Organization};
use crate::ids::GlobalId;
use crate::sales::{CreditNote, ServiceAct, Shipment};
use crate::scalars::{CurrencyCode, Date, DateTime, Money};
use crate::session::Session;

/// What passed between the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::settlements::StatementWhat")]
pub enum StatementEntryKind {
    /// The balance before the period; no entry has this kind.
    Opening,
    /// Goods were shipped or services done: the customer owes more.
    Sale,
    /// A sale was reversed: a debit with a minus.
    SaleReversal,
    /// A credit note: the customer owes less.
    CreditNote,
    /// A credit note was reversed: a credit with a minus.
    CreditNoteReversal,
    /// Money came.
    Payment,
    /// A payment was reversed: a credit with a minus.
    PaymentReversal,
    /// Money was given back.
    Refund,
    /// A refund was reversed: a debit with a minus.
    RefundReversal,
}

/// One document of the period.
pub struct StatementEntry {
    entry: ::settlements::StatementEntry,
    currency: Currency,
}

/// One document of the period.
#[Object]
impl StatementEntry {
    /// The business date.
    async fn date(&self) -> Date {
        self.entry.date.into()
    }

    /// What passed.
    async fn kind(&self) -> StatementEntryKind {
        self.entry.what.into()
    }

    /// By how much the customer owes more; below zero for a reversal.
    async fn debit(&self) -> Money {
        Money::new(self.entry.debit, self.currency)
    }

    /// By how much the customer owes less; below zero for a reversal.
    async fn credit(&self) -> Money {
        Money::new(self.entry.credit, self.currency)
    }

    /// The shipment of a sale; null where it is an act, or none.
    async fn shipment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Shipment>> {
        Ok(Session::of(ctx)?.load_made(self.entry.shipment_id).await?)
    }

    /// The act of a sale; null where it is a shipment, or none.
    async fn service_act(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ServiceAct>> {
        let act = self.entry.shipment_id.map(|id| kernel::ServiceActId(id.0));
        Ok(Session::of(ctx)?.load_made(act).await?)
    }

    /// The credit note.
    async fn credit_note(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<CreditNote>> {
        Ok(Session::of(ctx)?.load_made(self.entry.credit_note_id).await?)
    }

    /// The payment.
    async fn payment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Payment>> {
        Ok(Session::of(ctx)?.load_made(self.entry.payment_id).await?)
    }

    /// The refund.
    async fn refund(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Refund>> {
        Ok(Session::of(ctx)?.load_made(self.entry.refund_id).await?)
    }
}

/// What passed under one agreement in one currency.
pub struct StatementPart(::settlements::StatementPart);

/// What passed under one agreement in one currency: closing = opening + debit − credit.
#[Object]
impl StatementPart {
    /// Under which terms. Needs the right terms.read.
    async fn agreement(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Agreement>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.agreement_id)).await?)
    }

    /// The currency of all amounts.
    async fn currency(&self) -> CurrencyCode {
        self.0.currency.into()
    }

    /// What the customer owed before the period; below zero he had paid ahead.
    async fn opening(&self) -> Money {
        Money::new(self.0.opening, self.0.currency)
    }

    /// All debits of the period.
    async fn debit(&self) -> Money {
        Money::new(self.0.debit, self.0.currency)
    }

    /// All credits of the period.
    async fn credit(&self) -> Money {
        Money::new(self.0.credit, self.0.currency)
    }

    /// What the customer owes after the period; below zero he has paid ahead.
    async fn closing(&self) -> Money {
        Money::new(self.0.closing(), self.0.currency)
    }

    /// The documents, in the order of their days.
    async fn entries(&self) -> Vec<StatementEntry> {
        let currency = self.0.currency;
        self.0.entries.iter().map(|entry| StatementEntry { entry: *entry, currency }).collect()
    }
}

/// What passed between an organization and a customer in a period.
#[derive(SimpleObject)]
pub struct ReconciliationStatement {
    /// The customer: the card that stands for a merged one.
    customer: Option<Customer>,
    /// The organization.
    organization: Option<Organization>,
    /// The first day.
    from: Date,
    /// The last day.
    to: Date,
    /// The recorded time, where one was asked for: nothing recorded later is in it.
    known_at: Option<DateTime>,
    /// By currency and agreement; nothing where nothing ever passed.
    parts: Vec<StatementPart>,
}

/// Queries of statements.
#[derive(Default)]
pub struct StatementRoot;

#[Object]
#[expect(clippy::too_many_arguments, reason = "a period, two sides and a recorded time")]
impl StatementRoot {
    /// The statement that an organization and a customer reconcile by: what was open before a
    /// period, what passed in it document by document, and what is open after it. At most 5,000
    /// documents: for more, ask for a shorter period.
    async fn reconciliation_statement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The customer; for a merged card, the one that stands for it.")]
        customer_id: GlobalId<CustomerId>,
        #[graphql(desc = "The organization.")] organization_id: GlobalId<OrganizationId>,
        #[graphql(desc = "The first day of the period.")] from: Date,
        #[graphql(desc = "The last day of the period.")] to: Date,
        #[graphql(desc = "Under this agreement only; all where none is given.")]
        agreement_id: Option<GlobalId<AgreementId>>,
        #[graphql(desc = "Only what was recorded by then; all where none is given.")]
        known_at: Option<DateTime>,
    ) -> async_graphql::Result<ReconciliationStatement> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadStatement>()?;
        let query = StatementQuery {
            customer: customer_id.0,
            organization: organization_id.0,
            agreement: agreement_id.map(|id| id.0),
            from: from.0,
            to: to.0,
            known_at: known_at.map(|moment| moment.0),
        };
        let told = ::settlements::statement(&*session.tx().await?, &permit, &query).await?;
        Ok(ReconciliationStatement {
            customer: session.load_made(Some(told.customer_id)).await?,
            organization: session.load_made(Some(query.organization)).await?,
            from,
            to,
            known_at,
            parts: told.parts.into_iter().map(StatementPart).collect(),
        })
    }
}
