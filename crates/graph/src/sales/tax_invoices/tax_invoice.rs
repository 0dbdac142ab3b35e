//! Tax invoices.

use std::sync::Arc;

use ::sales::TaxInvoiceState as State;
use async_graphql::{Context, Enum, ID, Object};
use kernel::{OrderId, ServiceActId, ShipmentId};

use super::line::{TaxInvoiceBasis, TaxInvoiceLine, TaxInvoiceParty, TaxInvoicePayment};
use super::loads::{CorrectivesOf, TaxLinesOf, TaxPaymentsOf};
use crate::catalog::{Customer, Organization};
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::sales::{CreditNote, SalesOrder, ServiceAct, Shipment, user};
use crate::scalars::{CurrencyCode, Date, DateTime, Money};
use crate::session::Session;
use crate::settlements::{InvoiceVat, vat_by_rate};

/// What a tax invoice is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::sales::TaxInvoiceKind")]
pub enum TaxInvoiceKind {
    /// A shipment or an act (счёт-фактура).
    Sale,
    /// A credit note: what lessens a sale (корректировочный счёт-фактура).
    Corrective,
}

/// Where a tax invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "State")]
pub enum TaxInvoiceState {
    /// It stands.
    Issued,
    /// It tells of nothing any more, and keeps its number.
    Cancelled,
}

/// The tax paper of a sale, or of what lessens one.
#[derive(Clone)]
pub struct TaxInvoice(Arc<::sales::TaxInvoice>);

impl From<::sales::TaxInvoice> for TaxInvoice {
    fn from(row: ::sales::TaxInvoice) -> Self {
        Self(Arc::new(row))
    }
}

impl TaxInvoice {
    /// What it is about, for the story of that.
    pub(in crate::sales) fn about(&self) -> (OrderId, Option<ShipmentId>) {
        (self.0.order_id, Some(self.0.shipment_id))
    }
}

/// The tax paper (счёт-фактура) of a posted shipment or act, or the corrective one of a credit note.
/// It posts nothing, and what it tells stays as it was when it was issued.
#[Object]
impl TaxInvoice {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// By organization and year, in order of time: a later number has no earlier date. A cancelled
    /// one keeps it.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// The business date.
    async fn date(&self) -> Date {
        self.0.date.into()
    }

    /// Of a sale, or corrective.
    async fn kind(&self) -> TaxInvoiceKind {
        self.0.kind.into()
    }

    /// Where it stands.
    async fn state(&self) -> TaxInvoiceState {
        self.0.state.into()
    }

    /// The seller as it was called and registered then.
    async fn seller(&self) -> TaxInvoiceParty {
        let row = &self.0;
        TaxInvoiceParty {
            name: row.seller_name.clone(),
            inn: row.seller_inn.clone(),
            kpp: row.seller_kpp.clone(),
            address: row.seller_address.clone(),
        }
    }

    /// The buyer as he was called and registered then.
    async fn buyer(&self) -> TaxInvoiceParty {
        let row = &self.0;
        TaxInvoiceParty {
            name: row.buyer_name.clone(),
            inn: row.buyer_inn.clone(),
            kpp: row.buyer_kpp.clone(),
            address: row.buyer_address.clone(),
        }
    }

    /// The document it is of: the shipment, the act or the credit note.
    async fn basis(&self) -> TaxInvoiceBasis {
        TaxInvoiceBasis { number: self.0.basis_number.clone(), date: self.0.basis_date.into() }
    }

    /// The advances that were settled with the sale, oldest first; a corrective one names none.
    async fn payments(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<TaxInvoicePayment>> {
        let rows = Session::of(ctx)?.load(TaxPaymentsOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(TaxInvoicePayment).collect())
    }

    /// Its lines, in the order of the document's.
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<TaxInvoiceLine>> {
        let lines = Session::of(ctx)?.load(TaxLinesOf(self.0.id)).await?.unwrap_or_default();
        let currency = self.0.currency;
        Ok(lines.into_iter().map(|line| TaxInvoiceLine { line, currency }).collect())
    }

    /// What it comes to by rate of VAT, the highest first; "without VAT" stands last.
    async fn vat_by_rate(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<InvoiceVat>> {
        let lines = Session::of(ctx)?.load(TaxLinesOf(self.0.id)).await?.unwrap_or_default();
        let figures = lines.iter().map(|line| (line.vat_rate, line.net, line.vat));
        Ok(vat_by_rate(figures, self.0.currency))
    }

    /// What it comes to without VAT; of a corrective one what the sale becomes less by.
    async fn net(&self) -> Money {
        Money::new(self.0.net, self.0.currency)
    }

    /// The tax.
    async fn vat(&self) -> Money {
        Money::new(self.0.vat, self.0.currency)
    }

    /// With VAT.
    async fn gross(&self) -> Money {
        Money::new(self.0.gross, self.0.currency)
    }

    /// The currency of its amounts: the sale's.
    async fn currency(&self) -> CurrencyCode {
        self.0.currency.into()
    }

    /// The shipment that it tells of, or that a credit note lessens; null where it is an act. Needs the
    /// right `shipment.read`.
    async fn shipment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Shipment>> {
        Ok(Session::of(ctx)?.load(self.0.shipment_id).await?)
    }

    /// The act that it tells of, or that a credit note lessens; null where it is a shipment. Needs the
    /// right `act.read`.
    async fn service_act(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ServiceAct>> {
        Ok(Session::of(ctx)?.load(ServiceActId(self.0.shipment_id.0)).await?)
    }

    /// The credit note that a corrective one is of. Needs the right `return.read`.
    async fn credit_note(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<CreditNote>> {
        let Some(note) = self.0.credit_note_id else { return Ok(None) };
        Ok(Session::of(ctx)?.load(note).await?)
    }

    /// The tax invoice of the sale that a corrective one corrects.
    async fn corrects(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<TaxInvoice>> {
        let Some(corrected) = self.0.corrects_id else { return Ok(None) };
        Ok(Session::of(ctx)?.load(corrected).await?)
    }

    /// The correctives of it, cancelled ones too, oldest first.
    async fn correctives(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<TaxInvoice>> {
        Ok(Session::of(ctx)?.load(CorrectivesOf(self.0.id)).await?.unwrap_or_default())
    }

    /// The order of the sale. Needs the right `order.read`.
    async fn order(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrder>> {
        Ok(Session::of(ctx)?.load(self.0.order_id).await?)
    }

    /// Who sold.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// Who bought; null where the caller may not see him.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load(self.0.customer_id).await?)
    }

    /// The manager of the sale.
    async fn manager(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(ctx, self.0.manager_id).await
    }

    /// The business date on which it was cancelled: its own, or the first open day after.
    async fn cancelled_on(&self) -> Option<Date> {
        self.0.cancelled_on.map(Date)
    }

    /// Why it was cancelled; where its document was reversed, the reason of that.
    async fn cancel_reason(&self) -> Option<&str> {
        self.0.cancel_reason.as_deref()
    }

    /// A note.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }

    /// Its key in another system; unique among the tenant's tax invoices.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// Grows with each change.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was issued.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// The person who issued it; null where a program did.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(ctx, self.0.created_by).await
    }

    /// Who did what to it, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }
}
