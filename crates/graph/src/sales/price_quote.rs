//! What something would cost a customer.

use std::sync::Arc;

use ::catalog::pricing::{ApprovalReason as Reason, PricedLine};
use ::sales::{
    AskedLine, PriceQuote as Quote, PriceQuoteDraft, QuotePrices, QuotedLine, TypedPrice,
    price_quote,
};
use ::stock::ReadCost;
use access::{Actor, Right};
use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use kernel::{
    AgreementId, Currency, CustomerId, OrganizationId, PackagingId, ProductId, ProductVariantId,
    UnitPrice, round_percent,
};

use super::{DocumentTotal, costed, priced};
use crate::catalog::{Agreement, PriceExplanation, PriceSource, Product, ProductVariant};
use crate::ids::GlobalId;
use crate::scalars::{CurrencyCode, Date, Decimal, Money};
use crate::session::Session;
use crate::user_error::UserError;

/// A line that asks for its price.
#[derive(InputObject)]
pub struct PriceQuoteLineInput {
    /// What.
    product_id: GlobalId<ProductId>,
    /// In which variant; needed where the product has variants.
    variant_id: Option<GlobalId<ProductVariantId>>,
    /// In which packaging; the base unit where none is given.
    packaging_id: Option<GlobalId<PackagingId>>,
    /// How much of that unit, above zero, at most three places.
    quantity: Decimal,
    /// A price of one's own for one of that unit. Needs the right `order.price`.
    price: Option<Decimal>,
    /// A discount of one's own in per cent.
    discount_percent: Option<Decimal>,
}

impl From<PriceQuoteLineInput> for AskedLine {
    fn from(line: PriceQuoteLineInput) -> Self {
        Self {
            product_id: line.product_id.0,
            variant_id: line.variant_id.map(|id| id.0),
            packaging_id: line.packaging_id.map(|id| id.0),
            quantity: line.quantity.0,
            price: line.price.map(|price| TypedPrice::Entered(price.0)),
            discount_percent: line.discount_percent.map(|percent| percent.0),
        }
    }
}

/// What would be sold, to whom and when.
#[derive(InputObject)]
pub struct PriceQuoteInput {
    /// To whom.
    customer_id: GlobalId<CustomerId>,
    /// On which terms; his default agreement where none is given.
    agreement_id: Option<GlobalId<AgreementId>>,
    /// Who would sell; the agreement's organization, else the tenant's default one.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// On which day; today where none is given.
    date: Option<Date>,
    /// In which currency; the agreement's where none is given.
    currency: Option<CurrencyCode>,
    /// 1 to 1,000 lines.
    lines: Vec<PriceQuoteLineInput>,
}

impl From<PriceQuoteInput> for PriceQuoteDraft {
    fn from(input: PriceQuoteInput) -> Self {
        Self {
            customer_id: input.customer_id.0,
            agreement_id: input.agreement_id.map(|id| id.0),
            organization_id: input.organization_id.map(|id| id.0),
            date: input.date.map(|day| day.0),
            currency: input.currency.map(|code| code.0),
            lines: input.lines.into_iter().map(Into::into).collect(),
        }
    }
}

/// What a document would need an approval for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PriceApprovalKind {
    /// What was typed is more off the price than its author may give.
    DiscountOverLimit,
    /// The net price is below the product's minimum.
    PriceBelowMinimum,
    /// The margin is below the minimum, or nobody knows the cost.
    MarginBelowMinimum,
}

/// Why a line would need an approval.
#[derive(Clone, SimpleObject)]
pub struct PriceApprovalReason {
    /// What for.
    kind: PriceApprovalKind,
    /// What a person reads, in the language of `Accept-Language`.
    message: String,
    /// What may be given, per cent: of DISCOUNT_OVER_LIMIT.
    limit_percent: Option<Decimal>,
    /// What is given, per cent: of DISCOUNT_OVER_LIMIT.
    size_percent: Option<Decimal>,
}

/// What something would cost: nothing is written, nothing is held.
pub struct PriceQuote {
    quote: Arc<Quote>,
}

/// What something would cost: nothing is written, nothing is held.
#[Object]
impl PriceQuote {
    /// The day it was priced for.
    async fn date(&self) -> Date {
        self.quote.on.into()
    }

    /// The currency of all its amounts.
    async fn currency(&self) -> CurrencyCode {
        self.quote.currency.into()
    }

