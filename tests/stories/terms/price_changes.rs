//! Many prices changed at once: looked at, applied, taken back while nothing relies on them.

use chrono::Days;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::{Company, Furniture, merge};
use stories::house::house;
use stories::stock::draft;

const PREVIEW: &str = "query($input: PriceChangeInput!) { previewPriceChange(input: $input) {
    userErrors { code }
    preview { counts { prices products raised lowered added unchanged withLaterPrice impossible }
        products { nodes { product { sku } prices { minQuantity oldPrice newPrice changes warnings
            packaging { name } } } } } } }";
const CHANGE: &str = "priceChange { id version state priceCount productCount }";

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

async fn current(company: &Company, product: &str, on: &str) -> Decimal {
    let query = "query($id: ID!, $on: Date) { product(id: $id) { currentPrices(on: $on) {
        price } } }";
    let told = company.anna.ask(query, json!({"id": product, "on": on})).await;
    number(&told["product"]["currentPrices"][0]["price"])
}

async fn preview(company: &Company, input: &Value) -> Value {
    let told = company.accounting.ask(PREVIEW, json!({"input": input})).await;
    assert_eq!(told["previewPriceChange"]["userErrors"], json!([]), "{told}");
    told["previewPriceChange"]["preview"].clone()
}

async fn refused_preview(company: &Company, input: &Value) -> String {
    let told = company.accounting.ask(PREVIEW, json!({"input": input})).await;
    text(&told["previewPriceChange"]["userErrors"][0]["code"])
}

fn undo(change: &Value) -> Value {
    json!({"id": change["id"], "version": change["version"]})
}

async fn apply(company: &Company, change: &Value) -> Value {
    let input = json!({"change": change, "comment": "autumn"});
    company.accounting.does("applyPriceChange", input, CHANGE).await["priceChange"].clone()
}

/// A group "Drinks" with tea and, one group below, coffee; and bread outside of it.
struct Shop {
    at: Furniture,
    drinks: String,
    tea: String,
    coffee: String,
    bread: String,
}

async fn shop(company: &Company) -> Shop {
    let at = company.furnish().await;
    let group = async |name: &str, parent: Option<&str>| {
        let input = json!({"name": name, "parentId": parent});
        let made = company.director.does("createProductGroup", input, "productGroup { id }").await;
        text(&made["productGroup"]["id"])
    };
    let drinks = group("Drinks", None).await;
    let hot = group("Hot", Some(&drinks)).await;
    let inside = |id: &str| Furniture { group: id.to_owned(), ..at.clone() };
    let tea = company.product(&inside(&drinks), "TEA", "100.00").await;
    let coffee = company.product(&inside(&hot), "COFFEE", "99.90").await;
    let bread = company.product(&at, "BREAD", "50.00").await;
    Shop { at, drinks, tea, coffee, bread }
}

