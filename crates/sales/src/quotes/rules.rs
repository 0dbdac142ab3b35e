//! The rules of quotes: values in, values out.

use kernel::{Decimal, NaiveDate, Refusal, RefusalCode};
use serde_json::json;

use super::model::{QuoteText, QuoteTexts};
use crate::rules::{IllegalTransition, LineRule, LineSum, Totals, VatMode, totals, words};

/// Days that a quote is valid where nobody says until when.
pub const USUAL_DAYS: u64 = 14;
/// The longest validity, days.
const MOST_DAYS: i64 = 3_660;
/// Text blocks of a quote at most.
const MOST_TEXTS: usize = 20;
/// Longest heading of a text block, in characters.
const HEADING: usize = 200;
/// Longest text block, in characters.
const TEXT: usize = 10_000;

words! {
    /// Where a quote stands.
    QuoteState {
        /// Written, not offered yet.
        Draft = "DRAFT",
        /// Waits for an approval.
        PendingApproval = "PENDING_APPROVAL",
        /// Offered; the customer has not answered.
        Sent = "SENT",
        /// The customer agreed.
        Accepted = "ACCEPTED",
        /// The customer declined.
        Declined = "DECLINED",
        /// Its validity ended without an answer.
        Expired = "EXPIRED",
        /// A newer version stands for it.
        Superseded = "SUPERSEDED",
        /// Given up.
        Cancelled = "CANCELLED",
    }

    /// What can be done with a quote.
    QuoteMove {
        /// Change the draft.
        Update = "UPDATE",
        /// Offer it, or send it once more.
        Send = "SEND",
        /// Note that the customer agrees.
        Accept = "ACCEPT",
        /// Note that the customer declines.
        Decline = "DECLINE",
        /// Let it be valid for longer.
        Extend = "EXTEND",
        /// Make a new version of it.
        Revise = "REVISE",
        /// Give it up.
        Cancel = "CANCEL",
        /// Make an order of it.
        Order = "ORDER",
    }
}

use QuoteMove as M;
use QuoteState as S;

/// What each state allows, and where it leads. A declined quote stays declined beside its new
/// version: the customer's answer is history.
const WAYS: &[(QuoteState, QuoteMove, QuoteState)] = &[
    (S::Draft, M::Update, S::Draft),
    (S::Draft, M::Send, S::Sent),
    (S::Draft, M::Accept, S::Accepted),
    (S::Draft, M::Revise, S::Superseded),
    (S::Draft, M::Cancel, S::Cancelled),
    (S::PendingApproval, M::Revise, S::Superseded),
    (S::PendingApproval, M::Cancel, S::Cancelled),
    (S::Sent, M::Send, S::Sent),
    (S::Sent, M::Accept, S::Accepted),
    (S::Sent, M::Decline, S::Declined),
    (S::Sent, M::Extend, S::Sent),
    (S::Sent, M::Revise, S::Superseded),
    (S::Sent, M::Cancel, S::Cancelled),
    (S::Expired, M::Extend, S::Sent),
    (S::Expired, M::Revise, S::Superseded),
    (S::Expired, M::Cancel, S::Cancelled),
    (S::Declined, M::Revise, S::Declined),
    (S::Accepted, M::Order, S::Accepted),
];

impl QuoteState {
    /// What can be done in this state.
    #[must_use]
    pub fn moves(self) -> Vec<QuoteMove> {
        WAYS.iter().filter(|(from, ..)| *from == self).map(|(_, by, _)| *by).collect()
    }

    /// Where a move leads.
    ///
    /// # Errors
    /// [`IllegalTransition`] naming the state and what it allows.
    pub fn by(self, by: QuoteMove) -> Result<Self, IllegalTransition> {
        let way = WAYS.iter().find(|(from, how, _)| *from == self && *how == by);
        way.map(|(.., to)| *to).ok_or_else(|| IllegalTransition {
            state: self.as_str(),
            allowed: self.moves().into_iter().map(QuoteMove::as_str).collect(),
        })
    }
}

/// Until when a quote of a date is valid.
///
/// # Errors
/// A last day before the quote's own, or more than ten years later.
pub fn check_validity(date: NaiveDate, valid_until: NaiveDate) -> Result<(), Refusal> {
    if valid_until < date || (valid_until - date).num_days() > MOST_DAYS {
        return Err(Refusal::new(
            RefusalCode::OutOfRange,
            "A quote is valid until its own date or later, for ten years at most.",
            "Предложение действует не меньше чем до своей даты и не дольше десяти лет.",
        )
        .at(["validUntil"]));
    }
    Ok(())
}

