//! What others see of stock. Cost and value do not leave the database for those who may not see
//! them. A partner's key bound to one customer sees stock, but not for whom goods are held or
//! where they went.

mod alike;
mod columns;
mod costs;
mod counts;
mod family;
mod figures;
mod idle;
pub(crate) mod keyset;
mod loaders;
mod lot_card;
mod lot_list;
mod lots;
mod movements;
mod past;
mod purchases;
mod receipts;
mod stock;
mod transfers;
mod turnover;
mod write_offs;

use access::{Action, Permit, Right};

pub use alike::alike_in_stock;
pub use costs::{ReadCost, next_costs};
pub use counts::{
    CountEntryRow, CountFilter, CountLineRow, CountLines, CountRow, ReadCounts, count_count_lines,
    count_counts, count_lines, count_lines_by_id, counts, counts_by_id, entries_of_count_lines,
    lines_of_counts,
};
pub use family::{LotLink, LotLinkKind, lots_made_of, lots_origins};
pub use figures::{StockFigure, stock_figures};
pub use idle::{
    ExpiringRow, Slow, SlowRow, count_expiring_stock, count_slow_stock, expiring_stock, slow_stock,
};
pub use loaders::{
    lines_of_receipts, receipt_lines_by_id, receipts_by_id, reservations_by_id,
    reservations_of_order_lines, reservations_of_orders,
};
pub use lot_card::{LotCardRow, count_lot_card, lot_card};
pub use lot_list::{LotFilter, LotSort, count_lots, lots, lots_numbered};
pub use lots::{
    LotRow, LotStock, lots_by_id, lots_in_stock, lots_in_stock_of_variants, lots_of_receipt_lines,
    stock_of_lots,
};
pub use movements::{
    MovementFilter, MovementRow, count_movements, movements, movements_by_id,
    movements_of_documents, movements_of_lots,
};
pub use past::{Moment, PastDetail, PastFilter, PastRow, count_past_stock, past_stock};
pub use purchases::{PurchasePrice, ReadPurchases, purchase_prices};
pub(crate) use receipts::receipts_of;
pub use receipts::{ReceiptFilter, ReceiptLineRow, ReceiptRow, count_receipts, receipts};
pub use stock::{
    StockFilter, StockRow, StockTotal, count_stock, stock, stock_of_products, stock_of_variants,
    stock_of_warehouses,
};
pub use transfers::{
    ReadTransfers, TransferFilter, TransferLineRow, TransferRow, count_transfers,
    lines_of_transfers, transfer_lines_by_id, transfers, transfers_by_id,
};
pub use write_offs::{
    ReadWriteOffs, WriteOffFilter, WriteOffLineRow, WriteOffRow, count_write_offs,
    lines_of_write_offs, write_off_lines_by_id, write_offs, write_offs_by_id,
};

pub use turnover::{
    KindMoves, Moves, Period, ReportStock, TurnoverBy, TurnoverRow, count_turnover, turnover,
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
