//! What a stranger's file may ask for. Memory while reading is bounded by these, not by the file.

/// One cell of a spreadsheet program holds this many characters (Excel, "specifications and
/// limits"), so a longer one in CSV is most likely an open quotation mark.
pub const LONGEST_CELL_CHARS: usize = 32_767;

/// Rows of one sheet, the header among them (Excel, "specifications and limits").
pub const LARGEST_SHEET_ROWS: u32 = 1_048_576;

/// Columns of one sheet (Excel, "specifications and limits").
pub const LARGEST_SHEET_COLUMNS: usize = 16_384;

/// The bounds of one reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file itself.
    pub file_bytes: u64,
    /// Rows, the header among them.
    pub rows: u64,
    /// Columns.
    pub columns: usize,
    /// Characters of one cell.
    pub cell_chars: usize,
    /// Bytes of all the texts of one row, in UTF-8.
    pub row_bytes: usize,
    /// Bytes of one inflated part of a workbook.
    pub part_bytes: u64,
    /// Bytes of all the parts of a workbook, inflated.
    pub inflated_bytes: u64,
    /// How many times its own size a part may inflate, once it is above 16 MiB.
    pub inflation: u64,
    /// Parts of a workbook.
    pub parts: usize,
    /// Bytes of the inflated table of shared texts: the one part that is kept in memory whole.
    pub shared_text_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 256 << 20,
            rows: 1_048_576,
            columns: 1_000,
            cell_chars: LONGEST_CELL_CHARS,
            row_bytes: 1 << 20,
            part_bytes: 1 << 30,
            inflated_bytes: 2 << 30,
            inflation: 200,
            parts: 1_000,
            shared_text_bytes: 64 << 20,
        }
    }
}
