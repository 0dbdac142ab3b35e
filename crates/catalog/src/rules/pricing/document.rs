//! What a document gives to pricing, and what its lines come back as.

use std::collections::HashSet;

use kernel::{
    AgreementId, Currency, Decimal, NaiveDate, Percent, PriceListId, PriceSegmentId,
    ProductGroupId, ProductId, ProductVariantId, Quantity, SalesChannelId, UnitPrice,
};

use super::{
    ApprovalReason, Combination, DiscountRule, Explanation, LineSum, Packaging, PriceSource,
    Record, VatMode,
};

/// The agreement a document goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreementTerms {
    /// Which one.
    pub id: AgreementId,
    /// Its name.
    pub record: Record,
    /// The currency of its fixed prices.
    pub currency: Currency,
    /// How its fixed prices stand to VAT.
    pub vat_mode: VatMode,
    /// Its price list.
    pub list: Option<PriceListId>,
    /// The personal discount.
    pub discount: Percent,
}

/// What holds for all lines of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The document's date.
    pub on: NaiveDate,
    /// The document's currency.
    pub currency: Currency,
    /// How its prices stand to VAT.
    pub vat_mode: VatMode,
    /// `None`: a price for nobody in particular.
    pub agreement: Option<AgreementTerms>,
    /// The customer's price segment.
    pub segment: Option<PriceSegmentId>,
    /// The segment's list.
    pub segment_list: Option<PriceListId>,
    /// The tenant's default list.
    pub default_list: Option<PriceListId>,
    /// The way by which the sale came.
    pub channel: Option<SalesChannelId>,
    /// The tenant's discount rules.
    pub rules: Vec<DiscountRule>,
    /// How automatic discounts combine.
    pub combination: Combination,
}

/// What the caller may do without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leave {
    /// Whether he may type prices.
    pub own_price: bool,
    /// The largest discount he may give; `None` is any.
    pub discount_limit: Option<Percent>,
    /// Whether he may go below a product's minimum price and margin.
    pub below_minimum: bool,
}

impl Leave {
    /// For what was allowed before and is only kept.
    pub const KEPT: Self = Self { own_price: true, discount_limit: None, below_minimum: true };
}

/// What somebody typed over the automatic price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manual {
    /// Who.
    pub by: Record,
    /// A price before discount, in the document's currency.
    pub price: Option<UnitPrice>,
    /// A discount.
    pub discount: Option<Percent>,
}

/// The price that a product is not sold below without an approval, per base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinimumPrice {
    /// Four places.
    pub amount: Decimal,
    /// Its currency.
    pub currency: Currency,
    /// How it stands to VAT.
    pub vat_mode: VatMode,
}

/// What a base unit costs, without VAT: of the reserved lots, else of the next that would be
/// taken, else the last purchase price (domain, section 3; the caller finds it).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitCost {
    /// Not rounded.
    pub amount: Decimal,
    /// Its currency.
    pub currency: Currency,
}

/// A line that asks for its price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The product.
    pub product: ProductId,
    /// Its variant.
    pub variant: Option<ProductVariantId>,
    /// The product's group with all groups above it.
    pub groups: HashSet<ProductGroupId>,
    /// The product's rate on the date; `None`: without VAT, which is not 0 %.
    pub vat_rate: Option<Percent>,
    /// The entered unit; `None` is the base unit.
    pub packaging: Option<Packaging>,
    /// In the entered unit.
    pub quantity: Quantity,
    /// What somebody typed.
    pub manual: Option<Manual>,
    /// The product's minimum price.
    pub minimum_price: Option<MinimumPrice>,
    /// The minimum margin in per cent of revenue.
    pub minimum_margin: Option<Percent>,
    /// `None`: unknown, which fires the margin rule.
    pub cost: Option<UnitCost>,
}

/// A line with its price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedLine {
    /// In base units, computed once from the entered quantity.
    pub base_quantity: Quantity,
    /// What the sources held, in the document's currency and VAT mode.
    pub resolved: Option<UnitPrice>,
    /// Which source held it.
    pub source: Option<PriceSource>,
    /// Before the discount: the resolved price or the typed one.
    pub price: UnitPrice,
    /// The same per base unit, four places; no amount is computed from it.
    pub base_unit_price: Decimal,
    /// Whether the price was typed.
    pub price_is_manual: bool,
    /// In per cent of the price.
    pub discount: Percent,
    /// Whether the discount was typed (or went with a typed price).
    pub discount_is_manual: bool,
    /// What it would be without the manual change.
    pub automatic_discount: Percent,
    /// Amount and tax.
    pub sum: LineSum,
    /// Whose leave it needs; empty: nobody's.
    pub reasons: Vec<ApprovalReason>,
    /// How it came about.
    pub explanation: Explanation,
}
