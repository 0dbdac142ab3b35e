//! One socket from its first message to its close.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Response as Answer;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures::future::BoxFuture;
use futures::stream::{self, AbortHandle, BoxStream, SelectAll, StreamExt, abortable};
use graph::{ErrorCode, Failure};
use kernel::Language;
use tokio::time::{Instant, sleep_until, timeout};

use super::message::{self, Farewell, Said};
use crate::Api;
use crate::answer::{is_not_executed, refusal};
use crate::gate::{Denied, ended, token};
use crate::http_graphql::denial;
use crate::operation::Client;
use crate::request::Params;

/// How long a client may take to send `connection_init`; tests do not wait that long.
const INIT_TIME: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 10 });
/// How long a client may take to receive a message; a slower one is let go.
const SEND_TIME: Duration = Duration::from_secs(20);
/// How long a client may take to answer a close.
const CLOSE_TIME: Duration = Duration::from_secs(2);
/// A quiet client is asked this often whether it is there…
const PING_EVERY: Duration = Duration::from_secs(25);
/// …and let go when it has said nothing for so long.
const SILENCE: Duration = Duration::from_secs(70);
/// Operations of one socket at once.
const MOST_OPERATIONS: usize = 100;
/// Longest id of an operation.
const LONGEST_ID: usize = 128;

/// What an operation says: an answer, or that it is over.
type Telling = (Arc<str>, Option<Answer>);

pub(super) struct Socket {
    api: Arc<Api>,
    stream: WebSocket,
    client: Client,
    is_open: bool,
    operations: HashMap<Arc<str>, AbortHandle>,
    tellings: SelectAll<BoxStream<'static, Telling>>,
    /// Ends with the token.
    token_ended: BoxFuture<'static, ()>,
    heard_at: Instant,
    /// A ping is under way.
    is_asked: bool,
}

/// Why a socket ends: with a close frame, or because nobody is there any more.
enum End {
    Say(Farewell),
    Gone,
}

impl From<Farewell> for End {
    fn from(farewell: Farewell) -> Self {
        Self::Say(farewell)
    }
}

/// The gauge of open sockets.
struct Counted;

impl Counted {
    fn new() -> Self {
        metrics::gauge!("oborot_sockets").increment(1.0);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::gauge!("oborot_sockets").decrement(1.0);
    }
}

fn unreadable() -> String {
    format!("a message is a text of at most {} KiB", super::LARGEST_MESSAGE / 1024)
}

impl Socket {
    pub(super) fn new(
        api: Arc<Api>,
        stream: WebSocket,
        language: Language,
        address: Option<IpAddr>,
    ) -> Self {
        Self {
            api,
            stream,
            client: Client { admitted: None, token: None, language, address },
            is_open: false,
            operations: HashMap::new(),
            tellings: SelectAll::new(),
            token_ended: Box::pin(std::future::pending()),
            heard_at: Instant::now(),
            is_asked: false,
        }
    }

    pub(super) async fn serve(mut self) {
        let _counted = Counted::new();
        let end = if self.stream.protocol().is_none() {
            End::Say(Farewell::WrongProtocol)
        } else {
            self.converse().await
        };
        if let End::Say(farewell) = end {
            let (code, reason) = farewell.frame();
            let frame = CloseFrame { code, reason: reason.into() };
            let closing = self.stream.send(Message::Close(Some(frame)));
            // Whether it arrives or not, the socket is dropped.
            let _ = timeout(SEND_TIME, closing).await;
        }
        // Dropped with something unread, the connection would break off, and the client might
        // never see the close, ours or the answer to its own.
        let rest = async { while let Some(Ok(_)) = self.stream.recv().await {} };
        let _ = timeout(CLOSE_TIME, rest).await;
    }

