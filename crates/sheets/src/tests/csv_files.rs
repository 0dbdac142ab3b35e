//! Text files as people send them.

use super::{open, read, read_within, text};
use crate::{Cell, Encoding, FileFault, Format, Limits, Reason, Separator};

fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(to_bytes).collect()
}

#[test]
fn encodings_are_told_apart() {
    let table = "Имя;Цена\r\nЁж «Ко»;1,5\r\n";
    let windows = encoding_rs::WINDOWS_1251.encode(table).0.into_owned();
    for (bytes, encoding) in [
        (table.as_bytes().to_vec(), Encoding::Utf8),
        (format!("\u{FEFF}{table}").into_bytes(), Encoding::Utf8),
        (windows.clone(), Encoding::Windows1251),
        (utf16(table, u16::to_le_bytes), Encoding::Utf16Le),
        (utf16(table, u16::to_be_bytes), Encoding::Utf16Be),
    ] {
        let notation = open(&bytes, &Format::CSV).unwrap().notation().unwrap();
        assert_eq!((notation.encoding, notation.separator), (encoding, Separator::Semicolon));
        let (header, rows) = read(&bytes, &Format::CSV).unwrap();
        assert_eq!(header, ["Имя", "Цена"], "{encoding:?}");
        assert_eq!(rows[0].cells, [text("Ёж «Ко»"), text("1,5")], "{encoding:?}");
    }
    let named = Format::Csv { encoding: Some(Encoding::Windows1251), separator: None };
    assert_eq!(read(&windows, &named).unwrap().0, ["Имя", "Цена"]);
}

#[test]
fn one_broken_place_leaves_a_file_utf_8() {
    let mut bytes = "Имя,Описание\nёжик,колючий зверь\nбел".as_bytes().to_vec();
    bytes.extend_from_slice(b"\xFFka,x\n");
    let (_, rows) = read(&bytes, &Format::CSV).unwrap();
    assert_eq!(rows[0].cells[0], text("ёжик"));
    assert!(matches!(
        &rows[1].cells[0],
        Cell::Broken { reason: Reason::BrokenEncoding, shown } if shown == "бел\u{FFFD}ka"
    ));
    assert_eq!(rows[1].cells[1], text("x"));
}

#[test]
fn the_separator_is_found_outside_of_quotes() {
    for (line, separator) in [
        ("a;b;c", Separator::Semicolon),
        ("a,b,c", Separator::Comma),
        ("a\tb", Separator::Tab),
        ("\"a,b,c\";d", Separator::Semicolon),
        ("\"a\n,;,b\",d", Separator::Comma),
        ("\n\na;b", Separator::Semicolon),
        ("alone", Separator::Comma),
    ] {
        let sheet = open(line.as_bytes(), &Format::CSV).unwrap();
        assert_eq!(sheet.notation().unwrap().separator, separator, "{line:?}");
    }
}

#[test]
fn rows_are_counted_as_a_person_counts_them() {
    for (end, name) in [("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR")] {
        let file = ["a,b", "", "1,\"x\ny \"\"z\"\"\"", "", ",", "2,w"].join(end);
        let (header, rows) = read(file.as_bytes(), &Format::CSV).unwrap();
        assert_eq!(header, ["a", "b"], "{name}");
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [3, 6], "{name}");
        assert_eq!(rows[0].cells, [text("1"), text("x\ny \"z\"")], "{name}");
    }
}

#[test]
fn ragged_rows_get_their_reason_and_the_file_goes_on() {
    let (_, rows) = read(b"a,b\n1\n1,2,3\n1,2,,\n1,2\n", &Format::CSV).unwrap();
    assert_eq!(rows[0].fault, Some(Reason::TooFewCells { found: 1, expected: 2 }));
    assert_eq!(rows[1].fault, Some(Reason::TooManyCells { found: 3, expected: 2 }));
    assert_eq!(rows[2].fault, None);
    assert_eq!(rows[3].fault, None);
}

