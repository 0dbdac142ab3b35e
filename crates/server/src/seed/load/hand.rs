//! The hand that does the people's work: each step once, under its name.

use std::sync::{Arc, Mutex, PoisonError};

use access::Scope;
use anyhow::{Context, Result};
use db::{Command, Db, Idempotency, ReadPool, Reader};

use crate::commands::sentence;
use crate::progress::Progress;

/// Does commands in one tenant.
pub(super) struct Hand {
    db: Db,
    scope: Scope,
    progress: Arc<Mutex<Progress>>,
}

impl Hand {
    pub(super) fn new(db: Db, scope: Scope, progress: Arc<Mutex<Progress>>) -> Self {
        Self { db, scope, progress }
    }

    pub(super) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// A snapshot to come.
    pub(super) fn reader(&self) -> Reader {
        self.db.reader(&self.scope, ReadPool::Requests)
    }

    /// Does a step, or tells what came of it the first time.
    pub(super) async fn does<C: Command>(&self, step: String, command: C) -> Result<C::Output> {
        // The name says all: the same day and seed give the same step.
        let once = Idempotency { key: format!("demo:{step}"), input_hash: [0; 32] };
        let permit = self.scope.permit::<C>()?;
        let done = self.db.write(&permit, command, Some(once)).await.map_err(sentence);
        let done = done.with_context(|| format!("the demo's step {step} was refused"))?;
        Ok(done.output)
    }

    /// Counts steps for whoever watches.
    pub(super) fn advance(&self, steps: usize) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.advance(steps as u64);
    }
}
