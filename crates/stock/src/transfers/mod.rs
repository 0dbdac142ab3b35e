//! Goods moved between warehouses in two steps: sent, they lie in transit; received or returned,
//! they lie somewhere again. A lot stays the lot it is and keeps its value all the way.

mod arriving;
mod cancel;
mod create;
mod custom_fields;
mod receive;
mod send;
mod store;
mod turn_back;
mod update;

pub use cancel::CancelStockTransfer;
pub use create::CreateStockTransfer;
pub use receive::{ReceiveStockTransfer, ReceivedLine, TransferMoved};
pub use send::SendStockTransfer;
pub use turn_back::ReturnStockTransfer;
pub use update::UpdateStockTransfer;

use access::Permit;
use db::{CommandError, Outcome, TenantTx};
use kernel::TransferId;

use crate::document;
use crate::rules::same_version;
use store::Header;

/// The transfer under its lock, in the version the user has read.
async fn locked<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: TransferId,
    version: i32,
) -> Outcome<Header> {
    let header = store::lock(tx, permit, id).await?.ok_or(CommandError::NotFound)?;
    same_version(
        header.version,
        version,
        "The transfer was changed since you read it.",
        "Перемещение было изменено после того, как вы его прочитали.",
    )?;
    Ok(header)
}

/// Tells that a transfer was made or changed.
fn changed(tx: &TenantTx, transfer: &Header) {
    document::changed(tx, "StockTransfer", transfer.id, transfer.created_by);
}
