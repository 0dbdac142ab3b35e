//! Anything at all may be sent: nothing panics, and no bound is passed.

use proptest::prelude::*;

use super::{STYLES, TEXTS, WORKBOOK, book_of, read_within};
use crate::{Cell, Encoding, Format, Limits, Row, Separator};

fn small() -> Limits {
    Limits { columns: 8, cell_chars: 20, row_bytes: 100, rows: 50, ..Limits::default() }
}

fn within_bounds(rows: &[Row]) -> bool {
    rows.iter().all(|row| {
        let mut bytes = 0;
        let cells_fit = row.cells.iter().all(|cell| match cell {
            Cell::Text(text) => {
                bytes += text.len();
                text.chars().count() <= 20 && !text.contains('\0')
            }
            Cell::Broken { shown, .. } => shown.chars().count() <= 200,
            _ => true,
        });
        cells_fit && row.cells.len() <= 8 && bytes <= 100 && row.number <= 50
    })
}

fn try_reading(bytes: &[u8], format: &Format) -> bool {
    read_within(bytes, format, small()).is_ok_and(|(_, rows)| !within_bounds(&rows))
}

fn sheet() -> String {
    let rows: String = (1..=6)
        .map(|n| {
            format!(
                r#"<row r="{n}"><c r="A{n}" t="s"><v>1</v></c><c r="B{n}" s="1"><v>{n}46.5</v></c>
<c r="C{n}" t="inlineStr"><is><t>x_x000D_&amp;</t></is></c><c s="2"><f>A1</f><v>1E3</v></c></row>"#
            )
        })
        .collect();
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")
}

/// The text with some of its characters exchanged.
fn spoiled(text: &str, changes: &[(prop::sample::Index, char)]) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for (place, character) in changes {
        let at = place.index(characters.len());
        characters[at] = *character;
    }
    characters.into_iter().collect()
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, char)>> {
    let signs = prop::sample::select("<>/&;\"'=ctsvr0189AZ_x \0ё".chars().collect::<Vec<_>>());
    prop::collection::vec((any::<prop::sample::Index>(), signs), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_as_text(bytes in prop::collection::vec(any::<u8>(), 0..600),
                         encoding in prop::option::of(0_usize..4)) {
        let encodings =
            [Encoding::Utf8, Encoding::Windows1251, Encoding::Utf16Le, Encoding::Utf16Be];
        let encoding = encoding.map(|index| encodings[index]);
        let format = Format::Csv { encoding, separator: None };
        prop_assert!(!try_reading(&bytes, &format));
    }

    #[test]
    fn any_signs_of_csv(text in "[a\",;\r\n\t\0ё']{0,300}") {
        let format = Format::Csv { encoding: None, separator: Some(Separator::Comma) };
        prop_assert!(!try_reading(text.as_bytes(), &format));
    }

    #[test]
    fn any_bytes_as_a_workbook(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(!try_reading(&bytes, &Format::XLSX));
        let headed = [&b"PK\x03\x04"[..], &bytes, b"PK\x05\x06", &bytes].concat();
        prop_assert!(!try_reading(&headed, &Format::XLSX));
    }

    #[test]
    fn a_workbook_with_spoiled_bytes(places in prop::collection::vec(
            (any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = book_of(&[("xl/worksheets/sheet2.xml", &sheet())]);
        for (place, byte) in places {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        prop_assert!(!try_reading(&bytes, &Format::XLSX));
    }

    #[test]
    fn a_workbook_with_spoiled_parts(rows in changes(), texts in changes(), styles in changes(),
                                     list in changes(), which in 0_u8..16) {
        let one = |bit: u8, text: &str, by: &[_]| {
            if which >> bit & 1 == 1 { spoiled(text, by) } else { text.to_owned() }
        };
        let bytes = book_of(&[
            ("xl/worksheets/sheet2.xml", &one(0, &sheet(), &rows)),
            ("xl/sharedStrings.xml", &one(1, TEXTS, &texts)),
            ("xl/styles.xml", &one(2, STYLES, &styles)),
            ("xl/workbook.xml", &one(3, WORKBOOK, &list)),
        ]);
        prop_assert!(!try_reading(&bytes, &Format::XLSX));
    }
}
