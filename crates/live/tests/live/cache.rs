//! What holds in memory and in Redis alike: computed once, shared, forgotten with the epoch.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::future::join_all;
use kernel::TenantId;
use live::{CacheKey, Live, Origin};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::server::{Redis, replica};

const TTL: Duration = Duration::from_secs(60);

fn key() -> CacheKey {
    CacheKey::new(b"director", "dashboard", b"2026-11")
}

/// The same story told to both.
async fn both<S: Future<Output = ()>>(story: impl Fn(Live) -> S) {
    story(Live::in_memory()).await;
    let redis = Redis::any().await;
    story(replica(&redis.url(), &Uuid::new_v4().to_string()).await).await;
}

async fn answer(live: &Live, tenant: TenantId, value: u32) -> (u32, Origin) {
    let compute = async { Ok::<_, Infallible>(value) };
    let Ok(cached) = live.fresh(tenant, &key(), TTL, compute).await;
    (cached.value, cached.origin)
}

#[tokio::test]
async fn a_value_is_kept_until_the_epoch_moves() {
    both(|live| async move {
        let (tenant, neighbour) = (TenantId::new(), TenantId::new());
        assert_eq!(answer(&live, tenant, 1).await, (1, Origin::Computed));
        assert_eq!(answer(&live, tenant, 2).await, (1, Origin::Kept));
        assert_eq!(answer(&live, neighbour, 3).await, (3, Origin::Computed));
        live.advance_epoch(tenant).await;
        assert_eq!(answer(&live, tenant, 4).await, (4, Origin::Computed));
        assert_eq!(answer(&live, tenant, 5).await, (4, Origin::Kept));
    })
    .await;
}

#[tokio::test]
async fn other_rights_or_arguments_are_other_questions() {
    both(|live| async move {
        let tenant = TenantId::new();
        assert_eq!(answer(&live, tenant, 1).await.0, 1);
        let keys = [
            CacheKey::new(b"manager", "dashboard", b"2026-11"),
            CacheKey::new(b"director", "salesReport", b"2026-11"),
            CacheKey::new(b"director", "dashboard", b"2026-10"),
        ];
        for (number, key) in keys.iter().enumerate() {
            let compute = async { Ok::<_, Infallible>(number) };
            let Ok(cached) = live.fresh(tenant, key, TTL, compute).await;
            assert_eq!((cached.value, cached.origin), (number, Origin::Computed));
        }
    })
    .await;
}

#[tokio::test]
async fn a_value_under_an_epoch_read_before_is_found_only_while_it_lasts() {
    both(|live| async move {
        let tenant = TenantId::new();
        let before = live.epoch(tenant).await;
        assert!(before.is_some());
        let ask = |epoch, value| {
            let live = live.clone();
            async move {
                let compute = async { Ok::<_, Infallible>(value) };
                let Ok(cached) = live.cached(tenant, &key(), epoch, TTL, compute).await;
                (cached.value, cached.origin)
            }
        };
        live.advance_epoch(tenant).await;
        // Computed from a snapshot that may be older than the posting: not for those who come now.
        assert_eq!(ask(before, 1).await, (1, Origin::Computed));
        let after = live.epoch(tenant).await;
        assert_ne!(before, after);
        assert_eq!(ask(after, 2).await, (2, Origin::Computed));
        assert_eq!(ask(after, 3).await, (2, Origin::Kept));
        // An epoch that is not known takes nothing and puts nothing.
        assert_eq!(ask(None, 4).await, (4, Origin::Computed));
        assert_eq!(ask(after, 5).await, (2, Origin::Kept));
    })
    .await;
}

#[tokio::test]
async fn a_hundred_who_ask_at_once_are_computed_for_once() {
    both(|live| async move {
        let tenant = TenantId::new();
        let computed = Arc::new(AtomicU32::new(0));
        let callers = (0..100).map(|_| {
            let (live, computed) = (live.clone(), computed.clone());
            tokio::spawn(async move {
                let compute = async {
                    computed.fetch_add(1, Ordering::SeqCst);
                    sleep(Duration::from_millis(100)).await;
                    Ok::<_, Infallible>("report".to_owned())
                };
                let Ok(cached) = live.fresh(tenant, &key(), TTL, compute).await;
                cached.value
            })
        });
        for value in join_all(callers).await {
            assert_eq!(value.unwrap(), "report");
        }
        assert_eq!(computed.load(Ordering::SeqCst), 1);
    })
    .await;
}

