//! All SQL of price corrections.

mod reads;
mod writes;

pub use reads::{
    CorrectionFilter, correction_lines_by_correction, correction_lines_by_id, corrections,
    corrections_by_id, corrections_by_shipment, count_corrections, credit_notes_by_correction,
};
pub(super) use writes::{
    BookedCorrectionLine, NewCorrection, NewCorrectionLine, book_correction, insert_correction,
    insert_note, lines_of_correction, lock_correction, mark_note_reversed, place_of_correction,
    standing_after, unbook_correction, update_correction,
};
pub(crate) use writes::{Corrected, corrected_by_line, move_corrections, standing_corrections};
