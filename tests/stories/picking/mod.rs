//! Storekeepers pick what orders hold: task, scan, shortage, shipment.

mod hands;
mod walk;
