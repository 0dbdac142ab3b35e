//! The register of sales: what a posting and a reversal write besides the documents' headers.

use access::Permit;
use db::{Outcome, Sql, TenantTx, values};
use kernel::{
    Currency, CustomerId, Decimal, DepartmentId, LotId, NaiveDate, OrderId, OrderLineId,
    OrganizationId, Percent, ProductGroupId, ProductId, ProductVariantId, RegionId, SaleFactId,
    ShipmentId, ShipmentLineId, UserId, WarehouseId,
};
use serde::Serialize;

use super::rows;

/// A shipment's line as it is booked.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BookedLine {
    pub(crate) id: ShipmentLineId,
    pub(crate) fact_id: SaleFactId,
    pub(crate) order_line_id: OrderLineId,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) product_group_id: Option<ProductGroupId>,
    pub(crate) quantity: Decimal,
    pub(crate) amount: Decimal,
    pub(crate) vat_rate: Option<Percent>,
    pub(crate) vat_amount: Decimal,
    pub(crate) revenue: Decimal,
    pub(crate) cost: Decimal,
}

/// A lot that a line took.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BookedLot {
    pub(crate) shipment_line_id: ShipmentLineId,
    pub(crate) lot_id: LotId,
    pub(crate) quantity: Decimal,
    pub(crate) cost: Decimal,
}

/// A posting, with its dimensions as of now.
#[derive(Clone, Debug)]
pub(crate) struct Booking {
    pub(crate) shipment_id: ShipmentId,
    pub(crate) order_id: OrderId,
    pub(crate) occurred_on: NaiveDate,
    pub(crate) organization_id: OrganizationId,
    pub(crate) department_id: Option<DepartmentId>,
    pub(crate) manager_id: Option<UserId>,
    pub(crate) customer_id: CustomerId,
    pub(crate) region_id: Option<RegionId>,
    /// From where; an act has no such place.
    pub(crate) warehouse_id: Option<WarehouseId>,
    pub(crate) currency: Currency,
    pub(crate) lines: Vec<BookedLine>,
    pub(crate) lots: Vec<BookedLot>,
}

/// Books a posting in one statement: what the order's lines have shipped, the shipment's sums,
/// its lots, the facts, and the facts' places in the queue of the rollups.
pub(crate) async fn book<A>(tx: &TenantTx, permit: &Permit<A>, booking: &Booking) -> Outcome<()> {
    let values = values![
        permit.tenant(),
        rows(&booking.lines)?,
        rows(&booking.lots)?,
        booking.occurred_on,
        tx.now(),
        booking.shipment_id,
        booking.order_id,
        booking.organization_id,
        booking.department_id,
        booking.manager_id,
        booking.customer_id,
        booking.region_id,
        booking.warehouse_id,
        booking.currency,
    ];
    tx.run(Sql::new(include_str!("book.sql"), values)).await?;
    Ok(())
}

/// A reversal.
#[derive(Clone, Debug)]
pub(crate) struct Unbooking {
    pub(crate) shipment_id: ShipmentId,
    pub(crate) occurred_on: NaiveDate,
    /// A new fact for each line.
    pub(crate) facts: Vec<ReversedLine>,
}

/// A line and its new fact.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReversedLine {
    pub(crate) id: ShipmentLineId,
    pub(crate) fact_id: SaleFactId,
}

/// Books a reversal in one statement: the signs of the facts turned, the order's lines as if it
/// had not been shipped.
pub(crate) async fn unbook<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    unbooking: &Unbooking,
) -> Outcome<()> {
    let values = values![
        permit.tenant(),
        rows(&unbooking.facts)?,
        unbooking.shipment_id,
        unbooking.occurred_on,
        tx.now(),
    ];
    tx.run(Sql::new(include_str!("unbook.sql"), values)).await?;
    Ok(())
}
