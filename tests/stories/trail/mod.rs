//! The audit trail: sealed, searched, and complete.

mod entries;
mod seals;
