//! Invoices.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use kernel::{OrderId, Percent};

use super::invoice_loads::{InvoiceLinesOf, PaymentsOfInvoice};
use super::payment::Payment;
use crate::catalog::{Agreement, Customer, Organization, Product, ProductVariant};
use crate::custom::{CustomFieldValue, custom_fields_of};
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::sales::{SalesOrder, SalesOrderLine};
use crate::scalars::{CurrencyCode, Date, DateTime, Decimal, Money};
use crate::session::Session;

/// Where an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::settlements::InvoiceState")]
pub enum InvoiceState {
    /// Nothing of it is paid.
    Issued,
    /// A part of it is paid.
    PartiallyPaid,
    /// All of it is paid.
    Paid,
    /// It asks for nothing any more.
    Cancelled,
}

/// A request to pay a part of an order, or all of it.
#[derive(Clone, Debug)]
pub struct Invoice(pub(super) ::settlements::Invoice);

impl Invoice {
    /// What it asks for.
    pub(crate) fn order_id(&self) -> OrderId {
        self.0.order_id
    }
}

/// A request to pay a part of an order, or all of it. It posts nothing: what is owed is what was
/// shipped. All invoices of an order together never ask for more than the order.
#[Object]
impl Invoice {
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

    /// The day by which it is to be paid.
    async fn due_on(&self) -> Date {
        self.0.due_on.into()
    }

    /// Where it stands.
    async fn state(&self) -> InvoiceState {
        self.0.state.into()
    }

    /// Which of the order's payment steps it asks for, from 1; null for a part of its own.
    async fn payment_step(&self) -> Option<i32> {
        self.0.payment_step
    }

    /// What it asks for, without VAT.
    async fn net(&self) -> Money {
        Money::new(self.0.net, self.0.currency)
    }

    /// The tax in it.
    async fn vat(&self) -> Money {
        Money::new(self.0.vat, self.0.currency)
    }

    /// What it asks for, with VAT.
    async fn gross(&self) -> Money {
        Money::new(self.0.gross, self.0.currency)
    }

    /// What payments brought for it.
    async fn paid(&self) -> Money {
        Money::new(self.0.paid, self.0.currency)
    }

    /// What is still to be paid; zero for a cancelled one, and for one whose order is cancelled.
    async fn unpaid(&self) -> Money {
        let unpaid = match self.0.cancel_reason {
            Some(_) => kernel::Decimal::ZERO,
            None => self.0.gross - self.0.paid,
        };
        Money::new(unpaid, self.0.currency)
    }

    /// What it asks for by line of the order.
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<InvoiceLine>> {
        let lines = Session::of(ctx)?.load(InvoiceLinesOf(self.0.id)).await?.unwrap_or_default();
        let currency = self.0.currency;
        Ok(lines.into_iter().map(|line| InvoiceLine { line, currency }).collect())
    }

    /// The same by rate of VAT, the highest first; "without VAT" stands last.
    async fn vat_by_rate(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<InvoiceVat>> {
        let lines = Session::of(ctx)?.load(InvoiceLinesOf(self.0.id)).await?.unwrap_or_default();
        let figures = lines.iter().map(|line| (line.vat_rate, line.net, line.vat));
        Ok(vat_by_rate(figures, self.0.currency))
    }

    /// What came for it and was taken back, as dated rows, oldest first. Needs the right
    /// `payment.read` to see whose money it is.
    async fn payments(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<InvoicePayment>> {
        let rows = Session::of(ctx)?.load(PaymentsOfInvoice(self.0.id)).await?;
        Ok(rows.unwrap_or_default())
    }

    /// The order it asks money for.
    async fn order(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrder>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.order_id)).await?)
    }

    /// To whom.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// Who is to pay.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load(self.0.customer_id).await?)
    }

    /// Under which terms. Needs the right terms.read.
    async fn agreement(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Agreement>> {
        Ok(Session::of(ctx)?.load(self.0.agreement_id).await?)
    }

    /// The order's manager when it was issued.
    async fn manager(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.manager_id).await?)
    }

    /// The currency of its amounts: the order's.
    async fn currency(&self) -> CurrencyCode {
        self.0.currency.into()
    }

    /// Why it was cancelled. Where it is not, its order was: it is asked for no more, takes no
    /// payment, and is cancelled once all that was paid is taken back.
    async fn cancel_reason(&self) -> Option<&str> {
        self.0.cancel_reason.as_deref()
    }

    /// Free text.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }

    /// Its key in another system; unique among the tenant's invoices for ever.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// Grows with each change, payments included.
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

    /// The user who issued it; null for partners' programs.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.created_by).await?)
    }

    /// What its custom fields hold, as far as the caller sees them, in the order of cards; those
    /// that hold nothing are absent.
    async fn custom_fields(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<CustomFieldValue>> {
        Ok(custom_fields_of::<::settlements::Invoice>(Session::of(ctx)?, self.0.id).await?)
    }

    /// Who did what to it, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }
}

