//! Quotes: what was offered to a customer, in which version, and what became of it (domain,
//! section 4).
//!
//! Invariants: lines are priced by the code that prices orders and keep their explanation; what
//! left DRAFT never changes but for its validity, and a new version leaves the old one readable; a
//! client answers through a link that shows this one quote and can do nothing else; lines of an
//! order that were made from an accepted quote keep its prices, and what orders name of a line
//! never exceeds what was offered (`ordered`, counted under the quote's lock, which is taken after
//! that of an order). The quote is locked before its links.

mod approving;
mod client;
mod commands;
mod counting;
mod expiry;
mod follow;
mod intent;
mod keeping;
mod model;
mod rules;
mod store;

pub(crate) use approving::agreed_margins;
pub use client::{AcceptByLink, ClientLine, ClientQuote, DeclineByLink, ReadByLink, quote_of_link};
pub(crate) use commands::called;
pub use commands::{
    AcceptQuote, CancelQuote, CopyQuote, CreateOrderFromQuote, CreateQuote, DeclineQuote,
    ExtendQuote, LinkQuote, OfferedLine, OrderedLine, QuoteChange, QuoteDraft, QuoteLink,
    QuoteOrderDraft, ReviseQuote, SendQuote, UpdateQuote,
};
pub(crate) use counting::{count_ordered, hold_quote};
pub use expiry::{ExpireQuote, expire_quotes};
pub use follow::FollowQuote;
pub use intent::QuoteLetter;
pub(crate) use keeping::{KeptFrom, kept_lines};
pub use model::{Quote, QuoteLine, QuoteText, QuoteTexts, ReadQuotes};
pub use rules::{QuoteMove, QuoteState};
pub use store::{
    QuoteFilter, count_quotes, count_quotes_of_customers, orders_by_quote, quote_explanations,
    quote_lines_by_id, quote_lines_by_quote, quotes, quotes_by_id, quotes_of_customers,
    versions_by_root,
};
pub(crate) use store::{hold_quotes_of, move_quotes, names_of_variants};
