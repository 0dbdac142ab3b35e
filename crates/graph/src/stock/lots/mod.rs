//! Lots held back and let go.

mod inputs;
mod mutation;

pub use mutation::LotMutation;
