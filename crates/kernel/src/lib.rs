//! The words every other crate shares: ids, money, quantities, percentages, time, paging and
//! refusals. Nothing here reads a clock, a database or the network by itself; the one door to
//! time is [`Clock`], which is handed in.

mod clock;
mod direction;
mod ids;
mod language;
mod money;
mod packaging;
mod paging;
mod price;
mod refusal;
mod share;

pub use clock::{Clock, Month};
pub use ids::*;
pub use language::{Language, Text, shown_amount};
pub use money::{
    Currency, Money, Percent, Quantity, ScaleError, line_amount, round_money, round_percent,
    round_quantity, vat_excluded, vat_included,
};
pub use packaging::Inexact;
pub use paging::{
    Cursor, DEFAULT_PAGE, Direction, LARGEST_PAGE, Page, PageError, PageRequest, Position,
};
pub use price::{Factor, Rounding, RoundingDirection, UnitPrice};
pub use refusal::{Refusal, RefusalCode};
pub use share::{proportion, share_out};

pub use chrono::{DateTime, NaiveDate, Utc};
pub use rust_decimal::Decimal;
pub use uuid::Uuid;
