//! Orders and shipments as they are read.

use access::{Action, Right};
use catalog::pricing::{ApprovalReason, DiscountSource, PriceSource};
use catalog::{PaymentSteps, RouteTerms};
use db::FromQueryResult;
use kernel::{
    AgreementId, Currency, CustomerId, DateTime, Decimal, DepartmentId, Factor, LotId, NaiveDate,
    OrderId, OrderLineId, OrganizationId, PackagingId, Percent, ProductId, ProductVariantId,
    QuoteId, QuoteLineId, RegionId, ShipmentId, ShipmentLineId, UnitPrice, UserId, Utc, Uuid,
    WarehouseId,
};
use serde::Deserialize;
use settlements::OrderRef;

use crate::rules::{OrderState, ShipmentState};

/// Reading orders.
pub struct ReadOrders;
impl Action for ReadOrders {
    const RIGHT: Right = Right::OrderRead;
}

/// Reading shipments.
pub struct ReadShipments;
impl Action for ReadShipments {
    const RIGHT: Right = Right::ShipmentRead;
}

/// What a customer ordered.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Order {
    /// The order.
    pub id: OrderId,
    /// Given on confirmation.
    pub number: Option<String>,
    /// The document's date.
    pub date: NaiveDate,
    /// Where it stands.
    pub state: OrderState,
    /// Who sells.
    pub organization_id: OrganizationId,
    /// Who buys.
    pub customer_id: CustomerId,
    /// On which terms.
    pub agreement_id: AgreementId,
    /// The version of them that held when it was written; `None` before versions were kept.
    pub agreement_version: Option<i32>,
    /// Days that are left of a lot's life when it is shipped, at least, as agreed then.
    pub min_shelf_life_days: Option<i32>,
    /// How it is served, as the route said when it was written.
    #[sea_orm(nested)]
    pub route: RouteTerms,
    /// Whether the route was chosen on the order itself; else it is the agreement's.
    pub sales_route_is_own: bool,
    /// The responsible manager.
    pub manager_id: Option<UserId>,
    /// The manager's department when the order was written.
    pub department_id: Option<DepartmentId>,
    /// The customer's region when the order was written.
    pub region_id: Option<RegionId>,
    /// From where it is to be shipped; `None` is wherever goods are.
    pub warehouse_id: Option<WarehouseId>,
    /// Where no warehouse is chosen: the only ones that give, the first first; none named is all.
    pub allowed_warehouses: Vec<Uuid>,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// Whether prices and line amounts include VAT.
    pub prices_include_vat: bool,
    /// Without VAT.
    pub net: Decimal,
    /// The tax.
    pub vat: Decimal,
    /// To pay.
    pub gross: Decimal,
    /// The gross of its posted shipments.
    pub shipped_gross: Decimal,
    /// When the customer wants it.
    pub requested_ship_date: Option<NaiveDate>,
    /// A note.
    pub comment: Option<String>,
    /// How it is to be paid, as agreed when it was written.
    pub payment_steps: PaymentSteps,
    /// Percent of the gross to be paid before shipping.
    pub prepayment_percent: Percent,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// Why it was closed short.
    pub close_reason: Option<String>,
    /// Its number in another program.
    pub external_reference: Option<String>,
    /// The accepted quote it was made of.
    pub quote_id: Option<QuoteId>,
    /// Counts changes, for optimistic locking.
    pub version: i32,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// The person who wrote it.
    pub created_by: Option<UserId>,
}

impl From<&Order> for OrderRef {
    /// The order as its money needs it.
    fn from(order: &Order) -> Self {
        Self {
            id: order.id,
            customer_id: order.customer_id,
            organization_id: order.organization_id,
            agreement_id: order.agreement_id,
            currency: order.currency,
        }
    }
}

/// The columns of [`Order`], of `sales_order o`.
pub(crate) const ORDER_COLUMNS: &str = "
    o.id, o.number, o.date, o.state, o.organization_id, o.customer_id, o.agreement_id,
    o.agreement_version, o.min_shelf_life_days, o.sales_route_id, o.sales_route_is_own,
    o.reserve_on, o.cover_by, o.manager_id, o.department_id, o.region_id, o.warehouse_id,
    o.allowed_warehouses, o.currency, o.prices_include_vat,
    o.net, o.vat, o.gross, o.shipped_gross, o.requested_ship_date, o.comment, o.payment_steps,
    o.prepayment_percent, o.cancel_reason, o.close_reason, o.external_reference, o.quote_id, o.version,
    o.created_at, o.updated_at, o.created_by";

/// A line of an order.
#[derive(Clone, Debug, FromQueryResult)]
pub struct OrderLine {
    /// The line.
    pub id: OrderLineId,
    /// Its order.
    pub order_id: OrderId,
    /// Its place, from 1.
    pub position: i32,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
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
    /// See [`OrderLine::unit_price`].
    pub price_numerator: i32,
    /// See [`OrderLine::unit_price`].
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
    /// With VAT or without it, as the order says.
    pub amount: Decimal,
    /// `None` is "without VAT".
    pub vat_rate: Option<Percent>,
    /// The tax in the amount or on top of it.
    pub vat_amount: Decimal,
    /// What posted shipments took.
    pub shipped: Decimal,
    /// What the shipped parts came to.
    pub shipped_amount: Decimal,
    /// The tax of the shipped parts.
    pub shipped_vat: Decimal,
    /// The line of the order's quote whose price it keeps.
    pub quote_line_id: Option<QuoteLineId>,
    /// Why it needs somebody's leave, as of when it was written.
    pub approval_reasons: Option<serde_json::Value>,
}

