//! All SQL of deliveries.

mod reads;
mod writes;

pub use reads::{
    DeliveryFilter, brought_by_shipment, count_deliveries, deliveries, deliveries_by_id,
    deliveries_by_shipment, packages_by_delivery,
};
pub(crate) use writes::move_deliveries;
pub(super) use writes::{
    BookedCost, CostPart, NewDelivery, NewPackage, book_cost, give_to_manager, insert_delivery,
    lock_delivery, place_of_delivery, planned_of, replace_packages, update_delivery,
};
