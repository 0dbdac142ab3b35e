//! Components become finished goods: cost, lots, dates, reversal.

use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::Company;
use stories::house::house;
use stories::stock::{confirm, draft};

use super::{ORDER, amount, assemble, bill, stock};

fn days_ago(days: i64) -> String {
    (house().today() - chrono::Duration::days(days)).to_string()
}

#[tokio::test]
async fn what_is_assembled_is_traced_both_ways_and_undone_while_untouched() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let [bike, wheel, frame] = [
        company.product(&at, "BIKE", "900.00").await,
        company.product(&at, "WHEEL", "10.00").await,
        company.product(&at, "FRAME", "10.00").await,
    ];
    company.receive(&at, Some(&days_ago(5)), &[(&wheel, "3", "33.3333")]).await;
    company
        .receive(&at, Some(&days_ago(4)), &[(&wheel, "10", "50.00"), (&frame, "4", "200.00")])
        .await;
    let id = bill(&company, &bike, ("1", "12.345"), &[(&wheel, "2"), (&frame, "1")]).await;
    let input = json!({"kind": "ASSEMBLY", "billId": id, "quantity": "2", "lotNumber": "BK-1"});
    let made = assemble(&company.director, input).await;
    // 3 wheels at 100.00 in all, one at 50.00, two frames at 200.00; work 2 x 12.345.
    assert_eq!(amount(&made["goodsCost"]), "550");
    assert_eq!(amount(&made["labour"]), "24.69");
    assert_eq!(number(&made["total"]["amount"]), "574.69".parse().unwrap());
    assert_eq!(amount(&made["lines"][0]["cost"]), "150");
    assert_eq!(amount(&made["lines"][1]["cost"]), "400");
    assert!(text(&made["number"]).ends_with("000001"));
    assert_eq!(stock(&company, &bike).await, ("2".into(), "574.69".into()));
    assert_eq!(stock(&company, &wheel).await, ("9".into(), "450".into()));
    house().verify(&company.slug).await;

    // From the finished lot back to the receipts, and from a component's lot on to the customer.
    let customer = company.customer("Rider", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&bike, "1")], json!({})).await;
    confirm(&company.anna, &order).await;
    company.warehouse.does("shipSalesOrder", json!({"orderId": order.0}), "shipment { id }").await;
    let lots = "query($f: LotFilter) { lots(filter: $f) { nodes { id } } }";
    let finished = company.director.ask(lots, json!({"f": {"number": "bk-1"}})).await;
    let finished = finished["lots"]["nodes"][0]["id"].clone();
    let trace = "query($id: ID!) { lotTrace(id: $id) {
        origins { kind source { product { sku } supplierName receipt { id } } assemblyOrder { number } }
        made { kind lot { number } assemblyOrder { number } }
        balances { onHand lot { number } }
        recipients { nodes { customer { name } quantity lot { number } } } } }";
    let back = company.director.ask(trace, json!({"id": finished})).await["lotTrace"].clone();
    let mut skus: Vec<String> = back["origins"]
        .as_array()
        .unwrap()
        .iter()
        .map(|link| text(&link["source"]["product"]["sku"]))
        .collect();
    skus.sort();
    assert_eq!(skus, ["FRAME", "WHEEL", "WHEEL"]);
    assert_eq!(back["origins"][0]["assemblyOrder"]["number"], made["number"]);
    assert!(back["origins"][0]["source"]["receipt"]["id"].is_string());
    let frames = company.director.ask(lots, json!({"f": {"product": frame}})).await;
    let frames = frames["lots"]["nodes"][0]["id"].clone();
    let on = company.director.ask(trace, json!({"id": frames})).await["lotTrace"].clone();
    assert_eq!(on["made"][0]["lot"]["number"], "BK-1");
    assert_eq!(on["recipients"]["nodes"][0]["customer"]["name"], "Rider");
    assert_eq!(on["balances"].as_array().unwrap().len(), 2, "what is left of both: {on}");
    let recall = "query($f: LotRecipientFilter!) { lotRecipients(filter: $f) {
        nodes { customer { name } product { sku } } } }";
    let told = company.director.ask(recall, json!({"f": {"lots": [frames]}})).await;
    assert_eq!(told["lotRecipients"]["nodes"][0]["product"]["sku"], "BIKE");

    // One is with a customer: it cannot be undone; back, it can.
    let version = json!({"id": made["id"], "version": made["version"]});
    let reverse = "reverseAssemblyOrder";
    assert_eq!(company.director.refused(reverse, version.clone(), ORDER).await, "IN_USE");
    let warehouse = company.warehouse.tries(reverse, version.clone(), ORDER).await;
    assert_eq!(warehouse.unwrap_err(), "FORBIDDEN");
    let shipped = company.director.all("shipments", "id").await;
    let input = json!({"id": shipped[0]["id"], "reason": "wrong bike"});
    company.director.does("reverseShipment", input, "shipment { id }").await;
    // Its order waits for it again, and lets go of it.
    assert_eq!(company.director.refused(reverse, version.clone(), ORDER).await, "IN_USE");
    let input = json!({"id": order.0, "reason": "no bike after all"});
    company.anna.does("cancelSalesOrder", input, "order { id }").await;
    let undone = company.director.does(reverse, version, ORDER).await["assemblyOrder"].clone();
    assert_eq!(undone["state"], "REVERSED");
    assert_eq!(stock(&company, &bike).await.0, "0");
    assert_eq!(stock(&company, &wheel).await, ("13".into(), "600".into()));
    assert_eq!(stock(&company, &frame).await, ("4".into(), "800".into()));
    let on = company.director.ask(trace, json!({"id": frames})).await["lotTrace"].clone();
    assert_eq!(on["made"], json!([]), "what was undone made nothing");
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn components_that_are_held_missing_or_late_are_not_taken() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let kit = company.product(&at, "KIT", "10.00").await;
    let nut = company.product(&at, "NUT", "1.00").await;
    company.receive(&at, Some(&days_ago(3)), &[(&nut, "10", "1.00")]).await;
    let customer = company.customer("C", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&nut, "6")], json!({})).await;
    confirm(&company.anna, &order).await;
    let id = bill(&company, &kit, ("1", "0"), &[(&nut, "1")]).await;
    let write = async |more: Value| {
        let mut input = json!({"kind": "ASSEMBLY", "billId": id, "quantity": "4"});
        stories::company::merge(&mut input, more);
        let made = company.director.does("createAssemblyOrder", input, ORDER).await;
        json!({"id": made["assemblyOrder"]["id"], "version": made["assemblyOrder"]["version"]})
    };
    let post = "postAssemblyOrder";
    let five = write(json!({"quantity": "5"})).await;
    assert_eq!(company.director.refused(post, five.clone(), ORDER).await, "INSUFFICIENT_STOCK");
    let early = write(json!({"date": days_ago(9)})).await;
    assert_eq!(company.director.refused(post, early, ORDER).await, "NEGATIVE_BALANCE");
    let four = write(json!({"date": days_ago(2)})).await;
    let done = company.director.does(post, four.clone(), ORDER).await["assemblyOrder"].clone();
    assert_eq!(done["state"], "POSTED");
    assert_eq!(company.director.refused(post, four.clone(), ORDER).await, "STALE_VERSION");
    let again = json!({"id": done["id"], "version": done["version"]});
    assert_eq!(company.director.refused(post, again, ORDER).await, "ILLEGAL_TRANSITION");
    // Back-dated, the warehouse lacks the right.
    let input = json!({"kind": "ASSEMBLY", "billId": id, "quantity": "1", "date": days_ago(1)});
    let made = company.warehouse.does("createAssemblyOrder", input, "assemblyOrder { id version }");
    let made = made.await["assemblyOrder"].clone();
    let late = json!({"id": made["id"], "version": made["version"]});
    let code = company.warehouse.refused(post, late, "assemblyOrder { id }").await;
    assert_eq!(code, "BACKDATING_NOT_ALLOWED");
    // A draft is changed and given up.
    let change = json!({"id": five["id"], "version": 1, "quantity": "2", "labour": "7.50",
        "lines": [{"productId": nut, "quantity": "3"}]});
    let told = company.director.does("updateAssemblyOrder", change, ORDER).await;
    assert_eq!(told["assemblyOrder"]["lines"][0]["quantity"], "3");
    let input = json!({"id": five["id"], "version": 2});
    let told = company.director.does("cancelAssemblyOrder", input, ORDER).await;
    assert_eq!(told["assemblyOrder"]["state"], "CANCELLED");
    let list = "{ assemblyOrders(filter: {state: [POSTED], kind: ASSEMBLY}) {
        nodes { number } totalCount { count } } }";
    let told = company.warehouse.ask(list, json!({})).await;
    assert_eq!(told["assemblyOrders"]["totalCount"]["count"], 1);
    house().verify(&company.slug).await;
}
