//! Who must agree before something special happens, and what they decided (domain, section 7).
//!
//! A context above says what is special about a document ([`Finding`]) and asks [`judge`]: the
//! tenant's rules decide who has to agree, and whether what was decided before still holds. When a
//! request is decided it is marked, and whoever asked follows the marks ([`unfollowed`]), since
//! nothing above can be called from here.
//!
//! Whoever has to decide gets a letter with a link of his own ([`call`], [`write_letters`]), and
//! decides through it ([`DecideByLink`]) what he could decide when signed in.
//!
//! Invariants: nobody decides what he asked for or wrote, nor does a deputy for him; a decision is
//! of the document as its facts were and of circumstances within its tolerance and its days, and of
//! nothing else; a document waits for one request at a time; this crate knows documents by their
//! kind and id only.

mod asking;
mod commands;
mod escalation;
mod events;
mod follow;
mod judge;
mod letters;
mod linked;
mod model;
mod people;
mod rules;
mod store;
mod verify;

pub use commands::{
    AddRulePresets, AppointDeputy, AppointDeputyFor, DecideApprovals, DecideByLink, Decided,
    DeputyDraft, EndDeputy, EndDeputyOf, SaveApprovalRule, WithdrawApproval,
};
pub use escalation::{EscalateApproval, escalate_overdue};
pub use follow::{
    Followed, Unfollowed, close_waiting, follow_up, hand_over_customer, hand_over_documents,
    hand_over_terms, unfollowed, void_requests,
};
pub use judge::{Case, Facts, Finding, Judgement, Subject, judge, kinds_in_force, settled};
pub use letters::{Call, Introduction, call, note_deputies, untold, untold_tenants, write_letters};
pub use linked::{LinkedRequest, LinkedWord, ReadRequestByLink, Standing, request_of_link};
pub use model::{
    ApprovalDecision, ApprovalDeputy, ApprovalReason, ApprovalRequest, ApprovalRule, ApprovalSeat,
    ApprovalStep, ReadApprovalRules, ReadApprovals, ReadDeputies,
};
pub use rules::{
    ApprovalKind, ApprovalState, Approver, Circumstance, Measured, RuleDraft, Sight, StepState,
    StepTerms, Verdict, circumstance_in_words, in_words,
};
pub use store::{
    ApprovalFilter, DEPUTY_ORDER, DeputyReading, InboxOf, RULE_ORDER, approval_order,
    approval_requests, approval_rules, approvals_by_id, approvals_of_root, approvals_of_subjects,
    count_approval_requests, count_approval_rules, count_deputies, decidable,
    decisions_of_requests, deputies, deputies_by_id, inbox_of, reasons_of_requests, rules_by_id,
    seats_of_requests, steps_of_requests,
};
pub use verify::{VerifyApprovals, discrepancies};
