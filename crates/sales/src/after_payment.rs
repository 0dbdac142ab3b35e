//! Goods for orders whose money has come (domain, section 4, sales route). Payments belong to a
//! context below and cannot call this one: their transaction marks the orders that have got what
//! they waited for, and this worker follows the marks.
//!
//! A mark goes in the transaction that holds the goods, so a worker that dies loses nothing and
//! one that comes second finds nothing to do. Several replicas may run this at once: the order's
//! lock makes them stand in line.

use std::collections::HashSet;

use access::{Action, Permit, Right, Scope};
use db::{
    AuditEntry, Command, CommandError, Db, Fault, Outcome, ReadPool, Reason, Sql, TenantTx, values,
};
use futures::StreamExt;
use kernel::{OrderId, ProductId, TenantId};
use serde_json::json;

use crate::credit::check_reserve;
use crate::events::order_changed;
use crate::expiry::expire_unless_paid;
use crate::holding::{goods, held_by_line, hold};
use crate::rules::{AfterPayment, after_payment};
use crate::store::{lock_order, order_lines};

/// Tenants looked at in one round.
const TENANTS: i64 = 1_000;
/// Tenants worked on at once: one whose rows are locked for long does not hold up the others.
const AT_ONCE: usize = 2;
/// Orders read at once.
const BATCH: i64 = 100;
/// Batches of one tenant in one round; the rest comes in the next one.
const BATCHES: usize = 10;

/// Holds goods for an order that has got what it waited for.
#[derive(Clone, Copy, Debug)]
pub struct HoldPaidOrder {
    /// Which.
    pub order: OrderId,
}

impl Action for HoldPaidOrder {
    const RIGHT: Right = Right::OrderWrite;
}

#[async_trait::async_trait]
impl Command for HoldPaidOrder {
    /// Whether goods were asked for now; not so where another replica was first, the money was
    /// taken back, or the order is over.
    type Output = bool;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<bool> {
        let order = lock_order(tx, permit, self.order).await?;
        catalog::lock_customer(tx, permit, order.customer_id).await?;
        let Some(asked) = settlements::stop_awaiting(tx, permit, order.id).await? else {
            return Ok(false);
        };
        let prepaid = settlements::prepaid(tx, permit, (&order).into()).await?;
        match after_payment(order.state, asked, prepaid) {
            AfterPayment::LetGo => return Ok(false),
            AfterPayment::Wait => {
                let customer = order.customer_id;
                settlements::await_payment(tx, permit, order.id, customer, asked).await?;
                return Ok(false);
            }
            AfterPayment::Hold => {}
        }
        if let Err(error) = check_reserve(tx, permit, &order).await {
            let CommandError::Refused(refusal) = error else { return Err(error) };
            // Its next payment asks again.
            let customer = order.customer_id;
            settlements::await_payment(tx, permit, order.id, customer, asked).await?;
            tx.audit(AuditEntry::new(
                "holdPaidOrder",
                "SalesOrder",
                order.id,
                json!({ "refused": refusal.code.as_str(), "details": refusal.details }),
            ));
            return Ok(false);
        }
        // A payment reversed later takes nothing back: the domain delays the reservation until
        // paid and knows no way out of it but shipping, closing and cancelling. The gate before
        // shipping asks for the money again.
        let lines = order_lines(tx, permit, order.id).await?;
        let goods = goods(tx, permit, lines).await?;
        let products: Vec<ProductId> = goods.iter().map(|line| line.product_id).collect();
        stock::keep_still(tx, permit, order.organization_id, &products).await?;
        let held = held_by_line(tx, permit, &goods).await?;
        let availability = hold(tx, permit, &order, &goods, &held).await?;
        expire_unless_paid(tx, permit, &order, prepaid).await?;
        tx.audit(AuditEntry::new(
            "holdPaidOrder",
            "SalesOrder",
            order.id,
            json!({ "asked": asked, "paid": prepaid, "availability": availability }),
        ));
        order_changed(tx, order.id, order.manager_id, order.customer_id);
        Ok(true)
    }
}

/// One round over all tenants with paid orders that wait; tells for how many orders goods were
/// asked. What fails is logged, stays marked and stops nobody else.
///
/// # Errors
/// A fault where the marks cannot be looked at.
pub async fn hold_paid_orders(db: &Db) -> Result<usize, Fault> {
    let mut system = db.system(Reason::PaidOrders).await?;
    let sql = include_str!("paid_tenants.sql");
    let marked: Vec<Marked> = system.all(Sql::new(sql, values![TENANTS])).await?;
    system.commit().await?;
    if marked.is_empty() {
        return Ok(0);
    }
    let marked: HashSet<TenantId> = marked.into_iter().map(|row| row.tenant_id).collect();
    let mut tenants = identity::tenants(db).await?;
    tenants.retain(|tenant| marked.contains(&tenant.id));
    let work = futures::stream::iter(tenants).map(|tenant| async move {
        let worker = identity::worker_scope(&tenant, "hold paid orders");
        hold_of_tenant(db, &worker).await.unwrap_or_else(|error| {
            tracing::warn!(tenant = %tenant.id, %error, "paid orders were not looked at");
            0
        })
    });
    Ok(work.buffer_unordered(AT_ONCE).fold(0, async |all, held| all + held).await)
}

#[derive(db::FromQueryResult)]
struct Marked {
    tenant_id: TenantId,
}

async fn hold_of_tenant(db: &Db, worker: &Scope) -> Outcome<usize> {
    let permit = worker.permit::<HoldPaidOrder>()?;
    let (mut held, mut last) = (0, None);
    for _ in 0..BATCHES {
        let reader = db.reader(worker, ReadPool::Jobs);
        let orders = settlements::paid_orders(&*reader.tx().await?, &permit, last, BATCH).await?;
        reader.renew().await;
        for order in orders.iter().copied() {
            match db.write_as_job(&permit, &HoldPaidOrder { order }).await {
                Ok(true) => held += 1,
                Ok(false) => {}
                Err(error) => {
                    let tenant = worker.tenant();
                    tracing::warn!(%tenant, %order, %error, "a paid order's goods are not held");
                }
            }
        }
        last = orders.last().copied();
        if last.is_none() {
            break;
        }
    }
    Ok(held)
}
