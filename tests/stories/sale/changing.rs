//! An order that was agreed to changes: lines come, go and change, and all that hangs on them follows.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, Furniture, merge};
use stories::house::house;
use stories::stock::{confirm, draft};

const ORDER: &str = "id state version comment requestedShipDate availableTransitions
    total { gross { amount } }
    lines { id product { id } quantity shipped reserved discountPercent price { amount }
        amount { amount } demand { quantity state } }
    pendingChange { total { amount } reason askedBy { name } approvalRequest { id }
        lines { orderLine { id } quantity discountPercent amount { amount } } }
    approvalRequest { id state }
    approvalRequests { id state }
    history { action }";

const PAYLOAD: &str = "order { state version total { gross { amount } } pendingChange { reason } }
    approvalRequest { id state reasons { kind measure } }
    credit { exposure { amount } }
    availability { reserved short } warnings { code }";

async fn seen(actor: &Actor, id: &str) -> Value {
    let query = format!("query($id: ID!) {{ order(id: $id) {{ {ORDER} }} }}");
    actor.ask(&query, json!({"id": id})).await["order"].clone()
}

/// Changes an order as it is now.
async fn changes(actor: &Actor, id: &str, more: Value) -> Value {
    actor.does("changeSalesOrder", with_version(actor, id, more).await, PAYLOAD).await
}

async fn refused(actor: &Actor, id: &str, more: Value) -> String {
    let input = with_version(actor, id, more).await;
    actor.refused("changeSalesOrder", input, "order { id }").await
}

async fn with_version(actor: &Actor, id: &str, more: Value) -> Value {
    let mut input = json!({"id": id, "version": seen(actor, id).await["version"]});
    merge(&mut input, more);
    input
}

/// Quantity, shipped, held and missed of each line.
fn goods(order: &Value) -> Vec<(String, String, String, String)> {
    let told = |line: &Value| {
        let missed = &line["demand"]["quantity"];
        let missed = if missed.is_null() { "0".to_owned() } else { text(missed) };
        (text(&line["quantity"]), text(&line["shipped"]), text(&line["reserved"]), missed)
    };
    order["lines"].as_array().unwrap().iter().map(told).collect()
}

