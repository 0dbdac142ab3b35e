//! What orders miss, and how it gets into the house: purchase orders, returns to suppliers, plans.

mod assembling;
mod cover;
mod demand;
mod loads;
mod moving;
mod order;
mod order_mutations;
mod plan;
mod queries;
mod returns;

use async_graphql::MergedObject;

pub(super) use cover::DemandCover;
pub use cover::ExpectedGoods;
pub(crate) use cover::{supply_assembly, supply_line};
pub use demand::{Demand, DemandOf};
pub use loads::ExpectedOf;
pub(super) use loads::{CoversOfSupply, ReturnsOf};
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
