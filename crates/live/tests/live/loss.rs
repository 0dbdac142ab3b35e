//! Losing Redis loses nothing, and it comes back by itself.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use futures::StreamExt;
use kernel::TenantId;
use live::{CacheKey, Health, LEASE, Live, Origin, Signal, Subscription};
use tokio::time::{sleep, timeout};

use crate::events::{event, next};
use crate::server::{Cable, Server, replica, until};

const TTL: Duration = Duration::from_secs(60);

async fn answer(live: &Live, tenant: TenantId, value: u32) -> (u32, Origin) {
    let key = CacheKey::new(b"", "report", b"");
    let Ok(cached) = live.fresh(tenant, &key, TTL, async { Ok::<_, Infallible>(value) }).await;
    (cached.value, cached.origin)
}

/// Skips gaps until an event comes, and says whether there was one.
async fn after_gap(subscription: &mut Subscription) -> (bool, Signal) {
    let mut gap = false;
    loop {
        match next(subscription).await {
            Signal::Gap => gap = true,
            signal => return (gap, signal),
        }
    }
}

#[tokio::test]
async fn redis_is_killed_and_comes_back() {
    let mut server = Server::start().await;
    let one = replica(&server.url(), "test").await;
    let two = replica(&server.url(), "test").await;
    let tenant = TenantId::new();
    let mut here = one.subscribe(tenant);
    let mut there = two.subscribe(tenant);
    assert_eq!(answer(&one, tenant, 1).await, (1, Origin::Computed));
    assert_eq!(answer(&two, tenant, 2).await, (1, Origin::Kept));

    // Killed while a report is computed: the report is answered.
    let computing = {
        let one = one.clone();
        tokio::spawn(async move {
            let key = CacheKey::new(b"", "slow report", b"");
            let compute = async {
                sleep(Duration::from_millis(300)).await;
                Ok::<_, Infallible>(5)
            };
            let Ok(cached) = one.fresh(tenant, &key, TTL, compute).await;
            cached.value
        })
    };
    sleep(Duration::from_millis(50)).await;
    server.kill();
    assert_eq!(computing.await.unwrap(), 5);

    // Without Redis: computed each time, events in the process, the sequencer's bell rings.
    until(&one, Health::RedisDown).await;
    until(&two, Health::RedisDown).await;
    assert_eq!(one.epoch(tenant).await, None);
    assert_eq!(answer(&one, tenant, 3).await, (3, Origin::Computed));
    assert_eq!(answer(&one, tenant, 4).await, (4, Origin::Computed));
    one.publish(tenant, event(1)).await;
    assert_eq!(after_gap(&mut here).await, (true, Signal::Event(event(1))));
    // The other replica cannot hear it, so it is sent to the outbox, again and again.
    for _ in 0..3 {
        assert_eq!(next(&mut there).await, Signal::Gap);
    }
    one.woken().await;
    one.wake(tenant).await;
    timeout(Duration::from_secs(1), one.woken()).await.expect("woken in the process");

    // Back: shared again, after a gap.
    server.start_again().await;
    until(&one, Health::RedisUp).await;
    until(&two, Health::RedisUp).await;
    one.publish(tenant, event(2)).await;
    assert_eq!(after_gap(&mut here).await, (true, Signal::Event(event(2))));
    assert_eq!(after_gap(&mut there).await, (true, Signal::Event(event(2))));
    assert_eq!(answer(&one, tenant, 6).await, (6, Origin::Computed));
    assert_eq!(answer(&two, tenant, 7).await, (6, Origin::Kept));
}

#[tokio::test]
async fn a_program_starts_without_redis_and_finds_it_later() {
    let mut server = Server::start().await;
    server.kill();
    let live = Live::redis(&server.url()).await.unwrap();
    assert_eq!(live.health(), Health::RedisDown);
    let tenant = TenantId::new();
    assert_eq!(answer(&live, tenant, 1).await, (1, Origin::Computed));
    server.start_again().await;
    until(&live, Health::RedisUp).await;
    assert_eq!(answer(&live, tenant, 2).await, (2, Origin::Computed));
    assert_eq!(answer(&live, tenant, 3).await, (2, Origin::Kept));
}

#[tokio::test]
async fn a_redis_that_hangs_costs_one_wait_and_not_one_for_each() {
    let server = Server::start().await;
    let cable = Cable::to(server.socket());
    let live = replica(&cable.url(), "test").await;
    let tenant = TenantId::new();
    answer(&live, tenant, 1).await;
    cable.squeeze();
    let began = Instant::now();
    for number in 2..100 {
        assert_eq!(answer(&live, tenant, number).await, (number, Origin::Computed));
    }
    assert!(began.elapsed() < LEASE, "{:?}", began.elapsed());
    assert_eq!(live.health(), Health::RedisDown);
    cable.mend();
    until(&live, Health::RedisUp).await;
    live.advance_epoch(tenant).await;
    assert_eq!(answer(&live, tenant, 100).await.0, 100);
    assert_eq!(answer(&live, tenant, 101).await, (100, Origin::Kept));
}

#[tokio::test]
async fn what_was_published_while_cut_off_is_looked_up_after_it() {
    let server = Server::start().await;
    let cable = Cable::to(server.socket());
    let far = replica(&cable.url(), "test").await;
    let near = replica(&server.url(), "test").await;
    let tenant = TenantId::new();
    let mut subscription = far.subscribe(tenant);
    cable.cut();
    until(&far, Health::RedisDown).await;
    while timeout(Duration::from_millis(100), subscription.next()).await.is_ok() {}
    near.publish(tenant, event(1)).await;
    cable.mend();
    until(&far, Health::RedisUp).await;
    assert_eq!(next(&mut subscription).await, Signal::Gap);
}
