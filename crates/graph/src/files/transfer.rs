//! What the routes that carry bytes ask before and after. No snapshot stays open while bytes are
//! on their way.

use ::files::{Attach, AttachmentKind, Stored, Subject};
use kernel::{AttachmentId, Uuid};

use super::attachment::Attachment;
use super::subjects::of_kind;
use crate::errors::Failure;
use crate::ids::{AnyId, NodeId};
use crate::session::Session;

/// Whether a file may be attached to a record, before any of it is read. Asked again when it is.
///
/// # Errors
/// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND for a record out of reach, BAD_USER_INPUT for one that
/// has no files.
pub async fn may_attach(session: &Session, subject: &AnyId) -> Result<(), Failure> {
    let asked = of_kind!(
        subject.kind.as_str(),
        Of => reaches::<Of>(session, subject.uuid).await,
        Err(no_files(&subject.kind))
    );
    session.finish().await;
    asked
}

async fn reaches<S: Subject>(session: &Session, id: Uuid) -> Result<(), Failure> {
    let permit = session.permit::<Attach<S>>()?;
    let within = S::within(&*session.tx().await?, &permit, &[id]).await?;
    if within.contains(&id) { Ok(()) } else { Err(Failure::not_found()) }
}

/// Attaches a file whose bytes are in the store.
///
/// # Errors
/// As [`may_attach`], and what the command refuses; then there is no row.
pub async fn attach(
    session: &Session,
    subject: &AnyId,
    kind: AttachmentKind,
    file: Stored,
) -> Result<Attachment, Failure> {
    of_kind!(
        subject.kind.as_str(),
        Of => attach_to::<Of>(session, subject.uuid, kind, file).await,
        Err(no_files(&subject.kind))
    )
}

async fn attach_to<S: Subject>(
    session: &Session,
    subject: Uuid,
    kind: AttachmentKind,
    file: Stored,
) -> Result<Attachment, Failure> {
    let permit = session.permit::<Attach<S>>()?;
    let command = Attach::<S>::new(subject, kind, file.clone());
    let done = session.db().write(&permit, command, None).await?;
    // Not read again: who may write but not read has done his work all the same.
    let row = file.into_row::<S>(subject, kind, done.output.created_at, permit.user());
    Ok(row.into())
}

/// The file with this id, if the caller may see the record it hangs on.
///
/// # Errors
/// UNAUTHENTICATED, NOT_FOUND, or a fault.
pub async fn download(session: &Session, id: &AnyId) -> Result<Attachment, Failure> {
    if id.kind != AttachmentId::TYPE {
        return Err(Failure::not_found());
    }
    session.scope()?;
    let found = session.load(AttachmentId(id.uuid)).await;
    session.finish().await;
    found?.ok_or_else(Failure::not_found)
}

fn no_files(kind: &str) -> Failure {
    Failure::bad_input(
        format!("a record of the type {kind} has no files"),
        format!("у записи типа {kind} не бывает файлов"),
    )
}
