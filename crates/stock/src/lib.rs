//! What lies where, what it cost, and for whom it is held.
//!
//! Invariants: for every balance the sum of its movements is its quantity and value, and the sum
//! of its open reservations is what it holds, at every moment; registers are append-only;
//! balances are locked in the order of their keys.

pub mod commands;
mod events;
mod holding;
mod issuing;
mod parts;
mod picking;
mod reads;
mod returning;
mod rules;
mod store;
mod verify;

pub use holding::{held_in, release_lines, release_order, reserve, reserve_beside};
pub use issuing::{issue, take_back};
pub use parts::{Holding, Issue, IssueLine, IssuedLot, ReserveLine, Reserved};
pub use picking::{
    Missing, NumberedLot, OtherLot, PickPart, Pickable, SetAside, lots_by_number, numbered_lots,
    pickable, set_aside, start_picking, stop_picking, take_other_lot,
};
pub use reads::*;
pub use returning::{Condition, ReturnedPart, Returning, issued, put_back, send_again};
pub use rules::{Held, ReceiptState, reversal_date};
pub use store::places::{Place, homes_of_products, places_of_lots};
pub use verify::{VerifyStock, discrepancies};