/// Begins a computation that never ends by itself; returns once it is under way.
async fn begin(
    live: &Live,
    tenant: TenantId,
    end: impl Future<Output = Result<u32, String>> + Send + 'static,
) -> tokio::task::JoinHandle<Result<u32, String>> {
    let begun = Arc::new(Notify::new());
    let (live, told) = (live.clone(), begun.clone());
    let task = tokio::spawn(async move {
        let compute = async {
            told.notify_one();
            end.await
        };
        live.fresh(tenant, &key(), TTL, compute).await.map(|cached| cached.value)
    });
    begun.notified().await;
    task
}

#[tokio::test]
async fn those_who_wait_go_on_when_the_one_who_computes_is_gone() {
    both(|live| async move {
        for panics in [false, true] {
            let tenant = TenantId::new();
            let fall = Arc::new(Notify::new());
            let falls = fall.clone();
            let first = begin(&live, tenant, async move {
                falls.notified().await;
                panic!("the computation of the first caller (wanted by the test)");
            })
            .await;
            let others: Vec<_> = (0..20)
                .map(|_| {
                    let live = live.clone();
                    tokio::spawn(async move { answer(&live, tenant, 7).await.0 })
                })
                .collect();
            sleep(Duration::from_millis(50)).await;
            assert!(others.iter().all(|other| !other.is_finished()), "they wait for the first");
            if panics {
                fall.notify_one()
            } else {
                first.abort()
            }
            for other in others {
                let value = timeout(Duration::from_secs(5), other).await;
                assert_eq!(value.expect("nobody hangs").unwrap(), 7);
            }
            assert!(first.await.is_err());
        }
    })
    .await;
}

#[tokio::test]
async fn an_error_is_told_to_its_caller_and_kept_for_nobody() {
    both(|live| async move {
        let tenant = TenantId::new();
        let fail = Arc::new(Notify::new());
        let fails = fail.clone();
        let first = begin(&live, tenant, async move {
            fails.notified().await;
            Err("the statement was cancelled".to_owned())
        })
        .await;
        let second = {
            let live = live.clone();
            tokio::spawn(async move { answer(&live, tenant, 2).await })
        };
        sleep(Duration::from_millis(50)).await;
        fail.notify_one();
        assert_eq!(first.await.unwrap(), Err("the statement was cancelled".to_owned()));
        assert_eq!(second.await.unwrap(), (2, Origin::Computed));
        assert_eq!(answer(&live, tenant, 3).await.0, 3);
        assert_eq!(answer(&live, tenant, 4).await, (3, Origin::Kept));
    })
    .await;
}

#[tokio::test]
async fn replicas_share_values_and_epochs() {
    let redis = Redis::any().await;
    let name = Uuid::new_v4().to_string();
    let one = replica(&redis.url(), &name).await;
    let two = replica(&redis.url(), &name).await;
    let stranger = replica(&redis.url(), &Uuid::new_v4().to_string()).await;
    let tenant = TenantId::new();
    assert_eq!(answer(&one, tenant, 1).await, (1, Origin::Computed));
    assert_eq!(answer(&two, tenant, 2).await, (1, Origin::Kept));
    assert_eq!(answer(&stranger, tenant, 3).await, (3, Origin::Computed));
    two.advance_epoch(tenant).await;
    assert_eq!(answer(&one, tenant, 4).await, (4, Origin::Computed));
}

#[tokio::test]
async fn an_address_that_cannot_be_one_is_refused_at_once() {
    let error = Live::redis("postgres://localhost").await.unwrap_err();
    assert!(error.to_string().starts_with("REDIS_URL cannot be used: "), "{error}");
}
