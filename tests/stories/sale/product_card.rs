//! All that is known of a product, in one query; and what each may see of it.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::{Company, merge};
use stories::house::house;
use stories::stock::{confirm, draft};

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

async fn version(company: &Company, product: &str) -> Value {
    let query = "query($id: ID!) { product(id: $id) { version } }";
    let told = company.director.ask(query, json!({"id": product})).await;
    told["product"]["version"].clone()
}

async fn set_barcodes(company: &Company, product: &str, codes: Value) -> Result<Value, String> {
    let version = version(company, product).await;
    let input = json!({"productId": product, "version": version, "barcodes": codes});
    let selection = "product { version barcodes { code kind packaging { name } }
        history { action } }";
    company.director.tries("setProductBarcodes", input, selection).await
}

#[tokio::test]
async fn a_scanned_code_finds_the_product_and_its_packaging() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let tea = company.product(&at, "TEA", "10.00").await;
    let salt = company.product(&at, "SALT", "1.00").await;
    let input = json!({"productId": tea, "name": "box", "numerator": 12});
    let payload = company.director.does("addPackaging", input, "packaging { id }").await;
    let boxes = text(&payload["packaging"]["id"]);
    let codes = json!([
        {"code": "4006381333931", "kind": "EAN_13"},
        {"code": "036000291452", "kind": "UPC_A", "packagingId": boxes},
        {"code": "ЧАЙ-1", "kind": "OTHER"},
    ]);
    let written = set_barcodes(&company, &tea, codes).await.unwrap();
    assert_eq!(written["product"]["barcodes"].as_array().unwrap().len(), 3);
    assert_eq!(written["product"]["history"][0]["action"], "setProductBarcodes");

    let scan = "query($code: String!) { productByBarcode(code: $code) {
        code product { sku } packaging { name } } }";
    for (code, packaging) in [
        ("4006381333931", json!(null)),
        ("036000291452", json!({"name": "box"})),
        ("0036000291452", json!({"name": "box"})),
        (" ЧАЙ-1 ", json!(null)),
    ] {
        let told = company.warehouse.ask(scan, json!({"code": code})).await;
        assert_eq!(told["productByBarcode"]["product"]["sku"], "TEA", "{code}");
        assert_eq!(told["productByBarcode"]["packaging"], packaging, "{code}");
        let search = "query($text: String!) { products(search: $text) { nodes { sku } } }";
        let told = company.warehouse.ask(search, json!({"text": code})).await;
        assert_eq!(told["products"]["nodes"], json!([{"sku": "TEA"}]), "{code}");
    }
    let code = company.warehouse.denied(scan, json!({"code": "4006381333932"})).await;
    assert_eq!(code, "NOT_FOUND");
    let neighbour = Company::new().await;
    let code = neighbour.director.denied(scan, json!({"code": "4006381333931"})).await;
    assert_eq!(code, "NOT_FOUND");

    for (codes, code) in [
        (json!([{"code": "4006381333932", "kind": "EAN_13"}]), "INVALID"),
        (json!([{"code": "9638507", "kind": "EAN_8"}]), "INVALID"),
        (json!([{"code": "4006381333931", "kind": "OTHER"}]), "TAKEN"),
        // The same twelve digits with the leading 0 of an EAN.
        (json!([{"code": "0036000291452", "kind": "EAN_13"}]), "TAKEN"),
        (json!([{"code": "A", "kind": "OTHER"}, {"code": "A", "kind": "OTHER"}]), "INVALID"),
        (json!([{"code": "A", "kind": "OTHER", "packagingId": boxes}]), "UNKNOWN_REFERENCE"),
    ] {
        assert_eq!(
            set_barcodes(&company, &salt, codes.clone()).await.unwrap_err(),
            code,
            "{codes}"
        );
    }
    // A code is free again once its product has let it go.
    set_barcodes(&company, &tea, json!([])).await.unwrap();
    let codes = json!([{"code": "4006381333931", "kind": "EAN_13"}]);
    set_barcodes(&company, &salt, codes).await.unwrap();
}

