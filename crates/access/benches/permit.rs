//! What a permit costs: from a scope that is at hand, and from a bearer whose scope is
//! remembered, as the doorkeeper does it. The target is 5 µs at the median, also where a thousand
//! tenants have roles of their own.

#![allow(clippy::unwrap_used, reason = "a bench that cannot run ends")]

use std::hint::black_box;
use std::sync::Arc;

use access::{Action, Actor, CustomRole, Origin, Policy, Reach, Right, Scope, TenantFacts};
use criterion::{Criterion, criterion_group, criterion_main};
use kernel::{Currency, TenantId, UserId};
use moka::future::Cache;
use sha2::{Digest, Sha256};

const TENANTS: usize = 1_000;

struct ConfirmOrder;

impl Action for ConfirmOrder {
    const RIGHT: Right = Right::OrderWrite;
}

fn scope(policy: &Policy, role: &str) -> Scope {
    Scope::verified(Origin {
        tenant: TenantId::new(),
        actor: Actor::User(UserId::new()),
        session: None,
        rights: policy.rights(&[role]),
        team: Arc::from([]),
        customer: None,
        facts: TenantFacts {
            zone: chrono_tz::Europe::Moscow,
            base_currency: Currency::parse("RUB").unwrap(),
        },
    })
}

/// A tenant's own role, of the size of a real one.
fn own_role(tenant: usize) -> CustomRole {
    CustomRole {
        name: format!("seller_{tenant}"),
        includes: vec!["manager".into()],
        rights: vec![(Right::OrderDiscount, Reach::Own), (Right::OrderRead, Reach::All)],
    }
}

fn bearer(tenant: usize) -> String {
    // As long as a real token.
    format!("{tenant:08}{}", "x".repeat(400))
}

fn permits(bench: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let scopes: Vec<Scope> = (0..TENANTS)
        .map(|tenant| {
            let roles = [own_role(tenant)];
            let policy = runtime.block_on(Policy::with_roles(&roles)).unwrap();
            scope(&policy, &roles[0].name)
        })
        .collect();
    let mut next = 0;
    let mut turn = move || {
        next = (next + 7) % TENANTS;
        next
    };

    bench.bench_function("permit of a scope, 1000 tenants with roles of their own", |b| {
        b.iter(|| black_box(scopes[turn()].permit::<ConfirmOrder>()).is_ok());
    });

    let remembered: Cache<[u8; 32], Scope> = Cache::builder().max_capacity(100_000).build();
    let bearers: Vec<String> = (0..TENANTS).map(bearer).collect();
    for (text, scope) in bearers.iter().zip(&scopes) {
        let hash: [u8; 32] = Sha256::digest(text).into();
        runtime.block_on(remembered.insert(hash, scope.clone()));
    }
    let mut next = 0;
    bench.bench_function("permit of a remembered bearer, 1000 tenants", |b| {
        b.iter(|| {
            next = (next + 7) % TENANTS;
            let hash: [u8; 32] = Sha256::digest(&bearers[next]).into();
            let scope = runtime.block_on(remembered.get(&hash)).unwrap();
            black_box(scope.permit::<ConfirmOrder>()).is_ok()
        });
    });

    let roles = [own_role(1)];
    bench.bench_function("compiling a tenant's roles, once a change", |b| {
        b.iter(|| runtime.block_on(Policy::with_roles(black_box(&roles))).is_ok());
    });
}

criterion_group!(benches, permits);
criterion_main!(benches);
