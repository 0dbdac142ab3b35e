//! Terms and prices over time: who agrees to what, and what documents keep of it.

mod agreements;
mod minima;
mod price_changes;
mod routes;