fn figures(all: &[(&str, &str, &str, &str)]) -> Vec<(String, String, String, String)> {
    let owned = |(a, b, c, d): &(&str, &str, &str, &str)| {
        ((*a).to_owned(), (*b).to_owned(), (*c).to_owned(), (*d).to_owned())
    };
    all.iter().map(owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_confirmed_order_grows_shrinks_and_ships_what_it_became() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let [tea, jam, oil] = [
        company.product(&at, "TEA", "10.00").await,
        company.product(&at, "JAM", "20.00").await,
        company.product(&at, "OIL", "30.00").await,
    ];
    company.receive(&at, None, &[(&tea, "10", "5"), (&jam, "5", "8"), (&oil, "3", "9")]).await;
    let cook = company.customer("Cook", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &cook, &[(&tea, "6"), (&jam, "5")], json!({})).await;
    confirm(&company.anna, &order).await;
    let id = order.0;
    // Another customer waits for jam.
    let other = draft(&company.anna, &cook, &[(&jam, "2")], json!({})).await;
    confirm(&company.anna, &other).await;
    let before = seen(&company.anna, &id).await;
    assert_eq!(before["availableTransitions"], json!(["CHANGE", "SHIP", "CANCEL"]));
    let line = |place: usize| text(&before["lines"][place]["id"]);

    // More tea than there is, less jam, and oil.
    let lines = json!([
        {"orderLineId": line(0), "quantity": "12"},
        {"orderLineId": line(1), "quantity": "3"},
        {"productId": oil, "quantity": "2"},
    ]);
    let tried = json!({"lines": lines, "simulate": true});
    let told = changes(&company.anna, &id, tried).await;
    assert_eq!(told["order"]["total"]["gross"]["amount"], "240.00");
    assert_eq!(goods(&seen(&company.anna, &id).await), goods(&before), "it was only tried out");

    let told = changes(&company.anna, &id, json!({"lines": lines, "reason": "a feast"})).await;
    assert_eq!(told["order"]["state"], "CONFIRMED");
    assert_eq!(
        told["availability"],
        json!([{"reserved": "4", "short": "2"}, {"reserved": "2", "short": "0"}])
    );
    let after = seen(&company.anna, &id).await;
    assert_eq!(
        goods(&after),
        figures(&[("12", "0", "10", "2"), ("3", "0", "3", "0"), ("2", "0", "2", "0")])
    );
    assert_eq!(after["lines"][0]["id"], before["lines"][0]["id"]);
    // What it let go went to whoever waited.
    assert_eq!(goods(&seen(&company.anna, &other.0).await), figures(&[("2", "0", "2", "0")]));
    let query = "query($id: ID!) { order(id: $id) { history { action changes } } }";
    let told = company.director.ask(query, json!({"id": id})).await;
    let entry = &told["order"]["history"][0];
    assert_eq!(entry["action"], "changeSalesOrder");
    assert_eq!(entry["changes"]["reason"], "a feast");
    assert_eq!(entry["changes"]["gross"], json!(["160", "240"]));
    house().verify(&company.slug).await;

    // A part is shipped; what has left bounds what may change, and keeps its price.
    let lines = json!([{"orderLineId": line(0), "quantity": "4"}]);
    let input = json!({"orderId": id, "lines": lines});
    company.warehouse.does("shipSalesOrder", input, "shipment { state }").await;
    let rest = |quantity: &str| {
        json!({"lines": [{"orderLineId": line(0), "quantity": quantity},
            {"orderLineId": line(1)}, {"orderLineId": after["lines"][2]["id"]}]})
    };
    assert_eq!(refused(&company.anna, &id, rest("3.999")).await, "OUT_OF_RANGE");
    let without = json!({"lines": [{"orderLineId": line(1)}]});
    assert_eq!(refused(&company.anna, &id, without).await, "IN_USE");
    let dearer = json!({"lines": [{"orderLineId": line(0), "price": "11"}]});
    assert_eq!(refused(&company.director, &id, dearer).await, "IN_USE");
    let twice = json!({"lines": [{"orderLineId": line(1)}, {"orderLineId": line(1)}]});
    assert_eq!(refused(&company.anna, &id, twice).await, "INVALID");
    let swapped = json!({"lines": [{"orderLineId": line(1), "productId": tea}]});
    assert_eq!(refused(&company.anna, &id, swapped).await, "INVALID");
    let told = changes(&company.anna, &id, rest("4")).await;
    assert_eq!(told["order"]["total"]["gross"]["amount"], "160.00");
    let now = seen(&company.anna, &id).await;
    assert_eq!(goods(&now)[0], figures(&[("4", "4", "0", "0")])[0]);
    house().verify(&company.slug).await;

    // A line that stands in a draft does not go away; what is shipped whole completes the order.
    let input = json!({"orderId": id});
    let made = company.warehouse.does("createShipment", input, "shipment { id version }").await;
    let only = json!({"lines": [{"orderLineId": line(0)}]});
    assert_eq!(refused(&company.anna, &id, only).await, "IN_USE");
    let input = json!({"id": made["shipment"]["id"], "version": made["shipment"]["version"]});
    company.warehouse.does("postShipment", input, "shipment { state }").await;
    let done = seen(&company.anna, &id).await;
    assert_eq!(done["state"], "COMPLETED");
    let late = json!({"comment": "too late"});
    assert_eq!(refused(&company.anna, &id, late).await, "ILLEGAL_TRANSITION");
    let query = "query($id: ID!) { order(id: $id) { shippedTotal { amount }
        receivables { amount { amount } } } }";
    let told = company.director.ask(query, json!({"id": id})).await;
    assert_eq!(told["order"]["shippedTotal"]["amount"], "160.00");
    house().verify(&company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_changed_to_what_was_shipped_is_complete() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tea = company.product(&at, "TEA", "10.00").await;
    company.receive(&at, None, &[(&tea, "10", "5")]).await;
    let cook = company.customer("Cook", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &cook, &[(&tea, "3")], json!({})).await;
    confirm(&company.anna, &order).await;
    let now = seen(&company.anna, &order.0).await;
    let lines = json!([{"orderLineId": now["lines"][0]["id"], "quantity": "2"}]);
    let input = json!({"orderId": order.0, "lines": lines});
    company.warehouse.does("shipSalesOrder", input, "shipment { state }").await;
    let told = changes(&company.anna, &order.0, json!({"lines": lines})).await;
    assert_eq!(told["order"]["state"], "COMPLETED");
    assert_eq!(told["order"]["total"]["gross"]["amount"], "20.00");
    let done = seen(&company.anna, &order.0).await;
    assert_eq!(goods(&done), figures(&[("2", "2", "0", "0")]));
    house().verify(&company.slug).await;
}