#[tokio::test]
async fn substitutes_are_offered_where_they_are_in_stock() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let red = company.product(&at, "RED", "5.00").await;
    let blue = company.product(&at, "BLUE", "6.00").await;
    let green = company.product(&at, "GREEN", "7.00").await;
    let set = async |product: &str, others: Value| {
        let version = version(&company, product).await;
        let input = json!({"productId": product, "version": version, "substituteIds": others});
        let selection = "product { substitutes { sku } substituteFor { sku } }";
        company.director.tries("setProductSubstitutes", input, selection).await
    };
    let told = set(&red, json!([green, blue])).await.unwrap();
    assert_eq!(told["product"]["substitutes"], json!([{"sku": "GREEN"}, {"sku": "BLUE"}]));
    // Two may stand for each other.
    let told = set(&blue, json!([red])).await.unwrap();
    assert_eq!(told["product"]["substituteFor"], json!([{"sku": "RED"}]));
    assert_eq!(set(&red, json!([red])).await.unwrap_err(), "INVALID");
    assert_eq!(set(&red, json!([blue, blue])).await.unwrap_err(), "INVALID");

    company.receive(&at, None, &[(&blue, "3", "1.00")]).await;
    let customer = company.customer("Painter", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&red, "1")], json!({})).await;
    let query = "query($id: ID!) { order(id: $id) { lines { alternatives { sku } } } }";
    let told = company.anna.ask(query, json!({"id": order.0})).await;
    assert_eq!(told["order"]["lines"][0]["alternatives"], json!([{"sku": "BLUE"}]));
}

#[tokio::test]
async fn lots_say_what_their_product_asks_for() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let milk = company.product(&at, "MILK", "80.00").await;
    let input = json!({
        "id": milk, "version": version(&company, &milk).await, "tracksLots": true,
        "tracksExpiry": true,
    });
    company.director.does("updateProduct", input, "product { tracksLots tracksExpiry }").await;
    let receive = async |more: Value| {
        let mut line = json!({"productId": milk, "quantity": "10", "unitCost": "50.00"});
        merge(&mut line, more);
        let input = json!({"warehouseId": at.warehouse, "lines": [line]});
        let selection = "goodsReceipt { id version }";
        let payload = company.director.does("createGoodsReceipt", input, selection).await;
        let receipt = &payload["goodsReceipt"];
        let input = json!({"id": receipt["id"], "version": receipt["version"]});
        let selection = "goodsReceipt { lines { lot { number expiresOn } } }";
        company.director.tries("postGoodsReceipt", input, selection).await
    };
    assert_eq!(receive(json!({"lotNumber": "L-7"})).await.unwrap_err(), "REQUIRED");
    assert_eq!(receive(json!({"expiresOn": "2099-01-31"})).await.unwrap_err(), "REQUIRED");
    let told = receive(json!({"lotNumber": " L-7 ", "expiresOn": "2099-01-31"})).await.unwrap();
    let lot = &told["goodsReceipt"]["lines"][0]["lot"];
    assert_eq!(lot, &json!({"number": "L-7", "expiresOn": "2099-01-31"}));

    let input = json!({"sku": "DELIVERY", "name": "Delivery", "unit": "pcs", "isService": true,
                       "tracksLots": true});
    let code = company.director.refused("createProduct", input, "product { id }").await;
    assert_eq!(code, "INVALID");
}

