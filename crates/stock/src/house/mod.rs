//! What the documents of the house have in common: transfers, write-offs, counts and the holding
//! back of lots. Their lines name goods, they take them out of lots, and what was held of goods
//! that are gone is held elsewhere or told as short.

mod lines;
mod papers;
mod promises;
mod store;

pub use lines::GoodsLineInput;
pub(crate) use lines::{goods_of, lines};
pub(crate) use papers::{
    check_day, foreign_line, no_lines, organization, reason, reference_taken, reversal_day,
    warehouse,
};
pub(crate) use promises::{Guarded, guard, keep, write_bound};
pub use promises::{Kept, Lost, Promises};
pub(crate) use store::{GoodsLine, Table, delete_lines, insert_lines, read_lines};
