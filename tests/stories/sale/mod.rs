//! One sale, and what must hold around it.

mod changing;
mod dates;
mod oversell;
mod packagings;
mod partial;
mod prepayment;
mod prices;
mod pricing;
mod product_card;
mod simple;
mod tampering;
mod trying_out;
mod variants;
