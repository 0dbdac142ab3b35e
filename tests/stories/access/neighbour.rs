//! Tenants share one system and never see each other.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};
use stories::actor::Actor;
use stories::company::{Company, Furniture};
use stories::files::{export_is_over, upload};
use stories::schema::{Field, Schema};
use stories::socket::{Heard, Socket};
use stories::stock::{confirm, draft};

/// A company in which something of every kind has happened.
async fn busy_company() -> Company {
    let company = Company::new().await;
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    company.receive(&at, None, &[(&good, "10", "5.00")]).await;
    let input = json!({"productId": good, "name": "box", "numerator": 12});
    company.director.does("addPackaging", input, "packaging { id }").await;
    company.wardrobe(&at).await;
    let contacts = json!({"contacts": [{"name": "Ivan"}]});
    let customer = company.customer("Secret customer", &company.anna_id, contacts).await;
    upload(&company.anna, &customer, "secret.txt", b"secret terms").await;
    let input = json!({"customerId": customer, "number": "K-1"});
    company.anna.does("draftContract", input, "contract { id }").await;
    let input = json!({"customerId": customer, "name": "Shop", "address": "Street 1"});
    company.anna.does("addDeliveryAddress", input, "deliveryAddress { id }").await;
    let told = company.director.ask("{ viewer { user { id } } }", json!({})).await;
    let inbox = told["viewer"]["user"]["id"].as_str().unwrap().to_owned();
    let file = upload(&company.director, &inbox, "secret.csv", b"sku;name\n").await;
    let input = json!({"kind": "PRODUCTS", "mode": "DRY_RUN", "fileId": file["id"]});
    company.director.does("startImport", input, "importJob { id }").await;
    let input = json!({"list": "customers", "format": "CSV"});
    let started = company.director.does("startExport", input, "exportJob { id }").await;
    export_is_over(&company.director, &started["exportJob"]["id"]).await;
    let input = json!({"customerId": customer, "lines": [{"productId": good, "quantity": "1"}]});
    company.anna.does("createQuote", input, "quote { id }").await;
    let order = draft(&company.anna, &customer, &[(&good, "2")], json!({})).await;
    confirm(&company.anna, &order).await;
    assembled(&company, &at, &good).await;
    let input = json!({"orderId": order.0});
    let selection = "shipment { id lines { id } }";
    let shipped = company.warehouse.does("shipSalesOrder", input, selection).await;
    let order = draft(&company.anna, &customer, &[(&good, "1")], json!({})).await;
    confirm(&company.anna, &order).await;
    picked_and_returned(&company, &order.0, &shipped["shipment"]).await;
    asked(&company, &customer, &good).await;
    let input = json!({
        "customerId": customer, "amount": "5.00", "currency": "RUB", "method": "CASH",
    });
    company.accounting.does("recordPayment", input, "payment { id }").await;
    money_papers(&company, &shipped["shipment"]).await;
    company.director.does("createRegion", json!({"name": "North"}), "region { id }").await;
    let input = json!({"name": "Ten off", "percent": "10"});
    company.director.does("createDiscountRule", input, "discountRule { id }").await;
    directories(&company, &at, &good).await;
    house_work(&company, &at).await;
    let change = json!({"priceListId": at.price_list, "validFrom": "2030-01-01", "percent": "7"});
    let input = json!({"change": change});
    company.director.does("applyPriceChange", input, "priceChange { id }").await;
    let input = json!({"name": "Sales"});
    company.admin.does("createDepartment", input, "department { id }").await;
    let input = json!({"name": "A-team", "headId": company.anna_id, "memberIds": []});
    company.admin.does("saveTeam", input, "team { id }").await;
    let parties = json!({"leaverId": company.boris_id, "heirIds": [company.anna_id]});
    let input = json!({"parties": parties, "signIn": "KEPT"});
    company.director.does("handOver", input, "handOver { id }").await;
    let input = json!({"name": "shop", "scopes": ["orders:read"]});
    company.admin.does("createApiKey", input, "apiKey { id }").await;
    let input = json!({"name": "own", "title": "Own", "includes": ["manager"], "rights": []});
    company.admin.does("saveRole", input, "role { name }").await;
    company
}

