//! Where the goods of an order lie, and who received a lot.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::Company;
use stories::stock::{confirm, draft};

use super::{days_ago, only, sum};

const RECIPIENTS: &str = "query($filter: LotRecipientFilter!, $first: Int, $after: String) {
    lotRecipients(filter: $filter, first: $first, after: $after) {
        nodes { quantity shippedOn lot { number } customer { name contacts { name } }
            order { id } shipment { number } }
        totalCount { count } pageInfo { hasNextPage endCursor } } }";

/// Receives lots with numbers: (number, quantity).
async fn receive_lots(company: &Company, product: &str, lots: &[(&str, &str)]) {
    let lines: Vec<Value> = lots
        .iter()
        .map(|(number, quantity)| {
            json!({"productId": product, "quantity": quantity, "unitCost": "5.00",
                   "lotNumber": number})
        })
        .collect();
    let input = json!({"supplierName": "Dairy", "lines": lines, "date": days_ago(10)});
    let made = company.director.does("createGoodsReceipt", input, "goodsReceipt { id version }");
    let made = made.await["goodsReceipt"].clone();
    let input = json!({"id": made["id"], "version": made["version"]});
    company.director.does("postGoodsReceipt", input, "goodsReceipt { id }").await;
}

#[tokio::test]
async fn goods_of_an_order_are_found_by_lot_and_place() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let milk = company.product(&at, "MILK", "10.00").await;
    receive_lots(&company, &milk, &[("A-1", "6"), ("B-2", "10")]).await;
    let customer = company.customer("Cafe", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&milk, "10")], json!({})).await;
    let query = "query($id: ID!) { order(id: $id) { lines { id } placement {
        state quantity orderLine { id } warehouse { name } lot { number }
        reservation { id } shipment { number } } } }";
    let look = async |actor: &stories::actor::Actor| {
        actor.ask(query, json!({"id": order.0})).await["order"].clone()
    };
    assert_eq!(look(&company.anna).await["placement"], json!([]));
    confirm(&company.anna, &order).await;
    let seen = look(&company.anna).await;
    let of = |seen: &Value, state: &str| {
        let rows = seen["placement"].as_array().unwrap().iter();
        let rows = rows.filter(|row| row["state"] == state);
        let mut rows: Vec<(String, Decimal)> =
            rows.map(|row| (text(&row["lot"]["number"]), number(&row["quantity"]))).collect();
        rows.sort();
        rows
    };
    let parts = |list: &[(&str, i64)]| -> Vec<(String, Decimal)> {
        list.iter().map(|(lot, n)| ((*lot).to_owned(), Decimal::from(*n))).collect()
    };
    assert_eq!(of(&seen, "RESERVED"), parts(&[("A-1", 6), ("B-2", 4)]));
    assert_eq!(seen["placement"][0]["warehouse"]["name"], "Main");
    assert_eq!(seen["placement"][0]["orderLine"]["id"], seen["lines"][0]["id"]);
    assert!(seen["placement"][0]["reservation"]["id"].is_string());

    let line = &seen["lines"][0]["id"];
    let input = json!({"orderId": order.0, "lines": [{"orderLineId": line, "quantity": "7"}]});
    let shipped = company.warehouse.does("shipSalesOrder", input, "shipment { id number }").await;
    let seen = look(&company.warehouse).await;
    assert_eq!(of(&seen, "SHIPPED"), parts(&[("A-1", 6), ("B-2", 1)]));
    assert_eq!(of(&seen, "RESERVED"), parts(&[("B-2", 3)]));
    // What came back is not with the customer any more, and is held for the order again.
    let input = json!({"id": shipped["shipment"]["id"], "reason": "wrong van"});
    company.director.does("reverseShipment", input, "shipment { id }").await;
    let seen = look(&company.anna).await;
    assert_eq!(of(&seen, "SHIPPED"), parts(&[]));
    assert_eq!(of(&seen, "RESERVED"), parts(&[("A-1", 6), ("B-2", 4)]));
    assert_eq!(company.boris.denied(query, json!({"id": order.0})).await, "NOT_FOUND");
}

