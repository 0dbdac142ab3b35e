//! Buying: from what orders miss to goods on the shelf, with nothing typed twice.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{Actor, number, text};
use stories::company::Company;
use stories::house::house;
use stories::imports::colleague;
use stories::stock::{confirm, draft};

use super::demand::look;
use super::{ORDERED, ordered, received, sells, step, supplier};

async fn seen(actor: &Actor, order: &Value) -> Value {
    let query = "query($id: ID!) { purchaseOrder(id: $id) { id version state
        availableTransitions lines { received awaited covers { quantity } } } }";
    actor.ask(query, json!({"id": order["id"]})).await["purchaseOrder"].clone()
}

#[tokio::test]
async fn what_an_order_misses_is_bought_in_lots_and_comes_for_it() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let buyer = colleague(&company, "purchasing").await;
    let bolt = company.product(&at, "BOLT", "10.00").await;
    let zavod = supplier(&company, "Zavod", json!({"leadTimeDays": 5})).await;
    let lots = json!({"minimumLot": "5", "lotMultiple": "4"});
    sells(&company, &zavod, &bolt, "3.5", lots).await;
    let customer = company.customer("Stroy", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&bolt, "10")], json!({})).await;
    confirm(&company.anna, &order).await;
    let demand = look(&company.director, &order.0).await["lines"][0]["demand"].clone();

    let input = json!({"supplierId": zavod, "demandIds": [demand["id"]]});
    let bought = ordered(&buyer, input).await;
    let line = &bought["lines"][0];
    assert_eq!(number(&line["quantity"]), Decimal::from(12), "three lots of four");
    assert_eq!(number(&line["price"]["amount"]), Decimal::new(35, 1));
    let day = (house().today() + chrono::Duration::days(5)).to_string();
    assert_eq!(line["expectedOn"], day.as_str());
    assert_eq!(bought["state"], "ORDERED");

    let query = "query($id: ID!) { product(id: $id) { expected { quantity expectedOn
        warehouse { name } purchaseOrderLine { purchaseOrder { number } } } } }";
    let told = buyer.ask(query, json!({"id": bolt})).await;
    assert_eq!(told["product"]["expected"][0]["expectedOn"], day.as_str());
    let number_of = &told["product"]["expected"][0]["purchaseOrderLine"]["purchaseOrder"];
    assert_eq!(number_of["number"], bought["number"]);
    let told = look(&company.anna, &order.0).await;
    assert_eq!(told["lines"][0]["demand"]["state"], "COVERED");
    let query = "query($id: ID!) { demand(id: $id) { covered covers { quantity expectedOn
        purchaseOrderLine { purchaseOrder { supplier { name } } } } } }";
    let told = buyer.ask(query, json!({"id": demand["id"]})).await;
    let cover = &told["demand"]["covers"][0];
    assert_eq!(number(&cover["quantity"]), Decimal::TEN);
    assert_eq!(cover["purchaseOrderLine"]["purchaseOrder"]["supplier"]["name"], "Zavod");
    house().verify(&company.slug).await;

    // A part comes, then all the rest: nobody types anything again.
    let some = json!([{"purchaseOrderLineId": line["id"], "quantity": "7"}]);
    received(&company.warehouse, &bought, json!({"lines": some})).await;
    let told = seen(&buyer, &bought).await;
    assert_eq!(told["state"], "PARTIALLY_RECEIVED");
    assert_eq!(number(&told["lines"][0]["awaited"]), Decimal::from(5));
    let told = look(&company.anna, &order.0).await;
    assert_eq!(number(&told["lines"][0]["reserved"]), Decimal::from(7));
    assert_eq!(number(&told["lines"][0]["demand"]["covered"]), Decimal::from(3));
    house().verify(&company.slug).await;
    received(&company.warehouse, &bought, json!({})).await;
    assert_eq!(seen(&buyer, &bought).await["state"], "RECEIVED");
    let told = look(&company.anna, &order.0).await;
    assert_eq!(told["lines"][0]["demand"]["state"], "RESERVED");
    let query = "query($id: ID!) { product(id: $id) { stock { onHand available } expected {
        quantity } lots { unitCost { amount } supplierName } } }";
    let told = company.director.ask(query, json!({"id": bolt})).await;
    assert_eq!(number(&told["product"]["stock"][0]["available"]), Decimal::TWO);
    assert_eq!(told["product"]["expected"], json!([]));
    assert_eq!(number(&told["product"]["lots"][0]["unitCost"]["amount"]), Decimal::new(35, 1));
    assert_eq!(told["product"]["lots"][0]["supplierName"], "Zavod");
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn a_receipt_in_foreign_money_costs_the_rate_of_its_day_and_goes_back_to_its_order() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let buyer = colleague(&company, "purchasing").await;
    let lamp = company.product(&at, "LAMP", "900.00").await;
    let made = company
        .director
        .does("createCurrency", json!({"code": "CNY", "name": "Yuan"}), "currency { id }")
        .await;
    let rates = json!([{"validFrom": "2020-01-01", "rate": "125", "nominal": 10}]);
    let input = json!({"currencyId": made["currency"]["id"], "rates": rates});
    company.accounting.does("setCurrencyRates", input, "currency { id }").await;
    let zavod = supplier(&company, "Zavod", json!({"currency": "CNY"})).await;
    let lines = json!([{"productId": lamp, "quantity": "10", "price": "8.01"}]);
    let bought = ordered(&buyer, json!({"supplierId": zavod, "lines": lines})).await;
    assert_eq!(bought["lines"][0]["price"]["currency"], "CNY");

    let input = json!({"purchaseOrderId": bought["id"]});
    let made = buyer.does("createGoodsReceipt", input, "goodsReceipt { id version lines { id } }");
    let receipt = made.await["goodsReceipt"].clone();
    let costs = json!({"costs": [{"lineId": receipt["lines"][0]["id"], "unitCost": "101"}]});
    let selection = "goodsReceipt { id version }";
    let receipt = step(&buyer, "setGoodsReceiptCosts", &receipt, costs, selection).await;
    let selection = "goodsReceipt { id version lines { unitCost { amount } orderedCost { amount }
        costDifference { amount } purchaseOrderLine { id } } }";
    let receipt = &receipt["goodsReceipt"];
    let posted = step(&buyer, "postGoodsReceipt", receipt, json!({}), selection).await;
    let line = &posted["goodsReceipt"]["lines"][0];
    assert_eq!(number(&line["orderedCost"]["amount"]), Decimal::new(100_125, 3));
    assert_eq!(number(&line["costDifference"]["amount"]), Decimal::new(875, 3));
    assert_eq!(line["purchaseOrderLine"]["id"], bought["lines"][0]["id"]);
    assert_eq!(seen(&buyer, &bought).await["state"], "RECEIVED");

    let receipt = &posted["goodsReceipt"];
    step(&company.accounting, "reverseGoodsReceipt", receipt, json!({}), "goodsReceipt { id }")
        .await;
    let told = seen(&buyer, &bought).await;
    assert_eq!(told["state"], "ORDERED");
    assert_eq!(number(&told["lines"][0]["awaited"]), Decimal::TEN);
    house().verify(&company.slug).await;

    // Without a cost of its own it costs what was ordered.
    received(&company.warehouse, &bought, json!({})).await;
    let query = "query($id: ID!) { product(id: $id) { lots { unitCost { amount } } } }";
    let told = company.director.ask(query, json!({"id": lamp})).await;
    let cost = &told["product"]["lots"][0]["unitCost"]["amount"];
    assert_eq!(number(cost), Decimal::new(100_125, 3));
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn more_than_was_ordered_comes_within_the_tolerance_or_by_right() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let buyer = colleague(&company, "purchasing").await;
    let sand = company.product(&at, "SAND", "1.00").await;
    let zavod = supplier(&company, "Karyer", json!({})).await;
    let lines = json!([{"productId": sand, "quantity": "100", "price": "1"}]);
    let bought = ordered(&buyer, json!({"supplierId": zavod, "lines": lines})).await;
    let line = &bought["lines"][0]["id"];
    let coming = |quantity: &str| {
        json!({"purchaseOrderId": bought["id"],
            "lines": [{"purchaseOrderLineId": line, "quantity": quantity}]})
    };
    let post = async |actor: &Actor, quantity: &str| {
        let selection = "goodsReceipt { id version }";
        let made = actor.does("createGoodsReceipt", coming(quantity), selection).await;
        let receipt = &made["goodsReceipt"];
        let input = json!({"id": receipt["id"], "version": receipt["version"]});
        actor.tries("postGoodsReceipt", input, "goodsReceipt { state }").await
    };
    assert_eq!(post(&company.warehouse, "101").await.unwrap_err(), "EXCEEDS_ORDER");
    let input = json!({"overReceiptPercent": "5"});
    let told = buyer.does("setSupplySettings", input, "supplySettings { overReceiptPercent }");
    assert_eq!(number(&told.await["supplySettings"]["overReceiptPercent"]), Decimal::from(5));
    post(&company.warehouse, "101").await.unwrap();
    post(&company.warehouse, "4").await.unwrap();
    assert_eq!(post(&company.warehouse, "1").await.unwrap_err(), "EXCEEDS_ORDER");
    post(&buyer, "1").await.unwrap();
    let told = seen(&buyer, &bought).await;
    assert_eq!(told["state"], "RECEIVED");
    assert_eq!(number(&told["lines"][0]["received"]), Decimal::from(106));
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn an_order_ends_short_or_is_given_up_and_nothing_is_expected_any_more() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let buyer = colleague(&company, "purchasing").await;
    let pipe = company.product(&at, "PIPE", "10.00").await;
    let zavod = supplier(&company, "Truba", json!({})).await;
    let customer = company.customer("Stroy", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&pipe, "20")], json!({})).await;
    confirm(&company.anna, &order).await;
    let state = async || {
        let told = look(&company.anna, &order.0).await;
        let demand = &told["lines"][0]["demand"];
        (text(&demand["state"]), number(&demand["quantity"]), number(&demand["covered"]))
    };
    let lines = json!([{"productId": pipe, "quantity": "12", "price": "3"}]);
    let input = json!({"supplierId": zavod, "lines": lines, "externalReference": "PO-1"});
    let bought = ordered(&buyer, input.clone()).await;
    assert_eq!(state().await, ("PARTLY_COVERED".into(), Decimal::from(20), Decimal::from(12)));
    let code = buyer.refused("createPurchaseOrder", input, "purchaseOrder { id }").await;
    assert_eq!(code, "TAKEN");
    let because = json!({"reason": "nobody answers"});
    let ended = step(&buyer, "cancelPurchaseOrder", &bought, because.clone(), ORDERED).await;
    assert_eq!(ended["purchaseOrder"]["state"], "CANCELLED");
    assert_eq!(state().await, ("OPEN".into(), Decimal::from(20), Decimal::ZERO));

    let lines = json!([{"productId": pipe, "quantity": "25", "price": "3"}]);
    let bought = ordered(&buyer, json!({"supplierId": zavod, "lines": lines})).await;
    assert_eq!(state().await.0, "COVERED");
    let lines = json!([{"purchaseOrderLineId": bought["lines"][0]["id"], "quantity": "4"}]);
    received(&company.warehouse, &bought, json!({"lines": lines})).await;
    assert_eq!(state().await, ("COVERED".into(), Decimal::from(16), Decimal::from(16)));
    let now = seen(&buyer, &bought).await;
    assert_eq!(now["availableTransitions"], json!(["RECEIVED", "CLOSED"]));
    let input = json!({"id": now["id"], "version": now["version"], "reason": "x"});
    let code = buyer.refused("cancelPurchaseOrder", input, "purchaseOrder { id }").await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
    step(&buyer, "closePurchaseOrder", &now, because, ORDERED).await;
    assert_eq!(state().await, ("OPEN".into(), Decimal::from(16), Decimal::ZERO));
    let input = json!({"purchaseOrderId": bought["id"]});
    let code = buyer.refused("createGoodsReceipt", input, "goodsReceipt { id }").await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn purchase_orders_are_read_without_prices_by_the_warehouse_and_written_by_who_buys() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let buyer = colleague(&company, "purchasing").await;
    let pipe = company.product(&at, "PIPE", "10.00").await;
    let zavod = supplier(&company, "Truba", json!({})).await;
    let lines = json!([{"productId": pipe, "quantity": "12", "price": "3"}]);
    let input = json!({"supplierId": zavod, "lines": lines});
    let bought = ordered(&buyer, input.clone()).await;
    let list = "{ purchaseOrders { nodes { id state lines { awaited } } } }";
    let told = company.warehouse.ask(list, json!({})).await;
    assert_eq!(told["purchaseOrders"]["nodes"][0]["id"], bought["id"]);
    for query in [
        "{ purchaseOrders { nodes { total { amount } } } }",
        "{ purchaseOrders { nodes { lines { price { amount } } } } }",
    ] {
        assert_eq!(company.warehouse.denied(query, json!({})).await, "FORBIDDEN", "{query}");
    }
    assert_eq!(company.anna.denied(list, json!({})).await, "FORBIDDEN");
    let tried = company.warehouse.tries("createPurchaseOrder", input, "purchaseOrder { id }").await;
    assert_eq!(tried.unwrap_err(), "FORBIDDEN");
    let filter = "query($filter: PurchaseOrderFilter) { purchaseOrders(filter: $filter,
        orderBy: {field: NUMBER, direction: ASC}) { totalCount { count } } }";
    for (filter_by, found) in [
        (json!({"supplier": zavod, "state": ["ORDERED"], "awaitedProduct": pipe}), 1),
        (json!({"number": bought["number"]}), 1),
        (json!({"state": ["DRAFT"]}), 0),
    ] {
        let told = buyer.ask(filter, json!({"filter": filter_by})).await;
        assert_eq!(told["purchaseOrders"]["totalCount"]["count"], found, "{filter_by}");
    }
}

