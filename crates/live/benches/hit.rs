//! What a cache hit costs, in memory and through Redis, for a dashboard of about 5 KB; and what a
//! posting pays to move the epoch.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot run ends")]

#[path = "../tests/live/server.rs"]
#[allow(dead_code, reason = "a bench harms no Redis")]
mod server;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kernel::TenantId;
use live::{CacheKey, Live};
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

#[derive(Clone, Serialize, Deserialize)]
struct Row {
    name: String,
    revenue: String,
    quantity: String,
}

type Dashboard = Arc<Vec<Row>>;

fn dashboard() -> Dashboard {
    let row = |number: u32| Row {
        name: format!("Cement M500, bag of 50 kg, no. {number}"),
        revenue: "1234567.89".to_owned(),
        quantity: "1200.000".to_owned(),
    };
    Arc::new((0..55).map(row).collect())
}

async fn ask(live: &Live, tenant: TenantId, key: &CacheKey) -> Dashboard {
    let compute = async { Ok::<_, Infallible>(dashboard()) };
    let Ok(cached) = live.fresh(tenant, key, Duration::from_secs(60), compute).await;
    cached.value
}

fn hits(criterion: &mut Criterion, name: &str, runtime: &Runtime, live: &Live) {
    let tenant = TenantId::new();
    let key = CacheKey::new(b"director", "dashboard", b"2026-11");
    criterion.bench_function(&format!("hit, {name}"), |bench| {
        bench.iter(|| runtime.block_on(ask(live, tenant, &key)));
    });
    criterion.bench_function(&format!("advance the epoch, {name}"), |bench| {
        bench.iter(|| runtime.block_on(live.advance_epoch(tenant)));
    });
    let at_once = 32;
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(at_once));
    group.bench_function("hits, 32 at once", |bench| {
        bench.iter(|| {
            let asks = (0..at_once).map(|_| ask(live, tenant, &key));
            runtime.block_on(futures::future::join_all(asks))
        });
    });
    group.finish();
}

fn all(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    hits(criterion, "in memory", &runtime, &Live::in_memory());
    let (redis, live) = runtime.block_on(async {
        let redis = server::Redis::any().await;
        let live = server::replica(&redis.url(), "bench").await;
        (redis, live)
    });
    hits(criterion, "redis", &runtime, &live);
    drop((live, redis));
}

criterion_group!(benches, all);
criterion_main!(benches);
