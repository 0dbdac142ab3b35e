//! The files of a record that another one stands for become that one's.

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::Uuid;

use crate::store;
use crate::subject::Subject;

/// Gives the files of one record to another, inside the transaction of whoever merges the two;
/// the audit trail is his as well. Tells how many. More than the usual number may hang on a record
/// afterwards: nothing is lost for a bound.
///
/// # Errors
/// [`db::Fault`].
pub async fn hand_over<S: Subject, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (Uuid, Uuid),
) -> Outcome<u64> {
    // Whoever is attaching to the first one now comes before, or finds it closed.
    store::lock_files_of::<S, _>(tx, permit, from).await?;
    store::change_subject::<S, _>(tx, permit, (from, into)).await
}
