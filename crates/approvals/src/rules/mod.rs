//! The rules of approvals (domain, section 7): values in, values out; no clock, no database.

mod holding;
mod matching;
mod presets;
mod progress;
mod terms;
mod words;

pub use holding::{Circumstance, Measured, holds};
pub use matching::{Asked, RuleTerms, choose};
pub(crate) use presets::presets;
pub use progress::{Ballot, Chair, Holding, Outcome, Seat, StepNow, vote};
pub use terms::{Approver, RuleDraft, StepTerms, Steps, check, check_validity, comment};
pub use words::{ApprovalKind, ApprovalState, StepState, Verdict};