/// What an invoice asks for of one line of its order.
pub struct InvoiceLine {
    line: ::settlements::InvoiceLine,
    currency: kernel::Currency,
}

/// What an invoice asks for of one line of its order.
#[Object]
impl InvoiceLine {
    /// Its place, from 1.
    async fn position(&self) -> i32 {
        self.line.position
    }

    /// The order's line.
    async fn order_line(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrderLine>> {
        Ok(Session::of(ctx)?.load_made(Some(self.line.order_line_id)).await?)
    }

    /// What was ordered.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.line.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.line.variant_id).await?)
    }

    /// How much the order's line holds, in its unit; the amounts are the part that is asked for.
    async fn quantity(&self) -> Decimal {
        Decimal(self.line.quantity.normalize())
    }

    /// The unit.
    async fn unit(&self) -> &str {
        &self.line.unit
    }

    /// What is asked for, without VAT.
    async fn net(&self) -> Money {
        Money::new(self.line.net, self.currency)
    }

    /// Percent; null is "without VAT", which is not 0 %.
    async fn vat_rate(&self) -> Option<Decimal> {
        self.line.vat_rate.map(|rate| Decimal(rate.get().normalize()))
    }

    /// The tax.
    async fn vat(&self) -> Money {
        Money::new(self.line.vat, self.currency)
    }

    /// What is asked for, with VAT.
    async fn gross(&self) -> Money {
        Money::new(self.line.gross, self.currency)
    }
}

/// What a document comes to at one rate of VAT.
#[derive(SimpleObject)]
pub struct InvoiceVat {
    /// Percent; null is "without VAT", which is not 0 %.
    rate: Option<Decimal>,
    /// Without VAT.
    net: Money,
    /// The tax.
    vat: Money,
    /// With VAT.
    gross: Money,
}

/// What lines of a document come to by rate of VAT (rate, without VAT, tax), the highest first;
/// "without VAT" stands last.
pub(crate) fn vat_by_rate(
    lines: impl Iterator<Item = (Option<Percent>, kernel::Decimal, kernel::Decimal)>,
    currency: kernel::Currency,
) -> Vec<InvoiceVat> {
    let mut rates: Vec<(Option<kernel::Decimal>, kernel::Decimal, kernel::Decimal)> = vec![];
    for (rate, net, vat) in lines {
        let rate = rate.map(Percent::get);
        match rates.iter_mut().find(|sum| sum.0 == rate) {
            Some(sum) => {
                sum.1 += net;
                sum.2 += vat;
            }
            None => rates.push((rate, net, vat)),
        }
    }
    rates.sort_by_key(|sum| std::cmp::Reverse(sum.0));
    let money = |amount| Money::new(amount, currency);
    let told = |(rate, net, vat): (Option<kernel::Decimal>, _, _)| InvoiceVat {
        rate: rate.map(|rate| Decimal(rate.normalize())),
        net: money(net),
        vat: money(vat),
        gross: money(net + vat),
    };
    rates.into_iter().map(told).collect()
}

/// A dated row of paying an invoice; what was taken back is a row of its own, with a minus.
#[derive(Clone, Copy)]
pub struct InvoicePayment(pub(super) ::settlements::InvoicePayment);

/// A dated row of paying an invoice; what was taken back is a row of its own, with a minus.
#[Object]
impl InvoicePayment {
    /// How much; below zero where it was taken back.
    async fn amount(&self) -> Money {
        Money::new(self.0.amount, self.0.currency)
    }

    /// The business date.
    async fn date(&self) -> Date {
        self.0.occurred_on.into()
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> DateTime {
        self.0.recorded_at.into()
    }

    /// Which invoice.
    async fn invoice(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Invoice>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.invoice_id)).await?)
    }

    /// Whose money.
    async fn payment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Payment>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.payment_id)).await?)
    }
}
