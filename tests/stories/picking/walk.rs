//! One task from the shelves to the posted shipment.

use serde_json::{Value, json};
use stories::actor::text;
use stories::company::Company;
use stories::house::house;
use stories::stock::{confirm, draft};

const TASK: &str = "pickTask { id state hasShortage
    orders { customerName address shipment { id version } }
    lines { id position packedText quantity picked short left product { sku } bin { name }
            lot { id } instead: insteadOf { id } } }";

/// The lots that are in stock of a product, oldest first.
async fn lots(company: &Company, order: &str) -> Vec<String> {
    let query = "query($id: ID!) { order(id: $id) { lines { reservations { lot { id } } } } }";
    let told = company.warehouse.ask(query, json!({"id": order})).await;
    let held = told["order"]["lines"][0]["reservations"].as_array().unwrap().clone();
    held.iter().map(|one| text(&one["lot"]["id"])).collect()
}

async fn bin(company: &Company, warehouse: &str, name: &str, walk: i32) -> String {
    let input = json!({"warehouseId": warehouse, "name": name, "walkOrder": walk});
    text(&company.director.does("createBin", input, "bin { id }").await["bin"]["id"])
}

#[tokio::test]
async fn the_walk_leads_by_bins_and_what_is_picked_is_what_ships() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let (director, keeper) = (&company.director, &company.warehouse);
    let screw = company.product(&at, "SCREW", "10").await;
    let nail = company.product(&at, "NAIL", "5").await;
    let input = json!({"productId": screw, "name": "box", "numerator": 12});
    let packed = director.does("addPackaging", input, "packaging { id }").await;
    let query = "query($id: ID!) { product(id: $id) { version } }";
    let version = director.ask(query, json!({"id": screw})).await["product"]["version"].clone();
    let input = json!({"productId": screw, "version": version, "barcodes": [
        {"code": "BOX-OF-SCREWS", "kind": "OTHER", "packagingId": packed["packaging"]["id"]},
        {"code": "ONE-SCREW", "kind": "OTHER"}]});
    director.does("setProductBarcodes", input, "product { id }").await;
    // Screws lie behind nails.
    let (near, far) = (
        bin(&company, &at.warehouse, "A-1", 1).await,
        bin(&company, &at.warehouse, "B-9", 9).await,
    );
    for (product, bin) in [(&screw, &far), (&nail, &near)] {
        let input = json!({"warehouseId": at.warehouse, "productId": product, "binId": bin});
        keeper.does("setGoodsPlace", input, "product { id }").await;
    }
    company.receive(&at, None, &[(&screw, "27", "1"), (&nail, "4", "1")]).await;
    company.receive(&at, None, &[(&nail, "10", "2")]).await;
    let customer = company.customer("Shop", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&screw, "27"), (&nail, "4")], json!({})).await;
    confirm(&company.anna, &order).await;

    // The manager asks, the storekeeper takes.
    let asked = company.anna.does("createPickTask", json!({"orders": [order.0]}), TASK).await;
    let task = asked["pickTask"]["id"].clone();
    let lines = asked["pickTask"]["lines"].as_array().unwrap();
    assert_eq!(
        (&lines[0]["product"]["sku"], &lines[0]["bin"]["name"]),
        (&json!("NAIL"), &json!("A-1"))
    );
    assert_eq!(lines[1]["packedText"], "2 box + 3 pcs");
    assert_eq!(asked["pickTask"]["orders"][0]["customerName"], "Shop");
    house().verify(&company.slug).await;
    keeper.does("takePickTask", json!({"id": task}), TASK).await;
    assert_eq!(director.refused("takePickTask", json!({"id": task}), TASK).await, "IN_USE");

    // Nobody cancels the order or ships beside the task.
    let input = json!({"id": order.0, "reason": "changed my mind"});
    assert_eq!(company.anna.refused("cancelSalesOrder", input, "order { id }").await, "IN_USE");

    // Wrong goods are told apart; a box counts twelve.
    let scan = |more: Value| {
        let mut input = json!({"pickTaskId": task});
        stories::company::merge(&mut input, more);
        input
    };
    let code = keeper.refused("confirmPick", scan(json!({"barcode": "NO-SUCH"})), TASK).await;
    assert_eq!(code, "UNKNOWN_REFERENCE");
    let both = scan(json!({"lineId": lines[0]["id"], "barcode": "ONE-SCREW"}));
    assert_eq!(keeper.refused("confirmPick", both, TASK).await, "WRONG_GOODS");
    let boxes = scan(json!({"barcode": "BOX-OF-SCREWS", "quantity": "2"}));
    let told = keeper.does("confirmPick", boxes, TASK).await;
    assert_eq!(told["pickTask"]["lines"][1]["left"], "3");
    let more = scan(json!({"barcode": "BOX-OF-SCREWS"}));
    assert_eq!(keeper.refused("confirmPick", more, TASK).await, "OUT_OF_RANGE");
    keeper.does("confirmPick", scan(json!({"barcode": "ONE-SCREW", "quantity": "3"})), TASK).await;
    assert_eq!(keeper.refused("finishPick", json!({"id": task}), TASK).await, "INVALID");

    // Two nails cannot be found: as many are held in the other lot and come into the task.
    let nails = lines[0]["id"].clone();
    let input = json!({"pickTaskId": task, "lineId": nails, "quantity": "2", "note": "empty box"});
    let selection = "shortage { heldHere heldElsewhere short newLines { id lot { id } } }";
    let told = keeper.does("reportShortage", input, selection).await;
    assert_eq!(
        (&told["shortage"]["heldHere"], &told["shortage"]["short"]),
        (&json!("2"), &json!("0"))
    );
    house().verify(&company.slug).await;
    let new = told["shortage"]["newLines"][0].clone();
    // One of the first lot's nails is taken out of the second one instead.
    let input = scan(json!({"lineId": nails, "lotId": new["lot"]["id"], "quantity": "1"}));
    keeper.does("confirmPick", input, TASK).await;
    keeper.does("confirmPick", scan(json!({"lineId": nails})), TASK).await;
    keeper.does("confirmPick", scan(json!({"lineId": new["id"]})), TASK).await;
    house().verify(&company.slug).await;
    let done = keeper.does("finishPick", json!({"id": task}), TASK).await;
    assert_eq!(
        (&done["pickTask"]["state"], &done["pickTask"]["hasShortage"]),
        (&json!("DONE"), &json!(true))
    );
    house().verify(&company.slug).await;

    // The draft takes exactly what was picked: one nail of the first lot, three of the second.
    let shipment = done["pickTask"]["orders"][0]["shipment"]["id"].clone();
    let input = json!({"id": shipment});
    let selection =
        "shipment { state lines { product { sku } lots { lot { id } quantity } } order { state } }";
    let posted = keeper.does("postShipment", input, selection).await;
    assert_eq!(posted["shipment"]["order"]["state"], "COMPLETED");
    let lines = posted["shipment"]["lines"].as_array().unwrap();
    let nails = lines.iter().find(|line| line["product"]["sku"] == "NAIL").unwrap();
    let taken = nails["lots"].as_array().unwrap();
    assert_eq!(taken.len(), 2, "{nails}");
    for lot in taken {
        let second = lot["lot"]["id"] == new["lot"]["id"];
        assert_eq!(lot["quantity"], if second { "3" } else { "1" });
    }
    house().verify(&company.slug).await;
    assert!(lots(&company, &order.0).await.is_empty());

    // Who sees no prices sees none of the shipment's either.
    let query = "query($id: ID!) { shipment(id: $id) { total { gross { amount } } } }";
    assert_eq!(keeper.denied(query, json!({"id": shipment})).await, "FORBIDDEN");
}
