//! The crate tried as its callers use it: files in, rows out, and back.

mod csv_files;
mod garbage;
mod memory;
mod round_trip;
mod xlsx_files;
mod xlsx_refused;

use std::fs::File;
use std::io::Write;

use zip::write::{SimpleFileOptions, ZipWriter};

use crate::{Cell, FileFault, Format, Limits, Row, Sheet};

/// The bytes as an upload without a name.
pub(super) fn spool(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

pub(super) fn open(bytes: &[u8], format: &Format) -> Result<Sheet, FileFault> {
    Sheet::from_file(spool(bytes), format, Limits::default())
}

/// Header and rows, or why the file stops.
pub(super) fn read_within(
    bytes: &[u8],
    format: &Format,
    limits: Limits,
) -> Result<(Vec<String>, Vec<Row>), FileFault> {
    let mut sheet = Sheet::from_file(spool(bytes), format, limits)?;
    let rows = sheet.rows()?;
    let header = rows.header().to_vec();
    Ok((header, rows.collect::<Result<_, _>>()?))
}

pub(super) fn read(bytes: &[u8], format: &Format) -> Result<(Vec<String>, Vec<Row>), FileFault> {
    read_within(bytes, format, Limits::default())
}

pub(super) fn text(text: &str) -> Cell {
    Cell::text(text)
}

pub(super) const WORKBOOK: &str = r#"<workbook xmlns:r="r"><workbookPr/><sheets>
<sheet name="Hidden" sheetId="1" state="hidden" r:id="rId1"/>
<sheet name="Товары" sheetId="2" r:id="rId2"/>
<sheet name="Chart" sheetId="3" r:id="rId5"/></sheets></workbook>"#;

const ROOT: &str = r#"<Relationships><Relationship Id="a"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
 Target="xl/workbook.xml"/></Relationships>"#;

pub(super) const RELATED: &str = r#"<Relationships>
<Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="x/worksheet" Target="/xl/worksheets/sheet2.xml"/>
<Relationship Id="rId3" Type="x/sharedStrings" Target="sharedStrings.xml"/>
<Relationship Id="rId4" Type="x/styles" Target="../xl/styles.xml"/>
<Relationship Id="rId5" Type="x/chartsheet" Target="chartsheets/sheet1.xml"/>
</Relationships>"#;

pub(super) const STYLES: &str = r#"<styleSheet><numFmts>
<numFmt numFmtId="164" formatCode="dd\.mm\.yyyy"/><numFmt numFmtId="165" formatCode="0.0%"/>
</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>
<xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="22"/></cellXfs></styleSheet>"#;

pub(super) const TEXTS: &str = r#"<sst uniqueCount="99999999999999999"><si><t>Имя</t></si>
<si><r><t xml:space="preserve">Ёж </t></r><r><t>&amp; Ко</t></r><rPh sb="0" eb="1"><t>aid</t></rPh></si>
<si><t>a_x000D_b</t></si></sst>"#;

/// A workbook whose second, first visible sheet has these rows.
pub(super) fn book(rows: &str) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    book_of(&[("xl/worksheets/sheet2.xml", &sheet)])
}

/// A workbook with these parts in place of, or beside, the usual ones.
pub(super) fn book_of(parts: &[(&str, &str)]) -> Vec<u8> {
    let hidden = r#"<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>secret</v></c></row>
</sheetData></worksheet>"#;
    let usual = [
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", RELATED),
        ("xl/styles.xml", STYLES),
        ("xl/sharedStrings.xml", TEXTS),
        ("xl/worksheets/sheet1.xml", hidden),
    ];
    let given = |name: &str| parts.iter().any(|(own, _)| *own == name);
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in usual.iter().filter(|(name, _)| !given(name)).chain(parts) {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
