//! The way of one import.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use access::{Action, Permit, Right, Scope};
use db::{Command, CommandError, Db, Outcome, ReadPool, TenantTx};
use files::Files;
use identity::{Tenant, acting_scope};
use kernel::{ImportJobId, UserId, Uuid};
use sheets::Mapping;

use super::report::make_report;
use super::rows::{HandleRows, Step, WriteAll};
use crate::custom::{CustomColumn, custom_columns};
use crate::model::{ImportJob, ImportMode, ImportState, Phase, ReadImports};
use crate::queue::{changed, hold_leased};
use crate::source::{Source, Unusable};
use crate::store::{Ended, begin_writing, end, import_jobs_by_id, note_source, show_progress};

/// Tries of one chunk where others wrote the same records in the same moment.
const TRIES: usize = 5;
/// How often one long transaction tells how far it is.
const TOLD_EACH: Duration = Duration::from_secs(1);

/// A job in a worker's hands.
pub(super) struct Job<'a> {
    pub(super) db: &'a Db,
    pub(super) files: &'a Files,
    pub(super) tenant: &'a Tenant,
    /// The worker itself, which moves the job; the rows are written by whoever started it.
    pub(super) worker: &'a Scope,
    pub(super) id: ImportJobId,
    pub(super) lease: Uuid,
    pub(super) user: UserId,
}

impl Job<'_> {
    pub(super) async fn run(&self, scope: &Scope) -> Outcome<()> {
        let Some(job) = self.read().await? else { return Ok(()) };
        let custom = match self.custom(scope, &job).await {
            Err(CommandError::Forbidden(_)) => return self.end(ending::shut_out()).await,
            found => found?,
        };
        let source = match Source::open(self.files, self.tenant.id, job.clone(), custom).await {
            Ok(source) => source,
            Err(Unusable::Told(why)) => return self.end(ending::unusable(&why)).await,
            Err(Unusable::Fault(fault)) => return Err(fault.into()),
        };
        self.note(&source).await?;
        match self.rows(scope, &job, &source).await {
            Ok(None) => Ok(()),
            Ok(Some(state)) => self.finish(scope, &source, state).await,
            // He lost a right meanwhile, or a rule that holds for the whole file says no.
            Err(CommandError::Forbidden(_)) => self.end(ending::shut_out()).await,
            Err(CommandError::Refused(refusal)) => {
                self.end(ending::failed(refusal.text.clone())).await
            }
            Err(error) => Err(error),
        }
    }

    /// All rows: how it ended, or nothing where the job is another worker's by now.
    async fn rows(
        &self,
        scope: &Scope,
        job: &ImportJob,
        source: &Source,
    ) -> Outcome<Option<ImportState>> {
        let is_whole = job.mode == ImportMode::AllOrNothing;
        if !(is_whole && job.phase == Phase::Writing) {
            match self.each_chunk(job, source).await? {
                Step::Done => {}
                Step::Lost => return Ok(None),
                Step::Cancelled => return Ok(Some(ImportState::Cancelled)),
            }
        }
        if !is_whole {
            return Ok(Some(ImportState::Done));
        }
        let checked = self.read().await?;
        if checked.is_none_or(|job| job.rows_bad > 0) {
            return Ok(Some(ImportState::Rejected));
        }
        let permit = self.worker.permit::<BeginWriting>()?;
        self.db.write_as_job(&permit, &BeginWriting { id: self.id, lease: self.lease }).await?;
        let step = match self.write_all(scope, source).await {
            // It was stopped half-way: the transaction rolled back, and nothing is written.
            Err(CommandError::Refused(_)) if self.is_cancelled().await? => Step::Cancelled,
            done => done?,
        };
        Ok(match step {
            Step::Done => Some(ImportState::Done),
            Step::Lost => None,
            Step::Cancelled => Some(ImportState::Cancelled),
        })
    }

    /// Writes all rows in one transaction, and tells meanwhile how far it is.
    async fn write_all(&self, scope: &Scope, source: &Source) -> Outcome<Step> {
        let done = Arc::new(AtomicU64::new(0));
        let write = WriteAll {
            id: self.id,
            lease: self.lease,
            source: source.clone(),
            done: Arc::clone(&done),
        };
        let permit = scope.permit::<WriteAll>()?;
        tokio::select! {
            step = self.db.write_as_job(&permit, &write) => step,
            never = self.tell(&done) => match never {},
        }
    }

    /// Tells each second how many rows are done; the work goes on whether that is heard or not.
    async fn tell(&self, done: &AtomicU64) -> Infallible {
        let Ok(permit) = self.worker.permit::<ShowProgress>() else {
            return std::future::pending().await;
        };
        let mut before = 0;
        loop {
            tokio::time::sleep(TOLD_EACH).await;
            let rows = done.load(Ordering::Relaxed);
            if rows == before {
                continue;
            }
            before = rows;
            let show = ShowProgress { id: self.id, lease: self.lease, rows };
            if let Err(error) = self.db.write_as_job(&permit, &show).await {
                tracing::debug!(%self.id, %error, "progress was not told");
            }
        }
    }

    async fn is_cancelled(&self) -> Outcome<bool> {
        Ok(self.read().await?.is_some_and(|job| job.cancel_asked))
    }

    async fn each_chunk(&self, job: &ImportJob, source: &Source) -> Outcome<Step> {
        let mut chunks = source.chunks(job.position);
        while let Some(chunk) = chunks.recv().await {
            let chunk = chunk.map_err(|fault| ending::told(&fault.text()))?;
            // His rights as they are now: a right taken away stops the import.
            let scope = acting_scope(self.db, self.tenant, self.user).await?;
            let Some(scope) = scope else {
                return Err(access::Forbidden(Right::ImportRun).into());
            };
            let permit = scope.permit::<HandleRows>()?;
            let rows = HandleRows::new(self.id, self.lease, source.clone(), chunk);
            let step = self.try_rows(&permit, &rows).await?;
            if step != Step::Done {
                return Ok(step);
            }
        }
        Ok(Step::Done)
    }

    /// Others may write one of the same records in the same moment: then the chunk is looked at
    /// again, and sees what they wrote.
    async fn try_rows(&self, permit: &Permit<HandleRows>, rows: &HandleRows) -> Outcome<Step> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.db.write_as_job(permit, rows).await {
                Err(CommandError::Refused(refusal)) if tries < TRIES => {
                    tracing::debug!(%self.id, why = refusal.text.en, "a chunk is tried again");
                }
                done => return done,
            }
        }
    }

    async fn finish(&self, scope: &Scope, source: &Source, state: ImportState) -> Outcome<()> {
        let Some(job) = self.read().await? else { return Ok(()) };
        let report = if job.rows_bad > 0 { make_report(self, scope, source).await? } else { None };
        self.end(Ended { state, failure: None, report }).await
    }

    pub(super) async fn read(&self) -> Outcome<Option<ImportJob>> {
        let reader = self.db.reader(self.worker, ReadPool::Jobs);
        let permit = self.worker.permit::<ReadImports>()?;
        let found = import_jobs_by_id(&*reader.tx().await?, &permit, &[self.id]).await;
        reader.renew().await;
        Ok(found?.remove(&self.id))
    }

    /// The tenant's own columns that the file may have, as its starter sees them.
    async fn custom(&self, scope: &Scope, job: &ImportJob) -> Outcome<Vec<CustomColumn>> {
        let reader = self.db.reader(scope, ReadPool::Jobs);
        let permit = scope.permit::<ReadImports>()?;
        let found = custom_columns(&*reader.tx().await?, &permit, job.kind).await;
        reader.renew().await;
        found
    }

    async fn note(&self, source: &Source) -> Outcome<()> {
        let note = NoteSource {
            id: self.id,
            lease: self.lease,
            mapping: (*source.mapping).clone(),
            rows: source.rows,
        };
        self.db.write_as_job(&self.worker.permit::<NoteSource>()?, &note).await
    }

    pub(super) async fn end(&self, ended: Ended) -> Outcome<()> {
        let finish = EndImport { id: self.id, lease: self.lease, ended };
        self.db.write_as_job(&self.worker.permit::<EndImport>()?, &finish).await
    }
}

