//! What orders miss, and how it gets into the house: purchase orders, returns to suppliers, plans.

mod cover;
mod demand;
mod loads;
mod order;
mod order_mutations;
mod plan;
mod queries;
mod returns;

use async_graphql::MergedObject;

pub use cover::ExpectedGoods;
pub use demand::{Demand, DemandOf};
pub use loads::ExpectedOf;
pub(super) use loads::ReturnsOf;
pub use order::{PurchaseOrder, PurchaseOrderLine};
pub use plan::ReorderPoint;
pub use returns::SupplierReturn;

/// Queries about supply.
#[derive(MergedObject, Default)]
pub struct SupplyQuery(
    queries::DemandQuery,
    queries::PurchaseOrderQuery,
    returns::SupplierReturnQuery,
    plan::SupplyPlanQuery,
);

/// Mutations of supply.
#[derive(MergedObject, Default)]
pub struct SupplyMutation(
    order_mutations::PurchaseOrderMutation,
    returns::SupplierReturnMutation,
    plan::SupplyPlanMutation,
);
