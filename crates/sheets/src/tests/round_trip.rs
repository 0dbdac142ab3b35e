//! What is written is read back, formulas and all.

use std::io::{Read, Seek, SeekFrom};

use chrono::{NaiveDate, TimeDelta};
use kernel::{Decimal, Language};
use proptest::prelude::*;

use super::{read, spool, text};
use crate::{
    ByteOrderMark, Cell, CsvLayout, DecimalMark, Fault, Format, Layout, Letters, Reading, Reason,
    Report, Row, Separator, Serials, WriteFault, Writer, XlsxLayout,
};

fn xlsx(decimal: DecimalMark) -> Layout {
    Layout::Xlsx(XlsxLayout { sheet: "Выгрузка".into(), folder: None, decimal })
}

fn format_of(layout: &Layout) -> Format {
    match layout {
        Layout::Csv(_) => Format::CSV,
        Layout::Xlsx(_) => Format::XLSX,
    }
}

fn written(layout: &Layout, header: &[String], rows: &[Vec<Cell>]) -> Result<Vec<u8>, WriteFault> {
    let mut file = tempfile::tempfile().unwrap();
    let mut writer = Writer::begin(file.try_clone().unwrap(), layout, header)?;
    for row in rows {
        writer.write(row)?;
    }
    writer.finish()?;
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).unwrap();
    file.read_to_end(&mut bytes).unwrap();
    Ok(bytes)
}

/// Whether the cell read back says what was written, under the file's notation.
fn same(written: &Cell, read: &Cell, reading: &Reading) -> bool {
    match written {
        Cell::Number(number) => reading.decimal(read) == Ok(Some(number.normalize())),
        Cell::Percent(percent) => reading.percent(read) == Ok(Some(percent.normalize())),
        Cell::Date(date) => reading.date(read) == Ok(Some(*date)),
        Cell::Bool(value) => reading.boolean(read) == Ok(Some(*value)),
        Cell::Moment(_) => written.shown() == read.shown(),
        other => other == read,
    }
}

fn any_cell() -> impl Strategy<Value = Cell> {
    let first = NaiveDate::from_ymd_opt(1000, 1, 1).unwrap();
    prop_oneof![
        Just(Cell::Empty),
        "['=+@\t\r\n\",;a-fA-F_x0-9 ё-]{1,14}".prop_map(Cell::text),
        "\\PC{1,20}".prop_map(Cell::text),
        "_x[0-9A-Fa-f]{4}_".prop_map(Cell::text),
        (any::<i64>(), 0_u32..12)
            .prop_map(|(units, scale)| { Cell::Number(Decimal::new(units, scale)) }),
        (-1_000_000_i64..1_000_000, 0_u32..4)
            .prop_map(|(units, scale)| { Cell::Percent(Decimal::new(units, scale)) }),
        (0_i64..3_000_000).prop_map(move |days| Cell::Date(first + TimeDelta::days(days))),
        (0_i64..3_000_000, 1_i64..86_400).prop_map(move |(days, seconds)| {
            let day = (first + TimeDelta::days(days)).and_hms_opt(0, 0, 0).unwrap();
            Cell::Moment(day + TimeDelta::seconds(seconds))
        }),
        any::<bool>().prop_map(Cell::Bool),
    ]
}

