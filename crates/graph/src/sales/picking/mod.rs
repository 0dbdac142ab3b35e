//! Pick tasks as the API shows them.

mod inputs;
mod line;
mod loads;
mod mutations;
mod queries;
mod task;

pub use line::PickTaskLine;
pub(super) use loads::{PickLinesOf, TasksOf};
pub use mutations::PickMutation;
pub use queries::PickQuery;
pub use task::PickTask;
