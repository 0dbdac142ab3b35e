//! A file whose bytes are in the store gets its row.

use std::marker::PhantomData;

use access::{Action, Permit, Right};
use chrono::SubsecRound;
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{AttachmentId, DateTime, Refusal, RefusalCode, Utc, Uuid};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{may_be_photo, reach};
use crate::store::{self, AttachmentKind};
use crate::subject::Subject;
use crate::upload::Stored;

/// Files of one record; its list is not paged.
const MOST_FILES: i64 = 200;

/// A file that was attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Which one.
    pub id: AttachmentId,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Hangs a stored file on a record.
#[derive(Debug)]
pub struct Attach<S> {
    subject: Uuid,
    kind: AttachmentKind,
    file: Stored,
    of: PhantomData<fn() -> S>,
}

impl<S: Subject> Attach<S> {
    /// A file for a record; a photo takes the place of the one before, which stays as a file.
    #[must_use]
    pub fn new(subject: Uuid, kind: AttachmentKind, file: Stored) -> Self {
        Self { subject, kind, file, of: PhantomData }
    }
}

impl<S: Subject> Action for Attach<S> {
    const RIGHT: Right = S::WRITE;
}

#[async_trait::async_trait]
impl<S: Subject> Command for Attach<S> {
    type Output = Attached;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Attached> {
        reach::<S, _>(tx, permit, self.subject).await?;
        store::lock_files_of::<S, _>(tx, permit, self.subject).await?;
        S::is_open(tx, permit, self.subject).await?;
        if store::count::<S, _>(tx, permit, self.subject).await? >= MOST_FILES {
            return Err(too_many().into());
        }
        if self.kind == AttachmentKind::Photo {
            may_be_photo::<S>(self.file.content_type)?;
            store::drop_photo::<S, _>(tx, permit, self.subject).await?;
        }
        store::insert::<S, _>(tx, permit, self.subject, self.kind, &self.file).await?;
        let changes = json!({
            "attachmentId": self.file.id,
            "kind": self.kind,
            "name": self.file.name.as_str(),
            "contentType": self.file.content_type,
            "sizeBytes": self.file.size_bytes,
        });
        tx.audit(AuditEntry::new("attachFile", S::KIND, self.subject, changes));
        // As PostgreSQL keeps it, so that the answer and later ones agree.
        Ok(Attached { id: self.file.id, created_at: tx.now().trunc_subsecs(6) })
    }
}

fn too_many() -> Refusal {
    Refusal::new(
        RefusalCode::TooMany,
        format!("A record has at most {MOST_FILES} files."),
        format!("У записи может быть не больше {MOST_FILES} файлов."),
    )
}