fn any_layout() -> impl Strategy<Value = (Layout, DecimalMark)> {
    (0_usize..3, any::<[bool; 3]>()).prop_map(|(separator, [is_csv, is_comma, has_mark])| {
        let decimal = if is_comma { DecimalMark::Comma } else { DecimalMark::Point };
        if !is_csv {
            return (xlsx(decimal), decimal);
        }
        let separator = [Separator::Comma, Separator::Semicolon, Separator::Tab][separator];
        let mark = if has_mark { ByteOrderMark::Written } else { ByteOrderMark::Omitted };
        (Layout::Csv(CsvLayout { letters: Letters::Utf8, mark, separator, decimal }), decimal)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn our_own_export_is_read_back(
        (layout, decimal) in any_layout(),
        rows in prop::collection::vec(prop::collection::vec(any_cell(), 3), 1..6),
    ) {
        let header: Vec<String> = ["№", "a", "=b", "c"].map(str::to_owned).into();
        // A row without anything would be left out.
        let rows: Vec<Vec<Cell>> =
            rows.into_iter().map(|row| [vec![text("x")], row].concat()).collect();
        let bytes = written(&layout, &header, &rows).unwrap();
        let (read_header, read_rows) = read(&bytes, &format_of(&layout)).unwrap();
        let reading = Reading { decimal, serials: Serials::From1900, ..Reading::default() };
        prop_assert_eq!(read_header, header);
        prop_assert_eq!(read_rows.len(), rows.len());
        for (row, read) in rows.iter().zip(&read_rows) {
            prop_assert_eq!(&read.fault, &None);
            for (cell, read) in row.iter().zip(&read.cells) {
                prop_assert!(same(cell, read, &reading), "{:?} became {:?}", cell, read);
            }
        }
    }
}

#[test]
fn formulas_are_harmless_and_numbers_untouched() {
    let layout = Layout::Csv(CsvLayout::default());
    let row = vec![
        text("=cmd|' /C calc'!A0"),
        text("+7 916 000-00-00"),
        text("-5"),
        Cell::Number(Decimal::new(-55, 1)),
        Cell::Percent(Decimal::from(15)),
        Cell::Date(NaiveDate::from_ymd_opt(2026, 12, 31).unwrap()),
    ];
    let bytes = written(&layout, &["@a".into()], &[row]).unwrap();
    let file = String::from_utf8(bytes).unwrap();
    assert_eq!(
        file,
        "\u{FEFF}'@a\r\n'=cmd|' /C calc'!A0;'+7 916 000-00-00;'-5;-5,5;15%;2026-12-31\r\n"
    );
}

#[test]
fn what_no_sheet_holds_is_refused() {
    let long = text(&"x".repeat(32_768));
    for layout in [xlsx(DecimalMark::Point), Layout::Csv(CsvLayout::default())] {
        let fault = written(&layout, &["a".into()], &[vec![long.clone()]]).unwrap_err();
        assert!(matches!(fault, WriteFault::CellTooLong { row: 2 }));
    }
    let wide = vec![Cell::Bool(true); 16_385];
    let fault = written(&xlsx(DecimalMark::Point), &["a".into()], &[wide]).unwrap_err();
    assert!(matches!(fault, WriteFault::TooManyColumns));
    let mut writer = Writer::begin(spool(b""), &xlsx(DecimalMark::Point), &["a".into()]).unwrap();
    let fault = (0..1_048_577).find_map(|_| writer.write(&[Cell::Empty]).err()).unwrap();
    assert!(matches!(fault, WriteFault::TooManyRows));
    let bad = XlsxLayout { sheet: "a/b".into(), folder: None, decimal: DecimalMark::Point };
    let fault = written(&Layout::Xlsx(bad), &["a".into()], &[]).unwrap_err();
    assert!(matches!(fault, WriteFault::Workbook(_)));
}

#[test]
fn the_report_has_the_row_and_its_reasons() {
    let broken = Cell::Broken { reason: Reason::BrokenEncoding, shown: "=\u{FFFD}".into() };
    let row = Row { number: 7, cells: vec![text("1"), broken], fault: None };
    let header = ["Код".to_owned(), "Цена".to_owned()];
    let given = Fault { row: 7, column: Some("Код".into()), reason: Reason::Missing };
    for layout in [xlsx(DecimalMark::Comma), Layout::Csv(CsvLayout::default())] {
        let mut file = tempfile::tempfile().unwrap();
        let target = file.try_clone().unwrap();
        let mut report = Report::begin(target, &layout, &header, Language::Ru).unwrap();
        report.write(&header, &row, std::slice::from_ref(&given)).unwrap();
        report.finish().unwrap();
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        let (titles, rows) = read(&bytes, &format_of(&layout)).unwrap();
        assert_eq!(titles, ["Код", "Цена", "Строка файла", "Причина"]);
        let shown: Vec<String> = rows[0].cells.iter().map(Cell::shown).collect();
        let why = "Цена: текст не соответствует кодировке файла; Код: требуется значение";
        assert_eq!(shown, ["1", "=\u{FFFD}", "7", why]);
    }
}
