//! The program `oborot`: configuration, the private database, wiring and commands.
//!
//! A library besides the binary, so that the tests start the same database and the same server.

// Resolvers nest deeper than the default lets the compiler look.
#![recursion_limit = "512"]

pub mod cluster;
pub mod commands;
pub mod config;
pub mod greeting;
pub mod logging;
pub mod parts;
pub mod place;
pub mod progress;
pub mod seed;
pub mod serving;
pub mod shutdown;
