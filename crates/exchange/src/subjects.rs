//! What the files of imports hang on.

use std::collections::HashSet;

use access::{Action, Permit, Right};
use db::{Outcome, TenantTx};
use files::Subject;
use kernel::{ImportJobId, Uuid};

use crate::model::ReadImports;
use crate::store::import_jobs_by_id;

/// A person's own inbox: files he is about to bring in. Nobody else sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OfInbox;

impl Subject for OfInbox {
    const KIND: &'static str = "User";
    const READ: Right = Right::ImportRun;
    const WRITE: Right = Right::ImportRun;
    const HAS_PHOTO: bool = false;

    async fn within<A: Action>(
        _tx: &TenantTx,
        permit: &Permit<A>,
        ids: &[Uuid],
    ) -> Outcome<HashSet<Uuid>> {
        let own = permit.user().map(|user| user.0);
        Ok(ids.iter().copied().filter(|id| Some(*id) == own).collect())
    }
}

/// What an import leaves: its bad rows with their reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OfImport;

impl Subject for OfImport {
    const KIND: &'static str = "ImportJob";
    const READ: Right = Right::ImportRun;
    const WRITE: Right = Right::ImportRun;
    const HAS_PHOTO: bool = false;

    async fn within<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        ids: &[Uuid],
    ) -> Outcome<HashSet<Uuid>> {
        let ids: Vec<ImportJobId> = ids.iter().copied().map(ImportJobId).collect();
        let readable = permit.scope().permit::<ReadImports>()?;
        let found = import_jobs_by_id(tx, &readable, &ids).await?;
        Ok(found.into_keys().map(|id| id.0).collect())
    }
}
