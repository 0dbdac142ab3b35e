//! Rows on their way into the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use access::{Action, Permit, Right, Scope};
use catalog::{Intent, SaveContacts, SaveCustomers, SavePrices, SaveProducts, SaveVariants, Saved};
use db::{Command, Outcome, TenantTx};
use identity::{ReadUsers, users_by_email};
use kernel::{ImportJobId, Refusal, RefusalCode, Uuid};
use serde::{Deserialize, Serialize};
use sheets::{Fault, Reason};
use stock::commands::SaveOpeningStock;

use crate::model::{ImportJob, ImportMode};
use crate::queue::{changed, hold_leased};
use crate::reading::{Chunk, CustomerDraft, Drafts, fault_of};
use crate::source::Source;
use crate::store::{Counts, advance, begin_writing, clear_faults, insert_faults, wanted};

/// What became of some rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Step {
    /// They are done with.
    Done,
    /// The job is another worker's.
    Lost,
    /// Somebody stopped the job.
    Cancelled,
}

/// Looks at a chunk of rows and writes the good ones, or only looks; moves the job on with them.
pub(super) struct HandleRows {
    id: ImportJobId,
    lease: Uuid,
    source: Source,
    chunk: Arc<Chunk>,
}

impl HandleRows {
    pub(super) fn new(id: ImportJobId, lease: Uuid, source: Source, chunk: Chunk) -> Self {
        Self { id, lease, source, chunk: Arc::new(chunk) }
    }
}

impl Action for HandleRows {
    const RIGHT: Right = Right::ImportRun;
}

#[async_trait::async_trait]
impl Command for HandleRows {
    type Output = Step;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Step> {
        let held = hold_leased::<ImportJob, _>(tx, permit, self.id, self.lease).await?;
        let Some(job) = held else { return Ok(Step::Lost) };
        if job.cancel_asked {
            return Ok(Step::Cancelled);
        }
        if job.position >= self.chunk.last {
            return Ok(Step::Done);
        }
        let intent = if job.mode == ImportMode::SkipBad { Intent::Write } else { Intent::Check };
        let (saved, faults) = save(tx, permit.scope(), &self.source, &self.chunk, intent).await?;
        insert_faults(tx, permit, self.id, &faults).await?;
        let counts = counted(&self.chunk, &saved, &faults);
        advance(tx, permit, self.id, self.chunk.last, counts).await?;
        tx.emit(changed::<ImportJob>(self.id, job.created_by));
        Ok(Step::Done)
    }
}

/// Writes all rows in one transaction, or none.
pub(super) struct WriteAll {
    pub(super) id: ImportJobId,
    pub(super) lease: Uuid,
    pub(super) source: Source,
    /// Rows written so far, for those who wait.
    pub(super) done: Arc<AtomicU64>,
}

impl Action for WriteAll {
    const RIGHT: Right = Right::ImportRun;
}

#[async_trait::async_trait]
impl Command for WriteAll {
    type Output = Step;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Step> {
        let (mut all, mut last) = (Counts::default(), 0);
        let mut chunks = self.source.chunks(0);
        while let Some(chunk) = chunks.recv().await {
            let chunk = chunk.map_err(|fault| super::run::ending::told(&fault.text()))?;
            match wanted(tx, permit, self.id, self.lease).await? {
                Some(false) => {}
                Some(true) => return Err(stopped().into()),
                None => return Err(lost().into()),
            }
            let (saved, faults) =
                save(tx, permit.scope(), &self.source, &chunk, Intent::Write).await?;
            if let Some(fault) = faults.first() {
                return Err(changed_meanwhile(fault).into());
            }
            let counts = counted(&chunk, &saved, &faults);
            all.read += counts.read;
            all.created += counts.created;
            all.updated += counts.updated;
            all.unchanged += counts.unchanged;
            last = chunk.last;
            self.done.store(all.read, Ordering::Relaxed);
            // The trail of half a million rows is not for the memory.
            tx.write_noted().await?;
        }
        // Last, so that signs of life and the wish to stop come through meanwhile.
        let held = hold_leased::<ImportJob, _>(tx, permit, self.id, self.lease).await?;
        match held {
            None => Err(lost().into()),
            Some(job) if job.cancel_asked => Err(stopped().into()),
            Some(job) => {
                clear_faults(tx, permit, self.id).await?;
                begin_writing(tx, permit, self.id).await?;
                advance(tx, permit, self.id, last, all).await?;
                tx.emit(changed::<ImportJob>(self.id, job.created_by));
                Ok(Step::Done)
            }
        }
    }
}

