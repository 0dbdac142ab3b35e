//! Lots chosen by hand, goods let go, and warehouses that an order takes goods from.

use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::Company;
use stories::house::house;
use stories::stock::{confirm, draft};

use super::{held, line, lot, parts, receive_lots, reservations};

const ORDER: &str = "order { id version }";

#[tokio::test]
async fn lots_are_chosen_by_hand_if_they_fit() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let milk = company.product(&at, "MILK", "10.00").await;
    let other = company.product(&at, "OTHER", "10.00").await;
    let lots = [("A", "10", Some(20)), ("B", "10", Some(60)), ("C", "10", Some(2))];
    receive_lots(&company, &at.warehouse, &milk, &lots).await;
    receive_lots(&company, &at.warehouse, &other, &[("X", "10", None)]).await;
    let customer = company.customer("Cafe", &company.anna_id, json!({})).await;
    let ships = (house().today() + chrono::Duration::days(7)).to_string();
    let wanted = json!({"requestedShipDate": ships});
    let order = draft(&company.anna, &customer, &[(&milk, "12")], wanted).await;
    confirm(&company.anna, &order).await;
    // C does not last for a week; A expires first.
    assert_eq!(held(&company.anna, &order.0).await, parts(&[("A", 10), ("B", 2)]));

    let line = line(&company.anna, &order.0).await;
    let ids = [
        lot(&company, "A").await,
        lot(&company, "B").await,
        lot(&company, "C").await,
        lot(&company, "X").await,
    ];
    let pick = |place: usize, quantity: &str| json!({"lotId": ids[place], "warehouseId": at.warehouse, "quantity": quantity});
    let input = |lots: Value| json!({"orderLineId": line, "lots": lots});
    // B first, as somebody wants it: A is free again but for a part.
    let chosen = input(json!([pick(1, "9"), pick(0, "3")]));
    company.anna.does("reserveLots", chosen, ORDER).await;
    assert_eq!(held(&company.anna, &order.0).await, parts(&[("A", 3), ("B", 9)]));
    house().verify(&company.slug).await;

    for (lots, code) in [
        (json!([pick(1, "10"), pick(0, "3")]), "EXCEEDS_ORDER"),
        (json!([pick(1, "11")]), "LOT_UNFIT"),
        (json!([pick(2, "1")]), "LOT_UNFIT"),
        (json!([pick(3, "1")]), "LOT_UNFIT"),
        (json!([pick(0, "0")]), "OUT_OF_RANGE"),
    ] {
        let told = company.anna.refused("reserveLots", input(lots.clone()), ORDER).await;
        assert_eq!(told, code, "{lots}");
    }
    assert_eq!(held(&company.anna, &order.0).await, parts(&[("A", 3), ("B", 9)]));
    let boris = company.boris.tries("reserveLots", input(json!([])), ORDER).await;
    assert_eq!(boris.unwrap_err(), "NOT_FOUND");

    // A part let go is anybody's; what is free is taken again when asked for.
    let reservation = reservations(&company.anna, &order.0).await;
    let of_b = reservation.iter().find(|one| one["lot"]["number"] == "B").unwrap();
    let input = |quantity: &str, reason: &str| json!({"reservationId": of_b["id"], "quantity": quantity, "reason": reason});
    let release = "releaseReservation";
    assert_eq!(company.anna.refused(release, input("4", " "), ORDER).await, "REQUIRED");
    assert_eq!(company.anna.refused(release, input("10", "why"), ORDER).await, "OUT_OF_RANGE");
    company.anna.does(release, input("4", "another needs it"), ORDER).await;
    assert_eq!(held(&company.anna, &order.0).await, parts(&[("A", 3), ("B", 5)]));
    let input = json!({"id": order.0});
    let told = company.anna.does(
        "reserveSalesOrder",
        input,
        "order { history { action } } availability { available reserved short }",
    );
    let told = told.await;
    assert_eq!(number(&told["availability"][0]["reserved"]), 4.into());
    assert_eq!(told["order"]["history"][0]["action"], "reserveSalesOrder");
    assert_eq!(told["order"]["history"][1]["action"], "releaseReservation");
    assert_eq!(held(&company.anna, &order.0).await, parts(&[("A", 7), ("B", 5)]));

    // No lots let everything go.
    let input = json!({"orderLineId": line, "lots": []});
    company.anna.does("reserveLots", input, ORDER).await;
    assert_eq!(held(&company.anna, &order.0).await, parts(&[]));
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn an_order_takes_goods_from_the_warehouses_it_names() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let bricks = company.product(&at, "BRICKS", "10.00").await;
    let mut places = vec![at.warehouse.clone()];
    for name in ["Near", "Far"] {
        let input = json!({"name": name});
        let made = company.director.does("createWarehouse", input, "warehouse { id }").await;
        places.push(text(&made["warehouse"]["id"]));
    }
    for (place, number) in places.iter().zip(["M", "N", "F"]) {
        receive_lots(&company, place, &bricks, &[(number, "10", None)]).await;
    }
    let customer = company.customer("House", &company.anna_id, json!({})).await;
    let allowed = json!({"allowedWarehouseIds": [places[2], places[1]]});
    let order = draft(&company.anna, &customer, &[(&bricks, "25")], allowed).await;
    let told = confirm(&company.anna, &order).await;
    assert_eq!(number(&told["availability"][0]["available"]), 20.into());
    assert_eq!(number(&told["availability"][0]["short"]), 5.into());
    assert_eq!(held(&company.anna, &order.0).await, parts(&[("F", 10), ("N", 10)]));
    let query = "query($id: ID!) { order(id: $id) { allowedWarehouses { name } } }";
    let told = company.anna.ask(query, json!({"id": order.0})).await;
    let named = json!([{"name": "Far"}, {"name": "Near"}]);
    assert_eq!(told["order"]["allowedWarehouses"], named);

    // Chosen by hand neither.
    let line = line(&company.anna, &order.0).await;
    let pick =
        json!({"lotId": lot(&company, "M").await, "warehouseId": places[0], "quantity": "1"});
    let input = json!({"orderLineId": line, "lots": [pick]});
    assert_eq!(company.anna.refused("reserveLots", input, ORDER).await, "LOT_UNFIT");

    // The first named gives first.
    let few = json!({"allowedWarehouseIds": [places[0], places[1]]});
    let second = draft(&company.anna, &customer, &[(&bricks, "4")], few).await;
    let input = json!({"id": second.0, "version": second.1, "allowedWarehouseIds": []});
    let changed = company.anna.does("updateSalesOrder", input, ORDER).await;
    let version = changed["order"]["version"].as_i64().unwrap();
    confirm(&company.anna, &(second.0.clone(), version)).await;
    assert_eq!(held(&company.anna, &second.0).await, parts(&[("M", 4)]));
    let unknown = json!({"customerId": customer, "allowedWarehouseIds": [at.warehouse.replace('V', "W")],
        "lines": [{"productId": bricks, "quantity": "1"}]});
    assert!(company.anna.tries("createSalesOrder", unknown, ORDER).await.is_err());
    house().verify(&company.slug).await;
}

/// A service has no lots: it is neither held nor missed.
#[tokio::test]
async fn a_service_is_held_by_no_hand() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let input = json!({"sku": "SETUP", "name": "Setting up", "groupId": at.group, "unit": "h",
        "isService": true});
    let made = company.director.does("createProduct", input, "product { id }").await;
    let service = text(&made["product"]["id"]);
    let prices = json!([{"productId": service, "price": "50"}]);
    let input = json!({"priceListId": at.price_list, "validFrom": "2000-01-01", "prices": prices});
    company.director.does("setPrices", input, "priceList { id }").await;
    let customer = company.customer("Theatre", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&service, "4")], json!({})).await;
    confirm(&company.anna, &order).await;
    let input = json!({"orderLineId": line(&company.anna, &order.0).await, "lots": []});
    assert_eq!(company.anna.refused("reserveLots", input, ORDER).await, "INVALID");
    let query = "query($id: ID!) { order(id: $id) { lines { demand { quantity } } } }";
    let told = company.anna.ask(query, json!({"id": order.0})).await;
    assert!(told["order"]["lines"][0]["demand"].is_null(), "{told}");
    house().verify(&company.slug).await;
}
