//! The life of an agreement: a manager proposes, accounting puts it in force, and documents keep
//! the version they were made under.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};
use stories::actor::{Actor, number, text};
use stories::company::{Company, Furniture, merge};
use stories::house::house;
use stories::stock::{confirm, draft};

const AGREEMENT: &str = "agreement { id version state isDefault discountPercent minShelfLifeDays }";

async fn proposed(company: &Company, customer: &str, more: Value) -> Value {
    let mut input = json!({"customerId": customer, "name": "Autumn",
        "terms": {"discountPercent": "12", "paymentSteps": [
            {"percent": "30", "moment": "BEFORE_SHIPMENT"},
            {"percent": "70", "moment": "AFTER_SHIPMENT", "days": 30}]}});
    merge(&mut input, more);
    company.anna.does("proposeAgreement", input, AGREEMENT).await["agreement"].clone()
}

fn step(agreement: &Value) -> Value {
    json!({"id": agreement["id"], "version": agreement["version"]})
}

/// Tries a mutation that the actor has no right to.
async fn forbidden(actor: &Actor, mutation: &str, input: Value) {
    let told = actor.tries(mutation, input, AGREEMENT).await;
    assert_eq!(told, Err("FORBIDDEN".to_owned()), "{mutation}");
}

#[tokio::test]
async fn a_manager_proposes_accounting_activates_and_the_order_keeps_its_version() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let product = company.product(&at, "DOOR", "1000.00").await;
    let customer = company.customer("Dveri", &company.anna_id, json!({})).await;
    let agreement = proposed(&company, &customer, json!({})).await;
    assert_eq!((&agreement["state"], &agreement["isDefault"]), (&json!("DRAFT"), &json!(false)));

    // No document is made under a draft, and its author does not put it in force.
    let under = json!({"agreementId": agreement["id"]});
    let mut order = json!({"customerId": customer, "lines": [{"productId": product,
        "quantity": "1"}]});
    merge(&mut order, under.clone());
    let code = company.anna.refused("createSalesOrder", order, "order { id }").await;
    assert_eq!(code, "AGREEMENT_NOT_IN_FORCE");
    forbidden(&company.anna, "activateAgreement", step(&agreement)).await;
    forbidden(&company.anna, "closeAgreement", step(&agreement)).await;

    // She changes her draft; another manager does not see it; accounting may change any.
    let mut change = step(&agreement);
    merge(&mut change, json!({"terms": {"discountPercent": "10"}}));
    let told = company.boris.tries("updateAgreementProposal", change.clone(), AGREEMENT).await;
    assert_eq!(told, Err("NOT_FOUND".to_owned()));
    let changed = company.anna.does("updateAgreementProposal", change, AGREEMENT).await;
    let agreement = &changed["agreement"];
    assert_eq!((&agreement["version"], &agreement["discountPercent"]), (&json!(2), &json!("10")));
    let prices = json!({"agreementId": agreement["id"], "validFrom": "2000-01-01",
        "prices": [{"productId": product, "price": "777.00"}]});
    let priced = company.anna.does("proposeAgreementPrices", prices.clone(), AGREEMENT).await;
    let agreement = &priced["agreement"];
    assert_eq!(agreement["version"], 3);

    let mut activate = step(agreement);
    merge(&mut activate, json!({"isDefault": true}));
    let active = company.accounting.does("activateAgreement", activate.clone(), AGREEMENT).await;
    let active = &active["agreement"];
    assert_eq!((&active["state"], &active["isDefault"]), (&json!("ACTIVE"), &json!(true)));
    let code = company.accounting.refused("activateAgreement", activate, AGREEMENT).await;
    assert_eq!(code, "STALE_VERSION");
    let code = company.accounting.refused("activateAgreement", step(active), AGREEMENT).await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
    // What is in force is no proposal any more.
    let code = company.anna.refused("updateAgreementProposal", step(active), AGREEMENT).await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
    let code = company.anna.refused("proposeAgreementPrices", prices, AGREEMENT).await;
    assert_eq!(code, "ILLEGAL_TRANSITION");

    let (order, version) = draft(&company.anna, &customer, &[(&product, "1")], json!({})).await;
    assert_eq!(version, 1);
    let input = json!({"id": active["id"], "version": active["version"], "customerId": customer,
        "discountPercent": "3", "paymentSteps": [{"percent": "100", "moment": "BEFORE_RESERVE"}]});
    let saved = company.accounting.does("saveAgreement", input, AGREEMENT).await;
    let input = json!({"agreementId": active["id"], "validFrom": "2000-01-01",
        "prices": [{"productId": product, "price": "999.00"}]});
    company.accounting.does("setAgreementPrices", input, AGREEMENT).await;
    assert_eq!(saved["agreement"]["version"], 5);

    let query = "query($id: ID!) { order(id: $id) { agreementVersion { number name state
        discountPercent paymentSteps { percent moment days } changedBy { name }
        prices(on: \"2026-01-01\") { nodes { product { sku } prices { price validFrom } } } }
        agreement { version discountPercent prices { nodes { prices { price } } }
            versions { number } keptVersion(number: 2) { discountPercent
                prices { nodes { prices { price } } } } } } }";
    let told = company.anna.ask(query, json!({"id": order})).await;
    let kept = &told["order"]["agreementVersion"];
    assert_eq!((&kept["number"], &kept["state"]), (&json!(4), &json!("ACTIVE")), "{told}");
    assert_eq!(kept["discountPercent"], "10");
    assert_eq!(kept["changedBy"]["name"], "accounting");
    assert_eq!(
        kept["paymentSteps"][0],
        json!({"percent": "30", "moment": "BEFORE_SHIPMENT",
        "days": 0})
    );
    let fixed = &kept["prices"]["nodes"][0];
    assert_eq!(fixed["product"]["sku"], "DOOR");
    assert_eq!(number(&fixed["prices"][0]["price"]), number(&json!("777")));
    let now = &told["order"]["agreement"];
    assert_eq!((&now["version"], &now["discountPercent"]), (&json!(6), &json!("3")));
    assert_eq!(number(&now["prices"]["nodes"][0]["prices"][0]["price"]), number(&json!("999")));
    assert_eq!(now["versions"].as_array().unwrap().len(), 6);
    assert_eq!(now["keptVersion"]["discountPercent"], "10");
    assert_eq!(now["keptVersion"]["prices"]["nodes"], json!([]));
    // Who sees orders but no terms sees no version of them either.
    let denied = company.warehouse.send(query, json!({"id": order})).await;
    assert!(denied["data"]["order"]["agreementVersion"].is_null(), "{denied}");
}

