//! Delivery inside the process: one bounded channel per tenant that has a subscriber, and the bell
//! of the sequencer.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::stream::{self, BoxStream, Stream, StreamExt};
use kernel::TenantId;
use tokio::sync::Notify;
use tokio::sync::broadcast::{self, error::RecvError};

/// Events a tenant's channel keeps for its slowest subscriber; behind that it gets a gap. The
/// tenant's subscribers share the events, so this bounds memory per tenant, not per subscriber.
const CHANNEL_EVENTS: usize = 256;

/// What a subscriber is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// A published event, as it was published.
    Event(Bytes),
    /// Events may have been lost (Redis was lost or came back, or this subscriber was too slow):
    /// read the outbox from the cursor.
    Gap,
}

#[derive(Default)]
pub(crate) struct Hub {
    channels: Mutex<HashMap<TenantId, broadcast::Sender<Signal>>>,
    bell: Notify,
}

impl Hub {
    pub(crate) fn subscribe(self: &Arc<Self>, tenant: TenantId) -> Subscription {
        let receiver = self
            .channels()
            .entry(tenant)
            .or_insert_with(|| broadcast::Sender::new(CHANNEL_EVENTS))
            .subscribe();
        let signals = stream::unfold(receiver, |mut receiver| async {
            match receiver.recv().await {
                Ok(signal) => Some((signal, receiver)),
                Err(RecvError::Lagged(_)) => Some((Signal::Gap, receiver)),
                Err(RecvError::Closed) => None,
            }
        });
        let leave = Leave { hub: Arc::downgrade(self), tenant };
        Subscription { signals: signals.boxed(), _leave: leave }
    }

    /// Delivers to the tenant's subscribers in this process; the event is made only if there are.
    pub(crate) fn deliver(&self, tenant: TenantId, event: impl FnOnce() -> Bytes) {
        if let Some(channel) = self.channels().get(&tenant) {
            // An error says that the last subscriber is just leaving.
            let _ = channel.send(Signal::Event(event()));
        }
    }

    /// Tells every subscriber that something may have been lost.
    pub(crate) fn gap(&self) {
        for channel in self.channels().values() {
            let _ = channel.send(Signal::Gap);
        }
    }

    pub(crate) fn wake(&self) {
        self.bell.notify_one();
    }

    pub(crate) async fn woken(&self) {
        self.bell.notified().await;
    }

    fn channels(&self) -> MutexGuard<'_, HashMap<TenantId, broadcast::Sender<Signal>>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A subscriber's stream; it ends only when the [`Live`](crate::Live) is gone.
pub struct Subscription {
    // Dropped before `_leave`, which counts the receivers that are left.
    signals: BoxStream<'static, Signal>,
    _leave: Leave,
}

impl Stream for Subscription {
    type Item = Signal;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Signal>> {
        self.signals.as_mut().poll_next(cx)
    }
}

/// Takes the tenant's channel away with its last subscriber.
struct Leave {
    hub: Weak<Hub>,
    tenant: TenantId,
}

impl Drop for Leave {
    fn drop(&mut self) {
        let Some(hub) = self.hub.upgrade() else { return };
        let mut channels = hub.channels();
        if channels.get(&self.tenant).is_some_and(|channel| channel.receiver_count() == 0) {
            channels.remove(&self.tenant);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_channel_goes_with_its_last_subscriber() {
        let hub = Arc::new(Hub::default());
        let tenant = TenantId::new();
        let first = hub.subscribe(tenant);
        let second = hub.subscribe(tenant);
        drop(first);
        assert_eq!(hub.channels().len(), 1);
        drop(second);
        assert_eq!(hub.channels().len(), 0);
    }

    #[tokio::test]
    async fn a_slow_subscriber_is_told_of_the_gap_and_goes_on() {
        let hub = Arc::new(Hub::default());
        let tenant = TenantId::new();
        let mut slow = hub.subscribe(tenant);
        let total = CHANNEL_EVENTS + 10;
        for number in 0..total {
            hub.deliver(tenant, || Bytes::from(number.to_string()));
        }
        assert_eq!(slow.next().await, Some(Signal::Gap));
        let oldest_kept = Bytes::from("10");
        assert_eq!(slow.next().await, Some(Signal::Event(oldest_kept)));
    }
}
