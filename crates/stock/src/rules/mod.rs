//! Pure rules of stock: values in, values out. No clock, no database.

mod assembly;
mod balance;
mod carry;
mod choice;
mod count;
mod document;
mod issue;
#[cfg(test)]
mod issue_tests;
mod receipt;
mod release;
mod shelf;
mod states;
mod take;

pub use assembly::{Use, labour, needed, take_all, worth};
pub use balance::{Balance, BalanceKey};
pub use carry::{Bound, Carried, Load, carry};
pub use choice::{Misfit, Pick, fits, hold_chosen};
pub use count::{CountPlan, CountedPlace, Difference, plan_count};
pub(crate) use document::{MOST_NAME, MOST_TEXT, check_texts, same_version};
pub use issue::{IssuePlan, Shortage, plan_issue};
pub(crate) use receipt::{MOST_LINES, check_line};
pub use receipt::{ReceiptState, check_shape, line_cost, reversal_date};
pub use release::{Held, HeldMove, HeldMoveKind, Holds};
pub use shelf::{Change, Shelf, Taken, Want};
pub use states::{CountState, LandedCostState, TransferState, WriteOffState};
pub use take::{TakeLine, Taking, Unnamed, plan_take};

#[cfg(test)]
pub(crate) use shelf::tests;
