//! Workbooks that are made to do harm, or are none.

use super::{STYLES, book, book_of, read, read_within};
use crate::{Cell, FileFault, Format, Limits, Reason};

fn fault(bytes: &[u8]) -> FileFault {
    read(bytes, &Format::XLSX).unwrap_err()
}

#[test]
fn a_part_that_inflates_without_measure_is_refused() {
    // 24 MiB of blanks take some 24 KiB.
    let bomb = format!("<sst>{}</sst>", " ".repeat(24 << 20));
    let bytes = book_of(&[("xl/sharedStrings.xml", &bomb)]);
    assert!(bytes.len() < 100_000);
    assert!(matches!(fault(&bytes), FileFault::Inflates { .. }));
}

#[test]
fn a_part_that_lies_about_its_size_is_stopped_while_it_is_read() {
    let rows: String = (1..=60_000)
        .map(|n| format!(r#"<row r="{n}"><c r="A{n}" t="str"><v>h{n}</v></c></row>"#))
        .collect();
    let mut bytes = book(&rows);
    let told = u32::try_from(rows.len() + 46).unwrap().to_le_bytes();
    for at in 0..bytes.len() - 4 {
        if bytes[at..at + 4] == told {
            bytes[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
        }
    }
    let limits = Limits { part_bytes: 1 << 20, ..Limits::default() };
    let stopped = read_within(&bytes, &Format::XLSX, limits).unwrap_err();
    assert!(
        matches!(stopped, FileFault::Inflates { .. } | FileFault::Damaged { .. }),
        "{stopped:?}"
    );
}

#[test]
fn many_parts_and_archives_in_archives_are_refused() {
    let names: Vec<String> = (0..1_001).map(|n| format!("xl/media/{n}.png")).collect();
    let parts: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert!(matches!(fault(&book_of(&parts)), FileFault::TooManyParts { limit: 1_000 }));
    let nested = book_of(&[("xl/embeddings/Book1.XLSX", "x")]);
    assert!(matches!(fault(&nested), FileFault::Nested { .. }));
}

#[test]
fn what_is_no_open_workbook_is_told() {
    let old = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and so on";
    assert!(matches!(fault(old), FileFault::Locked));
    for bytes in [&b""[..], b"PK", b"a;b\n1;2\n", b"PK\x03\x04 and no more"] {
        assert!(matches!(fault(bytes), FileFault::NotWorkbook), "{bytes:?}");
    }
    // The flag of encryption, in each header of the directory.
    let mut locked = book("");
    for at in 0..locked.len() - 10 {
        if locked[at..].starts_with(b"PK\x01\x02") {
            locked[at + 8] |= 1;
        }
    }
    assert!(matches!(fault(&locked), FileFault::Locked));
}

#[test]
fn xml_that_would_take_memory_is_refused() {
    let long_text = "x".repeat(1 << 20);
    let long_tag = format!(r#"<row r="1" x="{long_text}"/>"#);
    let long_cell = format!(r#"<row r="1"><c t="str"><v>{long_text}</v></c></row>"#);
    let deep = "<a>".repeat(100_000);
    let kinds = [long_tag, long_cell, deep];
    for rows in &kinds {
        assert!(matches!(fault(&book(rows)), FileFault::Damaged { .. }));
    }
    let entities = r#"<!DOCTYPE x [<!ENTITY a "aaaa">]><sst><si><t>&a;</t></si></sst>"#;
    let bytes = book_of(&[("xl/sharedStrings.xml", entities)]);
    assert!(matches!(fault(&bytes), FileFault::Damaged { .. }));
    let formats = "<xf/>".repeat(100_000);
    let styles = STYLES.replace("<xf numFmtId=\"22\"/>", &formats);
    let bytes = book_of(&[("xl/styles.xml", &styles)]);
    assert!(matches!(fault(&bytes), FileFault::Damaged { .. }));
}

#[test]
fn rows_and_places_that_none_has_are_refused() {
    let back = r#"<row r="1"><c t="s"><v>0</v></c></row><row r="3"><c><v>1</v></c></row>
<row r="2"><c><v>1</v></c></row>"#;
    assert!(matches!(fault(&book(back)), FileFault::OutOfOrder { row: 2 }));
    for rows in [
        r#"<row r="0"/>"#,
        r#"<row r="1048577"/>"#,
        r#"<row r="99999999999999999999"/>"#,
        r#"<row r="1"><c r="XFE1"/></row>"#,
        r#"<row r="1"><c r="AAAAAAAAAAAAAAAAAAA1"/></row>"#,
        r#"<row r="1"><c r="12"/></row>"#,
        r#"<row r="1"><c><v>1"#,
    ] {
        assert!(matches!(fault(&book(rows)), FileFault::Damaged { .. }), "{rows}");
    }
    let missing = r#"<Relationships/>"#;
    let bytes = book_of(&[("xl/_rels/workbook.xml.rels", missing)]);
    assert!(matches!(fault(&bytes), FileFault::NoVisibleSheet));
}

#[test]
fn a_cell_that_is_too_long_gets_its_reason() {
    let long = "ё".repeat(32_768);
    let rows = format!(
        r#"<row><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>
<row><c t="str"><v>{long}</v></c><c><v>1</v></c></row><row><c><v>1</v></c></row>"#
    );
    let (_, rows) = read(&book(&rows), &Format::XLSX).unwrap();
    assert!(matches!(rows[0].cells[0], Cell::Broken { reason: Reason::CellTooLong { .. }, .. }));
    assert_eq!(rows.len(), 2);
}
