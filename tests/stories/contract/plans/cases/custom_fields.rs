//! Lists narrowed by fields of the tenant's own, and what records hold in them.

use serde_json::json;

use super::super::company::Large;
use super::{Ask, Case};

const CUSTOMERS: &str = "query($custom: [CustomFieldCondition!]) {
    customers(filter: {customFields: $custom}) {
        nodes { name customFields { text } } } }";
const PRODUCTS: &str = "query($custom: [CustomFieldCondition!]) {
    products(filter: {customFields: $custom}) {
        nodes { name customFields { text } } } }";
const ORDERS: &str = "query($custom: [CustomFieldCondition!]) {
    orders(filter: {customFields: $custom}) {
        nodes { number customFields { text } } } }";

pub fn custom_fields(ask: &Ask, company: &Large) -> Vec<Case> {
    let indexes = &["custom_value_key", "custom_record_pkey"];
    let customers = |name, custom| ask(name, CUSTOMERS, json!({"custom": custom}), indexes);
    vec![
        customers(
            "customers by a text of their own",
            json!([{"key": "route", "equals": "route 7"}]),
        ),
        customers(
            "customers by the beginning of a text",
            json!([{"key": "route", "startsWith": "Route 59"}]),
        ),
        customers(
            "customers by a number of their own",
            json!([{"key": "visits", "from": "4000", "to": "4100"}]),
        ),
        customers(
            "customers by two fields of their own",
            json!([{"key": "route", "equals": "Route 100"}, {"key": "visits", "from": "11400"}]),
        ),
        customers(
            "her customers by a text of their own",
            json!([{"key": "route", "in": ["route 30"]}]),
        )
        .by(&company.anna),
        ask(
            "products by a text of their own",
            PRODUCTS,
            json!({"custom": [{"key": "shelf", "equals": "Shelf 77"}]}),
            indexes,
        ),
        ask(
            "orders by a text of their own",
            ORDERS,
            json!({"custom": [{"key": "waybill", "equals": "W-25010"}]}),
            indexes,
        ),
    ]
}
