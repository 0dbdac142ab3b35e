//! What is in a storekeeper's hands, and how it gets out of them.

use serde_json::json;
use stories::actor::text;
use stories::company::{Company, Furniture};
use stories::house::house;
use stories::stock::{confirm, draft};

#[tokio::test]
async fn what_is_called_off_stays_held_and_a_wave_serves_both_orders() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let keeper = &company.warehouse;
    let rope = company.product(&at, "ROPE", "10").await;
    company.receive(&at, None, &[(&rope, "10", "1")]).await;
    let one = company.customer("One", &company.anna_id, json!({})).await;
    let two = company.customer("Two", &company.boris_id, json!({})).await;
    let first = draft(&company.anna, &one, &[(&rope, "4")], json!({})).await;
    let second = draft(&company.boris, &two, &[(&rope, "6")], json!({})).await;
    confirm(&company.anna, &first).await;
    confirm(&company.boris, &second).await;

    // A manager asks for his own orders alone, and sees of a wave what is his.
    let create = "mutation($input: CreatePickTaskInput!) { createPickTask(input: $input) {
        pickTask { id } userErrors { code } } }";
    let both = json!({"input": {"orders": [first.0, second.0]}});
    assert_eq!(company.anna.denied(create, both.clone()).await, "NOT_FOUND");
    let wave = keeper.ask(create, both.clone()).await["createPickTask"]["pickTask"]["id"].clone();
    let again = keeper.ask(create, both).await;
    assert_eq!(again["createPickTask"]["userErrors"][0]["code"], "NO_LINES");
    let query =
        "query($id: ID!) { pickTask(id: $id) { lines { quantity } orders { customerName } } }";
    let seen = company.anna.ask(query, json!({"id": wave})).await;
    assert_eq!(seen["pickTask"]["orders"], json!([{"customerName": "One"}]));
    assert_eq!(seen["pickTask"]["lines"], json!([{"quantity": "4"}]));
    house().verify(&company.slug).await;

    // Called off, the goods can be asked for again; a draft given up lets go of them too.
    let input = json!({"id": wave, "reason": "tomorrow"});
    keeper.does("cancelPickTask", input, "pickTask { state }").await;
    house().verify(&company.slug).await;
    let input = json!({"orders": [first.0, second.0]});
    let task =
        keeper.does("createPickTask", input, "pickTask { id }").await["pickTask"]["id"].clone();
    keeper.does("takePickTask", json!({"id": task}), "pickTask { id }").await;
    let mine = "{ pickTasks(filter: {mine: true, state: [IN_PROGRESS]}) {
        nodes { id } totalCount { count } } }";
    let told = keeper.ask(mine, json!({})).await;
    assert_eq!(told["pickTasks"]["nodes"], json!([{"id": task}]));
    // The director takes the task from a colleague, with a reason, and goes on with it.
    let director = &company.director;
    let back = json!({"id": task});
    let code = director.refused("giveBackPickTask", back, "pickTask { id }").await;
    assert_eq!(code, "REQUIRED");
    let back = json!({"id": task, "reason": "he is ill"});
    director.does("giveBackPickTask", back, "pickTask { state }").await;
    director.does("takePickTask", json!({"id": task}), "pickTask { id }").await;
    let query = "query($id: ID!) { pickTask(id: $id) { lines { id } } }";
    let lines = director.ask(query, json!({"id": task})).await["pickTask"]["lines"].clone();
    for line in lines.as_array().unwrap() {
        let input = json!({"pickTaskId": task, "lineId": line["id"]});
        director.does("confirmPick", input, "lines { left }").await;
    }
    let selection = "pickTask { orders { shipment { id version } } }";
    let done = director.does("finishPick", json!({"id": task}), selection).await;
    house().verify(&company.slug).await;
    let orders = done["pickTask"]["orders"].as_array().unwrap().clone();
    let input = json!({"id": orders[0]["shipment"]["id"]});
    keeper.does("cancelShipment", input, "shipment { state }").await;
    house().verify(&company.slug).await;
    let input = json!({"id": orders[1]["shipment"]["id"]});
    let posted = keeper.does("postShipment", input, "shipment { state order { state } }").await;
    assert_eq!(posted["shipment"]["order"]["state"], "COMPLETED");
    house().verify(&company.slug).await;
}

/// What ships beside a task leaves the order no more than it still wants.
#[tokio::test]
async fn what_ships_beside_a_task_frees_what_is_held_elsewhere() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let input = json!({"name": "Far"});
    let made = company.director.does("createWarehouse", input, "warehouse { id }").await;
    let far = Furniture { warehouse: text(&made["warehouse"]["id"]), ..at.clone() };
    let rope = company.product(&at, "ROPE", "10").await;
    company.receive(&at, None, &[(&rope, "6", "1")]).await;
    company.receive(&far, None, &[(&rope, "4", "1")]).await;
    let customer = company.customer("One", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&rope, "10")], json!({})).await;
    confirm(&company.anna, &order).await;
    let input = json!({"orders": [order.0], "warehouseId": at.warehouse});
    company.warehouse.does("createPickTask", input, "pickTask { id }").await;
    company.receive(&at, None, &[(&rope, "4", "1")]).await;

    let query = "query($id: ID!) { order(id: $id) { lines {
        id reserved reservations { quantity warehouse { id } } } } }";
    let seen = async || company.anna.ask(query, json!({"id": order.0})).await["order"].take();
    let before = seen().await;
    assert_eq!(before["lines"][0]["reserved"], "10");
    let lines = json!([{"orderLineId": before["lines"][0]["id"], "quantity": "4"}]);
    let input = json!({"orderId": order.0, "warehouseId": at.warehouse, "lines": lines});
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    let picked = json!([{"quantity": "6", "warehouse": {"id": at.warehouse}}]);
    assert_eq!(seen().await["lines"][0]["reservations"], picked);
    house().verify(&company.slug).await;
}
