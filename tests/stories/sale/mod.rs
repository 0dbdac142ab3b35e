//! One sale, and what must hold around it.

mod dates;
mod oversell;
mod partial;
mod prepayment;
mod prices;
mod pricing;
mod simple;
mod tampering;
