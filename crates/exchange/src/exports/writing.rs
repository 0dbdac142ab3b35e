//! Rows into a file of this machine, and the file into the store. A thread that may block writes
//! while the next page is read; rows that wait are a page.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, Write};

use bytes::Bytes;
use db::{CommandError, Fault};
use files::{Files, Made, StoreFault, Stored, Upload, UploadError};
use kernel::{TenantId, Text};
use sheets::{
    ByteOrderMark, Cell, CsvLayout, LONGEST_CELL_CHARS, Layout, Letters, WriteFault, Writer,
    XlsxLayout,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::listing::ListRow;
use super::model::{ExportFormat, ExportJob, WrittenEncoding};
use super::run::Stop;

/// Pages that wait: one is read while another is written.
const PAGES_AHEAD: usize = 1;
/// Bytes sent at once.
const PIECE: usize = 64 << 10;
/// The largest file that is kept, in bytes.
const LARGEST: u64 = 1 << 30;

/// A file being written by a thread of its own.
pub(super) struct FileWriter {
    rows: mpsc::Sender<Vec<ListRow>>,
    thread: JoinHandle<Result<File, WriteFault>>,
}

impl FileWriter {
    pub(super) fn begin(job: &ExportJob, header: Vec<String>) -> Result<Self, Fault> {
        let broken = |error| Fault::broken(format!("an export cannot be written: {error}"));
        let file = tempfile::tempfile().map_err(broken)?;
        let (rows, mut pages) = mpsc::channel(PAGES_AHEAD);
        let layout = layout(job);
        let thread = tokio::task::spawn_blocking(move || {
            let mut target = Target::begin(file.try_clone()?, layout.as_ref(), &header)?;
            while let Some(page) = pages.blocking_recv() {
                for row in page {
                    target.write(row)?;
                }
                if file.metadata()?.len() > LARGEST {
                    return Err(WriteFault::Io(std::io::ErrorKind::FileTooLarge.into()));
                }
            }
            target.finish()?;
            Ok(file)
        });
        Ok(Self { rows, thread })
    }

    pub(super) async fn write(&mut self, rows: Vec<ListRow>) -> Result<(), Stop> {
        if self.rows.send(rows).await.is_ok() {
            return Ok(());
        }
        // The thread has ended, which it does by itself for a fault alone.
        match (&mut self.thread).await {
            Ok(Err(fault)) => Err(stop(fault)),
            Ok(Ok(_)) => Err(Fault::broken("an export's file ended early").into()),
            Err(error) => Err(Fault::broken(format!("an export's file stopped: {error}")).into()),
        }
    }

    pub(super) async fn finish(self) -> Result<File, Stop> {
        let Self { rows, thread } = self;
        drop(rows);
        match thread.await {
            Ok(written) => written.map_err(stop),
            Err(error) => Err(Fault::broken(format!("an export's file stopped: {error}")).into()),
        }
    }
}

fn stop(fault: WriteFault) -> Stop {
    match fault {
        WriteFault::Io(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
            Stop::Told(too_large())
        }
        WriteFault::Io(error) => {
            Stop::Fault(Fault::broken(format!("an export cannot be written: {error}")).into())
        }
        other => Stop::Told(other.text()),
    }
}

fn too_large() -> Text {
    Text::new(
        "The file is larger than 1 GiB: choose fewer rows by a filter, or fewer columns.",
        "Файл больше 1 ГиБ: сузьте выгрузку фильтром или возьмите меньше столбцов.",
    )
}

/// None for JSON.
fn layout(job: &ExportJob) -> Option<Layout> {
    let options = job.options;
    let decimal = options.decimal.unwrap_or_default();
    match job.format {
        ExportFormat::Jsonl => None,
        ExportFormat::Xlsx => Some(Layout::Xlsx(XlsxLayout {
            // A field's name holds letters and digits alone.
            sheet: job.list.chars().take(31).collect(),
            folder: None,
            decimal,
        })),
        ExportFormat::Csv => {
            let encoding = options.encoding.unwrap_or(WrittenEncoding::Utf8WithMark);
            let (letters, mark) = match encoding {
                WrittenEncoding::Utf8WithMark => (Letters::Utf8, ByteOrderMark::Written),
                WrittenEncoding::Utf8 => (Letters::Utf8, ByteOrderMark::Omitted),
                WrittenEncoding::Windows1251 => (Letters::Windows1251, ByteOrderMark::Omitted),
            };
            let separator = options.separator.unwrap_or_default();
            Some(Layout::Csv(CsvLayout { letters, mark, separator, decimal }))
        }
    }
}

enum Target {
    Table(Box<Writer>),
    Lines { lines: BufWriter<File>, is_empty: bool },
}

impl Target {
    fn begin(file: File, layout: Option<&Layout>, header: &[String]) -> Result<Self, WriteFault> {
        Ok(match layout {
            Some(layout) => Self::Table(Box::new(Writer::begin(file, layout, header)?)),
            None => Self::Lines { lines: BufWriter::with_capacity(PIECE, file), is_empty: true },
        })
    }

    fn write(&mut self, row: ListRow) -> Result<(), WriteFault> {
        match (self, row) {
            (Self::Table(writer), ListRow::Cells(mut cells)) => {
                cells.iter_mut().for_each(cut);
                writer.write(&cells)
            }
            (Self::Lines { lines, is_empty }, ListRow::Json(line)) => {
                *is_empty = false;
                lines.write_all(line.as_bytes())?;
                Ok(lines.write_all(b"\n")?)
            }
            _ => Err(WriteFault::Workbook("a row of another form".to_owned())),
        }
    }

    fn finish(self) -> Result<(), WriteFault> {
        match self {
            Self::Table(writer) => writer.finish(),
            Self::Lines { mut lines, is_empty } => {
                // The store keeps no file without a byte.
                if is_empty {
                    lines.write_all(b"\n")?;
                }
                Ok(lines.flush()?)
            }
        }
    }
}

/// A text that no cell holds ends with an ellipsis: one long comment must not keep a list from
/// being written.
fn cut(cell: &mut Cell) {
    let Cell::Text(text) = cell else { return };
    if text.len() <= LONGEST_CELL_CHARS {
        return;
    }
    if let Some((end, _)) = text.char_indices().nth(LONGEST_CELL_CHARS) {
        let kept = text[..end].char_indices().next_back().map_or(0, |(last, _)| last);
        text.truncate(kept);
        text.push('…');
    }
}

/// Puts the file into the store.
pub(super) async fn keep(
    files: &Files,
    tenant: TenantId,
    job: &ExportJob,
    name: String,
    mut file: File,
) -> Result<Stored, Stop> {
    let content_type = match job.format {
        ExportFormat::Csv => "text/csv",
        ExportFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ExportFormat::Jsonl => "application/x-ndjson",
    };
    let made = Made { content_type, limit_bytes: LARGEST };
    let sending = async {
        file.rewind().map_err(unreadable)?;
        let mut upload = Upload::begin_made(files, tenant, &name, made).await?;
        let mut buffer = vec![0; PIECE];
        loop {
            let read = file.read(&mut buffer).map_err(unreadable)?;
            if read == 0 {
                return upload.finish().await;
            }
            upload.write(&Bytes::copy_from_slice(&buffer[..read])).await?;
        }
    };
    sending.await.map_err(|error: UploadError| match error {
        UploadError::Refused(refusal) => CommandError::Refused(refusal).into(),
        other => Fault::broken(format!("an export could not be kept: {other}")).into(),
    })
}

fn unreadable(error: std::io::Error) -> UploadError {
    UploadError::Store(StoreFault::Folder { path: "export".into(), source: error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_no_cell_holds_is_cut_with_a_sign() {
        for (length, is_cut) in [(LONGEST_CELL_CHARS, false), (LONGEST_CELL_CHARS + 1, true)] {
            let mut cell = Cell::text("ы".repeat(length));
            cut(&mut cell);
            let Cell::Text(text) = cell else { panic!() };
            assert_eq!(text.chars().count(), LONGEST_CELL_CHARS);
            assert_eq!(text.ends_with('…'), is_cut);
        }
    }
}