/// Hands the rows to their context: what came of them, and every fault in the order of the file.
async fn save(
    tx: &TenantTx,
    scope: &Scope,
    source: &Source,
    chunk: &Chunk,
    intent: Intent,
) -> Outcome<(Saved, Vec<Fault>)> {
    let mut faults = chunk.faults.clone();
    let saved = match &chunk.drafts {
        Drafts::Products(rows) => {
            let permit = scope.permit::<SaveProducts>()?;
            SaveProducts::run(tx, &permit, rows.clone(), intent).await?
        }
        Drafts::Variants(rows) => {
            let permit = scope.permit::<SaveVariants>()?;
            SaveVariants::run(tx, &permit, rows.clone(), intent).await?
        }
        Drafts::Customers(drafts) => {
            let permit = scope.permit::<SaveCustomers>()?;
            let rows = with_managers(tx, scope, source, drafts.clone(), &mut faults).await?;
            SaveCustomers::run(tx, &permit, rows, intent).await?
        }
        Drafts::Contacts(rows) => {
            let permit = scope.permit::<SaveContacts>()?;
            SaveContacts::run(tx, &permit, rows.clone(), intent).await?
        }
        Drafts::Prices(rows) => {
            let permit = scope.permit::<SavePrices>()?;
            SavePrices::run(tx, &permit, rows.clone(), intent).await?
        }
        Drafts::Stock(rows) => {
            let permit = scope.permit::<SaveOpeningStock>()?;
            SaveOpeningStock::run(tx, &permit, rows.clone(), intent).await?
        }
    };
    let refused = saved.refused.iter().cloned();
    faults.extend(refused.map(|refused| fault_of(refused, &source.header, &source.mapping)));
    faults.sort_by_key(|fault| fault.row);
    Ok((saved, faults))
}

async fn with_managers(
    tx: &TenantTx,
    scope: &Scope,
    source: &Source,
    drafts: Vec<CustomerDraft>,
    faults: &mut Vec<Fault>,
) -> Outcome<Vec<catalog::CustomerRow>> {
    let mut emails: Vec<String> = drafts.iter().filter_map(|d| d.manager.clone()).collect();
    emails.sort_unstable();
    emails.dedup();
    let known = users_by_email(tx, &scope.permit::<ReadUsers>()?, emails).await?;
    let mut rows = Vec::with_capacity(drafts.len());
    for CustomerDraft { mut row, manager } in drafts {
        if let Some(email) = manager {
            let Some(user) = known.get(&email) else {
                let column = source.mapping.column("manager");
                faults.push(Fault {
                    row: row.place,
                    column: column.and_then(|column| source.header.get(column).cloned()),
                    reason: Reason::Other {
                        en: format!("nobody who may sign in has the address {email}"),
                        ru: format!("среди действующих пользователей нет адреса {email}"),
                    },
                });
                continue;
            };
            row.changes.manager_id = Some(Some(*user));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Rows are counted once, however many faults they have.
fn counted(chunk: &Chunk, saved: &Saved, faults: &[Fault]) -> Counts {
    let mut rows: Vec<u64> = faults.iter().map(|fault| fault.row).collect();
    rows.dedup();
    Counts {
        read: chunk.read,
        created: saved.created,
        updated: saved.updated,
        unchanged: saved.unchanged,
        bad: rows.len() as u64,
    }
}

fn changed_meanwhile(fault: &Fault) -> Refusal {
    let why = fault.text();
    Refusal::new(
        RefusalCode::Invalid,
        format!(
            "Records were changed since the rows were looked at: nothing is written. {}",
            why.en
        ),
        format!("После проверки строк данные изменились: ничего не записано. {}", why.ru),
    )
}

fn lost() -> Refusal {
    let (en, ru) = ("Another worker took the import over.", "Загрузку продолжает другой процесс.");
    Refusal::new(RefusalCode::Invalid, en, ru)
}

fn stopped() -> Refusal {
    let (en, ru) = ("The import was stopped.", "Загрузка остановлена.");
    Refusal::new(RefusalCode::IllegalTransition, en, ru)
}
