//! Stating what an order's lines miss.

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::{
    CustomerId, Decimal, DemandId, NaiveDate, OrderId, OrderLineId, OrganizationId, ProductId,
    ProductVariantId, UserId, WarehouseId,
};

use super::{queue, store};
use crate::coverage::cover;

/// The order whose lines miss something.
#[derive(Clone, Debug)]
pub struct Demanding {
    /// The order.
    pub order_id: OrderId,
    /// Whose goods it wants.
    pub organization_id: OrganizationId,
    /// The chosen warehouse, and no other; `None` is any.
    pub warehouse_id: Option<WarehouseId>,
    /// Who waits.
    pub customer_id: CustomerId,
    /// Who is to hear of it.
    pub manager_id: Option<UserId>,
    /// The order's date.
    pub ordered_on: NaiveDate,
    /// When the goods are to leave: who needs them first is served first.
    pub needed_by: NaiveDate,
    /// Days that are left of a lot's life then, at least; the product may ask for more.
    pub least_life_days: i32,
}

/// What one line misses.
#[derive(Clone, Copy, Debug)]
pub struct Missing {
    /// The line.
    pub order_line_id: OrderLineId,
    /// Goods, not a service.
    pub product_id: ProductId,
    /// Which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// Neither held nor shipped, base units, zero or more.
    pub quantity: Decimal,
}

/// States what lines of an order miss from now on, whatever they missed before. The caller holds
/// the order's row lock. Lines that miss nothing and never did get no row.
///
/// # Errors
/// A fault of the database.
pub async fn demand<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    of: &Demanding,
    missing: &[Missing],
) -> Outcome<()> {
    let missing: Vec<&Missing> =
        missing.iter().filter(|one| one.quantity > Decimal::ZERO).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let queues = missing.iter().map(|one| (of.organization_id, one.product_id)).collect();
    queue::take(tx, permit, &queues).await?;
    let new = |one: &&Missing| store::NewDemand {
        id: DemandId::new(),
        order_line_id: one.order_line_id,
        product_id: one.product_id,
        variant_id: one.variant_id,
        quantity: one.quantity,
    };
    let new: Vec<store::NewDemand> = missing.iter().map(new).collect();
    store::state(tx, permit, of, &new).await?;
    cover(tx, permit, &queues).await
}

/// Gives the demand of one customer's orders to another, whose card stands for both.
///
/// # Errors
/// A fault of the database.
pub async fn hand_over_demand<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customers: (CustomerId, CustomerId),
) -> Outcome<()> {
    Ok(store::hand_over(tx, permit, customers).await?)
}
