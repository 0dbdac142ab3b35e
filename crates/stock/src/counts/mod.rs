//! Stock counts. Starting one freezes what the books say of each of the goods in its scope; then
//! several people enter what they find, each his part, and the parts add up; posting writes the
//! differences.
//!
//! Goods may go on moving meanwhile: nobody's sales wait for a count. An entry therefore keeps what
//! the books said when it was made, and a difference is what was found less what the books said at
//! the last entry of those goods: what moved before it is in both, and what moves after it changes
//! the books alone. Only goods that move between the first and the last entry of their own have to
//! be counted anew, which replaces what was entered.

mod cancel;
mod create;
mod custom_fields;
mod enter;
mod post;
mod reverse;
mod start;
mod store;

pub use cancel::CancelStockCount;
pub use create::CreateStockCount;
pub use enter::{AddCounts, CountEntry, EntryMode};
pub use post::{CountPosted, PostStockCount, Uncounted};
pub use reverse::ReverseStockCount;
pub use start::StartStockCount;

use access::Permit;
use db::{CommandError, Outcome, TenantTx};
use kernel::CountId;

use crate::document;
use crate::rules::same_version;
use store::Header;

/// The count under its lock, in the version the user has read.
async fn locked<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CountId,
    version: i32,
) -> Outcome<Header> {
    let header = store::lock(tx, permit, id).await?.ok_or(CommandError::NotFound)?;
    same_version(
        header.version,
        version,
        "The count was changed since you read it.",
        "Инвентаризация была изменена после того, как вы её прочитали.",
    )?;
    Ok(header)
}

/// Tells that a count was made or changed.
fn changed(tx: &TenantTx, count: &Header) {
    document::changed(tx, "StockCount", count.id, count.created_by);
}
