//! Batched reads of tax invoices.

use ::sales::ReadTaxInvoices;
use kernel::{CreditNoteId, OrderId, ShipmentId, TaxInvoiceId};

use super::tax_invoice::TaxInvoice;
use crate::loaders::{Load, Loaded, Loaders};

/// The tax invoice of a shipment or act that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sales) struct TaxInvoiceOfSale(pub(in crate::sales) ShipmentId);

/// The corrective tax invoice of a credit note that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sales) struct TaxInvoiceOfNote(pub(in crate::sales) CreditNoteId);

/// The tax invoices of an order's sales, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sales) struct TaxInvoicesOfOrder(pub(in crate::sales) OrderId);

/// The correctives of a tax invoice, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CorrectivesOf(pub(super) TaxInvoiceId);

/// The lines of a tax invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TaxLinesOf(pub(super) TaxInvoiceId);

/// The advances that a tax invoice names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TaxPaymentsOf(pub(super) TaxInvoiceId);

impl Load<TaxInvoiceId> for Loaders {
    type Value = TaxInvoice;

    async fn load(&self, keys: &[TaxInvoiceId]) -> Loaded<TaxInvoiceId, TaxInvoice> {
        let permit = self.permit::<ReadTaxInvoices>()?;
        let found = ::sales::tax_invoices_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<TaxInvoiceOfSale> for Loaders {
    type Value = TaxInvoice;

    async fn load(&self, keys: &[TaxInvoiceOfSale]) -> Loaded<TaxInvoiceOfSale, TaxInvoice> {
        let permit = self.permit::<ReadTaxInvoices>()?;
        let ids: Vec<ShipmentId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::tax_invoices_of_sales(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, row)| (TaxInvoiceOfSale(id), row.into())).collect())
    }
}

impl Load<TaxInvoiceOfNote> for Loaders {
    type Value = TaxInvoice;

    async fn load(&self, keys: &[TaxInvoiceOfNote]) -> Loaded<TaxInvoiceOfNote, TaxInvoice> {
        let permit = self.permit::<ReadTaxInvoices>()?;
        let ids: Vec<CreditNoteId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::tax_invoices_of_notes(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, row)| (TaxInvoiceOfNote(id), row.into())).collect())
    }
}

impl Load<TaxInvoicesOfOrder> for Loaders {
    type Value = Vec<TaxInvoice>;

    async fn load(&self, keys: &[TaxInvoicesOfOrder]) -> Loaded<TaxInvoicesOfOrder, Self::Value> {
        let permit = self.permit::<ReadTaxInvoices>()?;
        let ids: Vec<OrderId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::tax_invoices_of_orders(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (TaxInvoicesOfOrder(id), shaped(rows))).collect())
    }
}

impl Load<CorrectivesOf> for Loaders {
    type Value = Vec<TaxInvoice>;

    async fn load(&self, keys: &[CorrectivesOf]) -> Loaded<CorrectivesOf, Self::Value> {
        let permit = self.permit::<ReadTaxInvoices>()?;
        let ids: Vec<TaxInvoiceId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::tax_invoices_that_correct(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (CorrectivesOf(id), shaped(rows))).collect())
    }
}

fn shaped(rows: Vec<::sales::TaxInvoice>) -> Vec<TaxInvoice> {
    rows.into_iter().map(Into::into).collect()
}

impl Load<TaxLinesOf> for Loaders {
    type Value = Vec<::sales::TaxInvoiceLine>;

    async fn load(&self, keys: &[TaxLinesOf]) -> Loaded<TaxLinesOf, Self::Value> {
        let permit = self.permit::<ReadTaxInvoices>()?;
        let ids: Vec<TaxInvoiceId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::tax_invoice_lines(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (TaxLinesOf(id), rows)).collect())
    }
}

impl Load<TaxPaymentsOf> for Loaders {
    type Value = Vec<::sales::TaxInvoicePayment>;

    async fn load(&self, keys: &[TaxPaymentsOf]) -> Loaded<TaxPaymentsOf, Self::Value> {
        let permit = self.permit::<ReadTaxInvoices>()?;
        let ids: Vec<TaxInvoiceId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::tax_invoice_payments(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (TaxPaymentsOf(id), rows)).collect())
    }
}
