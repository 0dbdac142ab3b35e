//! Writing: a command runs in one transaction, again where PostgreSQL asks for it, and to its
//! end even when the client hangs up.

use std::time::Duration;

use access::{Action, Permit};
use rand::Rng;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::pools::Pool;
use crate::tx::Access;
use crate::{CommandError, Db, Fault, Outcome, TenantTx, idempotency, outbox};

/// How often a transaction runs at most. Lock order makes deadlocks rare; this bounds the rest.
const ATTEMPTS: u32 = 8;

/// A thing a user does: everything it writes, it writes in one transaction.
pub trait Command: Action + Sized + Send + Sync + 'static {
    /// The ids of what was made or changed. Kept under the idempotency key, so it holds ids and
    /// not what they stand for.
    type Output: Serialize + DeserializeOwned + Send + 'static;

    /// Does the work. May run more than once; every run starts from nothing.
    ///
    /// # Errors
    /// A refusal, or a fault; then nothing is written.
    fn run(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
    ) -> impl Future<Output = Outcome<Self::Output>> + Send;
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
    pub async fn write<C: Command>(
        &self,
        permit: &Permit<C>,
        command: C,
        once: Option<Idempotency>,
    ) -> Outcome<Answer<C::Output>> {
        let (db, permit) = (self.clone(), permit.clone());
        let work =
            async move { db.write_here(&db.inner().requests, &permit, &command, once).await };
        match tokio::spawn(work).await {
            Ok(outcome) => outcome,
            Err(error) => Err(Fault::broken(format!("a command stopped: {error}")).into()),
        }
    }

    /// Runs a command on the connections of jobs: seeding, imports, workers.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn write_as_job<C: Command>(
        &self,
        permit: &Permit<C>,
        command: &C,
    ) -> Outcome<C::Output> {
        let answer = self.write_here(&self.inner().jobs, permit, command, None).await?;
        Ok(answer.output)
    }

    async fn write_here<C: Command>(
        &self,
        pool: &Pool,
        permit: &Permit<C>,
        command: &C,
        once: Option<Idempotency>,
    ) -> Outcome<Answer<C::Output>> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let tx = TenantTx::open(self, permit.scope(), pool, Access::Write).await?;
            match attempt_once(&tx, permit, command, once.as_ref()).await {
                Ok((answer, has_events)) => match tx.commit().await {
                    Ok(()) => {
                        if has_events {
                            self.tell_committed(permit.tenant()).await;
                        }
                        return Ok(answer);
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

async fn attempt_once<C: Command>(
    tx: &TenantTx,
    permit: &Permit<C>,
    command: &C,
    once: Option<&Idempotency>,
) -> Outcome<(Answer<C::Output>, bool)> {
    let json = |error: serde_json::Error| Fault::broken(format!("a result without JSON: {error}"));
    if let Some(used) = once
        && let Some(kept) = idempotency::find(tx, used).await?
    {
        let output = serde_json::from_value(kept).map_err(json)?;
        // The first try may have died between its commit and the telling of it: tell again.
        return Ok((Answer { output, repeated: true }, true));
    }
    let output = command.run(tx, permit).await?;
    if let Some(used) = once {
        let kept = serde_json::to_value(&output).map_err(json)?;
        idempotency::keep(tx, used, kept).await?;
    }
    let has_events = outbox::flush(tx, tx.take_pending()).await?;
    Ok((Answer { output, repeated: false }, has_events))
}

/// A growing pause with jitter, so that those who met do not meet again.
fn pause(attempt: u32) -> Duration {
    let most = 5_u64 << attempt.min(6);
    Duration::from_millis(rand::rng().random_range(1..=most))
}
