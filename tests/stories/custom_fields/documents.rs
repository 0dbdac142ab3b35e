//! Custom fields of goods and documents: with the record, and after it was posted.

use serde_json::{Value, json};
use stories::company::Company;
use stories::stock::{confirm, draft};

use super::{HELD, field, pairs, refused_at, told};

#[tokio::test]
async fn documents_take_fields_also_after_they_are_posted() {
    let company = Company::new().await;
    let at = company.furnish().await;
    for subject in ["PRODUCT", "SALES_ORDER", "SHIPMENT", "GOODS_RECEIPT", "PAYMENT"] {
        field(&company, subject, "own", "TEXT", json!({})).await;
    }
    let fill = |text: &str| json!([{"key": "own", "text": text}]);
    let good = company.product(&at, "GOOD", "10.00").await;
    let query = format!("query($id: ID!) {{ product(id: $id) {{ version {HELD} }} }}");
    let card = company.director.ask(&query, json!({"id": good})).await["product"].clone();
    let input = json!({"id": good, "version": card["version"], "customFields": fill("shelf 3")});
    let held = format!("product {{ {HELD} }}");
    let card = company.director.does("updateProduct", input, &held).await;
    assert_eq!(told(&card["product"]), pairs(&[("own", "shelf 3")]));

    // A receipt: filled as a draft, changed when posted.
    let input = json!({"warehouseId": at.warehouse, "customFields": fill("truck 1"),
        "lines": [{"productId": good, "quantity": "10", "unitCost": "5"}]});
    let held = format!("goodsReceipt {{ id version state {HELD} }}");
    let receipt = company.director.does("createGoodsReceipt", input, &held).await;
    let receipt = &receipt["goodsReceipt"];
    assert_eq!(told(receipt), pairs(&[("own", "truck 1")]));
    let input = json!({"id": receipt["id"], "version": receipt["version"],
        "customFields": fill("truck 2")});
    let receipt = company.director.does("updateGoodsReceipt", input, &held).await;
    let receipt = &receipt["goodsReceipt"];
    assert_eq!(told(receipt), pairs(&[("own", "truck 2")]));
    let input = json!({"id": receipt["id"], "version": receipt["version"]});
    let receipt = company.director.does("postGoodsReceipt", input, &held).await;
    set(&company, &receipt["goodsReceipt"], "truck 3", "GoodsReceipt").await;

    // An order, its shipment, its payment.
    let customer = company.customer("Buyer", &company.anna_id, json!({})).await;
    let more = json!({"customFields": fill("order 1")});
    let order = draft(&company.anna, &customer, &[(&good, "2")], more).await;
    let input = json!({"id": order.0, "version": order.1, "customFields": fill("order 2")});
    let held = format!("order {{ id version {HELD} }}");
    let changed = company.anna.does("updateSalesOrder", input, &held).await;
    assert_eq!(told(&changed["order"]), pairs(&[("own", "order 2")]));
    let order = (order.0, changed["order"]["version"].as_i64().unwrap());
    let confirmed = confirm(&company.anna, &order).await;
    let input = json!({"recordId": order.0, "version": confirmed["order"]["version"],
        "customFields": fill("order 3")});
    company.anna.does("setCustomFields", input, "record { id }").await;

    let input = json!({"orderId": order.0, "customFields": fill("waybill 1")});
    let held = format!("shipment {{ id version state {HELD} }}");
    let shipped = company.warehouse.does("shipSalesOrder", input, &held).await;
    let shipment = shipped["shipment"].clone();
    assert_eq!(shipment["state"], "POSTED");
    assert_eq!(told(&shipment), pairs(&[("own", "waybill 1")]));
    set(&company, &shipment, "waybill 2", "Shipment").await;
    let input = json!({"recordId": shipment["id"], "version": shipment["version"],
        "customFields": fill("late")});
    assert_eq!(refused_at(&company.warehouse, "setCustomFields", input).await.0, "STALE_VERSION");

    let input = json!({"customerId": customer, "amount": "5.00", "customFields": fill("bank 1")});
    let held = format!("payment {{ id version {HELD} }}");
    let paid = company.accounting.does("recordPayment", input, &held).await;
    assert_eq!(told(&paid["payment"]), pairs(&[("own", "bank 1")]));
    set(&company, &paid["payment"], "bank 2", "Payment").await;
}

/// Writes the field alone, and looks at the record and its history.
pub(super) async fn set(company: &Company, record: &Value, text: &str, kind: &str) {
    let input = json!({"recordId": record["id"], "version": record["version"],
        "customFields": [{"key": "own", "text": text}]});
    let held = format!(
        "record {{ ... on {kind} {{ state version {HELD} history {{ action changes }} }} }}"
    );
    let done = company.director.does("setCustomFields", input, &held).await;
    let after = &done["record"];
    assert_eq!(told(after), pairs(&[("own", text)]));
    let version = record["version"].as_i64().unwrap();
    assert_eq!(after["version"], version + 1);
    let newest = &after["history"][0];
    assert_eq!(newest["action"], "setCustomFields");
    assert_eq!(newest["changes"]["customFields.own"]["after"], text);
}

#[tokio::test]
async fn only_who_writes_a_record_writes_its_fields() {
    let company = Company::new().await;
    field(&company, "CUSTOMER", "own", "TEXT", json!({})).await;
    let customer = company.customer("Of Boris", &company.boris_id, json!({})).await;
    let input = json!({"recordId": customer, "version": 1,
        "customFields": [{"key": "own", "text": "a"}]});
    let query = "mutation($input: SetCustomFieldsInput!) {
        setCustomFields(input: $input) { userErrors { code } } }";
    let variables = json!({"input": input});
    assert_eq!(company.anna.denied(query, variables.clone()).await, "NOT_FOUND");
    assert_eq!(company.warehouse.denied(query, variables).await, "FORBIDDEN");
    company.boris.does("setCustomFields", input, "record { id }").await;
    // Not a record with fields at all.
    let input = json!({"recordId": company.anna_id, "version": 1, "customFields": []});
    assert_eq!(company.boris.denied(query, json!({"input": input})).await, "NOT_FOUND");
    // An archived customer is restored first.
    let input = json!({"id": customer, "version": 2});
    company.boris.does("archiveCustomer", input, "customer { id }").await;
    let input = json!({"recordId": customer, "version": 3,
        "customFields": [{"key": "own", "text": "b"}]});
    let code = company.boris.refused("setCustomFields", input, "record { id }").await;
    assert_eq!(code, "ARCHIVED");
}
