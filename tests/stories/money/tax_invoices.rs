//! Tax papers of what was sold, and of what lessens it.

use chrono::{Datelike, NaiveDate};
use futures::future::join_all;
use serde_json::{Value, json};
use stories::actor::text;
use stories::company::{Company, Furniture, merge};
use stories::house::house;
use stories::stock::{confirm, draft};

use super::{pay, plain};

const TAX: &str = "taxInvoice { id number version date kind state cancelledOn cancelReason
    seller { name inn kpp address } buyer { name inn kpp address } basis { number date }
    payments { number date amount { amount } payment { number } }
    lines { name unit quantity price net { amount } vatRate vat { amount } gross { amount }
        before { quantity price net { amount } vat { amount } }
        after { quantity price net { amount } vat { amount } gross { amount } } }
    vatByRate { rate net { amount } vat { amount } gross { amount } }
    net { amount } vat { amount } gross { amount } }";

/// A product with a rate of VAT; none is "without VAT".
async fn taxed(
    company: &Company,
    at: &Furniture,
    (sku, price): (&str, &str),
    rate: Option<&str>,
) -> String {
    let id = company.product(at, sku, price).await;
    let query = "query($id: ID!) { product(id: $id) { version } }";
    let told = company.director.ask(query, json!({"id": id})).await;
    let input = json!({"id": id, "version": told["product"]["version"], "vatRate": rate});
    company.director.does("updateProduct", input, "product { id }").await;
    id
}

/// Goods ordered and shipped, on a day or today; gives the order and the shipment.
async fn sold(
    company: &Company,
    customer: &str,
    goods: &[(&str, &str)],
    on: Option<&str>,
) -> (String, Value) {
    let day = on.map_or(json!({}), |on| json!({"date": on}));
    let order = draft(&company.director, customer, goods, day.clone()).await;
    confirm(&company.director, &order).await;
    (order.0.clone(), ship(company, &order.0, day).await)
}

async fn ship(company: &Company, order: &str, more: Value) -> Value {
    let mut input = json!({"orderId": order});
    merge(&mut input, more);
    let selection = "shipment { id number date lines { id } }";
    company.director.does("shipSalesOrder", input, selection).await["shipment"].clone()
}

async fn issue(company: &Company, input: Value) -> Value {
    company.accounting.does("issueTaxInvoice", input, TAX).await["taxInvoice"].clone()
}

async fn refused(company: &Company, input: Value) -> String {
    company.accounting.refused("issueTaxInvoice", input, TAX).await
}

async fn read(company: &Company, id: &Value) -> Value {
    let query = format!("query($id: ID!) {{ {} }}", TAX.replacen("{", "(id: $id) {", 1));
    company.accounting.ask(&query, json!({"id": id})).await["taxInvoice"].clone()
}

/// What a figure comes to: without VAT, the tax.
fn sums(of: &Value) -> (String, String) {
    (plain(&of["net"]), plain(&of["vat"]))
}

fn figures(net: &str, vat: &str) -> (String, String) {
    (net.to_owned(), vat.to_owned())
}