#[test]
fn what_is_too_long_gets_its_reason_and_the_file_goes_on() {
    let limits = || Limits { cell_chars: 10, row_bytes: 60, columns: 5, ..Limits::default() };
    let file =
        format!("a,b\n{},1\n{}\n1,2\nёёёёёёёёёё,2\n", "x".repeat(50_000), "y,".repeat(1_000_000));
    let (header, rows) = read_within(file.as_bytes(), &Format::CSV, limits()).unwrap();
    assert_eq!(header.len(), 2);
    assert_eq!(rows.len(), 4);
    let long = &rows[0].cells[0];
    assert!(matches!(long, Cell::Broken { reason: Reason::CellTooLong { limit_chars: 10 }, .. }));
    assert_eq!(rows[0].cells[1], text("1"));
    assert_eq!(rows[1].fault, Some(Reason::TooManyColumns { limit: 5 }));
    assert_eq!((rows[2].number, &rows[2].fault), (4, &None));
    assert_eq!(rows[3].cells[0], text("ёёёёёёёёёё"));
    let wide = format!("{}\n", "h,".repeat(1_000_000));
    let fault = read(wide.as_bytes(), &Format::CSV).unwrap_err();
    assert!(matches!(fault, FileFault::TooManyColumns { limit: 1_000 }));
    let row = format!("a,b\n{},1\n", ["0123456789"; 3].join(","));
    let small = Limits { row_bytes: 20, ..limits() };
    let (_, rows) = read_within(row.as_bytes(), &Format::CSV, small).unwrap();
    assert_eq!(rows[0].fault, Some(Reason::RowTooLong { limit_bytes: 20 }));
}

#[test]
fn an_open_quotation_mark_does_not_swallow_the_file_in_silence() {
    let (_, rows) = read(b"a,b\n1,2\n\"x,2\n3,4\n", &Format::CSV).unwrap();
    assert_eq!(rows[0].fault, None);
    assert_eq!((rows[1].number, &rows[1].fault), (3, &Some(Reason::UnclosedQuote)));
    assert_eq!(rows.len(), 2);
    let long = format!("a,b\n\"{}", "x\n".repeat(2 << 20));
    let (_, rows) = read(long.as_bytes(), &Format::CSV).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].fault, Some(Reason::UnclosedQuote));
}

#[test]
fn nul_characters_and_faults_of_the_file_are_told() {
    let (_, rows) = read(b"a,b\n1\0,2\n", &Format::CSV).unwrap();
    assert!(matches!(rows[0].cells[0], Cell::Broken { reason: Reason::NulCharacter, .. }));
    let header = rows[0].faults(&["Код".into(), "b".into()]);
    assert_eq!(header[0].text().ru, "Строка 2, столбец «Код»: в тексте есть нулевой символ");
    let fault = read(b"a\0,b\n", &Format::CSV).unwrap_err();
    assert!(matches!(fault, FileFault::BrokenHeader { column: 1, .. }));
    assert!(matches!(read(b"", &Format::CSV), Err(FileFault::Empty)));
    assert!(matches!(read(b"\n\n;;\n", &Format::CSV), Err(FileFault::Empty)));
    let small = Limits { file_bytes: 3, ..Limits::default() };
    let fault = read_within(b"a,b\n", &Format::CSV, small).unwrap_err();
    assert!(matches!(fault, FileFault::TooLarge { limit_bytes: 3 }));
    let short = Limits { rows: 2, ..Limits::default() };
    let fault = read_within(b"a\n1\n2\n", &Format::CSV, short).unwrap_err();
    assert!(matches!(fault, FileFault::TooManyRows { limit: 2 }));
}

#[test]
fn a_sheet_is_read_again_from_its_start() {
    let mut sheet = open("a;b\n1;2\n".as_bytes(), &Format::CSV).unwrap();
    for _ in 0..2 {
        assert_eq!(sheet.rows().unwrap().count(), 1);
    }
}
