//! What can be put together of free components is proposed before anything is bought.

use serde_json::{Value, json};
use stories::actor::text;
use stories::company::{Company, Furniture};
use stories::house::house;
use stories::imports::colleague;
use stories::stock::{confirm, draft};

use super::{sells, step, supplier};
use crate::assembly::bill;

const PLAN: &str = "{ supplyPlan {
    assemblies { quantity bill { id } need { quantity warehouse { id } demands { id } }
        components { quantity product { sku } } }
    purchases { need { quantity product { sku } } offer { quantity } }
    unmet { quantity } } }";
const MADE: &str = "purchaseOrders { id } assemblyOrders { id version state quantity
    covers { quantity } lines { quantity } }";

#[tokio::test]
async fn what_can_be_put_together_is_not_bought() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let buyer = colleague(&company, "purchasing").await;
    let [kit, wheel, frame] = [
        company.product(&at, "KIT", "90.00").await,
        company.product(&at, "WHEEL", "10.00").await,
        company.product(&at, "FRAME", "10.00").await,
    ];
    company.receive(&at, None, &[(&wheel, "7", "1.00"), (&frame, "10", "2.00")]).await;
    let bill = bill(&company, &kit, ("1", "0"), &[(&wheel, "2"), (&frame, "1")]).await;
    let zavod = supplier(&company, "Zavod", json!({"leadTimeDays": 3})).await;
    sells(&company, &zavod, &kit, "50", json!({})).await;
    let customer = company.customer("Rider", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&kit, "5")], json!({})).await;
    confirm(&company.anna, &order).await;
    let line = async || {
        let query = "query($id: ID!) { order(id: $id) { lines { reserved
            demand { state quantity covers { quantity assemblyOrder { id } } }
            promise { source assemblyOrder { id } } } } }";
        let told = company.director.ask(query, json!({"id": order.0})).await;
        told["order"]["lines"][0].clone()
    };
    let plan = async || buyer.ask(PLAN, json!({})).await["supplyPlan"].clone();

    // Seven wheels make three kits; the other two are bought.
    let told = plan().await;
    let assembly = &told["assemblies"][0];
    assert_eq!((&assembly["quantity"], &assembly["bill"]["id"]), (&json!("3"), &json!(bill)));
    assert_eq!(assembly["need"]["demands"].as_array().unwrap().len(), 1);
    let parts = json!([{"quantity": "6", "product": {"sku": "WHEEL"}},
                       {"quantity": "3", "product": {"sku": "FRAME"}}]);
    assert_eq!(assembly["components"], parts);
    assert_eq!(told["purchases"][0]["need"]["quantity"], "2", "{told}");

    let chosen = json!([{"billId": bill, "warehouseId": at.warehouse, "quantity": "3"}]);
    let input = json!({"assemblies": chosen, "idempotencyKey": "put-together"});
    let made = buyer.does("orderSupply", input.clone(), MADE).await;
    let assembly = made["assemblyOrders"][0].clone();
    assert_eq!((&assembly["state"], &assembly["quantity"]), (&json!("DRAFT"), &json!("3")));
    assert_eq!(assembly["covers"], json!([{"quantity": "3"}]));
    let again = buyer.does("orderSupply", input, MADE).await;
    assert_eq!(again["assemblyOrders"][0]["id"], assembly["id"]);
    assert_eq!(made["purchaseOrders"], json!([]));
    let now = line().await;
    assert_eq!(now["demand"]["state"], "PARTLY_COVERED");
    assert_eq!(now["demand"]["covers"][0]["assemblyOrder"]["id"], assembly["id"]);
    let expected = "query($id: ID!) { product(id: $id) { expected { quantity expectedOn
        assemblyOrder { id } purchaseOrderLine { id } } } }";
    let told = buyer.ask(expected, json!({"id": kit})).await["product"]["expected"].clone();
    let today = house().today().to_string();
    let one = json!([{"quantity": "3", "expectedOn": today, "purchaseOrderLine": null,
        "assemblyOrder": {"id": assembly["id"]}}]);
    assert_eq!(told, one);
    house().verify(&company.slug).await;

    // The draft keeps its components: four more wheels with the one that is left make two.
    let told = plan().await;
    assert_eq!(
        (&told["assemblies"], &told["purchases"][0]["need"]["quantity"]),
        (&json!([]), &json!("2"))
    );
    company.receive(&at, None, &[(&wheel, "4", "1.00")]).await;
    let told = plan().await;
    assert_eq!((&told["assemblies"][0]["quantity"], &told["purchases"]), (&json!("2"), &json!([])));

    // Less of it covers less, and what is given up covers nothing.
    let changed = "assemblyOrder { id version quantity }";
    let less = json!({"quantity": "1"});
    let one = step(&company.director, "updateAssemblyOrder", &assembly, less, changed).await;
    assert_eq!(line().await["demand"]["covers"][0]["quantity"], "1");
    let all = json!({"quantity": "3"});
    let three =
        step(&company.director, "updateAssemblyOrder", &one["assemblyOrder"], all, changed).await;
    let two = json!({"assemblies": [{"billId": bill, "quantity": "2"}]});
    let two = buyer.does("orderSupply", two, MADE).await["assemblyOrders"][0].clone();
    let now = line().await;
    assert_eq!(now["demand"]["state"], "COVERED");
    assert_eq!(now["promise"]["source"], "EXPECTED_RECEIPT");
    assert!(now["promise"]["assemblyOrder"]["id"].is_string(), "{now}");
    step(&company.director, "cancelAssemblyOrder", &two, json!({}), changed).await;
    assert_eq!(line().await["demand"]["state"], "PARTLY_COVERED");

    // Put together, they are held for who waits; nothing of the draft is expected any more.
    let draft = &three["assemblyOrder"];
    step(&company.director, "postAssemblyOrder", draft, json!({}), changed).await;
    let now = line().await;
    assert_eq!((&now["reserved"], &now["demand"]["quantity"]), (&json!("3"), &json!("2")));
    assert_eq!((&now["demand"]["state"], &now["demand"]["covers"]), (&json!("OPEN"), &json!([])));
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn who_may_not_put_together_does_not_order_it() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let [kit, part] =
        [company.product(&at, "KIT", "9.00").await, company.product(&at, "PART", "1.00").await];
    let bill = bill(&company, &kit, ("1", "0"), &[(&part, "1")]).await;
    let input = json!({"assemblies": [{"billId": bill, "quantity": "1"}]});
    let refused = async |input: Value| company.director.refused("orderSupply", input, MADE).await;
    assert_eq!(refused(json!({})).await, "NO_LINES");
    let many: Vec<Value> = vec![json!({"billId": bill, "quantity": "1"}); 201];
    assert_eq!(refused(json!({"assemblies": many})).await, "TOO_MANY");
    assert_eq!(
        company.anna.tries("orderSupply", input.clone(), MADE).await.unwrap_err(),
        "FORBIDDEN"
    );
    let made = company.director.does("orderSupply", input, MADE).await;
    assert_eq!(text(&made["assemblyOrders"][0]["state"]), "DRAFT");
}