#[tokio::test]
async fn a_proposal_begins_from_another_agreement_and_may_be_taken_back() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let product = company.product(&at, "LAMP", "100.00").await;
    let customer = company.customer("Svet", &company.anna_id, json!({})).await;
    let input = json!({"customerId": customer, "name": "Old", "discountPercent": "7",
        "minShelfLifeDays": 30});
    let old = company.accounting.does("saveAgreement", input, AGREEMENT).await["agreement"].clone();
    let input = json!({"agreementId": old["id"], "validFrom": "2000-01-01",
        "prices": [{"productId": product, "price": "90.00"}]});
    company.accounting.does("setAgreementPrices", input, AGREEMENT).await;

    let copy = proposed(
        &company,
        &customer,
        json!({"name": "New", "copyOf": old["id"], "terms": {"minShelfLifeDays": 60}}),
    )
    .await;
    assert_eq!((&copy["discountPercent"], &copy["minShelfLifeDays"]), (&json!("7"), &json!(60)));
    let query = "query($id: ID!) { node(id: $id) { ... on Agreement { prices { nodes { prices {
        price } } } history { action } createdBy { name } } } }";
    let told = company.anna.ask(query, json!({"id": copy["id"]})).await;
    assert_eq!(
        number(&told["node"]["prices"]["nodes"][0]["prices"][0]["price"]),
        number(&json!("90"))
    );
    assert_eq!(told["node"]["history"][0]["action"], "proposeAgreement");
    assert_eq!(told["node"]["createdBy"]["name"], "anna");

    // Another manager's agreement is no pattern of hers, and a stranger's customer none either.
    let foreign = company.customer("Chuzhoi", &company.boris_id, json!({})).await;
    let input = json!({"customerId": foreign, "name": "Mine"});
    let told = company.anna.tries("proposeAgreement", input, AGREEMENT).await;
    assert_eq!(told, Err("NOT_FOUND".to_owned()));
    let query = "query($id: ID!) { customer(id: $id) { defaultAgreement { id } } }";
    let told = company.boris.ask(query, json!({"id": foreign})).await;
    let input = json!({"customerId": customer, "name": "Mine",
        "copyOf": told["customer"]["defaultAgreement"]["id"]});
    let code = company.anna.refused("proposeAgreement", input, AGREEMENT).await;
    assert_eq!(code, "UNKNOWN_REFERENCE");
    let code = company
        .anna
        .refused("proposeAgreement", json!({"customerId": customer, "name": "New"}), AGREEMENT)
        .await;
    assert_eq!(code, "TAKEN");
    forbidden(&company.warehouse, "proposeAgreement", json!({"customerId": customer, "name": "W"}))
        .await;

    let mut back = step(&copy);
    merge(&mut back, json!({"archived": true}));
    company.anna.does("updateAgreementProposal", back, AGREEMENT).await;
    let query = "query($id: ID!) { customer(id: $id) { agreements { name } } }";
    let told = company.anna.ask(query, json!({"id": customer})).await;
    let names: Vec<&str> = told["customer"]["agreements"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|agreement| agreement["name"].as_str())
        .collect();
    assert_eq!(names, ["Standard", "Old"]);
}

