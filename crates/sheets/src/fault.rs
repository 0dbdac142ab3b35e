//! Why a file, a row or a cell cannot be used, in both languages.

use kernel::{Language, Text};
use serde::{Deserialize, Serialize};

/// Why one row or one cell cannot be used; the file goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Reason {
    /// Fewer cells than the header has.
    TooFewCells { found: usize, expected: usize },
    /// Cells to the right of the last column.
    TooManyCells { found: usize, expected: usize },
    /// Cells to the right of the last column a file may have.
    TooManyColumns { limit: usize },
    /// A cell with more characters than allowed.
    CellTooLong { limit_chars: usize },
    /// A row with more bytes than allowed.
    RowTooLong { limit_bytes: usize },
    /// A quotation mark opens and none closes.
    UnclosedQuote,
    /// Bytes that are no text in the file's encoding.
    BrokenEncoding,
    /// A character of code 0.
    NulCharacter,
    /// A formula that was never calculated.
    NoFormulaResult,
    /// The spreadsheet program's own error value, `#N/A`.
    ErrorValue { value: String },
    /// A shared text or a format that the workbook does not have.
    BrokenCell,
    /// No number under the file's decimal mark.
    NotNumber { value: String },
    /// A number too large to keep exactly.
    OutOfRange { value: String },
    /// Not a whole number.
    NotWhole { value: String },
    /// No percentage.
    NotPercent { value: String },
    /// No date in the file's notation.
    NotDate { value: String },
    /// A date that no calendar has, such as 31.02.
    NoSuchDate { value: String },
    /// A time where a day alone is asked for.
    HasTime { value: String },
    /// Neither yes nor no.
    NotBoolean { value: String },
    /// A required cell is empty.
    Missing,
    /// A reason of the caller's, such as a rule of the business.
    Other { en: String, ru: String },
}

impl Reason {
    /// The sentence in both languages.
    #[must_use]
    pub fn text(&self) -> Text {
        self.about_shape().or_else(|| self.about_value()).unwrap_or_else(|| match self {
            Self::Other { en, ru } => Text::new(en, ru),
            _ => Text::new("the cell cannot be read", "ячейку не удалось прочитать"),
        })
    }

    fn about_shape(&self) -> Option<Text> {
        Some(match self {
            Self::TooFewCells { found, expected } => Text::new(
                format!("the row has {found} cells, the header has {expected}"),
                format!("в строке ячеек: {found}, в заголовке: {expected}"),
            ),
            Self::TooManyCells { found, expected } => Text::new(
                format!("the row has {found} cells, more than the header's {expected}"),
                format!("в строке ячеек: {found} — больше, чем в заголовке: {expected}"),
            ),
            Self::TooManyColumns { limit } => Text::new(
                format!("the row reaches beyond column {limit}"),
                format!("строка выходит за столбец {limit}"),
            ),
            Self::CellTooLong { limit_chars } => Text::new(
                format!("the cell is longer than {limit_chars} characters"),
                format!("ячейка длиннее {limit_chars} знаков"),
            ),
            Self::RowTooLong { limit_bytes } => Text::new(
                format!("the row is longer than {limit_bytes} bytes; is a quotation mark open?"),
                format!("строка длиннее {limit_bytes} байт; возможно, не закрыта кавычка"),
            ),
            Self::UnclosedQuote => {
                Text::new("a quotation mark opens and none closes", "кавычка открыта и не закрыта")
            }
            Self::BrokenEncoding => Text::new(
                "the text does not fit the file's encoding",
                "текст не соответствует кодировке файла",
            ),
            Self::NulCharacter => {
                Text::new("the text holds a NUL character", "в тексте есть нулевой символ")
            }
            Self::NoFormulaResult => Text::new(
                "the formula has no saved result: open and save the file in a spreadsheet program",
                "у формулы нет сохранённого результата: откройте и сохраните файл \
                 в табличном редакторе",
            ),
            Self::ErrorValue { value } => Text::new(
                format!("the cell holds the error {value}"),
                format!("в ячейке ошибка {value}"),
            ),
            _ => return None,
        })
    }

    fn about_value(&self) -> Option<Text> {
        Some(match self {
            Self::NotNumber { value } => {
                Text::new(format!("“{value}” is not a number"), format!("«{value}» — не число"))
            }
            Self::OutOfRange { value } => Text::new(
                format!("“{value}” is too large a number"),
                format!("«{value}» — слишком большое число"),
            ),
            Self::NotWhole { value } => Text::new(
                format!("“{value}” is not a whole number"),
                format!("«{value}» — не целое число"),
            ),
            Self::NotPercent { value } => Text::new(
                format!("“{value}” is not a percentage"),
                format!("«{value}» — не процент"),
            ),
            Self::NotDate { value } => {
                Text::new(format!("“{value}” is not a date"), format!("«{value}» — не дата"))
            }
            Self::NoSuchDate { value } => Text::new(
                format!("there is no date “{value}”"),
                format!("даты «{value}» не существует"),
            ),
            Self::HasTime { value } => Text::new(
                format!("“{value}” has a time; only a date is expected"),
                format!("«{value}» содержит время, нужна только дата"),
            ),
            Self::NotBoolean { value } => Text::new(
                format!("“{value}” is neither yes nor no"),
                format!("«{value}» — не да и не нет"),
            ),
            Self::Missing => Text::new("a value is required", "требуется значение"),
            _ => return None,
        })
    }
}

/// A reason with its place in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The row as a person counts it, from 1.
    pub row: u64,
    /// The column's header, where it is about one cell.
    pub column: Option<String>,
    /// Why.
    pub reason: Reason,
}

impl Fault {
    /// The place and the reason, in both languages.
    #[must_use]
    pub fn text(&self) -> Text {
        let why = self.reason.text();
        let row = self.row;
        match &self.column {
            Some(column) => Text::new(
                format!("Row {row}, column “{column}”: {}", why.en),
                format!("Строка {row}, столбец «{column}»: {}", why.ru),
            ),
            None => {
                Text::new(format!("Row {row}: {}", why.en), format!("Строка {row}: {}", why.ru))
            }
        }
    }

    /// The reason with its column and without the row, for a report beside the row itself.
    #[must_use]
    pub fn beside_row(&self, language: Language) -> String {
        let why = self.reason.text();
        match &self.column {
            Some(column) => format!("{column}: {}", why.get(language)),
            None => why.get(language).to_owned(),
        }
    }
}