/// A bicycle of two wheels and a frame, a wheel of a rim and thirty spokes: nobody sells wheels or
/// bicycles, so rims and spokes are bought for both, once.
#[tokio::test]
async fn what_nobody_sells_is_put_together_of_what_is_bought() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let buyer = colleague(&company, "purchasing").await;
    let [bicycle, wheel, frame, rim, spoke] = [
        company.product(&at, "BICYCLE", "900.00").await,
        company.product(&at, "WHEEL", "100.00").await,
        company.product(&at, "FRAME", "300.00").await,
        company.product(&at, "RIM", "30.00").await,
        company.product(&at, "SPOKE", "1.00").await,
    ];
    let wheels = bill(&company, &wheel, ("1", "0"), &[(&rim, "1"), (&spoke, "30")]).await;
    let bicycles = bill(&company, &bicycle, ("1", "0"), &[(&wheel, "2"), (&frame, "1")]).await;
    company
        .receive(&at, None, &[(&wheel, "3", "60.00"), (&frame, "1", "150.00"), (&rim, "2", "9.00")])
        .await;
    let zavod = supplier(&company, "Zavod", json!({"leadTimeDays": 3})).await;
    for (part, price) in [(&frame, "150"), (&rim, "9"), (&spoke, "0.2")] {
        sells(&company, &zavod, part, price, json!({})).await;
    }
    let customer = company.customer("Rider", &company.anna_id, json!({})).await;
    let lines: &[(&str, &str)] = &[(&bicycle, "4"), (&wheel, "3"), (&rim, "4")];
    let order = draft(&company.anna, &customer, lines, json!({})).await;
    confirm(&company.anna, &order).await;

    // The order holds the wheels and the rims that were there; one frame lies free.
    let query = "{ supplyPlan {
        assemblies { quantity bill { id } components { quantity missing product { sku } } }
        purchases { need { quantity forShelf product { sku } } }
        unmet { quantity product { sku } } } }";
    let plan = async || buyer.ask(query, json!({})).await["supplyPlan"].clone();
    let told = plan().await;
    let part = |sku: &str, quantity: &str, missing: &str| json!({"product": {"sku": sku}, "quantity": quantity, "missing": missing});
    let assemblies = json!([
        {"quantity": "4", "bill": {"id": bicycles},
         "components": [part("WHEEL", "8", "8"), part("FRAME", "4", "3")]},
        {"quantity": "8", "bill": {"id": wheels},
         "components": [part("RIM", "8", "8"), part("SPOKE", "240", "240")]},
    ]);
    assert_eq!(told["assemblies"], assemblies, "{told}");
    let mut needs: Vec<Value> =
        told["purchases"].as_array().unwrap().iter().map(|one| one["need"].clone()).collect();
    needs.sort_by_key(|need| text(&need["product"]["sku"]));
    let need = |sku: &str, quantity: &str, own: &str| json!({"product": {"sku": sku}, "quantity": quantity, "forShelf": own});
    let wanted = [need("FRAME", "3", "3"), need("RIM", "10", "8"), need("SPOKE", "240", "240")];
    assert_eq!(needs, wanted, "two rims are for the order itself");
    assert_eq!(told["unmet"], json!([]));

    // Drafts that wait for components ask for them until they are ordered.
    let input = json!({"assemblies": [{"billId": bicycles, "quantity": "4"},
                                      {"billId": wheels, "quantity": "8"}]});
    buyer.does("orderSupply", input, MADE).await;
    let told = plan().await;
    assert_eq!(told["assemblies"], json!([]), "{told}");
    let mut needs: Vec<Value> =
        told["purchases"].as_array().unwrap().iter().map(|one| one["need"].clone()).collect();
    needs.sort_by_key(|need| text(&need["product"]["sku"]));
    assert_eq!(needs, wanted);
    let supply = |product: &str, quantity: &str| json!({"supplierId": zavod, "productId": product, "quantity": quantity});
    let lines = [supply(&frame, "3"), supply(&rim, "10"), supply(&spoke, "240")];
    let input = json!({"purchases": lines, "placedAs": "ORDERED"});
    buyer.does("orderSupply", input, MADE).await;
    let told = plan().await;
    assert_eq!(told, json!({"assemblies": [], "purchases": [], "unmet": []}));
    house().verify(&company.slug).await;
}

