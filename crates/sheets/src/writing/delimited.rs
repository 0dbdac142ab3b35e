//! CSV, in UTF-8.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write};

use kernel::Decimal;

use super::{ByteOrderMark, CsvLayout, WriteFault};
use crate::protection::protect;
use crate::{Cell, DecimalMark};

/// Bytes written at once.
const BUFFER: usize = 64 << 10;

pub(super) struct DelimitedWriter {
    csv: csv::Writer<BufWriter<File>>,
    decimal: DecimalMark,
}

impl DelimitedWriter {
    pub(super) fn begin(file: File, layout: CsvLayout) -> Result<Self, WriteFault> {
        let mut output = BufWriter::with_capacity(BUFFER, file);
        if layout.mark == ByteOrderMark::Written {
            output.write_all(b"\xEF\xBB\xBF")?;
        }
        let csv = csv::WriterBuilder::new()
            .delimiter(layout.separator.byte())
            .terminator(csv::Terminator::CRLF)
            .flexible(true)
            .from_writer(output);
        Ok(Self { csv, decimal: layout.decimal })
    }

    pub(super) fn write(&mut self, cells: &[Cell]) -> Result<(), WriteFault> {
        for cell in cells {
            self.csv.write_field(written(cell, self.decimal).as_bytes()).map_err(fault)?;
        }
        self.csv.write_record(None::<&[u8]>).map_err(fault)
    }

    pub(super) fn finish(mut self) -> Result<(), WriteFault> {
        self.csv.flush()?;
        let output = self.csv.into_inner().map_err(|error| error.into_error())?;
        output.into_inner().map_err(|error| error.into_error())?;
        Ok(())
    }
}

fn written(cell: &Cell, decimal: DecimalMark) -> Cow<'_, str> {
    match cell {
        Cell::Text(text) | Cell::Broken { shown: text, .. } => protect(text),
        Cell::Number(number) => Cow::Owned(digits(*number, decimal)),
        Cell::Percent(percent) => Cow::Owned(format!("{}%", digits(*percent, decimal))),
        other => Cow::Owned(other.shown()),
    }
}

/// The number without thousands, with the decimal mark asked for.
pub(super) fn digits(number: Decimal, decimal: DecimalMark) -> String {
    match decimal {
        DecimalMark::Point => number.to_string(),
        DecimalMark::Comma => number.to_string().replace('.', ","),
    }
}

fn fault(error: csv::Error) -> WriteFault {
    WriteFault::Io(error.into())
}