#[tokio::test]
async fn a_recall_finds_everybody_who_received_the_lot() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let milk = company.product(&at, "MILK", "10.00").await;
    // One maker's lot came in two receipts, typed in two ways.
    receive_lots(&company, &milk, &[("Л-77a", "10")]).await;
    receive_lots(&company, &milk, &[("л-77A", "10")]).await;
    receive_lots(&company, &milk, &[("OTHER", "50")]).await;
    let contacts = json!({"contacts": [{"name": "Ivan"}]});
    let hers = company.customer("Hers", &company.anna_id, contacts).await;
    let his = company.customer("His", &company.boris_id, json!({})).await;
    for (actor, customer, pieces) in
        [(&company.anna, &hers, "8"), (&company.boris, &his, "9"), (&company.anna, &hers, "5")]
    {
        let order = draft(actor, customer, &[(&milk, pieces)], json!({})).await;
        confirm(actor, &order).await;
        company
            .warehouse
            .does("shipSalesOrder", json!({"orderId": order.0}), "shipment { id }")
            .await;
    }

    let number = json!({"filter": {"number": "Л-77А", "product": milk}});
    let wrong = company.director.ask(RECIPIENTS, number).await["lotRecipients"].clone();
    assert_eq!(wrong["nodes"], json!([]), "a Cyrillic А is another letter");
    let asked = json!({"filter": {"number": "л-77a"}});
    let told = company.director.ask(RECIPIENTS, asked.clone()).await["lotRecipients"].clone();
    // 8 + 2 of the first, 7 of the second to him, 3 to her; the other lot to nobody in question.
    assert_eq!(sum(&told["nodes"], "quantity"), Decimal::from(20), "{told}");
    assert_eq!(told["totalCount"]["count"], 4);
    let names = |told: &Value| -> Vec<String> {
        let nodes = told["nodes"].as_array().unwrap().iter();
        nodes.map(|node| text(&node["customer"]["name"])).collect()
    };
    assert_eq!(names(&told), ["Hers", "His", "His", "Hers"]);
    assert_eq!(told["nodes"][0]["customer"]["contacts"][0]["name"], "Ivan");

    // In pages, the same.
    let mut met = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = json!({"filter": {"number": "л-77a"}, "first": 1, "after": after});
        let told = company.director.ask(RECIPIENTS, page).await["lotRecipients"].clone();
        met.extend(names(&told));
        after = told["pageInfo"]["endCursor"].clone();
        if told["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(met, names(&told));

    // A manager is told of her customers; the warehouse of all, without their contacts.
    let told = company.anna.ask(RECIPIENTS, asked.clone()).await["lotRecipients"].clone();
    assert_eq!(names(&told), ["Hers", "Hers"]);
    let plain = "query($filter: LotRecipientFilter!) { lotRecipients(filter: $filter) {
        nodes { quantity customer { name } } } }";
    let told = company.warehouse.ask(plain, asked.clone()).await["lotRecipients"].clone();
    assert_eq!(names(&told).len(), 4);
    assert_eq!(company.warehouse.denied(RECIPIENTS, asked).await, "FORBIDDEN");
    assert_eq!(company.director.denied(RECIPIENTS, json!({"filter": {}})).await, "BAD_USER_INPUT");
}

#[tokio::test]
async fn the_card_of_a_lot_leads_from_the_supplier_to_customers() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let milk = company.product(&at, "MILK", "10.00").await;
    receive_lots(&company, &milk, &[("CARD", "10")]).await;
    let customer = company.customer("Cafe", &company.anna_id, json!({})).await;
    for pieces in ["3", "4"] {
        let order = draft(&company.anna, &customer, &[(&milk, pieces)], json!({})).await;
        confirm(&company.anna, &order).await;
        company
            .warehouse
            .does("shipSalesOrder", json!({"orderId": order.0}), "shipment { id }")
            .await;
    }
    let lots = "query($filter: LotFilter) { lots(filter: $filter) {
        nodes { id number } totalCount { count } } }";
    let filter = json!({"filter": {"number": "card", "inStock": true, "warehouse": at.warehouse}});
    let lot = only(&company.warehouse.ask(lots, filter).await["lots"])["id"].clone();
    let query = "query($id: ID!) { lotTrace(id: $id) {
        lot { supplierName receipt { number } } origins { kind } made { kind }
        card { nodes { left movement { kind quantity date
            document { __typename ... on Shipment { customer { name } } } } }
            totalCount { count } }
        balances { onHand warehouse { name } }
        recipients { nodes { quantity customer { name } } totalCount { count } } } }";
    let told = company.director.ask(query, json!({"id": lot})).await["lotTrace"].clone();
    assert_eq!(told["lot"]["supplierName"], "Dairy");
    assert!(told["lot"]["receipt"]["number"].is_string());
    let card = told["card"]["nodes"].as_array().unwrap();
    let left: Vec<Decimal> = card.iter().map(|entry| number(&entry["left"])).collect();
    assert_eq!(left, [10, 7, 3].map(Decimal::from));
    assert_eq!(card[2]["movement"]["document"]["customer"]["name"], "Cafe");
    assert_eq!(told["balances"][0]["onHand"], "3");
    assert_eq!(sum(&told["recipients"]["nodes"], "quantity"), Decimal::from(7));
    assert_eq!((&told["origins"], &told["made"]), (&json!([]), &json!([])));
    for (filter, count) in [
        (json!({"product": milk}), 1),
        (json!({"blocked": true}), 0),
        (json!({"inStock": false}), 0),
        (json!({"receivedFrom": days_ago(9)}), 0),
        (json!({"receivedTo": days_ago(10)}), 1),
        (json!({"expiresTo": days_ago(-900)}), 0),
    ] {
        let told = company.warehouse.ask(lots, json!({"filter": filter})).await;
        assert_eq!(told["lots"]["totalCount"]["count"], count, "{filter}");
    }
}
