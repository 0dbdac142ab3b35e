//! Batched reads of invoices.

use std::collections::HashMap;

use ::settlements::ReadInvoices;
use kernel::{CustomerId, InvoiceId, OrderId, Page, PaymentId};

use super::invoice::{Invoice, InvoicePayment};
use crate::loaders::{Load, Loaded, Loaders};

impl Load<InvoiceId> for Loaders {
    type Value = Invoice;

    async fn load(&self, keys: &[InvoiceId]) -> Loaded<InvoiceId, Invoice> {
        let permit = self.permit::<ReadInvoices>()?;
        let found = ::settlements::invoices_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, Invoice(row))).collect())
    }
}

/// What an invoice asks for by line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct InvoiceLinesOf(pub(super) InvoiceId);

impl Load<InvoiceLinesOf> for Loaders {
    type Value = Vec<::settlements::InvoiceLine>;

    async fn load(&self, keys: &[InvoiceLinesOf]) -> Loaded<InvoiceLinesOf, Self::Value> {
        let permit = self.permit::<ReadInvoices>()?;
        let ids: Vec<InvoiceId> = keys.iter().map(|key| key.0).collect();
        let found = ::settlements::invoice_lines(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (InvoiceLinesOf(id), rows)).collect())
    }
}

/// What came for an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PaymentsOfInvoice(pub(super) InvoiceId);

impl Load<PaymentsOfInvoice> for Loaders {
    type Value = Vec<InvoicePayment>;

    async fn load(&self, keys: &[PaymentsOfInvoice]) -> Loaded<PaymentsOfInvoice, Self::Value> {
        let permit = self.permit::<ReadInvoices>()?;
        let ids: Vec<InvoiceId> = keys.iter().map(|key| key.0).collect();
        let found = ::settlements::invoice_payments(&*self.tx().await?, &permit, &ids).await?;
        let shaped = |rows: Vec<_>| rows.into_iter().map(InvoicePayment).collect();
        Ok(found.into_iter().map(|(id, rows)| (PaymentsOfInvoice(id), shaped(rows))).collect())
    }
}

/// Which invoices a payment paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct InvoicesOfPayment(pub(super) PaymentId);

impl Load<InvoicesOfPayment> for Loaders {
    type Value = Vec<InvoicePayment>;

    async fn load(&self, keys: &[InvoicesOfPayment]) -> Loaded<InvoicesOfPayment, Self::Value> {
        let permit = self.permit::<ReadInvoices>()?;
        let ids: Vec<PaymentId> = keys.iter().map(|key| key.0).collect();
        let found = ::settlements::invoices_of_payments(&*self.tx().await?, &permit, &ids).await?;
        let shaped = |rows: Vec<_>| rows.into_iter().map(InvoicePayment).collect();
        Ok(found.into_iter().map(|(id, rows)| (InvoicesOfPayment(id), shaped(rows))).collect())
    }
}

/// The invoices of an order, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InvoicesOfOrder(pub OrderId);

impl Load<InvoicesOfOrder> for Loaders {
    type Value = Vec<Invoice>;

    async fn load(&self, keys: &[InvoicesOfOrder]) -> Loaded<InvoicesOfOrder, Vec<Invoice>> {
        let permit = self.permit::<ReadInvoices>()?;
        let ids: Vec<OrderId> = keys.iter().map(|key| key.0).collect();
        let found = ::settlements::invoices_of_orders(&*self.tx().await?, &permit, &ids).await?;
        let shaped = |rows: Vec<_>| rows.into_iter().map(Invoice).collect();
        Ok(found.into_iter().map(|(id, rows)| (InvoicesOfOrder(id), shaped(rows))).collect())
    }
}

/// The newest invoices of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct InvoicesOfCustomer {
    pub(super) customer: CustomerId,
    pub(super) limit: u32,
}

impl Load<InvoicesOfCustomer> for Loaders {
    type Value = Page<::settlements::Invoice>;

    async fn load(&self, keys: &[InvoicesOfCustomer]) -> Loaded<InvoicesOfCustomer, Self::Value> {
        let permit = self.permit::<ReadInvoices>()?;
        let tx = self.tx().await?;
        let mut by_limit: HashMap<u32, Vec<CustomerId>> = HashMap::new();
        for key in keys {
            by_limit.entry(key.limit).or_default().push(key.customer);
        }
        let mut pages = HashMap::new();
        // One statement for each way of asking, of which an operation has few.
        for (limit, ids) in by_limit {
            let found = ::settlements::invoices_of_customers(&tx, &permit, &ids, limit).await?;
            let keyed = |(customer, page)| (InvoicesOfCustomer { customer, limit }, page);
            pages.extend(found.into_iter().map(keyed));
        }
        Ok(pages)
    }
}