/// A rule, an order that waits for the director, and his deputy.
async fn asked(company: &Company, customer: &str, good: &str) {
    let input = json!({"name": "Secret rule", "kind": "DISCOUNT_OVER_LIMIT", "isOn": true,
        "steps": [{"approvers": [{"role": "director"}]}], "fallback": {"role": "director"}});
    company.admin.does("saveApprovalRule", input, "approvalRule { id }").await;
    let lines = json!([{"productId": good, "quantity": "1", "discountPercent": "20"}]);
    let input = json!({"customerId": customer, "lines": lines});
    let made = company.anna.does("createSalesOrder", input, "order { id }").await;
    let input = json!({"id": made["order"]["id"]});
    let told = company.anna.does("confirmSalesOrder", input, "approvalRequest { id }").await;
    assert!(told["approvalRequest"]["id"].is_string());
    let people = company.admin.all("users", "id name").await;
    let deputy = people.iter().find(|one| one["name"] == "accounting").unwrap();
    let input = json!({"deputyId": deputy["id"], "to": "2099-01-01"});
    let tried = company.director.tries("appointDeputy", input, "approvalDeputy { id }").await;
    assert_eq!(tried.unwrap_err(), "OUT_OF_RANGE", "for a year at most");
    let today = stories::house::house().today().to_string();
    let input = json!({"deputyId": deputy["id"], "to": today});
    company.director.does("appointDeputy", input, "approvalDeputy { id }").await;
}

/// A bill of materials and an assembly order.
async fn assembled(company: &Company, at: &Furniture, good: &str) {
    let kit = company.product(at, "KIT", "10.00").await;
    let first = json!({"yields": "1", "components": [{"productId": good, "quantity": "1"}]});
    let input = json!({"name": "Secret kit", "productId": kit, "firstVersion": first});
    let made = company.director.does("createBillOfMaterials", input, "billOfMaterials { id }");
    let bill = made.await["billOfMaterials"]["id"].clone();
    let input = json!({"kind": "ASSEMBLY", "billId": bill, "quantity": "1"});
    company.director.does("createAssemblyOrder", input, "assemblyOrder { id }").await;
}

/// One of each kind of what the warehouse does.
async fn house_work(company: &Company, at: &Furniture) {
    let warehouse = &company.warehouse;
    let good = company.product(at, "KEPT", "10.00").await;
    company.receive(at, None, &[(&good, "9", "5.00")]).await;
    let query = "query($id: ID!) { product(id: $id) { stock { lots { lot { id } } } } }";
    let told = company.director.ask(query, json!({"id": good})).await;
    let lot = &told["product"]["stock"][0]["lots"][0]["lot"]["id"];
    let input = json!({"kind": "FREIGHT", "amount": "7", "goods": {"lotIds": [lot]}});
    company.director.does("createLandedCost", input, "landedCost { id }").await;
    let made =
        company.director.does("createWarehouse", json!({"name": "South"}), "warehouse { id }");
    let lines = json!([{"productId": good, "quantity": "1"}]);
    let input = json!({"toId": made.await["warehouse"]["id"], "lines": lines});
    let made = warehouse.does("createStockTransfer", input, "stockTransfer { id }").await;
    let input = json!({"id": made["stockTransfer"]["id"], "version": 1});
    warehouse.does("sendStockTransfer", input, "stockTransfer { id }").await;
    let input = json!({"reason": "Broken", "lines": lines});
    let made = warehouse.does("createWriteOff", input, "writeOff { id }").await;
    let input = json!({"id": made["writeOff"]["id"], "version": 1});
    warehouse.does("postWriteOff", input, "writeOff { id }").await;
    let input = json!({"warehouseId": at.warehouse});
    let made = warehouse.does("createStockCount", input, "stockCount { id }").await;
    let input = json!({"id": made["stockCount"]["id"], "version": 1});
    warehouse.does("startStockCount", input, "stockCount { id }").await;
    let entries = json!([{"productId": good, "quantity": "3"}]);
    let input = json!({"id": made["stockCount"]["id"], "entries": entries});
    warehouse.does("addCounts", input, "stockCount { id }").await;
}