macro_rules! steps {
    ($($name:ident { $($field:ident: $kind:ty),* } $run:expr;)*) => {$(
        struct $name { id: ImportJobId, lease: Uuid, $($field: $kind),* }

        impl Action for $name {
            const RIGHT: Right = Right::ImportRun;
        }

        #[async_trait::async_trait]
        impl Command for $name {
            type Output = ();

            async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<()> {
                let held = hold_leased::<ImportJob, _>(tx, permit, self.id, self.lease).await?;
                let Some(job) = held else { return Ok(()) };
                tx.emit(changed::<ImportJob>(self.id, job.created_by));
                ($run)(self, tx, permit).await
            }
        }
    )*};
}

steps! {
    NoteSource { mapping: Mapping, rows: u64 }
        async |this: &NoteSource, tx, permit| {
            note_source(tx, permit, this.id, &this.mapping, this.rows).await
        };
    ShowProgress { rows: u64 }
        async |this: &ShowProgress, tx, permit| {
            show_progress(tx, permit, this.id, this.rows).await
        };
    BeginWriting {}
        async |this: &BeginWriting, tx, permit| begin_writing(tx, permit, this.id).await;
    EndImport { ended: Ended }
        async |this: &EndImport, tx, permit| end(tx, permit, this.id, &this.ended).await;
}

/// How imports end badly.
pub(super) mod ending {
    use kernel::{Refusal, RefusalCode, Text};

    use crate::model::ImportState;
    use crate::store::Ended;

    pub(in crate::work) fn failed(text: Text) -> Ended {
        Ended { state: ImportState::Failed, failure: Some(text), report: None }
    }

    pub(in crate::work) fn unusable(why: &[Text]) -> Ended {
        let joined = |get: fn(&Text) -> &str| why.iter().map(get).collect::<Vec<_>>().join("; ");
        failed(Text::new(joined(|text| &text.en), joined(|text| &text.ru)))
    }

    pub(in crate::work) fn given_up() -> Ended {
        failed(Text::new(
            "The import broke off several times and was given up.",
            "Загрузка несколько раз прерывалась и снята.",
        ))
    }

    pub(in crate::work) fn shut_out() -> Ended {
        failed(Text::new(
            "Whoever started the import may not write such records any more.",
            "У начавшего загрузку больше нет права записывать такие данные.",
        ))
    }

    /// A file that cannot be read to its end, as a refusal of the whole.
    pub(in crate::work) fn told(text: &Text) -> Refusal {
        Refusal::new(RefusalCode::Invalid, text.en.clone(), text.ru.clone())
    }
}
