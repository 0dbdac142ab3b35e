//! What a tax invoice tells: parties, lines, advances.

use async_graphql::{Context, Object, SimpleObject};
use kernel::Currency;

use crate::catalog::{Product, ProductVariant};
use crate::scalars::{Date, Decimal, Money};
use crate::session::Session;
use crate::settlements::Payment;

/// A party of a tax invoice, as it was called and registered when that was issued.
#[derive(Clone, Debug, SimpleObject)]
pub struct TaxInvoiceParty {
    /// Its full name.
    pub(super) name: String,
    /// The tax number (ИНН).
    pub(super) inn: Option<String>,
    /// The reason code of the registration (КПП).
    pub(super) kpp: Option<String>,
    /// The address.
    pub(super) address: Option<String>,
}

/// The document that a tax invoice is of, as papers name it.
#[derive(Clone, Debug, SimpleObject)]
pub struct TaxInvoiceBasis {
    /// Its number.
    pub(super) number: String,
    /// Its business date.
    pub(super) date: Date,
}

/// What a line of a sale comes to at one moment.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct TaxInvoiceFigures {
    /// How much, in the line's unit.
    quantity: Decimal,
    /// Of a unit, without VAT, four places; null where there is no quantity.
    price: Option<Decimal>,
    /// Without VAT.
    net: Money,
    /// The tax.
    vat: Money,
    /// With VAT.
    gross: Money,
}

impl TaxInvoiceFigures {
    fn of(told: [kernel::Decimal; 3], currency: Currency) -> Self {
        let [quantity, net, vat] = told;
        Self {
            quantity: Decimal(quantity.normalize()),
            price: ::sales::unit_price(net, quantity).map(|price| Decimal(price.normalize())),
            net: Money::new(net, currency),
            vat: Money::new(vat, currency),
            gross: Money::new(net + vat, currency),
        }
    }
}

/// A line of a tax invoice.
pub struct TaxInvoiceLine {
    pub(super) line: ::sales::TaxInvoiceLine,
    pub(super) currency: Currency,
}

impl TaxInvoiceLine {
    /// What a corrective one found: quantity, net and tax.
    fn found(&self) -> Option<[kernel::Decimal; 3]> {
        let line = &self.line;
        Some([line.before_quantity?, line.before_net?, line.before_vat?])
    }
}

/// A line of a tax invoice; of a corrective one what a line of the sale becomes less by.
#[Object]
impl TaxInvoiceLine {
    /// Its place, from 1.
    async fn position(&self) -> i32 {
        self.line.position
    }

    /// What was sold, as it was called when the tax invoice was issued.
    async fn name(&self) -> &str {
        &self.line.name
    }

    /// What was sold.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.line.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.line.variant_id).await?)
    }

    /// The unit.
    async fn unit(&self) -> &str {
        &self.line.unit
    }

    /// How much was sold, in its unit; of a corrective one what came back, zero where only the price
    /// changed.
    async fn quantity(&self) -> Decimal {
        Decimal(self.line.quantity.normalize())
    }

    /// Of a unit, without VAT, four places, for showing; null where there is no quantity.
    async fn price(&self) -> Option<Decimal> {
        self.line.price.map(|price| Decimal(price.normalize()))
    }

    /// Without VAT.
    async fn net(&self) -> Money {
        Money::new(self.line.net, self.currency)
    }

    /// Percent; null is "without VAT" (без НДС), which is not 0 %.
    async fn vat_rate(&self) -> Option<Decimal> {
        self.line.vat_rate.map(|rate| Decimal(rate.get().normalize()))
    }

    /// The tax.
    async fn vat(&self) -> Money {
        Money::new(self.line.vat, self.currency)
    }

    /// With VAT.
    async fn gross(&self) -> Money {
        Money::new(self.line.gross, self.currency)
    }

    /// What a corrective one found of the line: the sale's tax invoice less the correctives that
    /// stood before it. Null for one of a sale.
    async fn before(&self) -> Option<TaxInvoiceFigures> {
        self.found().map(|found| TaxInvoiceFigures::of(found, self.currency))
    }

    /// What a corrective one leaves of the line. Null for one of a sale.
    async fn after(&self) -> Option<TaxInvoiceFigures> {
        let [quantity, net, vat] = self.found()?;
        let line = &self.line;
        let left = [quantity - line.quantity, net - line.net, vat - line.vat];
        Some(TaxInvoiceFigures::of(left, self.currency))
    }
}

/// A payment that came before the sale and was settled with it, as the tax invoice names it.
pub struct TaxInvoicePayment(pub(super) ::sales::TaxInvoicePayment);

/// A payment that came before the sale and was settled with it, as the tax invoice names it.
#[Object]
impl TaxInvoicePayment {
    /// The number of the payment.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// Its business date, not after the sale's.
    async fn date(&self) -> Date {
        self.0.date.into()
    }

    /// How much of it settled the sale when the tax invoice was issued.
    async fn amount(&self) -> Money {
        Money::new(self.0.amount, self.0.currency)
    }

    /// The payment. Needs the right `payment.read`.
    async fn payment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Payment>> {
        Ok(Session::of(ctx)?.load(self.0.payment_id).await?)
    }
}
