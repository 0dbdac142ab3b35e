//! What customers owe and what they have paid, as the API shows it.

mod ageing;
mod allocation;
mod bank;
mod inputs;
mod invoice;
mod invoice_api;
mod invoice_loads;
mod loads;
mod mutation;
mod payment;
mod query;
mod receivable;
mod refund;
mod statement;

use async_graphql::MergedObject;

pub use ageing::AgeingBuckets;
pub use allocation::PaymentAllocation;
pub use bank::BankLine;
pub(crate) use invoice::vat_by_rate;
pub use invoice::{Invoice, InvoiceVat};
pub use invoice_api::invoices_of_customer;
pub use invoice_loads::InvoicesOfOrder;
pub use loads::{PaymentsOfOrder, ReceivablesOfOrder, ReceivablesOfShipment};
pub use payment::{Payment, payments_of_customer};
pub use receivable::{Receivable, receivables_of_customer};
pub use refund::Refund;

/// Queries about settlements.
#[derive(MergedObject, Default)]
pub struct SettlementsQuery(
    query::ListQuery,
    ageing::AgeingReportQuery,
    invoice_api::InvoiceQuery,
    refund::RefundQuery,
    bank::BankQuery,
    statement::StatementRoot,
);

/// Mutations of settlements.
#[derive(MergedObject, Default)]
pub struct SettlementsMutation(
    mutation::PaymentMutation,
    invoice_api::InvoiceMutation,
    refund::RefundMutation,
    bank::BankMutation,
);