#[tokio::test]
async fn who_buys_for_himself_touches_no_orders_of_others() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let bolt = company.product(&at, "BOLT", "10.00").await;
    let zavod = supplier(&company, "Zavod", json!({})).await;
    sells(&company, &zavod, &bolt, "3.5", json!({})).await;
    let right = |object: &str, act: &str, reach: &str| json!({"object": object, "act": act, "reach": reach});
    let rights = json!([
        right("purchase", "read", "OWN"),
        right("purchase", "write", "OWN"),
        right("product", "read", "ALL"),
        right("supplier", "read", "ALL")
    ]);
    let role = json!({"name": "buyer", "title": "Buyer", "includes": [], "rights": rights});
    company.admin.does("saveRole", role, "role { name }").await;
    let (all, own) = (colleague(&company, "purchasing").await, colleague(&company, "buyer").await);
    let lines = json!([{"productId": bolt, "quantity": "5"}]);
    let draft = async |buyer: &Actor| {
        let input = json!({"supplierId": zavod, "lines": lines});
        let made = buyer.does("createPurchaseOrder", input, "purchaseOrder { id version }").await;
        json!({"id": made["purchaseOrder"]["id"], "version": made["purchaseOrder"]["version"]})
    };
    let of_another = draft(&all).await;
    for (mutation, more) in [
        ("updatePurchaseOrder", json!({})),
        ("orderPurchaseOrder", json!({})),
        ("cancelPurchaseOrder", json!({"reason": "not mine"})),
    ] {
        let mut input = of_another.clone();
        stories::company::merge(&mut input, more);
        let told = own.tries(mutation, input, "purchaseOrder { id }").await;
        assert_eq!(told, Err("NOT_FOUND".to_owned()), "{mutation}");
    }
    let selection = "purchaseOrder { state }";
    own.does("orderPurchaseOrder", draft(&own).await, selection).await;
    all.does("orderPurchaseOrder", of_another, selection).await;
}