#[tokio::test]
async fn what_has_too_little_of_its_life_left_is_not_promised() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let milk = company.product(&at, "MILK", "80.00").await;
    let in_days = |days| (house().today() + chrono::Days::new(days)).to_string();
    let line = |days| {
        json!({"productId": milk, "quantity": "10", "unitCost": "50.00",
               "expiresOn": in_days(days)})
    };
    let input = json!({"warehouseId": at.warehouse, "lines": [line(20), line(30)]});
    let payload = company.director.does("createGoodsReceipt", input, "goodsReceipt { id version }");
    let receipt = payload.await["goodsReceipt"].clone();
    let input = json!({"id": receipt["id"], "version": receipt["version"]});
    company.director.does("postGoodsReceipt", input, "goodsReceipt { id }").await;
    let available = async || {
        let query = "query($id: ID!) { product(id: $id) { stockTotal { available }
            lots { balances { available } } } }";
        let told = company.anna.ask(query, json!({"id": milk})).await;
        let lots = told["product"]["lots"].as_array().unwrap();
        let parts: Decimal = lots.iter().map(|l| number(&l["balances"][0]["available"])).sum();
        assert_eq!(number(&told["product"]["stockTotal"]["available"]), parts);
        parts
    };
    assert_eq!(available().await, dec("20"));
    let input = json!({
        "id": milk, "version": version(&company, &milk).await, "minShelfLifeDays": 30,
    });
    company.director.does("updateProduct", input, "product { minShelfLifeDays }").await;
    assert_eq!(available().await, dec("10"));
    let customer = company.customer("Cafe", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&milk, "15")], json!({})).await;
    let answer = confirm(&company.anna, &order).await;
    assert_eq!(number(&answer["availability"][0]["reserved"]), dec("10"));
    assert_eq!(number(&answer["availability"][0]["short"]), dec("5"));
    house().verify(&company.slug).await;
}

const CARD: &str = "query($id: ID!) { product(id: $id) {
    stockTotal { onHand reserved available }
    stock { warehouse { name } onHand reserved available lots { lot { expiresOn } available } }
    packagings { name } barcodes { code } substitutes { sku }
    } }";
const COST: &str = "query($id: ID!) { product(id: $id) {
    minPrice { amount } minMarginPercent
    stockTotal { unitCost { amount } value { amount } } stock { unitCost { amount } }
    purchases { lastPrice { amount } lastOn averagePrice { amount } } } }";

#[tokio::test]
async fn the_card_tells_all_to_those_who_may_know() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let oil = company.product(&at, "OIL", "100.00").await;
    company.receive(&at, None, &[(&oil, "10", "50.00")]).await;
    company.receive(&at, None, &[(&oil, "30", "62.00")]).await;
    let input = json!({
        "id": oil, "version": version(&company, &oil).await, "minPrice": "80.00",
        "minMarginPercent": "12.5",
    });
    company.director.does("updateProduct", input, "product { id }").await;
    let customer = company.customer("Cook", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&oil, "4")], json!({})).await;
    confirm(&company.anna, &order).await;

    let told = company.warehouse.ask(CARD, json!({"id": oil})).await;
    let total = &told["product"]["stockTotal"];
    assert_eq!(number(&total["onHand"]), dec("40"));
    assert_eq!(number(&total["reserved"]), dec("4"));
    assert_eq!(number(&total["available"]), dec("36"));
    assert_eq!(told["product"]["stock"][0]["lots"].as_array().unwrap().len(), 2);

    let told = company.director.ask(COST, json!({"id": oil})).await;
    let card = &told["product"];
    assert_eq!(number(&card["stockTotal"]["unitCost"]["amount"]), dec("59"));
    assert_eq!(number(&card["stockTotal"]["value"]["amount"]), dec("2360"));
    assert_eq!(number(&card["purchases"]["lastPrice"]["amount"]), dec("62"));
    assert_eq!(number(&card["purchases"]["averagePrice"]["amount"]), dec("59"));
    assert_eq!(number(&card["minPrice"]["amount"]), dec("80"));
    assert_eq!(number(&card["minMarginPercent"]), dec("12.5"));

    let told = company.warehouse.send(COST, json!({"id": oil})).await;
    let card = &told["data"]["product"];
    for hidden in ["minPrice", "minMarginPercent", "purchases"] {
        assert!(card[hidden].is_null(), "{hidden}: {told}");
    }
    assert!(card["stockTotal"]["unitCost"].is_null(), "{told}");
    let codes = told["errors"].as_array().unwrap();
    assert!(codes.iter().all(|error| error["extensions"]["code"] == "FORBIDDEN"), "{told}");
}
