//! What lies where, what it cost, and for whom it is held.
//!
//! Invariants: for every balance the sum of its movements is its quantity and value, and the sum
//! of its open reservations is what it holds, at every moment; registers are append-only;
//! balances are locked in the order of their keys.

pub mod assembly;
mod choosing;
pub mod commands;
mod events;
mod holding;
mod issuing;
mod parts;
mod reads;
mod rules;
mod store;
mod verify;

pub use choosing::{hold_lots, move_part, part_of, picked, release_part, reservation};
pub use holding::{held_in, release_lines, release_order, reserve, reserve_among};
pub use issuing::{issue, take_back};
pub use parts::{Holding, Issue, IssueLine, IssuedLot, ReserveLine, Reserved};
pub use reads::*;
pub use rules::{Held, Pick, ReceiptState, reversal_date};
pub use verify::{VerifyStock, discrepancies};
