//! Rules of the goods receipt.

use kernel::{Decimal, NaiveDate, Percent, Quantity, Refusal, RefusalCode, line_amount};
use serde_json::json;

use super::document::{MOST_NAME, MOST_TEXT, check_texts};
use crate::commands::ReceiptLineInput;

/// Lines of a receipt at most.
pub(crate) const MOST_LINES: usize = 1000;
/// Characters of a lot's number.
const MOST_NUMBER: usize = 100;

/// Where a receipt stands (domain, section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptState {
    /// May be changed.
    Draft,
    /// Its lots exist.
    Posted,
    /// Was posted, and undone.
    Reversed,
    /// Never posted.
    Cancelled,
}

impl ReceiptState {
    /// Reads a state as the table writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Draft, Self::Posted, Self::Reversed, Self::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == text)
    }

    /// The state as the table and the API write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Posted => "POSTED",
            Self::Reversed => "REVERSED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// The states it may go to.
    #[must_use]
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Draft => &[Self::Posted, Self::Cancelled],
            Self::Posted => &[Self::Reversed],
            Self::Reversed | Self::Cancelled => &[],
        }
    }

    /// Checks that it may go to another state; `Draft` asks whether it may be changed.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION` with the state and what is allowed.
    pub fn to(self, target: Self) -> Result<(), Refusal> {
        if self.next().contains(&target) || (self == Self::Draft && target == Self::Draft) {
            return Ok(());
        }
        let allowed: Vec<&str> = self.next().iter().map(|state| state.as_str()).collect();
        let state = self.as_str();
        Err(Refusal::new(
            RefusalCode::IllegalTransition,
            format!("The goods receipt is {state}; this is not possible any more."),
            format!("Поступление в состоянии {state}; это действие невозможно."),
        )
        .with(json!({ "state": state, "allowed": allowed })))
    }
}

/// The date of a reversal: the document's own while its period is open, else the first open day
/// (domain, section 4).
#[must_use]
pub fn reversal_date(document_on: NaiveDate, closed_until: Option<NaiveDate>) -> NaiveDate {
    match closed_until {
        Some(closed) if document_on <= closed => closed.succ_opt().unwrap_or(closed),
        _ => document_on,
    }
}

/// Checks numbers and lengths of an input before anything is read.
///
/// # Errors
/// `TOO_MANY`, `OUT_OF_RANGE` or `INVALID` at the field.
pub fn check_shape(
    supplier_name: &str,
    comment: &str,
    external_reference: Option<&str>,
    lines: &[ReceiptLineInput],
) -> Result<(), Refusal> {
    let name = ("supplierName", supplier_name, MOST_NAME);
    check_texts(&[name, ("comment", comment, MOST_TEXT)], external_reference)?;
    if lines.len() > MOST_LINES {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_LINES} lines."),
            format!("Не больше {MOST_LINES} строк."),
        )
        .at(["lines"]));
    }
    lines.iter().enumerate().try_for_each(|(place, line)| check_line(place, line))
}

/// Checks the numbers of one line.
pub(crate) fn check_line(place: usize, line: &ReceiptLineInput) -> Result<(), Refusal> {
    let at = |field: &str, en: &str, ru: &str| {
        let path = ["lines".to_owned(), place.to_string(), field.to_owned()];
        Err(Refusal::new(RefusalCode::OutOfRange, en, ru).at(path))
    };
    let Ok(quantity) = Quantity::positive(line.quantity) else {
        return at(
            "quantity",
            "The quantity is above zero, with at most 3 decimal places.",
            "Количество больше нуля, не более 3 знаков после запятой.",
        );
    };
    let number = line.lot_number.as_deref().unwrap_or("-");
    if number.trim().is_empty()
        || number.chars().count() > MOST_NUMBER
        || number.chars().any(char::is_control)
    {
        return at(
            "lotNumber",
            "A lot's number has 1 to 100 characters.",
            "Номер партии — от 1 до 100 символов.",
        );
    }
    let Some(cost) = line.unit_cost else { return Ok(()) };
    let amount = kernel::Money::unit_price(cost)
        .ok()
        .and_then(|cost| line_amount(quantity, cost, Percent::ZERO));
    if amount.is_none() {
        return at(
            "unitCost",
            "The unit cost is zero or more, with at most 4 decimal places, and not too large.",
            "Цена не меньше нуля, не более 4 знаков после запятой, и не слишком велика.",
        );
    }
    Ok(())
}

/// round(quantity × unit cost, 2); `None` where it does not fit.
#[must_use]
pub fn line_cost(quantity: Decimal, unit_cost: Decimal) -> Option<Decimal> {
    line_amount(Quantity::positive(quantity).ok()?, unit_cost, Percent::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).unwrap()
    }

    #[test]
    fn a_reversal_keeps_to_open_periods() {
        for (document, closed, dated) in [
            (day(3, 5), None, day(3, 5)),
            (day(3, 5), Some(day(2, 28)), day(3, 5)),
            (day(3, 5), Some(day(3, 5)), day(3, 6)),
            (day(3, 5), Some(day(3, 31)), day(4, 1)),
        ] {
            assert_eq!(reversal_date(document, closed), dated);
        }
    }

    #[test]
    fn the_ways_between_states() {
        use ReceiptState::{Cancelled, Draft, Posted, Reversed};
        let all = [Draft, Posted, Reversed, Cancelled];
        let allowed = [(Draft, Draft), (Draft, Posted), (Draft, Cancelled), (Posted, Reversed)];
        for from in all {
            for to in all {
                assert_eq!(from.to(to).is_ok(), allowed.contains(&(from, to)), "{from:?} {to:?}");
            }
            assert_eq!(ReceiptState::parse(from.as_str()), Some(from));
        }
        let refusal = Posted.to(Draft).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::IllegalTransition);
        assert_eq!(refusal.details, Some(json!({"state": "POSTED", "allowed": ["REVERSED"]})));
    }
}
