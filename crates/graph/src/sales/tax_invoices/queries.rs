//! Queries of tax invoices.

use ::sales::ReadTaxInvoices;
use async_graphql::{Context, Object};
use kernel::TaxInvoiceId;

use super::inputs::TaxInvoiceFilter;
use super::tax_invoice::TaxInvoice;
use crate::ids::GlobalId;
use crate::paging::{self, Connection};
use crate::sales::queries::{SalesDocumentOrder, sort_of};
use crate::session::Session;

/// Queries of tax invoices.
#[derive(Default)]
pub struct TaxInvoiceQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order")]
impl TaxInvoiceQuery {
    /// A tax invoice; null with NOT_FOUND where there is none for the caller.
    async fn tax_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tax invoice's global id.")] id: GlobalId<TaxInvoiceId>,
    ) -> async_graphql::Result<Option<TaxInvoice>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// Tax invoices, newest first where no order is given.
    async fn tax_invoices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<TaxInvoiceFilter>,
        #[graphql(desc = "The order.")] order_by: Option<SalesDocumentOrder>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<TaxInvoice>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadTaxInvoices>()?;
        let sort = sort_of(session, order_by)?;
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), sort.name())?;
        let filter = ::sales::TaxInvoiceFilter::from(filter.unwrap_or_default());
        let tx = session.tx().await?;
        let rows = ::sales::tax_invoices(&tx, &permit, &filter, sort, &page).await?;
        let count = move |session: Session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move {
                Ok(::sales::count_tax_invoices(&*session.tx().await?, &permit, &filter).await?)
            }
        };
        Ok(Connection::of(rows, TaxInvoice::from).counted(count))
    }
}
