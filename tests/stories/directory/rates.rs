//! Currencies and their rates.

use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::Company;

#[tokio::test]
async fn the_latest_rate_not_after_a_day_holds_and_the_base_currency_is_one() {
    let company = Company::new().await;
    let input = json!({"code": "JPY", "name": "Yen"});
    let made = company.director.does("createCurrency", input, "currency { id }").await;
    let yen = text(&made["currency"]["id"]);
    let accounting = &company.accounting;
    let rates = json!([{"validFrom": "2026-01-10", "rate": "51.25", "nominal": 100},
        {"validFrom": "2026-01-20", "rate": "0.523456"}]);
    let selection = "currency { code rates { validFrom rate nominal } rate { rate } }";
    let input = json!({"currencyId": yen, "rates": rates});
    let told = accounting.does("setCurrencyRates", input, selection).await;
    let expected = json!([{"validFrom": "2026-01-20", "rate": "0.523456", "nominal": 1},
        {"validFrom": "2026-01-10", "rate": "51.25", "nominal": 100}]);
    assert_eq!(told["currency"]["rates"], expected);
    assert_eq!(told["currency"]["rate"]["rate"], "0.523456");

    let query = "query($c: CurrencyCode!, $on: Date) { exchangeRate(currency: $c, on: $on) {
        rate nominal validFrom } }";
    let on = async |code: &str, day: &str| {
        let told = company.anna.ask(query, json!({"c": code, "on": day})).await;
        told["exchangeRate"].clone()
    };
    assert_eq!(on("JPY", "2026-01-09").await, Value::Null);
    assert_eq!(on("JPY", "2026-01-10").await["nominal"], 100);
    assert_eq!(on("JPY", "2026-01-19").await["validFrom"], "2026-01-10");
    assert_eq!(on("JPY", "2026-02-01").await["validFrom"], "2026-01-20");
    let base = on("RUB", "1999-01-01").await;
    assert_eq!(number(&base["rate"]), 1.into());
    assert_eq!((&base["nominal"], &base["validFrom"]), (&json!(1), &Value::Null));
    assert_eq!(on("EUR", "2026-01-20").await, Value::Null);

    // A mistake is put right, and both are told.
    let input = json!({"currencyId": yen, "removed": ["2026-01-20"],
        "rates": [{"validFrom": "2026-01-10", "rate": "52", "nominal": 100}]});
    accounting.does("setCurrencyRates", input, selection).await;
    assert_eq!(on("JPY", "2026-02-01").await["rate"], "52");
    let query = "query($id: ID!) { currency(id: $id) { history { action changes } } }";
    let told = company.director.ask(query, json!({"id": yen})).await;
    let last = &told["currency"]["history"][0];
    assert_eq!(last["action"], "setCurrencyRates");
    let changes = &last["changes"];
    assert_eq!(changes["rates.2026-01-20"]["after"], Value::Null);
    assert_eq!(number(&changes["rates.2026-01-10"]["before"]["rate"]), "51.25".parse().unwrap());
}

#[tokio::test]
async fn rates_that_make_no_sense_are_refused() {
    let company = Company::new().await;
    let director = &company.director;
    let mut ids = Vec::new();
    for code in ["USD", "RUB"] {
        let input = json!({"code": code, "name": code});
        let made = director.does("createCurrency", input, "currency { id }").await;
        ids.push(text(&made["currency"]["id"]));
    }
    let set = async |id: &str, rates: Value| {
        let input = json!({"currencyId": id, "rates": rates});
        director.refused("setCurrencyRates", input, "currency { id }").await
    };
    let day = "2026-01-01";
    assert_eq!(set(&ids[0], json!([])).await, "NO_LINES");
    for rate in ["0", "-1", "1.0000001"] {
        let rates = json!([{"validFrom": day, "rate": rate}]);
        assert_eq!(set(&ids[0], rates).await, "OUT_OF_RANGE", "{rate}");
    }
    let twice = json!([{"validFrom": day, "rate": "1"}, {"validFrom": day, "rate": "2"}]);
    assert_eq!(set(&ids[0], twice).await, "INVALID");
    // The base currency is 1 to itself.
    let one = json!([{"validFrom": day, "rate": "1"}]);
    assert_eq!(set(&ids[1], one.clone()).await, "INVALID");
    let query = "mutation($i: SetCurrencyRatesInput!) { setCurrencyRates(input: $i) {
        currency { id } } }";
    let input = json!({"currencyId": ids[0], "rates": one});
    for actor in [&company.anna, &company.warehouse] {
        assert_eq!(actor.denied(query, json!({"i": input})).await, "FORBIDDEN", "{}", actor.name);
    }
}
