//! What the files of exports hang on.

use std::collections::HashSet;

use access::{Action, Permit, Right};
use db::{Outcome, TenantTx};
use files::Subject;
use kernel::{ExportJobId, Uuid};

use super::model::ReadExports;
use super::store::export_jobs_by_id;

/// The file of an export. It is given to those who see the export and have the rights that it was
/// read with; people attach nothing to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OfExport;

impl Subject for OfExport {
    const KIND: &'static str = "ExportJob";
    const READ: Right = Right::ExportRun;
    const WRITE: Right = Right::ExportRun;
    const HAS_PHOTO: bool = false;

    async fn within<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        ids: &[Uuid],
    ) -> Outcome<HashSet<Uuid>> {
        let ids: Vec<ExportJobId> = ids.iter().copied().map(ExportJobId).collect();
        let readable = permit.scope().permit::<ReadExports>()?;
        let found = export_jobs_by_id(tx, &readable, &ids).await?;
        let given = found.into_iter().filter(|(_, job)| job.may_be_given(permit.scope(), tx.now()));
        Ok(given.map(|(id, _)| id.0).collect())
    }
}
