//! What runs beside requests: events get their positions and go out, and the days of the outbox
//! come and go, sums by month take in new sales, goods are held for orders that were paid, letters are sent. Every
//! replica runs these; the database lets one at a time do the work.

use std::time::Duration;

use bytes::Bytes;
use db::{AfterCommit, Db, Fault, Reason, Sequencer};
use files::{Files, Swept};
use graph::Lists;
use identity::SealKeys;
use kernel::TenantId;
use live::Live;
use outbound::{Mailing, Post};

use crate::shutdown::Shutdown;

/// How often the sequencer looks by itself, should a wake be lost.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How often sums by month take in what was queued for them; reports add the queue meanwhile.
const FOLD_EVERY: Duration = Duration::from_secs(1);
/// How often paid orders are looked for: within about a second of the payment goods are held.
const HOLD_EVERY: Duration = Duration::from_millis(500);
/// How often orders are looked for that were to be paid by now.
const RELEASE_EVERY: Duration = Duration::from_secs(1);
/// How often decided documents are looked for: people wait to see them move.
const FOLLOW_EVERY: Duration = Duration::from_millis(250);
/// How often approvals are looked for that nobody has decided in time.
const ESCALATE_EVERY: Duration = Duration::from_secs(1);
/// How often people are looked for who are to be written to about approvals.
const TELL_EVERY: Duration = Duration::from_millis(500);
/// How often files to bring in are looked for.
const IMPORT_EVERY: Duration = Duration::from_millis(500);
/// How often lists to write to files are looked for.
const EXPORT_EVERY: Duration = Duration::from_millis(500);
/// How long entries of the audit trail wait for their seal at least, while nobody holds it up.
const SEAL_EVERY: Duration = Duration::from_secs(2);
/// How often hand-overs are looked for that go on in the background.
const HAND_OVER_EVERY: Duration = Duration::from_secs(1);
/// How often quotes are looked for whose last day is over.
const EXPIRE_EVERY: Duration = Duration::from_secs(2);
/// How often letters to send are looked for.
const MAIL_EVERY: Duration = Duration::from_millis(500);
/// How often connections are looked for that nobody needs.
const SHED_EVERY: Duration = Duration::from_secs(60);
/// After a failure, so that a database that is away is not hammered.
const REST: Duration = Duration::from_secs(1);
/// Days of the outbox are made two ahead, so a few missed hours do no harm.
const KEEP_DAYS_EVERY: Duration = Duration::from_secs(3600);
/// Bytes that nobody needs cost little: what is a day old may become a quarter older.
const SWEEP_EVERY: Duration = Duration::from_secs(6 * 3600);

/// Moves the cache's epoch and wakes the sequencers once a posting is committed.
#[derive(Debug)]
pub struct Announce {
    live: Live,
}

impl Announce {
    #[must_use]
    pub fn new(live: Live) -> Self {
        Self { live }
    }
}

#[async_trait::async_trait]
impl AfterCommit for Announce {
    async fn committed(&self, tenant: TenantId) {
        tokio::join!(self.live.advance_epoch(tenant), self.live.wake(tenant));
    }
}

/// Numbers committed events and publishes them, until stopping begins.
pub async fn publish_events(db: Db, live: Live, shutdown: Shutdown) {
    let sequencer = Sequencer::new(db);
    while !shutdown.has_begun() {
        match publish_batch(&sequencer, &live).await {
            Ok(Sequencer::BATCH..) => {}
            Ok(_) => {
                // Woken, or time to look: nothing else to tell apart.
                let looked = tokio::time::timeout(LOOK_EVERY, live.woken());
                shutdown.unless_begun(looked).await;
            }
            Err(error) => {
                tracing::warn!(%error, "events could not be numbered");
                shutdown.unless_begun(tokio::time::sleep(REST)).await;
            }
        }
    }
}

async fn publish_batch(sequencer: &Sequencer, live: &Live) -> Result<usize, Fault> {
    let events = sequencer.step().await?;
    let mut messages = Vec::with_capacity(events.len());
    for event in &events {
        let text = serde_json::to_vec(event)
            .map_err(|error| Fault::broken(format!("an event without JSON: {error}")))?;
        messages.push((event.channel(), Bytes::from(text)));
    }
    let count = messages.len();
    if count > 0 {
        live.publish_all(messages).await;
    }
    Ok(count)
}

/// Makes the coming days of the outbox and drops the old ones, now and every hour.
pub async fn keep_outbox_days(db: Db, shutdown: Shutdown) {
    while !shutdown.has_begun() {
        let rest = match keep_days(&db).await {
            Ok(()) => KEEP_DAYS_EVERY,
            Err(error) => {
                tracing::warn!(%error, "the days of the outbox could not be kept");
                REST
            }
        };
        shutdown.unless_begun(tokio::time::sleep(rest)).await;
    }
}

