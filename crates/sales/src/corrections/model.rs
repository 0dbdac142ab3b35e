//! Price corrections as they are read.

use access::{Action, Right};
use db::FromQueryResult;
use kernel::{
    AgreementId, Currency, CustomerId, DateTime, Decimal, NaiveDate, OrderId, OrganizationId,
    Percent, PriceCorrectionId, PriceCorrectionLineId, ProductId, ProductVariantId, ShipmentId,
    ShipmentLineId, UserId, Utc,
};

use super::rules::CorrectionState;

/// Reading price corrections.
pub struct ReadCorrections;
impl Action for ReadCorrections {
    const RIGHT: Right = Right::CorrectionRead;
}

/// What was sold becoming cheaper.
#[derive(Clone, Debug, FromQueryResult)]
pub struct PriceCorrection {
    /// The correction.
    pub id: PriceCorrectionId,
    /// Given on posting.
    pub number: Option<String>,
    /// The business date.
    pub date: NaiveDate,
    /// Where it stands.
    pub state: CorrectionState,
    /// What was sold: a shipment or an act.
    pub shipment_id: ShipmentId,
    /// The order of that.
    pub order_id: OrderId,
    /// Who sold.
    pub organization_id: OrganizationId,
    /// Who owes less.
    pub customer_id: CustomerId,
    /// On which terms.
    pub agreement_id: AgreementId,
    /// The manager of the sale.
    pub manager_id: Option<UserId>,
    /// The sale's currency.
    pub currency: Currency,
    /// Whether line amounts include VAT.
    pub prices_include_vat: bool,
    /// Why.
    pub reason: String,
    /// Without VAT.
    pub net: Decimal,
    /// The tax.
    pub vat: Decimal,
    /// What the customer owes less.
    pub gross: Decimal,
    /// A note.
    pub comment: Option<String>,
    /// When it was posted.
    pub posted_at: Option<DateTime<Utc>>,
    /// When it was reversed.
    pub reversed_at: Option<DateTime<Utc>>,
    /// The business date of the reversal.
    pub reversed_on: Option<NaiveDate>,
    /// Why it was reversed.
    pub reverse_reason: Option<String>,
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

/// The columns of [`PriceCorrection`], of `price_correction r`.
pub(super) const CORRECTION_COLUMNS: &str = "
    r.id, r.number, r.date, r.state, r.shipment_id, r.order_id, r.organization_id, r.customer_id,
    r.agreement_id, r.manager_id, r.currency, r.prices_include_vat, r.reason, r.net, r.vat,
    r.gross, r.comment, r.posted_at, r.reversed_at, r.reversed_on, r.reverse_reason,
    r.external_reference, r.version, r.created_at, r.updated_at, r.created_by";

/// A line of a price correction.
#[derive(Clone, Debug, FromQueryResult)]
pub struct PriceCorrectionLine {
    /// The line.
    pub id: PriceCorrectionLineId,
    /// Its correction.
    pub correction_id: PriceCorrectionId,
    /// Its place, from 1.
    pub position: i32,
    /// The line of the sale that becomes cheaper.
    pub shipment_line_id: ShipmentLineId,
    /// What was sold.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// The unit, as on the sale's line.
    pub unit: String,
    /// The price that was asked for; `None` where an amount was.
    pub price: Option<Decimal>,
    /// By how much the line becomes less: with VAT or without it, as the sale says.
    pub amount: Decimal,
    /// The sale's rate; `None` is "without VAT".
    pub vat_rate: Option<Percent>,
    /// The tax in the amount or on top of it.
    pub vat_amount: Decimal,
}

/// The columns of [`PriceCorrectionLine`], of `price_correction_line l`.
pub(super) const CORRECTION_LINE_COLUMNS: &str = "
    l.id, l.correction_id, l.position, l.shipment_line_id, l.product_id, l.variant_id, l.unit,
    l.price, l.amount, l.vat_rate, l.vat_amount";
