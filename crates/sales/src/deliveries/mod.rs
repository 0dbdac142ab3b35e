//! Deliveries: a shipment on its way to the customer, in packages, by a carrier on a route, and
//! what that costs (domain, sections 1 and 4).
//!
//! Invariants: what a delivery costs is booked as a cost of its shipment from the moment it sets
//! off, spread over the shipment's lines so that nothing is lost, on the day it is booked; what is
//! booked equals the sum of its rows in the register of costs. The order is locked before its
//! shipment, and that before its deliveries.

mod booking;
mod commands;
mod model;
mod rules;
mod store;

pub use commands::{
    CompleteDelivery, DeliveryChange, DeliveryDraft, FailDelivery, PackageDraft, PlanDelivery,
    ReplanDelivery, SetDeliveryCost, StartDelivery, UpdateDelivery,
};
pub(crate) use commands::{call_off, follow_manager};
pub use model::{Brought, Delivery, DeliveryPackage, ReadDeliveries};
pub use rules::{DeliveryMove, DeliveryState};
pub(crate) use store::move_deliveries;
pub use store::{
    DeliveryFilter, brought_by_shipment, count_deliveries, deliveries, deliveries_by_id,
    deliveries_by_shipment, packages_by_delivery,
};