#[tokio::test]
async fn a_shipment_at_four_rates_is_told_to_the_kopeck_and_stays_as_it_was() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let accounting = &company.accounting;
    let organizations = company.director.all("organizations", "id version").await;
    let input = json!({"id": organizations[0]["id"], "version": organizations[0]["version"],
        "name": "ООО Восток", "inn": "7707083893", "kpp": "770701001", "address": "Москва"});
    company.director.does("updateOrganization", input, "organization { id }").await;
    let buyer = json!({"legalName": "ООО Театр", "inn": "7728168971", "kpp": "772801001",
        "address": "Тверь"});
    let customer = company.customer("Theatre", &company.anna_id, buyer).await;
    let lamp = taxed(&company, &at, ("LAMP", "33.33"), Some("20")).await;
    let book = taxed(&company, &at, ("BOOK", "50"), Some("10")).await;
    let bread = taxed(&company, &at, ("BREAD", "7.77"), Some("0")).await;
    let seeds = taxed(&company, &at, ("SEEDS", "2.5"), None).await;
    let all = [(&*lamp, "3"), (&*book, "2"), (&*bread, "1"), (&*seeds, "4")];
    let costs: Vec<_> = all.iter().map(|(good, pieces)| (*good, *pieces, "1")).collect();
    company.receive(&at, None, &costs).await;
    let order = draft(&company.anna, &customer, &all, json!({})).await;
    confirm(&company.anna, &order).await;
    let advance = pay(&company, "100", json!({"orderId": order.0})).await;
    let shipment = ship(&company, &order.0, json!({})).await;
    pay(&company, "10", json!({"orderId": order.0})).await;

    // Tried out first: the number is the next one, and nothing of it is kept.
    let input = json!({"shipmentId": shipment["id"], "simulate": true});
    let tried = issue(&company, input).await;
    assert_eq!(accounting.all("taxInvoices", "id").await.len(), 0);
    let input = json!({"shipmentId": shipment["id"], "idempotencyKey": "once"});
    let issued = issue(&company, input.clone()).await;
    assert_eq!(issued["number"], tried["number"]);
    assert_eq!(issue(&company, input).await["id"], issued["id"]);
    assert_eq!(refused(&company, json!({"shipmentId": shipment["id"]})).await, "TAKEN");

    assert_eq!((&issued["kind"], &issued["state"]), (&json!("SALE"), &json!("ISSUED")));
    assert_eq!(issued["basis"], json!({"number": shipment["number"], "date": shipment["date"]}));
    let rates: Vec<_> = issued["vatByRate"].as_array().unwrap().iter().collect();
    let by_rate: Vec<_> = rates.iter().map(|sum| (sum["rate"].clone(), sums(sum))).collect();
    let expected = [
        (json!("20"), figures("99.99", "20")),
        (json!("10"), figures("100", "10")),
        (json!("0"), figures("7.77", "0")),
        (Value::Null, figures("10", "0")),
    ];
    assert_eq!(by_rate, expected);
    assert_eq!(
        (sums(&issued), plain(&issued["gross"])),
        (figures("217.76", "30"), "247.76".into())
    );
    let line = &issued["lines"][0];
    assert_eq!(line["name"], "Product LAMP");
    assert_eq!((&line["quantity"], &line["price"]), (&json!("3"), &json!("33.33")));
    assert_eq!((&line["unit"], &line["before"]), (&json!("pcs"), &Value::Null));
    // Money of the same day that came before the sale and settled it; what came later is none.
    let query = "query($id: ID!) { payment(id: $id) { number } }";
    let number = accounting.ask(query, json!({"id": advance["id"]})).await;
    let named = &issued["payments"][0];
    assert_eq!(named["number"], number["payment"]["number"]);
    assert_eq!(
        (&named["payment"]["number"], plain(&named["amount"])),
        (&named["number"], "100".into())
    );

    // Parties move and goods are renamed: the paper stays.
    let query = "query($id: ID!) { customer(id: $id) { version } }";
    let told = company.director.ask(query, json!({"id": customer})).await;
    let input = json!({"id": customer, "version": told["customer"]["version"],
        "legalName": "АО Цирк", "address": "Омск"});
    company.director.does("updateCustomer", input, "customer { id }").await;
    assert_eq!(read(&company, &issued["id"]).await, issued);
    assert_eq!(
        issued["seller"],
        json!({"name": "ООО Восток", "inn": "7707083893",
        "kpp": "770701001", "address": "Москва"})
    );
    assert_eq!(
        issued["buyer"],
        json!({"name": "ООО Театр", "inn": "7728168971",
        "kpp": "772801001", "address": "Тверь"})
    );

    let query = "query($id: ID!, $order: ID!) { shipment(id: $id) { taxInvoice { number }
        total { net { amount } vat { amount } } } order(id: $order) { taxInvoices { id } }
        node(id: $id) { id } }";
    let around = accounting.ask(query, json!({"id": shipment["id"], "order": order.0})).await;
    assert_eq!(around["shipment"]["taxInvoice"]["number"], issued["number"]);
    assert_eq!(sums(&around["shipment"]["total"]), sums(&issued));
    assert_eq!(around["order"]["taxInvoices"][0]["id"], issued["id"]);
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn an_act_has_its_own_and_so_has_what_makes_it_cheaper() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let accounting = &company.accounting;
    let input = json!({"sku": "SETUP", "name": "Setting up", "groupId": at.group, "unit": "h",
        "isService": true, "vatRate": "20"});
    let made = company.director.does("createProduct", input, "product { id }").await;
    let hours = text(&made["product"]["id"]);
    let prices = json!([{"productId": hours, "price": "50"}]);
    let input = json!({"priceListId": at.price_list, "validFrom": "2000-01-01", "prices": prices});
    company.director.does("setPrices", input, "priceList { id }").await;
    let customer = company.customer("Theatre", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&hours, "4")], json!({})).await;
    confirm(&company.anna, &order).await;
    let act = "serviceAct { id number date }";
    let made = accounting.does("createServiceAct", json!({"orderId": order.0}), act).await;
    let id = &made["serviceAct"]["id"];
    for (input, code) in [
        (json!({"serviceActId": id}), "ILLEGAL_TRANSITION"),
        (json!({}), "REQUIRED"),
        (json!({"serviceActId": id, "shipmentId": shipment_of(id)}), "REQUIRED"),
    ] {
        assert_eq!(refused(&company, input).await, code);
    }
    let posted = accounting.does("postServiceAct", json!({"id": id}), act).await;
    let posted = &posted["serviceAct"];
    // An act is no shipment, whatever its id is called.
    let input = json!({"shipmentId": shipment_of(id)});
    let code = accounting.tries("issueTaxInvoice", input, TAX).await.unwrap_err();
    assert_eq!(code, "NOT_FOUND");
    let issued = issue(&company, json!({"serviceActId": id})).await;
    assert_eq!(issued["basis"], json!({"number": posted["number"], "date": posted["date"]}));
    assert_eq!(sums(&issued), figures("200", "40"));
    assert_eq!(issued["payments"], json!([]));

    let input = json!({"serviceActId": id, "reason": "late", "amount": "30"});
    let made = accounting.does("createPriceCorrection", input, "priceCorrection { id }").await;
    let selection = "priceCorrection { creditNote { id number } }";
    let correction = json!({"id": made["priceCorrection"]["id"]});
    let made = accounting.does("postPriceCorrection", correction, selection).await;
    let note = &made["priceCorrection"]["creditNote"];
    let corrective = issue(&company, json!({"creditNoteId": note["id"]})).await;
    assert_eq!(
        (&corrective["kind"], sums(&corrective)),
        (&json!("CORRECTIVE"), figures("30", "6"))
    );
    assert_eq!(corrective["basis"]["number"], note["number"]);
    let query = "query($id: ID!, $act: ID!) {
        taxInvoice(id: $id) { corrects { id } shipment { id } serviceAct { id taxInvoice { id } }
            creditNote { taxInvoice { number } } history { action } }
        serviceAct(id: $act) { taxInvoice { correctives { number } } }
        taxInvoices(filter: {serviceAct: $act, kind: CORRECTIVE}) { nodes { id } } }";
    let told = accounting.ask(query, json!({"id": corrective["id"], "act": id})).await;
    let around = &told["taxInvoice"];
    assert_eq!((&around["corrects"]["id"], &around["shipment"]), (&issued["id"], &Value::Null));
    assert_eq!(around["serviceAct"], json!({"id": id, "taxInvoice": {"id": issued["id"]}}));
    assert_eq!(around["creditNote"]["taxInvoice"]["number"], corrective["number"]);
    assert_eq!(around["history"][0]["action"], "issueTaxInvoice");
    let correctives = &told["serviceAct"]["taxInvoice"]["correctives"];
    assert_eq!(*correctives, json!([{"number": corrective["number"]}]));
    assert_eq!(told["taxInvoices"]["nodes"], json!([{"id": corrective["id"]}]));
    house().verify(&company.slug).await;
}

