//! Writing: a command runs in one transaction, again where PostgreSQL asks for it, and to its
//! end even when the client hangs up.

use std::any::Any;
use std::pin::pin;
use std::time::Duration;

use access::{Action, Permit, Scope};
use async_trait::async_trait;
use futures::future::BoxFuture;
use rand::Rng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::timeout;

use crate::apart::apart;
use crate::pools::Pool;
use crate::tx::Access;
use crate::{CommandError, Db, Fault, Outcome, Sql, TenantTx, idempotency, outbox, values};

/// How often a transaction runs at most. Lock order makes deadlocks rare; this bounds the rest.
const ATTEMPTS: u32 = 8;
/// How long a snapshot taken after a commit waits until it may be read in.
const BRIEFLY: Duration = Duration::from_millis(50);

/// A thing a user does: everything it writes, it writes in one transaction.
///
/// Its future is boxed where it is written: unboxed, the crate that calls commands would compile
/// the code of all contexts once more.
#[async_trait]
pub trait Command: Action + Sized + Send + Sync + 'static {
    /// The ids of what was made or changed. Kept under the idempotency key, so it holds ids and
    /// not what they stand for.
    type Output: Serialize + DeserializeOwned + Send + 'static;

    /// Does the work. May run more than once; every run starts from nothing.
    ///
    /// # Errors
    /// A refusal, or a fault; then nothing is written.
    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Self::Output>;
}

/// A client's key for doing a thing once.
#[derive(Clone, Debug)]
pub struct Idempotency {
    /// The key as the client wrote it.
    pub key: String,
    /// The hash of the mutation's name and input.
    pub input_hash: [u8; 32],
}

/// What a command answered.
#[derive(Clone, Copy, Debug)]
pub struct Answer<T> {
    /// The ids.
    pub output: T,
    /// The work had been done before, under the same key.
    pub repeated: bool,
}

impl Db {
    /// Runs a command to its end, in a task of its own: a client that hangs up cancels nothing
    /// half-way.
    ///
    /// # Errors
    /// What the command answers, or a fault that repeating did not mend.
    pub fn write<C: Command>(
        &self,
        permit: &Permit<C>,
        command: C,
        once: Option<Idempotency>,
    ) -> BoxFuture<'static, Outcome<Answer<C::Output>>> {
        let written = self.write_apart(permit, command, once, Then::Leave);
        Box::pin(async move { Ok(written.await?.0) })
    }

    /// As [`Db::write`], and hands out a snapshot taken right after the commit, for what is going
    /// to be read of it: opened together with the commit it costs no round trip. `None` where it
    /// would have been held for long before anybody could read in it.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_and_look<C: Command>(
        &self,
        permit: &Permit<C>,
        command: C,
        once: Option<Idempotency>,
    ) -> BoxFuture<'static, Outcome<Looked<C::Output>>> {
        self.write_apart(permit, command, once, Then::Look)
    }

    fn write_apart<C: Command>(
        &self,
        permit: &Permit<C>,
        command: C,
        once: Option<Idempotency>,
        then: Then,
    ) -> BoxFuture<'static, Outcome<Looked<C::Output>>> {
        let (db, permit) = (self.clone(), permit.clone());
        let work = apart("a command", async move {
            let bound = Bound { command: &command, permit: &permit };
            db.write_here(&db.inner().requests, &bound, once.as_ref(), then).await
        });
        Box::pin(async move {
            let (done, snapshot) = work.await??;
            Ok((answer::<C>(done)?, snapshot))
        })
    }

    /// Runs a command in a transaction that is going to be rolled back, and hands the transaction
    /// out, to be read in: no number is taken, no event sent, no key kept. What it locks stays
    /// locked until the transaction ends, so it should end soon.
    ///
    /// # Errors
    /// What the command answers, or a fault; then the transaction has ended.
    pub fn simulate<C: Command>(
        &self,
        permit: &Permit<C>,
        command: C,
    ) -> BoxFuture<'static, Outcome<(C::Output, TenantTx)>> {
        let (db, permit) = (self.clone(), permit.clone());
        let work = apart("a simulation", async move {
            let bound = Bound { command: &command, permit: &permit };
            db.try_out(&bound).await
        });
        Box::pin(async move {
            let (done, tx) = work.await??;
            Ok((answer::<C>(done)?.output, tx))
        })
    }

    async fn try_out(&self, work: &dyn Work) -> Outcome<(Done, TenantTx)> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let tx = TenantTx::open(self, work.scope(), &self.inner().requests, Access::Trial);
            let tx = tx.await?;
            let tried = async {
                let output = work.run(&tx).await?;
                // What is checked at the commit is checked now: there will be none.
                tx.run(Sql::new("set constraints all immediate", values![])).await?;
                Ok(output)
            };
            match tried.await {
                Ok(output) => return Ok((Done::Now(output), tx)),
                Err(error) => {
                    let _ = tx.rollback().await;
                    match error {
                        CommandError::Fault(fault)
                            if fault.is_retryable() && attempt < ATTEMPTS => {}
                        error => return Err(error),
                    }
                }
            }
            tokio::time::sleep(pause(attempt)).await;
        }
    }

    /// Runs a command on the connections of jobs: seeding, imports, workers.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_as_job<'c, C: Command>(
        &'c self,
        permit: &'c Permit<C>,
        command: &'c C,
    ) -> BoxFuture<'c, Outcome<C::Output>> {
        Box::pin(async move {
            let bound = Bound { command, permit };
            let (done, _) = self.write_here(&self.inner().jobs, &bound, None, Then::Leave).await?;
            Ok(answer::<C>(done)?.output)
        })
    }

    async fn write_here(
        &self,
        pool: &Pool,
        work: &dyn Work,
        once: Option<&Idempotency>,
        then: Then,
    ) -> Outcome<(Done, Option<TenantTx>)> {
        let scope = work.scope();
        let mut attempt = 0;
        loop {
            attempt += 1;
            let tx = TenantTx::open(self, scope, pool, Access::Write).await?;
            match attempt_once(&tx, work, once).await {
                Ok((done, has_events)) => match tx.commit_and(then).await {
                    Ok(mut snapshot) => {
                        if has_events {
                            let mut told = pin!(self.tell_committed(scope.tenant()));
                            if timeout(BRIEFLY, told.as_mut()).await.is_err() {
                                // No connection is held while the cache cannot be reached.
                                snapshot = None;
                                told.await;
                            }
                        }
                        return Ok((done, snapshot));
                    }
                    Err(fault) if fault.is_retryable() && attempt < ATTEMPTS => {}
                    Err(fault) => return Err(fault.into()),
                },
                Err(CommandError::Fault(fault)) if fault.is_retryable() && attempt < ATTEMPTS => {
                    tx.rollback().await?;
                }
                Err(error) => {
                    // The refusal is the answer; a connection that cannot roll back is closed.
                    let _ = tx.rollback().await;
                    return Err(error);
                }
            }
            tokio::time::sleep(pause(attempt)).await;
        }
    }
}

