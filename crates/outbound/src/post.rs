//! The way to the mail server, and whether there is one.

use std::sync::Arc;
use std::time::Duration;

use access::Permit;
use db::{Fault, Outcome, TenantTx};
use kernel::{MailId, Refusal, RefusalCode};
pub use lettre::message::Mailbox;
use lettre::transport::smtp::response::Category;
use lettre::transport::smtp::{AsyncSmtpTransport, Error};
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

impl Office {
    /// Whether the mail server greets this program and lets it sign in. Connections are not kept, so
    /// it is asked anew.
    async fn is_let_in(&self) -> bool {
        matches!(self.transport.test_connection().await, Ok(true))
    }
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
        let handing = async {
            let Err(error) = office.transport.send(message).await else { return Tried::Taken };
            let said = kept(&told(&error));
            // Where nobody is let in, say for a wrong password, nothing is said of this letter: it
            // goes once that is mended.
            if error.is_permanent() && !is_of_login(&error) && office.is_let_in().await {
                Tried::Never(said)
            } else {
                Tried::NotNow(said)
            }
        };
        let late = |_| Tried::NotNow("the mail server did not answer in time".to_owned());
        Some(tokio::time::timeout(HANDING_OVER, handing).await.unwrap_or_else(late))
    }
}

/// Whether a mail server asks for another login or for TLS, at whichever command: its answers to
/// that alone begin with 53 (RFC 4954, section 6).
fn is_of_login(error: &Error) -> bool {
    error.status().is_some_and(|code| code.category == Category::Unspecified3)
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// The address of a mail server that refuses one command, or whoever connects.
    async fn refusing(command: &'static str, refusal: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, command, refusal));
            }
        });
        format!("smtp://anna:secret@{address}")
    }

    async fn serve(stream: TcpStream, command: &'static str, refusal: &'static str) {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        let mut line = Some("CONNECT".to_owned());
        while let Some(said) = line {
            let answer = match said.split(' ').next().unwrap() {
                word if word == command => refusal,
                "CONNECT" => "220 mail",
                "EHLO" => "250-mail\r\n250 AUTH PLAIN",
                _ => "250 ok",
            };
            if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
                return;
            }
            line = lines.next_line().await.unwrap_or_default();
        }
    }

    #[tokio::test]
    async fn only_what_is_said_of_the_letter_is_for_good() {
        let letter = Outgoing {
            id: MailId::new(),
            recipient: "buyer@theatre.example",
            reply_to: None,
            title: "Quote",
            body: "Good day",
        };
        for (command, refusal, is_for_good) in [
            ("CONNECT", "554 no service here", false),
            ("AUTH", "535 wrong password", false),
            ("MAIL", "530 sign in first", false),
            ("RCPT", "450 come again", false),
            ("RCPT", "550 nobody lives here", true),
            ("DATA", "554 not such a letter", true),
        ] {
            let address = refusing(command, refusal).await;
            let post = Post::through(&address, "sales@vostok.example".parse().unwrap()).unwrap();
            let tried = post.hand_over(&letter).await;
            let (is_never, said) = match tried {
                Some(Tried::Never(said)) => (true, said),
                Some(Tried::NotNow(said)) => (false, said),
                other => panic!("{command}: {other:?}"),
            };
            assert_eq!(is_never, is_for_good, "{command}: {said}");
            assert!(said.contains(&refusal[4..]), "{command}: {said}");
        }
    }
}
