//! Prices of lines that somebody asks for: the same for documents and for quotes.

use std::collections::{HashMap, HashSet};

use access::{Permit, Right};
use catalog::pricing::{
    Leave, Line, Manual, MinimumPrice, Packaging, PricedLine, Record, UnitCost, VatMode,
};
use catalog::{Goods, Measured, PackagingCard, PricedLines, Pricing, ProductCard, TaxedProduct};
use db::{Outcome, TenantTx};
use identity::USUAL_DISCOUNT_LIMIT;
use kernel::{
    Currency, Decimal, Factor, Money, PackagingId, Percent, PriceChangeId, ProductId,
    ProductVariantId, Quantity, Refusal, RefusalCode, UnitPrice,
};

use crate::rules::{LineRule, at_line, out_of_scale, unknown};
use crate::store::Seller;

/// Most lines of a document.
pub(crate) const MOST_LINES: usize = 1_000;

/// A price that somebody typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypedPrice {
    /// For one of the entered unit.
    Entered(Decimal),
    /// For a unit of its own, as it was kept.
    Kept(UnitPrice),
}

/// A line that asks for its price.
#[derive(Clone, Debug)]
pub struct AskedLine {
    /// What.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// In which packaging; `None` is the base unit.
    pub packaging_id: Option<PackagingId>,
    /// How much of the entered unit, above zero, at most three places.
    pub quantity: Decimal,
    /// A price of one's own.
    pub price: Option<TypedPrice>,
    /// A discount of one's own in per cent.
    pub discount_percent: Option<Decimal>,
}

impl AskedLine {
    fn goods(&self) -> Goods {
        Goods { product: self.product_id, variant: self.variant_id }
    }
}

/// When costs are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Costs {
    /// Where a rule asks for the margin.
    Judged,
    /// For each line: somebody wants to see them.
    Shown,
}

/// What lines are priced for, by whom.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) pricing: Pricing<'a>,
    /// The caller as explanations name him.
    pub(crate) by: &'a Record,
    /// The packagings that the lines name.
    pub(crate) packed: &'a HashMap<PackagingId, PackagingCard>,
    pub(crate) costs: Costs,
}

/// A line that was asked for, with its product and its price, or why it has none.
pub(crate) struct Answered {
    pub(crate) card: ProductCard,
    /// The variant asked for.
    pub(crate) variant_id: Option<ProductVariantId>,
    /// Of the organization on the document's day; `None` is "without VAT".
    pub(crate) vat_rate: Option<Percent>,
    pub(crate) measured: Measured,
    pub(crate) priced: Result<PricedLine, Refusal>,
    /// Where the price comes from a change of many prices.
    pub(crate) change: Option<PriceChangeId>,
    /// Of a base unit, base currency, not rounded; `None` where unknown or not looked up.
    pub(crate) cost: Option<Decimal>,
}

impl Answered {
    /// What was asked for.
    pub(crate) fn goods(&self) -> Goods {
        Goods { product: self.card.id, variant: self.variant_id }
    }
}

/// Prices lines. What is wrong with the input is a refusal of the whole; a line without a price
/// is an answer of its own. The number of statements does not depend on the number of lines.
pub(crate) async fn price<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    asking: Asking<'_>,
    asked: &[AskedLine],
) -> Outcome<Vec<Answered>> {
    check_count(asked.len())?;
    let products: HashSet<ProductId> = asked.iter().map(|line| line.product_id).collect();
    let products: Vec<ProductId> = products.into_iter().collect();
    let pricing = asking.pricing;
    let organization = pricing.terms.organization_id;
    let taxed = catalog::taxed_products(tx, permit, &products, organization, pricing.on).await?;
    let goods: Vec<Goods> = asked.iter().map(AskedLine::goods).collect();
    let card = |id| taxed.get(&id).map(|product| &product.card);
    catalog::check_variants(tx, permit, card, &goods).await?;
    let mut measured = Vec::with_capacity(asked.len());
    for (index, line) in asked.iter().enumerate() {
        product(&taxed, line.product_id, index)?;
        let found =
            catalog::measured(asking.packed, line.product_id, line.packaging_id, line.quantity);
        measured.push(
            found.map_err(|refusal| refusal.within(["lines".to_owned(), index.to_string()]))?,
        );
    }
    let costs = costs(tx, permit, asking, asked, &measured, &taxed).await?;
    let base = permit.scope().facts().base_currency;
    let mut lines = Vec::with_capacity(asked.len());
    for (index, line) in asked.iter().enumerate() {
        let product = product(&taxed, line.product_id, index)?;
        let packaging = line.packaging_id.and_then(|id| asking.packed.get(&id));
        let cost = costs.get(&line.goods()).copied();
        let found = Found { product, packaging, cost, base };
        lines.push(wanted(index, line, found, asking.by)?);
    }
    let PricedLines { lines, changes } =
        catalog::price_lines(tx, permit, pricing, lines, &taxed).await?;
    let answers = asked.iter().zip(measured).zip(lines.into_iter().zip(changes)).enumerate();
    answers
        .map(|(index, ((line, measured), (priced, change)))| {
            let TaxedProduct { card, vat_rate } = product(&taxed, line.product_id, index)?.clone();
            let priced = priced
                .map_err(|refusal| at_line(refusal.about(&card.name), index, refusal.field()));
            let cost = costs.get(&line.goods()).copied();
            let variant_id = line.variant_id;
            Ok(Answered { card, variant_id, vat_rate, measured, priced, change, cost })
        })
        .collect()
}

