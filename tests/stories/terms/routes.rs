//! Sales routes: what an agreement begins with, how its orders are served, and what an order keeps
//! of it.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::{Company, merge};
use stories::house::house;
use stories::stock::draft;

const ROUTE: &str = "salesRoute { id version name reserveOn coverBy
    paymentSteps { percent moment days } archivedAt }";
const AGREEMENT: &str = "agreement { id version salesRoute { id name }
    paymentSteps { percent moment days } }";
const ORDER: &str = "order { id version salesRoute { id } reserveOn coverBy }";

async fn route(company: &Company, name: &str, more: Value) -> Value {
    let mut input = json!({"name": name});
    merge(&mut input, more);
    company.accounting.does("createSalesRoute", input, ROUTE).await["salesRoute"].clone()
}

async fn archive(company: &Company, route: &Value) {
    let input = json!({"id": route["id"], "version": route["version"], "archived": true});
    let told = company.director.does("updateSalesRoute", input, ROUTE).await;
    assert!(!told["salesRoute"]["archivedAt"].is_null());
}

fn step(percent: &str, moment: &str, days: u32) -> Value {
    json!({"percent": percent, "moment": moment, "days": days})
}

#[tokio::test]
async fn a_tenant_begins_with_four_routes_that_its_people_change() {
    let company = Company::new().await;
    let query = "{ salesRoutes { nodes { id version name reserveOn coverBy
        paymentSteps { percent moment days } history { action } } totalCount { count } } }";
    let told = company.warehouse.ask(query, json!({})).await;
    assert_eq!(told["salesRoutes"]["totalCount"]["count"], 4, "{told}");
    let routes = told["salesRoutes"]["nodes"].as_array().unwrap();
    let usual = json!([step("100", "AFTER_SHIPMENT", 0)]);
    for (cover_by, steps) in [
        ("STOCK", usual.clone()),
        ("PURCHASE", usual.clone()),
        ("STOCK", json!([step("100", "BEFORE_SHIPMENT", 0)])),
        ("STOCK", json!([step("30", "BEFORE_SHIPMENT", 0), step("70", "AFTER_SHIPMENT", 30)])),
    ] {
        let same = |route: &&Value| {
            route["coverBy"] == cover_by
                && route["paymentSteps"] == steps
                && route["reserveOn"] == "CONFIRM"
        };
        assert_eq!(routes.iter().filter(same).count(), 1, "{cover_by} {steps}: {told}");
    }
    assert_eq!(routes[0]["history"][0]["action"], "createSalesRoute");

    // Written by accounting, the director and the administrator alone.
    let input = json!({"name": "By train"});
    for actor in [&company.anna, &company.warehouse] {
        let told = actor.tries("createSalesRoute", input.clone(), ROUTE).await;
        assert_eq!(told, Err("FORBIDDEN".to_owned()), "{}", actor.name);
    }
    let made = company.admin.does("createSalesRoute", input.clone(), ROUTE).await;
    assert_eq!(made["salesRoute"]["reserveOn"], "CONFIRM");
    assert_eq!(made["salesRoute"]["coverBy"], "STOCK");
    assert_eq!(made["salesRoute"]["paymentSteps"], usual);
    let code = company.accounting.refused("createSalesRoute", input, ROUTE).await;
    assert_eq!(code, "TAKEN");
    // Steps are checked as an agreement's are.
    let steps = json!([step("30", "BEFORE_SHIPMENT", 0)]);
    let input = json!({"name": "Part", "paymentSteps": steps});
    let code = company.accounting.refused("createSalesRoute", input, ROUTE).await;
    assert_eq!(code, "INVALID");
    let steps = json!([step("100", "BEFORE_SHIPMENT", 5)]);
    let input = json!({"name": "Part", "paymentSteps": steps});
    let code = company.accounting.refused("createSalesRoute", input, ROUTE).await;
    assert_eq!(code, "OUT_OF_RANGE");
}

