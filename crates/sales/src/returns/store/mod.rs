//! All SQL of returns and credit notes.

mod reads;
mod writes;

pub use reads::{
    ReturnFilter, count_returns, credit_notes_by_id, credit_notes_by_return, return_lines_by_id,
    return_lines_by_return, return_lots_by_line, returns, returns_by_id, returns_by_shipment,
};
pub(super) use writes::{
    BookedReturn, BookedReturnLine, NewNote, NewReturn, NewReturnLine, NewReturnLot, book_return,
    insert_note, insert_return, lines_of_return, lock_return, mark_note_reversed, place_of_return,
    returned_by_lot, unbook_return, update_return,
};
pub(crate) use writes::{Returned, move_returns, returned_by_line, standing_returns};
