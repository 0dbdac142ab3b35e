//! What a changed rate makes of a payment.

use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::{Company, Furniture, merge};
use stories::house::house;
use stories::stock::{confirm, draft};

use super::plain;

/// A customer who buys in dollars, at ninety since January and ninety-five since March.
async fn dollars(company: &Company, at: &Furniture) -> (String, String) {
    let director = &company.director;
    let made = director.does(
        "createCurrency",
        json!({"code": "USD", "name": "Dollar"}),
        "currency { id }",
    );
    let rates = json!([{"validFrom": "2026-01-01", "rate": "90"},
        {"validFrom": "2026-03-01", "rate": "95"}]);
    let input = json!({"currencyId": made.await["currency"]["id"], "rates": rates});
    company.accounting.does("setCurrencyRates", input, "currency { id }").await;
    let input = json!({"name": "Dollars", "currency": "USD", "includesVat": false});
    let list = director.does("createPriceList", input, "priceList { id }").await;
    let goods = company.product(at, "IMPORT", "100").await;
    let input = json!({"priceListId": list["priceList"]["id"], "validFrom": "2000-01-01",
        "prices": [{"productId": goods, "price": "10"}]});
    director.does("setPrices", input, "priceList { id }").await;
    company.receive(at, Some("2026-01-05"), &[(&goods, "100", "50")]).await;
    let terms = json!({"agreement": {"currency": "USD",
        "priceListId": list["priceList"]["id"]}});
    let customer = company.customer("Abroad", &company.anna_id, terms).await;
    (goods, customer)
}

#[tokio::test]
async fn a_payment_at_another_rate_books_the_difference_and_an_advance_books_none() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let (goods, customer) = dollars(&company, &at).await;
    let director = &company.director;
    let ship = async |pieces: &str, on: &str| {
        let more = json!({"date": on});
        let order = draft(director, &customer, &[(&goods, pieces)], more).await;
        confirm(director, &order).await;
        let input = json!({"orderId": order.0, "date": on});
        director.does("shipSalesOrder", input, "shipment { id }").await;
    };
    let paid = async |amount: &str, on: &str| -> Value {
        let input = json!({"customerId": customer, "amount": amount,
            "currency": "USD", "date": on});
        let selection = "payment { id version rate exchangeDifferences { date amount { amount
            currency } } advance { amount } }";
        company.accounting.does("recordPayment", input, selection).await["payment"].clone()
    };
    // 100 dollars are sold at 90, and 60 of them paid at 95.
    ship("10", "2026-02-10").await;
    let payment = paid("60", "2026-03-10").await;
    assert_eq!(number(&payment["rate"]), 95.into());
    assert_eq!(plain(&payment["exchangeDifferences"][0]["amount"]), "300");
    assert_eq!(payment["exchangeDifferences"][0]["amount"]["currency"], "RUB");
    house().verify(&company.slug).await;
    // Taken back, it leaves nothing.
    let input = json!({"id": payment["id"], "version": payment["version"]});
    let selection = "payment { exchangeDifferences { amount { amount } } }";
    let told = company.accounting.does("reversePayment", input, selection).await;
    let rows = told["payment"]["exchangeDifferences"].as_array().unwrap().clone();
    let sum: rust_decimal::Decimal = rows.iter().map(|row| number(&row["amount"]["amount"])).sum();
    assert!(sum.is_zero() && rows.len() == 2);
    house().verify(&company.slug).await;
    // Money that came before the sale makes none: the sale takes its rate.
    let payment = paid("150", "2026-02-20").await;
    assert_eq!(payment["exchangeDifferences"], json!([]));
    assert_eq!(plain(&payment["advance"]), "50");
    ship("5", "2026-03-15").await;
    let query = "query($id: ID!) { payment(id: $id) { advance { amount }
        exchangeDifferences { amount { amount } } } }";
    let told = company.accounting.ask(query, json!({"id": payment["id"]})).await;
    assert_eq!(plain(&told["payment"]["advance"]), "0");
    assert_eq!(told["payment"]["exchangeDifferences"], json!([]));
    house().verify(&company.slug).await;

    // Without a rate nothing is recorded.
    let input = json!({"customerId": customer, "amount": "1",
        "currency": "USD", "date": "2025-12-31"});
    let code = company.accounting.refused("recordPayment", input, "payment { id }").await;
    assert_eq!(code, "NO_RATE");
}

#[tokio::test]
async fn money_for_an_order_comes_under_its_own_terms_whatever_becomes_of_the_agreement() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let (goods, customer) = dollars(&company, &at).await;
    let (director, accounting) = (&company.director, &company.accounting);
    let order = draft(director, &customer, &[(&goods, "10")], json!({})).await;
    confirm(director, &order).await;
    let input = json!({"orderId": order.0});
    let issued = accounting.does("issueInvoice", input, "invoice { id }").await;
    let invoice = issued["invoice"]["id"].clone();
    let agreements = async || {
        let query = "query($id: ID!) { customer(id: $id) { agreements { id version } } }";
        let told = accounting.ask(query, json!({"id": customer})).await;
        told["customer"]["agreements"].as_array().unwrap().clone()
    };
    let save = async |more: Value| {
        let mut input = json!({"customerId": customer});
        merge(&mut input, more);
        let saved = accounting.does("saveAgreement", input, "agreement { id currency }").await;
        saved["agreement"].clone()
    };
    let paid = async |amount: &str, more: Value| {
        let mut input = json!({"amount": amount});
        merge(&mut input, more);
        let selection = "payment { amount { currency } }";
        let made = accounting.tries("recordPayment", input, selection).await?;
        Ok::<String, String>(text(&made["payment"]["amount"]["currency"]))
    };

    // The agreement turns to roubles, and another organization sells under it.
    let old = agreements().await[0].clone();
    let other = json!({"name": "Other", "prefix": "OT"});
    let other = company.admin.does("createOrganization", other, "organization { id }").await;
    let saved = save(json!({"id": old["id"], "version": old["version"],
        "priceListId": at.price_list, "organizationId": other["organization"]["id"]}));
    assert_eq!(saved.await["currency"], "RUB");
    let in_roubles = json!({"invoiceId": invoice, "currency": "RUB"});
    assert_eq!(paid("40", in_roubles).await, Err("CURRENCY_MISMATCH".to_owned()));
    assert_eq!(paid("40", json!({"invoiceId": invoice})).await, Ok("USD".to_owned()));
    let loose = json!({"customerId": customer});
    assert_eq!(paid("1", loose).await, Ok("RUB".to_owned()));

    // Another agreement takes its place, and it is archived.
    save(json!({"name": "Roubles", "isDefault": true})).await;
    let is_old = |one: &&Value| one["id"] == old["id"];
    let held = agreements().await.iter().find(is_old).unwrap().clone();
    save(json!({"id": held["id"], "version": held["version"], "archived": true})).await;
    let by_order = json!({"orderId": order.0, "currency": "USD"});
    assert_eq!(paid("60", by_order).await, Ok("USD".to_owned()));
    let query = "query($id: ID!) { invoice(id: $id) { state paid { amount currency } } }";
    let told = accounting.ask(query, json!({"id": invoice})).await;
    assert_eq!(told["invoice"]["state"], "PAID");
    assert_eq!(plain(&told["invoice"]["paid"]), "100");
    house().verify(&company.slug).await;
}
