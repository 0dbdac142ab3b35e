//! The stories: what the program does for the people who use it, told through its public API on
//! a real server, and the promises that hold over the whole of it (`contract`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a story that cannot go on stops with what was wrong"
)]

mod access;
mod answers;
mod api;
mod approvals;
mod assembly;
mod contract;
mod custom_fields;
mod customers;
mod deliveries;
mod directory;
mod explain;
mod house;
mod imports;
mod leaving;
mod live;
mod money;
mod picking;
mod play;
mod quote_to_cash;
mod quotes;
mod reserving;
mod returns;
mod sale;
mod states;
mod supply;
mod terms;
mod trail;
mod under_load;
