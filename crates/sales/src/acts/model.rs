//! Acts as they are read.

use access::{Action, Right};
use db::FromQueryResult;
use kernel::{
    AgreementId, Currency, CustomerId, DateTime, Decimal, NaiveDate, OrderId, OrderLineId,
    OrganizationId, Percent, ProductId, ProductVariantId, ServiceActId, ServiceActLineId,
    ShipmentId, UserId, Utc,
};

use super::rules::ActState;

/// Reading acts.
pub struct ReadActs;
impl Action for ReadActs {
    const RIGHT: Right = Right::ActRead;
}

/// Services done.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ServiceAct {
    /// The act.
    pub id: ServiceActId,
    /// Without gaps by organization and year, given on posting, kept by a reversed one.
    pub number: Option<String>,
    /// The business date.
    pub date: NaiveDate,
    /// Where it stands.
    pub state: ActState,
    /// The order it fulfils.
    pub order_id: OrderId,
    /// Who sells.
    pub organization_id: OrganizationId,
    /// Who buys.
    pub customer_id: CustomerId,
    /// On which terms.
    pub agreement_id: AgreementId,
    /// The order's manager.
    pub manager_id: Option<UserId>,
    /// The order's currency.
    pub currency: Currency,
    /// Whether line amounts include VAT.
    pub prices_include_vat: bool,
    /// Without VAT.
    pub net: Decimal,
    /// The tax.
    pub vat: Decimal,
    /// To pay.
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

impl ServiceAct {
    /// The sale that it is among sales of both kinds.
    #[must_use]
    pub fn sale(&self) -> ShipmentId {
        ShipmentId(self.id.0)
    }
}

/// The columns of [`ServiceAct`], of `shipment d`.
pub(super) const ACT_COLUMNS: &str = "
    d.id, d.number, d.date, d.state, d.order_id, d.organization_id, d.customer_id, d.agreement_id,
    d.manager_id, d.currency, d.prices_include_vat, d.net, d.vat, d.gross, d.comment, d.posted_at,
    d.reversed_at, d.reversed_on, d.reverse_reason, d.external_reference, d.version, d.created_at,
    d.updated_at, d.created_by";

/// A line of an act.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ServiceActLine {
    /// The line.
    pub id: ServiceActLineId,
    /// Its act.
    pub act_id: ServiceActId,
    /// Its place, from 1.
    pub position: i32,
    /// The order's line it fulfils.
    pub order_line_id: OrderLineId,
    /// Which service.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// The unit, as on the order's line.
    pub unit: String,
    /// How much, above zero.
    pub quantity: Decimal,
    /// With VAT or without it, as the order says.
    pub amount: Decimal,
    /// The rate of the posting date; `None` is "without VAT".
    pub vat_rate: Option<Percent>,
    /// The tax in the amount or on top of it.
    pub vat_amount: Decimal,
}

/// The columns of [`ServiceActLine`], of `shipment_line l`.
pub(super) const ACT_LINE_COLUMNS: &str = "
    l.id, l.shipment_id as act_id, l.position, l.order_line_id, l.product_id, l.variant_id, l.unit,
    l.quantity, l.amount, l.vat_rate, l.vat_amount";