#[tokio::test]
async fn an_agreement_on_a_route_takes_its_payment_steps_unless_it_names_its_own() {
    let company = Company::new().await;
    company.furnish().await;
    let half = json!([step("50", "BEFORE_SHIPMENT", 0), step("50", "AFTER_SHIPMENT", 10)]);
    let whole = json!([step("100", "AFTER_SHIPMENT", 5)]);
    let halves = route(&company, "Halves", json!({"paymentSteps": half})).await;
    let late = route(&company, "Late", json!({"paymentSteps": whole})).await;

    // With a new customer, in a proposal, in an agreement that is saved.
    let more = json!({"agreement": {"salesRouteId": halves["id"]}});
    let customer = company.customer("Sever", &company.anna_id, more).await;
    let query = "query($id: ID!) { customer(id: $id) { defaultAgreement {
        salesRoute { name } paymentSteps { percent moment days } } } }";
    let told = company.anna.ask(query, json!({"id": customer})).await;
    let usual = &told["customer"]["defaultAgreement"];
    assert_eq!((&usual["salesRoute"]["name"], &usual["paymentSteps"]), (&json!("Halves"), &half));
    let input = json!({"customerId": customer, "name": "Own", "salesRouteId": halves["id"],
        "paymentSteps": whole});
    let own = company.accounting.does("saveAgreement", input, AGREEMENT).await["agreement"].clone();
    assert_eq!((&own["salesRoute"]["name"], &own["paymentSteps"]), (&json!("Halves"), &whole));
    let input = json!({"customerId": customer, "name": "Copy", "copyOf": own["id"]});
    let copy = company.anna.does("proposeAgreement", input, AGREEMENT).await;
    assert_eq!(copy["agreement"]["paymentSteps"], whole, "what is copied");
    assert_eq!(copy["agreement"]["salesRoute"]["name"], "Halves");
    let input = json!({"customerId": customer, "name": "Another", "copyOf": own["id"],
        "terms": {"salesRouteId": halves["id"]}});
    let copy = company.anna.does("proposeAgreement", input, AGREEMENT).await;
    assert_eq!(copy["agreement"]["paymentSteps"], half, "the route that is named");

    // Another route later leaves the steps; versions tell the route of their time.
    let input = json!({"id": own["id"], "version": own["version"], "customerId": customer,
        "salesRouteId": late["id"]});
    let saved = company.accounting.does("saveAgreement", input, AGREEMENT).await;
    assert_eq!(saved["agreement"]["paymentSteps"], whole);
    let query = "query($id: ID!) { node(id: $id) { ... on Agreement {
        salesRoute { name } versions { number salesRoute { name } } } } }";
    let told = company.anna.ask(query, json!({"id": own["id"]})).await;
    let expected = json!([{"number": 2, "salesRoute": {"name": "Late"}},
        {"number": 1, "salesRoute": {"name": "Halves"}}]);
    assert_eq!(told["node"]["versions"], expected);

    // An archived route is not chosen anew, and what has it keeps it.
    archive(&company, &late).await;
    let input = json!({"customerId": customer, "name": "New", "salesRouteId": late["id"]});
    let code = company.accounting.refused("saveAgreement", input, AGREEMENT).await;
    assert_eq!(code, "ARCHIVED");
    let input = json!({"customerId": customer, "name": "New", "copyOf": own["id"]});
    let code = company.anna.refused("proposeAgreement", input, AGREEMENT).await;
    assert_eq!(code, "ARCHIVED");
    let input = json!({"id": own["id"], "version": 2, "customerId": customer, "name": "Renamed",
        "salesRouteId": late["id"]});
    let saved = company.accounting.does("saveAgreement", input, AGREEMENT).await;
    assert_eq!(saved["agreement"]["salesRoute"]["name"], "Late");
    let input = json!({"id": own["id"], "version": 3, "customerId": customer,
        "salesRouteId": null});
    let saved = company.accounting.does("saveAgreement", input, AGREEMENT).await;
    assert_eq!(saved["agreement"]["salesRoute"], Value::Null);
    let neighbour = Company::new().await;
    let foreign = route(&neighbour, "Theirs", json!({})).await;
    let input = json!({"customerId": customer, "name": "New", "salesRouteId": foreign["id"]});
    let code = company.accounting.refused("saveAgreement", input, AGREEMENT).await;
    assert_eq!(code, "UNKNOWN_REFERENCE");
}

#[tokio::test]
async fn an_order_keeps_what_its_route_said() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let product = company.product(&at, "BOLT", "10.00").await;
    let bought = route(&company, "Bought", json!({"coverBy": "PURCHASE"})).await;
    let built = json!({"coverBy": "ASSEMBLY", "reserveOn": "NEVER"});
    let built = route(&company, "Built", built).await;
    let more = json!({"agreement": {"salesRouteId": bought["id"]}});
    let customer = company.customer("Zakaz", &company.anna_id, more).await;

    let (order, version) = draft(&company.anna, &customer, &[(&product, "1")], json!({})).await;
    let change = async |version: i64, more: Value| {
        let mut input = json!({"id": order, "version": version});
        merge(&mut input, more);
        company.anna.does("updateSalesOrder", input, ORDER).await["order"].clone()
    };
    let at_first = change(version, json!({"comment": "soon"})).await;
    assert_eq!(
        (&at_first["salesRoute"]["id"], &at_first["coverBy"]),
        (&bought["id"], &json!("PURCHASE"))
    );
    let own = change(version + 1, json!({"salesRouteId": built["id"]})).await;
    assert_eq!((&own["reserveOn"], &own["coverBy"]), (&json!("NEVER"), &json!("ASSEMBLY")));

    // The route changes and goes: the order knows nothing of it until it is written anew.
    let input = json!({"id": built["id"], "version": 1, "coverBy": "TRANSFER"});
    let changed = company.director.does("updateSalesRoute", input, ROUTE).await;
    archive(&company, &changed["salesRoute"]).await;
    let query = format!("query($id: ID!) {{ {} }}", ORDER.replacen("order", "order(id: $id)", 1));
    let told = company.warehouse.ask(&query, json!({"id": order})).await;
    assert_eq!(told["order"]["coverBy"], "ASSEMBLY", "{told}");
    let kept = change(version + 2, json!({"comment": "later"})).await;
    assert_eq!((&kept["salesRoute"]["id"], &kept["coverBy"]), (&built["id"], &json!("TRANSFER")));
    let back = change(version + 3, json!({"salesRouteId": null})).await;
    assert_eq!((&back["salesRoute"]["id"], &back["reserveOn"]), (&bought["id"], &json!("CONFIRM")));
    let input = json!({"id": order, "version": version + 4, "salesRouteId": built["id"]});
    assert_eq!(company.anna.refused("updateSalesOrder", input, ORDER).await, "ARCHIVED");
    let input = json!({"customerId": customer, "salesRouteId": built["id"],
        "lines": [{"productId": product, "quantity": "1"}]});
    assert_eq!(company.anna.refused("createSalesOrder", input, ORDER).await, "ARCHIVED");

    // Terms without a route, and an order of them: the standard way.
    let other = company.customer("Prosto", &company.anna_id, json!({})).await;
    let (plain, _) = draft(&company.anna, &other, &[(&product, "1")], json!({})).await;
    let told = company.anna.ask(&query, json!({"id": plain})).await;
    let expected = json!({"id": plain, "version": 1, "salesRoute": null, "reserveOn": "CONFIRM",
        "coverBy": "STOCK"});
    assert_eq!(told["order"], expected);
}

