//! Bills of materials: dated, without circles, kept by those who may.

use serde_json::{Value, json};
use stories::company::Company;
use stories::stock::draft;

use super::{ORDER, amount, bill};

const BILL: &str = "billOfMaterials { id version name versions { validFrom yields
    labourRate { amount } components { product { sku } quantity } } history { action } }";

#[tokio::test]
async fn a_bill_holds_from_a_day_on() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let [kit, wheel, frame] = [
        company.product(&at, "KIT", "10.00").await,
        company.product(&at, "WHEEL", "10.00").await,
        company.product(&at, "FRAME", "10.00").await,
    ];
    let id = bill(&company, &kit, ("1", "30.00"), &[(&wheel, "2"), (&frame, "1")]).await;
    let today = stories::house::house().today();
    let soon = (today + chrono::Duration::days(10)).to_string();
    let version = json!({"validFrom": soon, "yields": "2",
        "components": [{"productId": wheel, "quantity": "5"}]});
    let input = json!({"id": id, "version": 1, "billVersion": version});
    let told = company.director.does("saveBillVersion", input.clone(), BILL).await;
    let versions = told["billOfMaterials"]["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[0]["validFrom"], soon.as_str());
    assert_eq!(amount(&versions[0]["labourRate"]), "30", "what held before stays: {told}");
    assert_eq!(versions[0]["components"][0]["quantity"], "5");
    assert_eq!(told["billOfMaterials"]["history"][0]["action"], "saveBillVersion");
    let stale = company.director.refused("saveBillVersion", input, BILL).await;
    assert_eq!(stale, "STALE_VERSION");

    // What is written by a bill copies the version of its day.
    let input = json!({"kind": "ASSEMBLY", "billId": id, "quantity": "3"});
    let made = company.director.does("createAssemblyOrder", input, ORDER).await;
    let lines = &made["assemblyOrder"]["lines"];
    assert_eq!((&lines[0]["quantity"], &lines[1]["quantity"]), (&json!("6"), &json!("3")));
    assert_eq!(amount(&made["assemblyOrder"]["labour"]), "90");

    // The warehouse sees what goods are made of, not what work costs, and changes nothing.
    let list = "query($f: BillOfMaterialsFilter) { billsOfMaterials(filter: $f) {
        nodes { name versions { components { quantity } } } totalCount { count } } }";
    let of = async |filter: Value| {
        company.warehouse.ask(list, json!({"f": filter})).await["billsOfMaterials"].clone()
    };
    assert_eq!(of(json!({"component": frame})).await["totalCount"]["count"], 1);
    assert_eq!(of(json!({"product": frame})).await["totalCount"]["count"], 0);
    let costs = "{ billsOfMaterials { nodes { versions { labourRate { amount } } } } }";
    assert_eq!(company.warehouse.denied(costs, json!({})).await, "FORBIDDEN");
    let input = json!({"id": id, "version": 2, "archived": true});
    let archive = "archiveBillOfMaterials";
    let denied = company.warehouse.tries(archive, input.clone(), BILL).await;
    assert_eq!(denied.unwrap_err(), "FORBIDDEN");
    company.director.does(archive, input, BILL).await;
    assert_eq!(of(json!({})).await["totalCount"]["count"], 0);
    assert_eq!(of(json!({"withArchived": true})).await["totalCount"]["count"], 1);
    let input = json!({"kind": "ASSEMBLY", "billId": id, "quantity": "3"});
    let code = company.director.refused("createAssemblyOrder", input, ORDER).await;
    assert_eq!(code, "ARCHIVED");
    // A draft made of a bill is nobody's order.
    let customer = company.customer("C", &company.anna_id, json!({})).await;
    draft(&company.anna, &customer, &[(&kit, "1")], json!({})).await;
}

#[tokio::test]
async fn goods_are_not_made_of_themselves() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let mut goods = Vec::new();
    for sku in ["A", "B", "C"] {
        goods.push(company.product(&at, sku, "10.00").await);
    }
    let [a, b, c] = [&goods[0], &goods[1], &goods[2]];
    bill(&company, a, ("1", "0"), &[(b, "1")]).await;
    bill(&company, b, ("1", "0"), &[(c, "1")]).await;
    let refused = async |product: &str, parts: Value, name: &str| {
        let first = json!({"yields": "1", "components": parts});
        let input = json!({"name": name, "productId": product, "firstVersion": first});
        company.director.refused("createBillOfMaterials", input, BILL).await
    };
    let part = |id: &str, quantity: &str| json!({"productId": id, "quantity": quantity});
    assert_eq!(refused(c, json!([part(a, "1")]), "Circle").await, "INVALID");
    assert_eq!(refused(c, json!([part(c, "1")]), "Itself").await, "INVALID");
    assert_eq!(refused(a, json!([part(c, "1")]), "Usual").await, "TAKEN");
    assert_eq!(refused(a, json!([]), "Empty").await, "NO_LINES");
    assert_eq!(refused(a, json!([part(c, "0")]), "Nothing").await, "OUT_OF_RANGE");
    assert_eq!(refused(a, json!([part(c, "1"), part(c, "2")]), "Twice").await, "TAKEN");
    let many: Vec<Value> = (0..501).map(|_| part(c, "1")).collect();
    assert_eq!(refused(a, json!(many), "Many").await, "TOO_MANY");
    // Two who close a circle from both ends: one of them is refused.
    let d = company.product(&at, "D", "10.00").await;
    let e = company.product(&at, "E", "10.00").await;
    let try_one = async |product: &str, of: &str| {
        let first = json!({"yields": "1", "components": [part(of, "1")]});
        let input = json!({"name": "Race", "productId": product, "firstVersion": first});
        company.director.tries("createBillOfMaterials", input, BILL).await.is_ok()
    };
    let (one, other) = tokio::join!(try_one(&d, &e), try_one(&e, &d));
    assert!(one ^ other, "{one} {other}");
}
