//! Service acts as the API shows them.

mod act;
mod inputs;
mod loads;
mod mutations;
mod queries;

pub use act::{ServiceAct, ServiceActLine};
pub(super) use loads::ActsOf;
pub use mutations::ActMutation;
pub use queries::ActQuery;