/// The columns of [`OrderLine`], of `sales_order_line l`.
pub(crate) const LINE_COLUMNS: &str = "
    l.id, l.order_id, l.position, l.product_id, l.variant_id, l.unit, l.quantity, l.list_price,
    l.price, l.price_numerator, l.price_denominator, l.price_source, l.price_is_manual, l.discount_percent,
    l.discount_source, l.discount_is_manual, l.amount, l.vat_rate, l.vat_amount, l.shipped,
    l.shipped_amount, l.shipped_vat, l.packaging_id, l.entered_quantity, l.entered_unit,
    l.quote_line_id, l.approval_reasons";

impl OrderLine {
    /// Why it needs somebody's leave; what is not readable any more is none.
    pub(crate) fn reasons(&self) -> Vec<ApprovalReason> {
        kept_reasons(self.approval_reasons.as_ref())
    }

    /// The price with its unit: amounts are computed from nothing else.
    #[must_use]
    pub fn unit_price(&self) -> UnitPrice {
        let part = |part: i32| u32::try_from(part).unwrap_or(1);
        let per = Factor::new(part(self.price_numerator), part(self.price_denominator));
        UnitPrice { amount: self.price, per: per.unwrap_or(Factor::ONE) }
    }
}

/// The reasons that a line keeps; what is not readable any more is none.
pub(crate) fn kept_reasons(kept: Option<&serde_json::Value>) -> Vec<ApprovalReason> {
    kept.and_then(|kept| Vec::deserialize(kept).ok()).unwrap_or_default()
}

/// Goods and services leaving for a customer.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Shipment {
    /// The shipment.
    pub id: ShipmentId,
    /// Given on posting, without gaps.
    pub number: Option<String>,
    /// The business date.
    pub date: NaiveDate,
    /// Where it stands.
    pub state: ShipmentState,
    /// Its order.
    pub order_id: OrderId,
    /// Who sells.
    pub organization_id: OrganizationId,
    /// Who buys.
    pub customer_id: CustomerId,
    /// On which terms.
    pub agreement_id: AgreementId,
    /// The version of them that its order was written under; `None` before versions were kept.
    pub agreement_version: Option<i32>,
    /// The responsible manager as of the posting.
    pub manager_id: Option<UserId>,
    /// His department as of the posting.
    pub department_id: Option<DepartmentId>,
    /// The customer's region as of the posting.
    pub region_id: Option<RegionId>,
    /// From where.
    pub warehouse_id: WarehouseId,
    /// The currency of all its amounts but cost.
    pub currency: Currency,
    /// Whether line amounts include VAT.
    pub prices_include_vat: bool,
    /// Without VAT: the revenue.
    pub net: Decimal,
    /// The tax.
    pub vat: Decimal,
    /// To pay.
    pub gross: Decimal,
    /// In base currency; `None` until posted.
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

/// The columns of [`Shipment`], of `shipment h`.
pub(crate) const SHIPMENT_COLUMNS: &str = "
    h.id, h.number, h.date, h.state, h.order_id, h.organization_id, h.customer_id,
    h.agreement_id, h.agreement_version, h.manager_id, h.department_id, h.region_id,
    h.warehouse_id, h.currency,
    h.prices_include_vat, h.net, h.vat, h.gross, h.cost, h.comment, h.posted_at, h.reversed_at,
    h.reversed_on, h.reverse_reason, h.external_reference, h.version, h.created_at, h.updated_at,
    h.created_by";

/// A line of a shipment.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ShipmentLine {
    /// The line.
    pub id: ShipmentLineId,
    /// Its shipment.
    pub shipment_id: ShipmentId,
    /// Its place, from 1.
    pub position: i32,
    /// The order's line it fulfils.
    pub order_line_id: OrderLineId,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// The unit, as on the order's line.
    pub unit: String,
    /// How much, above zero.
    pub quantity: Decimal,
    /// With VAT or without it, as the shipment says.
    pub amount: Decimal,
    /// The rate of the posting date; `None` is "without VAT".
    pub vat_rate: Option<Percent>,
    /// The tax in the amount or on top of it.
    pub vat_amount: Decimal,
    /// In base currency; `None` until posted.
    pub cost: Option<Decimal>,
}

/// The columns of [`ShipmentLine`], of `shipment_line l`.
pub(crate) const SHIPMENT_LINE_COLUMNS: &str = "
    l.id, l.shipment_id, l.position, l.order_line_id, l.product_id, l.variant_id, l.unit,
    l.quantity, l.amount, l.vat_rate, l.vat_amount, l.cost";

/// A part of a shipment's line that came out of one lot.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ShipmentLot {
    /// The shipment's line.
    pub shipment_line_id: ShipmentLineId,
    /// The lot.
    pub lot_id: LotId,
    /// How much of it.
    pub quantity: Decimal,
    /// What it cost, base currency.
    pub cost: Decimal,
}