    async fn converse(&mut self) -> End {
        let stopping = self.api.stopping.clone();
        let init_until = Instant::now() + INIT_TIME;
        loop {
            let wake_at = match (self.is_open, self.is_asked) {
                (false, _) => init_until,
                (true, false) => self.heard_at + PING_EVERY,
                (true, true) => self.heard_at + SILENCE,
            };
            let step = tokio::select! {
                heard = self.stream.recv() => match heard {
                    Some(Ok(message)) => self.hear(message).await,
                    // Where nobody is there any more, this will not be heard either.
                    Some(Err(_)) => Err(Farewell::Invalid(unreadable()).into()),
                    None => Err(End::Gone),
                },
                Some((id, answer)) = self.tellings.next(), if !self.tellings.is_empty() => {
                    self.tell(&id, answer).await
                }
                () = self.token_ended.as_mut() => Err(Farewell::Forbidden.into()),
                () = stopping.cancelled() => Err(Farewell::GoingAway.into()),
                () = sleep_until(wake_at) => self.wake().await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn wake(&mut self) -> Result<(), End> {
        if !self.is_open {
            return Err(Farewell::InitTimeout.into());
        }
        if self.is_asked {
            return Err(End::Gone);
        }
        self.is_asked = true;
        self.send(Message::Ping(bytes::Bytes::new())).await
    }

    async fn hear(&mut self, message: Message) -> Result<(), End> {
        self.heard_at = Instant::now();
        self.is_asked = false;
        let text = match message {
            Message::Text(text) => text,
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Close(_) => return Err(End::Gone),
            Message::Binary(_) => {
                return Err(Farewell::Invalid("messages are texts".to_owned()).into());
            }
        };
        let said: Said =
            serde_json::from_str(&text).map_err(|error| Farewell::Invalid(error.to_string()))?;
        match said {
            Said::ConnectionInit { payload } => self.init(payload.unwrap_or_default()).await,
            Said::Ping { payload } => self.say(message::pong(payload)).await,
            Said::Pong {} => Ok(()),
            Said::Subscribe { id, payload } => self.subscribe(&id, payload).await,
            Said::Complete { id } => {
                if let Some(operation) = self.operations.remove(id.as_str()) {
                    operation.abort();
                }
                Ok(())
            }
        }
    }

    async fn init(&mut self, init: message::Init) -> Result<(), End> {
        if self.is_open {
            return Err(Farewell::TooManyInits.into());
        }
        if let Some(language) = &init.language {
            self.client.language = Language::from_accept(language);
        }
        let authorization = init.authorization.unwrap_or_default();
        let Some(bearer) = token(&authorization) else {
            return Err(Farewell::Forbidden.into());
        };
        let admitted = match self.api.gate.admit(bearer).await {
            Ok(admitted) => admitted,
            Err(Denied::Unauthenticated) => return Err(Farewell::Forbidden.into()),
            Err(Denied::Unavailable) => return Err(Farewell::Unavailable.into()),
        };
        let token: Arc<str> = Arc::from(bearer);
        let gate = Arc::clone(&self.api.gate);
        self.token_ended = Box::pin(ended(gate, Arc::clone(&token), admitted.clone()));
        self.client.admitted = Some(admitted);
        self.client.token = Some(token);
        self.is_open = true;
        self.say(message::ack()).await
    }

    async fn subscribe(&mut self, id: &str, params: Params) -> Result<(), End> {
        let Some(token) = self.client.token.clone() else {
            return Err(Farewell::Unauthorized.into());
        };
        if id.is_empty() || id.len() > LONGEST_ID {
            let why = format!("an id has 1 to {LONGEST_ID} bytes");
            return Err(Farewell::Invalid(why).into());
        }
        if self.operations.contains_key(id) {
            return Err(Farewell::Duplicate(id.to_owned()).into());
        }
        if self.operations.len() >= MOST_OPERATIONS {
            let refused = too_many().into_server_error(self.client.language);
            return self.say(message::error(id, &refusal(refused))).await;
        }
        // The caller's rights are those of now, not of when he opened the socket.
        match self.api.gate.admit(&token).await {
            Ok(admitted) => self.client.admitted = Some(admitted),
            Err(Denied::Unauthenticated) => return Err(Farewell::Forbidden.into()),
            // What runs on this socket is more patient, and so the socket stays.
            Err(denied @ Denied::Unavailable) => {
                let refused = denial(denied).into_server_error(self.client.language);
                return self.say(message::error(id, &refusal(refused))).await;
            }
        }
        let operation = match self.api.prepare(params, &self.client).await {
            Ok(operation) => operation,
            Err(answer) => return self.say(message::error(id, &answer)).await,
        };
        let id: Arc<str> = Arc::from(id);
        let (of, last) = (Arc::clone(&id), Arc::clone(&id));
        let answers = self.api.answers(operation).map(move |answer| (of.clone(), Some(answer)));
        let answers = answers.chain(stream::once(async move { (last, None) }));
        let (answers, handle) = abortable(answers);
        self.operations.insert(id, handle);
        self.tellings.push(answers.boxed());
        Ok(())
    }

    async fn tell(&mut self, id: &Arc<str>, answer: Option<Answer>) -> Result<(), End> {
        match answer {
            // Completed by the client while this was under way.
            _ if !self.operations.contains_key(id) => Ok(()),
            Some(answer) if is_not_executed(&answer) => {
                if let Some(operation) = self.operations.remove(id) {
                    operation.abort();
                }
                self.say(message::error(id, &answer)).await
            }
            Some(answer) => self.say(message::next(id, &answer)).await,
            None => {
                self.operations.remove(id);
                self.say(message::complete(id)).await
            }
        }
    }

    async fn say(&mut self, text: String) -> Result<(), End> {
        self.send(Message::Text(text.into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(SEND_TIME, self.stream.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(End::Gone),
        }
    }
}

fn too_many() -> Failure {
    Failure::told(
        ErrorCode::RateLimited,
        format!("a socket carries at most {MOST_OPERATIONS} operations at once"),
        format!("в одном соединении не более {MOST_OPERATIONS} операций сразу"),
    )
}
