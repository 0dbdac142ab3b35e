//! What every record of the catalog carries besides its own fields.

use async_graphql::{ComplexObject, Context, SimpleObject};
use kernel::{UserId, Uuid};

use crate::identity::{AuditEntry, User, history};
use crate::scalars::DateTime;
use crate::session::Session;

/// What every record of the catalog carries besides its own fields.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct Noted {
    /// The record's key in another system; unique in the tenant among records of this type.
    external_reference: Option<String>,
    /// Grows with each change; an update names the version it has read.
    version: i32,
    /// When it was made.
    created_at: DateTime,
    /// When it was changed last.
    updated_at: DateTime,
    /// When it was archived: nothing new is made with it since. Null while it is in use.
    archived_at: Option<DateTime>,
    #[graphql(skip)]
    creator: Option<UserId>,
    #[graphql(skip)]
    subject: Uuid,
}

#[ComplexObject]
impl Noted {
    /// The user who made it; null for partners' programs and the program itself.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.creator).await?)
    }

    /// Who did what to this record, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.subject).await?)
    }
}

impl Noted {
    /// Whether the record is archived.
    pub(super) fn is_archived(&self) -> bool {
        self.archived_at.is_some()
    }

    /// Of a record of which this was not read, since nobody asks for it.
    pub(super) fn unread(subject: impl Into<Uuid>) -> Self {
        let never = DateTime(kernel::DateTime::UNIX_EPOCH);
        Self {
            external_reference: None,
            version: 0,
            created_at: never,
            updated_at: never,
            archived_at: None,
            creator: None,
            subject: subject.into(),
        }
    }

    /// Of a record of the catalog.
    pub(crate) fn of(
        subject: impl Into<Uuid>,
        external_reference: Option<String>,
        record: &::catalog::Record,
    ) -> Self {
        Self {
            external_reference,
            version: record.version,
            created_at: record.created_at.into(),
            updated_at: record.updated_at.into(),
            archived_at: record.archived_at.map(Into::into),
            creator: record.created_by,
            subject: subject.into(),
        }
    }
}
