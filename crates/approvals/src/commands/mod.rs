//! What people do with approvals, one file each.

mod add_presets;
mod by_link;
mod decide;
mod deputies;
mod save_rule;
mod withdraw;

pub use add_presets::AddRulePresets;
pub use by_link::DecideByLink;
pub use decide::{DecideApprovals, Decided};
pub use deputies::{AppointDeputy, AppointDeputyFor, DeputyDraft, EndDeputy, EndDeputyOf};
pub use save_rule::SaveApprovalRule;
pub use withdraw::WithdrawApproval;
