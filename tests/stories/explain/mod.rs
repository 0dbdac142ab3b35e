//! Questions that documents answer by themselves.

mod discount;
mod goods;
mod overdue;
mod papers;
