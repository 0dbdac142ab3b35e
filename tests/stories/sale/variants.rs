//! A shirt in colours and sizes: who orders a red one gets a red one.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::number;
use stories::company::Company;
use stories::house::house;
use stories::stock::confirm;
use stories::variants::{Wardrobe, draft_variants};

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn count(list: &Value) -> usize {
    list.as_array().unwrap_or_else(|| panic!("{list} is no list")).len()
}

const VARIANT: &str = "productVariant { id version sku name archivedAt
    values { attribute { name } shown } history { action } }";

#[tokio::test]
async fn a_shirt_comes_in_every_combination_once() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let wardrobe = company.wardrobe(&at).await;
    assert_eq!(wardrobe.variants.len(), 6);
    let director = &company.director;
    let query = "query($id: ID!) { product(id: $id) { hasVariants attributes { name }
        variants { totalCount { count } nodes { sku name product { sku } } } } }";
    let told = director.ask(query, json!({"id": wardrobe.shirt})).await;
    let product = &told["product"];
    assert_eq!(product["attributes"], json!([{"name": "Colour"}, {"name": "Size"}]));
    assert_eq!(product["variants"]["totalCount"]["count"], 6);
    let first = &product["variants"]["nodes"][0];
    assert_eq!(first["sku"], "SHIRT-Blue-L");
    assert_eq!(first["name"], "Product SHIRT (Blue, L)");
    assert_eq!(first["product"]["sku"], "SHIRT");

    // Once more makes nothing; a new colour makes three.
    let input = json!({"productId": wardrobe.shirt});
    let selection = "productVariants { name }";
    let made = director.does("generateProductVariants", input.clone(), selection).await;
    assert_eq!(count(&made["productVariants"]), 0);
    let mut choices: Vec<Value> = wardrobe.colour["choices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|choice| json!({"id": choice["id"], "value": choice["value"]}))
        .collect();
    choices.push(json!({"value": "Green"}));
    let change = json!({"id": wardrobe.colour["id"], "version": wardrobe.colour["version"],
        "choices": choices});
    let selection = "productAttribute { version choices { id value archived } history { action } }";
    let told = director.does("updateProductAttribute", change.clone(), selection).await;
    let colour = told["productAttribute"].clone();
    assert_eq!((count(&colour["choices"]), count(&colour["history"])), (3, 2));
    let stale = director.refused("updateProductAttribute", change, selection).await;
    assert_eq!(stale, "STALE_VERSION");
    let axes = json!([{"attributeId": wardrobe.size["id"],
        "choiceIds": [Wardrobe::choice(&wardrobe.size, "M")]}]);
    let input = json!({"productId": wardrobe.shirt, "axes": axes});
    let selection = "productVariants { name }";
    let made = director.does("generateProductVariants", input, selection).await;
    assert_eq!(made["productVariants"], json!([{"name": "Product SHIRT (Green, M)"}]));

    // Without the choice its variant stays, and no other is made with it.
    choices_without_green(&company, &wardrobe, &colour["version"]).await;
    let green = Wardrobe::choice(&colour, "Green");
    let values = json!([
        {"attributeId": wardrobe.colour["id"], "choiceId": green},
        {"attributeId": wardrobe.size["id"], "choiceId": Wardrobe::choice(&wardrobe.size, "S")},
    ]);
    let input = json!({"productId": wardrobe.shirt, "values": values});
    let code = director.refused("createProductVariant", input, VARIANT).await;
    assert_eq!(code, "UNKNOWN_REFERENCE");
}

async fn choices_without_green(company: &Company, wardrobe: &Wardrobe, version: &Value) {
    let input = json!({"id": wardrobe.colour["id"], "version": version,
        "choices": [{"value": "Red"}, {"value": "Blue"}]});
    let selection = "productAttribute { choices { value archived } }";
    let told = company.director.does("updateProductAttribute", input, selection).await;
    let choices = json!([{"value": "Red", "archived": false}, {"value": "Blue", "archived": false},
        {"value": "Green", "archived": true}]);
    assert_eq!(told["productAttribute"]["choices"], choices);
}

