//! Quotes as the API shows them.

mod inputs;
mod line;
mod loads;
mod mail;
mod mutations;
mod queries;
mod quote;

pub use line::QuoteLine;
pub use mutations::QuoteMutation;
pub use queries::{QuoteQuery, quotes_of_customer};
pub use quote::Quote;
