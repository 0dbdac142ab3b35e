//! What documents of the house have in common: lines as clients write them, and what became of
//! goods that were held.

mod kept;
mod lines;

pub use kept::ReservationKept;
pub use lines::GoodsLineInput;
