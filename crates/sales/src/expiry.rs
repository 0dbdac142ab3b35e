//! Goods held for orders that were to be paid by a time and are not (domain, section 4): when the
//! time has come a worker lets them go, and whoever is responsible hears of it.
//!
//! The time stands in a table and goes in the transaction that frees the goods, so a worker that
//! dies loses nothing and one that comes second finds nothing to do. Several replicas may run this
//! at once: the order's lock makes them stand in line, and the customer's keeps payments away.

use std::collections::HashSet;

use access::{Action, Permit, Right, Scope};
use chrono::Duration;
use db::{AuditEntry, Command, Db, Fault, Outcome, ReadPool, Reason, Sql, TenantTx, values};
use kernel::{Decimal, OrderId, TenantId};
use serde_json::json;

use crate::events::order_changed;
use crate::holding::awaits_money;
use crate::model::Order;
use crate::rules::{AtExpiry, asked_to_keep, at_expiry};
use crate::store::{
    expired_orders, expiry_of, forget_expiry, lock_order, put_expiry, reservation_settings,
};

/// Tenants looked at in one round.
const TENANTS: i64 = 1_000;
/// Orders of one tenant in one round; the rest comes in the next one.
const BATCH: i64 = 500;

/// Lets the goods of an order go that was not paid in time.
#[derive(Clone, Copy, Debug)]
pub struct ReleaseUnpaidOrder {
    /// Which.
    pub order: OrderId,
}

impl Action for ReleaseUnpaidOrder {
    const RIGHT: Right = Right::OrderWrite;
}

#[async_trait::async_trait]
impl Command for ReleaseUnpaidOrder {
    /// Whether goods were let go; not so where another replica was first, the money has come or the
    /// order is over.
    type Output = bool;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<bool> {
        let order = lock_order(tx, permit, self.order).await?;
        catalog::lock_customer(tx, permit, order.customer_id).await?;
        let Some(expires_at) = expiry_of(tx, permit, order.id).await? else { return Ok(false) };
        let prepaid = settlements::prepaid(tx, permit, (&order).into()).await?;
        let asked = asked_to_keep(order.gross, order.prepayment_percent.get());
        let then = at_expiry(order.state, (expires_at, tx.now()), (asked, prepaid));
        if then == AtExpiry::Wait {
            return Ok(false);
        }
        forget_expiry(tx, permit, order.id).await?;
        if then == AtExpiry::Forget {
            return Ok(false);
        }
        stock::release_order(tx, permit, order.id).await?;
        if then == AtExpiry::LetGo {
            tx.audit(AuditEntry::new(
                "releaseWaitingOrder",
                "SalesOrder",
                order.id,
                json!({ "expiredAt": expires_at }),
            ));
            order_changed(tx, order.id, order.manager_id, order.customer_id);
            return Ok(true);
        }
        // Its goods are held again when it is paid; till then it waits in no queue.
        settlements::stop_awaiting(tx, permit, order.id).await?;
        settlements::await_payment(tx, permit, order.id, order.customer_id, asked).await?;
        tx.audit(AuditEntry::new(
            "releaseUnpaidOrder",
            "SalesOrder",
            order.id,
            json!({ "expiredAt": expires_at, "asked": asked, "paid": prepaid }),
        ));
        order_changed(tx, order.id, order.manager_id, order.customer_id);
        Ok(true)
    }
}

/// Notes until when the goods of an order are held, where the tenant lets unpaid orders expire and
/// this one is to be paid before shipping and is not.
pub(crate) async fn expire_if_unpaid<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
) -> Outcome<()> {
    if order.prepayment_percent.get().is_zero() {
        return Ok(());
    }
    let prepaid = settlements::prepaid(tx, permit, order.into()).await?;
    expire_unless_paid(tx, permit, order, prepaid).await
}

/// Notes it for an order that let its goods go for want of money, waits for it still, and has got
/// goods by hand meanwhile: they are let go as well where no money comes.
pub(crate) async fn expire_if_awaited<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
) -> Outcome<()> {
    if awaits_money(tx, permit, order).await? {
        expire_if_unpaid(tx, permit, order).await?;
    }
    Ok(())
}

/// As [`expire_if_unpaid`], for an order that has got so much.
pub(crate) async fn expire_unless_paid<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    prepaid: Decimal,
) -> Outcome<()> {
    let percent = order.prepayment_percent.get();
    if percent.is_zero() || prepaid >= asked_to_keep(order.gross, percent) {
        return Ok(());
    }
    let settings = reservation_settings(tx, permit).await?;
    let Some(hours) = settings.unpaid_hours else { return Ok(()) };
    put_expiry(tx, permit, order.id, tx.now() + Duration::hours(i64::from(hours))).await
}

/// One round over all tenants with orders whose time has come; tells of how many orders goods were
/// let go. What fails is logged, stays noted and stops nobody else.
///
/// # Errors
/// A fault where the times cannot be looked at.
pub async fn release_unpaid_orders(db: &Db) -> Result<usize, Fault> {
    #[derive(db::FromQueryResult)]
    struct Due {
        tenant_id: TenantId,
    }
    let mut system = db.system(Reason::UnpaidOrders).await?;
    let sql = include_str!("expired_tenants.sql");
    let due: Vec<Due> = system.all(Sql::new(sql, values![TENANTS, db.clock().now()])).await?;
    system.commit().await?;
    if due.is_empty() {
        return Ok(0);
    }
    let due: HashSet<TenantId> = due.into_iter().map(|row| row.tenant_id).collect();
    let mut tenants = identity::tenants(db).await?;
    tenants.retain(|tenant| due.contains(&tenant.id));
    let mut released = 0;
    for tenant in tenants {
        let worker = identity::worker_scope(&tenant, "release unpaid orders");
        released += release_of_tenant(db, &worker).await.unwrap_or_else(|error| {
            tracing::warn!(tenant = %tenant.id, %error, "unpaid orders were not looked at");
            0
        });
    }
    Ok(released)
}

async fn release_of_tenant(db: &Db, worker: &Scope) -> Outcome<usize> {
    let permit = worker.permit::<ReleaseUnpaidOrder>()?;
    let reader = db.reader(worker, ReadPool::Jobs);
    let orders = expired_orders(&*reader.tx().await?, &permit, BATCH).await?;
    reader.renew().await;
    let mut released = 0;
    for order in orders {
        match db.write_as_job(&permit, &ReleaseUnpaidOrder { order }).await {
            Ok(true) => released += 1,
            Ok(false) => {}
            Err(error) => {
                let tenant = worker.tenant();
                tracing::warn!(%tenant, %order, %error, "an unpaid order's goods are still held");
            }
        }
    }
    Ok(released)
}