    /// Whether prices and line amounts include VAT.
    async fn prices_include_vat(&self) -> bool {
        self.quote.prices_include_vat
    }

    /// The terms it was priced on.
    async fn agreement(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Agreement>> {
        Ok(Session::of(ctx)?.load(self.quote.agreement_id).await?)
    }

    /// The lines, in their order.
    async fn lines(&self) -> Vec<PriceQuoteLine> {
        let places = 0..self.quote.lines.len();
        places.map(|place| PriceQuoteLine { quote: Arc::clone(&self.quote), place }).collect()
    }

    /// What the lines with a price come to.
    async fn total(&self) -> DocumentTotal {
        let sum = self.quote.totals;
        DocumentTotal::of(sum.net, sum.vat, sum.gross, self.quote.currency)
    }

    /// Revenue without VAT less the cost of the goods; null where a cost is not known. Needs the
    /// right `cost.read`.
    async fn profit(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        let profit = whole_profit(&self.quote.lines);
        let money = profit.map(|profit| Money::new(profit, self.quote.currency));
        Ok(costed(ctx, money)?)
    }

    /// The profit in per cent of the revenue without VAT; null where a cost is not known, or
    /// where there is no revenue. Needs the right `cost.read`.
    async fn margin_percent(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Decimal>> {
        let net = self.quote.totals.net;
        let margin = whole_profit(&self.quote.lines).and_then(|profit| share(profit, net));
        Ok(costed(ctx, margin)?)
    }
}

fn whole_profit(lines: &[QuotedLine]) -> Option<kernel::Decimal> {
    lines.iter().filter(|line| line.priced.is_ok()).map(profit).sum()
}

/// A service costs nothing.
fn profit(line: &QuotedLine) -> Option<kernel::Decimal> {
    let cost = if line.card.is_service { Some(kernel::Decimal::ZERO) } else { line.cost };
    cost.map(|cost| line.net - cost)
}

fn share(profit: kernel::Decimal, net: kernel::Decimal) -> Option<Decimal> {
    let percent = profit.checked_mul(kernel::Decimal::ONE_HUNDRED)?.checked_div(net)?;
    Some(Decimal(round_percent(percent).normalize()))
}

/// A line of a quote.
pub struct PriceQuoteLine {
    quote: Arc<Quote>,
    place: usize,
}

impl PriceQuoteLine {
    fn line(&self) -> &QuotedLine {
        &self.quote.lines[self.place]
    }

    fn priced(&self) -> Option<&PricedLine> {
        self.line().priced.as_ref().ok()
    }

    fn currency(&self) -> Currency {
        self.quote.currency
    }
}

/// A line of a quote.
#[Object]
impl PriceQuoteLine {
    /// What.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.line().card.id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.line().variant_id).await?)
    }

    /// How much, in the entered unit.
    async fn quantity(&self) -> Decimal {
        Decimal(self.line().quantity.normalize())
    }

    /// The same in base units; null where there is no price.
    async fn base_quantity(&self) -> Option<Decimal> {
        self.priced().map(|priced| Decimal(priced.base_quantity.get().normalize()))
    }

    /// The source that held the price; null where none did.
    async fn price_source(&self) -> Option<PriceSource> {
        self.priced().and_then(|priced| priced.source).map(Into::into)
    }

    /// What the sources held, per base unit; null where none held a price.
    async fn list_price(&self) -> Option<Money> {
        let held = self.priced().and_then(|priced| priced.resolved);
        let held = held.and_then(UnitPrice::per_base_unit);
        held.map(|price| Money::unit_price(price, self.currency()))
    }

    /// Per base unit, before the discount; null where there is no price.
    async fn price(&self) -> Option<Money> {
        let price = self.priced().map(|priced| priced.base_unit_price);
        price.map(|price| Money::unit_price(price, self.currency()))
    }

    /// Percent of the price.
    async fn discount_percent(&self) -> Option<Decimal> {
        self.priced().map(|priced| Decimal(priced.discount.get().normalize()))
    }

    /// The discount without what was typed, per cent.
    async fn automatic_discount_percent(&self) -> Option<Decimal> {
        self.priced().map(|priced| Decimal(priced.automatic_discount.get().normalize()))
    }

    /// round(quantity × price × (1 − discount/100), 2); null where there is no price.
    async fn amount(&self) -> Option<Money> {
        self.priced().map(|priced| Money::new(priced.sum.amount, self.currency()))
    }

    /// Percent; null is "without VAT", which is not 0 %.
    async fn vat_rate(&self) -> Option<Decimal> {
        self.line().vat_rate.map(|rate| Decimal(rate.get().normalize()))
    }

    /// The tax in the amount or on top of it; null where there is no price.
    async fn vat_amount(&self) -> Option<Money> {
        self.priced().map(|priced| Money::new(priced.sum.vat, self.currency()))
    }

    /// Revenue without VAT less the cost of the lots that would be taken next, else of the last
    /// purchase; null where no cost is known. Needs the right `cost.read`.
    async fn profit(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        let profit = self.priced().and_then(|_| profit(self.line()));
        Ok(costed(ctx, profit.map(|profit| Money::new(profit, self.currency())))?)
    }

    /// The profit in per cent of the revenue without VAT. Needs the right `cost.read`.
    async fn margin_percent(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Decimal>> {
        let profit = self.priced().and_then(|_| profit(self.line()));
        Ok(costed(ctx, profit.and_then(|profit| share(profit, self.line().net)))?)
    }

    /// What a document with this line would need an approval for; empty: nothing. Of minimum prices
    /// and margins those partners' keys are told that read costs or write orders.
    async fn approval_reasons(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<PriceApprovalReason>> {
        let session = Session::of(ctx)?;
        let language = session.language();
        // Asked often enough, a minimum gives itself and the cost away: of partners those are told of it
        // who see costs, or write documents and have to know.
        let scope = session.scope()?;
        let told_of = [Right::CostRead, Right::OrderWrite, Right::QuoteWrite];
        let sees_minima = !matches!(scope.actor(), Actor::Key(_))
            || told_of.iter().any(|right| scope.reach(*right).is_some());
        let is_told =
            |reason: &&Reason| sees_minima || matches!(reason, Reason::DiscountOverLimit { .. });
        let reasons = self.priced().map(|priced| priced.reasons.as_slice()).unwrap_or_default();
        let reason = |reason: &Reason| {
            let message = reason.about(&self.line().card.name).message(language).to_owned();
            let (kind, limit, size) = match reason {
                Reason::DiscountOverLimit { size, limit } => {
                    (PriceApprovalKind::DiscountOverLimit, Some(limit.get()), Some(*size))
                }
                Reason::PriceBelowMinimum { .. } => {
                    (PriceApprovalKind::PriceBelowMinimum, None, None)
                }
                Reason::MarginBelowMinimum { .. } => {
                    (PriceApprovalKind::MarginBelowMinimum, None, None)
                }
            };
            let plain = |number: kernel::Decimal| Decimal(number.normalize());
            let (limit_percent, size_percent) = (limit.map(plain), size.map(plain));
            PriceApprovalReason { kind, message, limit_percent, size_percent }
        };
        Ok(reasons.iter().filter(is_told).map(reason).collect())
    }

    /// How the price came about, step by step; null where there is none.
    async fn price_explanation(&self) -> Option<PriceExplanation> {
        self.priced().map(|priced| Arc::new(priced.explanation.clone()).into())
    }

    /// Why the line has no price, such as NO_PRICE; null where it has one.
    async fn refusal(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<UserError>> {
        let language = Session::of(ctx)?.language();
        Ok(self.line().priced.as_ref().err().map(|refusal| UserError::of(refusal, language)))
    }
}

/// What something would cost.
#[derive(Default)]
pub struct PriceQuoteQuery;

#[Object]
impl PriceQuoteQuery {
    /// What goods would cost a customer on a day: prices, discounts, VAT, totals, margins, and
    /// why. The same code prices documents. Needs the rights price.read and terms.read, which
    /// says whose customers may be asked about.
    async fn price_quote(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What would be sold, to whom and when.")] input: PriceQuoteInput,
    ) -> async_graphql::Result<PriceQuote> {
        priced(ctx, ())?;
        let session = Session::of(ctx)?;
        let permit = session.permit::<QuotePrices>()?;
        let costs = session.permit::<ReadCost>().ok();
        let tx = session.tx().await?;
        let found = price_quote(&tx, &permit, costs.as_ref(), &input.into()).await;
        let quote = found.map_err(crate::errors::Failure::from)?;
        Ok(PriceQuote { quote: Arc::new(quote) })
    }
}
