//! A file's row with its edges.

use std::collections::HashMap;
use std::marker::PhantomData;

use ::exchange::{OfExport, OfImport, OfInbox};
use ::files::{AttachmentKind as Kind, ReadFiles, Subject, attachments, attachments_of};
use async_graphql::{Context, Enum, ID, Object};
use kernel::{AttachmentId, Uuid};
use serde_json::{Value, json};

use super::subjects::{OfContract, OfCustomer, OfDelivery, OfProduct};
use crate::errors::Failure;
use crate::identity::User;
use crate::ids::{AnyId, global};
use crate::loaders::{Key, Load, Loaded, Loaders};
use crate::node::{Node, find};
use crate::scalars::DateTime;
use crate::session::Session;

/// What a file is to its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AttachmentKind {
    /// Any file.
    File,
    /// The record's picture.
    Photo,
}

/// A file that hangs on a record. It never changes: another content is another attachment.
#[derive(Clone)]
pub struct Attachment(::files::Attachment);

impl From<::files::Attachment> for Attachment {
    fn from(row: ::files::Attachment) -> Self {
        Self(row)
    }
}

impl Attachment {
    /// The row, for the routes that carry the bytes.
    #[must_use]
    pub fn row(&self) -> &::files::Attachment {
        &self.0
    }

    /// As `POST /files` answers it: the fields of the type that need no further reading.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "id": global(self.0.id).0,
            "kind": self.0.kind,
            "name": self.0.name,
            "contentType": self.0.content_type,
            "sizeBytes": self.0.size_bytes,
            "sha256": self.0.sha256,
            "createdAt": self.0.created_at,
            "url": self.address(),
        })
    }

    pub(crate) fn is_photo(&self) -> bool {
        self.0.kind == Kind::Photo
    }

    fn address(&self) -> String {
        format!("/files/{}", global(self.0.id).0)
    }
}

/// A file that hangs on a record. It never changes: another content is another attachment.
#[Object]
impl Attachment {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// What it is to its record.
    async fn kind(&self) -> AttachmentKind {
        match self.0.kind {
            Kind::File => AttachmentKind::File,
            Kind::Photo => AttachmentKind::Photo,
        }
    }

    /// The name it was given; safe to save under.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it is (RFC 6838), told by its content: `application/pdf`.
    async fn content_type(&self) -> &str {
        &self.0.content_type
    }

    /// Its size in bytes.
    async fn size_bytes(&self) -> i64 {
        self.0.size_bytes
    }

    /// The SHA-256 of its content, in 64 hexadecimal digits; in quotes it is the `ETag` of `url`.
    async fn sha256(&self) -> &str {
        &self.0.sha256
    }

    /// When it was attached.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// The person who attached it; null for partners' programs.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.created_by).await?)
    }

    /// Where its content is, from the server's address on. It is sent to whoever may see the
    /// record, with the same `Authorization` header as this request.
    async fn url(&self) -> String {
        self.address()
    }

    /// The record it hangs on.
    async fn subject(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Node>> {
        let id = AnyId { kind: self.0.subject_kind.to_owned(), uuid: self.0.subject_id };
        Ok(find(Session::of(ctx)?, id).await?)
    }
}

/// The files of a record of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FilesOf<S>(Uuid, PhantomData<S>);

/// The files of a record, oldest first.
pub(crate) async fn files_of<S: Subject + Key>(
    session: &Session,
    subject: Uuid,
) -> Result<Vec<Attachment>, Failure> {
    Ok(session.load(FilesOf::<S>(subject, PhantomData)).await?.unwrap_or_default())
}

impl<S: Subject + Key> Load<FilesOf<S>> for Loaders {
    type Value = Vec<Attachment>;

    async fn load(&self, keys: &[FilesOf<S>]) -> Loaded<FilesOf<S>, Vec<Attachment>> {
        let permit = self.permit::<ReadFiles<S>>()?;
        let subjects: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let found = attachments_of(&*self.tx().await?, &permit, &subjects).await?;
        let files = |rows: Vec<_>| rows.into_iter().map(Attachment::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (FilesOf(id, PhantomData), files(rows))).collect())
    }
}

impl Load<AttachmentId> for Loaders {
    type Value = Attachment;

    async fn load(&self, keys: &[AttachmentId]) -> Loaded<AttachmentId, Attachment> {
        // An id does not tell the kind of record. Where a right is missing, its files are not
        // there: the answer must not tell what a file hangs on.
        let mut found = HashMap::new();
        of_one_kind::<OfCustomer>(self, keys, &mut found).await?;
        of_one_kind::<OfContract>(self, keys, &mut found).await?;
        of_one_kind::<OfProduct>(self, keys, &mut found).await?;
        of_one_kind::<OfDelivery>(self, keys, &mut found).await?;
        of_one_kind::<OfInbox>(self, keys, &mut found).await?;
        of_one_kind::<OfImport>(self, keys, &mut found).await?;
        of_one_kind::<OfExport>(self, keys, &mut found).await?;
        Ok(found)
    }
}

async fn of_one_kind<S: Subject>(
    loaders: &Loaders,
    keys: &[AttachmentId],
    found: &mut HashMap<AttachmentId, Attachment>,
) -> Result<(), Failure> {
    let permit = match loaders.permit::<ReadFiles<S>>() {
        Ok(permit) => permit,
        Err(failure) if failure.is_forbidden() => return Ok(()),
        Err(failure) => return Err(failure),
    };
    let rows = match attachments(&*loaders.tx().await?, &permit, keys).await.map_err(Failure::from)
    {
        Err(failure) if failure.is_forbidden() => return Ok(()),
        rows => rows?,
    };
    found.extend(rows.into_iter().map(|(id, row)| (id, row.into())));
    Ok(())
}
