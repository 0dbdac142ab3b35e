//! The rules of selling: values in, values out; no clock, no database.

mod credit;
mod expiry;
mod gates;
mod parts;
mod refusals;
mod reserving;
mod states;
mod text;
mod transitions;

pub use catalog::pricing::{LineSum, Totals, VatMode, totals};
pub use credit::{CreditVerdict, Gate, prepayment_due};
pub use expiry::{AtExpiry, asked_to_keep, at_expiry};
pub use gates::{Gated, gated, overdue, special_terms, unpaid, without_figures};
pub use parts::{OrderedLine, part_of};
pub use refusals::{LineRule, at_line, out_of_scale, stale, unknown};
pub use reserving::{AfterPayment, after_payment, asked_before_reserve, to_hold};
pub(crate) use states::words;
pub use states::{OrderState, ShipmentState};
pub use text::{external_reference, optional_text, reason, short_text};
pub use transitions::{IllegalTransition, OrderMove, ShipmentMove, Shipped};