/// What was agreed stays agreed: a change prices what it changes, and what it is told to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_changes_is_priced_anew() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tea = company.product(&at, "TEA", "10.00").await;
    let jam = company.product(&at, "JAM", "20.00").await;
    company.receive(&at, None, &[(&tea, "20", "5"), (&jam, "20", "8")]).await;
    let cook = company.customer("Cook", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &cook, &[(&tea, "2"), (&jam, "2")], json!({})).await;
    confirm(&company.anna, &order).await;
    let id = order.0;
    let prices = json!([{"productId": tea, "price": "12"}, {"productId": jam, "price": "25"}]);
    let input = json!({"priceListId": at.price_list, "validFrom": "2000-01-02", "prices": prices});
    company.director.does("setPrices", input, "priceList { id }").await;
    let before = seen(&company.anna, &id).await;
    let line = |place: usize| before["lines"][place]["id"].clone();
    let prices_of = |order: &Value| -> Vec<String> {
        let lines = order["lines"].as_array().unwrap();
        lines.iter().map(|line| text(&line["price"]["amount"])).collect()
    };
    let both =
        json!({"lines": [{"orderLineId": line(1)}, {"orderLineId": line(0), "quantity": "3"}]});
    changes(&company.anna, &id, both).await;
    let after = seen(&company.anna, &id).await;
    assert_eq!(prices_of(&after), ["20.00", "12.00"], "they changed places");
    let all = json!({"reprice": true,
        "lines": [{"orderLineId": line(1)}, {"orderLineId": line(0)}]});
    let told = changes(&company.anna, &id, all).await;
    assert_eq!(told["order"]["total"]["gross"]["amount"], "86.00");
    // A price of one's own needs the right to it; the director has it, and it stays.
    let own = json!({"lines": [{"orderLineId": line(1), "price": "19"}, {"orderLineId": line(0)}]});
    assert_eq!(refused(&company.anna, &id, own.clone()).await, "PRICE_NOT_ALLOWED");
    changes(&company.director, &id, own).await;
    let of = |quantity: &str| json!({"lines": [{"orderLineId": line(1), "quantity": quantity}, {"orderLineId": line(0)}]});
    changes(&company.anna, &id, of("1")).await;
    // He gave it for two at most: for more it is hers to give, and above her limit.
    assert_eq!(refused(&company.anna, &id, of("4")).await, "DISCOUNT_OVER_LIMIT");
    let after = seen(&company.anna, &id).await;
    assert_eq!(prices_of(&after), ["19.00", "12.00"]);
    let listed =
        json!({"lines": [{"orderLineId": line(1), "price": null}, {"orderLineId": line(0)}]});
    changes(&company.anna, &id, listed).await;
    assert_eq!(prices_of(&seen(&company.anna, &id).await), ["25.00", "12.00"]);
    let stale = json!({"id": id, "version": 1, "comment": "x"});
    let code = company.anna.refused("changeSalesOrder", stale, "order { id }").await;
    assert_eq!(code, "STALE_VERSION");
    house().verify(&company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_needs_leave_waits_beside_the_order() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let oil = company.product(&at, "OIL", "100.00").await;
    company.receive(&at, None, &[(&oil, "20", "60.00")]).await;
    let cook = company.customer("Cook", &company.anna_id, json!({})).await;
    let input = json!({"name": "discounts", "kind": "DISCOUNT_OVER_LIMIT", "isOn": true,
        "steps": [{"approvers": [{"role": "director"}]}], "fallback": {"role": "director"}});
    company.admin.does("saveApprovalRule", input, "approvalRule { id }").await;
    let lines = json!([{"productId": oil, "quantity": "4", "discountPercent": "15"}]);
    let input = json!({"customerId": cook, "lines": lines});
    let made = company.anna.does("createSalesOrder", input, "order { id }").await;
    let id = text(&made["order"]["id"]);
    let told =
        company.anna.does("confirmSalesOrder", json!({"id": id}), "approvalRequest { id }").await;
    let first = text(&told["approvalRequest"]["id"]);
    decides(&company, &first, "APPROVE").await;
    comes_to(&company.anna, &id, |order| order["state"] == "CONFIRMED").await;

    // Tried out: five per cent asks nobody, and what was agreed to would not be about it.
    let line = seen(&company.anna, &id).await["lines"][0]["id"].clone();
    let five = json!({"lines": [{"orderLineId": line, "discountPercent": "5"}], "simulate": true});
    let five = with_version(&company.anna, &id, five).await;
    let selection = "simulation { effects { action subjectId } }";
    let told = company.anna.does("changeSalesOrder", five, selection).await;
    let outdated = json!({"action": "outdateApproval", "subjectId": first});
    assert!(told["simulation"]["effects"].as_array().unwrap().contains(&outdated), "{told}");

    // Twenty per cent is another question; the order goes on at fifteen while it is asked.
    let twenty = json!({"lines": [{"orderLineId": line, "discountPercent": "20"}],
        "reason": "he buys more"});
    let told = changes(&company.anna, &id, twenty.clone()).await;
    assert_eq!(told["approvalRequest"]["reasons"][0]["measure"], "20");
    assert_eq!(told["order"]["total"]["gross"]["amount"], "340.00");
    let waits = seen(&company.anna, &id).await;
    assert_eq!(waits["state"], "CONFIRMED");
    let pending = &waits["pendingChange"];
    assert_eq!(pending["total"]["amount"], "320.00");
    assert_eq!(pending["reason"], "he buys more");
    assert_eq!(pending["askedBy"]["name"], "anna");
    assert_eq!(pending["lines"][0]["orderLine"]["id"], line);
    assert_eq!(pending["lines"][0]["discountPercent"], "20");
    let states = |order: &Value| -> Vec<String> {
        let all = order["approvalRequests"].as_array().unwrap();
        all.iter().map(|request| text(&request["state"])).collect()
    };
    assert_eq!(states(&waits), ["PENDING", "APPROVED"], "what was agreed still holds");

    // No: it is as if nobody had asked.
    decides(&company, &text(&told["approvalRequest"]["id"]), "REJECT").await;
    let same = comes_to(&company.anna, &id, |order| order["pendingChange"].is_null()).await;
    assert_eq!(same["lines"][0]["discountPercent"], "15");
    assert_eq!(states(&same), ["REJECTED", "APPROVED"]);
    assert_eq!(same["history"][0]["action"], "dropOrderChange");

    // Another change takes its place, and nobody is asked about it any more.
    let told = changes(&company.anna, &id, twenty.clone()).await;
    let over = text(&told["approvalRequest"]["id"]);
    changes(&company.anna, &id, json!({"comment": "Call first"})).await;
    let same = seen(&company.anna, &id).await;
    assert!(same["pendingChange"].is_null());
    assert_eq!(states(&same), ["WITHDRAWN", "REJECTED", "APPROVED"]);
    let input = json!({"ids": [over], "verdict": "APPROVE"});
    let code = company.director.refused("decideApprovals", input, "approvalRequests { id }").await;
    assert_eq!(code, "ILLEGAL_TRANSITION");

    // Yes: it is made, and the old word is about an order that is no more.
    let told = changes(&company.anna, &id, twenty).await;
    decides(&company, &text(&told["approvalRequest"]["id"]), "APPROVE").await;
    let made =
        comes_to(&company.anna, &id, |order| order["lines"][0]["discountPercent"] == "20").await;
    assert!(made["pendingChange"].is_null());
    assert_eq!(made["total"]["gross"]["amount"], "320.00");
    assert_eq!(states(&made), ["APPROVED", "WITHDRAWN", "REJECTED", "OUTDATED"]);
    house().verify(&company.slug).await;

    // And nobody is asked once more when it ships.
    let shipped = company
        .warehouse
        .does("shipSalesOrder", json!({"orderId": id}), "shipment { state } approvalRequest { id }")
        .await;
    assert_eq!(shipped["shipment"]["state"], "POSTED");
    house().verify(&company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_does_not_slip_past_credit() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tea = company.product(&at, "TEA", "100.00").await;
    company.receive(&at, None, &[(&tea, "50", "60.00")]).await;
    let terms = json!({"creditLimit": "1000.00", "agreement": {"creditPolicy": "BLOCK"}});
    let cook = company.customer("Cook", &company.anna_id, terms).await;
    let order = draft(&company.anna, &cook, &[(&tea, "6")], json!({})).await;
    confirm(&company.anna, &order).await;
    let line = seen(&company.anna, &order.0).await["lines"][0]["id"].clone();
    let to = |quantity: &str| json!({"lines": [{"orderLineId": line, "quantity": quantity}]});
    assert_eq!(refused(&company.anna, &order.0, to("11")).await, "CREDIT_LIMIT_EXCEEDED");
    let same = seen(&company.anna, &order.0).await;
    assert_eq!(goods(&same), figures(&[("6", "0", "6", "0")]));
    // The order is counted once: ten of a thousand is the limit itself.
    let told = changes(&company.anna, &order.0, to("10")).await;
    assert_eq!(told["credit"]["exposure"]["amount"], "1000.00");
    // Less never needs credit, whatever has become of the limit.
    let query = "query($id: ID!) { customer(id: $id) { version } }";
    let version = company.anna.ask(query, json!({"id": cook})).await["customer"]["version"].clone();
    let input = json!({"id": cook, "version": version, "creditLimit": "100",
        "creditLimitCurrency": "RUB"});
    company.accounting.does("updateCustomer", input, "customer { id }").await;
    let told = changes(&company.anna, &order.0, to("9")).await;
    assert!(told["credit"].is_null());
    assert_eq!(goods(&seen(&company.anna, &order.0).await), figures(&[("9", "0", "9", "0")]));
    house().verify(&company.slug).await;
}

/// Goods are held where the order ships from, and after money where it must be paid first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn goods_follow_the_warehouse_and_the_money() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let made = company
        .director
        .does("createWarehouse", json!({"name": "South"}), "warehouse { id }")
        .await;
    let there =
        Furniture { warehouse: text(&made["warehouse"]["id"]), ..company.furnish_again().await };
    let tea = company.product(&at, "TEA", "10.00").await;
    company.receive(&at, None, &[(&tea, "5", "5")]).await;
    company.receive(&there, None, &[(&tea, "3", "5")]).await;
    let cook = company.customer("Cook", &company.anna_id, json!({})).await;
    let from = json!({"warehouseId": at.warehouse});
    let order = draft(&company.anna, &cook, &[(&tea, "4")], from).await;
    confirm(&company.anna, &order).await;
    changes(&company.anna, &order.0, json!({"warehouseId": there.warehouse})).await;
    let now = seen(&company.anna, &order.0).await;
    assert_eq!(goods(&now), figures(&[("4", "0", "3", "1")]));
    changes(&company.anna, &order.0, json!({"warehouseId": null})).await;
    let now = seen(&company.anna, &order.0).await;
    assert_eq!(goods(&now), figures(&[("4", "0", "4", "0")]));
    house().verify(&company.slug).await;

    let steps = json!({"agreement": {"paymentSteps": [
        {"percent": "100", "moment": "BEFORE_RESERVE", "days": 0}]}});
    let payer = company.customer("Payer", &company.anna_id, steps).await;
    let paid = draft(&company.anna, &payer, &[(&tea, "2")], json!({})).await;
    confirm(&company.anna, &paid).await;
    let pay = |amount: &str| json!({"orderId": paid.0, "amount": amount});
    company.accounting.does("recordPayment", pay("20"), "payment { id }").await;
    comes_to(&company.anna, &paid.0, |order| order["lines"][0]["reserved"] == "2").await;
    let line = seen(&company.anna, &paid.0).await["lines"][0]["id"].clone();
    let three = json!({"lines": [{"orderLineId": line, "quantity": "3"}]});
    let told = changes(&company.anna, &paid.0, three).await;
    assert_eq!(told["warnings"][0]["code"], "PREPAYMENT_DUE");
    let now = seen(&company.anna, &paid.0).await;
    assert_eq!(goods(&now), figures(&[("3", "0", "2", "0")]), "it waits for money, in no queue");
    company.accounting.does("recordPayment", pay("10"), "payment { id }").await;
    comes_to(&company.anna, &paid.0, |order| order["lines"][0]["reserved"] == "3").await;
    house().verify(&company.slug).await;
}

