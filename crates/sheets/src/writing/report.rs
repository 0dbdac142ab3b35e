//! The rows that could not be taken, as they were, with the reasons beside them: what a person
//! mends and sends again.

use std::fs::File;

use kernel::Language;

use super::{Layout, WriteFault, Writer};
use crate::{Cell, Fault, Row};

/// A report being written.
pub struct Report {
    writer: Writer,
    width: usize,
    language: Language,
}

impl Report {
    /// Begins a report with the header of the file it is about and two columns more: the row's
    /// number in that file, and the reasons.
    pub fn begin(
        file: File,
        layout: &Layout,
        header: &[String],
        language: Language,
    ) -> Result<Self, WriteFault> {
        let (number, reasons) = match language {
            Language::En => ("Row in the file", "Reason"),
            Language::Ru => ("Строка файла", "Причина"),
        };
        let mut titles = header.to_vec();
        titles.extend([number.to_owned(), reasons.to_owned()]);
        let writer = Writer::begin(file, layout, &titles)?;
        Ok(Self { writer, width: header.len(), language })
    }

    /// Writes a row with its reasons: its own, those of its cells, and those given, which may
    /// come from the business. Cells beyond the header are left out.
    pub fn write(
        &mut self,
        header: &[String],
        row: &Row,
        faults: &[Fault],
    ) -> Result<(), WriteFault> {
        let own = row.faults(header);
        let further = faults.iter().filter(|fault| !own.contains(fault));
        let mut reasons: Vec<String> =
            own.iter().chain(further).map(|fault| fault.beside_row(self.language)).collect();
        reasons.dedup();
        let mut cells = row.cells.clone();
        cells.resize(self.width, Cell::Empty);
        cells.push(Cell::Number(row.number.into()));
        let reasons: String = reasons.join("; ").chars().take(crate::LONGEST_CELL_CHARS).collect();
        cells.push(Cell::text(reasons));
        self.writer.write(&cells)
    }

    /// Completes the report.
    pub fn finish(self) -> Result<(), WriteFault> {
        self.writer.finish()
    }
}
