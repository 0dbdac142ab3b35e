//! A running server: the API put together, its listener and the admin listener, opened together
//! and closed in order.

mod admin;
mod assembly;
mod door;
mod proxies;
mod server;
pub mod workers;

pub use self::admin::{Admin, Readiness};
pub use self::assembly::serve;
pub use self::door::{Door, DoorError};
pub use self::server::Doors;
