//! Until when goods of unpaid orders are held, and what the tenant says about it.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{DateTime, OrderId, Utc};

use super::uuids;

/// Hours that goods are held for an order that waits for an approval, where nobody says otherwise.
const USUAL_APPROVAL_HOURS: i32 = 24;

/// What the tenant says about reservations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct ReservationSettings {
    /// Hours that goods are held for an order that is to be paid before shipping; `None`: for as
    /// long as it takes.
    pub unpaid_hours: Option<i32>,
    /// Hours that goods are held for an order that waits for an approval; 0: not at all.
    pub approval_hours: i32,
    /// Counts changes; 0 before the first.
    pub version: i32,
}

/// What the tenant has said, or what holds without it.
///
/// # Errors
/// A fault of the database.
pub async fn reservation_settings<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
) -> Outcome<ReservationSettings> {
    let sql = "
        select s.unpaid_hours, s.approval_hours, s.version
        from reservation_settings s
        where s.tenant_id = $1";
    let found = tx.one(Sql::new(sql, values![permit.tenant()])).await?;
    Ok(found.unwrap_or(ReservationSettings {
        unpaid_hours: None,
        approval_hours: USUAL_APPROVAL_HOURS,
        version: 0,
    }))
}

/// Writes them; `false` where somebody else has written this version.
pub(crate) async fn put_reservation_settings<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    settings: ReservationSettings,
) -> Outcome<bool> {
    let sql = "
        insert into reservation_settings as s (tenant_id, unpaid_hours, version, updated_at, approval_hours)
        values ($1, $2, $3, $4, $5)
        on conflict (tenant_id)
        do update set unpaid_hours = excluded.unpaid_hours,
                      approval_hours = excluded.approval_hours,
                      version = excluded.version,
                      updated_at = excluded.updated_at
        where s.version = excluded.version - 1";
    let ReservationSettings { unpaid_hours, approval_hours, version } = settings;
    let values = values![permit.tenant(), unpaid_hours, version, tx.now(), approval_hours];
    Ok(tx.run(Sql::new(sql, values)).await? == 1)
}

#[derive(FromQueryResult)]
struct Expiry {
    order_id: OrderId,
    expires_at: DateTime<Utc>,
}

/// Until when goods are held for a locked order, where that is noted.
pub(crate) async fn expiry_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
) -> Outcome<Option<DateTime<Utc>>> {
    Ok(expiries_of_orders(tx, permit, &[order]).await?.remove(&order))
}

/// Until when goods are held for orders that the caller may see; orders without a time are absent.
///
/// # Errors
/// A fault of the database.
pub async fn expiries_of_orders<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    orders: &[OrderId],
) -> Outcome<HashMap<OrderId, DateTime<Utc>>> {
    let sql = "
        select e.order_id, e.expires_at
        from reservation_expiry e
        where e.tenant_id = $1 and e.order_id = any($2::uuid[])";
    let rows: Vec<Expiry> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(orders)])).await?;
    Ok(rows.into_iter().map(|row| (row.order_id, row.expires_at)).collect())
}

/// Notes until when goods are held for a locked order.
pub(crate) async fn put_expiry<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
    expires_at: DateTime<Utc>,
) -> Outcome<()> {
    let sql = "
        insert into reservation_expiry (tenant_id, order_id, expires_at)
        values ($1, $2, $3)
        on conflict (tenant_id, order_id)
        do update set expires_at = excluded.expires_at";
    tx.run(Sql::new(sql, values![permit.tenant(), order, expires_at])).await?;
    Ok(())
}

/// Holds goods for a locked order without a time.
pub(crate) async fn forget_expiry<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
) -> Outcome<()> {
    let sql = "
        delete from reservation_expiry e
        where e.tenant_id = $1 and e.order_id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), order])).await?;
    Ok(())
}

/// Orders whose time has come, those first whose time came first.
pub(crate) async fn expired_orders<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    most: i64,
) -> Outcome<Vec<OrderId>> {
    let sql = "
        select e.order_id, e.expires_at
        from reservation_expiry e
        where e.tenant_id = $1 and e.expires_at <= $2
        order by e.expires_at, e.order_id
        limit $3";
    let rows: Vec<Expiry> = tx.all(Sql::new(sql, values![permit.tenant(), tx.now(), most])).await?;
    Ok(rows.into_iter().map(|row| row.order_id).collect())
}