/// What a base unit of each line's goods costs: a service nothing, goods as much as the lots that
/// would be taken next for all lines together, else as the last purchase. Those unknown are
/// absent, and all are where nobody asks.
async fn costs<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    asking: Asking<'_>,
    asked: &[AskedLine],
    measured: &[Measured],
    products: &HashMap<ProductId, TaxedProduct>,
) -> Outcome<HashMap<Goods, Decimal>> {
    let is_watched = !asking.pricing.leave.below_minimum;
    let has_margin = |product: &&TaxedProduct| product.card.min_margin_percent.is_some();
    let is_asked =
        |product: &&TaxedProduct| asking.costs == Costs::Shown || is_watched && has_margin(product);
    let mut found = HashMap::new();
    let mut wanted: HashMap<Goods, Decimal> = HashMap::new();
    for (line, measured) in asked.iter().zip(measured) {
        let Some(product) = products.get(&line.product_id).filter(is_asked) else { continue };
        if product.card.is_service {
            found.insert(line.goods(), Decimal::ZERO);
        } else {
            *wanted.entry(line.goods()).or_default() += measured.base.get();
        }
    }
    if !wanted.is_empty() {
        let wanted: Vec<(Goods, Decimal)> = wanted.into_iter().collect();
        let organization = asking.pricing.terms.organization_id;
        found.extend(stock::next_costs(tx, permit, organization, &wanted).await?);
    }
    Ok(found)
}

fn check_count(lines: usize) -> Result<(), Refusal> {
    match lines {
        0 => Err(LineRule::None.into()),
        lines if lines > MOST_LINES => Err(LineRule::TooMany { most: MOST_LINES }.into()),
        _ => Ok(()),
    }
}

fn product(
    products: &HashMap<ProductId, TaxedProduct>,
    id: ProductId,
    index: usize,
) -> Result<&TaxedProduct, Refusal> {
    let Some(product) = products.get(&id) else {
        return Err(at_line(unknown("productId", "product", "товар"), index, "productId"));
    };
    if product.card.archived {
        let name = &product.card.name;
        let refusal = Refusal::new(
            RefusalCode::Archived,
            format!("{name} is archived."),
            format!("«{name}» в архиве."),
        );
        return Err(at_line(refusal, index, "productId"));
    }
    Ok(product)
}

/// What was found out about a line.
struct Found<'a> {
    product: &'a TaxedProduct,
    packaging: Option<&'a PackagingCard>,
    /// Of a base unit, base currency.
    cost: Option<Decimal>,
    /// The base currency.
    base: Currency,
}

fn wanted(index: usize, asked: &AskedLine, found: Found<'_>, by: &Record) -> Result<Line, Refusal> {
    let fits = |field: &'static str| move |error| at_line(out_of_scale(error), index, field);
    let quantity = Quantity::positive(asked.quantity).map_err(fits("quantity"))?;
    let packaging = found.packaging.map(|card| Packaging {
        id: card.id,
        name: card.name.as_str().into(),
        factor: card.factor,
    });
    let unit = packaging.as_ref().map_or(Factor::ONE, |packaging| packaging.factor);
    let price = match asked.price {
        None => None,
        Some(TypedPrice::Kept(price)) => Some(price),
        Some(TypedPrice::Entered(amount)) => {
            let amount = Money::unit_price(amount).map_err(fits("price"))?;
            Some(UnitPrice { amount, per: unit })
        }
    };
    let discount = asked.discount_percent.map(Percent::new).transpose();
    let discount = discount.map_err(fits("discountPercent"))?;
    let is_typed = price.is_some() || discount.is_some();
    let (TaxedProduct { card, vat_rate }, currency) = (found.product, found.base);
    let vat_mode = VatMode::of(false);
    Ok(Line {
        product: card.id,
        variant: asked.variant_id,
        groups: HashSet::new(),
        vat_rate: *vat_rate,
        packaging,
        quantity,
        manual: is_typed.then(|| Manual { by: by.clone(), price, discount }),
        minimum_price: card.min_price.map(|amount| MinimumPrice { amount, currency, vat_mode }),
        minimum_margin: card.min_margin_percent,
        cost: found.cost.map(|amount| UnitCost { amount, currency }),
    })
}

/// What the caller may do without asking: his right, else his own limit, else the usual one.
pub(crate) fn leave_of<A>(permit: &Permit<A>, caller: Option<&Seller>) -> Leave {
    let has = |right| permit.scope().reach(right).is_some();
    let usual = Percent::new(Decimal::from(USUAL_DISCOUNT_LIMIT)).unwrap_or(Percent::ZERO);
    let discount_limit = match caller.and_then(|seller| seller.max_discount) {
        _ if has(Right::OrderDiscount) => None,
        Some(own) => Some(own),
        None => Some(usual),
    };
    Leave {
        own_price: has(Right::OrderPrice),
        discount_limit,
        below_minimum: has(Right::OrderBelowMinimum),
    }
}

/// The caller as explanations name him; a partner's program by its kind.
pub(crate) fn author_of<A>(permit: &Permit<A>, caller: Option<&Seller>) -> Record {
    match caller {
        Some(seller) => Record::new(seller.id, seller.name.as_str()),
        None => Record::new(permit.actor().id(), "API"),
    }
}