/// What a command answered, and the snapshot right after its commit.
pub type Looked<T> = (Answer<T>, Option<TenantTx>);

/// What becomes of the connection after a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// Others get it.
    Leave,
    /// What was written is read in a snapshot.
    Look,
}

/// A command with its permit, whatever its type: the rest of writing is compiled once.
trait Work: Send + Sync {
    fn scope(&self) -> &Scope;

    fn run<'a>(&'a self, tx: &'a TenantTx) -> BoxFuture<'a, Outcome<Box<dyn Output>>>;
}

/// A command's output, whatever its type.
trait Output: Any + Send {
    /// What is kept of it under a key.
    fn kept(&self) -> serde_json::Result<Value>;
}

impl<T: Serialize + Send + 'static> Output for T {
    fn kept(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }
}

/// What was done: now, or before under the same key.
enum Done {
    Now(Box<dyn Output>),
    Before(Value),
}

struct Bound<'c, C> {
    command: &'c C,
    permit: &'c Permit<C>,
}

impl<C: Command> Work for Bound<'_, C> {
    fn scope(&self) -> &Scope {
        self.permit.scope()
    }

    fn run<'a>(&'a self, tx: &'a TenantTx) -> BoxFuture<'a, Outcome<Box<dyn Output>>> {
        let running = self.command.run(tx, self.permit);
        Box::pin(async move {
            let output: Box<dyn Output> = Box::new(running.await?);
            Ok(output)
        })
    }
}

fn answer<C: Command>(done: Done) -> Outcome<Answer<C::Output>> {
    match done {
        Done::Now(output) => match (output as Box<dyn Any>).downcast() {
            Ok(output) => Ok(Answer { output: *output, repeated: false }),
            Err(_) => Err(Fault::broken("a command answered with another type").into()),
        },
        Done::Before(kept) => {
            let output = serde_json::from_value(kept).map_err(unkept)?;
            Ok(Answer { output, repeated: true })
        }
    }
}

fn unkept(error: serde_json::Error) -> Fault {
    Fault::broken(format!("a result without JSON: {error}"))
}

async fn attempt_once(
    tx: &TenantTx,
    work: &dyn Work,
    once: Option<&Idempotency>,
) -> Outcome<(Done, bool)> {
    if let Some(used) = once
        && let Some(kept) = idempotency::find(tx, used).await?
    {
        // The first try may have died between its commit and the telling of it: tell again.
        return Ok((Done::Before(kept), true));
    }
    let output = work.run(tx).await?;
    if let Some(used) = once {
        idempotency::keep(tx, used, output.kept().map_err(unkept)?).await?;
    }
    let has_events = outbox::flush(tx, tx.take_pending()).await?;
    Ok((Done::Now(output), has_events))
}

/// A growing pause with jitter, so that those who met do not meet again.
fn pause(attempt: u32) -> Duration {
    let most = 5_u64 << attempt.min(6);
    Duration::from_millis(rand::rng().random_range(1..=most))
}
