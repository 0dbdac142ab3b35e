//! XLSX, row by row through a temporary file (`rust_xlsxwriter` in constant memory).
//!
//! Where its temporary file cannot take a row, as on a full disk, that crate panics: the caller
//! runs the writing in a task of its own, whose end by a panic it treats as a failed export.

use std::fs::File;
use std::io::BufWriter;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use kernel::Decimal;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::delimited::digits;
use super::{WriteFault, XlsxLayout};
use crate::limits::{LARGEST_SHEET_COLUMNS, LARGEST_SHEET_ROWS};
use crate::workbook::SIGNIFICANT;
use crate::{Cell, DecimalMark};

/// The formats of decimals by their places, of which a cell shows as many as the number has.
const MOST_PLACES: usize = 10;

const SECONDS_A_DAY: u32 = 86_400;

pub(super) struct WorkbookWriter {
    workbook: Workbook,
    file: File,
    next: u32,
    decimal: DecimalMark,
    formats: Formats,
}

struct Formats {
    header: Format,
    numbers: Vec<Format>,
    percents: Vec<Format>,
    date: Format,
    moment: Format,
}

impl WorkbookWriter {
    pub(super) fn begin(file: File, layout: &XlsxLayout) -> Result<Self, WriteFault> {
        let mut workbook = Workbook::new();
        if let Some(folder) = &layout.folder {
            workbook.set_tempdir(folder).map_err(fault)?;
        }
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(fault)?;
        sheet.set_name(&layout.sheet).map_err(fault)?;
        sheet.set_freeze_panes(1, 0).map_err(fault)?;
        let decimal = layout.decimal;
        Ok(Self { workbook, file, next: 0, decimal, formats: Formats::new() })
    }

    pub(super) fn write(&mut self, cells: &[Cell]) -> Result<(), WriteFault> {
        let row = self.next;
        if row >= LARGEST_SHEET_ROWS {
            return Err(WriteFault::TooManyRows);
        }
        if cells.len() > LARGEST_SHEET_COLUMNS {
            return Err(WriteFault::TooManyColumns);
        }
        self.next += 1;
        let sheet = self.workbook.worksheet_from_index(0).map_err(fault)?;
        for (column, cell) in (0_u16..).zip(cells) {
            let place = Place { sheet: &mut *sheet, row, column };
            self.formats.write(place, cell, self.decimal).map_err(fault)?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), WriteFault> {
        let output = BufWriter::new(self.file);
        self.workbook.save_to_writer(output).map_err(fault)
    }
}

struct Place<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
    column: u16,
}

impl Formats {
    fn new() -> Self {
        let with_places = |end: &str| -> Vec<Format> {
            (0..=MOST_PLACES)
                .map(|places| Format::new().set_num_format(code(places, end)))
                .collect()
        };
        Self {
            header: Format::new().set_bold(),
            numbers: with_places(""),
            percents: with_places("%"),
            date: Format::new().set_num_format("dd.mm.yyyy"),
            moment: Format::new().set_num_format("dd.mm.yyyy hh:mm:ss"),
        }
    }

    fn write(&self, at: Place<'_>, cell: &Cell, mark: DecimalMark) -> Result<(), XlsxError> {
        let Place { sheet, row, column } = at;
        match cell {
            Cell::Empty => return Ok(()),
            Cell::Text(text) | Cell::Broken { shown: text, .. } if row == 0 => {
                sheet.write_string_with_format(row, column, text, &self.header)?
            }
            Cell::Text(text) | Cell::Broken { shown: text, .. } => {
                sheet.write_string(row, column, text)?
            }
            Cell::Number(number) => match double(*number) {
                Some(double) => {
                    let format = format_of(&self.numbers, number.normalize().scale());
                    sheet.write_number_with_format(row, column, double, format)?
                }
                None => sheet.write_string(row, column, digits(*number, mark))?,
            },
            Cell::Percent(percent) => match double(percent / Decimal::ONE_HUNDRED) {
                Some(double) => {
                    let format = format_of(&self.percents, percent.normalize().scale());
                    sheet.write_number_with_format(row, column, double, format)?
                }
                None => sheet.write_string(row, column, format!("{}%", digits(*percent, mark)))?,
            },
            Cell::Date(date) => match serial(date.and_time(NaiveTime::MIN)) {
                Some(serial) => sheet.write_number_with_format(row, column, serial, &self.date)?,
                None => sheet.write_string(row, column, cell.shown())?,
            },
            Cell::Moment(moment) => match serial(*moment) {
                Some(serial) => {
                    sheet.write_number_with_format(row, column, serial, &self.moment)?
                }
                None => sheet.write_string(row, column, cell.shown())?,
            },
            Cell::Bool(value) => sheet.write_boolean(row, column, *value)?,
        };
        Ok(())
    }
}

fn code(places: usize, end: &str) -> String {
    match places {
        0 => format!("0{end}"),
        _ => format!("0.{}{end}", "0".repeat(places)),
    }
}

fn format_of(formats: &[Format], places: u32) -> &Format {
    &formats[(places as usize).min(MOST_PLACES)]
}

/// The double nearest to the number, where it gives the number back: up to 15 digits. A longer
/// number is written as text, since the cell would lose its last digits without a word.
fn double(number: Decimal) -> Option<f64> {
    let number = number.normalize();
    let text = number.to_string();
    let digits = text.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit);
    if digits.count() > SIGNIFICANT {
        return None;
    }
    text.parse().ok()
}

/// Days since the epoch of 1900 and the fraction of the day. Days before 01.03.1900, which the
/// programs count each in its own way, and after 31.12.9999 are written as text.
fn serial(moment: NaiveDateTime) -> Option<f64> {
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    let days = (moment.date() - epoch).num_days();
    if !(61..=2_958_465).contains(&days) {
        return None;
    }
    let seconds = f64::from(moment.time().num_seconds_from_midnight());
    Some(f64::from(i32::try_from(days).ok()?) + seconds / f64::from(SECONDS_A_DAY))
}

fn fault(error: XlsxError) -> WriteFault {
    match error {
        XlsxError::IoError(error) => WriteFault::Io(error),
        other => WriteFault::Workbook(other.to_string()),
    }
}
