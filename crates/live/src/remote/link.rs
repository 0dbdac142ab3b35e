//! The connection to Redis as it stands now: everybody uses it, and who meets an error ends it.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use kernel::TenantId;
use redis::aio::{MultiplexedConnection, PubSub};
use redis::{
    AsyncConnectionConfig, Client, ErrorKind, IntoConnectionInfo, RedisError, RedisResult,
    ServerErrorKind,
};
use tokio::sync::watch;
use tokio::time::timeout;
use uuid::Uuid;

use crate::cache::CacheKey;

const CONNECT: Duration = Duration::from_secs(1);
/// A Redis that does not answer for so long is lost; nobody else then waits for it.
const ANSWER: Duration = Duration::from_millis(500);

pub(crate) struct Link {
    client: Client,
    name: String,
    replica: String,
    event_prefix: String,
    wake_channel: String,
    current: watch::Sender<Option<Connected>>,
    attempted: watch::Sender<bool>,
}

/// A connection to one process of Redis.
#[derive(Clone)]
pub(crate) struct Connected {
    connection: MultiplexedConnection,
    number: u64,
    /// Name and `run_id`: what all keys begin with.
    prefix: Arc<str>,
}

impl Link {
    pub(crate) fn open(url: &str, name: &str) -> RedisResult<Self> {
        let info = url.into_connection_info()?;
        // Many small commands share the connection; none should wait for the next.
        let tcp = info.tcp_settings().clone().set_nodelay(true);
        Ok(Self {
            client: Client::open(info.set_tcp_settings(tcp))?,
            name: name.to_owned(),
            replica: Uuid::new_v4().simple().to_string(),
            event_prefix: format!("{name}:event:"),
            wake_channel: format!("{name}:wake"),
            current: watch::Sender::new(None),
            attempted: watch::Sender::new(false),
        })
    }

    pub(crate) fn now(&self) -> Option<Connected> {
        self.current.borrow().clone()
    }

    pub(crate) fn changes(&self) -> watch::Receiver<Option<Connected>> {
        self.current.subscribe()
    }

    /// Waits until a connection was made or missed for the first time.
    pub(crate) async fn first_attempt(&self) {
        let mut attempted = self.attempted.subscribe();
        let _ = timeout(CONNECT, attempted.wait_for(|attempted| *attempted)).await;
    }

    /// The good part of an answer. An error that says that this connection is of no more use ends
    /// it for all; any other (no memory, a command refused) is only this command's.
    pub(crate) fn noted<T>(&self, connected: &Connected, answer: RedisResult<T>) -> Option<T> {
        match answer {
            Ok(answer) => Some(answer),
            Err(error) => {
                tracing::debug!(%error, "redis refused or was not heard");
                if ends_connection(&error) {
                    self.end(connected.number);
                }
                None
            }
        }
    }

    fn end(&self, number: u64) {
        self.current.send_if_modified(|current| {
            let is_current = current.as_ref().is_some_and(|now| now.number == number);
            if is_current {
                *current = None;
            }
            is_current
        });
    }

    pub(crate) fn set(&self, connected: Option<Connected>) {
        self.current.send_replace(connected);
        self.attempted.send_replace(true);
    }

    /// Returns when somebody has ended this connection.
    pub(crate) async fn ended(&self, connected: &Connected) {
        let is_other =
            |now: &Option<Connected>| now.as_ref().is_none_or(|now| now.number != connected.number);
        let _ = self.changes().wait_for(is_other).await;
    }

    /// Connects twice, for commands and for messages, and subscribes.
    pub(crate) async fn connect(&self, number: u64) -> RedisResult<(Connected, PubSub)> {
        let messages = timeout(CONNECT, self.subscribe()).await;
        let messages = messages.map_err(|_| late())??;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(ANSWER));
        let mut connection =
            self.client.get_multiplexed_async_connection_with_config(&config).await?;
        let mut info = redis::pipe();
        info.cmd("INFO").arg("server").cmd("INFO").arg("replication");
        let (server, replication): (String, String) = info.query_async(&mut connection).await?;
        if field(&replication, "role") != Some("master") {
            return Err(unusable("this Redis is a replica; name the master"));
        }
        let run_id = field(&server, "run_id").ok_or_else(|| unusable("INFO has no run_id"))?;
        let prefix = format!("{}:{run_id}", self.name).into();
        Ok((Connected { connection, number, prefix }, messages))
    }

    async fn subscribe(&self) -> RedisResult<PubSub> {
        let mut messages = self.client.get_async_pubsub().await?;
        messages.psubscribe(format!("{}*", self.event_prefix)).await?;
        messages.subscribe(self.wake_channel()).await?;
        messages.subscribe(self.beat_channel()).await?;
        Ok(messages)
    }

    pub(crate) fn replica(&self) -> &str {
        &self.replica
    }

    pub(crate) fn event_prefix(&self) -> &str {
        &self.event_prefix
    }

    pub(crate) fn event_channel(&self, tenant: TenantId) -> String {
        format!("{}{}", self.event_prefix, tenant.0.simple())
    }

    pub(crate) fn wake_channel(&self) -> &str {
        &self.wake_channel
    }

    /// Heard by this replica only: shows that the subscription is alive.
    pub(crate) fn beat_channel(&self) -> String {
        format!("{}:beat:{}", self.name, self.replica)
    }
}

impl Connected {
    pub(crate) fn connection(&self) -> MultiplexedConnection {
        self.connection.clone()
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn epoch_key(&self, tenant: TenantId) -> String {
        format!("{}:{}:epoch", self.prefix, tenant.0.simple())
    }

    pub(crate) fn value_key(&self, tenant: TenantId, key: &CacheKey) -> String {
        let mut text = format!("{}:{}:", self.prefix, tenant.0.simple());
        for byte in key.bytes() {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

fn ends_connection(error: &RedisError) -> bool {
    use ServerErrorKind::{BusyLoading, MasterDown, ReadOnly};
    match error.kind() {
        ErrorKind::Io | ErrorKind::Parse => true,
        ErrorKind::Server(kind) => matches!(kind, BusyLoading | MasterDown | ReadOnly),
        _ => error.is_unrecoverable_error(),
    }
}

fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
}

fn late() -> RedisError {
    RedisError::from((ErrorKind::Io, "no answer in time"))
}

fn unusable(why: &'static str) -> RedisError {
    RedisError::from((ErrorKind::Client, why))
}
