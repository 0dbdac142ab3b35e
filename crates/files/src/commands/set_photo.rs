//! One of a record's files becomes its photo.

use std::marker::PhantomData;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{AttachmentId, Refusal, RefusalCode, Uuid};
use serde_json::json;

use super::{may_be_photo, reach};
use crate::store;
use crate::subject::Subject;

/// Makes one of a record's files its photo, or leaves it without one.
#[derive(Debug)]
pub struct SetPhoto<S> {
    subject: Uuid,
    photo: Option<AttachmentId>,
    of: PhantomData<fn() -> S>,
}

impl<S: Subject> SetPhoto<S> {
    /// The record and its photo to be; the one before stays as a file.
    #[must_use]
    pub fn new(subject: Uuid, photo: Option<AttachmentId>) -> Self {
        Self { subject, photo, of: PhantomData }
    }
}

impl<S: Subject> Action for SetPhoto<S> {
    const RIGHT: Right = S::WRITE;
}

#[async_trait::async_trait]
impl<S: Subject> Command for SetPhoto<S> {
    type Output = Uuid;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Uuid> {
        reach::<S, _>(tx, permit, self.subject).await?;
        store::lock_files_of::<S, _>(tx, permit, self.subject).await?;
        if let Some(id) = self.photo {
            let held = store::hold::<S, _>(tx, permit, id).await?;
            let held = held.filter(|held| held.subject_id == self.subject);
            let held = held.ok_or_else(unknown)?;
            may_be_photo::<S>(&held.content_type)?;
        }
        store::drop_photo::<S, _>(tx, permit, self.subject).await?;
        if let Some(id) = self.photo {
            store::make_photo(tx, permit, id).await?;
        }
        let changes = json!({ "photo": self.photo });
        tx.audit(AuditEntry::new("setProductPhoto", S::KIND, self.subject, changes));
        Ok(self.subject)
    }
}

fn unknown() -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        "The record has no such file.",
        "У записи нет такого файла.",
    )
    .at(["attachmentId"])
}
