//! Lots held back: as a whole, or a part of one as a lot of its own. What is held back is neither
//! held for anybody nor shipped; it is written off, given back, or let go again.

mod block;
mod quarantine;
mod release;
mod store;

pub use block::{BlockLot, LotHeld, UnblockLot};
pub use quarantine::QuarantineGoods;
pub use release::ReleaseQuarantine;
