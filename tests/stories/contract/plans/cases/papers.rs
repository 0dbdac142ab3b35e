//! Lists of invoices, refunds, bank lines and price corrections, and statements.

use kernel::{CustomerId, OrderId, ShipmentId, UserId};
use serde_json::{Value, json};

use super::super::company::{Large, made};
use super::{Ask, Case};

const INVOICES: &str = "query($filter: InvoiceFilter, $by: InvoiceOrder) {
    invoices(filter: $filter, orderBy: $by) { nodes { number paid { amount }
        customer { name } lines { gross { amount } } payments { amount { amount } } } } }";
const REFUNDS: &str = "query($filter: RefundFilter, $by: RefundOrder) {
    refunds(filter: $filter, orderBy: $by) { nodes { number parts { amount { amount } } } } }";
const BANK: &str = "query($filter: BankLineFilter, $by: BankLineOrder) {
    bankLines(filter: $filter, orderBy: $by) { nodes { reference payment { number }
        proposal { customer { name } invoice { number } } } } }";
const CORRECTIONS: &str = "query($filter: PriceCorrectionFilter, $by: SalesDocumentOrder) {
    priceCorrections(filter: $filter, orderBy: $by) { nodes { number lines { amount { amount } }
        shipment { number } } } }";

const ACTS: &str = "query($filter: ServiceActFilter, $by: SalesDocumentOrder) {
    serviceActs(filter: $filter, orderBy: $by) { nodes { number lines { amount { amount } }
        receivables { open { amount } } } } }";

const TAX: &str = "query($filter: TaxInvoiceFilter, $by: SalesDocumentOrder) {
    taxInvoices(filter: $filter, orderBy: $by) { nodes { number lines { net { amount } }
        payments { number } correctives { number } corrects { number } shipment { number
        taxInvoice { number } } creditNote { taxInvoice { number } } } } }";

pub fn tax_invoices(ask: &Ask, company: &Large) -> Vec<Case> {
    let list = |name, filter: Value, field: &str, indexes| {
        let by = json!({"field": field, "direction": "DESC"});
        ask(name, TAX, json!({"filter": filter, "by": by}), indexes)
    };
    let customer = made::<CustomerId>(7, 4_321);
    let manager = made::<UserId>(1, 7);
    let order = made::<OrderId>(13, 25_010);
    let shipment = made::<ShipmentId>(16, 25_010);
    vec![
        list("tax invoices by date", json!({}), "DATE", &["tax_invoice_by_date"]),
        list("tax invoices by number", json!({}), "NUMBER", &["tax_invoice_by_number"]),
        list("tax invoices by total", json!({}), "TOTAL", &["tax_invoice_by_total"]),
        list(
            "a customer's tax invoices",
            json!({"customer": customer}),
            "DATE",
            &["tax_invoice_of_customer"],
        ),
        list(
            "a manager's tax invoices",
            json!({"manager": manager}),
            "DATE",
            &["tax_invoice_of_manager"],
        ),
        list("an order's tax invoices", json!({"order": order}), "DATE", &["tax_invoice_of_order"]),
        list(
            "a shipment's tax invoices",
            json!({"shipment": shipment}),
            "DATE",
            &["tax_invoice_of_shipment", "tax_invoice_corrects"],
        ),
        list(
            "cancelled tax invoices",
            json!({"state": ["CANCELLED"]}),
            "DATE",
            &["tax_invoice_in_state"],
        ),
        list("correctives", json!({"kind": "CORRECTIVE"}), "DATE", &["tax_invoice_corrective"]),
        list(
            "a tax invoice by the end of its number",
            json!({"search": "12345"}),
            "DATE",
            &["tax_invoice_number_search", "tax_invoice_sequence_search"],
        ),
        list("her tax invoices", json!({}), "DATE", &["tax_invoice_of_manager"]).by(&company.anna),
    ]
}

pub fn invoices(ask: &Ask, company: &Large) -> Vec<Case> {
    let invoices = |name, filter: Value, field: &str, indexes| {
        ask(name, INVOICES, json!({"filter": filter, "by": {"field": field}}), indexes)
    };
    let customer = made::<CustomerId>(7, 4_321);
    let manager = made::<UserId>(1, 7);
    let order = made::<OrderId>(13, 25_010);
    vec![
        invoices("invoices by date", json!({}), "DATE", &["invoice_order_date"]),
        invoices("invoices by due date", json!({}), "DUE_ON", &["invoice_order_due"]),
        invoices("invoices by total", json!({}), "TOTAL", &["invoice_order_amount"]),
        invoices("invoices by number", json!({}), "NUMBER", &["invoice_order_number"]),
        invoices(
            "a customer's invoices",
            json!({"customerId": customer}),
            "DATE",
            &["invoice_customer"],
        ),
        invoices(
            "a manager's invoices",
            json!({"managerId": manager}),
            "DATE",
            &["invoice_manager"],
        ),
        invoices("an order's invoices", json!({"orderId": order}), "DATE", &["invoice_of_order"]),
        invoices("overdue invoices", json!({"overdue": true}), "DUE_ON", &["invoice_unpaid"]),
        invoices("unpaid invoices", json!({"state": ["ISSUED"]}), "DATE", &["invoice_in_state"]),
        invoices("her invoices", json!({}), "DATE", &["invoice_manager"]).by(&company.anna),
    ]
}

pub fn others(ask: &Ask, company: &Large) -> Vec<Case> {
    let list = |name, query, filter: Value, field: &str, indexes| {
        ask(name, query, json!({"filter": filter, "by": {"field": field}}), indexes)
    };
    let customer = made::<CustomerId>(7, 4_321);
    let shipment = made::<ShipmentId>(16, 25_010);
    vec![
        list("refunds by date", REFUNDS, json!({}), "DATE", &["refund_order_date"]),
        list("refunds by amount", REFUNDS, json!({}), "AMOUNT", &["refund_order_amount"]),
        list(
            "a customer's refunds",
            REFUNDS,
            json!({"customerId": customer}),
            "DATE",
            &["refund_customer"],
        ),
        list("bank lines by date", BANK, json!({}), "DATE", &["bank_line_order_date"]),
        list("new bank lines", BANK, json!({"state": "NEW"}), "DATE", &["bank_line_in_state"]),
        list(
            "a payer's bank lines",
            BANK,
            json!({"payerInn": "7777770001"}),
            "DATE",
            &["bank_line_payer"],
        ),
        list("corrections by date", CORRECTIONS, json!({}), "DATE", &["price_correction_by_date"]),
        list(
            "a shipment's corrections",
            CORRECTIONS,
            json!({"shipment": shipment}),
            "DATE",
            &["price_correction_of_shipment"],
        ),
        list("her corrections", CORRECTIONS, json!({}), "DATE", &["price_correction_of_manager"])
            .by(&company.anna),
        list("acts by date", ACTS, json!({}), "DATE", &["act_by_date"]),
        list("acts by total", ACTS, json!({}), "TOTAL", &["act_by_total"]),
        list(
            "a customer's acts",
            ACTS,
            json!({"customer": customer}),
            "DATE",
            &["act_of_customer"],
        ),
        list("her acts", ACTS, json!({}), "DATE", &["act_of_manager"]).by(&company.anna),
        ask(
            "a customer's debts a year ago",
            "query($id: ID!) { receivables(filter: {customerId: $id, open: true},
                asOf: \"2025-01-01\") { nodes { open { amount } } } }",
            json!({"id": customer}),
            &["receivable_balance_customer"],
        ),
    ]
}
