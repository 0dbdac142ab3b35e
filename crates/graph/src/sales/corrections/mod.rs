//! Price corrections as the API shows them.

mod correction;
mod inputs;
mod loads;
mod mutations;
mod queries;

pub use correction::{PriceCorrection, PriceCorrectionLine};
pub(super) use loads::CorrectionsOf;
pub use mutations::CorrectionMutation;
pub use queries::CorrectionQuery;
