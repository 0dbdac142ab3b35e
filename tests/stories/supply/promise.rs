//! When an order can leave: out of stock, out of what is expected, or after buying.

use serde_json::{Value, json};
use stories::company::Company;
use stories::house::house;
use stories::stock::draft;

use super::{ORDERED, ordered, sells, step, supplier};

async fn promise(company: &Company, order: &str) -> (Value, Value) {
    let query = "query($id: ID!) { order(id: $id) { lines { promise { date source } } } }";
    let told = company.anna.ask(query, json!({"id": order})).await;
    let promise = &told["order"]["lines"][0]["promise"];
    (promise["date"].clone(), promise["source"].clone())
}

#[tokio::test]
async fn a_promise_follows_what_happens() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let day = |days: i64| (house().today() + chrono::Duration::days(days)).to_string();
    let told = |days: i64, source: &str| (json!(day(days)), json!(source));
    let bolt = company.product(&at, "BOLT", "10.00").await;
    let screw = company.product(&at, "SCREW", "10.00").await;
    company.receive(&at, None, &[(&bolt, "5", "1.00"), (&screw, "9", "1.00")]).await;
    let customer = company.customer("Stroy", &company.anna_id, json!({})).await;

    let small = draft(&company.anna, &customer, &[(&bolt, "3")], json!({})).await;
    assert_eq!(promise(&company, &small.0).await, told(0, "STOCK"), "a draft: free goods");
    let large = draft(&company.anna, &customer, &[(&bolt, "8")], json!({})).await;
    assert_eq!(promise(&company, &large.0).await, (Value::Null, json!("UNKNOWN")));
    let zavod = supplier(&company, "Zavod", json!({"leadTimeDays": 14})).await;
    sells(&company, &zavod, &bolt, "2", json!({})).await;
    assert_eq!(promise(&company, &large.0).await, told(14, "LEAD_TIME"));

    let input = json!({"id": large.0, "version": large.1});
    let selection = "availability { short promise { date source } alternatives { sku } }";
    let answer = company.anna.does("confirmSalesOrder", input, selection).await;
    let line = &answer["availability"][0];
    assert_eq!(line["promise"], json!({"date": day(14), "source": "LEAD_TIME"}));
    assert_eq!(line["alternatives"], json!([{"sku": "SCREW"}]), "of the same group");

    let lines = json!([{"productId": bolt, "quantity": "20", "expectedOn": day(6)}]);
    let bought = ordered(&company.director, json!({"supplierId": zavod, "lines": lines})).await;
    assert_eq!(promise(&company, &large.0).await, told(6, "EXPECTED_RECEIPT"));
    assert_eq!(promise(&company, &small.0).await, told(6, "EXPECTED_RECEIPT"), "the rest of it");

    let lines = json!({"lines": [{"lineId": bought["lines"][0]["id"], "expectedOn": day(9)}]});
    step(&company.director, "reschedulePurchaseOrder", &bought, lines, ORDERED).await;
    assert_eq!(promise(&company, &large.0).await, told(9, "EXPECTED_RECEIPT"));
    house().verify(&company.slug).await;
}
