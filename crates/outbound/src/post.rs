//! The way to the mail server, and whether there is one.

use std::sync::Arc;
use std::time::Duration;

use access::Permit;
use db::{Fault, Outcome, TenantTx};
use kernel::{MailId, Refusal, RefusalCode};
pub use lettre::message::Mailbox;
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::{AsyncTransport, Tokio1Executor};

use crate::letter::{Letter, Outgoing};
use crate::rules::Tried;
use crate::store;

/// The error of a sender that is none.
pub type MailboxError = lettre::address::AddressError;

/// How long the mail server may take to answer one command.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long handing over one letter may take in all.
pub(crate) const HANDING_OVER: Duration = Duration::from_secs(60);
/// What is kept of what a mail server says, in characters.
const KEPT_OF_ERROR: usize = 500;

/// The address of the mail server cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("not an address of a mail server")]
pub struct PostError;

/// Where letters go: to a mail server, or nowhere where none is configured. Cheap to clone.
#[derive(Clone, Default)]
pub struct Post {
    office: Option<Arc<Office>>,
}

/// How letters go out, and where what they link to is found.
#[derive(Clone, Debug, Default)]
pub struct Mailing {
    /// To the mail server, where there is one.
    pub post: Post,
    /// What addresses of this program begin with, such as `https://sales.example`.
    pub public_url: Arc<str>,
}

/// The whole address of a single-purpose link.
#[must_use]
pub fn link_address(public_url: &str, token: &str) -> String {
    format!("{public_url}/l/{token}")
}

struct Office {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Post").field("configured", &self.office.is_some()).finish()
    }
}

impl Post {
    /// Through a mail server: `smtp://host:port` in the clear, `smtp://…?tls=required` with
    /// STARTTLS, `smtps://…` with TLS from the start; a user and a password stand before the host.
    ///
    /// # Errors
    /// [`PostError`] for an address that is none of these.
    pub fn through(address: &str, from: Mailbox) -> Result<Self, PostError> {
        // Two providers are linked; whoever speaks TLS first would have to choose.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(address);
        let transport = builder.map_err(|_| PostError)?.timeout(Some(PATIENCE)).build();
        Ok(Self { office: Some(Arc::new(Office { transport, from })) })
    }

    /// No mail server: letters are refused.
    #[must_use]
    pub fn nowhere() -> Self {
        Self::default()
    }

    /// Whether letters can be sent.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.office.is_some()
    }

    /// Whether letters can be queued.
    ///
    /// # Errors
    /// Refused where no mail server is configured.
    pub fn ready(&self) -> Result<(), Refusal> {
        if self.is_configured() { Ok(()) } else { Err(no_mail_server()) }
    }

    /// Queues a letter in the transaction of what it tells of; a worker sends it once that is
    /// committed.
    ///
    /// # Errors
    /// Refused where no mail server is configured, or the letter has no address or title.
    pub async fn queue<A>(
        &self,
        tx: &TenantTx,
        permit: &Permit<A>,
        letter: &Letter,
    ) -> Outcome<MailId> {
        let made = self.queue_all(tx, permit, std::slice::from_ref(letter)).await?;
        made.into_iter().next().ok_or_else(|| Fault::broken("a letter was not queued").into())
    }

    /// Queues letters as [`Post::queue`] does, each to a recipient of its own.
    ///
    /// # Errors
    /// As [`Post::queue`], where one of them is refused.
    pub async fn queue_all<A>(
        &self,
        tx: &TenantTx,
        permit: &Permit<A>,
        letters: &[Letter],
    ) -> Outcome<Vec<MailId>> {
        self.ready()?;
        let checked: Result<Vec<Letter>, Refusal> = letters.iter().map(Letter::checked).collect();
        store::put(tx, permit, &checked?).await
    }

    /// Hands a letter over; `None` where no mail server is configured.
    pub(crate) async fn hand_over(&self, letter: &Outgoing<'_>) -> Option<Tried> {
        let office = self.office.as_ref()?;
        let message = match letter.message(&office.from) {
            Ok(message) => message,
            Err(reason) => return Some(Tried::Never(kept(&reason))),
        };
        let sending = tokio::time::timeout(HANDING_OVER, office.transport.send(message));
        Some(match sending.await {
            Ok(Ok(_)) => Tried::Taken,
            Ok(Err(error)) if error.is_permanent() => Tried::Never(kept(&told(&error))),
            Ok(Err(error)) => Tried::NotNow(kept(&told(&error))),
            Err(_) => Tried::NotNow("the mail server did not answer in time".to_owned()),
        })
    }
}

fn no_mail_server() -> Refusal {
    Refusal::new(
        RefusalCode::MailNotConfigured,
        "No mail server is configured: whoever runs the program sets OBOROT_SMTP_URL and \
         OBOROT_MAIL_FROM. Until then hand the link over yourself.",
        "Почтовый сервер не настроен: администратор программы задаёт OBOROT_SMTP_URL и \
         OBOROT_MAIL_FROM. До этого передайте ссылку сами.",
    )
    .at(["email"])
}

/// An error with what is behind it.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut behind = error.source();
    while let Some(cause) = behind {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        behind = cause.source();
    }
    text
}

fn kept(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(KEPT_OF_ERROR).collect()
}