/// Whether a quote can still be offered or accepted on a day.
///
/// # Errors
/// `QUOTE_EXPIRED` after its last day.
pub fn check_valid_on(valid_until: NaiveDate, today: NaiveDate) -> Result<(), Refusal> {
    if today <= valid_until {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::QuoteExpired,
        format!("The quote was valid until {valid_until}: extend it first."),
        format!("Предложение действовало до {valid_until}: сначала продлите его."),
    )
    .with(json!({ "validUntil": valid_until })))
}

/// The text blocks as they are kept.
///
/// # Errors
/// Too many, too long, with control characters, or an empty text.
pub fn texts(given: &[QuoteText]) -> Result<QuoteTexts, Refusal> {
    if given.len() > MOST_TEXTS {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_TEXTS} text blocks."),
            format!("Не более {MOST_TEXTS} текстовых блоков."),
        )
        .at(["texts"]));
    }
    let mut kept = Vec::with_capacity(given.len());
    for (place, block) in given.iter().enumerate() {
        let at = |field: &str| ["texts".to_owned(), place.to_string(), field.to_owned()];
        let heading = plain(block.heading.as_deref().unwrap_or_default(), HEADING);
        let heading = heading.map_err(|refusal| refusal.at(at("heading")))?;
        let text = plain(&block.text, TEXT).map_err(|refusal| refusal.at(at("text")))?;
        let Some(text) = text else {
            let (en, ru) = ("The text is empty.", "Текст пуст.");
            return Err(Refusal::new(RefusalCode::Required, en, ru).at(at("text")));
        };
        kept.push(QuoteText { heading, text });
    }
    Ok(QuoteTexts(kept))
}

fn plain(text: &str, most: usize) -> Result<Option<String>, Refusal> {
    let text = text.trim();
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            "The text holds control characters.",
            "Текст содержит управляющие символы.",
        ));
    }
    if text.chars().count() > most {
        return Err(Refusal::new(
            RefusalCode::OutOfRange,
            format!("At most {most} characters."),
            format!("Не более {most} символов."),
        ));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// A line of a quote as choosing looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choosable<I> {
    /// The line.
    pub id: I,
    /// Whether it may be left out.
    pub is_optional: bool,
    /// What it comes to.
    pub sum: LineSum,
}

/// What a customer takes: the lines that are not optional and those he chose.
///
/// # Errors
/// A chosen line that is none of the quote's optional ones; nothing taken at all.
pub fn chosen<I: Copy + PartialEq>(
    lines: &[Choosable<I>],
    choice: &[I],
    mode: VatMode,
) -> Result<(Vec<I>, Totals), Refusal> {
    let is_offered = |id: &I| lines.iter().any(|line| line.id == *id && line.is_optional);
    if let Some(place) = choice.iter().position(|id| !is_offered(id)) {
        return Err(Refusal::new(
            RefusalCode::UnknownReference,
            "This is none of the quote's optional lines.",
            "Такой необязательной строки в предложении нет.",
        )
        .at(["optionalLineIds".to_owned(), place.to_string()]));
    }
    let is_taken = |line: &&Choosable<I>| !line.is_optional || choice.contains(&line.id);
    let taken: Vec<&Choosable<I>> = lines.iter().filter(is_taken).collect();
    if taken.is_empty() {
        return Err(Refusal::new(
            RefusalCode::NoLines,
            "All lines are optional: choose at least one.",
            "Все строки необязательные: выберите хотя бы одну.",
        )
        .at(["optionalLineIds"]));
    }
    let sums = totals(taken.iter().map(|line| line.sum), mode);
    let sums = sums.ok_or(LineRule::TooLarge).map_err(Refusal::from)?;
    Ok((taken.iter().filter(|line| line.is_optional).map(|line| line.id).collect(), sums))
}

/// More of a line is to be ordered than was offered and is left.
#[must_use]
pub fn exceeds_quote(name: &str, left: Decimal, unit: &str) -> Refusal {
    let left = left.max(Decimal::ZERO).normalize();
    Refusal::new(
        RefusalCode::ExceedsQuote,
        format!("Of {name} only {left} {unit} is left to order of the quote."),
        format!("По «{name}» из предложения осталось заказать только {left} {unit}."),
    )
    .with(json!({ "left": left }))
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
