//! Returns of shipped goods, each with the credit note that its posting writes (domain, section 4).
//!
//! Invariants: what came back of a shipment's line is at most what was shipped; amounts are
//! proportional, and the last return takes the rest, so that all returns of a line add up to it; a
//! posted return stands in stock, in the register of sales and in the customer's debts at once, and
//! its credit note stands as long as it does. The order's state and what it has shipped stay. The
//! order is locked before its shipment, and that before its returns.

mod commands;
mod model;
mod rules;
mod store;

pub use commands::{
    CancelSalesReturn, CreateSalesReturn, PostSalesReturn, ReturnDraft, ReturnLineDraft,
    ReverseSalesReturn,
};
pub(crate) use model::NOTE_COLUMNS;
pub use model::{CreditNote, ReadReturns, ReturnLot, SalesReturn, SalesReturnLine};
pub use rules::{GoodsCondition, ReturnMove, ReturnState};
pub use store::{
    ReturnFilter, count_returns, credit_notes_by_id, credit_notes_by_return, return_lines_by_id,
    return_lines_by_return, return_lots_by_line, returns, returns_by_id, returns_by_shipment,
};
pub(crate) use store::{move_returns, returned_by_line, standing_returns};
