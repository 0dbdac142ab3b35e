//! A query that starts after a posting was answered sees it, whatever happens to Redis.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures::future::join_all;
use kernel::TenantId;
use live::{CLOCK_MARGIN, CacheKey, LEASE, Live, Origin};
use tokio::time::{sleep, timeout};

use crate::server::{Cable, Server, replica};

const TTL: Duration = Duration::from_secs(60);

/// A database of one number, which each posting raises.
#[derive(Default)]
struct Books {
    committed: AtomicU64,
    answered: AtomicU64,
    kept: AtomicU32,
    shared: AtomicU32,
    unread: AtomicU32,
}

impl Books {
    async fn post(&self, live: &Live, tenant: TenantId) {
        let posting = self.committed.fetch_add(1, Ordering::SeqCst) + 1;
        live.advance_epoch(tenant).await;
        self.answered.fetch_max(posting, Ordering::SeqCst);
    }

    /// A report over a snapshot that takes some time; never older than what was answered before.
    async fn report(&self, live: &Live, tenant: TenantId, takes: Duration) {
        let answered = self.answered.load(Ordering::SeqCst);
        let key = CacheKey::new(b"director", "report", b"");
        let compute = async {
            let snapshot = self.committed.load(Ordering::SeqCst);
            sleep(takes).await;
            Ok::<_, Infallible>(snapshot)
        };
        let Ok(report) = live.fresh(tenant, &key, TTL, compute).await;
        assert!(
            report.value >= answered,
            "a query after posting {answered} was given the report of {} ({:?})",
            report.value,
            report.origin
        );
        let count = match report.origin {
            Origin::Kept => &self.kept,
            Origin::Shared => &self.shared,
            Origin::Computed => &self.unread,
        };
        count.fetch_add(1, Ordering::SeqCst);
    }
}

