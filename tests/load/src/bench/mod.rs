//! Speed, as ratios in one run: the program against PostgreSQL doing the same alone.
//!
//! Needs `wrk`, `pgbench` and an empty database with its owner's address
//! (`OBOROT_TEST_DATABASE_URL`); `make bench` gives all three and the release program.

mod ageing;
mod cases;
mod cash;
mod contention;
mod import;
mod postings;
mod quote;
mod reports;
mod search;
mod subscribers;
mod tools;

pub use cases::{Case, Row, Setting, run};
pub use reports::Large;
