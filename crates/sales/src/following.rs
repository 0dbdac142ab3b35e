//! Documents that move on when somebody has decided (domain, section 7). Approvals stand below this
//! context and cannot call it: a decision marks its request, and this worker follows the marks.
//!
//! A document moves on under the rights of whoever asked, as they are now: what he could not do
//! himself is done in his name because it was decided, and nothing else is. Where he has left, the
//! program does it, and trusts nothing but decisions. If the posting is refused after all, the
//! document goes back to where it may be changed, and the decision stays.

use std::collections::HashSet;

use access::{Action, Permit, Right, Scope};
use approvals::{Followed, Unfollowed};
use db::{
    AuditEntry, Command, CommandError, Db, Fault, Outcome, ReadPool, Reason, Sql, TenantTx, values,
};
use identity::Tenant;
use kernel::{AgreementId, ApprovalRequestId, OrderId, QuoteId, Refusal, ShipmentId, TenantId};
use outbound::Mailing;
use serde_json::json;

use crate::approving::take_order_back;
use crate::changing::{drop_waiting, make, waiting_for};
use crate::commands::{confirm, picked_of};
use crate::events::{order_changed, shipment_changed};
use crate::findings::Consent;
use crate::model::Order;
use crate::posting::post;
use crate::quotes::{FollowQuote, hold_quote};
use crate::rules::{OrderMove, OrderState, ShipmentState};
use crate::store::{lock_order, lock_shipment, mark_waiting, order_of_shipment};
use crate::submitting::FollowAgreement;

/// Tenants looked at in one round.
const TENANTS: i64 = 1_000;
/// Requests of one tenant in one round; the rest comes in the next one.
const BATCH: i64 = 200;

/// Moves an order on, or back, as was decided.
#[derive(Clone, Debug)]
pub struct FollowOrder {
    /// The request.
    pub request: ApprovalRequestId,
    /// Its order.
    pub order: OrderId,
    /// Why it goes back though somebody agreed.
    pub refused: Option<Refusal>,
}

impl Action for FollowOrder {
    const RIGHT: Right = Right::OrderWrite;
}

#[async_trait::async_trait]

impl Command for FollowOrder {
    type Output = ();

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<()> {
        let order = lock_order(tx, permit, self.order).await?;
        let what = approvals::follow_up(tx, permit, self.request, self.refused.as_ref()).await?;
        if what == Followed::Nothing {
            return Ok(());
        }
        if order.state != OrderState::PendingApproval {
            return self.follow_change(tx, permit, &order, what).await;
        }
        if what == Followed::GoOn {
            confirm(tx, permit, &order, Consent::of(permit)).await?;
            return Ok(());
        }
        take_order_back(tx, permit, &order).await?;
        tx.audit(AuditEntry::new(
            "returnSalesOrder",
            "SalesOrder",
            order.id,
            json!({ "state": [order.state, OrderState::Draft],
                    "refused": self.refused.as_ref().map(|refusal| refusal.code.as_str()) }),
        ));
        order_changed(tx, order.id, order.manager_id, order.customer_id);
        Ok(())
    }
}

impl FollowOrder {
    /// Makes the change that waited for this request, or forgets it.
    async fn follow_change(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        order: &Order,
        what: Followed,
    ) -> Outcome<()> {
        let Some(planned) = waiting_for(tx, permit, order.id, self.request).await? else {
            return Ok(());
        };
        if what == Followed::GoOn {
            order.state.check(OrderMove::Change).map_err(Refusal::from)?;
            if let Some(quote) = order.quote_id {
                hold_quote(tx, permit, quote).await?;
            }
            make(tx, permit, order, &planned, Consent::of(permit)).await?;
            return Ok(());
        }
        drop_waiting(tx, permit, order.id).await?;
        tx.audit(AuditEntry::new(
            "dropOrderChange",
            "SalesOrder",
            order.id,
            json!({ "refused": self.refused.as_ref().map(|refusal| refusal.code.as_str()) }),
        ));
        order_changed(tx, order.id, order.manager_id, order.customer_id);
        Ok(())
    }
}

/// Moves a shipment on, or back, as was decided.
#[derive(Clone, Debug)]
pub struct FollowShipment {
    /// The request.
    pub request: ApprovalRequestId,
    /// Its shipment.
    pub shipment: ShipmentId,
    /// Why it goes back though somebody agreed.
    pub refused: Option<Refusal>,
}

impl Action for FollowShipment {
    const RIGHT: Right = Right::ShipmentPost;
}

#[async_trait::async_trait]

