//! Mutations of tax invoices.

use ::sales::{CancelTaxInvoice, IssueTaxInvoice};
use async_graphql::{Context, Object, SimpleObject};

use super::inputs::{CancelTaxInvoiceInput, IssueTaxInvoiceInput};
use super::tax_invoice::TaxInvoice;
use crate::catalog::payloads;
use crate::idempotency::mutate;
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

payloads! {
    /// What came of issuing a tax invoice.
    IssueTaxInvoicePayload (complex) {
        /// The new tax invoice.
        tax_invoice: TaxInvoice
    }
    /// What came of cancelling a tax invoice.
    CancelTaxInvoicePayload (complex) {
        /// The cancelled tax invoice.
        tax_invoice: TaxInvoice
    }
}

/// Mutations of tax invoices.
#[derive(Default)]
pub struct TaxInvoiceMutation;

#[Object]
impl TaxInvoiceMutation {
    /// Issues the tax invoice of a posted shipment or act, or the corrective one of a credit note:
    /// parties, lines and advances are kept as they are now. Numbers go in order of time: a date
    /// before that of the organization's last one in the year is refused (`OUT_OF_ORDER`).
    async fn issue_tax_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which document, and when.")] mut input: IssueTaxInvoiceInput,
    ) -> async_graphql::Result<IssueTaxInvoicePayload> {
        let key = input.idempotency_key.take();
        let done = mutate(ctx, IssueTaxInvoice { draft: input.into() }, key).await?;
        let tax_invoice = Session::of(ctx)?.load_made(done.output).await?;
        Ok(IssueTaxInvoicePayload { tax_invoice, user_errors: done.user_errors })
    }

    /// Cancels a tax invoice while no corrective of it stands: it keeps its number, and its document
    /// can have another one. Whatever reverses the document does so by itself.
    async fn cancel_tax_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tax invoice, and why.")] input: CancelTaxInvoiceInput,
    ) -> async_graphql::Result<CancelTaxInvoicePayload> {
        let (id, version, reason) = (input.id.0, input.version, input.reason);
        let command = CancelTaxInvoice { id, version, reason };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let tax_invoice = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CancelTaxInvoicePayload { tax_invoice, user_errors: done.user_errors })
    }
}

simulates!(IssueTaxInvoicePayload, CancelTaxInvoicePayload);