#[tokio::test]
async fn values_are_of_their_kind_and_variants_are_found_by_them() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let director = &company.director;
    let input = json!({"sku": "PIPE", "name": "Pipe", "unit": "pcs", "hasVariants": true});
    let made = director.does("createProduct", input, "product { id }").await;
    let pipe = made["product"]["id"].clone();
    let attribute = async |name: &str, kind: &str, more: Value| {
        let mut input = json!({"productId": pipe, "name": name, "kind": kind});
        stories::company::merge(&mut input, more);
        company.attribute(input).await["id"].clone()
    };
    let length = attribute("Length", "NUMBER", json!({"unit": "mm"})).await;
    let coated = attribute("Coated", "BOOLEAN", json!({"place": 1})).await;
    let grade = attribute("Grade", "TEXT", json!({"place": 2})).await;
    let make = async |values: Value, more: Value| {
        let mut input = json!({"productId": pipe, "values": values});
        stories::company::merge(&mut input, more);
        director.tries("createProductVariant", input, VARIANT).await
    };
    let values = |long: &str, is_coated: bool, graded: &str| {
        json!([{"attributeId": length, "number": long},
            {"attributeId": coated, "flag": is_coated}, {"attributeId": grade, "text": graded}])
    };
    let more = json!({"sku": "P-1", "externalReference": "1c"});
    let made = make(values("10.50", true, "A"), more).await.unwrap()["productVariant"].clone();
    assert_eq!(made["name"], "Pipe (10.5 mm, Coated +, A)");
    assert_eq!(made["values"][0]["shown"], "10.5 mm");
    for (values, more, code) in [
        (values("10.5", true, " a "), json!({}), "TAKEN"),
        (values("11", true, "A"), json!({"sku": "P-1"}), "TAKEN"),
        (values("11", true, "A"), json!({"externalReference": "1c"}), "TAKEN"),
        (values("0.1234567", true, "A"), json!({}), "OUT_OF_RANGE"),
        (values("11", true, " "), json!({}), "REQUIRED"),
        (json!([{"attributeId": length, "number": "11"}]), json!({}), "REQUIRED"),
        (json!([{"attributeId": length, "text": "11"}]), json!({}), "INVALID"),
        (json!([{"attributeId": length}]), json!({}), "INVALID"),
    ] {
        assert_eq!(make(values.clone(), more).await.unwrap_err(), code, "{values}");
    }
    make(values("11", false, "A"), json!({})).await.unwrap();
    let code = director.refused(
        "generateProductVariants",
        json!({"productId": pipe}),
        "productVariants { id }",
    );
    assert_eq!(code.await, "REQUIRED", "numbers are not all to be listed");
    let axes = json!([{"attributeId": length, "numbers": ["11", "12", "11.0"]},
        {"attributeId": grade, "texts": ["A"]}]);
    let input = json!({"productId": pipe, "axes": axes});
    let made = director.does("generateProductVariants", input, "productVariants { id }").await;
    assert_eq!(count(&made["productVariants"]), 3, "one of four is there already");

    let find = async |filter: Value| {
        let query = "query($filter: ProductVariantFilter) { productVariants(filter: $filter) {
            totalCount { count } nodes { sku } } }";
        let told = company.anna.ask(query, json!({"filter": filter})).await;
        told["productVariants"]["totalCount"]["count"].as_i64().unwrap()
    };
    let of = |attribute: &Value, more: Value| {
        let mut filter = json!({"attributeId": attribute});
        stories::company::merge(&mut filter, more);
        filter
    };
    let long = of(&length, json!({"numbers": ["11.000"]}));
    assert_eq!(find(json!({"values": [long]})).await, 2);
    let bare = of(&coated, json!({"flag": false}));
    assert_eq!(find(json!({"productId": pipe, "values": [long, bare]})).await, 1);
    assert_eq!(find(json!({"values": [of(&grade, json!({"texts": ["a"]}))]})).await, 5);
    assert_eq!(find(json!({"externalReference": "1c"})).await, 1);
    assert_eq!(find(json!({"productId": company.product(&at, "NUT", "1").await})).await, 0);
    limits(&company, &pipe, &length).await;
}

