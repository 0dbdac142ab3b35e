//! One subscriber's way through the events: first what he missed, from the outbox, then what
//! comes, from the tenant's feed.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use access::Scope;
use db::{Event, Fault, ReadPool};
use futures::stream::{self, BoxStream, StreamExt};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::EventKind;
use super::feed::{BATCH, Feed, Told};
use super::resume::Resume;
use crate::errors::Failure;
use crate::session::Session;

/// What a subscriber is told.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    /// Something has changed.
    Changed(Arc<Event>),
    /// What happened up to this position is not known any more.
    Resync(i64),
}

impl Happening {
    pub(super) fn position(&self) -> i64 {
        match self {
            Self::Changed(event) => event.position,
            Self::Resync(position) => *position,
        }
    }

    pub(super) fn kind(&self) -> EventKind {
        match self {
            Self::Changed(_) => EventKind::Changed,
            Self::Resync(_) => EventKind::Resync,
        }
    }

    pub(super) fn event(&self) -> Option<&Event> {
        match self {
            Self::Changed(event) => Some(event),
            Self::Resync(_) => None,
        }
    }
}

/// Several happenings told as one.
#[derive(Clone, Debug)]
pub(super) enum Gathered {
    /// Some things have changed, one at least.
    Changed {
        /// The position of the last of them.
        position: i64,
        /// In their order.
        events: Vec<Arc<Event>>,
    },
    /// What happened up to this position is not known any more.
    Resync(i64),
}

/// How long changes are gathered before they are told.
const GATHERED_FOR: Duration = Duration::from_millis(100);
/// Changes told as one at most.
const MOST_GATHERED: usize = 250;

/// Whether a subscription is about an event and its subscriber may know of it.
pub(super) type Wants = Box<dyn Fn(&Event, &Scope) -> bool + Send + Sync>;

pub(super) struct Follower {
    session: Session,
    feed: Arc<Feed>,
    told: Receiver<Told>,
    /// The last position dealt with.
    position: i64,
    /// Up to here the outbox is read; beyond, the feed is heard.
    replay_to: i64,
    backlog: VecDeque<Told>,
    resume: Resume,
    wants: Wants,
    is_over: bool,
}

impl Follower {
    /// Begins after a position, or now.
    pub(super) async fn start(
        session: Session,
        after: Option<i64>,
        resume: Resume,
        wants: Wants,
    ) -> Result<Self, Failure> {
        let feed = session.feed().await?;
        let (place, told) = feed.join();
        let (position, backlog) = match after {
            Some(after) => missed(&session, after, place).await?,
            None => (place, VecDeque::new()),
        };
        let is_over = false;
        Ok(Self {
            session,
            feed,
            told,
            position,
            replay_to: place,
            backlog,
            resume,
            wants,
            is_over,
        })
    }

