//! Stories of cache and bus, with a real Redis that is killed, cut off and stalled.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what helpers of a test cannot do fails it"
)]

mod cache;
mod events;
mod fresh;
mod loss;
mod server;
