//! An order that finds too little says what it misses, until it misses nothing any more.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{Actor, number};
use stories::company::Company;
use stories::house::house;
use stories::imports::colleague;
use stories::stock::{confirm, draft};

/// The lines of an order with what they have and what they miss.
pub async fn look(actor: &Actor, order: &str) -> Value {
    let query = "query($id: ID!) { order(id: $id) { state version lines { id reserved shipped
        short demand { id state quantity covered neededBy orderedOn } } } }";
    actor.ask(query, json!({"id": order})).await["order"].clone()
}

/// The first line's reserved quantity, what it misses, and the state of its demand.
fn first(order: &Value) -> (Decimal, Decimal, String) {
    let line = &order["lines"][0];
    let demand = &line["demand"];
    (
        number(&line["reserved"]),
        number(&demand["quantity"]),
        demand["state"].as_str().unwrap().to_owned(),
    )
}

fn is(reserved: i64, missed: i64, state: &str) -> (Decimal, Decimal, String) {
    (Decimal::from(reserved), Decimal::from(missed), state.to_owned())
}

#[tokio::test]
async fn what_cannot_be_reserved_becomes_demand_and_ends_with_its_order() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let bolt = company.product(&at, "BOLT", "10.00").await;
    let nut = company.product(&at, "NUT", "10.00").await;
    company.receive(&at, None, &[(&bolt, "4", "5.00"), (&nut, "50", "1.00")]).await;
    let customer = company.customer("Zavod", &company.anna_id, json!({})).await;
    let day = json!({"requestedShipDate": "2199-05-01", "warehouseId": at.warehouse});
    let order = draft(&company.anna, &customer, &[(&bolt, "10"), (&nut, "5")], day).await;
    assert!(look(&company.anna, &order.0).await["lines"][0]["demand"].is_null(), "a draft");
    confirm(&company.anna, &order).await;

    let seen = look(&company.anna, &order.0).await;
    assert_eq!(first(&seen), is(4, 6, "OPEN"));
    assert_eq!(seen["lines"][0]["demand"]["neededBy"], "2199-05-01");
    assert!(seen["lines"][1]["demand"].is_null(), "it never missed anything");
    let list = "query($filter: DemandFilter) { demands(filter: $filter) { totalCount { count }
        nodes { quantity warehouse { name } order { id } orderLine { id } product { sku } } } }";
    for (filter, found) in [
        (json!({}), 1),
        (json!({"state": ["OPEN"], "product": [bolt], "warehouse": at.warehouse}), 1),
        (json!({"order": order.0, "neededFrom": "2199-05-01", "neededTo": "2199-05-01"}), 1),
        (json!({"neededTo": "2199-04-30"}), 0),
        (json!({"state": ["COVERED", "RESERVED"]}), 0),
        (json!({"product": [nut]}), 0),
    ] {
        let told = company.anna.ask(list, json!({"filter": filter})).await;
        assert_eq!(told["demands"]["totalCount"]["count"], found, "{filter}");
    }
    let told = company.anna.ask(list, json!({})).await;
    assert_eq!(told["demands"]["nodes"][0]["product"]["sku"], "BOLT");
    assert_eq!(told["demands"]["nodes"][0]["warehouse"]["name"], "Main");

    // A part leaves, out of what is held: it misses as much as before.
    let line = &seen["lines"][0]["id"];
    let input = json!({"orderId": order.0, "lines": [{"orderLineId": line, "quantity": "3"}]});
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    assert_eq!(first(&look(&company.anna, &order.0).await), is(1, 6, "OPEN"));
    house().verify(&company.slug).await;

    let version = look(&company.anna, &order.0).await["version"].clone();
    let input = json!({"id": order.0, "version": version, "reason": "enough"});
    company.anna.does("closeSalesOrder", input, "order { id }").await;
    assert_eq!(first(&look(&company.anna, &order.0).await), is(0, 0, "CANCELLED"));
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn shipping_more_than_is_held_leaves_less_to_miss() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let other =
        company.director.does("createWarehouse", json!({"name": "Far"}), "warehouse { id }");
    let other = other.await["warehouse"]["id"].clone();
    let bolt = company.product(&at, "BOLT", "10.00").await;
    company.receive(&at, None, &[(&bolt, "4", "5.00")]).await;
    let customer = company.customer("Zavod", &company.anna_id, json!({})).await;
    let chosen = json!({"warehouseId": at.warehouse});
    let order = draft(&company.anna, &customer, &[(&bolt, "10")], chosen).await;
    confirm(&company.anna, &order).await;
    assert_eq!(first(&look(&company.anna, &order.0).await), is(4, 6, "OPEN"));

    // Goods in another warehouse are not for it, but the storekeeper may ship them all the same.
    let far =
        stories::company::Furniture { warehouse: other.as_str().unwrap().to_owned(), ..at.clone() };
    company.receive(&far, None, &[(&bolt, "8", "5.00")]).await;
    assert_eq!(first(&look(&company.anna, &order.0).await), is(4, 6, "OPEN"));
    let seen = look(&company.anna, &order.0).await;
    let lines = json!([{"orderLineId": seen["lines"][0]["id"], "quantity": "8"}]);
    let input = json!({"orderId": order.0, "warehouseId": other, "lines": lines});
    company.warehouse.does("shipSalesOrder", input, "shipment { id version }").await;
    assert_eq!(first(&look(&company.anna, &order.0).await), is(2, 0, "RESERVED"));
    house().verify(&company.slug).await;

    // Undone, the order misses its goods again; they lie where it does not want them from, but
    // those that were let go here are still free.
    let query = "query($id: ID!) { order(id: $id) { shipments { id version } } }";
    let told = company.anna.ask(query, json!({"id": order.0})).await;
    let shipment = &told["order"]["shipments"][0];
    let input =
        json!({"id": shipment["id"], "version": shipment["version"], "reason": "by mistake"});
    company.accounting.does("reverseShipment", input, "shipment { id }").await;
    let (reserved, missed, _) = first(&look(&company.anna, &order.0).await);
    assert_eq!((reserved, missed), (Decimal::from(4), Decimal::from(6)));
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn an_order_closed_short_wants_all_of_it_again_once_its_shipment_is_undone() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let bolt = company.product(&at, "BOLT", "10.00").await;
    let nut = company.product(&at, "NUT", "10.00").await;
    company.receive(&at, None, &[(&bolt, "4", "5.00")]).await;
    let customer = company.customer("Zavod", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&bolt, "4"), (&nut, "5")], json!({})).await;
    confirm(&company.anna, &order).await;
    let seen = look(&company.anna, &order.0).await;
    let lines = json!([{"orderLineId": seen["lines"][0]["id"], "quantity": "4"}]);
    let input = json!({"orderId": order.0, "lines": lines});
    let selection = "shipment { id version }";
    let shipped = company.warehouse.does("shipSalesOrder", input, selection).await;
    let input = json!({"id": order.0, "reason": "enough"});
    company.anna.does("closeSalesOrder", input, "order { id }").await;
    house().verify(&company.slug).await;

    let shipment = &shipped["shipment"];
    let input =
        json!({"id": shipment["id"], "version": shipment["version"], "reason": "by mistake"});
    company.accounting.does("reverseShipment", input, "shipment { id }").await;
    let seen = look(&company.anna, &order.0).await;
    assert_eq!(first(&seen), is(4, 0, "RESERVED"));
    assert_eq!(seen["lines"][1]["demand"]["state"], "OPEN");
    assert_eq!(number(&seen["lines"][1]["demand"]["quantity"]), Decimal::from(5));
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn demand_is_seen_by_who_sells_and_who_buys() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let bolt = company.product(&at, "BOLT", "10.00").await;
    let customer = company.customer("Zavod", &company.boris_id, json!({})).await;
    let order = draft(&company.boris, &customer, &[(&bolt, "10")], json!({})).await;
    confirm(&company.boris, &order).await;
    let list = "{ demands { nodes { id quantity order { id } customer { name } } } }";
    let told = company.boris.ask(list, json!({})).await;
    let demand = told["demands"]["nodes"][0]["id"].clone();
    let buyer = colleague(&company, "purchasing").await;
    for actor in [&company.director, &company.warehouse, &company.accounting, &buyer] {
        let told = actor.ask("{ demands { nodes { id quantity } } }", json!({})).await;
        assert_eq!(told["demands"]["nodes"][0]["id"], demand, "{}", actor.name);
    }
    let told = company.anna.ask(list, json!({})).await;
    assert_eq!(told["demands"]["nodes"], json!([]));
    for query in
        ["query($id: ID!) { demand(id: $id) { id } }", "query($id: ID!) { node(id: $id) { id } }"]
    {
        assert_eq!(company.anna.denied(query, json!({"id": demand})).await, "NOT_FOUND");
    }
    assert_eq!(company.admin.denied(list, json!({})).await, "FORBIDDEN");
}
