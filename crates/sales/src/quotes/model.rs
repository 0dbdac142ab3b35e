//! Quotes as they are read.

use access::{Action, Right};
use catalog::pricing::{ApprovalReason, DiscountSource, PriceSource};
use db::FromQueryResult;
use kernel::{
    AgreementId, Currency, CustomerId, DateTime, Decimal, DepartmentId, Factor, NaiveDate,
    OrganizationId, PackagingId, Percent, ProductId, ProductVariantId, QuoteId, QuoteLineId,
    RegionId, UnitPrice, UserId, Utc,
};
use serde::{Deserialize, Serialize};

use super::rules::{QuoteMove, QuoteState};
use crate::model::kept_reasons;
use crate::rules::IllegalTransition;

/// Reading quotes.
pub struct ReadQuotes;
impl Action for ReadQuotes {
    const RIGHT: Right = Right::QuoteRead;
}

/// A block of text that the customer reads beside the lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteText {
    /// What stands above it.
    pub heading: Option<String>,
    /// Plain text; line breaks are kept.
    pub text: String,
}

/// The text blocks of a quote, in their order.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult,
)]
pub struct QuoteTexts(pub Vec<QuoteText>);

/// What was offered to a customer.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Quote {
    /// The quote: one version.
    pub id: QuoteId,
    /// The first version of it.
    pub root_id: QuoteId,
    /// Which version, from 1.
    pub revision: i32,
    /// The version that was made of this one.
    pub successor_id: Option<QuoteId>,
    /// Given on leaving DRAFT; the same in all versions.
    pub number: Option<String>,
    /// What people type of it.
    pub number_sequence: Option<i64>,
    /// The year whose series it is of.
    pub number_year: Option<i32>,
    /// The document's date.
    pub date: NaiveDate,
    /// The last day on which it can be accepted, in the tenant's time zone.
    pub valid_until: NaiveDate,
    /// Where it stands.
    pub state: QuoteState,
    /// Who sells.
    pub organization_id: OrganizationId,
    /// To whom it is offered.
    pub customer_id: CustomerId,
    /// On which terms.
    pub agreement_id: AgreementId,
    /// The version of them that held when it was written.
    pub agreement_version: i32,
    /// The responsible manager.
    pub manager_id: Option<UserId>,
    /// The manager's department when it was written.
    pub department_id: Option<DepartmentId>,
    /// The customer's region when it was written.
    pub region_id: Option<RegionId>,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// Whether prices and line amounts include VAT.
    pub prices_include_vat: bool,
    /// Without VAT; optional lines count once the customer has chosen them.
    pub net: Decimal,
    /// The tax.
    pub vat: Decimal,
    /// To pay.
    pub gross: Decimal,
    /// What the customer reads beside the lines.
    pub texts: QuoteTexts,
    /// A note that he does not.
    pub comment: Option<String>,
    /// When it was first offered.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the customer answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// Whether he did so through a link.
    pub answered_by_link: Option<bool>,
    /// Who answered, as he wrote it.
    pub answered_by: Option<String>,
    /// Why the customer declined.
    pub decline_reason: Option<String>,
    /// Why it was given up.
    pub cancel_reason: Option<String>,
    /// Its number in another program.
    pub external_reference: Option<String>,
    /// Counts changes, for optimistic locking.
    pub version: i32,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// The person who wrote it.
    pub created_by: Option<UserId>,
}

/// The columns of [`Quote`], of `sales_quote q`.
pub(crate) const QUOTE_COLUMNS: &str = "
    q.id, q.root_id, q.revision, q.successor_id, q.number, q.number_sequence, q.number_year, q.date,
    q.valid_until, q.state, q.organization_id, q.customer_id, q.agreement_id, q.agreement_version,
    q.manager_id, q.department_id, q.region_id, q.currency, q.prices_include_vat, q.net, q.vat,
    q.gross, q.texts, q.comment, q.sent_at, q.answered_at, q.answered_by_link, q.answered_by,
    q.decline_reason, q.cancel_reason, q.external_reference, q.version, q.created_at, q.updated_at,
    q.created_by";

impl Quote {
    /// As people call it: the number, and from the second version on which one.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let number = self.number.as_ref()?;
        Some(match self.revision {
            1 => number.clone(),
            revision => format!("{number}/{revision}"),
        })
    }

    /// What can be done with it: with one that has a newer version, nothing more.
    #[must_use]
    pub fn moves(&self) -> Vec<QuoteMove> {
        if self.successor_id.is_some() { Vec::new() } else { self.state.moves() }
    }

    /// Where a move leads.
    pub(crate) fn by(&self, by: QuoteMove) -> Result<QuoteState, IllegalTransition> {
        if self.successor_id.is_some() {
            return Err(IllegalTransition { state: self.state.as_str(), allowed: Vec::new() });
        }
        self.state.by(by)
    }
}