/// A draft goes with its order to another manager when it is posted, and all that hangs on it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn papers_are_his_who_has_the_order_when_they_are_posted() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tea = company.product(&at, "TEA", "10.00").await;
    company.receive(&at, None, &[(&tea, "2", "5")]).await;
    let input = json!({"sku": "SERVING", "name": "Serving", "groupId": at.group, "unit": "h",
        "isService": true});
    let made = company.director.does("createProduct", input, "product { id }").await;
    let serving = text(&made["product"]["id"]);
    let prices = json!([{"productId": serving, "price": "50"}]);
    let input = json!({"priceListId": at.price_list, "validFrom": "2000-01-01", "prices": prices});
    company.director.does("setPrices", input, "priceList { id }").await;
    let cook = company.customer("Cook", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &cook, &[(&tea, "2"), (&serving, "1")], json!({})).await;
    confirm(&company.anna, &order).await;
    let line = seen(&company.anna, &order.0).await["lines"][0]["id"].clone();
    let lines = json!([{"orderLineId": line, "quantity": "2"}]);
    let input = json!({"orderId": order.0, "lines": lines});
    let made = company.warehouse.does("createShipment", input, "shipment { id }").await;
    let shipment = made["shipment"]["id"].clone();
    let input = json!({"shipmentId": shipment});
    let made = company.warehouse.does("planDelivery", input, "delivery { id }").await;
    let delivery = made["delivery"]["id"].clone();
    let input = json!({"orderId": order.0});
    let made = company.accounting.does("createServiceAct", input, "serviceAct { id }").await;
    let act = made["serviceAct"]["id"].clone();

    changes(&company.director, &order.0, json!({"managerId": company.boris_id})).await;
    company.warehouse.does("postShipment", json!({"id": shipment}), "shipment { id }").await;
    company.accounting.does("postServiceAct", json!({"id": act}), "serviceAct { id }").await;
    let query = "query($shipment: ID!, $act: ID!, $delivery: ID!) {
        shipment(id: $shipment) { manager { id } }
        serviceAct(id: $act) { manager { id } }
        delivery(id: $delivery) { manager { id } } }";
    let asked = json!({"shipment": shipment, "act": act, "delivery": delivery});
    let told = company.boris.ask(query, asked).await;
    let his = json!({"manager": {"id": company.boris_id}});
    assert_eq!(told, json!({"shipment": his, "serviceAct": his, "delivery": his}));
    house().verify(&company.slug).await;
}

async fn decides(company: &Company, request: &str, verdict: &str) {
    let input = json!({"ids": [request], "verdict": verdict, "comment": "so be it"});
    company.director.does("decideApprovals", input, "approvalRequests { state }").await;
}

/// The order once it is so.
async fn comes_to(actor: &Actor, id: &str, is: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let order = seen(actor, id).await;
        if is(&order) {
            return order;
        }
        assert!(begun.elapsed() < Duration::from_secs(15), "{order}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
