//! What customers owe and what they have paid (domain, section 6). A shipment bills its order by
//! payment steps; money settles debts within one organization, agreement and currency, first the
//! advances that stay with the order, then the others, oldest first; what is left is an advance.
//!
//! Invariants: registers are append-only, and open amounts equal them at every moment; whoever
//! writes here holds the customer's lock; this crate knows orders and shipments by id only; the
//! customer of an open amount is the one that its register names, or that one's heir.

mod awaiting;
mod billing;
mod commands;
mod credit;
mod crediting;
mod events;
mod handing;
mod loaders;
mod merging;
mod model;
mod rules;
mod store;

pub use awaiting::{await_payment, awaited_by_order, paid_orders, stop_awaiting};
pub use billing::{Billing, bill, unbill};
pub use commands::{AllocatePayment, OrderRef, RecordPayment, ReversePayment, WantedShare};
pub use credit::{Position, position, prepaid, prepaid_by_order};
pub use crediting::{Credit, credit, uncredit};
pub use events::debt_changed;
pub use handing::{HANDED_PAYMENTS, HANDED_RECEIVABLES};
pub use loaders::{
    allocations_by_id, allocations_of_payments, allocations_of_receivables,
    count_payments_of_customers, count_receivables_of_customers, payments_by_id,
    payments_of_customers, payments_of_orders, receivables_by_id, receivables_of_customers,
    receivables_of_orders, receivables_of_shipments,
};
pub use merging::{MovedMoney, hold_payments_of, move_money};
pub use model::{
    Allocation, Payment, PaymentMethod, PaymentState, ReadAgeing, ReadPayments, ReadReceivables,
    Receivable,
};
pub use rules::{OrderPart, exposure, free_limit};
pub use store::{
    Ageing, AgeingQuery, AgeingRow, PaymentFilter, PaymentSort, ReceivableFilter, ReceivableSort,
    VerifySettlements, ageing, count_payments, count_receivables, discrepancies, payments,
    receivables,
};
