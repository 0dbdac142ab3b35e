//! Events and the sequencer's bell, within a process and between replicas.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use kernel::TenantId;
use live::{Health, Live, Signal, Subscription};
use tokio::time::timeout;
use uuid::Uuid;

use crate::server::{Redis, replica};

const SOON: Duration = Duration::from_secs(5);
const NOTHING: Duration = Duration::from_millis(150);

pub fn event(number: u32) -> Bytes {
    Bytes::from(number.to_string())
}

pub async fn next(subscription: &mut Subscription) -> Signal {
    let signal = timeout(SOON, subscription.next()).await;
    signal.expect("a signal comes soon").expect("the stream goes on")
}

#[tokio::test]
async fn without_redis_events_reach_the_tenants_subscribers_in_order() {
    let live = Live::in_memory();
    assert_eq!(live.health(), Health::Memory);
    let (tenant, neighbour) = (TenantId::new(), TenantId::new());
    let mut first = live.subscribe(tenant);
    let mut second = live.subscribe(tenant);
    let mut other = live.subscribe(neighbour);
    live.publish(tenant, event(1)).await;
    live.publish_all(vec![(tenant, event(2)), (neighbour, event(9)), (tenant, event(3))]).await;
    for number in 1..=3 {
        assert_eq!(next(&mut first).await, Signal::Event(event(number)));
        assert_eq!(next(&mut second).await, Signal::Event(event(number)));
    }
    assert_eq!(next(&mut other).await, Signal::Event(event(9)));
    assert!(timeout(NOTHING, other.next()).await.is_err(), "a neighbour hears nothing");
}

#[tokio::test]
async fn with_redis_events_reach_every_replica_once_and_in_order() {
    let redis = Redis::any().await;
    let name = Uuid::new_v4().to_string();
    let one = replica(&redis.url(), &name).await;
    let two = replica(&redis.url(), &name).await;
    let (tenant, neighbour) = (TenantId::new(), TenantId::new());
    let mut here = one.subscribe(tenant);
    let mut there = two.subscribe(tenant);
    let mut other = two.subscribe(neighbour);
    for number in 0..100 {
        one.publish(tenant, event(number)).await;
    }
    for number in 0..100 {
        assert_eq!(next(&mut here).await, Signal::Event(event(number)));
        assert_eq!(next(&mut there).await, Signal::Event(event(number)));
    }
    assert!(timeout(NOTHING, here.next()).await.is_err(), "not twice");
    assert!(timeout(NOTHING, other.next()).await.is_err(), "a neighbour hears nothing");
}

#[tokio::test]
async fn many_wakes_are_one_and_reach_every_replica() {
    let redis = Redis::any().await;
    let name = Uuid::new_v4().to_string();
    let one = replica(&redis.url(), &name).await;
    let two = replica(&redis.url(), &name).await;
    // Being connected is a reason to look, too.
    one.woken().await;
    two.woken().await;
    let tenant = TenantId::new();
    for _ in 0..10 {
        one.wake(tenant).await;
    }
    timeout(SOON, one.woken()).await.expect("the replica that posted looks");
    timeout(SOON, two.woken()).await.expect("the other looks");
    // Later of the ten may have arrived after the first look; no more than that.
    while timeout(NOTHING, two.woken()).await.is_ok() {}
    assert!(timeout(NOTHING, one.woken()).await.is_err(), "its own wakes do not come back");
}

#[tokio::test]
async fn the_stream_ends_with_the_program() {
    let live = Live::in_memory();
    let mut subscription = live.subscribe(TenantId::new());
    drop(live);
    assert_eq!(timeout(SOON, subscription.next()).await.unwrap(), None);
}
