//! What other contexts ask of stock, and what they get back.

use kernel::{
    Decimal, LotId, NaiveDate, OrderId, OrderLineId, OrganizationId, ProductId, ProductVariantId,
    ShipmentId, ShipmentLineId, WarehouseId,
};

/// A quantity to be held for an order line.
#[derive(Clone, Debug)]
pub struct ReserveLine {
    /// The order.
    pub order_id: OrderId,
    /// The line it is held for.
    pub order_line_id: OrderLineId,
    /// Only goods of this organization are held.
    pub organization_id: OrganizationId,
    /// Goods; a service has no lots and is always short.
    pub product_id: ProductId,
    /// Only lots of this variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// Base units, above zero.
    pub quantity: Decimal,
    /// The chosen warehouse, and no other; `None` looks into all of them by their priority
    /// (domain, section 4, order confirmation).
    pub warehouse_id: Option<WarehouseId>,
}

/// What lots an order takes, and on which day they leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The business date of holding.
    pub on: NaiveDate,
    /// When the goods are to leave: lots that do not last so long are not held.
    pub ships_on: NaiveDate,
    /// Days that are left of a lot's life then, at least; the product may ask for more.
    pub least_life_days: i32,
}

/// What was held for a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// The line.
    pub order_line_id: OrderLineId,
    /// What was free for it before it took its part, base units.
    pub available: Decimal,
    /// What is held now by this call, base units.
    pub reserved: Decimal,
    /// Asked less reserved, base units.
    pub short: Decimal,
}

/// A shipment's goods leaving one warehouse.
#[derive(Clone, Debug)]
pub struct Issue {
    /// The posting document.
    pub shipment_id: ShipmentId,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// From where.
    pub warehouse_id: WarehouseId,
    /// Business date, not after today. Before today: only lots received by then, and no later
    /// balance may fall below zero. Whether the period is open is the caller's to check.
    pub occurred_on: NaiveDate,
    /// Days that are left of a lot's life, at least; the product may ask for more.
    pub least_life_days: i32,
    /// At least one.
    pub lines: Vec<IssueLine>,
}

/// A line of a shipment.
#[derive(Clone, Debug)]
pub struct IssueLine {
    /// The shipment's line.
    pub shipment_line_id: ShipmentLineId,
    /// The order's line, whose reservations are taken first.
    pub order_line_id: OrderLineId,
    /// Goods; services are not issued.
    pub product_id: ProductId,
    /// Only lots of this variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// Base units, above zero.
    pub quantity: Decimal,
    /// What the order line still has to ship after this, base units: what is held for it beyond
    /// that is released.
    pub left_after: Decimal,
    /// The lots that were picked for it, with base units that add up to its quantity: these leave
    /// and no others. Empty where nobody picked: lots leave in their turn.
    pub chosen: Vec<(LotId, Decimal)>,
}

/// A part of a shipment's line that came out of one lot, or went back into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedLot {
    /// The shipment's line.
    pub shipment_line_id: ShipmentLineId,
    /// The lot.
    pub lot_id: LotId,
    /// Base units, above zero.
    pub quantity: Decimal,
    /// The lot's value that went with it, base currency.
    pub cost: Decimal,
}
