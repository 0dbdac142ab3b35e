//! Rows a second, read and written: half a million of six columns.

#![allow(clippy::unwrap_used, reason = "a bench that cannot run ends")]

use std::fs::File;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kernel::Decimal;
use sheets::{Cell, CsvLayout, DecimalMark, Format, Layout, Limits, Sheet, Writer, XlsxLayout};

const ROWS: u32 = 500_000;

fn write_rows(path: &Path, layout: &Layout) {
    let header = ["sku", "name", "price", "vat", "since", "active"].map(str::to_owned);
    let mut writer = Writer::begin(File::create(path).unwrap(), layout, &header).unwrap();
    let since = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    for row in 0..ROWS {
        let cells = [
            Cell::Text(format!("SKU-{row:07}")),
            Cell::Text(format!("Товар номер {row}, в коробке")),
            Cell::Number(Decimal::new(i64::from(row) * 7 + 1, 2)),
            Cell::Percent(Decimal::from(20)),
            Cell::Date(since),
            Cell::Bool(row % 2 == 0),
        ];
        writer.write(&cells).unwrap();
    }
    writer.finish().unwrap();
}

fn read_rows(path: &Path, format: &Format) {
    let mut sheet = Sheet::open(path, format, Limits::default()).unwrap();
    assert_eq!(sheet.rows().unwrap().flatten().count(), ROWS as usize);
}

fn rows(bench: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let xlsx = XlsxLayout { sheet: "Rows".into(), folder: None, decimal: DecimalMark::Comma };
    let kinds = [
        ("csv", Layout::Csv(CsvLayout::default()), Format::CSV),
        ("xlsx", Layout::Xlsx(xlsx), Format::XLSX),
    ];
    let mut group = bench.benchmark_group("rows");
    group.throughput(Throughput::Elements(u64::from(ROWS))).sample_size(10);
    for (ending, layout, format) in kinds {
        let path: PathBuf = folder.path().join(format!("rows.{ending}"));
        group.bench_function(format!("write {ending}"), |b| b.iter(|| write_rows(&path, &layout)));
        group.bench_function(format!("read {ending}"), |b| b.iter(|| read_rows(&path, &format)));
    }
    group.finish();
}

criterion_group!(benches, rows);
criterion_main!(benches);