#[tokio::test]
async fn lots_that_would_not_last_long_enough_are_not_taken() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let product = company.product(&at, "MILK", "100.00").await;
    let customer = company.customer("Shop", &company.anna_id, json!({})).await;
    let today = house().today();
    let on = |days: u64| today + Days::new(days);
    receive(&company, &at, &product, "5", on(20)).await;
    receive(&company, &at, &product, "5", on(90)).await;
    let input = json!({"customerId": customer, "name": "Chain", "minShelfLifeDays": 30,
        "isDefault": true});
    let made = company.accounting.does("saveAgreement", input, AGREEMENT).await;

    let order = draft(&company.anna, &customer, &[(&product, "8")], json!({})).await;
    let told = confirm(&company.anna, &order).await;
    let line = &told["availability"][0];
    assert_eq!(number(&line["reserved"]), number(&json!("5")), "{told}");
    assert_eq!(number(&line["available"]), number(&json!("5")));
    // What is not held is no good for the shipment either.
    let input = json!({"orderId": order.0});
    let code = company.director.refused("shipSalesOrder", input, "shipment { id }").await;
    assert_eq!(code, "INSUFFICIENT_STOCK");

    // The life that is left counts on the day the goods are to leave.
    let late = json!({"requestedShipDate": on(70), "agreementId": made["agreement"]["id"]});
    let other = draft(&company.anna, &customer, &[(&product, "1")], late).await;
    let told = confirm(&company.anna, &other).await;
    assert_eq!(number(&told["availability"][0]["reserved"]), number(&json!("0")), "{told}");
}

async fn receive(
    company: &Company,
    at: &Furniture,
    product: &str,
    quantity: &str,
    expires: NaiveDate,
) {
    let input = json!({"warehouseId": at.warehouse, "lines": [{"productId": product,
        "quantity": quantity, "unitCost": "50.00", "expiresOn": expires}]});
    let selection = "goodsReceipt { id version }";
    let made = company.director.does("createGoodsReceipt", input, selection).await;
    let receipt = &made["goodsReceipt"];
    let input = json!({"id": receipt["id"], "version": receipt["version"]});
    company.director.does("postGoodsReceipt", input, "goodsReceipt { id }").await;
    assert!(!text(&receipt["id"]).is_empty());
}

/// 1,000 roubles do not become 1,000 dollars because the agreement takes another list.
#[tokio::test]
async fn fixed_prices_keep_their_currency_and_their_tax() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let product = company.product(&at, "LAMP", "100.00").await;
    let customer = company.customer("Svet", &company.anna_id, json!({})).await;
    let list = async |name: &str, currency: &str, includes_vat: bool| {
        let input = json!({"name": name, "currency": currency, "includesVat": includes_vat});
        let made = company.director.does("createPriceList", input, "priceList { id }").await;
        made["priceList"]["id"].clone()
    };
    let (dollars, gross) = (list("Export", "USD", false).await, list("Gross", "RUB", true).await);
    let input = json!({"customerId": customer, "name": "Fixed", "priceListId": at.price_list});
    let made = company.accounting.does("saveAgreement", input, AGREEMENT).await;
    let agreement = made["agreement"]["id"].clone();
    let prices = async |from: NaiveDate, price: Value| {
        let input = json!({"agreementId": agreement, "validFrom": from,
            "prices": [{"productId": product, "price": price}]});
        let told = company.accounting.does("setAgreementPrices", input, AGREEMENT).await;
        told["agreement"]["version"].clone()
    };
    let long_ago = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap();
    let version = prices(long_ago, json!("1000")).await;
    let another = |list: &Value, version: &Value| json!({"id": agreement, "version": version, "customerId": customer, "priceListId": list});
    for list in [&dollars, &gross] {
        let code = company.accounting.refused("saveAgreement", another(list, &version), AGREEMENT);
        assert_eq!(code.await, "IN_USE");
        let input = json!({"customerId": customer, "name": "Copy", "copyOf": agreement,
            "terms": {"priceListId": list}});
        assert_eq!(company.anna.refused("proposeAgreement", input, AGREEMENT).await, "IN_USE");
    }
    // Once they have ended, nothing stands in the way.
    let version = prices(house().today(), Value::Null).await;
    company.accounting.does("saveAgreement", another(&dollars, &version), AGREEMENT).await;
    house().verify(&company.slug).await;
}
