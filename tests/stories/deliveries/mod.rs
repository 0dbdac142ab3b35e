//! Shipments on their way to customers: packages, carrier, proof, and what it all costs.

mod cost;
mod way;
