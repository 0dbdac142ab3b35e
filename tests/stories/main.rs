//! The stories: what the program does for the people who use it, told through its public API on
//! a real server, and the promises that hold over the whole of it (`contract`).

mod access;
mod api;
mod contract;
mod live;
mod sale;
