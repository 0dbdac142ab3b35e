//! Prices of lines that somebody asks for: the same for documents and for quotes.

use std::collections::{HashMap, HashSet};

use access::{Permit, Right};
use catalog::pricing::{Leave, Line, Manual, Packaging, PricedLine, Record};
use catalog::{Goods, Pricing, ProductCard};
use db::{Outcome, TenantTx};
use kernel::{
    Decimal, Factor, Money, PackagingId, Percent, ProductId, ProductVariantId, Quantity, Refusal,
    RefusalCode, UnitPrice,
};

use crate::rules::{LineRule, at_line, out_of_scale, unknown};
use crate::store::{Seller, packagings};

/// Most lines of a document.
pub(crate) const MOST_LINES: usize = 1_000;
/// What a user may give where neither his account nor a right says otherwise.
const USUAL_DISCOUNT_LIMIT: i64 = 10;

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

/// A line that was asked for, with its product and its price, or why it has none.
pub(crate) struct Answered {
    pub(crate) card: ProductCard,
    /// The variant asked for.
    pub(crate) variant_id: Option<ProductVariantId>,
    /// Of the organization on the document's day; `None` is "without VAT".
    pub(crate) vat_rate: Option<Percent>,
    /// In the entered unit.
    pub(crate) quantity: Quantity,
    pub(crate) priced: Result<PricedLine, Refusal>,
}

impl Answered {
    /// What was asked for.
    pub(crate) fn goods(&self) -> Goods {
        Goods { product: self.card.id, variant: self.variant_id }
    }
}

/// Prices lines. What is wrong with the input is a refusal of the whole; a line without a price
/// is an answer of its own.
pub(crate) async fn price<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    pricing: Pricing<'_>,
    by: &Record,
    asked: &[AskedLine],
) -> Outcome<Vec<Answered>> {
    check_count(asked.len())?;
    let products: HashSet<ProductId> = asked.iter().map(|line| line.product_id).collect();
    let products: Vec<ProductId> = products.into_iter().collect();
    let organization = pricing.terms.organization_id;
    let taxed = catalog::taxed_products(tx, permit, &products, organization, pricing.on).await?;
    let cards: HashMap<ProductId, ProductCard> =
        taxed.iter().map(|(id, product)| (*id, product.card.clone())).collect();
    let packed: Vec<PackagingId> = asked.iter().filter_map(|line| line.packaging_id).collect();
    let packed = packagings(tx, permit, &packed).await?;
    let goods: Vec<Goods> = asked.iter().map(AskedLine::goods).collect();
    catalog::check_variants(tx, permit, &cards, &goods).await?;
    let mut lines = Vec::with_capacity(asked.len());
    for (index, line) in asked.iter().enumerate() {
        let card = product(&cards, line.product_id, index)?;
        let no_packaging =
            || at_line(unknown("packagingId", "packaging", "упаковка"), index, "packagingId");
        let packaging = match line.packaging_id.map(|id| packed.get(&id)) {
            None => None,
            Some(Some(found)) if found.0 == card.id => Some(found.1.clone()),
            Some(_) => return Err(no_packaging().into()),
        };
        let vat_rate = taxed.get(&card.id).and_then(|product| product.vat_rate);
        lines.push(wanted(index, line, (card.id, vat_rate), packaging, by)?);
    }
    let quantities: Vec<Quantity> = lines.iter().map(|line| line.quantity).collect();
    let priced = catalog::price_lines(tx, permit, pricing, lines, &cards).await?;
    let answers = asked.iter().zip(quantities).zip(priced).enumerate();
    answers
        .map(|(index, ((line, quantity), priced))| {
            let card = product(&cards, line.product_id, index)?.clone();
            let priced = priced
                .map_err(|refusal| at_line(refusal.about(&card.name), index, refusal.field()));
            let vat_rate = taxed.get(&card.id).and_then(|product| product.vat_rate);
            Ok(Answered { card, variant_id: line.variant_id, vat_rate, quantity, priced })
        })
        .collect()
}

fn check_count(lines: usize) -> Result<(), Refusal> {
    match lines {
        0 => Err(LineRule::None.into()),
        lines if lines > MOST_LINES => Err(LineRule::TooMany { most: MOST_LINES }.into()),
        _ => Ok(()),
    }
}

fn product(
    cards: &HashMap<ProductId, ProductCard>,
    id: ProductId,
    index: usize,
) -> Result<&ProductCard, Refusal> {
    let Some(card) = cards.get(&id) else {
        return Err(at_line(unknown("productId", "product", "товар"), index, "productId"));
    };
    if card.archived {
        let refusal = Refusal::new(
            RefusalCode::Archived,
            format!("{} is archived.", card.name),
            format!("«{}» в архиве.", card.name),
        );
        return Err(at_line(refusal, index, "productId"));
    }
    Ok(card)
}

fn wanted(
    index: usize,
    asked: &AskedLine,
    (product, vat_rate): (ProductId, Option<Percent>),
    packaging: Option<Packaging>,
    by: &Record,
) -> Result<Line, Refusal> {
    let fits = |field: &'static str| move |error| at_line(out_of_scale(error), index, field);
    let quantity = Quantity::positive(asked.quantity).map_err(fits("quantity"))?;
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
    Ok(Line {
        product,
        variant: asked.variant_id,
        groups: HashSet::new(),
        vat_rate,
        packaging,
        quantity,
        manual: is_typed.then(|| Manual { by: by.clone(), price, discount }),
        minimum_price: None,
        minimum_margin: None,
        cost: None,
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
    Leave { own_price: has(Right::OrderPrice), discount_limit }
}

/// The caller as explanations name him; a partner's program by its kind.
pub(crate) fn author_of<A>(permit: &Permit<A>, caller: Option<&Seller>) -> Record {
    match caller {
        Some(seller) => Record::new(seller.id, seller.name.as_str()),
        None => Record::new(permit.actor().id(), "API"),
    }
}
