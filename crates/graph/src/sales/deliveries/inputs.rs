//! What clients write of deliveries.

use ::sales::{DeliveryChange, DeliveryDraft, DeliveryFilter, PackageDraft};
use async_graphql::{InputObject, MaybeUndefined};
use kernel::{CustomerId, DeliveryAddressId, DeliveryId, ShipmentId, UserId, WarehouseId};

use super::delivery::DeliveryState;
use crate::custom::{CustomFieldCondition, CustomFieldInput};
use crate::ids::GlobalId;
use crate::sales::inputs::change;
use crate::scalars::{Date, DateTime, Decimal};

/// Which deliveries; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "DeliveryFilter")]
pub struct DeliveryFilterInput {
    /// In one of these states.
    state: Option<Vec<DeliveryState>>,
    /// To this customer; for a merged card, to the one that stands for it.
    customer: Option<GlobalId<CustomerId>>,
    /// Of the shipments of this manager.
    manager: Option<GlobalId<UserId>>,
    /// Of this shipment.
    shipment: Option<GlobalId<ShipmentId>>,
    /// From this warehouse.
    warehouse: Option<GlobalId<WarehouseId>>,
    /// By exactly this carrier.
    carrier: Option<String>,
    /// On exactly this route.
    route: Option<String>,
    /// Planned for this day or later.
    date_from: Option<Date>,
    /// Planned for this day or earlier.
    date_to: Option<Date>,
    /// With exactly this number; numbers repeat from year to year.
    number: Option<String>,
    /// The one with this key in another system.
    external_reference: Option<String>,
    /// Those whose custom fields hold all of this; at most 10 conditions.
    pub(super) custom_fields: Option<Vec<CustomFieldCondition>>,
}

impl From<DeliveryFilterInput> for DeliveryFilter {
    fn from(filter: DeliveryFilterInput) -> Self {
        Self {
            states: filter.state.unwrap_or_default().into_iter().map(Into::into).collect(),
            customer: filter.customer.map(|id| id.0),
            manager: filter.manager.map(|id| id.0),
            shipment: filter.shipment.map(|id| id.0),
            warehouse: filter.warehouse.map(|id| id.0),
            carrier: filter.carrier,
            route: filter.route,
            date_from: filter.date_from.map(|day| day.0),
            date_to: filter.date_to.map(|day| day.0),
            number: filter.number,
            external_reference: filter.external_reference,
            custom: Vec::new(),
        }
    }
}

/// Packages of one kind.
#[derive(InputObject)]
pub struct DeliveryPackageInput {
    /// What it is: "box", "pallet".
    name: String,
    /// What is written on it: a mark, a code of the carrier.
    mark: Option<String>,
    /// How many, from 1 to 100,000.
    #[graphql(default = 1)]
    count: i32,
    /// Gross weight of one in kilograms, above zero, at most three places.
    weight_kg: Option<Decimal>,
    /// Volume of one in cubic metres, above zero, at most six places.
    volume_m3: Option<Decimal>,
}

impl From<DeliveryPackageInput> for PackageDraft {
    fn from(input: DeliveryPackageInput) -> Self {
        Self {
            name: input.name,
            mark: input.mark,
            count: input.count,
            weight_kg: input.weight_kg.map(|weight| weight.0),
            volume_m3: input.volume_m3.map(|volume| volume.0),
        }
    }
}

