//! Workbooks as spreadsheet programs write them.

use chrono::NaiveDate;
use kernel::Decimal;

use super::{STYLES, TEXTS, WORKBOOK, book, book_of, open, read, text};
use crate::{Cell, FileFault, Format, Reason, Serials};

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// The cells of a second row under a header of as many columns.
fn cells(row: &str, columns: usize) -> Vec<Cell> {
    let titles: String = (0..columns).map(|_| r#"<c t="str"><v>h</v></c>"#).collect();
    let rows = format!(r#"<row r="1">{titles}</row><row r="2">{row}</row>"#);
    read(&book(&rows), &Format::XLSX).unwrap().1.remove(0).cells
}

#[test]
fn each_kind_of_cell_is_read() {
    let read = cells(
        r#"<c r="A2" t="s"><v>1</v></c><c r="B2"><v>19.989999999999998</v></c>
<c r="C2" s="1"><v>46387</v></c><c r="D2" s="3"><v>46387.5</v></c><c r="E2" s="2"><v>0.155</v></c>
<c r="F2" t="b"><v>1</v></c><c r="G2" t="inlineStr"><is><t xml:space="preserve"> x </t></is></c>
<c r="H2" t="d"><v>2026-12-31T00:00:00</v></c><c r="I2" s="1"/><c r="J2" t="s"><v>2</v></c>"#,
        10,
    );
    assert_eq!(
        read,
        [
            text("Ёж & Ко"),
            Cell::Number(Decimal::new(1999, 2)),
            Cell::Date(day(2026, 12, 31)),
            Cell::Moment(day(2026, 12, 31).and_hms_opt(12, 0, 0).unwrap()),
            Cell::Percent(Decimal::new(155, 1)),
            Cell::Bool(true),
            text(" x "),
            Cell::Date(day(2026, 12, 31)),
            Cell::Empty,
            text("a\rb"),
        ]
    );
}

#[test]
fn formulas_count_by_their_saved_result() {
    let read = cells(
        r#"<c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><f>now()</f></c>
<c r="C2" t="str"><f>""</f><v></v></c><c r="D2" t="e"><f>1/0</f><v>#DIV/0!</v></c>
<c r="E2"><f t="shared" si="4000000000"/><v>5</v></c><c r="F2" t="s"><v>77</v></c>"#,
        6,
    );
    assert_eq!(read[0], Cell::Number(Decimal::TWO));
    assert!(matches!(read[1], Cell::Broken { reason: Reason::NoFormulaResult, .. }));
    assert_eq!(read[2], Cell::Empty);
    let error = Reason::ErrorValue { value: "#DIV/0!".into() };
    assert_eq!(read[3], Cell::Broken { reason: error, shown: "#DIV/0!".into() });
    assert_eq!(read[4], Cell::Number(Decimal::from(5)));
    assert!(matches!(read[5], Cell::Broken { reason: Reason::BrokenCell, .. }));
}

#[test]
fn days_are_counted_as_the_workbook_says() {
    let workbook = WORKBOOK.replace("<workbookPr/>", r#"<workbookPr date1904="1"/>"#);
    let sheet = r#"<worksheet><sheetData><row><c t="s"><v>0</v></c></row>
<row><c s="1"><v>44925</v></c></row></sheetData></worksheet>"#;
    let parts = [("xl/workbook.xml", &*workbook), ("xl/worksheets/sheet2.xml", sheet)];
    let bytes = book_of(&parts);
    assert_eq!(open(&bytes, &Format::XLSX).unwrap().serials(), Serials::From1904);
    let (_, rows) = read(&bytes, &Format::XLSX).unwrap();
    assert_eq!(rows[0].cells, [Cell::Date(day(2026, 12, 31))]);
}

#[test]
fn the_first_visible_sheet_or_the_named_one_is_read() {
    let bytes = book(r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#);
    let sheet = open(&bytes, &Format::XLSX).unwrap();
    assert_eq!(sheet.visible_sheets(), ["Товары"]);
    assert_eq!(read(&bytes, &Format::XLSX).unwrap().0, ["Имя"]);
    let named = |name: &str| Format::Xlsx { sheet: Some(name.into()) };
    assert_eq!(read(&bytes, &named("Hidden")).unwrap().0, ["secret"]);
    let fault = read(&bytes, &named("Цены")).unwrap_err();
    assert_eq!(fault.text().ru, "нет листа «Цены»; есть: Товары");
    let hidden = WORKBOOK.replace("sheetId=\"2\"", "sheetId=\"2\" state=\"veryHidden\"");
    let bytes = book_of(&[("xl/workbook.xml", &hidden)]);
    assert!(matches!(read(&bytes, &Format::XLSX), Err(FileFault::NoVisibleSheet)));
}

#[test]
fn empty_rows_are_counted_and_sparse_sheets_cost_nothing() {
    let bytes = book(
        r#"<row r="2"><c r="A2" t="s"><v>0</v></c></row><row r="3"/>
<row r="5"><c r="A5"><v>1</v></c><c r="B5" s="1"/></row>
<row r="1048576"><c r="A1048576"><v>2</v></c><c r="XFD1048576"><v>7</v></c></row>"#,
    );
    let (header, rows) = read(&bytes, &Format::XLSX).unwrap();
    assert_eq!(header, ["Имя"]);
    assert_eq!((rows[0].number, &rows[0].fault), (5, &None));
    assert_eq!(rows[1].number, 1_048_576);
    assert_eq!(rows[1].fault, Some(Reason::TooManyColumns { limit: 1_000 }));
    assert_eq!(rows[1].cells, [Cell::Number(Decimal::TWO)]);
}

#[test]
fn a_merged_area_has_its_value_in_the_first_cell() {
    let sheet = r#"<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>
<row><c r="A2"><v>1</v></c><c r="B2"/></row><row><c r="A3"/><c r="B3"><v>3</v></c></row></sheetData>
<mergeCells><mergeCell ref="A2:B2"/></mergeCells></worksheet>"#;
    let (_, rows) = read(&book_of(&[("xl/worksheets/sheet2.xml", sheet)]), &Format::XLSX).unwrap();
    assert_eq!(rows[0].cells, [Cell::Number(Decimal::ONE), Cell::Empty]);
    assert_eq!(rows[1].cells, [Cell::Empty, Cell::Number(Decimal::from(3))]);
}

/// Another reader of workbooks sees what this one sees.
#[test]
fn calamine_reads_the_same() {
    use calamine::{Data, Reader, Xlsx};
    let rows: String = (1..=200)
        .map(|n| {
            format!(
                r#"<row r="{n}"><c r="A{n}" t="s"><v>{}</v></c><c r="C{n}"><v>{n}.37</v></c>
<c r="D{n}" t="b"><v>{}</v></c></row>"#,
                n % 2,
                n % 2
            )
        })
        .collect();
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    let texts = TEXTS.replace(r#" uniqueCount="99999999999999999""#, "");
    let bytes = book_of(&[
        ("xl/worksheets/sheet2.xml", &*sheet),
        ("xl/sharedStrings.xml", &*texts),
        ("xl/styles.xml", STYLES),
    ]);
    let mut other: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes.clone())).unwrap();
    let range = other.worksheet_range("Товары").unwrap();
    let (header, rows) = read(&bytes, &Format::XLSX).unwrap();
    assert_eq!(header, ["Ёж & Ко", "", "1.37", "true"]);
    for (ours, theirs) in rows.iter().zip(range.rows().skip(1)) {
        for (ours, theirs) in ours.cells.iter().zip(theirs) {
            let same = match theirs {
                Data::Empty => *ours == Cell::Empty,
                Data::String(text) => *ours == Cell::text(text.as_str()),
                Data::Bool(value) => *ours == Cell::Bool(*value),
                other => ours.shown() == other.to_string(),
            };
            assert!(same, "{ours:?} {theirs:?}");
        }
    }
    assert_eq!(rows.len(), 199);
}
