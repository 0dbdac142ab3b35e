//! Stock as the API shows it: receipts, lots, balances, movements, reservations.

mod answers;
mod assembly;
mod balance;
mod counts;
mod house;
mod inputs;
mod landed;
mod loads;
mod lot;
mod lots;
mod movement;
mod mutation;
mod places;
mod purchase;
mod query;
mod receipt;
mod supply;
mod transfers;
mod write_offs;

use access::{Action, Right};
use async_graphql::{Context, MergedObject};

pub use answers::AnswerQuery;
pub use assembly::{
    AssemblyMutation, AssemblyOrder, AssemblyOrderLine, AssemblyQuery, BillMutation,
    BillOfMaterials,
};
pub use balance::StockBalance;
pub use counts::{StockCount, StockCountLine};
pub use landed::{LandedCost, LandedCostLine};
pub use loads::{
    HeldFor, LotsInStock, LotsOfVariant, MovementsOf, StockIn, StockOf, StockOfVariant,
};
pub use lot::Lot;
pub use movement::{Reservation, StockMovement};
pub use places::{GoodsPlace, HomesOf};
pub use purchase::{ProductPurchases, ProductStock, PurchasesOf};
pub(crate) use purchase::{stock_total, variant_stock_total};
pub use receipt::{GoodsReceipt, GoodsReceiptLine};
pub use supply::{
    Demand, DemandOf, ExpectedGoods, ExpectedOf, PurchaseOrder, PurchaseOrderLine, ReorderPoint,
    SupplierReturn, SupplyMutation, SupplyQuery,
};
pub(crate) use supply::{supply_assembly, supply_line};
pub use transfers::{StockTransfer, StockTransferLine};
pub use write_offs::{WriteOff, WriteOffLine};

use crate::errors::Failure;
use crate::scalars::{Decimal, Money};
use crate::session::Session;

/// Queries of this folder.
#[derive(MergedObject, Default)]
pub struct StockQuery(
    query::ReceiptQuery,
    transfers::TransferQuery,
    write_offs::WriteOffQuery,
    counts::CountQuery,
    landed::LandedCostQuery,
);

/// Mutations of this folder.
#[derive(MergedObject, Default)]
pub struct StockMutation(
    mutation::ReceiptMutation,
    transfers::TransferMutation,
    lots::LotMutation,
    write_offs::WriteOffMutation,
    counts::CountMutation,
    places::PlaceMutation,
    landed::LandedCostMutation,
);

/// Seeing cost and value.
pub(crate) struct SeeCost;

impl Action for SeeCost {
    const RIGHT: Right = Right::CostRead;
}

/// A value in the tenant's base currency, for those who may see cost; others get FORBIDDEN.
fn value(ctx: &Context<'_>, amount: Option<kernel::Decimal>) -> Result<Option<Money>, Failure> {
    let session = Session::of(ctx)?;
    let permit = session.permit::<SeeCost>()?;
    let currency = permit.scope().facts().base_currency;
    Ok(amount.map(|amount| Money::new(amount, currency)))
}

/// A unit cost in the base currency, for those who may see cost; others get FORBIDDEN.
pub(crate) fn cost(
    ctx: &Context<'_>,
    amount: Option<kernel::Decimal>,
) -> Result<Option<Money>, Failure> {
    let permit = Session::of(ctx)?.permit::<SeeCost>()?;
    let currency = permit.scope().facts().base_currency;
    Ok(amount.map(|amount| Money::unit_price(amount, currency)))
}

/// A quantity without the zeros of its column.
fn quantity(base_units: kernel::Decimal) -> Decimal {
    Decimal(base_units.normalize())
}
