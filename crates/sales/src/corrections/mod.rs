//! What was sold becomes cheaper afterwards, with the credit note that the posting writes (domain,
//! section 4).
//!
//! Invariants: a line never becomes cheaper than nothing, returns of it counted; tax goes in the
//! proportion of the line, and a correction that takes all of it takes the rest; a posted correction
//! stands in the register of sales and in the customer's debts at once, and its credit note stands as
//! long as it does. A correction is reversed while nothing after it stands on what it left. The order
//! is locked before its shipment, and that before its corrections.

mod commands;
mod model;
mod rules;
mod store;

pub use commands::{
    CancelPriceCorrection, CorrectionDraft, CorrectionLineDraft, CreatePriceCorrection,
    PostPriceCorrection, ReversePriceCorrection, SaleRef,
};
pub use model::{PriceCorrection, PriceCorrectionLine, ReadCorrections};
pub use rules::{CorrectionMove, CorrectionState};
pub(crate) use store::{Corrected, corrected_by_line, move_corrections, standing_corrections};
pub use store::{
    CorrectionFilter, correction_lines_by_correction, correction_lines_by_id, corrections,
    corrections_by_id, corrections_by_shipment, count_corrections, credit_notes_by_correction,
};
