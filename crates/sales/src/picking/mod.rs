//! Pick tasks: what a storekeeper takes from the shelves for orders, out of what is held for them,
//! and the drafts of shipments that come of it (domain, section 4).
//!
//! Invariants: what an open task still wants or has, and what a draft that came of one takes, is
//! marked on the reservation, and nobody else frees or ships it; a posted shipment that was picked
//! takes exactly the picked lots. Orders are locked before their task.

mod commands;
mod events;
mod model;
mod rules;
mod store;

pub use commands::{
    CancelPickTask, ConfirmPick, CreatePickTask, FinishPick, GiveBackPickTask, Picked,
    ReportShortage, ShortageReported, TakePickTask,
};
pub use model::{PickLine, PickTask, PickTaskOrder, ReadPickTasks};
pub use rules::{PickMove, PickState};
pub use store::{
    PickTaskFilter, count_pick_tasks, pick_lines_by_id, pick_lines_by_task, pick_orders_by_task,
    pick_tasks, pick_tasks_by_id, pick_tasks_by_order,
};
pub(crate) use store::{free_picks, picks_of_shipment};
