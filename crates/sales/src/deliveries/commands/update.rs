//! Changing how a delivery goes.

use access::{Action, Permit, Right};
use db::{Command, Outcome, TenantTx};
use kernel::{DeliveryAddressId, DeliveryId, NaiveDate, Refusal};
use serde_json::{Map, Value};

use super::super::model::Delivery;
use super::super::rules::DeliveryMove;
use super::super::store::replace_packages;
use super::Held;
use super::details::{self, PackageDraft};
use crate::rules::{optional_text, short_text};

/// Changes; what is left out stays, `Some(None)` empties.
#[derive(Clone, Debug, Default)]
pub struct DeliveryChange {
    /// The day it is planned for.
    pub date: Option<NaiveDate>,
    /// Who carries.
    pub carrier: Option<Option<String>>,
    /// The tour it goes on.
    pub route: Option<Option<String>>,
    /// Under which number the carrier knows it.
    pub tracking_number: Option<Option<String>>,
    /// Which of the customer's addresses; what it says is taken over unless an address is written.
    pub delivery_address_id: Option<Option<DeliveryAddressId>>,
    /// Where to.
    pub address: Option<Option<String>>,
    /// Who takes it.
    pub recipient: Option<Option<String>>,
    /// The recipient's telephone.
    pub phone: Option<Option<String>>,
    /// A note.
    pub comment: Option<Option<String>>,
    /// All packages anew.
    pub packages: Option<Vec<PackageDraft>>,
}

/// Changes a delivery that has not arrived.
#[derive(Clone, Debug)]
pub struct UpdateDelivery {
    /// Which.
    pub id: DeliveryId,
    /// The version that was read.
    pub version: i32,
    /// What.
    pub change: DeliveryChange,
}

impl Action for UpdateDelivery {
    const RIGHT: Right = Right::DeliveryWrite;
}

#[async_trait::async_trait]
impl Command for UpdateDelivery {
    type Output = DeliveryId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<DeliveryId> {
        let mut held = Held::lock(tx, permit, self.id, Some(self.version)).await?;
        held.row.state.by(DeliveryMove::Update).map_err(Refusal::from)?;
        let mut told = Map::new();
        self.texts(&mut held.row, &mut told)?;
        self.address(tx, permit, &mut held.row, &mut told).await?;
        if let Some(date) = self.change.date {
            note(&mut told, "date", &held.row.date, &date);
            held.row.date = date;
        }
        if let Some(drafts) = &self.change.packages {
            let packages = details::packages(drafts)?;
            told.insert("packages".to_owned(), packages.len().into());
            replace_packages(tx, permit, self.id, &packages).await?;
        }
        held.write(tx, permit, "updateDelivery", Value::Object(told)).await?;
        Ok(self.id)
    }
}

impl UpdateDelivery {
    fn texts(&self, row: &mut Delivery, told: &mut Map<String, Value>) -> Result<(), Refusal> {
        let change = &self.change;
        let short = [
            ("carrier", &change.carrier, &mut row.carrier),
            ("route", &change.route, &mut row.route),
            ("trackingNumber", &change.tracking_number, &mut row.tracking_number),
            ("recipient", &change.recipient, &mut row.recipient),
            ("phone", &change.phone, &mut row.phone),
        ];
        for (field, given, held) in short {
            let Some(given) = given else { continue };
            let text = short_text(field, given.as_deref())?;
            note(told, field, &*held, &text);
            *held = text;
        }
        if let Some(given) = &change.comment {
            let text = optional_text("comment", given.as_deref())?;
            note(told, "comment", &row.comment, &text);
            row.comment = text;
        }
        Ok(())
    }

    async fn address(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        row: &mut Delivery,
        told: &mut Map<String, Value>,
    ) -> Outcome<()> {
        let before = row.address.clone();
        if let Some(id) = self.change.delivery_address_id {
            row.delivery_address_id = id;
            if let Some(id) = id {
                row.address = Some(details::address(tx, permit, row.customer_id, id).await?);
            }
        }
        if let Some(given) = &self.change.address {
            row.address = optional_text("address", given.as_deref())?;
        }
        note(told, "address", &before, &row.address);
        Ok(())
    }
}

/// Notes what a field was and is, where it changed.
fn note<T: serde::Serialize + PartialEq>(
    told: &mut Map<String, Value>,
    field: &str,
    before: &T,
    after: &T,
) {
    if before != after {
        told.insert(field.to_owned(), serde_json::json!([before, after]));
    }
}
