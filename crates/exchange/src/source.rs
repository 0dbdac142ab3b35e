//! The file on this machine, for as long as it is read, and its rows in chunks.

use std::fs::File;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use db::Fault;
use files::Files;
use futures::TryStreamExt;
use kernel::{TenantId, Text};
use sheets::{Cell, FileFault, Format, Limits, Mapping, Reading, Sheet};
use tokio::sync::mpsc;

use crate::custom::{CustomColumn, Titles, all_fields, in_use};
use crate::fields::obstacles;
use crate::model::ImportJob;
use crate::reading::{Chunk, Notes, Reader};

/// Rows written in one transaction: some tenths of a second of work.
const CHUNK_ROWS: u64 = 2_000;
/// A chunk of wide rows ends earlier: this bounds the memory, in bytes of text.
const CHUNK_BYTES: usize = 4 << 20;
/// Chunks that wait: one is read while another is written.
const CHUNKS_AHEAD: usize = 1;

/// Why a file cannot be brought in.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// It cannot be read, or its header does not fit.
    Told(Vec<Text>),
    /// The machinery failed.
    Fault(Fault),
}

impl From<FileFault> for Unusable {
    fn from(fault: FileFault) -> Self {
        Self::Told(vec![fault.text()])
    }
}

impl From<std::io::Error> for Unusable {
    fn from(error: std::io::Error) -> Self {
        Self::Fault(Fault::broken(format!("a file could not be kept for reading: {error}")))
    }
}

/// The file with what is known of it.
#[derive(Clone)]
pub(crate) struct Source {
    sheet: Arc<Mutex<Sheet>>,
    pub(crate) header: Arc<Vec<String>>,
    pub(crate) mapping: Arc<Mapping>,
    reading: Reading,
    /// The tenant's own columns that the file has.
    custom: Arc<[CustomColumn]>,
    job: Arc<ImportJob>,
    /// Rows below the header.
    pub(crate) rows: u64,
}

impl Source {
    /// Fetches the file, reads its header and counts its rows: what is wrong with the file as a
    /// whole is known before the first row is written. `custom`: the columns of the tenant's own
    /// that it may have.
    pub(crate) async fn open(
        files: &Files,
        tenant: TenantId,
        job: ImportJob,
        custom: Vec<CustomColumn>,
    ) -> Result<Self, Unusable> {
        let mut file = tempfile::tempfile()?;
        let failed =
            |error| Unusable::Fault(Fault::broken(format!("a file is not there: {error}")));
        let mut pieces = files.read(tenant, job.file_id, None).await.map_err(failed)?;
        while let Some(piece) = pieces.try_next().await.map_err(failed)? {
            file.write_all(&piece)?;
        }
        let work = tokio::task::spawn_blocking(move || Self::look(file, job, custom));
        work.await.map_err(|error| Unusable::Fault(stopped(&error)))?
    }

    fn look(file: File, job: ImportJob, custom: Vec<CustomColumn>) -> Result<Self, Unusable> {
        let options = &job.options;
        let is_workbook = job.file_name.to_lowercase().ends_with(".xlsx");
        let format = if is_workbook {
            Format::Xlsx { sheet: options.sheet.clone() }
        } else {
            Format::Csv { encoding: options.encoding, separator: options.separator }
        };
        let mut sheet = Sheet::from_file(file, &format, Limits::default())?;
        let reading = Reading {
            decimal: options.decimal.unwrap_or_default(),
            dates: options.dates.unwrap_or_default(),
            serials: sheet.serials(),
        };
        let mut rows = sheet.rows()?;
        let header = rows.header().to_vec();
        let titles = Titles::of(&custom);
        let known = all_fields(job.kind, &custom, &titles, &job.columns);
        let mut mapping = Mapping::with_profile(&header, &known, &job.columns);
        mapping.missing.retain(|field| !options.values.contains_key(field));
        let given = |field: &str| options.values.contains_key(field);
        let found = obstacles(job.kind, &mapping, given);
        if !found.is_empty() {
            return Err(Unusable::Told(found));
        }
        let mut count = 0;
        for row in &mut rows {
            row?;
            count += 1;
        }
        drop(rows);
        let custom = in_use(&custom, &mapping, &options.values);
        Ok(Self {
            sheet: Arc::new(Mutex::new(sheet)),
            header: Arc::new(header),
            mapping: Arc::new(mapping),
            reading,
            custom: custom.into(),
            job: Arc::new(job),
            rows: count,
        })
    }

    /// The rows after a place, in chunks, read in a thread that may block. Dropping the receiver
    /// ends the reading.
    pub(crate) fn chunks(&self, after: u64) -> mpsc::Receiver<Result<Chunk, FileFault>> {
        let (sender, receiver) = mpsc::channel(CHUNKS_AHEAD);
        let source = self.clone();
        tokio::task::spawn_blocking(move || {
            if let Err(fault) = source.send_chunks(after, &sender) {
                // An error says that nobody waits for it any more.
                let _ = sender.blocking_send(Err(fault));
            }
        });
        receiver
    }

    fn send_chunks(
        &self,
        after: u64,
        sender: &mpsc::Sender<Result<Chunk, FileFault>>,
    ) -> Result<(), FileFault> {
        // A reading that panicked left nothing half-done: each one begins anew.
        let mut sheet = self.sheet.lock().unwrap_or_else(PoisonError::into_inner);
        let values = self.job.options.values.iter();
        let mut reader = Reader::new(Notes {
            kind: self.job.kind,
            header: self.header.to_vec(),
            mapping: (*self.mapping).clone(),
            reading: self.reading,
            custom: Arc::clone(&self.custom),
            values: values.map(|(field, text)| (field.clone(), Cell::text(text))).collect(),
        });
        let (mut chunk, mut bytes) = (reader.empty(), 0);
        for row in sheet.rows()? {
            let row = row?;
            if row.number <= after {
                // Read again for its keys alone.
                let mut past = reader.empty();
                reader.take(&row, &mut past);
                continue;
            }
            bytes += row.cells.iter().map(|cell| cell.shown().len()).sum::<usize>();
            reader.take(&row, &mut chunk);
            if chunk.read >= CHUNK_ROWS || bytes >= CHUNK_BYTES {
                bytes = 0;
                let full = std::mem::replace(&mut chunk, reader.empty());
                if sender.blocking_send(Ok(full)).is_err() {
                    return Ok(());
                }
            }
        }
        if chunk.read > 0 {
            let _ = sender.blocking_send(Ok(chunk));
        }
        Ok(())
    }

    /// Works on the sheet in a thread that may block.
    pub(crate) fn with_sheet<T>(
        &self,
        work: impl FnOnce(&mut Sheet) -> Result<T, FileFault>,
    ) -> Result<T, FileFault> {
        work(&mut self.sheet.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn decimal(&self) -> sheets::DecimalMark {
        self.reading.decimal
    }

    pub(crate) fn notation(&self) -> Option<sheets::Notation> {
        self.sheet.lock().unwrap_or_else(PoisonError::into_inner).notation()
    }

    pub(crate) fn job(&self) -> &ImportJob {
        &self.job
    }
}

fn stopped(error: &tokio::task::JoinError) -> Fault {
    Fault::broken(format!("the reading of a file stopped: {error}"))
}
