//! One task per process keeps the connection and hears all messages.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use redis::Msg;
use redis::aio::PubSub;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use uuid::Uuid;

use super::link::{Connected, Link};
use crate::hub::Hub;

const RETRY_FIRST: Duration = Duration::from_millis(50);
const RETRY_LONGEST: Duration = Duration::from_secs(1);
/// While Redis is lost, subscribers are sent to the outbox this often.
const GAP_EVERY: Duration = Duration::from_secs(2);
/// The process sends itself a beat through Redis, and gives the connection up after the silence: a
/// subscription whose peer is gone without a word looks like one on which nothing happens.
const BEAT_EVERY: Duration = Duration::from_secs(1);
const SILENCE: Duration = Duration::from_secs(3);

/// Connects, listens, and begins again when the connection is lost; for as long as the process.
pub(super) async fn keep_connected(link: Arc<Link>, hub: Arc<Hub>) {
    let mut retry = RETRY_FIRST;
    let mut next_gap = Instant::now();
    for number in 1.. {
        match link.connect(number).await {
            Ok((connected, messages)) => {
                tracing::info!("redis is connected: cache and bus are shared");
                link.set(Some(connected.clone()));
                // What was published while nobody listened.
                hub.gap();
                hub.wake();
                let connected_at = Instant::now();
                listen(&link, &hub, &connected, messages).await;
                link.set(None);
                tracing::warn!("redis is lost: computing without cache, events stay in process");
                if connected_at.elapsed() > SILENCE {
                    retry = RETRY_FIRST;
                }
                next_gap = Instant::now();
            }
            Err(error) => {
                tracing::debug!(%error, "redis cannot be reached");
                link.set(None);
            }
        }
        if Instant::now() >= next_gap {
            hub.gap();
            next_gap = Instant::now() + GAP_EVERY;
        }
        sleep(retry).await;
        retry = (retry * 2).min(RETRY_LONGEST);
    }
}

/// Hears messages until the connection is lost.
async fn listen(link: &Link, hub: &Hub, connected: &Connected, messages: PubSub) {
    let mut messages = messages.into_on_message();
    let mut beat = interval(BEAT_EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard_at = Instant::now();
    loop {
        tokio::select! {
            // In this order, so that what has arrived is heard before silence is judged.
            biased;
            () = link.ended(connected) => return,
            message = messages.next() => {
                let Some(message) = message else { return };
                heard_at = Instant::now();
                dispatch(link, hub, &message);
            }
            _ = beat.tick() => {
                if heard_at.elapsed() > SILENCE {
                    return;
                }
                let mut publish = redis::cmd("PUBLISH");
                publish.arg(link.beat_channel()).arg("");
                let sent = publish.exec_async(&mut connected.connection()).await;
                if link.noted(connected, sent).is_none() {
                    return;
                }
            }
        }
    }
}

fn dispatch(link: &Link, hub: &Hub, message: &Msg) {
    let channel = message.get_channel_name();
    if let Some(tenant) = channel.strip_prefix(link.event_prefix()) {
        let Ok(tenant) = Uuid::try_parse(tenant) else { return };
        hub.deliver(tenant.into(), || Bytes::copy_from_slice(message.get_payload_bytes()));
    } else if channel == link.wake_channel() {
        // This replica's own sequencer was woken without Redis.
        if message.get_payload_bytes() != link.replica().as_bytes() {
            hub.wake();
        }
    }
}
