//! Services are done, and stand beside goods on one order.

use serde_json::{Value, json};
use stories::actor::text;
use stories::company::{Company, Furniture};
use stories::house::house;
use stories::stock::{confirm, draft};

use super::{balance, pay, plain};
use crate::returns::worked::totals;

/// A service with a price.
async fn service(company: &Company, at: &Furniture) -> String {
    let input = json!({"sku": "SETUP", "name": "Setting up", "groupId": at.group, "unit": "h",
        "isService": true});
    let made = company.director.does("createProduct", input, "product { id }").await;
    let id = text(&made["product"]["id"]);
    let input = json!({"priceListId": at.price_list, "validFrom": "2000-01-01",
        "prices": [{"productId": id, "price": "50"}]});
    company.director.does("setPrices", input, "priceList { id }").await;
    id
}

#[tokio::test]
async fn an_act_and_a_shipment_fulfil_one_order() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let goods = company.product(&at, "LAMP", "100").await;
    company.receive(&at, None, &[(&goods, "5", "60")]).await;
    let hours = service(&company, &at).await;
    let customer = company.customer("Theatre", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&goods, "5"), (&hours, "4")], json!({})).await;
    confirm(&company.anna, &order).await;
    let query = "query($id: ID!) { order(id: $id) { state lines { id product { id } }
        serviceActs { number state } shipments { id } } }";
    let told = company.director.ask(query, json!({"id": order.0})).await;
    let line_of = |product: &str| -> Value {
        let lines = told["order"]["lines"].as_array().unwrap();
        lines.iter().find(|line| line["product"]["id"] == product).unwrap()["id"].clone()
    };
    let accounting = &company.accounting;
    // Goods are no services, and no more is done than was ordered.
    for (line, quantity, code) in
        [(line_of(&goods), "1", "INVALID"), (line_of(&hours), "4.001", "EXCEEDS_ORDER")]
    {
        let lines = json!([{"orderLineId": line, "quantity": quantity}]);
        let input = json!({"orderId": order.0, "lines": lines});
        let refused = accounting.refused("createServiceAct", input, "serviceAct { id }").await;
        assert_eq!(refused, code);
    }
    let lines = json!([{"orderLineId": line_of(&hours), "quantity": "1"}]);
    let input = json!({"orderId": order.0, "lines": lines});
    let selection = "serviceAct { id state number total { gross { amount } } }";
    let first = accounting.does("createServiceAct", input, selection).await["serviceAct"].clone();
    assert_eq!((&first["state"], plain(&first["total"]["gross"])), (&json!("DRAFT"), "50".into()));
    let posted = accounting.does("postServiceAct", json!({"id": first["id"]}), selection).await;
    assert!(posted["serviceAct"]["number"].is_string());
    assert_eq!(balance(&company, &customer, "").await, "50");
    house().verify(&company.slug).await;

    // The goods go by a shipment, the rest of the services by another act.
    let lines = json!([{"orderLineId": line_of(&goods), "quantity": "5"}]);
    let input = json!({"orderId": order.0, "lines": lines});
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    let input = json!({"orderId": order.0});
    let rest = accounting.does("createServiceAct", input, selection).await["serviceAct"].clone();
    accounting.does("postServiceAct", json!({"id": rest["id"]}), selection).await;
    let told = company.director.ask(query, json!({"id": order.0})).await;
    assert_eq!(told["order"]["state"], "COMPLETED");
    assert_eq!(told["order"]["serviceActs"].as_array().unwrap().len(), 2);
    assert_eq!(told["order"]["shipments"].as_array().unwrap().len(), 1);
    let figure = |text: &str| text.to_owned();
    assert_eq!(totals(&company).await, (figure("9"), figure("700"), figure("300")));
    assert_eq!(balance(&company, &customer, "").await, "700");
    house().verify(&company.slug).await;

    // An act is no shipment, whatever its id is called.
    let shipments = company.director.all("shipments", "id").await;
    assert_eq!(shipments.len(), 1);
    let uuid = uuid_of(&text(&rest["id"]));
    let forged = base64_of(&format!("Shipment:{uuid}"));
    let code = company
        .warehouse
        .denied("query($id: ID!) { shipment(id: $id) { id } }", json!({"id": forged}))
        .await;
    assert_eq!(code, "NOT_FOUND");
    let code = company.warehouse.denied("{ serviceActs { nodes { id } } }", json!({})).await;
    assert_eq!(code, "FORBIDDEN");

    // It becomes cheaper as a shipment does, and is not reversed beside that.
    let input = json!({"serviceActId": rest["id"], "reason": "late", "amount": "30"});
    let made = accounting.does("createPriceCorrection", input, "priceCorrection { id }").await;
    let correction = made["priceCorrection"]["id"].clone();
    let selection = "priceCorrection { serviceAct { id } shipment { id } creditNote { number } }";
    let told = accounting.does("postPriceCorrection", json!({"id": correction}), selection).await;
    assert_eq!(told["priceCorrection"]["serviceAct"]["id"], rest["id"]);
    assert!(told["priceCorrection"]["shipment"].is_null());
    assert_eq!(balance(&company, &customer, "").await, "670");
    house().verify(&company.slug).await;
    let undo = json!({"id": rest["id"], "reason": "by mistake"});
    let code = accounting.refused("reverseServiceAct", undo.clone(), "serviceAct { id }").await;
    assert_eq!(code, "IN_USE");
    let input = json!({"id": correction, "reason": "in time after all"});
    accounting.does("reversePriceCorrection", input, "priceCorrection { id }").await;
    pay(&company, "700", json!({"customerId": customer})).await;
    let told = accounting.does("reverseServiceAct", undo, "serviceAct { state number }").await;
    assert_eq!(told["serviceAct"]["state"], "REVERSED");
    assert_eq!(balance(&company, &customer, "").await, "-150");
    let told = company.director.ask(query, json!({"id": order.0})).await;
    assert_eq!(told["order"]["state"], "IN_FULFILMENT");
    house().verify(&company.slug).await;
}

fn uuid_of(id: &str) -> String {
    use base64::Engine;
    let plain = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(id).unwrap();
    String::from_utf8(plain).unwrap().split_once(':').unwrap().1.to_owned()
}

fn base64_of(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}
