//! The way of one export: pages from the list to the file, the file to the store, and its row
//! with the end of the job.

use std::time::{Duration, Instant};

use access::{Action, Actor, Permit, Right, Scope};
use db::{Command, CommandError, Db, Outcome, ReadPool, TenantTx};
use files::{Attach, AttachmentKind, Files, Stored};
use identity::{Tenant, acting_scope_of};
use kernel::{ExportJobId, Text, Uuid};

use super::listing::{ExportListing, ExportLists, ListFault, Wanted};
use super::model::{ExportJob, Headings, ReadExports};
use super::rights::RightsUsed;
use super::store::{Progress, complete, export_jobs_by_id, give_up, note_progress, note_rights};
use super::subject::OfExport;
use super::writing::{FileWriter, keep};
use crate::queue::{changed, hold_leased};

/// Progress is told, and rights and a wish to stop are looked at, so often.
const LOOKED_EACH: Duration = Duration::from_secs(1);
/// A snapshot keeps PostgreSQL from clearing up: longer than this none is held.
const LONGEST: Duration = Duration::from_secs(30 * 60);
/// Days a file is given out.
const KEPT_DAYS: i64 = 7;

/// An export in a worker's hands.
pub(super) struct Export<'a> {
    pub(super) db: &'a Db,
    pub(super) files: &'a Files,
    pub(super) lists: &'a dyn ExportLists,
    pub(super) tenant: &'a Tenant,
    /// The worker itself, which moves the job; the list is read by whoever started it.
    pub(super) worker: &'a Scope,
    pub(super) id: ExportJobId,
    pub(super) lease: Uuid,
    pub(super) starter: Actor,
}

/// Why an export ends without a file.
pub(super) enum Stop {
    /// It is another worker's by now, or over.
    Lost,
    /// Somebody stopped it.
    Cancelled,
    /// For a reason that is told.
    Told(Text),
    /// The machinery failed; another try may do.
    Fault(CommandError),
}

impl From<CommandError> for Stop {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Refused(refusal) => Self::Told(refusal.text.clone()),
            CommandError::Forbidden(_) => Self::Told(ending::rights_lost()),
            other => Self::Fault(other),
        }
    }
}

impl From<db::Fault> for Stop {
    fn from(fault: db::Fault) -> Self {
        Self::Fault(fault.into())
    }
}

impl From<ListFault> for Stop {
    fn from(fault: ListFault) -> Self {
        match fault {
            ListFault::Told(text) => Self::Told(text),
            ListFault::Fault(fault) => fault.into(),
        }
    }
}

impl Export<'_> {
    pub(super) async fn run(&self, scope: &Scope) -> Outcome<()> {
        let Some(job) = self.read().await? else { return Ok(()) };
        match self.make(scope, &job).await {
            Ok(()) | Err(Stop::Lost) => Ok(()),
            Err(Stop::Cancelled) => self.end(None).await,
            Err(Stop::Told(text)) => self.give_up(text).await,
            Err(Stop::Fault(error)) => Err(error),
        }
    }

    async fn make(&self, scope: &Scope, job: &ExportJob) -> Result<(), Stop> {
        if job.cancel_asked {
            return Err(Stop::Cancelled);
        }
        let wanted = Wanted {
            list: job.list.clone(),
            arguments: job.arguments.clone(),
            columns: job.columns.clone(),
            format: job.format,
            headings: job.options.headings.unwrap_or(Headings::Words),
            language: job.language,
        };
        let mut listing = self.lists.open(scope, &wanted).await?;
        let copied = self.copy(job, listing.as_mut()).await;
        let rights = listing.rights();
        listing.end().await;
        let (writer, progress) = copied?;
        let file = writer.finish().await?;
        // What it is given to nobody with is known before there is a file.
        self.look(&rights, progress).await?;
        let stored = keep(self.files, self.tenant.id, job, self.file_name(job), file).await?;
        let scope = self.scope_now(&rights).await?;
        let done = Complete { id: self.id, lease: self.lease, rights, stored };
        let permit = scope.permit::<Complete>().map_err(CommandError::from)?;
        self.db.write_as_job(&permit, &done).await?;
        Ok(())
    }

    /// All rows into a file, in the middle of which somebody may stop it.
    async fn copy(
        &self,
        job: &ExportJob,
        listing: &mut dyn ExportListing,
    ) -> Result<(FileWriter, Progress), Stop> {
        let began = Instant::now();
        let mut looked = None;
        let mut writer = FileWriter::begin(job, listing.header())?;
        let mut progress =
            Progress { rows_written: 0, rows_total: listing.rows_total(), as_of: listing.as_of() };
        loop {
            if looked.is_none_or(|at: Instant| at.elapsed() >= LOOKED_EACH) {
                self.look(&listing.rights(), progress.clone()).await?;
                looked = Some(Instant::now());
            }
            if began.elapsed() > LONGEST {
                return Err(Stop::Told(ending::too_long()));
            }
            let page = listing.next().await?;
            progress.rows_written += i64::try_from(page.rows.len()).unwrap_or_default();
            writer.write(page.rows).await?;
            if !page.has_next {
                return Ok((writer, progress));
            }
        }
    }

    /// Tells how far it is; stops where somebody wants it to, or rights were taken away.
    async fn look(&self, rights: &RightsUsed, progress: Progress) -> Result<(), Stop> {
        self.scope_now(rights).await?;
        let note = NoteProgress { id: self.id, lease: self.lease, progress };
        let permit = self.worker.permit::<NoteProgress>().map_err(CommandError::from)?;
        match self.db.write_as_job(&permit, &note).await? {
            None => Err(Stop::Lost),
            Some(true) => Err(Stop::Cancelled),
            Some(false) => Ok(()),
        }
    }

    async fn scope_now(&self, rights: &RightsUsed) -> Result<Scope, Stop> {
        let scope = acting_scope_of(self.db, self.tenant, self.starter).await?;
        let lost = || Stop::Told(ending::rights_lost());
        let scope = scope.ok_or_else(lost)?;
        let may_export = scope.reach(Right::ExportRun).is_some();
        if may_export && rights.hold_for(&scope) { Ok(scope) } else { Err(lost()) }
    }

    /// The list, and the day in the tenant's zone.
    fn file_name(&self, job: &ExportJob) -> String {
        let day = self.db.clock().today(self.tenant.facts.zone);
        format!("{} {day}.{}", job.list, job.format.as_str().to_lowercase())
    }

    async fn read(&self) -> Outcome<Option<ExportJob>> {
        let reader = self.db.reader(self.worker, ReadPool::Jobs);
        let permit = self.worker.permit::<ReadExports>()?;
        let found = export_jobs_by_id(&*reader.tx().await?, &permit, &[self.id]).await;
        reader.renew().await;
        Ok(found?.remove(&self.id))
    }

    pub(super) async fn give_up(&self, why: Text) -> Outcome<()> {
        self.end(Some(why)).await
    }

    /// Ends it without a file: as failed with a reason, without one as cancelled.
    async fn end(&self, failure: Option<Text>) -> Outcome<()> {
        let end = GiveUp { id: self.id, lease: self.lease, failure };
        self.db.write_as_job(&self.worker.permit::<GiveUp>()?, &end).await
    }
}