/// A delivery to be planned.
#[derive(InputObject)]
pub struct PlanDeliveryInput {
    /// The shipment that is carried: a draft or a posted one.
    shipment_id: GlobalId<ShipmentId>,
    /// The day it is planned for; today where none is given, or the shipment's day where that is
    /// later.
    date: Option<Date>,
    /// Who carries.
    carrier: Option<String>,
    /// The tour it goes on; deliveries of one tour have the same route.
    route: Option<String>,
    /// Under which number the carrier knows it.
    tracking_number: Option<String>,
    /// Which of the customer's addresses; his default one where neither this nor an address is
    /// given.
    delivery_address_id: Option<GlobalId<DeliveryAddressId>>,
    /// Where to, in words; what the address says where none is given.
    address: Option<String>,
    /// Who takes it.
    recipient: Option<String>,
    /// The recipient's telephone.
    phone: Option<String>,
    /// What is carried; at most 500 kinds of packages.
    #[graphql(default)]
    packages: Vec<DeliveryPackageInput>,
    /// What carrying is to cost, in the base currency, without recoverable VAT. Needs the right
    /// `delivery.cost`.
    cost: Option<Decimal>,
    /// A note for the driver.
    comment: Option<String>,
    /// Its key in another system; unique among the tenant's deliveries.
    external_reference: Option<String>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

impl From<PlanDeliveryInput> for DeliveryDraft {
    fn from(input: PlanDeliveryInput) -> Self {
        Self {
            shipment_id: input.shipment_id.0,
            date: input.date.map(|day| day.0),
            carrier: input.carrier,
            route: input.route,
            tracking_number: input.tracking_number,
            delivery_address_id: input.delivery_address_id.map(|id| id.0),
            address: input.address,
            recipient: input.recipient,
            phone: input.phone,
            packages: input.packages.into_iter().map(Into::into).collect(),
            cost: input.cost.map(|cost| cost.0),
            comment: input.comment,
            external_reference: input.external_reference,
        }
    }
}

/// Changes of a delivery that has not arrived; what is left out stays.
#[derive(InputObject)]
pub struct UpdateDeliveryInput {
    /// Which.
    pub(super) id: GlobalId<DeliveryId>,
    /// The version that was read.
    pub(super) version: i32,
    /// The day it is planned for.
    date: Option<Date>,
    /// Who carries; null: nobody has said.
    carrier: MaybeUndefined<String>,
    /// The tour it goes on; null: none.
    route: MaybeUndefined<String>,
    /// Under which number the carrier knows it; null: none.
    tracking_number: MaybeUndefined<String>,
    /// Which of the customer's addresses; null: none of them.
    delivery_address_id: MaybeUndefined<GlobalId<DeliveryAddressId>>,
    /// Where to, in words; what a newly named address says where it is left out.
    address: MaybeUndefined<String>,
    /// Who takes it; null: nobody is named.
    recipient: MaybeUndefined<String>,
    /// The recipient's telephone; null: none.
    phone: MaybeUndefined<String>,
    /// A note for the driver; null: none.
    comment: MaybeUndefined<String>,
    /// All packages from now on.
    packages: Option<Vec<DeliveryPackageInput>>,
    /// Custom fields that change; those left out stay.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

impl From<UpdateDeliveryInput> for DeliveryChange {
    fn from(input: UpdateDeliveryInput) -> Self {
        let text = |field| change(field, |text: String| text);
        let packages = |list: Vec<DeliveryPackageInput>| list.into_iter().map(Into::into).collect();
        Self {
            date: input.date.map(|day| day.0),
            carrier: text(input.carrier),
            route: text(input.route),
            tracking_number: text(input.tracking_number),
            delivery_address_id: change(input.delivery_address_id, |id| id.0),
            address: text(input.address),
            recipient: text(input.recipient),
            phone: text(input.phone),
            comment: text(input.comment),
            packages: input.packages.map(packages),
        }
    }
}

/// A planned delivery that sets off.
#[derive(InputObject)]
pub struct StartDeliveryInput {
    /// Which.
    pub(super) id: GlobalId<DeliveryId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A delivery that arrived.
#[derive(InputObject)]
pub struct CompleteDeliveryInput {
    /// Which.
    pub(super) id: GlobalId<DeliveryId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// When, not in the future; now where none is given.
    pub(super) delivered_at: Option<DateTime>,
    /// Who took it.
    pub(super) received_by: Option<String>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A delivery that nothing came of.
#[derive(InputObject)]
pub struct FailDeliveryInput {
    /// Which.
    pub(super) id: GlobalId<DeliveryId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// Why.
    pub(super) reason: String,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A failed delivery that is to be tried again.
#[derive(InputObject)]
pub struct ReplanDeliveryInput {
    /// Which.
    pub(super) id: GlobalId<DeliveryId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// For which day.
    pub(super) date: Date,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// What a delivery costs.
#[derive(InputObject)]
pub struct SetDeliveryCostInput {
    /// Which.
    pub(super) id: GlobalId<DeliveryId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// In all, in the base currency, without recoverable VAT, zero or more; null takes it back.
    pub(super) cost: Option<Decimal>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}