/// The id of an act as if it were a shipment's.
fn shipment_of(act: &Value) -> String {
    use base64::Engine;
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let plain = String::from_utf8(engine.decode(act.as_str().unwrap()).unwrap()).unwrap();
    engine.encode(plain.replace("ServiceAct:", "Shipment:"))
}

/// Goods of the first line come back; gives the return and its note.
async fn back(company: &Company, shipment: &Value, pieces: &str) -> Value {
    let lines = json!([{"shipmentLineId": shipment["lines"][0]["id"], "quantity": pieces}]);
    let input = json!({"shipmentId": shipment["id"], "reason": "broken", "lines": lines});
    let made = company.warehouse.does("createSalesReturn", input, "salesReturn { id }").await;
    let input = json!({"id": made["salesReturn"]["id"]});
    let selection = "salesReturn { id creditNote { id } }";
    company.warehouse.does("postSalesReturn", input, selection).await["salesReturn"].clone()
}

#[tokio::test]
async fn correctives_follow_each_other_and_go_with_what_they_are_of() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let accounting = &company.accounting;
    let lamp = taxed(&company, &at, ("LAMP", "100"), Some("20")).await;
    company.receive(&at, None, &[(&lamp, "10", "50")]).await;
    let customer = company.customer("Theatre", &company.anna_id, json!({})).await;
    let (order, shipment) = sold(&company, &customer, &[(&lamp, "10")], None).await;
    let returned = back(&company, &shipment, "3").await;
    // What is corrected comes first.
    let note = json!({"creditNoteId": returned["creditNote"]["id"]});
    assert_eq!(refused(&company, note.clone()).await, "REQUIRED");
    let issued = issue(&company, json!({"shipmentId": shipment["id"]})).await;
    assert_eq!(sums(&issued), figures("1000", "200"));

    let first = issue(&company, note.clone()).await;
    assert_eq!(refused(&company, note).await, "TAKEN");
    let line = &first["lines"][0];
    assert_eq!((&line["quantity"], &line["price"]), (&json!("3"), &json!("100")));
    assert_eq!((sums(line), sums(&line["before"])), (figures("300", "60"), figures("1000", "200")));
    assert_eq!(sums(&line["after"]), figures("700", "140"));
    let lines = json!([{"shipmentLineId": shipment["lines"][0]["id"], "amount": "70"}]);
    let input = json!({"shipmentId": shipment["id"], "reason": "agreed", "lines": lines});
    let made = accounting.does("createPriceCorrection", input, "priceCorrection { id }").await;
    let correction = json!({"id": made["priceCorrection"]["id"]});
    let selection = "priceCorrection { creditNote { id } }";
    let made = accounting.does("postPriceCorrection", correction.clone(), selection).await;
    let input = json!({"creditNoteId": made["priceCorrection"]["creditNote"]["id"]});
    let second = issue(&company, input.clone()).await;
    let line = &second["lines"][0];
    assert_eq!((&line["quantity"], &line["price"]), (&json!("0"), &Value::Null));
    assert_eq!(sums(&line["before"]), figures("700", "140"));
    assert_eq!(sums(&line["after"]), figures("630", "126"));
    assert_eq!((&line["before"]["price"], &line["after"]["price"]), (&json!("100"), &json!("90")));
    house().verify(&company.slug).await;

    // Nothing that is corrected is cancelled; what its document loses goes by itself.
    let undo = json!({"id": issued["id"], "version": 1, "reason": "a mistake"});
    let code = accounting.refused("cancelTaxInvoice", undo.clone(), TAX).await;
    assert_eq!(code, "IN_USE");
    let mut why = json!({"reason": "not agreed"});
    merge(&mut why, correction);
    accounting.does("reversePriceCorrection", why, "priceCorrection { id }").await;
    let gone = read(&company, &second["id"]).await;
    assert_eq!(
        (&gone["state"], &gone["cancelReason"]),
        (&json!("CANCELLED"), &json!("not agreed"))
    );
    assert_eq!((&gone["number"], &gone["cancelledOn"]), (&second["number"], &second["date"]));
    assert_eq!(refused(&company, input).await, "ILLEGAL_TRANSITION");
    let input = json!({"id": first["id"], "reason": "a mistake"});
    accounting.does("cancelTaxInvoice", input.clone(), TAX).await;
    assert_eq!(accounting.refused("cancelTaxInvoice", input, TAX).await, "ILLEGAL_TRANSITION");
    let again = issue(&company, json!({"creditNoteId": returned["creditNote"]["id"]})).await;
    assert_eq!(sums(&again["lines"][0]["before"]), figures("1000", "200"));
    house().verify(&company.slug).await;

    let input = json!({"id": returned["id"], "reason": "counted again"});
    accounting.does("reverseSalesReturn", input, "salesReturn { id }").await;
    assert_eq!(read(&company, &again["id"]).await["state"], "CANCELLED");
    let stale = json!({"id": issued["id"], "version": 7, "reason": "a mistake"});
    assert_eq!(accounting.refused("cancelTaxInvoice", stale, TAX).await, "STALE_VERSION");
    let input = json!({"id": shipment["id"], "reason": "never left"});
    let selection = "shipment { state taxInvoice { id } }";
    let told = accounting.does("reverseShipment", input, selection).await;
    assert_eq!(told["shipment"], json!({"state": "REVERSED", "taxInvoice": null}));
    let gone = read(&company, &issued["id"]).await;
    assert_eq!(
        (&gone["state"], &gone["cancelReason"]),
        (&json!("CANCELLED"), &json!("never left"))
    );
    let code = refused(&company, json!({"shipmentId": shipment["id"]})).await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
    let shipment = ship(&company, &order, json!({})).await;
    let anew = issue(&company, json!({"shipmentId": shipment["id"]})).await;
    let numbers = accounting.all("taxInvoices", "number").await;
    assert_eq!((anew["state"].as_str(), numbers.len()), (Some("ISSUED"), 5));
    house().verify(&company.slug).await;
}

