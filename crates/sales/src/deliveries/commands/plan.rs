//! Planning a delivery.

use access::{Action, Permit, Right};
use chrono::Datelike;
use db::{AuditEntry, Command, Outcome, Series, TenantTx};
use kernel::{Decimal, DeliveryAddressId, DeliveryId, NaiveDate, Refusal, RefusalCode, ShipmentId};
use serde_json::json;

use super::super::rules::DeliveryState;
use super::super::store::{NewDelivery, insert_delivery, lock_delivery};
use super::delivery_changed;
use super::details::{self, PackageDraft};
use crate::model::Shipment;
use crate::posting::hold_organization;
use crate::rules::{ShipmentState, external_reference, optional_text, short_text};
use crate::store::{lock_order, lock_shipment, order_of_shipment};

/// A delivery as a client writes it.
#[derive(Clone, Debug)]
pub struct DeliveryDraft {
    /// The shipment that is carried: a draft or a posted one.
    pub shipment_id: ShipmentId,
    /// The day it is planned for; `None` is today, or the shipment's day where that is later.
    pub date: Option<NaiveDate>,
    /// Who carries.
    pub carrier: Option<String>,
    /// The tour it goes on.
    pub route: Option<String>,
    /// Under which number the carrier knows it.
    pub tracking_number: Option<String>,
    /// Which of the customer's addresses; `None` is his default one, unless an address is written.
    pub delivery_address_id: Option<DeliveryAddressId>,
    /// Where to; `None` is what the address says.
    pub address: Option<String>,
    /// Who takes it.
    pub recipient: Option<String>,
    /// The recipient's telephone.
    pub phone: Option<String>,
    /// What is carried.
    pub packages: Vec<PackageDraft>,
    /// What carrying is to cost, base currency.
    pub cost: Option<Decimal>,
    /// A note.
    pub comment: Option<String>,
    /// Its number in another program.
    pub external_reference: Option<String>,
}

/// Plans the delivery of a shipment; one shipment may go in several.
#[derive(Clone, Debug)]
pub struct PlanDelivery {
    /// What is written.
    pub draft: DeliveryDraft,
}

impl Action for PlanDelivery {
    const RIGHT: Right = Right::DeliveryWrite;
}

#[async_trait::async_trait]
impl Command for PlanDelivery {
    type Output = DeliveryId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<DeliveryId> {
        let draft = &self.draft;
        let packages = details::packages(&draft.packages)?;
        let cost = details::cost(permit, draft.cost)?;
        let comment = optional_text("comment", draft.comment.as_deref())?;
        let external_reference = external_reference(draft.external_reference.as_deref())?;
        let order = order_of_shipment(tx, permit, draft.shipment_id).await?;
        lock_order(tx, permit, order).await?;
        let shipment = lock_shipment(tx, permit, draft.shipment_id).await?;
        check_stands(&shipment)?;
        let (delivery_address_id, address) = self.address(tx, permit, &shipment).await?;
        let organization = hold_organization(tx, permit, shipment.organization_id).await?;
        let number_year = tx.today().year();
        let series = Series { organization: organization.id, kind: "delivery", year: number_year };
        let number = tx.number(&series).await?;
        let new = NewDelivery {
            id: DeliveryId::new(),
            number: format!("{}-{number:06}", organization.prefix),
            number_year,
            date: draft.date.unwrap_or_else(|| tx.today().max(shipment.date)),
            carrier: short_text("carrier", draft.carrier.as_deref())?,
            route: short_text("route", draft.route.as_deref())?,
            tracking_number: short_text("trackingNumber", draft.tracking_number.as_deref())?,
            delivery_address_id,
            address,
            recipient: short_text("recipient", draft.recipient.as_deref())?,
            phone: short_text("phone", draft.phone.as_deref())?,
            cost,
            comment,
            external_reference,
        };
        insert_delivery(tx, permit, &shipment, &new, &packages).await?;
        tx.audit(AuditEntry::new(
            "planDelivery",
            "Delivery",
            new.id,
            json!({ "number": new.number, "shipment": shipment.id, "date": new.date,
                    "carrier": new.carrier, "route": new.route, "cost": cost,
                    "state": DeliveryState::Planned }),
        ));
        delivery_changed(tx, &lock_delivery(tx, permit, new.id).await?);
        Ok(new.id)
    }
}

impl PlanDelivery {
    async fn address(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        shipment: &Shipment,
    ) -> Outcome<(Option<DeliveryAddressId>, Option<String>)> {
        let written = optional_text("address", self.draft.address.as_deref())?;
        if let Some(id) = self.draft.delivery_address_id {
            let known = details::address(tx, permit, shipment.customer_id, id).await?;
            return Ok((Some(id), Some(written.unwrap_or(known))));
        }
        if written.is_some() {
            return Ok((None, written));
        }
        let customer = shipment.customer_id;
        let mut known = catalog::recipients(tx, permit, &[customer]).await?;
        let known = known.remove(&customer);
        Ok(known.map_or((None, None), |one| (one.address_id, one.address)))
    }
}

/// What is carried has left, or is about to.
fn check_stands(shipment: &Shipment) -> Result<(), Refusal> {
    let allowed = [ShipmentState::Draft, ShipmentState::Posted];
    if allowed.contains(&shipment.state) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::IllegalTransition,
        "This shipment is cancelled or reversed: nothing of it is carried.",
        "Реализация отменена или сторнирована: доставлять нечего.",
    )
    .at(["shipmentId"])
    .with(json!({ "state": shipment.state, "allowed": allowed })))
}