async fn limits(company: &Company, pipe: &Value, length: &Value) {
    let director = &company.director;
    let numbers: Vec<String> = (1..=400).map(|number| number.to_string()).collect();
    let query = "query($id: ID!) { product(id: $id) { attributes { id name } } }";
    let told = director.ask(query, json!({"id": pipe})).await;
    let grade = told["product"]["attributes"][2]["id"].clone();
    let axes = json!([{"attributeId": length, "numbers": numbers},
        {"attributeId": grade, "texts": ["A"]}]);
    let input = json!({"productId": pipe, "axes": axes});
    let code = director.refused("generateProductVariants", input, "product { id }").await;
    assert_eq!(code, "TOO_MANY");
    let mutation = "mutation($input: GenerateProductVariantsInput!) {
        generateProductVariants(input: $input) { product { id } } }";
    let input = json!({"productId": pipe});
    let code = company.warehouse.denied(mutation, json!({"input": input})).await;
    assert_eq!(code, "FORBIDDEN");
}

#[tokio::test]
async fn an_order_of_red_m_holds_and_ships_red_m_only() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let wardrobe = company.wardrobe(&at).await;
    let (red, blue) = (wardrobe.of("Red, M"), wardrobe.of("Blue, M"));
    let shirt = wardrobe.shirt.as_str();
    // The blue ones came first: without variants they would leave first.
    company.receive_variants(&at, Some("2026-01-05"), (shirt, &[(blue, "10", "7.00")])).await;
    company.receive_variants(&at, None, (shirt, &[(red, "4", "5.00"), (red, "4", "6.00")])).await;
    let customer = company.customer("Boutique", &company.anna_id, json!({})).await;
    let order = draft_variants(&company.anna, &customer, (shirt, &[(red, "6"), (blue, "1")])).await;
    let answer = confirm(&company.anna, &order).await;
    let available: Vec<Decimal> = answer["availability"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| number(&line["available"]))
        .collect();
    assert_eq!(available, [dec("8"), dec("10")]);
    let second = draft_variants(&company.anna, &customer, (shirt, &[(red, "3")])).await;
    let answer = confirm(&company.anna, &second).await;
    let held = &answer["availability"][0];
    assert_eq!((number(&held["reserved"]), number(&held["short"])), (dec("2"), dec("1")));
    by_variant(&company, &wardrobe).await;

    // 4 × 5 + 2 × 6 of the red ones, 1 × 7 of the blue ones.
    let input = json!({"orderId": order.0});
    let selection = "shipment { cost { amount } lines { variant { sku } cost { amount }
        lots { lot { variant { id } } } } movements { variant { sku } quantity } }";
    let payload = company.director.does("shipSalesOrder", input, selection).await;
    let lines = &payload["shipment"]["lines"];
    assert_eq!(lines[0]["variant"]["sku"], "SHIRT-Red-M");
    assert_eq!(number(&lines[0]["cost"]["amount"]), dec("32.00"));
    assert_eq!(number(&lines[1]["cost"]["amount"]), dec("7.00"));
    let lots = lines[0]["lots"].as_array().unwrap();
    assert!(lots.iter().all(|taken| taken["lot"]["variant"]["id"] == red), "{lots:?}");

    // What nobody holds of the red ones is not enough, whatever lies there of the blue ones.
    let third = draft_variants(&company.anna, &customer, (shirt, &[(red, "1")])).await;
    confirm(&company.anna, &third).await;
    let input = json!({"orderId": third.0});
    let code = company.warehouse.refused("shipSalesOrder", input, "shipment { id }").await;
    assert_eq!(code, "INSUFFICIENT_STOCK");
    moved(&company, red).await;
    reported(&company).await;
    house().verify(&company.slug).await;
}

