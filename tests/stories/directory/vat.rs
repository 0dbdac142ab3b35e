//! Tax categories: documents take the rate of their organization and day.

use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::{Company, Furniture};
use stories::house::house;
use stories::stock::{confirm, draft};

/// A category with these rates, and a product in it at 122.00 with VAT, long in stock.
async fn taxed(company: &Company, rates: Value) -> (String, String) {
    let director = &company.director;
    let at = company.furnish().await;
    let input = json!({"name": "Retail", "currency": "RUB", "includesVat": true,
        "isDefault": true});
    let made = director.does("createPriceList", input, "priceList { id }").await;
    let at = Furniture { price_list: text(&made["priceList"]["id"]), ..at };
    let lamp = company.product(&at, "LAMP", "122.00").await;
    let made = director.does("createVatCategory", json!({"name": "Usual"}), "vatCategory { id }");
    let category = text(&made.await["vatCategory"]["id"]);
    if rates != json!([]) {
        let input = json!({"vatCategoryId": category, "rates": rates});
        company.accounting.does("setVatRates", input, "vatCategory { id }").await;
    }
    let input = json!({"id": lamp, "version": 1, "vatCategoryId": category});
    let selection = "product { vatCategory { name rates { validFrom rate } } }";
    director.does("updateProduct", input, selection).await;
    company.receive(&at, Some("2025-11-01"), &[(&lamp, "10", "5.00")]).await;
    (lamp, category)
}

/// The rate, the tax and the total of an order or shipment of one line, from the payload.
fn figures(document: &Value) -> (Value, String, String) {
    let line = &document["lines"][0];
    let amount = |field: &str| number(&line[field]["amount"]).to_string();
    (line["vatRate"].clone(), amount("vatAmount"), amount("amount"))
}

const LINES: &str = "id version lines { vatRate vatAmount { amount } amount { amount } }";

#[tokio::test]
async fn december_order_shipped_in_january_keeps_its_total_at_the_new_rate() {
    let company = Company::new().await;
    let rates = json!([{"validFrom": "2019-01-01", "rate": "20"},
        {"validFrom": "2026-01-01", "rate": "22"}]);
    let (lamp, _) = taxed(&company, rates).await;
    let customer = company.customer("Svet", &company.anna_id, json!({})).await;
    let director = &company.director;
    let input = json!({"customerId": customer, "date": "2025-12-15",
        "lines": [{"productId": lamp, "quantity": "2"}]});
    let told = director.does("createSalesOrder", input, &format!("order {{ {LINES} }}")).await;
    let order = &told["order"];
    assert_eq!(figures(order), (json!("20"), "40.67".into(), "244.00".into()));
    confirm(director, &(text(&order["id"]), order["version"].as_i64().unwrap())).await;
    let input = json!({"orderId": order["id"], "date": "2026-01-12"});
    let selection = format!("shipment {{ {LINES} }}");
    let told = director.does("shipSalesOrder", input, &selection).await;
    assert_eq!(figures(&told["shipment"]), (json!("22"), "44.00".into(), "244.00".into()));
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn without_vat_is_not_nought_and_no_rate_is_no_document() {
    let company = Company::new().await;
    let (lamp, category) = taxed(&company, json!([])).await;
    let customer = company.customer("Svet", &company.anna_id, json!({})).await;
    let director = &company.director;
    let selection = format!("order {{ {LINES} }}");
    let input = json!({"customerId": customer, "date": "2025-12-15",
        "lines": [{"productId": lamp, "quantity": "1"}]});
    let code = director.refused("createSalesOrder", input.clone(), &selection).await;
    assert_eq!(code, "NO_RATE");

    let set = async |rates: Value| {
        let input = json!({"vatCategoryId": category, "rates": rates});
        company.accounting.does("setVatRates", input, "vatCategory { rates { rate } }").await
    };
    set(json!([{"validFrom": "2019-01-01", "rate": "0"}])).await;
    let told = director.does("createSalesOrder", input.clone(), &selection).await;
    assert_eq!(figures(&told["order"]), (json!("0"), "0.00".into(), "122.00".into()));
    set(json!([{"validFrom": "2025-12-01", "rate": null}])).await;
    let told = director.does("createSalesOrder", input.clone(), &selection).await;
    assert_eq!(figures(&told["order"]), (Value::Null, "0.00".into(), "122.00".into()));

    // The organization's own rate goes before the one for all, though that is newer.
    let organizations = director.all("organizations", "id").await;
    let own = organizations[0]["id"].clone();
    let rates = json!([{"organizationId": own, "validFrom": "2020-01-01", "rate": "22"}]);
    set(rates).await;
    let told = director.does("createSalesOrder", input.clone(), &selection).await;
    assert_eq!(figures(&told["order"]), (json!("22"), "22.00".into(), "122.00".into()));
    let removed = json!([{"organizationId": own, "validFrom": "2020-01-01"}]);
    let change = json!({"vatCategoryId": category, "removed": removed});
    let selection_of = "vatCategory { rates { rate validFrom organization { id } } }";
    let told = company.accounting.does("setVatRates", change, selection_of).await;
    assert_eq!(told["vatCategory"]["rates"].as_array().unwrap().len(), 2);
    let told = director.does("createSalesOrder", input, &selection).await;
    assert_eq!(told["order"]["lines"][0]["vatRate"], Value::Null);
    let rates = json!({"vatCategoryId": category,
        "rates": [{"validFrom": "2020-01-01", "rate": "100.5"}]});
    let code = director.refused("setVatRates", rates, selection_of).await;
    assert_eq!(code, "OUT_OF_RANGE");
    draft(director, &customer, &[(&lamp, "1")], json!({})).await;
}
