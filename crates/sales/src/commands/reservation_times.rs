//! How long goods of unpaid orders are held: what the tenant says, and what is said of one order.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{DateTime, OrderId, Refusal, RefusalCode, Utc};
use serde_json::json;

use super::check_version;
use super::work_on::check_open;
use crate::events::order_changed;
use crate::rules::stale;
use crate::store::{
    ReservationSettings, forget_expiry, lock_order, put_expiry, put_reservation_settings,
    reservation_settings,
};

/// Hours that goods may be held for an unpaid order: a year.
const MOST_HOURS: i32 = 8_760;

/// Reading what the tenant says about reservations.
pub struct ReadReservationSettings;

impl Action for ReadReservationSettings {
    const RIGHT: Right = Right::OrderRead;
}

/// Says for how long goods are held for orders that are to be paid before shipping. Orders
/// confirmed so far keep their times.
#[derive(Clone, Copy, Debug)]
pub struct UpdateReservationSettings {
    /// The version that was read; 0 before the first change.
    pub version: i32,
    /// From 1 to 8,760; `None`: for as long as it takes.
    pub unpaid_hours: Option<i32>,
    /// Hours that goods are held for an order that waits for an approval, from 0 to 8,760; `None`
    /// leaves it.
    pub approval_hours: Option<i32>,
}

impl Action for UpdateReservationSettings {
    const RIGHT: Right = Right::SettingsWrite;
}

#[async_trait::async_trait]
impl Command for UpdateReservationSettings {
    type Output = ();

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<()> {
        if self.unpaid_hours.is_some_and(|hours| !(1..=MOST_HOURS).contains(&hours)) {
            return Err(Refusal::new(
                RefusalCode::OutOfRange,
                format!("Hours are from 1 to {MOST_HOURS}."),
                format!("Часов может быть от 1 до {MOST_HOURS}."),
            )
            .at(["unpaidHours"])
            .into());
        }
        if self.approval_hours.is_some_and(|hours| !(0..=MOST_HOURS).contains(&hours)) {
            return Err(Refusal::new(
                RefusalCode::OutOfRange,
                format!("Hours are from 0 to {MOST_HOURS}."),
                format!("Часов может быть от 0 до {MOST_HOURS}."),
            )
            .at(["approvalHours"])
            .into());
        }
        let before = reservation_settings(tx, permit).await?;
        check_version(Some(self.version), before.version)?;
        let version = before.version + 1;
        let approval_hours = self.approval_hours.unwrap_or(before.approval_hours);
        let unpaid_hours = self.unpaid_hours;
        let after = ReservationSettings { unpaid_hours, approval_hours, version };
        if !put_reservation_settings(tx, permit, after).await? {
            // Somebody else was first.
            return Err(stale(version).into());
        }
        tx.audit(AuditEntry::new(
            "updateReservationSettings",
            "Tenant",
            permit.tenant(),
            json!({ "unpaidHours": [before.unpaid_hours, self.unpaid_hours],
                    "approvalHours": [before.approval_hours, approval_hours] }),
        ));
        Ok(())
    }
}

/// Says until when goods are held for one open order that is not paid.
#[derive(Clone, Copy, Debug)]
pub struct SetReservationExpiry {
    /// The order.
    pub id: OrderId,
    /// In the future; `None`: without a time.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Action for SetReservationExpiry {
    const RIGHT: Right = Right::OrderWrite;
}

#[async_trait::async_trait]
impl Command for SetReservationExpiry {
    type Output = OrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<OrderId> {
        let order = lock_order(tx, permit, self.id).await?;
        check_open(&order)?;
        match self.expires_at {
            Some(at) if at <= tx.now() => {
                return Err(Refusal::new(
                    RefusalCode::OutOfRange,
                    "The time must lie ahead.",
                    "Срок должен быть в будущем.",
                )
                .at(["expiresAt"])
                .into());
            }
            Some(at) => put_expiry(tx, permit, order.id, at).await?,
            None => forget_expiry(tx, permit, order.id).await?,
        }
        tx.audit(AuditEntry::new(
            "setReservationExpiry",
            "SalesOrder",
            order.id,
            json!({ "expiresAt": self.expires_at }),
        ));
        order_changed(tx, order.id, order.manager_id, order.customer_id);
        Ok(order.id)
    }
}