#[tokio::test]
async fn seven_per_cent_on_drinks_is_previewed_applied_and_undone() {
    let company = Company::new().await;
    let shop = shop(&company).await;
    let day = house().today() + Days::new(10);
    let before = (day - Days::new(1)).to_string();
    // A box of tea and tea in larger quantities, a price of coffee that comes later.
    let packed = json!({"productId": shop.tea, "name": "box", "numerator": 12});
    let made = company.director.does("addPackaging", packed, "packaging { id }").await;
    let input = json!({"priceListId": shop.at.price_list, "validFrom": "2000-01-01", "prices": [
        {"productId": shop.tea, "price": "1100.00", "packagingId": made["packaging"]["id"]},
        {"productId": shop.tea, "price": "90.10", "minQuantity": "100"}]});
    company.accounting.does("setPrices", input, "priceList { id }").await;
    let input = json!({"priceListId": shop.at.price_list, "validFrom": day + Days::new(5),
        "prices": [{"productId": shop.coffee, "price": "120.00"}]});
    company.accounting.does("setPrices", input, "priceList { id }").await;

    let change = json!({"priceListId": shop.at.price_list, "validFrom": day,
        "productGroupIds": [shop.drinks], "percent": "7", "roundingStep": "0.50"});
    let seen = preview(&company, &change).await;
    let counts = &seen["counts"];
    assert_eq!((&counts["prices"], &counts["products"]), (&json!(4), &json!(2)), "{seen}");
    assert_eq!((&counts["raised"], &counts["withLaterPrice"]), (&json!(4), &json!(1)));
    let nodes = seen["products"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 2);
    let coffee = &nodes[0];
    assert_eq!(coffee["product"]["sku"], "COFFEE");
    assert_eq!(number(&coffee["prices"][0]["newPrice"]), dec("107.00"));
    assert_eq!(coffee["prices"][0]["warnings"], json!(["LATER_PRICE_STAYS"]));
    let tea: Vec<Decimal> =
        nodes[1]["prices"].as_array().unwrap().iter().map(|row| number(&row["newPrice"])).collect();
    // 100 → 107; 90.10 × 1.07 = 96.407 → 96.50; the box 1 177.
    assert_eq!(tea, ["107.00", "96.50", "1177.00"].map(dec));
    assert_eq!(current(&company, &shop.tea, &day.to_string()).await, dec("100"), "only looked at");

    let applied = apply(&company, &change).await;
    assert_eq!((&applied["priceCount"], &applied["productCount"]), (&json!(4), &json!(2)));
    assert_eq!(current(&company, &shop.tea, &day.to_string()).await, dec("107"));
    assert_eq!(current(&company, &shop.tea, &before).await, dec("100"));
    assert_eq!(current(&company, &shop.bread, &day.to_string()).await, dec("50"));
    let query = "query($id: ID!, $on: Date) { node(id: $id) { ... on PriceList {
        prices(on: $on) { nodes { product { sku } prices { price change { id } } } } } } }";
    let told = company.anna.ask(query, json!({"id": shop.at.price_list, "on": day})).await;
    let tea = &told["node"]["prices"]["nodes"][0];
    assert_eq!(tea["product"]["sku"], "TEA");
    assert_eq!(tea["prices"].as_array().unwrap().len(), 3);
    assert_eq!(tea["prices"][0]["change"]["id"], applied["id"]);

    let query = "{ priceChanges { totalCount { count } nodes { id state percent comment
        roundingStep priceList { name } productGroups { name } createdBy { name }
        history { action } } } }";
    let told = company.anna.ask(query, json!({})).await;
    let listed = &told["priceChanges"]["nodes"][0];
    assert_eq!((&listed["percent"], &listed["comment"]), (&json!("7"), &json!("autumn")));
    assert_eq!(listed["productGroups"][0]["name"], "Drinks");
    assert_eq!(listed["createdBy"]["name"], "accounting");

    let undone = company.accounting.does("undoPriceChange", undo(&applied), CHANGE).await;
    assert_eq!(undone["priceChange"]["state"], "UNDONE");
    assert_eq!(current(&company, &shop.tea, &day.to_string()).await, dec("100"));
    let code =
        company.accounting.refused("undoPriceChange", undo(&undone["priceChange"]), CHANGE).await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
    let told = company.anna.tries("applyPriceChange", json!({"change": change}), CHANGE).await;
    assert_eq!(told, Err("FORBIDDEN".to_owned()));
}

