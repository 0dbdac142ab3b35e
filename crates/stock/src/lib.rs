//! What lies where, what it cost, and for whom it is held.
//!
//! Invariants: for every balance the sum of its movements is its quantity and value, and the sum
//! of its open reservations is what it holds, at every moment; registers are append-only;
//! balances are locked in the order of their keys.

pub mod commands;
pub mod counts;
mod events;
mod holding;
mod house;
mod issuing;
pub mod lots;
mod parts;
mod reads;
mod rules;
mod store;
pub mod transfers;
mod verify;
pub mod write_offs;

pub use holding::{held_in, release_lines, release_order, reserve};
pub use house::{GoodsLineInput, Kept, Lost, Promises};
pub use issuing::{issue, take_back};
pub use parts::{Holding, Issue, IssueLine, IssuedLot, ReserveLine, Reserved};
pub use reads::*;
pub use rules::{CountState, Held, ReceiptState, TransferState, WriteOffState, reversal_date};
pub use verify::{VerifyStock, discrepancies};
