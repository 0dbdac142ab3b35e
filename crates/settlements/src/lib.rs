//! What customers owe and what they have paid (domain, section 6). A shipment bills its order by
//! payment steps; money settles debts within one organization, agreement and currency, first the
//! advances that stay with the order, then the others, oldest first; what is left is an advance.
//!
//! Invariants: registers are append-only, and open amounts equal them at every moment; whoever
//! writes here holds the customer's lock; a refund takes advances alone; this crate knows orders and shipments by id only; the
//! customer of an open amount is the one that its register names, or that one's heir.

mod advances_used;
mod awaiting;
mod bank;
mod billing;
mod commands;
mod credit;
mod crediting;
mod events;
mod exchange;
mod handing;
mod invoices;
mod loaders;
mod merging;
mod model;
mod refunds;
mod rules;
mod statement;
mod store;

pub use advances_used::{AdvanceUsed, advances_used};
pub use awaiting::{await_payment, awaited_by_order, is_awaited, paid_orders, stop_awaiting};
pub use bank::{
    BankLine, BankLineDraft, BankLineFilter, BankLineSort, BankLineState, BankProposal,
    BringBankLines, BroughtLines, IgnoreBankLine, PostBankLine, ReadBankLines, bank_lines,
    bank_lines_by_id, count_bank_lines, proposals,
};
pub use billing::{Billing, bill, unbill};
pub use commands::{AllocatePayment, OrderRef, RecordPayment, ReversePayment, WantedShare};
pub use credit::{Position, Positions, positions, prepaid, prepaid_by_order};
pub use crediting::{Credit, credit, uncredit};
pub use events::debt_changed;
pub use exchange::{ExchangeDifference, differences_of_payments};
pub use handing::{HANDED_INVOICES, HANDED_PAYMENTS, HANDED_RECEIVABLES, HANDED_REFUNDS};
pub use invoices::{
    CancelInvoice, Invoice, InvoiceFilter, InvoiceKept, InvoiceLine, InvoicePayment, InvoiceSort,
    InvoiceState, InvoicedLine, NewInvoice, NewInvoiceLine, ReadInvoices, ask_no_more,
    call_off_invoices, count_invoices, invoice_lines, invoice_payments, invoiced_of_order,
    invoices, invoices_by_id, invoices_of_customers, invoices_of_orders, invoices_of_payments,
    issue_invoice,
};
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
pub use refunds::{
    Refund, RefundCustomer, RefundFilter, RefundPart, RefundSort, ReverseRefund, count_refunds,
    refund_parts, refunds, refunds_by_id,
};
pub use rules::{LineLeft, LinePart, OrderPart, exposure, free_limit, invoice_parts};
pub use statement::{
    ReadStatement, Statement, StatementEntry, StatementPart, StatementQuery, StatementWhat,
    statement,
};
pub use store::{
    Ageing, AgeingQuery, AgeingRow, AsKnown, PaymentFilter, PaymentSort, ReceivableFilter,
    ReceivableSort, VerifySettlements, ageing, count_payments, count_receivables,
    count_receivables_then, discrepancies, payments, receivables, receivables_then,
};
