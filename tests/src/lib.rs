//! The harness: a real server on a real PostgreSQL and Redis, and actors who act only through
//! its public API. Each story makes a company of its own in one migrated database.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a story that cannot go on stops with what was wrong"
)]

pub mod actor;
pub mod browser;
pub mod company;
pub mod files;
pub mod house;
pub mod imports;
pub mod inside;
pub mod mail;
pub mod schema;
pub mod socket;
pub mod stock;
pub mod variants;
