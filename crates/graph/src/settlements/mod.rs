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
pub use loads::{PaymentsOfOrder, ReceivablesOfOrder, ReceivablesOfShipment};
pub use mutation::SettlementsMutation;
pub use payment::{Payment, payments_of_customer};
pub use receivable::{Receivable, receivables_of_customer};

/// Queries about settlements.
#[derive(MergedObject, Default)]
pub struct SettlementsQuery(query::ListQuery, ageing::AgeingReportQuery);
