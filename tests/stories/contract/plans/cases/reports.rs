//! Reports, the audit trail, and the events that a subscriber has missed.

use kernel::{CustomerId, OrderId, UserId};
use serde_json::{Value, json};

use super::super::company::{Large, made};
use super::{Ask, Case};

const TRAIL: &str = "query($filter: AuditFilter) { auditTrail(filter: $filter) {
    nodes { action recordedAt user { name } } } }";
const REPORT: &str = "query($input: SalesReportInput!) { salesReport(input: $input) {
    rows { revenue { amount } quantity } totals { revenue { amount } } } }";

pub fn figures(ask: &Ask, company: &Large) -> Vec<Case> {
    let day = |ago| company.day(ago);
    let customer = made::<CustomerId>(7, 4_321);
    let sales = |name, input: Value, indexes| ask(name, REPORT, json!({"input": input}), indexes);
    vec![
        sales(
            "sales by month",
            json!({"from": day(999), "to": day(0),
            "dimensions": ["MONTH"]}),
            &["sale_rollup"],
        ),
        sales(
            "the best customers of a quarter",
            json!({"from": day(180), "to": day(90),
            "dimensions": ["CUSTOMER"], "top": 10}),
            &["sale_rollup_pkey"],
        )
        .reading(10_000.0),
        sales(
            "a customer's sales by month",
            json!({"from": day(999), "to": day(0),
            "dimensions": ["MONTH"], "filter": {"customers": [customer]}}),
            &["sale_"],
        ),
        sales(
            "a customer's sales by product",
            json!({"from": day(999), "to": day(0),
            "dimensions": ["PRODUCT"], "filter": {"customers": [customer]}}),
            &["sale_fact_of_customer"],
        ),
        sales(
            "her sales by customer",
            json!({"from": day(999), "to": day(0),
            "dimensions": ["CUSTOMER"]}),
            &["sale_fact_of_manager"],
        )
        .by(&company.anna)
        .reading(10_000.0),
        ask(
            "the dashboard",
            "{ dashboard { totals { revenue { amount } }
            revenueByMonth { month revenue { amount } } topCustomers { customer { name } }
            ageing { total { amount } } openOrders { count amount { amount } }
            ordersByState { state } } }",
            json!({}),
            &[],
        )
        // A year's sums of customers, to find the best ones.
        .reading(25_000.0),
        ask(
            "the debts by age",
            "{ receivablesAgeing { totals { total { amount } }
            rows { customer { name } buckets { total { amount } } } } }",
            json!({}),
            &[],
        )
        .reading(10_000.0),
        ask(
            "a customer's debts by age",
            "query($id: ID!) { receivablesAgeing(customerId: $id) {
            totals { total { amount } } } }",
            json!({"id": customer}),
            &[],
        ),
    ]
}

pub fn events(ask: &Ask, company: &Large) -> Vec<Case> {
    let admin = &company.admin;
    let moment = |ago| format!("{}T00:00:00Z", company.day(ago));
    vec![
        ask("the audit trail", TRAIL, json!({}), &["audit_trail_pkey"]).by(admin),
        ask(
            "a record's trail",
            TRAIL,
            json!({"filter": {"subjectId": made::<OrderId>(13, 25_010)}}),
            &["audit_trail_subject"],
        )
        .by(admin),
        ask(
            "a user's trail",
            TRAIL,
            json!({"filter": {"actorId": made::<UserId>(1, 7)}}),
            &["audit_trail_actor"],
        )
        .by(admin),
        ask(
            "a day's trail",
            TRAIL,
            json!({"filter": {
            "from": moment(600), "to": moment(599)}}),
            &["audit_trail_recorded"],
        )
        .by(admin),
        ask(
            "a rare deed's trail",
            TRAIL,
            json!({"filter": {"action": "reversePayment"}}),
            &["audit_trail_action"],
        )
        .by(admin),
        ask(
            "the trail of a rare kind of record",
            TRAIL,
            json!({"filter": {"subjectType": "PriceList"}}),
            &["audit_trail_kind"],
        )
        .by(admin),
        ask(
            "a word in a month's trail",
            TRAIL,
            json!({"filter": {"from": moment(600), "to": moment(570), "text": "nothing"}}),
            &["audit_trail_recorded"],
        )
        .by(admin)
        .reading(2_000.0),
        ask(
            "seals",
            "{ auditSeals(first: 5) { nodes { number root entries { leaf } } } }",
            json!({}),
            &[],
        )
        .by(admin),
        ask(
            "hand-overs",
            "{ handOvers { nodes { leaver { name } heirs { customers } } } }",
            json!({}),
            &[],
        ),
        ask(
            "what a hand-over would come to",
            "query($input: HandOverParties!) { handOverPreview(input: $input) {
            counts { kind count } heirs { load customers } } }",
            json!({"input": {"leaverId": made::<UserId>(1, 7), "heirIds": [company.anna_id]}}),
            &["customer_manager", "sales_order_of_manager", "receivable_balance_manager"],
        )
        .reading(10_000.0),
        ask(
            "an order explained",
            "query($id: ID!) { explain(id: $id) { lines { priceExplanation { steps { kind } }
            goods { state } picks { picked } } gates { kind } payments { number }
            events { entry { action } } } }",
            json!({"id": made::<OrderId>(13, 25_010)}),
            &["reservation_order", "audit_trail_subject"],
        ),
        ask(
            "the events that were missed",
            "subscription($after: String) { documentChanged(after: $after) { cursor } }",
            // The 6,000th of 12,000 events.
            json!({"after": "ZXZlbnQ6NjAwMA"}),
            &["position"],
        ),
    ]
}
