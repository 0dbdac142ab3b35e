//! Credit notes.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};

use super::sales_return::SalesReturn;
use crate::catalog::{Customer, Organization};
use crate::identity::User;
use crate::ids::global;
use crate::sales::tax_invoices::{TaxInvoice, TaxInvoiceOfNote};
use crate::sales::{DocumentTotal, PriceCorrection, Shipment, priced, user};
use crate::scalars::{Date, DateTime};
use crate::session::Session;

/// The paper by which a customer owes less.
#[derive(Clone)]
pub struct CreditNote(Arc<::sales::CreditNote>);

impl From<::sales::CreditNote> for CreditNote {
    fn from(row: ::sales::CreditNote) -> Self {
        Self(Arc::new(row))
    }
}

/// The paper by which a customer owes less: written with a posted return or price correction,
/// it stands as long as that does.
#[Object]
impl CreditNote {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Without gaps by organization and year; a reversed one keeps it.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// The business date: that of its return or price correction.
    async fn date(&self) -> Date {
        self.0.date.into()
    }

    /// The return it is of; null where it is of a price correction.
    async fn sales_return(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesReturn>> {
        Ok(Session::of(ctx)?.load_made(self.0.return_id).await?)
    }

    /// The price correction it is of; null where it is of a return, and for who sees no corrections.
    async fn price_correction(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<PriceCorrection>> {
        Ok(Session::of(ctx)?.load_made(self.0.correction_id).await?)
    }

    /// The shipment whose debts became less.
    async fn shipment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Shipment>> {
        Ok(Session::of(ctx)?.load(self.0.shipment_id).await?)
    }

    /// Who sold.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// Who owes less; null where the caller may not see him.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load(self.0.customer_id).await?)
    }

    /// What it takes off, at the shipment's rates of VAT. Needs the right `price.read`.
    async fn total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<DocumentTotal>> {
        let total = DocumentTotal::of(self.0.net, self.0.vat, self.0.gross, self.0.currency);
        Ok(Some(priced(ctx, total)?))
    }

    /// The corrective tax invoice of it that stands; null where none was issued, or it was cancelled. Needs the right
    /// `tax_invoice.read`.
    async fn tax_invoice(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<TaxInvoice>> {
        Ok(Session::of(ctx)?.load(TaxInvoiceOfNote(self.0.id)).await?)
    }

    /// The business date on which it was reversed with that.
    async fn reversed_on(&self) -> Option<Date> {
        self.0.reversed_on.map(Date)
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// The person who wrote it; null where a program did.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(ctx, self.0.created_by).await
    }
}