#[tokio::test]
async fn what_is_relied_on_is_not_undone() {
    let company = Company::new().await;
    let shop = shop(&company).await;
    let change = json!({"priceListId": shop.at.price_list, "validFrom": "2020-01-01",
        "productGroupIds": [shop.drinks], "percent": "10"});
    let applied = apply(&company, &change).await;
    let customer = company.customer("Cafe", &company.anna_id, json!({})).await;
    let (order, version) = draft(&company.anna, &customer, &[(&shop.tea, "1")], json!({})).await;
    let query = "mutation($input: UndoPriceChangeInput!) { undoPriceChange(input: $input) {
        userErrors { code message details } } }";
    let told = company.accounting.ask(query, json!({"input": undo(&applied)})).await;
    let error = &told["undoPriceChange"]["userErrors"][0];
    assert_eq!(error["code"], "IN_USE");
    assert_eq!(error["details"]["orders"], 1, "{told}");
    assert_eq!(error["details"]["orderIds"], json!([order]), "under the id that clients know");
    // The order goes by other goods now: nothing relies on the change.
    let input = json!({"id": order, "version": version, "lines": [{"productId": shop.bread,
        "quantity": "1"}]});
    company.anna.does("updateSalesOrder", input, "order { id }").await;

    // A later change is computed from it: the later one goes first.
    let later = json!({"priceListId": shop.at.price_list, "validFrom": "2021-01-01",
        "productIds": [shop.coffee], "amount": "5"});
    let later = apply(&company, &later).await;
    let code = company.accounting.refused("undoPriceChange", undo(&applied), CHANGE).await;
    assert_eq!(code, "IN_USE");
    company.accounting.does("undoPriceChange", undo(&later), CHANGE).await;

    // A price was set over it.
    let input = json!({"priceListId": shop.at.price_list, "validFrom": "2020-01-01",
        "prices": [{"productId": shop.tea, "price": "1.00"}]});
    company.accounting.does("setPrices", input, "priceList { id }").await;
    let told = company.accounting.ask(query, json!({"input": undo(&applied)})).await;
    let error = &told["undoPriceChange"]["userErrors"][0];
    assert_eq!(
        (&error["code"], &error["details"]["pricesSetSince"]),
        (&json!("IN_USE"), &json!(1))
    );
    assert!(text(&error["message"]).contains("Product TEA"), "{told}");
}

#[tokio::test]
async fn prices_of_the_same_day_come_back_as_they_were() {
    let company = Company::new().await;
    let shop = shop(&company).await;
    let on = |percent: &str| {
        json!({"priceListId": shop.at.price_list, "validFrom": "2000-01-01",
        "productIds": [shop.tea], "percent": percent})
    };
    let first = apply(&company, &on("10")).await;
    let second = apply(&company, &on("10")).await;
    assert_eq!(current(&company, &shop.tea, "2026-01-01").await, dec("121"));
    let code = company.accounting.refused("undoPriceChange", undo(&first), CHANGE).await;
    assert_eq!(code, "IN_USE");
    company.accounting.does("undoPriceChange", undo(&second), CHANGE).await;
    assert_eq!(current(&company, &shop.tea, "2026-01-01").await, dec("110"));
    company.accounting.does("undoPriceChange", undo(&first), CHANGE).await;
    assert_eq!(current(&company, &shop.tea, "2026-01-01").await, dec("100"));
}

