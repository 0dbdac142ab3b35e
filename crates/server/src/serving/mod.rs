//! The doors of a running server: the API's listener and the admin listener, opened together and
//! closed in order.

mod admin;
mod door;
mod server;
pub mod workers;

pub use self::admin::{Admin, Readiness};
pub use self::door::{Door, DoorError};
pub use self::server::Doors;
