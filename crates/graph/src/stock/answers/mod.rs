//! Answers about stock in one query each: past balances, turnover, what expires and what does not
//! leave, the way of a lot.

mod idle;
mod inputs;
mod past;
mod query;
mod trace;
mod turnover;

pub use query::AnswerQuery;
