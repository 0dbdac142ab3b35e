//! What others see of stock. Cost and value do not leave the database for those who may not see
//! them. A partner's key bound to one customer sees stock, but not for whom goods are held or
//! where they went.

mod alike;
mod costs;
pub(crate) mod keyset;
mod loaders;
mod lots;
mod movements;
mod purchases;
mod receipts;
mod stock;

use access::{Action, Permit, Right};

pub use alike::alike_in_stock;
pub use costs::{ReadCost, next_costs};
pub use loaders::{
    lines_of_receipts, receipt_lines_by_id, receipts_by_id, reservations_by_id,
    reservations_of_order_lines,
};
pub use lots::{
    LotRow, LotStock, lots_by_id, lots_in_stock, lots_in_stock_of_variants, lots_of_receipt_lines,
    stock_of_lots,
};
pub use movements::{
    MovementFilter, MovementRow, count_movements, movements, movements_by_id,
    movements_of_documents, movements_of_lots,
};
pub use purchases::{PurchasePrice, ReadPurchases, purchase_prices};
pub(crate) use receipts::receipts_of;
pub use receipts::{ReceiptFilter, ReceiptLineRow, ReceiptRow, count_receipts, receipts};
pub use stock::{
    StockFilter, StockRow, StockTotal, count_stock, stock, stock_of_products, stock_of_variants,
    stock_of_warehouses,
};

/// Reading lots, balances, reservations and movements.
#[derive(Clone, Copy, Debug)]
pub struct ReadStock;

impl Action for ReadStock {
    const RIGHT: Right = Right::StockRead;
}

/// Reading goods receipts. A narrow reach sees those its users have written.
#[derive(Clone, Copy, Debug)]
pub struct ReadReceipts;

impl Action for ReadReceipts {
    const RIGHT: Right = Right::ReceiptRead;
}

/// Whether cost and value are to be read at all.
pub(crate) fn sees_cost<A>(permit: &Permit<A>) -> bool {
    permit.scope().reach(Right::CostRead).is_some()
}

/// Whether the caller may know for whom goods are held and where they went.
fn sees_buyers<A>(permit: &Permit<A>) -> bool {
    permit.customer().is_none()
}
