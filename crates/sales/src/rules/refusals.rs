//! Refusals that several commands share.

use kernel::{Decimal, Refusal, RefusalCode, ScaleError};
use serde_json::json;

/// Names the field of a line: `lines.3.quantity`.
#[must_use]
pub fn at_line(refusal: Refusal, index: usize, field: &str) -> Refusal {
    refusal.at(["lines".to_owned(), index.to_string(), field.to_owned()])
}

/// A record that the input names is not there for the caller.
#[must_use]
pub fn unknown(field: &str, en: &str, ru: &str) -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        format!("There is no such {en}."),
        format!("Нет такой записи: {ru}."),
    )
    .at([field])
}

/// The record was changed since it was read.
#[must_use]
pub fn stale(current: i32) -> Refusal {
    Refusal::new(
        RefusalCode::StaleVersion,
        "The document was changed since you read it.",
        "Документ изменён с тех пор, как вы его прочитали.",
    )
    .at(["version"])
    .with(json!({ "currentVersion": current }))
}

/// A number does not fit.
#[must_use]
pub fn out_of_scale(error: ScaleError) -> Refusal {
    let (en, ru) = match error {
        ScaleError::TooManyPlaces(places) => (
            format!("At most {places} decimal places are kept."),
            format!("Допустимо не больше знаков после запятой: {places}."),
        ),
        ScaleError::TooLarge => ("The number is too large.".into(), "Число слишком велико.".into()),
        ScaleError::TooSmall => ("The number is too small.".into(), "Число слишком мало.".into()),
    };
    Refusal::new(RefusalCode::OutOfRange, en, ru)
}

/// What is wrong with the lines of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineRule {
    /// There are none.
    None,
    /// More than one document holds.
    TooMany {
        /// The most.
        most: usize,
    },
    /// Amounts do not fit their columns.
    TooLarge,
    /// More is to be shipped than is left.
    ExceedsOrder {
        /// Which line of the input.
        index: usize,
        /// The product's name.
        product: String,
        /// What is left.
        left: Decimal,
    },
    /// A line of the order is named twice.
    Twice {
        /// Which line of the input.
        index: usize,
    },
}

impl From<LineRule> for Refusal {
    fn from(rule: LineRule) -> Self {
        match rule {
            LineRule::None => {
                Self::new(RefusalCode::NoLines, "There are no lines.", "В документе нет строк.")
                    .at(["lines"])
            }
            LineRule::TooMany { most } => Self::new(
                RefusalCode::TooMany,
                format!("At most {most} lines."),
                format!("Не более {most} строк."),
            )
            .at(["lines"]),
            LineRule::TooLarge => Self::new(
                RefusalCode::OutOfRange,
                "The amount is too large.",
                "Сумма слишком велика.",
            )
            .at(["lines"]),
            LineRule::ExceedsOrder { index, product, left } => {
                let left = left.normalize();
                let refusal = Self::new(
                    RefusalCode::ExceedsOrder,
                    format!("Of {product} only {left} is left to ship."),
                    format!("По «{product}» осталось отгрузить только {left}."),
                );
                at_line(refusal, index, "quantity").with(json!({ "left": left }))
            }
            LineRule::Twice { index } => {
                let refusal = Self::new(
                    RefusalCode::Invalid,
                    "The order's line is named twice.",
                    "Строка заказа указана дважды.",
                );
                at_line(refusal, index, "orderLineId")
            }
        }
    }
}
