//! Why a file as a whole cannot be read.

use std::io;

use kernel::Text;

use crate::Reason;

/// Why reading stops; what was read before stays valid.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// The disk's own error.
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
    /// No row with a cell in it.
    #[error("the file has no rows")]
    Empty,
    /// More bytes than a file may have.
    #[error("the file is larger than {limit_bytes} bytes")]
    TooLarge { limit_bytes: u64 },
    /// More rows than a file may have.
    #[error("the file has more than {limit} rows")]
    TooManyRows { limit: u64 },
    /// A header wider than allowed.
    #[error("the header has more than {limit} columns")]
    TooManyColumns { limit: usize },
    /// A cell of the header cannot be read.
    #[error("column {column} of the header cannot be read: {}", reason.text().en)]
    BrokenHeader { column: usize, reason: Reason },
    /// Not a workbook of Excel 2007 or later.
    #[error("the file is not an XLSX workbook")]
    NotWorkbook,
    /// A workbook protected by a password, or one of Excel 2003 or earlier.
    #[error("the workbook is protected by a password or has the old XLS format")]
    Locked,
    /// The archive inflates to more than allowed.
    #[error("the workbook inflates to more than allowed ({what})")]
    Inflates { what: String },
    /// The archive holds too many parts.
    #[error("the workbook has more than {limit} parts")]
    TooManyParts { limit: usize },
    /// The archive holds archives.
    #[error("the workbook holds another archive: {part}")]
    Nested { part: String },
    /// A part of the workbook breaks the format.
    #[error("the workbook is damaged in {part}")]
    Damaged { part: String },
    /// Rows that do not go downward cannot be read as a stream.
    #[error("the rows of the sheet are out of order at row {row}")]
    OutOfOrder { row: u64 },
    /// No sheet of this name; the names there are.
    #[error("there is no sheet “{name}”; there are: {}", sheets.join(", "))]
    NoSuchSheet { name: String, sheets: Vec<String> },
    /// All sheets are hidden.
    #[error("the workbook has no visible sheet")]
    NoVisibleSheet,
}

impl FileFault {
    /// The sentence in both languages. An error of the disk is not told to strangers in detail.
    #[must_use]
    pub fn text(&self) -> Text {
        let en = match self {
            Self::Io(_) => "the file cannot be read".to_owned(),
            other => other.to_string(),
        };
        Text::new(en, self.in_russian())
    }

    fn in_russian(&self) -> String {
        match self {
            Self::Io(_) => "файл не удалось прочитать".to_owned(),
            Self::Empty => "в файле нет строк".to_owned(),
            Self::TooLarge { limit_bytes } => format!("файл больше {limit_bytes} байт"),
            Self::TooManyRows { limit } => format!("в файле больше {limit} строк"),
            Self::TooManyColumns { limit } => format!("в заголовке больше {limit} столбцов"),
            Self::BrokenHeader { column, reason } => {
                format!("столбец {column} заголовка не читается: {}", reason.text().ru)
            }
            Self::NotWorkbook => "файл не является книгой XLSX".to_owned(),
            Self::Locked => "книга защищена паролем или имеет старый формат XLS".to_owned(),
            Self::Inflates { what } => {
                format!("книга распаковывается в больший объём, чем разрешено ({what})")
            }
            Self::TooManyParts { limit } => format!("в книге больше {limit} частей"),
            Self::Nested { part } => format!("в книгу вложен другой архив: {part}"),
            Self::Damaged { part } => format!("книга повреждена: {part}"),
            Self::OutOfOrder { row } => {
                format!("строки листа идут не по порядку, начиная со строки {row}")
            }
            Self::NoSuchSheet { name, sheets } => {
                format!("нет листа «{name}»; есть: {}", sheets.join(", "))
            }
            Self::NoVisibleSheet => "в книге нет видимых листов".to_owned(),
        }
    }
}
