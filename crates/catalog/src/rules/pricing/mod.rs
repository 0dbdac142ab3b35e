//! Price of a line, and why (domain, section 3): values in, values out. The same rules price
//! documents and answer what something would cost.
//!
//! The way of a line: [`PriceBook`] and [`Terms`] → the first of four sources that holds a price
//! → derivation, currency, VAT → automatic discounts → what somebody typed → the amount → whose
//! leave it needs ([`ApprovalReason`]) → the [`Explanation`], which [`recompute`] follows again
//! from its steps alone.
//!
//! Invariants: no source that holds a price is no price, never 0; a price stays with its unit
//! until the one rounding of the amount; the order of rules, rows, lists and rates never matters;
//! numbers that do not fit are refused, whatever their size.

mod book;
mod chain;
mod discounts;
mod document;
mod explanation;
mod leave;
mod quote;
mod rates;
mod recompute;
mod refusal;
mod resolve;
mod sentence;
mod totals;
mod vat;
mod words;

#[cfg(test)]
mod tests;

pub use book::{Derivation, Holder, Packaging, PriceBook, PriceList, PriceRow, Record};
pub use chain::{DerivationError, check_no_cycle};
pub use discounts::{Combination, DiscountRule, Threshold};
pub use document::{
    AgreementTerms, Leave, Line, Manual, MinimumPrice, PricedLine, Terms, UnitCost,
};
pub use explanation::{
    DiscountSource, Explanation, Found, FoundFor, PriceSource, Step, Summed, Typed, VERSION,
};
pub use quote::price_document;
pub use rates::{Conversion, Rate, Rates};
pub use recompute::{ExplanationError, Recomputed, recompute};
pub use refusal::{ApprovalReason, PriceRefusal};
pub use totals::{LineSum, Totals, VatMode, line_sum, totals};
