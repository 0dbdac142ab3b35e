//! What people do with orders and shipments, one file each.

mod cancel_order;
mod cancel_shipment;
mod close_order;
mod confirm_order;
mod copy_order;
mod create_order;
mod create_shipment;
mod custom_fields;
mod dispatch;
mod draft;
mod merge_customers;
mod move_reservation;
mod post_shipment;
mod release_reservation;
mod reservation_times;
mod reserve_lots;
mod reverse_shipment;
mod ship_order;
mod undo_price_change;
mod update_order;
mod work_on;

pub use cancel_order::CancelSalesOrder;
pub use cancel_shipment::CancelShipment;
pub use close_order::CloseSalesOrder;
pub use confirm_order::{
    ConfirmSalesOrder, Confirmed, CreditSeen, Ended, LineAvailability, Warning,
};
pub(crate) use confirm_order::{CreditGate, check_credit, confirm, waits_for_money};
pub use copy_order::CopySalesOrder;
pub use create_order::CreateSalesOrder;
pub use create_shipment::CreateShipment;
pub(crate) use dispatch::write_draft;
pub use dispatch::{Dispatch, ShipLine};
pub(crate) use draft::{
    Before, Parties, People, Trust, Under, Written, allowed_warehouses, at_place, check_date,
    check_ruled, check_warehouse, manager_after, people, prepare, priced, terms,
};
pub use draft::{LineDraft, OrderDraft};
pub use merge_customers::MergeCustomers;
pub use move_reservation::MoveReservation;
pub use post_shipment::PostShipment;
pub(crate) use post_shipment::picked_of;
pub use release_reservation::{ReleaseReservation, ReserveSalesOrder};
pub use reservation_times::{
    ReadReservationSettings, SetReservationExpiry, UpdateReservationSettings,
};
pub use reserve_lots::ReserveLots;
pub use reverse_shipment::ReverseShipment;
pub(crate) use reverse_shipment::{check_not_corrected, closed, take_order_back};
pub use ship_order::ShipSalesOrder;
pub use undo_price_change::UndoPriceChange;
pub use update_order::{OrderChange, UpdateSalesOrder};

use kernel::Refusal;

use crate::rules::stale;

/// Refuses a version that is not the current one; no version is no question.
pub(crate) fn check_version(asked: Option<i32>, current: i32) -> Result<(), Refusal> {
    match asked {
        Some(version) if version != current => Err(stale(current)),
        _ => Ok(()),
    }
}
