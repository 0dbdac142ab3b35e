//! A delivery's way: it sets off, arrives or fails, and is tried again.

use access::{Action, Permit, Right};
use db::{Command, Outcome, TenantTx};
use kernel::{DateTime, DeliveryId, NaiveDate, Refusal, RefusalCode, Utc};
use serde_json::json;

use super::super::booking::book;
use super::super::rules::{DeliveryMove, DeliveryState};
use super::super::store::{give_to_manager, planned_of};
use super::{Held, delivery_changed};
use crate::model::Shipment;
use crate::rules::{reason, short_text};

/// Lets a planned delivery of a posted shipment go; what carrying costs is booked.
#[derive(Clone, Debug)]
pub struct StartDelivery {
    /// Which.
    pub id: DeliveryId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
}

impl Action for StartDelivery {
    const RIGHT: Right = Right::DeliveryWrite;
}

#[async_trait::async_trait]
impl Command for StartDelivery {
    type Output = DeliveryId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<DeliveryId> {
        let mut held = Held::lock(tx, permit, self.id, self.version).await?;
        let before = held.row.state;
        held.row.state = before.by(DeliveryMove::Start).map_err(Refusal::from)?;
        held.check_posted()?;
        held.row.attempts += 1;
        held.row.started_at = Some(tx.now());
        let booked = book(tx, permit, &mut held).await?;
        let told = json!({ "state": [before, held.row.state], "booked": booked });
        held.write(tx, permit, "startDelivery", told).await?;
        Ok(self.id)
    }
}

/// Says that the customer has the goods. Proof is a file that hangs on the delivery.
#[derive(Clone, Debug)]
pub struct CompleteDelivery {
    /// Which.
    pub id: DeliveryId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// When; `None` is now.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Who took it.
    pub received_by: Option<String>,
}

impl Action for CompleteDelivery {
    const RIGHT: Right = Right::DeliveryWrite;
}

#[async_trait::async_trait]
impl Command for CompleteDelivery {
    type Output = DeliveryId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<DeliveryId> {
        let received_by = short_text("receivedBy", self.received_by.as_deref())?;
        let mut held = Held::lock(tx, permit, self.id, self.version).await?;
        let before = held.row.state;
        held.row.state = before.by(DeliveryMove::Complete).map_err(Refusal::from)?;
        let at = self.delivered_at.unwrap_or_else(|| tx.now());
        check_time(at, tx.now())?;
        held.row.delivered_at = Some(at);
        held.row.received_by = received_by;
        let told = json!({ "state": [before, held.row.state], "deliveredAt": at,
                           "receivedBy": held.row.received_by });
        held.write(tx, permit, "completeDelivery", told).await?;
        Ok(self.id)
    }
}

fn check_time(at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Refusal> {
    if at <= now {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::OutOfRange,
        "It cannot have arrived in the future.",
        "Время доставки не может быть в будущем.",
    )
    .at(["deliveredAt"]))
}

/// Says that nothing came of a delivery: it did not get there, or was called off.
#[derive(Clone, Debug)]
pub struct FailDelivery {
    /// Which.
    pub id: DeliveryId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// Why.
    pub reason: String,
}

impl Action for FailDelivery {
    const RIGHT: Right = Right::DeliveryWrite;
}

#[async_trait::async_trait]
impl Command for FailDelivery {
    type Output = DeliveryId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<DeliveryId> {
        let why = reason(&self.reason)?;
        let mut held = Held::lock(tx, permit, self.id, self.version).await?;
        let before = held.row.state;
        held.row.state = before.by(DeliveryMove::Fail).map_err(Refusal::from)?;
        held.row.fail_reason = Some(why.clone());
        let told = json!({ "state": [before, held.row.state], "reason": why });
        held.write(tx, permit, "failDelivery", told).await?;
        Ok(self.id)
    }
}

/// Plans a failed delivery anew: the number, the packages and what is booked stay.
#[derive(Clone, Debug)]
pub struct ReplanDelivery {
    /// Which.
    pub id: DeliveryId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// For which day.
    pub date: NaiveDate,
}

impl Action for ReplanDelivery {
    const RIGHT: Right = Right::DeliveryWrite;
}

#[async_trait::async_trait]
impl Command for ReplanDelivery {
    type Output = DeliveryId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<DeliveryId> {
        let mut held = Held::lock(tx, permit, self.id, self.version).await?;
        let before = held.row.state;
        held.row.state = before.by(DeliveryMove::Replan).map_err(Refusal::from)?;
        held.check_posted()?;
        let told = json!({ "state": [before, held.row.state],
                           "date": [held.row.date, self.date],
                           "reason": held.row.fail_reason.take() });
        held.row.date = self.date;
        held.write(tx, permit, "replanDelivery", told).await?;
        Ok(self.id)
    }
}

/// Calls off what is planned of a shipment that is given up. The shipment is locked.
pub(crate) async fn call_off<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: &Shipment,
    why: &str,
) -> Outcome<()> {
    for row in planned_of(tx, permit, shipment.id).await? {
        let mut held = Held { shipment: shipment.clone(), row };
        held.row.state = DeliveryState::Failed;
        held.row.fail_reason = Some(why.to_owned());
        let states = [DeliveryState::Planned, DeliveryState::Failed];
        let told = json!({ "state": states, "reason": why });
        held.write(tx, permit, "failDelivery", told).await?;
    }
    Ok(())
}

/// Gives the deliveries of a locked shipment to its manager, who has become another.
pub(crate) async fn follow_manager<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: &Shipment,
) -> Outcome<()> {
    for row in give_to_manager(tx, permit, shipment).await? {
        delivery_changed(tx, &row);
    }
    Ok(())
}
