//! All SQL of quotes.

mod of_customers;
mod reads;
mod steps;
mod writes;

pub use of_customers::{count_quotes_of_customers, quotes_of_customers};
pub use reads::{
    QuoteFilter, count_quotes, orders_by_quote, quote_explanations, quote_lines_by_id,
    quote_lines_by_quote, quotes, quotes_by_id, versions_by_root,
};
pub(super) use steps::{
    Answer, Counted, QuoteStep, choose_lines, counted_lines, expired_quotes, intent_of,
    put_ordered, step_quote, supersede, tenants_with_expired,
};
pub(crate) use steps::{hold_quotes_of, move_quotes};
pub(crate) use writes::names_of_variants;
pub(super) use writes::{
    NewQuote, NewQuoteLine, explanations, hold_quote, insert_quote, lines_of_quote, lock_quote,
    replace_quote_lines, reply_address, update_quote,
};