/// An order that is being picked, one of the two that were shipped back with a
/// credit note, and a delivery.
async fn picked_and_returned(company: &Company, order: &str, shipment: &Value) {
    let keeper = &company.warehouse;
    keeper.does("createPickTask", json!({"orders": [order]}), "pickTask { id }").await;
    let lines = json!([{"shipmentLineId": shipment["lines"][0]["id"], "quantity": "1"}]);
    let input = json!({"shipmentId": shipment["id"], "reason": "broken", "lines": lines});
    let made = keeper.does("createSalesReturn", input, "salesReturn { id }").await;
    let input = json!({"id": made["salesReturn"]["id"]});
    keeper.does("postSalesReturn", input, "salesReturn { id }").await;
    let input = json!({"shipmentId": shipment["id"]});
    keeper.does("planDelivery", input, "delivery { id }").await;
}

/// An invoice, a correction of a price, money given back and a line of a statement.
async fn money_papers(company: &Company, shipment: &Value) {
    let accounting = &company.accounting;
    let query = "query($id: ID!) { shipment(id: $id) { order { id } customer { id }
        organization { id } } }";
    let told = accounting.ask(query, json!({"id": shipment["id"]})).await;
    let told = &told["shipment"];
    let input = json!({"orderId": told["order"]["id"], "amount": "1"});
    accounting.does("issueInvoice", input, "invoice { id }").await;
    let input = json!({"shipmentId": shipment["id"]});
    accounting.does("issueTaxInvoice", input, "taxInvoice { id }").await;
    let input = json!({"shipmentId": shipment["id"], "reason": "agreed", "amount": "1"});
    let made = accounting.does("createPriceCorrection", input, "priceCorrection { id }").await;
    let input = json!({"id": made["priceCorrection"]["id"]});
    accounting.does("postPriceCorrection", input, "priceCorrection { id }").await;
    let input = json!({"customerId": told["customer"]["id"], "amount": "100"});
    accounting.does("recordPayment", input, "payment { id }").await;
    let input = json!({"customerId": told["customer"]["id"], "amount": "1", "reason": "overpaid"});
    accounting.does("refundCustomer", input, "refund { id }").await;
    let input = json!({"sku": "HOUR", "name": "Hour", "unit": "h", "isService": true});
    let made = company.director.does("createProduct", input, "product { id }").await;
    let lines = json!([{"productId": made["product"]["id"], "quantity": "1", "price": "9"}]);
    let input = json!({"customerId": told["customer"]["id"], "lines": lines});
    let made = company.director.does("createSalesOrder", input, "order { id version }").await;
    let input = json!({"id": made["order"]["id"], "version": made["order"]["version"]});
    company.director.does("confirmSalesOrder", input, "order { id }").await;
    let input = json!({"orderId": made["order"]["id"]});
    accounting.does("createServiceAct", input, "serviceAct { id }").await;
    let lines = json!([{"reference": "1", "date": "2026-01-15", "amount": "1"}]);
    let input = json!({"organizationId": told["organization"]["id"], "account": "1",
        "lines": lines});
    accounting.does("bringBankLines", input, "bankLines { id }").await;
}

/// One of each kind of what customers, goods and prices refer to.
async fn directories(company: &Company, at: &Furniture, good: &str) {
    let director = &company.director;
    let input = json!({"subject": "CUSTOMER", "key": "own", "name": "Own", "kind": "TEXT"});
    company.admin.does("createCustomField", input, "customField { id }").await;
    director.does("createSalesChannel", json!({"name": "Shops"}), "salesChannel { id }").await;
    director.does("createPriceSegment", json!({"name": "Vip"}), "priceSegment { id }").await;
    let input = json!({"code": "CNY", "name": "Yuan"});
    director.does("createCurrency", input, "currency { id }").await;
    director.does("createVatCategory", json!({"name": "Usual"}), "vatCategory { id }").await;
    let input = json!({"warehouseId": at.warehouse, "name": "A-01"});
    director.does("createBin", input, "bin { id }").await;
    let made = director.does("createSupplier", json!({"name": "Zavod"}), "supplier { id }").await;
    let input = json!({"supplierId": made["supplier"]["id"], "productId": good});
    director.does("createSupplierItem", input, "supplierItem { id }").await;
    supply(company, at, good, &made["supplier"]["id"]).await;
}

