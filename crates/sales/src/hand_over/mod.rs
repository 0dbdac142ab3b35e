//! A manager leaves: his customers, with their documents, go to one heir or are spread over
//! several. It stands here because documents move with the customer, and no context below knows
//! them all. Registers and facts stay under the manager of the posting, for ever.

mod kinds;
mod rules;
mod start;
mod step;
mod store;

pub use start::{HandOver, ReadHandOvers, hand_over_preview};
pub use step::{HandOverStep, run_hand_over, run_hand_overs};
pub use store::{
    HandOverFilter, HandOverRow, HandOverState, HeirRow, count_hand_overs, hand_overs,
    hand_overs_by_id, heirs_by_hand_over,
};

/// What handing over would come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOverPreview {
    /// Records of each kind, customers first.
    pub counts: Vec<(&'static str, i64)>,
    /// Who would take over how many customers, beside those that he has.
    pub heirs: Vec<PreviewedHeir>,
}

/// Who would take over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreviewedHeir {
    /// Who.
    pub heir: kernel::UserId,
    /// Customers he has.
    pub load: i64,
    /// Customers he would get.
    pub customers: i64,
}
