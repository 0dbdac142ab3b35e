//! What customers owe and what they have paid, as the API shows it.

mod ageing;
mod allocation;
mod inputs;
mod loads;
mod mutation;
mod payment;
mod query;
mod receivable;

use async_graphql::MergedObject;

pub use ageing::AgeingBuckets;
pub use allocation::PaymentAllocation;
pub use loads::{
    AllocationsOfPayment, AllocationsOfReceivable, PaymentsOfCustomer, PaymentsOfOrder,
    ReceivablesOfCustomer, ReceivablesOfOrder, ReceivablesOfShipment,
};
pub use mutation::SettlementsMutation;
pub use payment::{Payment, PaymentMethod, PaymentState, payments_of_customer};
pub use receivable::{Receivable, ReceivableState, receivables_of_customer};

/// Queries about settlements.
#[derive(MergedObject, Default)]
pub struct SettlementsQuery(query::ListQuery, ageing::AgeingReportQuery);