/// Something missed, ordered, received and sent back.
async fn supply(company: &Company, at: &Furniture, good: &str, supplier: &Value) {
    let director = &company.director;
    let waits = company.customer("Waits", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &waits, &[(good, "500")], json!({})).await;
    confirm(&company.anna, &order).await;
    let lines = json!([{"productId": good, "quantity": "5", "price": "1"}]);
    let input = json!({"supplierId": supplier, "lines": lines});
    let made = director.does("createPurchaseOrder", input, "purchaseOrder { id version }").await;
    let input =
        json!({"id": made["purchaseOrder"]["id"], "version": made["purchaseOrder"]["version"]});
    director.does("orderPurchaseOrder", input, "purchaseOrder { id }").await;
    let spare = company.product(at, "SPARE", "10.00").await;
    let receipt = company.receive(at, None, &[(&spare, "1", "5.00")]).await;
    let input = json!({"receiptId": receipt, "reason": "odd"});
    director.does("createSupplierReturn", input, "supplierReturn { id }").await;
    let points = json!([{"productId": good, "reorderAt": "1", "target": "2"}]);
    let input = json!({"points": points});
    director.does("setReorderPoints", input, "reorderPoints { id }").await;
}

fn connections(schema: &Schema) -> Vec<&Field> {
    let is_list = |field: &&Field| {
        field.of.name.ends_with("Connection") && !field.arguments.iter().any(|a| a.of.required)
    };
    schema.root("Query").iter().filter(is_list).collect()
}

/// Every id that an actor meets in any list, by type; and all lists as they are.
async fn everything(schema: &Schema, actors: &[&Actor]) -> BTreeMap<String, BTreeSet<String>> {
    let mut met: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for actor in actors {
        for field in connections(schema) {
            let selection = deep(schema, &field.of.name, 3);
            let query = format!("{{ {}(first: 3) {{ {selection} }} }}", field.name);
            let answer = actor.send(&query, json!({})).await;
            let code = answer["errors"][0]["extensions"]["code"].as_str();
            assert!(matches!(code, None | Some("FORBIDDEN")), "{query}: {answer}");
            collect(&answer["data"], &mut met);
        }
        let viewer = actor.ask("{ viewer { tenant { __typename id } } }", json!({})).await;
        collect(&viewer, &mut met);
    }
    met
}

/// A selection of ids, type names and versions, so many levels down.
fn deep(schema: &Schema, name: &str, levels: u8) -> String {
    let mut parts = vec!["__typename".to_owned()];
    for field in &schema.types[name].fields {
        let takes = field.arguments.iter().any(|argument| argument.of.required);
        if takes || field.name == "edges" {
            continue;
        }
        if matches!(field.name.as_str(), "id" | "version" | "state") {
            parts.push(field.name.clone());
        } else if levels > 0 && schema.is_object(&field.of.name) && wanted(schema, &field.of.name) {
            let inner = deep(schema, &field.of.name, levels - 1);
            parts.push(format!("{} {{ {inner} }}", field.name));
        }
    }
    parts.join(" ")
}

/// Records and lists of records; amounts and the like are left out.
fn wanted(schema: &Schema, name: &str) -> bool {
    let of = &schema.types[name];
    of.interfaces.iter().any(|i| i == "Node") && !name.ends_with("Connection")
        || name.ends_with("Connection")
}