async fn keep_days(db: &Db) -> Result<(), Fault> {
    let mut tx = db.system(Reason::Partitions).await?;
    tx.run("select keep_outbox_days(7)").await?;
    tx.commit().await
}

/// Closes connections that nobody needs any more, until stopping begins.
pub async fn close_idle_connections(db: Db, shutdown: Shutdown) {
    while !shutdown.has_begun() {
        shutdown.unless_begun(tokio::time::sleep(SHED_EVERY)).await;
        db.close_idle();
    }
}

/// Seals what was written to the audit trail, until stopping begins.
pub async fn seal_audit(db: Db, keys: SealKeys, shutdown: Shutdown) {
    while !shutdown.has_begun() {
        if let Err(error) = identity::seal_audit(&db, &keys).await {
            tracing::warn!(%error, "the audit trail could not be sealed");
        }
        shutdown.unless_begun(tokio::time::sleep(SEAL_EVERY)).await;
    }
}

/// Moves records of those who leave, until stopping begins.
pub async fn run_hand_overs(db: Db, shutdown: Shutdown) {
    while !shutdown.has_begun() {
        let ran = shutdown.unless_begun(sales::run_hand_overs(&db)).await;
        let rest = match ran {
            Some(Err(error)) => {
                tracing::warn!(%error, "hand-overs could not be looked for");
                REST
            }
            _ => HAND_OVER_EVERY,
        };
        shutdown.unless_begun(tokio::time::sleep(rest)).await;
    }
}

/// Folds queued sales into their sums by month, until stopping begins.
pub async fn fold_sales(db: Db, shutdown: Shutdown) {
    while !shutdown.has_begun() {
        match fold_everything(&db).await {
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "sales could not be folded"),
        }
        shutdown.unless_begun(tokio::time::sleep(FOLD_EVERY)).await;
    }
}

/// Folds until nothing is queued.
///
/// # Errors
/// A fault where the queue cannot be looked at.
pub async fn fold_everything(db: &Db) -> Result<(), Fault> {
    while analytics::fold_all(db).await? > 0 {}
    Ok(())
}

/// Holds goods for orders that have got what they waited for, until stopping begins.
pub async fn hold_paid_orders(db: Db, shutdown: Shutdown) {
    while !shutdown.has_begun() {
        let rest = match sales::hold_paid_orders(&db).await {
            Ok(_) => HOLD_EVERY,
            Err(error) => {
                tracing::warn!(%error, "paid orders could not be looked for");
                REST
            }
        };
        shutdown.unless_begun(tokio::time::sleep(rest)).await;
    }
}

/// Lets goods go that were held for orders nobody has paid in time, until stopping begins.
pub async fn release_unpaid_orders(db: Db, shutdown: Shutdown) {
    while !shutdown.has_begun() {
        let rest = match sales::release_unpaid_orders(&db).await {
            Ok(_) => RELEASE_EVERY,
            Err(error) => {
                tracing::warn!(%error, "unpaid orders could not be looked for");
                REST
            }
        };
        shutdown.unless_begun(tokio::time::sleep(rest)).await;
    }
}

/// Lets quotes expire whose last day is over, until stopping begins.
pub async fn expire_quotes(db: Db, shutdown: Shutdown) {
    while !shutdown.has_begun() {
        let rest = match sales::expire_quotes(&db).await {
            Ok(_) => EXPIRE_EVERY,
            Err(error) => {
                tracing::warn!(%error, "quotes to expire could not be looked for");
                REST
            }
        };
        shutdown.unless_begun(tokio::time::sleep(rest)).await;
    }
}

/// Moves documents on whose approvals are decided, until stopping begins.
pub async fn follow_decisions(db: Db, mailing: Mailing, shutdown: Shutdown) {
    while !shutdown.has_begun() {
        let rest = match sales::follow_decisions(&db, &mailing).await {
            Ok(_) => FOLLOW_EVERY,
            Err(error) => {
                tracing::warn!(%error, "decided documents could not be looked for");
                REST
            }
        };
        shutdown.unless_begun(tokio::time::sleep(rest)).await;
    }
}

/// Asks the fallbacks of approvals that nobody decides in time, until stopping begins.
pub async fn escalate_approvals(db: Db, shutdown: Shutdown) {
    while !shutdown.has_begun() {
        let rest = match approvals::escalate_overdue(&db).await {
            Ok(_) => ESCALATE_EVERY,
            Err(error) => {
                tracing::warn!(%error, "overdue approvals could not be looked for");
                REST
            }
        };
        shutdown.unless_begun(tokio::time::sleep(rest)).await;
    }
}

