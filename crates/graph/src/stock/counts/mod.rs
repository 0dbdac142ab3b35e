//! Stock counts.

mod count;
mod inputs;
mod line;
mod loads;
mod mutation;
mod query;

pub use count::StockCount;
pub use line::StockCountLine;
pub use mutation::CountMutation;
pub use query::CountQuery;
