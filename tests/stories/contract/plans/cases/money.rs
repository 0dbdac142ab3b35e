//! Lists of payments and debts.

use kernel::{CustomerId, OrderId, ShipmentId, UserId};
use serde_json::{Value, json};

use super::super::company::{Large, made};
use super::{Ask, Case};

const PAYMENTS: &str = "query($filter: PaymentFilter, $by: PaymentOrder) {
    payments(filter: $filter, orderBy: $by) { nodes { number amount { amount }
        customer { name } allocations { amount { amount } } advance { amount } } } }";
const RECEIVABLES: &str = "query($filter: ReceivableFilter, $by: ReceivableOrder) {
    receivables(filter: $filter, orderBy: $by) { nodes { dueOn open { amount }
        customer { name } order { number } shipment { number } } } }";

pub fn payments(ask: &Ask, company: &Large) -> Vec<Case> {
    let payments = |name, filter: Value, field: &str, indexes| {
        ask(name, PAYMENTS, json!({"filter": filter, "by": {"field": field}}), indexes)
    };
    let customer = made::<CustomerId>(7, 4_321);
    let manager = made::<UserId>(1, 7);
    let order = made::<OrderId>(13, 25_010);
    vec![
        payments("payments by date", json!({}), "DATE", &["payment_order_date"]),
        payments("payments by amount", json!({}), "AMOUNT", &["payment_order_amount"]),
        payments("payments by number", json!({}), "NUMBER", &["payment_order_number"]),
        payments(
            "a customer's payments",
            json!({"customerId": customer}),
            "DATE",
            &["payment_customer"],
        ),
        payments(
            "a manager's payments",
            json!({"managerId": manager}),
            "DATE",
            &["payment_manager"],
        ),
        payments("an order's payments", json!({"orderId": order}), "DATE", &["payment_order"]),
        payments(
            "a payment by its number",
            json!({"number": "P-025010"}),
            "DATE",
            &["payment_order_number"],
        ),
        payments("payments with an advance", json!({"hasAdvance": true}), "DATE", &[]),
        payments("reversed payments", json!({"state": "REVERSED"}), "DATE", &["payment_reversed"]),
        payments("payments in cash", json!({"method": "CASH"}), "DATE", &["payment_by_method"]),
        payments("her payments", json!({}), "DATE", &["payment_manager"]).by(&company.anna),
    ]
}

pub fn debts(ask: &Ask, company: &Large) -> Vec<Case> {
    let debts = |name, filter: Value, field: &str, indexes| {
        ask(name, RECEIVABLES, json!({"filter": filter, "by": {"field": field}}), indexes)
    };
    let customer = made::<CustomerId>(7, 4_321);
    let manager = made::<UserId>(1, 7);
    let order = made::<OrderId>(13, 25_010);
    let shipment = made::<ShipmentId>(16, 25_010);
    vec![
        debts("debts by due date", json!({}), "DUE_ON", &["receivable_balance_due"]),
        debts(
            "open debts by due date",
            json!({"open": true}),
            "DUE_ON",
            &["receivable_balance_open_due"],
        ),
        debts(
            "overdue debts",
            json!({"overdue": true}),
            "DUE_ON",
            &["receivable_balance_open_due"],
        ),
        debts("debts by date", json!({}), "DATE", &["receivable_balance_date"]),
        debts("debts by open amount", json!({}), "OPEN", &["receivable_balance_open_amount"]),
        debts(
            "open debts by open amount",
            json!({"open": true}),
            "OPEN",
            &["receivable_balance_open_amount"],
        ),
        debts(
            "a customer's debts",
            json!({"customerId": customer}),
            "DUE_ON",
            &["receivable_balance_customer"],
        ),
        debts(
            "a manager's debts",
            json!({"managerId": manager}),
            "DUE_ON",
            &["receivable_balance_manager"],
        ),
        debts(
            "an order's debts",
            json!({"orderId": order}),
            "DUE_ON",
            &["receivable_balance_order"],
        ),
        debts(
            "a shipment's debts",
            json!({"shipmentId": shipment}),
            "DUE_ON",
            &["receivable_balance_shipment"],
        ),
        debts("her debts", json!({"open": true}), "DUE_ON", &["receivable_balance_manager"])
            .by(&company.anna),
    ]
}