/// A line of a quote.
#[derive(Clone, Debug, FromQueryResult)]
pub struct QuoteLine {
    /// The line.
    pub id: QuoteLineId,
    /// Its quote.
    pub quote_id: QuoteId,
    /// Its place, from 1.
    pub position: i32,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// What it was called when the line was written.
    pub name: String,
    /// What the customer reads beside it.
    pub note: Option<String>,
    /// The product's unit when the line was written.
    pub unit: String,
    /// How much, above zero, in base units.
    pub quantity: Decimal,
    /// The packaging it was entered in; `None` is the base unit.
    pub packaging_id: Option<PackagingId>,
    /// How many of that packaging.
    pub entered_quantity: Option<Decimal>,
    /// The packaging's name when the line was written.
    pub entered_unit: Option<String>,
    /// What the sources held, per base unit.
    pub list_price: Option<Decimal>,
    /// Before the discount, for `price_numerator` / `price_denominator` base units.
    pub price: Decimal,
    /// See [`QuoteLine::unit_price`].
    pub price_numerator: i32,
    /// See [`QuoteLine::unit_price`].
    pub price_denominator: i32,
    /// Where the price comes from, or would without the typed one; `None`: no source held any.
    pub price_source: Option<PriceSource>,
    /// Whether somebody typed it.
    pub price_is_manual: bool,
    /// Percent of the price.
    pub discount_percent: Percent,
    /// Where the greatest automatic discount comes from.
    pub discount_source: Option<DiscountSource>,
    /// Whether somebody typed it, or a price.
    pub discount_is_manual: bool,
    /// With VAT or without it, as the quote says.
    pub amount: Decimal,
    /// `None` is "without VAT".
    pub vat_rate: Option<Percent>,
    /// The tax in the amount or on top of it.
    pub vat_amount: Decimal,
    /// What the goods would have cost when it was priced, in the quote's currency.
    pub cost: Option<Decimal>,
    /// Whether the customer may leave it out.
    pub is_optional: bool,
    /// Whether he took it; `None` before he accepted, and for lines that are not optional.
    pub is_chosen: Option<bool>,
    /// What orders name of it, cancelled ones apart, base units.
    pub ordered: Decimal,
    /// See [`QuoteLine::reasons`].
    pub approval_reasons: Option<serde_json::Value>,
}

/// The columns of [`QuoteLine`], of `sales_quote_line l`.
pub(crate) const QUOTE_LINE_COLUMNS: &str = "
    l.id, l.quote_id, l.position, l.product_id, l.variant_id, l.name, l.note, l.unit, l.quantity,
    l.packaging_id, l.entered_quantity, l.entered_unit, l.list_price, l.price, l.price_numerator,
    l.price_denominator, l.price_source, l.price_is_manual, l.discount_percent, l.discount_source,
    l.discount_is_manual, l.amount, l.vat_rate, l.vat_amount, l.cost, l.is_optional, l.is_chosen,
    l.ordered, l.approval_reasons";

impl QuoteLine {
    /// The price with its unit: amounts are computed from nothing else.
    #[must_use]
    pub fn unit_price(&self) -> UnitPrice {
        let part = |part: i32| u32::try_from(part).unwrap_or(1);
        let per = Factor::new(part(self.price_numerator), part(self.price_denominator));
        UnitPrice { amount: self.price, per: per.unwrap_or(Factor::ONE) }
    }

    /// Why it needed somebody's leave when it was written.
    #[must_use]
    pub fn reasons(&self) -> Vec<ApprovalReason> {
        kept_reasons(self.approval_reasons.as_ref())
    }

    /// Whether it counts: it is not optional, or the customer took it.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        !self.is_optional || self.is_chosen == Some(true)
    }

    /// What can still be ordered of it, base units.
    #[must_use]
    pub fn left(&self) -> Decimal {
        if self.is_taken() { self.quantity - self.ordered } else { Decimal::ZERO }
    }

    /// Revenue of it without VAT.
    #[must_use]
    pub fn net(&self, prices_include_vat: bool) -> Decimal {
        if prices_include_vat { self.amount - self.vat_amount } else { self.amount }
    }
}
