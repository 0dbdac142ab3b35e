//! Pick tasks as they are read.

use access::{Action, Right};
use db::FromQueryResult;
use kernel::{
    BinId, CustomerId, DateTime, Decimal, DeliveryAddressId, LotId, NaiveDate, OrderId,
    OrderLineId, OrganizationId, PickLineId, PickTaskId, ProductId, ProductVariantId, ShipmentId,
    UserId, Utc, WarehouseId,
};

use super::rules::PickState;

/// Reading pick tasks. A narrow reach sees the tasks, and of them the parts, of its own orders.
pub struct ReadPickTasks;
impl Action for ReadPickTasks {
    const RIGHT: Right = Right::PickRead;
}

/// What a storekeeper is to take in one warehouse.
#[derive(Clone, Debug, FromQueryResult)]
pub struct PickTask {
    /// The task.
    pub id: PickTaskId,
    /// Its number.
    pub number: String,
    /// The day it was made for.
    pub date: NaiveDate,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// Where it stands.
    pub state: PickState,
    /// Who picks, or picked.
    pub taker_id: Option<UserId>,
    /// Since when.
    pub taken_at: Option<DateTime<Utc>>,
    /// When it was done.
    pub finished_at: Option<DateTime<Utc>>,
    /// Something was not to be found.
    pub has_shortage: bool,
    /// Why it was called off.
    pub cancel_reason: Option<String>,
    /// A note.
    pub comment: Option<String>,
    /// Its number in another program.
    pub external_reference: Option<String>,
    /// Counts changes, for optimistic locking.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// The person who made it.
    pub created_by: Option<UserId>,
}

/// The columns of [`PickTask`], of `pick_task t`.
pub(super) const TASK_COLUMNS: &str = "
    t.id, t.number, t.date, t.organization_id, t.warehouse_id, t.state, t.taker_id, t.taken_at,
    t.finished_at, t.has_shortage, t.cancel_reason, t.comment, t.external_reference, t.version,
    t.created_at, t.updated_at, t.created_by";

/// An order that a task picks for.
#[derive(Clone, Debug, FromQueryResult)]
pub struct PickTaskOrder {
    /// The task.
    pub task_id: PickTaskId,
    /// The order.
    pub order_id: OrderId,
    /// Who buys.
    pub customer_id: CustomerId,
    /// His name when the task was made.
    pub customer_name: String,
    /// His default delivery address then.
    pub delivery_address_id: Option<DeliveryAddressId>,
    /// What that said.
    pub address: Option<String>,
    /// The draft that came of it.
    pub shipment_id: Option<ShipmentId>,
}

/// What is to be taken for one order line out of one lot.
#[derive(Clone, Debug, FromQueryResult)]
pub struct PickLine {
    /// The line.
    pub id: PickLineId,
    /// Its task.
    pub task_id: PickTaskId,
    /// For which order.
    pub order_id: OrderId,
    /// For which of its lines.
    pub order_line_id: OrderLineId,
    /// Its place on the walk through the warehouse, from 1.
    pub position: i32,
    /// What.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// The base unit, as on the order's line.
    pub unit: String,
    /// Out of which lot.
    pub lot_id: LotId,
    /// The lot that was reserved, where the storekeeper took another one.
    pub instead_of_id: Option<LotId>,
    /// Where it lay when the task was made.
    pub bin_id: Option<BinId>,
    /// Base units asked for.
    pub quantity: Decimal,
    /// Base units taken.
    pub picked: Decimal,
    /// Base units that were not to be found.
    pub short: Decimal,
    /// What the storekeeper said of that.
    pub short_note: Option<String>,
}

impl PickLine {
    /// What is still to be taken, base units.
    #[must_use]
    pub fn left(&self) -> Decimal {
        self.quantity - self.picked - self.short
    }
}

/// The columns of [`PickLine`], of `pick_line l`.
pub(super) const LINE_COLUMNS: &str = "
    l.id, l.task_id, l.order_id, l.order_line_id, l.position, l.product_id, l.variant_id, l.unit,
    l.lot_id, l.instead_of_id, l.bin_id, l.quantity, l.picked, l.short, l.short_note";
