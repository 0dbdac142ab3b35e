//! Objects nobody needs: those whose upload never got its row, and those of removed files.
//! Removing an object twice does no harm, so every replica may sweep.

use std::collections::HashSet;

use access::{Action, Actor, Forbidden, Permit, Right, Scope};
use db::{Command, CommandError, Db, Outcome, ReadPool, TenantTx};
use futures::{StreamExt, TryStreamExt};
use kernel::{AttachmentId, DateTime, Utc};

use crate::storage::{Files, Object, StoreFault};
use crate::store;

/// What is younger than this stays: an upload may still be on its way to its row, and a removal
/// may have been a mistake.
const KEPT_HOURS: i64 = 24;
/// Objects looked at together.
const BATCH: usize = 500;

/// Why a sweep stopped.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The object store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// The database failed.
    #[error(transparent)]
    Rows(#[from] CommandError),
}

/// What a sweep has removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Objects without a row.
    pub orphans: usize,
    /// Objects of removed files.
    pub removed: usize,
}

impl std::ops::AddAssign for Swept {
    fn add_assign(&mut self, other: Self) {
        self.orphans += other.orphans;
        self.removed += other.removed;
    }
}

/// Notes that the bytes of removed files are gone.
#[derive(Clone, Debug)]
struct MarkPurged {
    ids: Vec<AttachmentId>,
}

impl Action for MarkPurged {
    const RIGHT: Right = Right::SettingsWrite;
}

#[async_trait::async_trait]
impl Command for MarkPurged {
    type Output = ();

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<()> {
        // It reaches the files of all records.
        if !matches!(permit.actor(), Actor::Worker(_)) {
            return Err(Forbidden(Self::RIGHT).into());
        }
        store::mark_purged(tx, permit, &self.ids).await?;
        Ok(())
    }
}

/// Removes what nobody needs of one tenant. No transaction is open while the store works.
///
/// # Errors
/// The store or the database failed; the next sweep goes on from there.
pub async fn sweep(db: &Db, files: &Files, worker: &Scope) -> Result<Swept, SweepError> {
    if !files.is_in_use() {
        return Ok(Swept::default());
    }
    let before = db.clock().now() - chrono::Duration::hours(KEPT_HOURS);
    let removed = purge(db, files, worker, before).await?;
    let orphans = clear_orphans(db, files, worker, before).await?;
    Ok(Swept { orphans, removed })
}

async fn purge(
    db: &Db,
    files: &Files,
    worker: &Scope,
    before: DateTime<Utc>,
) -> Result<usize, SweepError> {
    let permit = worker.permit::<MarkPurged>().map_err(CommandError::from)?;
    let most = i64::try_from(BATCH).unwrap_or(i64::MAX);
    let mut removed = 0;
    loop {
        let reader = db.reader(worker, ReadPool::Jobs);
        let tx = reader.tx().await.map_err(CommandError::from)?;
        let ids = store::to_purge(&tx, &permit, before, most).await?;
        drop(tx);
        reader.renew().await;
        if ids.is_empty() {
            return Ok(removed);
        }
        for id in &ids {
            files.discard(worker.tenant(), *id).await?;
        }
        removed += ids.len();
        db.write_as_job(&permit, &MarkPurged { ids }).await?;
    }
}

async fn clear_orphans(
    db: &Db,
    files: &Files,
    worker: &Scope,
    before: DateTime<Utc>,
) -> Result<usize, SweepError> {
    let permit = worker.permit::<MarkPurged>().map_err(CommandError::from)?;
    let old = files.objects(worker.tenant()).await?;
    let old = old.try_filter(|object| std::future::ready(object.stored_at < before));
    let mut batches = old.try_chunks(BATCH);
    let mut orphans = 0;
    while let Some(batch) = batches.next().await {
        let batch: Vec<Object> = batch.map_err(|error| error.1)?;
        let ids: Vec<AttachmentId> = batch.iter().map(|object| object.id).collect();
        let reader = db.reader(worker, ReadPool::Jobs);
        let tx = reader.tx().await.map_err(CommandError::from)?;
        let known: HashSet<AttachmentId> =
            store::known(&tx, &permit, &ids).await?.into_iter().collect();
        drop(tx);
        reader.renew().await;
        for id in ids.into_iter().filter(|id| !known.contains(id)) {
            files.discard(worker.tenant(), id).await?;
            orphans += 1;
        }
    }
    Ok(orphans)
}
