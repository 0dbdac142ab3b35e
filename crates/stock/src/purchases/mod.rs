//! Purchase orders: what is ordered of suppliers, and how much of it came.
//!
//! What lines still await is written under the queues of their goods, since those who wait count
//! on it ([`crate::coverage`]).

pub mod commands;
mod custom_fields;
pub(crate) mod lines;
mod reads;
pub(crate) mod receiving;
mod rules;
mod settings;
pub(crate) mod store;

pub use reads::*;
pub use rules::{PurchaseOrderState, lot_size};
pub use settings::{ReadSupplySettings, SaveSupplySettings, SupplySettings, supply_settings};
