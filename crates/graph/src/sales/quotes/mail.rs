//! Letters, as far as people see them.

use async_graphql::{Context, Enum, Object};
use outbound::{Mail, MailState};

use crate::identity::User;
use crate::sales::user;
use crate::scalars::DateTime;

/// Where a letter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "MailState")]
pub enum OutgoingMailState {
    /// It is to be sent, for the first time or again.
    Waiting,
    /// The mail server took it.
    Sent,
    /// It is tried no more: the mail server will not have it, or was away for too long.
    Failed,
}

/// A letter: where it stands, and not what it says.
#[derive(Clone)]
pub struct OutgoingMail(Mail);

impl From<Mail> for OutgoingMail {
    fn from(mail: Mail) -> Self {
        Self(mail)
    }
}

/// A letter: where it stands, and not what it says. It is sent at least once.
#[Object]
impl OutgoingMail {
    /// To whom.
    async fn recipient(&self) -> &str {
        &self.0.recipient
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Where it stands.
    async fn state(&self) -> OutgoingMailState {
        self.0.state().into()
    }

    /// How often it was tried.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// When it is tried next; null where it waits no more.
    async fn next_attempt_at(&self) -> Option<DateTime> {
        (self.0.state() == MailState::Waiting).then(|| self.0.due_at.into())
    }

    /// What the mail server said last, or why it could not be reached; null where nothing went wrong.
    async fn last_error(&self) -> Option<&str> {
        self.0.last_error.as_deref()
    }

    /// When the mail server took it.
    async fn sent_at(&self) -> Option<DateTime> {
        self.0.sent_at.map(Into::into)
    }

    /// Who had it sent; null where a program did.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(ctx, self.0.created_by).await
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }
}