fn collect(value: &Value, met: &mut BTreeMap<String, BTreeSet<String>>) {
    match value {
        Value::Object(fields) => {
            if let (Some(kind), Some(id)) =
                (fields.get("__typename").and_then(Value::as_str), fields.get("id"))
                && let Some(id) = id.as_str()
            {
                met.entry(kind.to_owned()).or_default().insert(id.to_owned());
            }
            fields.values().for_each(|field| collect(field, met));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, met)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neighbour_sees_nothing() {
    let (ours, neighbour) = tokio::join!(busy_company(), busy_company());
    let schema = Schema::ask(&ours.director).await;
    let insiders = [&ours.director, &ours.admin];
    let met = everything(&schema, &insiders).await;
    let missing: Vec<String> =
        schema.nodes().into_iter().filter(|kind| !met.contains_key(kind)).collect();
    assert!(missing.is_empty(), "no record of {missing:?}: the story must make one of each kind");
    let ids: BTreeSet<&String> = met.values().flatten().collect();
    let strangers = [&neighbour.director, &neighbour.admin];

    // Not by id.
    for stranger in strangers {
        for id in &ids {
            let answer =
                stranger.send("query($id: ID!) { node(id: $id) { id } }", json!({"id": id})).await;
            assert!(answer["data"]["node"].is_null(), "node({id}): {answer}");
            let code = answer["errors"][0]["extensions"]["code"].as_str();
            assert!(matches!(code, Some("NOT_FOUND" | "FORBIDDEN")), "node({id}): {answer}");
        }
    }
    // Not in any list.
    let theirs = everything(&schema, &strangers).await;
    for id in theirs.values().flatten() {
        assert!(!ids.contains(id), "{id} is in a neighbour's list");
    }
    // Not by a mutation with our ids, whatever it is.
    let before = everything_told(&schema, &insiders).await;
    for stranger in strangers {
        for mutation in schema.root("Mutation") {
            try_with_foreign_ids(&schema, stranger, mutation, &met).await;
        }
    }
    let after = everything_told(&schema, &insiders).await;
    assert_eq!(before, after, "something of ours has changed");
}

/// All lists, with the audit trail, as text.
async fn everything_told(schema: &Schema, actors: &[&Actor]) -> String {
    let mut told = String::new();
    for actor in actors {
        for field in connections(schema) {
            let selection = deep(schema, &field.of.name, 1);
            let query = format!("{{ {}(first: 20) {{ {selection} }} }}", field.name);
            told.push_str(&actor.send(&query, json!({})).await["data"].to_string());
            told.push('\n');
        }
    }
    told
}

async fn try_with_foreign_ids(
    schema: &Schema,
    stranger: &Actor,
    mutation: &Field,
    met: &BTreeMap<String, BTreeSet<String>>,
) {
    // Whoever signs in, or out, uses no ids.
    if matches!(mutation.name.as_str(), "signIn" | "refreshSession" | "signOut") {
        return;
    }
    let Some(argument) = mutation.arguments.first() else { return };
    for (kind, ids) in met {
        let Some(own) = ids.first() else { continue };
        let give = |name: &str, of: &str| -> Option<Value> {
            if of != "ID" {
                return None;
            }
            // customerId is a Customer; a plain id is each kind in turn.
            let by_name = met.iter().find(|(kind, _)| {
                let stem = name.strip_suffix("Ids").or(name.strip_suffix("Id")).unwrap_or(name);
                kind.to_lowercase().ends_with(&stem.to_lowercase())
            });
            let id = by_name.and_then(|(_, ids)| ids.first()).unwrap_or(own);
            Some(json!(id))
        };
        let input = schema.fill(&argument.of, &give, "input");
        let text = input.to_string();
        if !met.values().flatten().any(|id| text.contains(id.as_str())) {
            return;
        }
        let query = format!(
            "mutation($input: {}!) {{ {}(input: $input) {{ userErrors {{ code message }} }} }}",
            argument.of.name, mutation.name
        );
        let answer = stranger.send(&query, json!({"input": input})).await;
        let refused = answer["errors"].is_array()
            || answer["data"][&mutation.name]["userErrors"]
                .as_array()
                .is_some_and(|errors| !errors.is_empty());
        assert!(refused, "{} with our {kind}: {answer}\n{input}", mutation.name);
    }
}

#[tokio::test]
async fn a_neighbours_events_are_not_heard() {
    let (ours, neighbour) = tokio::join!(Company::new(), Company::new());
    let mut socket = Socket::signed_in(&neighbour.director.token).await;
    let query = "subscription { documentChanged { cursor kind } }";
    socket.subscribe("d", query, json!({})).await;
    let query = "subscription { stockChanged { cursor } }";
    socket.subscribe("s", query, json!({})).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let at = ours.furnish().await;
    let good = ours.product(&at, "GOOD", "10.00").await;
    ours.receive(&at, None, &[(&good, "10", "5.00")]).await;
    let heard = socket.hear_within(Duration::from_secs(2)).await;
    assert_eq!(heard, Heard::Silence);
    // The same socket does hear its own company.
    let at = neighbour.furnish().await;
    let good = neighbour.product(&at, "GOOD", "10.00").await;
    neighbour.receive(&at, None, &[(&good, "10", "5.00")]).await;
    assert!(matches!(socket.hear().await, Heard::Message(_)));
}
