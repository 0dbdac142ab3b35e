//! CSV, in UTF-8 or windows-1251.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write};

use encoding_rs::WINDOWS_1251;
use kernel::Decimal;

use super::{ByteOrderMark, CsvLayout, Letters, WriteFault};
use crate::protection::protect;
use crate::{Cell, DecimalMark};

/// Bytes written at once.
const BUFFER: usize = 64 << 10;

pub(super) struct DelimitedWriter {
    csv: csv::Writer<BufWriter<File>>,
    letters: Letters,
    decimal: DecimalMark,
}

impl DelimitedWriter {
    pub(super) fn begin(file: File, layout: CsvLayout) -> Result<Self, WriteFault> {
        let mut output = BufWriter::with_capacity(BUFFER, file);
        if layout.letters == Letters::Utf8 && layout.mark == ByteOrderMark::Written {
            output.write_all(b"\xEF\xBB\xBF")?;
        }
        let csv = csv::WriterBuilder::new()
            .delimiter(layout.separator.byte())
            .terminator(csv::Terminator::CRLF)
            .flexible(true)
            .from_writer(output);
        Ok(Self { csv, letters: layout.letters, decimal: layout.decimal })
    }

    pub(super) fn write(&mut self, cells: &[Cell]) -> Result<(), WriteFault> {
        for cell in cells {
            let text = written(cell, self.decimal);
            match self.letters {
                Letters::Utf8 => self.csv.write_field(text.as_bytes()),
                Letters::Windows1251 => self.csv.write_field(in_1251(&text)),
            }
            .map_err(fault)?;
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

/// The text in windows-1251, of which separators, quotes and line ends are one byte as in UTF-8.
fn in_1251(text: &str) -> Cow<'_, [u8]> {
    let (bytes, _, is_lossy) = WINDOWS_1251.encode(text);
    if !is_lossy {
        return bytes;
    }
    let mut buffer = [0; 4];
    let mut bytes = Vec::with_capacity(text.len());
    for sign in text.chars() {
        match WINDOWS_1251.encode(sign.encode_utf8(&mut buffer)) {
            (_, _, true) => bytes.push(b'?'),
            (known, _, false) => bytes.extend_from_slice(&known),
        }
    }
    Cow::Owned(bytes)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_1251_lacks_become_question_marks() {
        assert_eq!(*in_1251("Ёж; №5"), [0xA8, 0xE6, b';', b' ', 0xB9, b'5']);
        assert_eq!(*in_1251("ё ＝😀x"), [0xB8, b' ', b'?', b'?', b'x']);
    }
}