#[tokio::test]
async fn a_route_that_never_reserves_ships_what_is_free() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let product = company.product(&at, "SAND", "100.00").await;
    let service = json!({"sku": "LOAD", "name": "Loading", "unit": "pcs", "isService": true});
    let made = company.director.does("createProduct", service, "product { id }").await;
    let service = text(&made["product"]["id"]);
    let prices = json!({"priceListId": at.price_list, "validFrom": "2000-01-01",
        "prices": [{"productId": service, "price": "10.00"}]});
    company.director.does("setPrices", prices, "priceList { id }").await;
    company.receive(&at, None, &[(&product, "10", "60.00")]).await;
    let steps = json!([step("50", "BEFORE_RESERVE", 0), step("50", "AFTER_SHIPMENT", 0)]);
    let never = json!({"reserveOn": "NEVER", "paymentSteps": steps});
    let never = route(&company, "From the heap", never).await;
    let more = json!({"agreement": {"salesRouteId": never["id"]}});
    let customer = company.customer("Stroika", &company.anna_id, more).await;
    let rival = company.customer("Rival", &company.anna_id, json!({})).await;

    let lines = [(product.as_str(), "8"), (service.as_str(), "1"), (product.as_str(), "4")];
    let order = draft(&company.anna, &customer, &lines, json!({})).await;
    let selection = "order { version awaitedPayment { amount } lines { reserved short } }
        availability { available reserved short } warnings { code message details }";
    let input = json!({"id": order.0, "version": order.1});
    let told = company.anna.does("confirmSalesOrder", input, selection).await;
    let seen: Vec<[Decimal; 3]> = told["availability"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| ["available", "reserved", "short"].map(|field| number(&line[field])))
        .collect();
    let whole = |figures: [i64; 3]| figures.map(Decimal::from);
    // Both lines count the same ten once.
    assert_eq!(seen, [whole([10, 0, 0]), whole([2, 0, 2])], "{told}");
    assert_eq!(told["warnings"][0]["code"], "NOT_RESERVED", "{told}");
    assert_eq!(told["warnings"][0]["details"], json!({"reserveOn": "NEVER"}));
    assert_eq!(told["order"]["awaitedPayment"], Value::Null, "nothing is waited for");
    assert_eq!(number(&told["order"]["lines"][0]["reserved"]), Decimal::ZERO);

    // The goods are anybody's; what must be paid before is asked for at the gate.
    let other = draft(&company.anna, &rival, &[(&product, "3")], json!({})).await;
    let input = json!({"id": other.0, "version": other.1});
    let told = company.anna.does("confirmSalesOrder", input, selection).await;
    assert_eq!(number(&told["availability"][0]["reserved"]), Decimal::from(3));
    assert_eq!(told["warnings"], json!([]));
    let first = format!("query($id: ID!) {{ order(id: $id) {{ {} }} }}", "lines { id }");
    let told = company.anna.ask(&first, json!({"id": order.0})).await;
    let line = &told["order"]["lines"][0]["id"];
    let ship = |quantity: &str| {
        json!({"orderId": order.0, "lines": [{"orderLineId": line,
        "quantity": quantity}]})
    };
    let code = company.warehouse.refused("shipSalesOrder", ship("7"), "shipment { id }").await;
    assert_eq!(code, "PREPAYMENT_DUE");
    let input = json!({"orderId": order.0, "amount": "605.00"});
    company.accounting.does("recordPayment", input, "payment { id }").await;
    let code = company.warehouse.refused("shipSalesOrder", ship("8"), "shipment { id }").await;
    assert_eq!(code, "INSUFFICIENT_STOCK", "three are held for the other order");
    company.warehouse.does("shipSalesOrder", ship("7"), "shipment { id }").await;
    let input = json!({"id": order.0, "reason": "no more sand"});
    company.anna.does("closeSalesOrder", input, "order { state }").await;
    house().verify(&company.slug).await;
}