/// The product's card by variant, before anything has left: 8 red ones, all held, 10 blue ones.
async fn by_variant(company: &Company, wardrobe: &Wardrobe) {
    let query = "query($id: ID!) { product(id: $id) {
        stockTotal { onHand reserved available value { amount } }
        stock { variant { id } onHand reserved available value { amount } unitCost { amount }
            lots { onHand } }
        variants { nodes { id stockTotal { onHand } stock { onHand } lots { unitCost { amount } } } }
        } }";
    let told = company.director.ask(query, json!({"id": wardrobe.shirt})).await;
    let product = &told["product"];
    let rows = product["stock"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{rows:?}");
    let of = |variant: &str| rows.iter().find(|row| row["variant"]["id"] == variant).unwrap();
    let red = of(wardrobe.of("Red, M"));
    assert_eq!(number(&red["onHand"]), dec("8"));
    assert_eq!(number(&red["reserved"]), dec("8"));
    assert_eq!(number(&red["unitCost"]["amount"]), dec("5.5"));
    assert_eq!(count(&red["lots"]), 2);
    let blue = of(wardrobe.of("Blue, M"));
    assert_eq!((number(&blue["onHand"]), number(&blue["reserved"])), (dec("10"), dec("1")));
    // The variants together are the product.
    for figure in ["onHand", "reserved", "available"] {
        let sum: Decimal = rows.iter().map(|row| number(&row[figure])).sum();
        assert_eq!(sum, number(&product["stockTotal"][figure]), "{figure}");
    }
    let value: Decimal = rows.iter().map(|row| number(&row["value"]["amount"])).sum();
    assert_eq!(value, number(&product["stockTotal"]["value"]["amount"]));
    let variants = product["variants"]["nodes"].as_array().unwrap();
    let sum: Decimal =
        variants.iter().map(|variant| number(&variant["stockTotal"]["onHand"])).sum();
    assert_eq!(sum, dec("18"));

    let query = "query($variants: [ID!]) { stock(variants: $variants) {
        totalCount { count } nodes { variant { sku } onHand } } }";
    let variants = json!({"variants": [wardrobe.of("Blue, M"), wardrobe.of("Blue, S")]});
    let told = company.warehouse.ask(query, variants).await;
    assert_eq!(told["stock"]["totalCount"]["count"], 1);
    assert_eq!(told["stock"]["nodes"][0]["variant"]["sku"], "SHIRT-Blue-M");
}

async fn moved(company: &Company, variant: &str) {
    let query = "query($filter: StockMovementFilter!) { stockMovements(filter: $filter) {
        nodes { quantity variant { id } } } }";
    let told = company.warehouse.ask(query, json!({"filter": {"variant": variant}})).await;
    let rows = told["stockMovements"]["nodes"].as_array().unwrap();
    let left: Decimal = rows.iter().map(|row| number(&row["quantity"])).sum();
    assert_eq!((rows.len(), left), (4, dec("2")));
    assert!(rows.iter().all(|row| row["variant"]["id"] == variant), "{rows:?}");
}

/// The journal of all movements, as a list and as a file, and that of one warehouse.
#[tokio::test]
async fn the_journal_of_movements_needs_no_filter() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let cup = company.product(&at, "CUP", "3.00").await;
    company.receive(&at, Some("2025-12-30"), &[(&cup, "5", "1")]).await;
    company.receive(&at, None, &[(&cup, "7", "1")]).await;
    let director = &company.director;
    let query = "query($filter: StockMovementFilter) { stockMovements(filter: $filter, first: 1) {
        totalCount { count } nodes { quantity date } pageInfo { hasNextPage } } }";
    for (filter, count) in [
        (json!(null), 2),
        (json!({}), 2),
        (json!({"warehouse": at.warehouse}), 2),
        (json!({"dateFrom": "2025-12-31"}), 1),
        (json!({"warehouse": at.warehouse, "dateTo": "2025-12-31"}), 1),
    ] {
        let told = director.ask(query, json!({"filter": filter})).await;
        let list = &told["stockMovements"];
        assert_eq!(list["totalCount"]["count"], count, "{filter}: {told}");
        let quantity = if filter["dateTo"].is_null() { "7" } else { "5" };
        assert_eq!(list["nodes"][0]["quantity"], quantity, "the newest first: {told}");
    }
    let input = json!({"list": "stockMovements", "format": "CSV"});
    let started = director.does("startExport", input, "exportJob { id }").await;
    let job = stories::files::export_is_over(director, &started["exportJob"]["id"]).await;
    assert_eq!((&job["state"], &job["rowsWritten"]), (&json!("DONE"), &json!(2)), "{job}");
}

