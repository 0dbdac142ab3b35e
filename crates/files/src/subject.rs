//! What files hang on. This crate knows no record but its kind and id: the context above says who
//! reads and who attaches, at each download and each upload.

use std::collections::HashSet;
use std::marker::PhantomData;

use access::{Action, Permit, Right};
use db::{Outcome, TenantTx};
use kernel::Uuid;

/// A kind of record that files hang on.
pub trait Subject: Send + Sync + 'static {
    /// The kind, as the API names the record's type.
    const KIND: &'static str;
    /// The right to list and download its files.
    const READ: Right;
    /// The right to attach and remove them.
    const WRITE: Right;
    /// Whether one of the files may be its photo.
    const HAS_PHOTO: bool;

    /// Which of these records are there and within the permit's reach, in a constant number of
    /// statements.
    ///
    /// # Errors
    /// A right that is missing, or a fault.
    fn within<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        ids: &[Uuid],
    ) -> impl Future<Output = Outcome<HashSet<Uuid>>> + Send;

    /// Whether files of this record, which is within reach, may change; asked while its files are
    /// locked.
    ///
    /// # Errors
    /// A refusal of the record's context, or a fault.
    fn is_open<A: Action>(
        _tx: &TenantTx,
        _permit: &Permit<A>,
        _id: Uuid,
    ) -> impl Future<Output = Outcome<()>> + Send {
        async { Ok(()) }
    }
}

/// Lists and downloads the files of one kind of record.
#[derive(Debug)]
pub struct ReadFiles<S>(PhantomData<fn() -> S>);

impl<S: Subject> Action for ReadFiles<S> {
    const RIGHT: Right = S::READ;
}