impl Command for FollowShipment {
    type Output = ();

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<()> {
        let order = order_of_shipment(tx, permit, self.shipment).await?;
        let order = lock_order(tx, permit, order).await?;
        let mut shipment = lock_shipment(tx, permit, self.shipment).await?;
        let what = approvals::follow_up(tx, permit, self.request, self.refused.as_ref()).await?;
        if shipment.state != ShipmentState::PendingApproval || what == Followed::Nothing {
            return Ok(());
        }
        if what == Followed::GoOn {
            let picked = picked_of(tx, permit, (&order, &shipment)).await?;
            // It goes on from where it was when somebody was asked.
            shipment.state = ShipmentState::Draft;
            post(tx, permit, "postShipment", &order, &shipment, &picked).await?;
            return Ok(());
        }
        mark_waiting(tx, permit, shipment.id, ShipmentState::Draft).await?;
        tx.audit(AuditEntry::new(
            "returnShipment",
            "Shipment",
            shipment.id,
            json!({ "state": [shipment.state, ShipmentState::Draft],
                    "refused": self.refused.as_ref().map(|refusal| refusal.code.as_str()) }),
        ));
        let (manager, customer) = (shipment.manager_id, shipment.customer_id);
        shipment_changed(tx, shipment.id, manager, customer, shipment.warehouse_id);
        Ok(())
    }
}

/// Where documents are, and how letters about them go out.
type Way<'a> = (&'a Db, &'a Mailing);

/// One round over all tenants with decided documents; tells how many moved. What fails is logged,
/// stays marked and stops nobody else.
///
/// # Errors
/// A fault where the marks cannot be looked at.
pub async fn follow_decisions(db: &Db, mailing: &Mailing) -> Result<usize, Fault> {
    #[derive(db::FromQueryResult)]
    struct Marked {
        tenant_id: TenantId,
    }
    let mut system = db.system(Reason::DecidedDocuments).await?;
    let sql = include_str!("decided_tenants.sql");
    let marked: Vec<Marked> = system.all(Sql::new(sql, values![TENANTS])).await?;
    system.commit().await?;
    if marked.is_empty() {
        return Ok(0);
    }
    let marked: HashSet<TenantId> = marked.into_iter().map(|row| row.tenant_id).collect();
    let mut tenants = identity::tenants(db).await?;
    tenants.retain(|tenant| marked.contains(&tenant.id));
    let mut followed = 0;
    for tenant in tenants {
        followed += follow_of_tenant(db, &tenant, mailing).await.unwrap_or_else(|error| {
            tracing::warn!(tenant = %tenant.id, %error, "decided documents were not looked at");
            0
        });
    }
    Ok(followed)
}

async fn follow_of_tenant(db: &Db, tenant: &Tenant, mailing: &Mailing) -> Outcome<usize> {
    let worker = identity::worker_scope(tenant, "follow decisions");
    let permit = worker.permit::<FollowOrder>()?;
    let reader = db.reader(&worker, ReadPool::Jobs);
    let found = approvals::unfollowed(&*reader.tx().await?, &permit, None, BATCH).await?;
    reader.renew().await;
    let mut followed = 0;
    for one in found {
        let id = one.id;
        match follow((db, mailing), tenant, &worker, one).await {
            Ok(()) => followed += 1,
            Err(error) => {
                let tenant = tenant.id;
                tracing::warn!(%tenant, request = %id, %error, "a decided document has not moved");
            }
        }
    }
    Ok(followed)
}

/// Moves one document: in the name of whoever asked, else in the program's; back where it is
/// refused.
async fn follow(
    way @ (db, _): Way<'_>,
    tenant: &Tenant,
    worker: &Scope,
    one: Unfollowed,
) -> Outcome<()> {
    let asker = match one.asker {
        Some(actor) => identity::acting_scope_of(db, tenant, actor).await?,
        None => None,
    };
    if let Some(asker) = asker {
        match moved(way, &asker, &one, None).await {
            // He may not do it any more, or does not see it any more.
            Err(CommandError::NotFound | CommandError::Forbidden(_)) => {}
            Err(CommandError::Refused(refusal)) => {
                return moved(way, worker, &one, Some(*refusal)).await;
            }
            done => return done,
        }
    }
    match moved(way, worker, &one, None).await {
        Err(CommandError::Refused(refusal)) => moved(way, worker, &one, Some(*refusal)).await,
        done => done,
    }
}

async fn moved(
    (db, mailing): Way<'_>,
    scope: &Scope,
    one: &Unfollowed,
    refused: Option<Refusal>,
) -> Outcome<()> {
    let request = one.id;
    match one.subject_kind.as_str() {
        "SalesOrder" => {
            let permit = scope.permit::<FollowOrder>()?;
            let order = OrderId(one.subject_id);
            db.write_as_job(&permit, &FollowOrder { request, order, refused }).await
        }
        "Shipment" => {
            let permit = scope.permit::<FollowShipment>()?;
            let shipment = ShipmentId(one.subject_id);
            db.write_as_job(&permit, &FollowShipment { request, shipment, refused }).await
        }
        "Agreement" => {
            let permit = scope.permit::<FollowAgreement>()?;
            let agreement = AgreementId(one.subject_id);
            db.write_as_job(&permit, &FollowAgreement { request, agreement, refused }).await
        }
        "Quote" => {
            let permit = scope.permit::<FollowQuote>()?;
            let (quote, mailing) = (QuoteId(one.subject_id), mailing.clone());
            db.write_as_job(&permit, &FollowQuote { request, quote, refused, mailing }).await
        }
        // Another context's document: its own worker follows.
        _ => Ok(()),
    }
}