async fn reported(company: &Company) {
    let today = house().today().to_string();
    let query = "query($input: SalesReportInput!) { salesReport(input: $input) {
        rows { variant { sku name variant { id } } quantity cost { amount } } } }";
    let input = json!({"from": today, "to": today, "dimensions": ["VARIANT"]});
    let told = company.director.ask(query, json!({"input": input})).await;
    let rows = told["salesReport"]["rows"].as_array().unwrap();
    let sold: Vec<(&str, Decimal)> = rows
        .iter()
        .map(|row| (row["variant"]["sku"].as_str().unwrap(), number(&row["cost"]["amount"])))
        .collect();
    assert_eq!(sold, [("SHIRT-Red-M", dec("32")), ("SHIRT-Blue-M", dec("7"))]);
}

#[tokio::test]
async fn documents_name_the_variant_of_their_product() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let wardrobe = company.wardrobe(&at).await;
    let cup = company.product(&at, "CUP", "3.00").await;
    let customer = company.customer("Boutique", &company.anna_id, json!({})).await;
    let red = json!(wardrobe.of("Red, M"));
    let neighbour = Company::new().await;
    let theirs = neighbour.furnish().await;
    let foreign = json!(neighbour.wardrobe(&theirs).await.of("Red, M"));

    for (product, variant, code) in [
        (&wardrobe.shirt, json!(null), "REQUIRED"),
        (&wardrobe.shirt, foreign.clone(), "UNKNOWN_REFERENCE"),
        (&cup, red.clone(), "UNKNOWN_REFERENCE"),
    ] {
        let line = json!({"productId": product, "variantId": variant, "quantity": "1"});
        let order = json!({"customerId": customer, "lines": [line]});
        let told = company.anna.refused("createSalesOrder", order.clone(), "order { id }").await;
        assert_eq!(told, code, "{line}");
        let quote = "query($input: PriceQuoteInput!) { priceQuote(input: $input) { currency } }";
        let answer = company.anna.send(quote, json!({"input": order})).await;
        assert!(answer["data"]["priceQuote"].is_null(), "{answer}");
        let receipt = json!({"warehouseId": at.warehouse, "lines": [line]});
        let selection = "goodsReceipt { id }";
        let told = company.director.refused("createGoodsReceipt", receipt, selection).await;
        assert_eq!(told, code, "{line}");
    }
    let mutation = "mutation($input: CreateSalesOrderInput!) { createSalesOrder(input: $input) {
        userErrors { message field } } }";
    let line = json!({"productId": wardrobe.shirt, "quantity": "1"});
    let order = json!({"customerId": customer, "lines": [line]});
    let told = company.anna.ask(mutation, json!({"input": order})).await;
    let error = &told["createSalesOrder"]["userErrors"][0];
    assert_eq!(error["field"], json!(["lines", "0", "variantId"]));
    assert_eq!(error["message"], "Product SHIRT comes in variants: name one.");

    // A draft keeps its variants through a change; once named, the product stays as it is.
    let order = draft_variants(
        &company.anna,
        &customer,
        (&wardrobe.shirt, &[(red.as_str().unwrap(), "1")]),
    )
    .await;
    let input = json!({"id": order.0, "version": order.1, "comment": "soon"});
    let selection = "order { lines { variant { sku } } }";
    let told = company.anna.does("updateSalesOrder", input, selection).await;
    assert_eq!(told["order"]["lines"][0]["variant"]["sku"], "SHIRT-Red-M");
    stays(&company, &wardrobe, &cup, &customer).await;
}

