//! Returns and credit notes as they are read.

use access::{Action, Right};
use db::FromQueryResult;
use kernel::{
    AgreementId, CreditNoteId, Currency, CustomerId, DateTime, Decimal, LotId, NaiveDate, OrderId,
    OrganizationId, Percent, PriceCorrectionId, ProductId, ProductVariantId, SalesReturnId,
    SalesReturnLineId, ShipmentId, ShipmentLineId, UserId, Utc, WarehouseId,
};

use super::rules::{GoodsCondition, ReturnState};

/// Reading returns and credit notes.
pub struct ReadReturns;
impl Action for ReadReturns {
    const RIGHT: Right = Right::ReturnRead;
}

/// Goods of a shipment coming back.
#[derive(Clone, Debug, FromQueryResult)]
pub struct SalesReturn {
    /// The return.
    pub id: SalesReturnId,
    /// Given on posting.
    pub number: Option<String>,
    /// The business date.
    pub date: NaiveDate,
    /// Where it stands.
    pub state: ReturnState,
    /// What was shipped.
    pub shipment_id: ShipmentId,
    /// The shipment's order.
    pub order_id: OrderId,
    /// Who sold.
    pub organization_id: OrganizationId,
    /// Who brings back.
    pub customer_id: CustomerId,
    /// On which terms.
    pub agreement_id: AgreementId,
    /// The manager of the shipment.
    pub manager_id: Option<UserId>,
    /// Where the goods come in.
    pub warehouse_id: WarehouseId,
    /// The shipment's currency.
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
    /// What the goods had left with, base currency; `None` until posted.
    pub cost: Option<Decimal>,
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

/// The columns of [`SalesReturn`], of `sales_return r`.
pub(super) const RETURN_COLUMNS: &str = "
    r.id, r.number, r.date, r.state, r.shipment_id, r.order_id, r.organization_id, r.customer_id,
    r.agreement_id, r.manager_id, r.warehouse_id, r.currency, r.prices_include_vat, r.reason,
    r.net, r.vat, r.gross, r.cost, r.comment, r.posted_at, r.reversed_at, r.reversed_on,
    r.reverse_reason, r.external_reference, r.version, r.created_at, r.updated_at, r.created_by";

/// A line of a return.
#[derive(Clone, Debug, FromQueryResult)]
pub struct SalesReturnLine {
    /// The line.
    pub id: SalesReturnLineId,
    /// Its return.
    pub return_id: SalesReturnId,
    /// Its place, from 1.
    pub position: i32,
    /// The shipment's line that it undoes a part of.
    pub shipment_line_id: ShipmentLineId,
    /// What.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// The unit, as on the shipment's line.
    pub unit: String,
    /// In what state it comes back.
    pub condition: GoodsCondition,
    /// How much, above zero.
    pub quantity: Decimal,
    /// With VAT or without it, as the shipment says.
    pub amount: Decimal,
    /// The shipment's rate; `None` is "without VAT".
    pub vat_rate: Option<Percent>,
    /// The tax in the amount or on top of it.
    pub vat_amount: Decimal,
    /// Base currency; `None` until posted.
    pub cost: Option<Decimal>,
}

/// The columns of [`SalesReturnLine`], of `sales_return_line l`.
pub(super) const RETURN_LINE_COLUMNS: &str = "
    l.id, l.return_id, l.position, l.shipment_line_id, l.product_id, l.variant_id, l.unit,
    l.condition, l.quantity, l.amount, l.vat_rate, l.vat_amount, l.cost";

/// A part of a return's line that went into one lot.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ReturnLot {
    /// The return's line.
    pub return_line_id: SalesReturnLineId,
    /// The lot it went into.
    pub lot_id: LotId,
    /// The lot it had left from.
    pub source_lot_id: LotId,
    /// Base units.
    pub quantity: Decimal,
    /// What it had left with, base currency.
    pub cost: Decimal,
}

/// The paper by which a customer owes less.
#[derive(Clone, Debug, FromQueryResult)]
pub struct CreditNote {
    /// The note.
    pub id: CreditNoteId,
    /// Without gaps by organization and year.
    pub number: String,
    /// The business date.
    pub date: NaiveDate,
    /// The return it is of.
    pub return_id: Option<SalesReturnId>,
    /// The price correction it is of.
    pub correction_id: Option<PriceCorrectionId>,
    /// The shipment whose debts became less.
    pub shipment_id: ShipmentId,
    /// Who sold.
    pub organization_id: OrganizationId,
    /// Who owes less.
    pub customer_id: CustomerId,
    /// The currency of its amounts.
    pub currency: Currency,
    /// Without VAT.
    pub net: Decimal,
    /// The tax.
    pub vat: Decimal,
    /// With VAT.
    pub gross: Decimal,
    /// The business date on which it was reversed with its return.
    pub reversed_on: Option<NaiveDate>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// The person who wrote it.
    pub created_by: Option<UserId>,
}

/// The columns of [`CreditNote`], of `credit_note n`.
pub(crate) const NOTE_COLUMNS: &str = "
    n.id, n.number, n.date, n.return_id, n.correction_id, n.shipment_id, n.organization_id, n.customer_id,
    n.currency, n.net, n.vat, n.gross, n.reversed_on, n.created_at, n.created_by";