/// Any number, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        // xorshift64 (Marsaglia, 2003)
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Posts and reports through these replicas until the time is over.
async fn trade(replicas: &[Live], lasts: Duration, slowest: Duration) -> Arc<Books> {
    let books = Arc::new(Books::default());
    let tenant = TenantId::new();
    let end = Instant::now() + lasts;
    let mut tasks = Vec::new();
    for (number, live) in replicas.iter().enumerate() {
        for task in 0..6 {
            let (live, books) = (live.clone(), books.clone());
            let mut dice = Dice((number * 100 + task + 1) as u64);
            tasks.push(tokio::spawn(async move {
                while Instant::now() < end {
                    if task == 0 {
                        books.post(&live, tenant).await;
                        sleep(Duration::from_millis(dice.below(60))).await;
                        continue;
                    }
                    let slow = dice.below(30) == 0;
                    let longest = if slow { slowest.as_millis() as u64 } else { 15 };
                    let takes = Duration::from_millis(dice.below(longest + 1));
                    books.report(&live, tenant, takes).await;
                    sleep(Duration::from_millis(dice.below(4))).await;
                }
            }));
        }
    }
    for task in join_all(tasks).await {
        task.expect("every report was fresh");
    }
    books
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_in_memory_are_never_older_than_an_answer() {
    let replicas = [Live::in_memory()];
    let books = trade(&replicas, Duration::from_secs(1), Duration::from_millis(50)).await;
    let kept = books.kept.load(Ordering::SeqCst);
    assert!(kept > 50, "the cache was in use: {kept}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_on_two_replicas_are_never_older_than_an_answer() {
    let server = Server::start().await;
    let replicas = [replica(&server.url(), "test").await, replica(&server.url(), "test").await];
    let books = trade(&replicas, Duration::from_secs(2), Duration::from_millis(50)).await;
    let kept = books.kept.load(Ordering::SeqCst);
    assert!(kept > 50, "the cache was in use: {kept}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nor_while_a_replica_is_cut_off_and_redis_dies() {
    let mut server = Server::start().await;
    let cable = Cable::to(server.socket());
    let replicas = [
        replica(&cable.url(), "test").await,
        replica(&server.url(), "test").await,
        replica(&server.url(), "test").await,
    ];
    let faults = async {
        sleep(Duration::from_millis(700)).await;
        cable.cut();
        sleep(Duration::from_millis(2800)).await;
        cable.mend();
        sleep(Duration::from_millis(900)).await;
        cable.squeeze();
        sleep(Duration::from_millis(800)).await;
        cable.mend();
        sleep(Duration::from_millis(600)).await;
        server.save_dump().await;
        server.kill();
        server.start_again().await;
    };
    let trading = trade(&replicas, Duration::from_secs(7), LEASE + Duration::from_millis(500));
    let ((), books) = futures::join!(faults, trading);
    let kept = books.kept.load(Ordering::SeqCst);
    let shared = books.shared.load(Ordering::SeqCst);
    assert!(kept > 200 && shared > 20, "the cache was in use: {kept} kept, {shared} shared");
}

#[tokio::test]
async fn a_poster_that_is_cut_off_answers_when_the_lease_is_over() {
    let server = Server::start().await;
    let cable = Cable::to(server.socket());
    let poster = replica(&cable.url(), "test").await;
    let reader = replica(&server.url(), "test").await;
    let (books, tenant) = (Books::default(), TenantId::new());
    books.report(&reader, tenant, Duration::ZERO).await;
    cable.cut();
    let began = Instant::now();
    books.post(&poster, tenant).await;
    let waited = began.elapsed();
    assert!(waited >= LEASE, "{waited:?}");
    assert!(waited < LEASE + CLOCK_MARGIN + Duration::from_secs(1), "{waited:?}");
    books.report(&reader, tenant, Duration::ZERO).await;
}

#[tokio::test]
async fn a_poster_whose_redis_comes_back_answers_at_once() {
    let server = Server::start().await;
    let cable = Cable::to(server.socket());
    let poster = replica(&cable.url(), "test").await;
    let reader = replica(&server.url(), "test").await;
    let tenant = TenantId::new();
    let before = reader.epoch(tenant).await.unwrap();
    cable.cut();
    let mend = async {
        sleep(Duration::from_millis(300)).await;
        cable.mend();
    };
    let posting = timeout(LEASE, poster.advance_epoch(tenant));
    let ((), answered) = futures::join!(mend, posting);
    answered.expect("sooner than the lease");
    assert_ne!(reader.epoch(tenant).await, Some(before));
}

#[tokio::test]
async fn a_report_under_way_is_not_joined_after_its_lease() {
    let server = Server::start().await;
    let cable = Cable::to(server.socket());
    let poster = replica(&cable.url(), "test").await;
    let reader = replica(&server.url(), "test").await;
    let (books, tenant) = (Books::default(), TenantId::new());
    cable.cut();
    let slow = books.report(&reader, tenant, LEASE * 2);
    let quick = async {
        books.post(&poster, tenant).await;
        // The first is still computing, from a snapshot before the posting.
        books.report(&reader, tenant, Duration::ZERO).await;
    };
    futures::join!(slow, quick);
    assert_eq!(books.unread.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_slow_report_is_not_kept_longer_for_it() {
    let server = Server::start().await;
    let cable = Cable::to(server.socket());
    let poster = replica(&cable.url(), "test").await;
    let reader = replica(&server.url(), "test").await;
    let (books, tenant) = (Books::default(), TenantId::new());
    cable.cut();
    // Stored shortly before its lease is over: the lease began when the epoch was read.
    let slow = books.report(&reader, tenant, LEASE - Duration::from_millis(300));
    futures::join!(slow, books.post(&poster, tenant));
    books.report(&reader, tenant, Duration::ZERO).await;
    assert_eq!(books.unread.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_redis_that_restarts_from_an_old_dump_gives_no_old_report() {
    let mut server = Server::start().await;
    let live = replica(&server.url(), "test").await;
    let (books, tenant) = (Books::default(), TenantId::new());
    books.report(&live, tenant, Duration::ZERO).await;
    server.save_dump().await;
    books.post(&live, tenant).await;
    server.kill();
    server.start_again().await;
    // A replica that never knew the other process.
    let late = replica(&server.url(), "test").await;
    books.report(&late, tenant, Duration::ZERO).await;
}