/// What the order itself misses of a product says nothing of its other variants: the red shirt of
/// the outfit is moved from where it lies, although the blue one was looked for first.
#[tokio::test]
async fn a_component_of_another_variant_is_looked_for_elsewhere_too() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let wardrobe = company.wardrobe(&at).await;
    let outfit = company.product(&at, "OUTFIT", "50.00").await;
    let (red, blue) = (wardrobe.of("Red, M"), wardrobe.of("Blue, M"));
    let south =
        company.director.does("createWarehouse", json!({"name": "South"}), "warehouse { id }");
    let south = Furniture { warehouse: text(&south.await["warehouse"]["id"]), ..at.clone() };
    company.receive_variants(&south, None, (&wardrobe.shirt, &[(red, "5", "4.00")])).await;
    let parts = json!([{"productId": wardrobe.shirt, "variantId": red, "quantity": "1"}]);
    let first = json!({"validFrom": "2000-01-01", "yields": "1", "components": parts});
    let input = json!({"name": "Usual", "productId": outfit, "firstVersion": first});
    company.director.does("createBillOfMaterials", input, "billOfMaterials { id }").await;
    let customer = company.customer("Dresser", &company.anna_id, json!({})).await;
    let lines = json!([
        {"productId": wardrobe.shirt, "variantId": blue, "quantity": "2"},
        {"productId": outfit, "quantity": "3"},
    ]);
    let input = json!({"customerId": customer, "lines": lines});
    let made = company.anna.does("createSalesOrder", input, "order { id version }").await;
    let input = json!({"id": made["order"]["id"], "version": made["order"]["version"]});
    company.anna.does("confirmSalesOrder", input, "order { state }").await;

    let query = "{ supplyPlan {
        moves { need { quantity product { sku } variant { id } } from { id } }
        unmet { quantity product { sku } variant { id } } } }";
    let told = company.director.ask(query, json!({})).await["supplyPlan"].clone();
    let of = |variant: &str, quantity: &str| json!({"quantity": quantity, "product": {"sku": "SHIRT"}, "variant": {"id": variant}});
    let moves = json!([{"need": of(red, "3"), "from": {"id": south.warehouse}}]);
    assert_eq!(told, json!({"moves": moves, "unmet": [of(blue, "2")]}));
}
