//! Costs that come after their goods: freight, customs and the like.

mod cost;
mod inputs;
mod line;
mod loads;
mod mutation;
mod query;

pub use cost::LandedCost;
pub use line::LandedCostLine;
pub use mutation::LandedCostMutation;
pub use query::LandedCostQuery;
