//! What orders miss: one row a line, from its first shortage on. It goes down as goods are held
//! ([`crate::pegging`]) or shipped, and ends with its order.
//!
//! Rows of a product are written under that product's queue alone ([`queue`]). Whoever takes
//! queues takes them after documents and customers, and before balances.

mod handing;
pub(crate) mod queue;
mod reads;
mod rules;
mod stating;
pub(crate) mod store;

pub use handing::HANDED_DEMAND;
pub use reads::*;
pub use rules::DemandState;
#[cfg(test)]
pub(crate) use rules::tests;
pub(crate) use rules::{Page, Served, left_to_serve};
pub use stating::{Demanding, Missing, demand, demand_anew, hand_over_demand};
