//! Programs that act on a running server as its clients do: loading a real company's history,
//! load and faults. They know the public API and nothing of the inside.

pub mod bench;
pub mod client;
pub mod company;
pub mod mixed;
pub mod northwind;
pub mod process;
