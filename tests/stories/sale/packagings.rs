//! Goods are counted in what they are packed in, and stock in base units.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::{Company, merge};
use stories::house::house;
use stories::stock::confirm;

const LINE: &str = "lines { quantity unit enteredQuantity enteredUnit
    packaging { id inUse } price { amount } amount { amount } }";

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

async fn packaging(company: &Company, product: &str, name: &str, factor: (u32, u32)) -> Value {
    let input = json!({
        "productId": product, "name": name, "numerator": factor.0, "denominator": factor.1,
    });
    let selection = "packaging { id version inUse numerator denominator product { id } }";
    company.director.does("addPackaging", input, selection).await["packaging"].clone()
}

fn order(customer: &str, product: &str, packaging: &Value, quantity: &str) -> Value {
    json!({"customerId": customer, "lines": [
        {"productId": product, "packagingId": packaging["id"], "quantity": quantity},
    ]})
}

#[tokio::test]
async fn boxes_are_received_ordered_and_shipped_as_pieces() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tea = company.product(&at, "TEA", "10.00").await;
    let boxes = packaging(&company, &tea, "box", (24, 2)).await;
    assert_eq!((&boxes["numerator"], &boxes["denominator"]), (&json!(12), &json!(1)));
    assert_eq!(boxes["inUse"], false);

    let input = json!({"warehouseId": at.warehouse, "lines": [{
        "productId": tea, "packagingId": boxes["id"], "quantity": "5", "unitCost": "4.00",
    }]});
    let selection = "goodsReceipt { id version total { amount } lines { quantity
        enteredQuantity enteredUnit packaging { name } } }";
    let payload = company.director.does("createGoodsReceipt", input, selection).await;
    let receipt = &payload["goodsReceipt"];
    let line = &receipt["lines"][0];
    assert_eq!(number(&line["quantity"]), dec("60"));
    assert_eq!(number(&line["enteredQuantity"]), dec("5"));
    assert_eq!(line["enteredUnit"], "box");
    assert_eq!(number(&receipt["total"]["amount"]), dec("240"));
    let input = json!({"id": receipt["id"], "version": receipt["version"]});
    company.director.does("postGoodsReceipt", input, "goodsReceipt { id }").await;

    let customer = company.customer("Tea house", &company.anna_id, json!({})).await;
    let input = order(&customer, &tea, &boxes, "2.5");
    let selection = format!("order {{ id version total {{ gross {{ amount }} }} {LINE} }}");
    let payload = company.anna.does("createSalesOrder", input, &selection).await;
    let line = &payload["order"]["lines"][0];
    assert_eq!(number(&line["quantity"]), dec("30"));
    assert_eq!(number(&line["enteredQuantity"]), dec("2.5"));
    assert_eq!((&line["enteredUnit"], &line["unit"]), (&json!("box"), &json!("pcs")));
    assert_eq!(line["packaging"], json!({"id": boxes["id"], "inUse": true}));
    assert_eq!(number(&line["amount"]["amount"]), dec("300"));

    // A change of the header keeps what was entered.
    let id = text(&payload["order"]["id"]);
    let input = json!({"id": id, "version": payload["order"]["version"], "comment": "soon"});
    let payload = company.anna.does("updateSalesOrder", input, &selection).await;
    let line = &payload["order"]["lines"][0];
    assert_eq!(number(&line["enteredQuantity"]), dec("2.5"));
    assert_eq!(number(&line["quantity"]), dec("30"));

    let version = payload["order"]["version"].as_i64().unwrap();
    let answer = confirm(&company.anna, &(id.clone(), version)).await;
    assert_eq!(number(&answer["availability"][0]["reserved"]), dec("30"));
    let input = json!({"orderId": id});
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    let query = "query($id: ID!) { product(id: $id) { stockTotal { onHand } } }";
    let told = company.anna.ask(query, json!({"id": tea})).await;
    assert_eq!(number(&told["product"]["stockTotal"]["onHand"]), dec("30"));
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn what_does_not_come_out_is_refused_with_the_nearest() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let sand = company.product(&at, "SAND", "700.00").await;
    let brick = company.product(&at, "BRICK", "7.00").await;
    let pallet = packaging(&company, &sand, "pallet", (3, 7)).await;
    let customer = company.customer("Builder", &company.anna_id, json!({})).await;

    let mutation = "mutation($input: CreateSalesOrderInput!) { createSalesOrder(input: $input) {
        order { id } userErrors { code field details } } }";
    let input = order(&customer, &sand, &pallet, "1");
    let told = company.anna.ask(mutation, json!({"input": input})).await;
    let error = &told["createSalesOrder"]["userErrors"][0];
    assert_eq!(error["code"], "OUT_OF_RANGE");
    assert_eq!(error["field"], json!(["lines", "0", "quantity"]));
    assert_eq!(error["details"], json!({"below": "0.994", "above": "1.001"}));
    for quantity in ["0.994", "1.001", "7"] {
        let input = order(&customer, &sand, &pallet, quantity);
        let payload = company.anna.does("createSalesOrder", input, "order { lines { quantity } }");
        let base = number(&payload.await["order"]["lines"][0]["quantity"]);
        assert_eq!(base * dec("7"), dec(quantity) * dec("3"));
    }
    // Another product's packaging, and one that is archived.
    let input = order(&customer, &brick, &pallet, "7");
    let code = company.anna.refused("createSalesOrder", input, "order { id }").await;
    assert_eq!(code, "UNKNOWN_REFERENCE");
    let input = json!({"id": pallet["id"], "version": pallet["version"], "archived": true});
    company.director.does("updatePackaging", input, "packaging { archivedAt }").await;
    let input = order(&customer, &sand, &pallet, "7");
    let code = company.anna.refused("createSalesOrder", input, "order { id }").await;
    assert_eq!(code, "ARCHIVED");
}