/// Whether a product has variants stays once a document names it, or it has some.
async fn stays(company: &Company, wardrobe: &Wardrobe, cup: &str, customer: &str) {
    let director = &company.director;
    let change = async |product: &str, has: bool| {
        let query = "query($id: ID!) { product(id: $id) { version } }";
        let told = director.ask(query, json!({"id": product})).await;
        let version = &told["product"]["version"];
        let input = json!({"id": product, "version": version, "hasVariants": has});
        director.tries("updateProduct", input, "product { hasVariants }").await
    };
    change(cup, true).await.unwrap();
    change(cup, false).await.unwrap();
    let line = json!({"productId": cup, "quantity": "1"});
    let order = json!({"customerId": customer, "lines": [line]});
    company.anna.does("createSalesOrder", order, "order { id }").await;
    assert_eq!(change(cup, true).await.unwrap_err(), "IN_USE");
    assert_eq!(change(&wardrobe.shirt, false).await.unwrap_err(), "IN_USE");
    let input = json!({"productId": cup, "values": []});
    let code = director.refused("createProductVariant", input, VARIANT).await;
    assert_eq!(code, "INVALID");

    // An archived variant is not named by new documents.
    let blue = wardrobe.of("Blue, L");
    let input = json!({"id": blue, "version": 1, "archived": true, "name": "Old"});
    let told = director.does("updateProductVariant", input, VARIANT).await;
    assert_eq!(told["productVariant"]["name"], "Old");
    assert_eq!(told["productVariant"]["history"][0]["action"], "updateProductVariant");
    let line = json!({"productId": wardrobe.shirt, "variantId": blue, "quantity": "1"});
    let order = json!({"customerId": customer, "lines": [line]});
    let code = company.anna.refused("createSalesOrder", order, "order { id }").await;
    assert_eq!(code, "ARCHIVED");
    let input = json!({"id": blue, "version": 1, "archived": false});
    let code = director.refused("updateProductVariant", input, VARIANT).await;
    assert_eq!(code, "STALE_VERSION");
}

#[tokio::test]
async fn values_of_a_later_attribute_are_added_and_others_stay() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let wardrobe = company.wardrobe(&at).await;
    let input = json!({"productId": wardrobe.shirt, "name": "Cloth", "kind": "CHOICE",
        "place": 2, "choices": ["Cotton"]});
    let cloth = company.attribute(input).await;
    let red = wardrobe.of("Red, M");
    let add = async |version: i64, attribute: &Value, choice: Value| {
        let values = json!([{"attributeId": attribute["id"], "choiceId": choice}]);
        let input = json!({"id": red, "version": version, "values": values});
        company.director.tries("updateProductVariant", input, VARIANT).await
    };
    let cotton = Wardrobe::choice(&cloth, "Cotton");
    let told = add(1, &cloth, cotton.clone()).await.unwrap();
    let shown = &told["productVariant"]["values"][2];
    assert_eq!(shown, &json!({"attribute": {"name": "Cloth"}, "shown": "Cotton"}));
    assert_eq!(add(2, &cloth, cotton).await.unwrap_err(), "INVALID");
    let blue = Wardrobe::choice(&wardrobe.colour, "Blue");
    assert_eq!(add(2, &wardrobe.colour, blue).await.unwrap_err(), "INVALID");
}

