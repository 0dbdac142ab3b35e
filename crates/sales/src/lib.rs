//! What customers order and what leaves the house for them: orders, shipments, and the register
//! of sales that every report is made from.
//!
//! Invariants: what is shipped of an order's line is the sum of its posted shipments; a
//! document's total is the sum of its lines; the register of sales equals the posted shipments,
//! and a reversal is a row of its own; a posting writes stock, revenue and debt in one
//! transaction or nothing. [`discrepancies`] proves it.

mod after_payment;
mod commands;
mod credit;
mod events;
mod holding;
mod landed;
mod loaders;
mod model;
mod posting;
mod promises;
mod promising;
mod quote;
mod quoting;
mod rules;
mod store;
mod verify;

pub use after_payment::{HoldPaidOrder, hold_paid_orders};
pub use commands::{
    CancelSalesOrder, CancelShipment, CloseSalesOrder, ConfirmSalesOrder, Confirmed,
    CreateSalesOrder, CreateShipment, Dispatch, LineAvailability, LineDraft, MergeCustomers,
    OrderChange, OrderDraft, PostShipment, ReverseShipment, ShipLine, ShipSalesOrder,
    UndoPriceChange, UpdateSalesOrder, Warning,
};
pub use landed::SalesRegister;
pub use loaders::{
    count_orders_of_customers, count_shipments_of_customers, order_lines_by_id,
    order_lines_by_order, orders_by_id, orders_of_customers, shipment_lines_by_id,
    shipment_lines_by_shipment, shipment_lots_by_line, shipments_by_id, shipments_by_order,
    shipments_of_customers,
};
pub use model::{Order, OrderLine, ReadOrders, ReadShipments, Shipment, ShipmentLine, ShipmentLot};
pub use promises::OrdersKept;
pub use promising::promises_of_lines;
pub use quote::{Quote, QuoteDraft, QuotePrices, QuotedLine, quote};
pub use quoting::{AskedLine, TypedPrice};
pub use rules::{OrderMove, OrderState, ShipmentMove, ShipmentState};
pub use store::{
    CardLine, CardRow, OrderCard, OrderField, OrderFilter, OrderSort, ShipmentField,
    ShipmentFilter, ShipmentSort, count_orders, count_shipments, explanations_by_line,
    newest_orders, order_card, orders, shipments,
};
pub use verify::{VerifySales, discrepancies};
