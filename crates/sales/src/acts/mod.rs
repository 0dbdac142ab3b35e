//! Service acts: what a shipment is for goods, for services (domain, section 4). Posted, an act books
//! revenue and opens debts without stock.
//!
//! Invariants: an act holds services of its order alone, and never more than is ordered and neither
//! shipped nor done; acts are numbered without gaps in a series of their own. They stand among
//! shipments as rows of the kind SERVICES, so that revenue, debts, credit notes and corrections are
//! booked of both by the same statements; nothing that reads or writes shipments meets one. The order
//! is locked before its acts.

mod commands;
mod custom_fields;
mod model;
mod posting;
mod rules;
mod store;

pub use commands::{ActDraft, CancelServiceAct, CreateServiceAct};
pub use model::{ReadActs, ServiceAct, ServiceActLine};
pub use posting::{PostServiceAct, ReverseServiceAct};
pub use rules::{ActMove, ActState};
pub use store::{
    ActFilter, act_lines_by_act, act_lines_by_id, acts, acts_by_id, acts_by_order, count_acts,
};

use db::{EventDraft, TenantTx};

/// Tells the world that an act has changed.
fn act_changed(tx: &TenantTx, act: &ServiceAct) {
    tx.emit(EventDraft {
        kind: "document_changed",
        subject_kind: "ServiceAct",
        subject_id: act.id.0,
        manager_id: act.manager_id,
        customer_id: Some(act.customer_id),
        products: Vec::new(),
        warehouses: Vec::new(),
    });
}
