//! The rules of approvals (domain, section 7): values in, values out; no clock, no database.

mod holding;
mod matching;
mod presets;
mod progress;
mod sight;
mod terms;
mod wording;
mod words;

pub use holding::{Circumstance, Measured, holds};
pub use matching::{Asked, RuleTerms, choose};
pub(crate) use presets::presets;
pub use progress::{Ballot, Chair, Holding, Outcome, Seat, Signed, StepNow, vote};
pub use sight::Sight;
pub use terms::{Approver, RuleDraft, StepTerms, Steps, check, check_validity, comment};
pub use wording::{Told, circumstance_in_words, in_words};
pub use words::{ApprovalKind, ApprovalState, StepState, Verdict};