#[tokio::test]
async fn a_variants_price_goes_before_the_products() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let wardrobe = company.wardrobe(&at).await;
    let (red, blue) = (wardrobe.of("Red, M"), wardrobe.of("Blue, M"));
    let input = json!({"priceListId": at.price_list, "validFrom": "2000-01-01", "prices": [
        {"productId": wardrobe.shirt, "variantId": red, "price": "12.00"}]});
    company.accounting.does("setPrices", input, "priceList { id }").await;
    let customer = company.customer("Boutique", &company.anna_id, json!({})).await;
    let line =
        |variant: &str| json!({"productId": wardrobe.shirt, "variantId": variant, "quantity": "1"});
    let input = json!({"customerId": customer, "lines": [line(red), line(blue)]});
    let quote = "query($input: PriceQuoteInput!) { priceQuote(input: $input) {
        lines { variant { id } price { amount } priceSource } } }";
    let told = company.anna.ask(quote, json!({"input": input})).await;
    let lines = &told["priceQuote"]["lines"];
    assert_eq!(number(&lines[0]["price"]["amount"]), dec("12"));
    assert_eq!(lines[0]["variant"]["id"], red);
    assert_eq!(number(&lines[1]["price"]["amount"]), dec("10"));
    let selection = "order { lines { price { amount } priceExplanation { steps { english } } } }";
    let made = company.anna.does("createSalesOrder", input.clone(), selection).await;
    let lines = &made["order"]["lines"];
    assert_eq!(number(&lines[0]["price"]["amount"]), dec("12"));
    assert_eq!(number(&lines[1]["price"]["amount"]), dec("10"));

    // The agreement's price of the product goes before the list's price of the variant.
    let query = "query($id: ID!) { customer(id: $id) { defaultAgreement { id } } }";
    let told = company.director.ask(query, json!({"id": customer})).await;
    let agreement = &told["customer"]["defaultAgreement"]["id"];
    let prices = json!([{"productId": wardrobe.shirt, "price": "9.00"},
        {"productId": wardrobe.shirt, "variantId": blue, "price": "8.00"}]);
    let set = json!({"agreementId": agreement, "validFrom": "2000-01-01", "prices": prices});
    company.accounting.does("setAgreementPrices", set, "agreement { id }").await;
    let told = company.anna.ask(quote, json!({"input": input})).await;
    let lines = &told["priceQuote"]["lines"];
    assert_eq!(number(&lines[0]["price"]["amount"]), dec("9"));
    assert_eq!(number(&lines[1]["price"]["amount"]), dec("8"));

    let query = "query($id: ID!) { productVariant(id: $id) { currentPrices { price } } }";
    for (variant, price) in [(red, "12"), (blue, "10")] {
        let told = company.anna.ask(query, json!({"id": variant})).await;
        let prices = &told["productVariant"]["currentPrices"];
        assert_eq!(number(&prices[0]["price"]), dec(price));
    }
    // Another product's variant has no price here.
    let cup = company.product(&at, "CUP", "3.00").await;
    let input = json!({"priceListId": at.price_list, "validFrom": "2000-01-01", "prices": [
        {"productId": cup, "variantId": red, "price": "1.00"}]});
    let code = company.accounting.refused("setPrices", input, "priceList { id }").await;
    assert_eq!(code, "UNKNOWN_REFERENCE");
}

#[tokio::test]
async fn a_scanned_code_finds_the_variant() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let wardrobe = company.wardrobe(&at).await;
    let red = wardrobe.of("Red, M");
    let set = async |(variant, code): (&str, &str), product: &str, version: i64| {
        let codes = json!([{"code": code, "kind": "EAN_13", "variantId": variant},
            {"code": format!("{code} S"), "kind": "OTHER"}]);
        let input = json!({"productId": product, "version": version, "barcodes": codes});
        company.director.tries("setProductBarcodes", input, "product { id }").await
    };
    set((red, "4006381333931"), &wardrobe.shirt, 2).await.unwrap();
    let cup = company.product(&at, "CUP", "3.00").await;
    assert_eq!(set((red, "9780201379624"), &cup, 1).await.unwrap_err(), "UNKNOWN_REFERENCE");
    let scan = "query($code: String!) { productByBarcode(code: $code) {
        product { sku } variant { id sku barcodes { code } } } }";
    let told = company.warehouse.ask(scan, json!({"code": "4006381333931"})).await;
    let found = &told["productByBarcode"];
    assert_eq!(found["variant"]["id"], red);
    assert_eq!(found["variant"]["barcodes"], json!([{"code": "4006381333931"}]));
    let told = company.warehouse.ask(scan, json!({"code": "4006381333931 S"})).await;
    assert_eq!(told["productByBarcode"], json!({"product": {"sku": "SHIRT"}, "variant": null}));
    // The product is found by its variant's number, and the variant itself.
    let search = "{ products(search: \"SHIRT-Red-M\") { nodes { sku } }
        productVariant(sku: \"SHIRT-Red-M\") { id } }";
    let told = company.warehouse.ask(search, json!({})).await;
    assert_eq!(told["products"]["nodes"], json!([{"sku": "SHIRT"}]));
    assert_eq!(told["productVariant"]["id"], red);
}
