//! What lies where, what it cost, and for whom it is held.
//!
//! Invariants: for every balance the sum of its movements is its quantity and value, and the sum
//! of its open reservations is what it holds, at every moment; registers are append-only;
//! balances are locked in the order of their keys, and the queues of those who wait before them;
//! goods that come in are held for who waits in the transaction that brings them in.

pub mod assembly;
mod choosing;
pub mod commands;
pub mod counts;
mod coverage;
mod demand;
mod document;
mod events;
mod holding;
mod house;
mod issuing;
pub mod landed;
mod looking;
pub mod lots;
mod parts;
mod pegging;
mod picking;
mod planning;
mod promising;
mod purchases;
mod reads;
mod returning;
mod returns;
mod rules;
mod store;
pub mod transfers;
mod verify;
pub mod write_offs;

pub use choosing::{hold_lots, move_part, part_of, picked, release_part, reservation};
pub use demand::{
    DEMAND_ORDER, DemandFilter, DemandRow, DemandState, Demanding, HANDED_DEMAND, Missing,
    ReadDemand, count_demands, demand, demand_anew, demand_of_order_lines, demands, demands_by_id,
    hand_over_demand,
};
pub use document::DocumentSort;
pub use holding::{
    held_in, keep_still, release_lines, release_order, reserve, reserve_among, reserve_beside,
};
pub use house::{GoodsLineInput, Kept, Lost, Promises};
pub use issuing::{hand_out_again, issue, take_back};
pub use landed::{
    LandedCostFilter, LandedCostLineRow, LandedCostPartRow, LandedCostRow, ReadLandedCosts,
    count_landed_costs, landed_cost_lines_by_id, landed_costs, landed_costs_by_id,
    lines_of_landed_costs, parts_of_landed_cost_lines,
};
pub use looking::look;
pub use parts::{Holding, Issue, IssueLine, IssuedLot, ReserveLine, Reserved};
pub use picking::{
    NumberedLot, OtherLot, PickPart, Pickable, SetAside, Unfound, lots_by_number, numbered_lots,
    pickable, set_aside, start_picking, stop_picking, take_other_lot,
};
pub use planning::{
    Assembling, MoveProposal, Need, Offer, Part, Plan, PlanFor, PlanScope, PlanSupply, Proposal,
    REORDER_ORDER, ReorderPointFilter, ReorderPointRow, count_reorder_points, plan, reorder_points,
    reorder_points_by_id,
};
pub use promising::{Promise, PromiseAsk, PromiseSource, promises};
pub use purchases::{
    Cover, Expected, PurchaseOrderFilter, PurchaseOrderLineRow, PurchaseOrderRow,
    PurchaseOrderState, ReadPurchaseOrders, ReadSupplySettings, SaveSupplySettings, SupplySettings,
    count_purchase_orders, covers_of_demands, covers_of_supply, expected_of_products,
    lines_of_purchase_orders, purchase_order_lines_by_id, purchase_orders, purchase_orders_by_id,
    receipts_of_purchase_orders, supply_settings,
};
pub use reads::*;
pub use returning::{Condition, ReturnedPart, Returning, issued, put_back, send_again};
pub use returns::{
    RETURN_ORDER, SupplierReturnFilter, SupplierReturnLineRow, SupplierReturnRow,
    SupplierReturnState, count_supplier_returns, lines_of_supplier_returns, returns_of_receipts,
    supplier_returns, supplier_returns_by_id,
};
pub use rules::{
    CountState, Held, LandedCostState, Pick, ReceiptState, TransferState, WriteOffState,
    reversal_date,
};
pub use store::places::{Place, homes_of_products, places_of_lots};
pub use verify::{VerifyStock, discrepancies};