struct NoteProgress {
    id: ExportJobId,
    lease: Uuid,
    progress: Progress,
}

impl Action for NoteProgress {
    const RIGHT: Right = Right::ExportRun;
}

#[async_trait::async_trait]
impl Command for NoteProgress {
    /// Whether somebody wants it stopped; nothing where it is not this worker's any more.
    type Output = Option<bool>;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Self::Output> {
        let held = hold_leased::<ExportJob, _>(tx, permit, self.id, self.lease).await?;
        if let Some(job) = &held {
            note_progress(tx, permit, self.id, &self.progress).await?;
            tx.emit(changed::<ExportJob>(self.id, job.created_by));
        }
        Ok(held.map(|job| job.cancel_asked))
    }
}

struct GiveUp {
    id: ExportJobId,
    lease: Uuid,
    failure: Option<Text>,
}

impl Action for GiveUp {
    const RIGHT: Right = Right::ExportRun;
}

#[async_trait::async_trait]
impl Command for GiveUp {
    type Output = ();

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<()> {
        use super::model::ExportState::{Cancelled, Failed};
        let held = hold_leased::<ExportJob, _>(tx, permit, self.id, self.lease).await?;
        let Some(job) = held else { return Ok(()) };
        let state = if self.failure.is_some() { Failed } else { Cancelled };
        give_up(tx, permit, self.id, state, self.failure.as_ref()).await?;
        tx.emit(changed::<ExportJob>(self.id, job.created_by));
        Ok(())
    }
}

/// Gives the job its file: the file's row and the job's end are one. Where the job is another
/// worker's by now there is no row, and the sweeper takes the bytes.
struct Complete {
    id: ExportJobId,
    lease: Uuid,
    rights: RightsUsed,
    stored: Stored,
}

impl Action for Complete {
    const RIGHT: Right = Right::ExportRun;
}

#[async_trait::async_trait]
impl Command for Complete {
    type Output = ();

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<()> {
        let held = hold_leased::<ExportJob, _>(tx, permit, self.id, self.lease).await?;
        let Some(job) = held else { return Ok(()) };
        note_rights(tx, permit, self.id, &self.rights).await?;
        let attaching = permit.scope().permit::<Attach<OfExport>>()?;
        let attach = Attach::<OfExport>::new(self.id.0, AttachmentKind::File, self.stored.clone());
        let attached = attach.run(tx, &attaching).await?;
        let expires_at = tx.now() + chrono::Duration::days(KEPT_DAYS);
        complete(tx, permit, self.id, attached.id, expires_at).await?;
        tx.emit(changed::<ExportJob>(self.id, job.created_by));
        Ok(())
    }
}

/// How exports end badly.
pub(super) mod ending {
    use kernel::Text;

    pub(in crate::exports) fn given_up() -> Text {
        Text::new(
            "The export broke off several times and was given up.",
            "Выгрузка несколько раз прерывалась и снята.",
        )
    }

    pub(in crate::exports) fn rights_lost() -> Text {
        Text::new(
            "Whoever started the export lost rights that it needs.",
            "У начавшего выгрузку больше нет нужных для неё прав.",
        )
    }

    pub(super) fn too_long() -> Text {
        Text::new(
            "The export took more than 30 minutes: choose fewer rows by a filter.",
            "Выгрузка заняла больше 30 минут: сузьте её фильтром.",
        )
    }
}
