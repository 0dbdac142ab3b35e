//! Deliveries as they are read.

use access::{Action, Right};
use db::FromQueryResult;
use kernel::{
    CustomerId, DateTime, Decimal, DeliveryAddressId, DeliveryId, NaiveDate, OrderId,
    OrganizationId, ShipmentId, UserId, Utc, WarehouseId,
};

use super::rules::DeliveryState;

/// Reading deliveries.
pub struct ReadDeliveries;
impl Action for ReadDeliveries {
    const RIGHT: Right = Right::DeliveryRead;
}

/// A shipment on its way to the customer.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Delivery {
    /// The delivery.
    pub id: DeliveryId,
    /// Given when it is planned.
    pub number: String,
    /// The day it is planned for.
    pub date: NaiveDate,
    /// Where it stands.
    pub state: DeliveryState,
    /// What is carried.
    pub shipment_id: ShipmentId,
    /// The shipment's order.
    pub order_id: OrderId,
    /// Who sells.
    pub organization_id: OrganizationId,
    /// To whom.
    pub customer_id: CustomerId,
    /// The manager of the shipment.
    pub manager_id: Option<UserId>,
    /// From where.
    pub warehouse_id: WarehouseId,
    /// Who carries.
    pub carrier: Option<String>,
    /// The tour it goes on.
    pub route: Option<String>,
    /// Under which number the carrier knows it.
    pub tracking_number: Option<String>,
    /// Which of the customer's addresses.
    pub delivery_address_id: Option<DeliveryAddressId>,
    /// Where to, as it stood when it was planned.
    pub address: Option<String>,
    /// Who takes it.
    pub recipient: Option<String>,
    /// The recipient's telephone.
    pub phone: Option<String>,
    /// What carrying costs in all, base currency; `None` where nobody has said.
    pub cost: Option<Decimal>,
    /// What of that is booked as a cost of the shipment, base currency.
    pub booked: Decimal,
    /// How often it set off.
    pub attempts: i32,
    /// When it set off last.
    pub started_at: Option<DateTime<Utc>>,
    /// When the customer had it.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Who took it.
    pub received_by: Option<String>,
    /// Why nothing came of it.
    pub fail_reason: Option<String>,
    /// A note.
    pub comment: Option<String>,
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

/// The columns of [`Delivery`], of `delivery d`.
pub(super) const COLUMNS: &str = "
    d.id, d.number, d.date, d.state, d.shipment_id, d.order_id, d.organization_id, d.customer_id,
    d.manager_id, d.warehouse_id, d.carrier, d.route, d.tracking_number, d.delivery_address_id,
    d.address, d.recipient, d.phone, d.cost, d.booked, d.attempts, d.started_at, d.delivered_at,
    d.received_by, d.fail_reason, d.comment, d.external_reference, d.version, d.created_at,
    d.updated_at, d.created_by";

/// Packages of one kind.
#[derive(Clone, Debug, FromQueryResult)]
pub struct DeliveryPackage {
    /// The delivery.
    pub delivery_id: DeliveryId,
    /// Its place, from 1.
    pub position: i32,
    /// What it is: "box", "pallet".
    pub name: String,
    /// What is written on it.
    pub mark: Option<String>,
    /// How many.
    pub count: i32,
    /// Gross weight of one, kilograms.
    pub weight_kg: Option<Decimal>,
    /// Volume of one, cubic metres.
    pub volume_m3: Option<Decimal>,
}

/// What a shipment has brought, its returns and the costs of carrying it deducted.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct Brought {
    /// The shipment.
    pub shipment_id: ShipmentId,
    /// Base units.
    pub quantity: Decimal,
    /// Without VAT, in the shipment's currency.
    pub revenue: Decimal,
    /// Of its goods, base currency.
    pub cost: Decimal,
    /// Of carrying it, base currency.
    pub variable_cost: Decimal,
}