#[tokio::test]
async fn prices_are_copied_from_lists_and_suppliers_and_not_into_derived_ones() {
    let company = Company::new().await;
    let shop = shop(&company).await;
    let list = async |more: Value| {
        let mut input = json!({"name": "Retail", "currency": "RUB", "includesVat": false});
        merge(&mut input, more);
        let made = company.accounting.does("createPriceList", input, "priceList { id }").await;
        text(&made["priceList"]["id"])
    };
    let retail = list(json!({})).await;
    let derived = list(json!({"name": "Derived", "baseListId": shop.at.price_list,
        "coefficient": "0.9"}))
    .await;
    let copy = |target: &str, source: &str| {
        json!({"priceListId": target, "sourceListId": source,
        "validFrom": "2020-01-01", "percent": "20", "roundingStep": "1", "roundingDirection": "UP"})
    };
    assert_eq!(refused_preview(&company, &copy(&derived, &retail)).await, "INVALID");
    assert_eq!(refused_preview(&company, &copy(&retail, &derived)).await, "INVALID");
    let idle = json!({"priceListId": retail, "validFrom": "2020-01-01"});
    assert_eq!(refused_preview(&company, &idle).await, "REQUIRED");
    let seen = preview(&company, &copy(&retail, &shop.at.price_list)).await;
    assert_eq!((&seen["counts"]["prices"], &seen["counts"]["added"]), (&json!(3), &json!(3)));
    let applied = apply(&company, &copy(&retail, &shop.at.price_list)).await;
    assert_eq!(applied["priceCount"], 3);
    let query = "query($id: ID!) { node(id: $id) { ... on PriceList { prices { nodes {
        product { sku } prices { price } } } } } }";
    let told = company.anna.ask(query, json!({"id": retail})).await;
    let prices: Vec<(String, Decimal)> = told["node"]["prices"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| (text(&node["product"]["sku"]), number(&node["prices"][0]["price"])))
        .collect();
    let expected = [("TEA", "120"), ("COFFEE", "120"), ("BREAD", "60")];
    assert_eq!(prices, expected.map(|(sku, price)| (sku.to_owned(), dec(price))));

    let input = json!({"name": "Plantation", "currency": "RUB"});
    let made = company.accounting.does("createSupplier", input, "supplier { id }").await;
    let supplier = made["supplier"]["id"].clone();
    let input = json!({"supplierId": supplier, "productId": shop.tea, "code": "T1"});
    let made = company.accounting.does("createSupplierItem", input, "supplierItem { id }").await;
    let input = json!({"supplierItemId": made["supplierItem"]["id"],
        "prices": [{"validFrom": "2019-01-01", "price": "60.00"}]});
    company.accounting.does("setSupplierPrices", input, "supplierItem { id }").await;
    let marked = json!({"priceListId": retail, "supplierId": supplier, "validFrom": "2021-01-01",
        "percent": "30"});
    let seen = preview(&company, &marked).await;
    let row = &seen["products"]["nodes"][0]["prices"][0];
    assert_eq!((number(&row["oldPrice"]), number(&row["newPrice"])), (dec("120"), dec("78")));
    apply(&company, &marked).await;
}

#[tokio::test]
async fn a_preview_warns_of_minima_costs_and_what_cannot_be() {
    let company = Company::new().await;
    let shop = shop(&company).await;
    company.receive(&shop.at, None, &[(&shop.tea, "10", "80.00")]).await;
    let query = "query($id: ID!) { product(id: $id) { version } }";
    let told = company.director.ask(query, json!({"id": shop.tea})).await;
    let input = json!({"id": shop.tea, "version": told["product"]["version"], "minPrice": "85.00"});
    company.director.does("updateProduct", input, "product { id }").await;
    let change = json!({"priceListId": shop.at.price_list, "validFrom": "2020-01-01",
        "amount": "-25"});
    let seen = preview(&company, &change).await;
    let rows = seen["products"]["nodes"].as_array().unwrap();
    let tea = rows.iter().find(|node| node["product"]["sku"] == "TEA").unwrap();
    assert_eq!(tea["prices"][0]["warnings"], json!(["BELOW_MINIMUM", "BELOW_COST"]), "{seen}");
    let query = "query($input: PriceChangeInput!) { previewPriceChange(input: $input) {
        preview { counts { belowMinimum } } } }";
    let told = company.accounting.ask(query, json!({"input": change})).await;
    assert_eq!(told["previewPriceChange"]["preview"]["counts"]["belowMinimum"], 1);

    let change = json!({"priceListId": shop.at.price_list, "validFrom": "2020-01-01",
        "amount": "-60"});
    assert_eq!(preview(&company, &change).await["counts"]["impossible"], 1);
    let input = json!({"change": change});
    let code = company.accounting.refused("applyPriceChange", input, CHANGE).await;
    assert_eq!(code, "OUT_OF_RANGE");
    assert_eq!(current(&company, &shop.tea, "2026-01-01").await, dec("100"));
}