/// Writes letters to those who have to decide, until stopping begins.
pub async fn tell_deciders(db: Db, mailing: Mailing, shutdown: Shutdown) {
    while !shutdown.has_begun() {
        let rest = match sales::tell_deciders(&db, &mailing).await {
            Ok(_) => TELL_EVERY,
            Err(error) => {
                tracing::warn!(%error, "letters about approvals could not be written");
                REST
            }
        };
        shutdown.unless_begun(tokio::time::sleep(rest)).await;
    }
}

/// Brings in the files that wait, one at a time, until stopping begins: a chunk of rows that is
/// under way rolls back then, and another replica or the next start goes on before it.
pub async fn run_imports(db: Db, files: Files, shutdown: Shutdown) {
    while !shutdown.has_begun() {
        let ran = shutdown.unless_begun(exchange::run_next_job(&db, &files)).await;
        let rest = match ran {
            Some(Ok(true)) => continue,
            Some(Err(error)) => {
                tracing::warn!(%error, "imports could not be looked for");
                REST
            }
            _ => IMPORT_EVERY,
        };
        shutdown.unless_begun(tokio::time::sleep(rest)).await;
    }
}

/// Writes lists to files, until stopping begins: what is under way then begins anew with another
/// replica or the next start.
pub async fn run_exports(db: Db, files: Files, lists: Lists, shutdown: Shutdown) {
    while !shutdown.has_begun() {
        let ran = shutdown.unless_begun(exchange::run_exports(&db, &files, &lists)).await;
        let rest = match ran {
            Some(Err(error)) => {
                tracing::warn!(%error, "exports could not be looked for");
                REST
            }
            _ => EXPORT_EVERY,
        };
        shutdown.unless_begun(tokio::time::sleep(rest)).await;
    }
}

/// Sends letters that wait, until stopping begins: one that is being handed over then is tried
/// again, by another replica or the next start.
pub async fn send_mail(db: Db, post: Post, shutdown: Shutdown) {
    while !shutdown.has_begun() {
        let rest = match shutdown.unless_begun(send_all_mail(&db, &post)).await {
            Some(Err(error)) => {
                tracing::warn!(%error, "letters could not be looked for");
                REST
            }
            Some(Ok(1..)) => continue,
            _ => MAIL_EVERY,
        };
        shutdown.unless_begun(tokio::time::sleep(rest)).await;
    }
}

/// One round over all tenants that have letters to send; one that fails is logged and does not
/// stop the others.
async fn send_all_mail(db: &Db, post: &Post) -> Result<usize, Fault> {
    let due = outbound::due_tenants(db, post).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let mut sent = 0;
    for tenant in identity::tenants(db).await?.into_iter().filter(|one| due.contains(&one.id)) {
        let worker = identity::worker_scope(&tenant, "send mail");
        match outbound::send_due(db, &worker, post).await {
            Ok(count) => sent += count,
            Err(error) => tracing::warn!(tenant = %tenant.id, %error, "letters were not sent"),
        }
    }
    Ok(sent)
}

/// Removes the bytes of files that are gone or never got a row, now and four times a day.
pub async fn sweep_files(db: Db, files: Files, shutdown: Shutdown) {
    while !shutdown.has_begun() {
        let swept = shutdown.unless_begun(sweep_all_files(&db, &files)).await;
        if let Some(Err(error)) = swept {
            tracing::warn!(%error, "files could not be swept");
        }
        shutdown.unless_begun(tokio::time::sleep(SWEEP_EVERY)).await;
    }
}

/// One round over all tenants; one that fails is logged and does not stop the others.
///
/// # Errors
/// A fault where the tenants cannot be listed.
pub async fn sweep_all_files(db: &Db, files: &Files) -> Result<Swept, Fault> {
    let mut all = Swept::default();
    for tenant in identity::tenants(db).await? {
        let worker = identity::worker_scope(&tenant, "sweep files");
        if let Err(error) = exchange::expire_exports(db, &worker).await {
            tracing::warn!(tenant = %tenant.id, %error, "old exports were not removed");
        }
        match files::sweep(db, files, &worker).await {
            Ok(swept) => all += swept,
            Err(error) => tracing::warn!(tenant = %tenant.id, %error, "files were not swept"),
        }
    }
    if all != Swept::default() {
        tracing::info!(orphans = all.orphans, removed = all.removed, "swept files");
    }
    Ok(all)
}