    pub(super) fn into_stream<T: 'static>(
        self,
        shape: fn(Happening) -> T,
    ) -> BoxStream<'static, async_graphql::Result<T>> {
        stream::unfold(self, move |mut follower| async move {
            let happening = follower.next().await?;
            Some((happening.map(shape).map_err(Into::into), follower))
        })
        .boxed()
    }

    /// As [`Follower::into_stream`], with changes that follow each other closely told as one.
    pub(super) fn into_gathered<T: 'static>(
        self,
        shape: impl Fn(&Gathered) -> T + Send + Sync + 'static,
    ) -> BoxStream<'static, async_graphql::Result<T>> {
        let shape = Arc::new(shape);
        stream::unfold(self, move |mut follower| {
            let shape = Arc::clone(&shape);
            async move {
                let gathered = follower.next_gathered().await?;
                let shaped = gathered.map(|gathered| shape(&gathered)).map_err(Into::into);
                Some((shaped, follower))
            }
        })
        .boxed()
    }

    /// The next things to tell: the first of them, and those that come soon after it.
    async fn next_gathered(&mut self) -> Option<Result<Gathered, Failure>> {
        let before = self.position;
        let first = match self.next().await? {
            Ok(Happening::Changed(event)) => event,
            Ok(Happening::Resync(position)) => return Some(Ok(Gathered::Resync(position))),
            Err(failure) => return Some(Err(failure)),
        };
        tokio::time::sleep(GATHERED_FOR).await;
        // Rights may have changed meanwhile.
        let Some(scope) = self.session.standing().await else {
            self.is_over = true;
            return Some(Err(Failure::unauthenticated()));
        };
        if !self.session.stands_as(&scope) {
            self.resume.leave(before);
            return None;
        }
        let mut events = vec![first];
        while events.len() < MOST_GATHERED
            && let Some(told) = self.told_already()
        {
            match told {
                Told::Event(event) => {
                    self.position = event.position;
                    if (self.wants)(&event, &scope) {
                        events.push(event);
                    }
                }
                Told::Lost(_) => {
                    self.backlog.push_front(told);
                    break;
                }
            }
        }
        Some(Ok(Gathered::Changed { position: self.position, events }))
    }

    /// What has come already; waits for nothing and reads nothing.
    fn told_already(&mut self) -> Option<Told> {
        if let Some(told) = self.backlog.pop_front() {
            return Some(told);
        }
        if self.position < self.replay_to {
            return None;
        }
        loop {
            match self.told.try_recv() {
                Ok(told) if position(&told) > self.position => return Some(told),
                Ok(_) => {}
                Err(TryRecvError::Lagged(_)) => {
                    self.replay_to = self.feed.position();
                    return None;
                }
                Err(TryRecvError::Empty | TryRecvError::Closed) => return None,
            }
        }
    }

    /// The next thing to tell; `None` where the stream ends, an error where it breaks.
    async fn next(&mut self) -> Option<Result<Happening, Failure>> {
        while !self.is_over {
            let told = match self.next_told().await {
                Ok(Some(told)) => told,
                Ok(None) => return None,
                Err(fault) => {
                    self.is_over = true;
                    return Some(Err(fault.into()));
                }
            };
            let Some(scope) = self.session.standing().await else {
                self.is_over = true;
                return Some(Err(Failure::unauthenticated()));
            };
            if !self.session.stands_as(&scope) {
                // What is shown must be read under the rights that hold now.
                self.resume.leave(self.position);
                return None;
            }
            match told {
                Told::Event(event) => {
                    self.position = event.position;
                    if (self.wants)(&event, &scope) {
                        return Some(Ok(Happening::Changed(event)));
                    }
                }
                Told::Lost(position) => {
                    self.position = position;
                    return Some(Ok(Happening::Resync(position)));
                }
            }
        }
        None
    }

    /// What comes after the position, in order, each once.
    async fn next_told(&mut self) -> Result<Option<Told>, Fault> {
        loop {
            if let Some(told) = self.backlog.pop_front() {
                return Ok(Some(told));
            }
            if self.position < self.replay_to {
                // Boxed: rare and large, and a subscriber's memory is that of his largest wait.
                Box::pin(self.read_outbox()).await?;
                continue;
            }
            match self.told.recv().await {
                Ok(told) if position(&told) > self.position => return Ok(Some(told)),
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => self.replay_to = self.feed.position(),
                Err(RecvError::Closed) => return Ok(None),
            }
        }
    }

    async fn read_outbox(&mut self) -> Result<(), Fault> {
        let Ok(scope) = self.session.scope() else { return Ok(()) };
        let reader = self.session.db().reader(scope, ReadPool::Requests);
        let events = reader.tx().await?.events_after(self.position, BATCH).await;
        reader.renew().await;
        let up_to = self.replay_to;
        let events = events?.into_iter().filter(|event| event.position <= up_to);
        self.backlog.extend(events.map(|event| Told::Event(Arc::new(event))));
        if self.backlog.is_empty() {
            self.position = self.replay_to;
        }
        Ok(())
    }
}

fn position(told: &Told) -> i64 {
    match told {
        Told::Event(event) => event.position,
        Told::Lost(position) => *position,
    }
}

/// Where to begin for a cursor: right after it, or with a RESYNC where events between it and now
/// are not kept any more, or where it is of a future that did not come.
async fn missed(
    session: &Session,
    after: i64,
    place: i64,
) -> Result<(i64, VecDeque<Told>), Failure> {
    if after == place {
        return Ok((place, VecDeque::new()));
    }
    let reader = session.db().reader(session.scope()?, ReadPool::Requests);
    let bounds = reader.tx().await?.event_bounds().await;
    reader.renew().await;
    let (newest, oldest) = bounds?;
    // A cursor of another replica may be ahead of this one's feed, but not of the database.
    let is_kept = oldest > 0 && after + 1 >= oldest;
    if after > newest || (after < newest && !is_kept) {
        return Ok((place, VecDeque::from([Told::Lost(place)])));
    }
    Ok((after, VecDeque::new()))
}
