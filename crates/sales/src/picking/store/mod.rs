//! All SQL of pick tasks.

mod picks;
mod reads;
mod writes;

pub(super) use picks::{NewPick, insert_picks, name_shipment};
pub(crate) use picks::{free_picks, picks_of_shipment};
pub use reads::{
    PickTaskFilter, count_pick_tasks, pick_lines_by_id, pick_lines_by_task, pick_orders_by_task,
    pick_tasks, pick_tasks_by_id, pick_tasks_by_order,
};
pub(super) use writes::{
    NewPickLine, NewPickOrder, NewTask, add_lines, add_picked, add_short, insert_task,
    lines_of_task, lock_orders, lock_task, orders_of_task, put_lot, split_line, update_task,
};