/// A day of last year.
fn day(month: u32, day: u32) -> String {
    let year = house().today().year() - 1;
    NaiveDate::from_ymd_opt(year, month, day).unwrap().to_string()
}

#[tokio::test]
async fn numbers_rise_with_the_dates_however_many_issue_at_once() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let lamp = taxed(&company, &at, ("LAMP", "100"), Some("20")).await;
    company.receive(&at, Some(&day(2, 1)), &[(&lamp, "100", "50")]).await;
    let customer = company.customer("Theatre", &company.anna_id, json!({})).await;
    let mut shipments = Vec::new();
    for _ in 0..12 {
        shipments.push(sold(&company, &customer, &[(&lamp, "1")], Some(&day(3, 1))).await.1);
    }
    let code =
        refused(&company, json!({"shipmentId": shipments[0]["id"], "date": day(2, 28)})).await;
    assert_eq!(code, "INVALID");
    let asked = shipments.iter().enumerate().map(|(place, shipment)| {
        let date = day(3, 1 + u32::try_from(place * 7 % 12).unwrap());
        let input = json!({"shipmentId": shipment["id"], "date": date});
        company.accounting.tries("issueTaxInvoice", input, "taxInvoice { id }")
    });
    let answers = join_all(asked).await;
    let late: Vec<&Value> = answers
        .iter()
        .zip(&shipments)
        .filter_map(|(answer, shipment)| answer.as_ref().err().map(|code| (code, shipment)))
        .map(|(code, shipment)| {
            assert_eq!(code, "OUT_OF_ORDER");
            &shipment["id"]
        })
        .collect();
    assert!(late.len() < 12, "nobody came first");
    in_order(&company, 12 - late.len()).await;

    // Whoever came late names a later day; a cancelled one still stands in the line.
    let id = late_or(&late, &company, &customer, &lamp).await;
    let first = issue(&company, json!({"shipmentId": id, "date": day(4, 1)})).await;
    let input = json!({"id": first["id"], "reason": "a mistake"});
    company.accounting.does("cancelTaxInvoice", input, TAX).await;
    let (_, next) = sold(&company, &customer, &[(&lamp, "1")], Some(&day(3, 1))).await;
    let input = json!({"shipmentId": next["id"], "date": day(3, 31)});
    let query = format!(
        "mutation($input: IssueTaxInvoiceInput!) {{ issueTaxInvoice(input: $input)
        {{ {TAX} userErrors {{ code message field details }} }} }}"
    );
    let told = company.accounting.ask(&query, json!({"input": input})).await;
    let error = &told["issueTaxInvoice"]["userErrors"][0];
    assert_eq!((&error["code"], &error["field"]), (&json!("OUT_OF_ORDER"), &json!(["date"])));
    let details = json!({"lastNumber": first["number"], "lastDate": day(4, 1)});
    assert_eq!(error["details"], details);
    assert!(error["message"].as_str().unwrap().contains(first["number"].as_str().unwrap()));

    // Each year has a series of its own.
    let (_, today) = sold(&company, &customer, &[(&lamp, "1")], None).await;
    let issued = issue(&company, json!({"shipmentId": today["id"]})).await;
    assert!(issued["number"].as_str().unwrap().ends_with("-000001"), "{issued}");
    let last = issue(&company, json!({"shipmentId": next["id"], "date": day(4, 1)})).await;
    assert_ne!(last["number"], first["number"]);
    house().verify(&company.slug).await;
}