#[tokio::test]
async fn a_factor_stays_once_a_document_names_it() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tea = company.product(&at, "TEA", "10.00").await;
    let boxes = packaging(&company, &tea, "box", (12, 1)).await;
    let change = async |version: &Value, more: Value| {
        let mut input = json!({"id": boxes["id"], "version": version});
        merge(&mut input, more);
        let selection = "packaging { version numerator weightKg history { action } }";
        company.director.tries("updatePackaging", input, selection).await
    };
    let changed = change(&boxes["version"], json!({"numerator": 10})).await.unwrap();
    assert_eq!(changed["packaging"]["numerator"], 10);
    let stale = change(&boxes["version"], json!({"numerator": 9})).await;
    assert_eq!(stale.unwrap_err(), "STALE_VERSION");

    let customer = company.customer("Tea house", &company.anna_id, json!({})).await;
    let input = order(&customer, &tea, &boxes, "1");
    company.anna.does("createSalesOrder", input, "order { id }").await;
    let version = &changed["packaging"]["version"];
    assert_eq!(change(version, json!({"numerator": 12})).await.unwrap_err(), "IN_USE");
    // 20/2 is the same factor; the rest may change.
    let same = json!({"numerator": 20, "denominator": 2, "weightKg": "3.25"});
    let changed = change(version, same).await.unwrap();
    assert_eq!(changed["packaging"]["weightKg"], "3.25");
    let actions = changed["packaging"]["history"].as_array().unwrap().len();
    assert_eq!(actions, 3);

    for (input, code) in [
        (json!({"productId": tea, "name": "box", "numerator": 6}), "TAKEN"),
        (json!({"productId": tea, "name": "bag", "numerator": 0}), "OUT_OF_RANGE"),
        (json!({"productId": tea, "name": " ", "numerator": 6}), "REQUIRED"),
        (json!({"productId": tea, "name": "bag", "numerator": 6, "weightKg": "0"}), "OUT_OF_RANGE"),
    ] {
        let told = company.director.refused("addPackaging", input, "packaging { id }").await;
        assert_eq!(told, code);
    }
    let mutation = "mutation($input: AddPackagingInput!) { addPackaging(input: $input) {
        packaging { id } } }";
    let input = json!({"productId": tea, "name": "bag", "numerator": 6});
    let code = company.warehouse.denied(mutation, json!({"input": input})).await;
    assert_eq!(code, "FORBIDDEN");
}
