//! Memory does not grow with the file: a process of its own reads half a million rows and tells
//! the most that it ever held.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use kernel::Decimal;

use zip::write::{SimpleFileOptions, ZipWriter};

use super::{RELATED, book_of, text};
use crate::{Cell, CsvLayout, DecimalMark, Format, Layout, Limits, Sheet, Writer, XlsxLayout};

const FILE: &str = "SHEETS_TEST_FILE";

fn write_rows(path: &Path, layout: &Layout, rows: u32) {
    let header = ["sku", "name", "price"].map(str::to_owned);
    let mut writer = Writer::begin(File::create(path).unwrap(), layout, &header).unwrap();
    for row in 0..rows {
        let price = Cell::Number(Decimal::new(i64::from(row) * 7 + 1, 2));
        let name = format!("Товар номер {row}, в коробке");
        writer.write(&[text(&format!("SKU-{row:07}")), text(&name), price]).unwrap();
    }
    writer.finish().unwrap();
}

/// A workbook whose one column names another shared text in each row, as Excel writes it.
fn write_shared(path: &Path, rows: u32) -> u64 {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    let related = RELATED.replace("sharedStrings.xml", "sharedStrings2.xml");
    let bytes = book_of(&[("xl/_rels/workbook.xml.rels", &related)]);
    let usual = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    zip.merge_archive(usual).unwrap();
    let mut letters = 0;
    for (part, open, close) in [
        ("xl/sharedStrings2.xml", "<sst>", "</sst>"),
        ("xl/worksheets/sheet2.xml", "<worksheet><sheetData>", "</sheetData></worksheet>"),
    ] {
        zip.start_file(part, SimpleFileOptions::default()).unwrap();
        zip.write_all(open.as_bytes()).unwrap();
        for row in 0..rows {
            let text = format!("Товар номер {row}, в коробке");
            let line = if part.contains("shared") {
                letters += text.len() as u64;
                format!("<si><t>{text}</t></si>")
            } else {
                let number = row + 1;
                format!(r#"<row r="{number}"><c r="A{number}" t="s"><v>{row}</v></c></row>"#)
            };
            zip.write_all(line.as_bytes()).unwrap();
        }
        zip.write_all(close.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    letters
}

/// The one part that is kept: its letters once more while the text grows, and little else.
#[test]
fn shared_texts_cost_their_letters() {
    let folder = tempfile::tempdir().unwrap();
    let [(_, few), (letters, many)] = [5_000, 500_000].map(|rows| {
        let path = folder.path().join(format!("{rows}.xlsx"));
        let letters = write_shared(&path, rows);
        let (read, peak_kib) = read_apart(&path);
        assert_eq!(read, rows - 1);
        println!("shared texts: {rows} rows, {} KiB of letters, {peak_kib} KiB", letters >> 10);
        (letters, peak_kib)
    });
    assert!(many - few < 3 * (letters >> 10), "{few} KiB, then {many} KiB");
}

/// Runs in the process of its own; does nothing otherwise.
#[test]
fn reads_the_named_file() {
    let Ok(path) = std::env::var(FILE) else { return };
    let format = if path.ends_with("csv") { Format::CSV } else { Format::XLSX };
    let mut sheet = Sheet::open(Path::new(&path), &format, Limits::default()).unwrap();
    let rows = sheet.rows().unwrap().map(|row| assert!(row.unwrap().fault.is_none())).count();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    println!("rows={rows} peak={}", peak.trim());
}

/// Rows read, and the most memory held, in KiB.
fn read_apart(path: &Path) -> (u32, u64) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::memory::reads_the_named_file", "--nocapture"])
        .env(FILE, path)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let number = |name: &str| {
        let rest = said.split_once(name).unwrap_or_else(|| panic!("{said}")).1;
        rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse::<u64>().unwrap()
    };
    (u32::try_from(number("rows=")).unwrap(), number("peak="))
}

#[test]
fn half_a_million_rows_take_no_more_memory_than_five_thousand() {
    let folder = tempfile::tempdir().unwrap();
    let csv = Layout::Csv(CsvLayout::default());
    let xlsx = Layout::Xlsx(XlsxLayout {
        sheet: "Товары".into(),
        folder: None,
        decimal: DecimalMark::Comma,
    });
    for (layout, ending) in [(csv, "csv"), (xlsx, "xlsx")] {
        let [few, many] = [5_000, 500_000].map(|rows| {
            let path = folder.path().join(format!("{rows}.{ending}"));
            write_rows(&path, &layout, rows);
            let (read, peak_kib) = read_apart(&path);
            assert_eq!(read, rows);
            println!("{ending}: {rows} rows, {peak_kib} KiB");
            peak_kib
        });
        assert!(many < few + 4_096, "{ending}: {few} KiB, then {many} KiB");
    }
}
