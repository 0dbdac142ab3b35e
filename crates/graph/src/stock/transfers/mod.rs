//! Transfers between warehouses.

mod inputs;
mod loads;
mod mutation;
mod query;
mod transfer;

pub use mutation::TransferMutation;
pub use query::TransferQuery;
pub use transfer::{StockTransfer, StockTransferLine};
