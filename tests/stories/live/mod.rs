//! What happens is told to those who may know, as it happens, and once.

mod events;
mod reports;
