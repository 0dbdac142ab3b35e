//! Shipped goods come back: lots, cost, revenue, debts and papers.

mod money;
mod waiting;
pub mod worked;
