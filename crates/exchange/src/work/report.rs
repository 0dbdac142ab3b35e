//! The bad rows as a file: what a person mends and sends again.

use access::Scope;
use bytes::Bytes;
use db::{CommandError, Fault, Outcome, ReadPool};
use files::{Attach, AttachmentKind, Files, Stored, Upload, UploadError};
use kernel::{AttachmentId, TenantId};
use sheets::{CsvLayout, FileFault, Layout, Report, WriteFault, XlsxLayout};
use std::fs::File;
use std::io::{Read, Seek};
use tokio::sync::mpsc;

use super::run::Job;
use crate::model::ReadImports;
use crate::source::Source;
use crate::store::faults_after;
use crate::subjects::OfImport;

/// Faults read at once.
const BATCH: i64 = 2_000;
/// Bytes sent at once.
const PIECE: usize = 64 << 10;

/// Writes the report and hangs it on the job; none where the store does not take it, since the
/// rows themselves are written and told.
pub(super) async fn make_report(
    job: &Job<'_>,
    scope: &Scope,
    source: &Source,
) -> Outcome<Option<AttachmentId>> {
    let (sender, receiver) = mpsc::channel(2);
    let writing = source.clone();
    let written = tokio::task::spawn_blocking(move || write(&writing, receiver));
    send_faults(job, sender).await?;
    let file = match written.await {
        Ok(Ok(file)) => file,
        Ok(Err(why)) => return Err(Fault::broken(format!("a report: {why}")).into()),
        Err(error) => return Err(Fault::broken(format!("a report stopped: {error}")).into()),
    };
    let name = report_name(&source.job().file_name);
    let stored = match store(job.files, job.tenant.id, &name, file).await {
        Ok(stored) => stored,
        Err(error) => {
            tracing::warn!(%error, "the report of an import could not be kept");
            return Ok(None);
        }
    };
    let permit = scope.permit::<Attach<OfImport>>()?;
    let attach = Attach::<OfImport>::new(job.id.0, AttachmentKind::File, stored);
    match job.db.write_as_job(&permit, &attach).await {
        Ok(attached) => Ok(Some(attached.id)),
        Err(CommandError::Refused(refusal)) => {
            tracing::warn!(why = refusal.text.en, "the report of an import was refused");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

async fn send_faults(job: &Job<'_>, sender: mpsc::Sender<sheets::Fault>) -> Outcome<()> {
    let permit = job.worker.permit::<ReadImports>()?;
    let mut after = (0, 0);
    loop {
        let reader = job.db.reader(job.worker, ReadPool::Jobs);
        let found = faults_after(&*reader.tx().await?, &permit, job.id, after, BATCH).await;
        reader.renew().await;
        let (faults, last) = found?;
        if faults.is_empty() {
            return Ok(());
        }
        after = last;
        for fault in faults {
            if sender.send(fault).await.is_err() {
                return Ok(());
            }
        }
    }
}

/// Walks through the file and the faults side by side: both go downward.
fn write(source: &Source, mut faults: mpsc::Receiver<sheets::Fault>) -> Result<File, WriteFault> {
    let file = tempfile::tempfile()?;
    let layout = match source.notation() {
        Some(notation) => Layout::Csv(CsvLayout::like(notation, source.decimal())),
        None => Layout::Xlsx(XlsxLayout {
            sheet: "Import".to_owned(),
            folder: None,
            decimal: source.decimal(),
        }),
    };
    let language = source.job().language;
    let mut report = Report::begin(file.try_clone()?, &layout, &source.header, language)?;
    let mut next = faults.blocking_recv();
    let read = source.with_sheet(|sheet| {
        for row in sheet.rows()? {
            let row = row?;
            let mut of_row = Vec::new();
            while let Some(fault) = next.take_if(|fault| fault.row <= row.number) {
                of_row.push(fault);
                next = faults.blocking_recv();
            }
            if !of_row.is_empty()
                && let Err(fault) = report.write(&source.header, &row, &of_row)
            {
                return Ok(Err(fault));
            }
            if next.is_none() {
                break;
            }
        }
        Ok(Ok(()))
    });
    read.map_err(unreadable)??;
    report.finish()?;
    Ok(file)
}

fn unreadable(fault: FileFault) -> WriteFault {
    WriteFault::Io(std::io::Error::other(fault.to_string()))
}

fn report_name(file: &str) -> String {
    // `.txt` is text with separators, and so is its report.
    let (stem, end) = match file.rsplit_once('.') {
        Some((stem, end)) if end.eq_ignore_ascii_case("xlsx") => (stem, "xlsx"),
        Some((stem, _)) => (stem, "csv"),
        None => (file, "csv"),
    };
    let stem: String = stem.chars().take(100).collect();
    format!("{stem} - errors.{end}")
}

async fn store(
    files: &Files,
    tenant: TenantId,
    name: &str,
    mut file: File,
) -> Result<Stored, UploadError> {
    let failed = |error: std::io::Error| {
        UploadError::Store(files::StoreFault::Folder { path: "report".into(), source: error })
    };
    file.rewind().map_err(failed)?;
    let mut upload = Upload::begin(files, tenant, name).await?;
    let mut buffer = vec![0; PIECE];
    loop {
        let read = file.read(&mut buffer).map_err(failed)?;
        if read == 0 {
            return upload.finish().await;
        }
        upload.write(&Bytes::copy_from_slice(&buffer[..read])).await?;
    }
}
