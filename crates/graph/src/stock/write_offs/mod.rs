//! Write-offs of goods.

mod inputs;
mod loads;
mod mutation;
mod query;
mod write_off;

pub use mutation::WriteOffMutation;
pub use query::WriteOffQuery;
pub use write_off::{WriteOff, WriteOffLine};
