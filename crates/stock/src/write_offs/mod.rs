//! Goods that are no more: broken, spoiled, lost, used up in the house.

mod cancel;
mod create;
mod custom_fields;
mod post;
mod reverse;
mod store;
mod update;

pub use cancel::CancelWriteOff;
pub use create::{CreateWriteOff, HeldGoods};
pub use post::{PostWriteOff, WrittenOff};
pub use reverse::ReverseWriteOff;
pub use update::UpdateWriteOff;

use access::Permit;
use db::{CommandError, Outcome, TenantTx};
use kernel::WriteOffId;

use crate::document;
use crate::rules::same_version;
use store::Header;

/// The write-off under its lock, in the version the user has read.
async fn locked<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: WriteOffId,
    version: i32,
) -> Outcome<Header> {
    let header = store::lock(tx, permit, id).await?.ok_or(CommandError::NotFound)?;
    same_version(
        header.version,
        version,
        "The write-off was changed since you read it.",
        "Списание было изменено после того, как вы его прочитали.",
    )?;
    Ok(header)
}

/// Tells that a write-off was made or changed.
fn changed(tx: &TenantTx, write_off: &Header) {
    document::changed(tx, "WriteOff", write_off.id, write_off.created_by);
}