/// A shipment that has no tax invoice yet.
async fn late_or(late: &[&Value], company: &Company, customer: &str, lamp: &str) -> Value {
    match late.first() {
        Some(id) => (*id).clone(),
        None => sold(company, customer, &[(lamp, "1")], Some(&day(3, 1))).await.1["id"].clone(),
    }
}

/// So many are issued, their dates rise with their numbers, and no number is missing.
async fn in_order(company: &Company, count: usize) {
    let query = "{ taxInvoices(first: 50, orderBy: {field: NUMBER, direction: ASC}) {
        nodes { number date } } }";
    let told = company.accounting.ask(query, json!({})).await;
    let rows = told["taxInvoices"]["nodes"].as_array().unwrap();
    assert_eq!(rows.len(), count);
    for (place, row) in rows.iter().enumerate() {
        let ends = format!("-{:06}", place + 1);
        assert!(row["number"].as_str().unwrap().ends_with(&ends), "{rows:?}");
    }
    let dates: Vec<_> = rows.iter().map(|row| row["date"].as_str().unwrap()).collect();
    assert!(dates.is_sorted(), "{rows:?}");
}

#[tokio::test]
async fn a_closed_period_takes_none_and_gives_none_back() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let lamp = taxed(&company, &at, ("LAMP", "100"), Some("20")).await;
    company.receive(&at, Some(&day(2, 1)), &[(&lamp, "10", "50")]).await;
    let customer = company.customer("Theatre", &company.anna_id, json!({})).await;
    let (_, first) = sold(&company, &customer, &[(&lamp, "1")], Some(&day(3, 1))).await;
    let (_, second) = sold(&company, &customer, &[(&lamp, "1")], Some(&day(3, 1))).await;
    let input = json!({"shipmentId": first["id"], "date": day(3, 5)});
    let issued = issue(&company, input).await;
    let organizations = company.director.all("organizations", "id").await;
    let input = json!({"organizationId": organizations[0]["id"], "closedUntil": day(3, 31)});
    company.accounting.does("closePeriod", input, "organization { id }").await;
    let input = json!({"shipmentId": second["id"], "date": day(3, 31)});
    assert_eq!(refused(&company, input).await, "PERIOD_CLOSED");
    let tomorrow = house().today().succ_opt().unwrap().to_string();
    let input = json!({"shipmentId": second["id"], "date": tomorrow});
    assert_eq!(refused(&company, input).await, "INVALID");
    let input = json!({"id": first["id"], "reason": "never left"});
    company.accounting.does("reverseShipment", input, "shipment { id }").await;
    let gone = read(&company, &issued["id"]).await;
    assert_eq!((&gone["date"], &gone["cancelledOn"]), (&json!(day(3, 5)), &json!(day(4, 1))));
    house().verify(&company.slug).await;
}
