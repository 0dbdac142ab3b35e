//! Prices out of files.

use serde_json::{Value, json};
use stories::actor::Actor;
use stories::company::Company;
use stories::imports::{counts, import, over, places, start, windows_1251};

async fn prices(actor: &Actor, sku: &str) -> Vec<Value> {
    let query =
        "sku currentPrices { price validFrom breaks { minQuantity price } priceList { name } }";
    let told = actor.all("products", query).await;
    let product = told.iter().find(|product| product["sku"] == sku).unwrap();
    product["currentPrices"].as_array().unwrap().clone()
}

#[tokio::test]
async fn prices_come_in_by_list_day_and_quantity() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let director = &company.director;
    let product = company.product(&at, "P-1", "10.00").await;
    let input = json!({"productId": product, "name": "Коробка", "numerator": 12});
    director.does("addPackaging", input, "packaging { id }").await;
    let input = json!({"name": "Розница", "currency": "RUB", "includesVat": true,
                       "externalReference": "RETAIL"});
    director.does("createPriceList", input, "priceList { id }").await;
    let csv = "Вид цен;Артикул;Упаковка;Действует с;От количества;Цена\r\n\
               розница;P-1;;01.01.2020;;1 234,50\r\n\
               розница;P-1;шт;01.01.2020;10;1 200,00\r\n\
               розница;P-1;коробка;01.01.2020;;14 000\r\n\
               ;P-1;;01.01.2020;;11,00\r\n";
    let csv = csv.replace("шт;", "pcs;");
    for (mode, expected) in [("DRY_RUN", [4, 0, 0, 0]), ("ALL_OR_NOTHING", [4, 0, 0, 0])] {
        let done = import(director, "PRICES", mode, "p.csv", &windows_1251(&csv)).await;
        assert_eq!((done["state"].as_str(), counts(&done)), (Some("DONE"), expected), "{done}");
    }
    let again = import(director, "PRICES", "SKIP_BAD", "p.csv", csv.as_bytes()).await;
    assert_eq!(counts(&again), [0, 0, 4, 0], "{again}");
    let csv = csv.replace("11,00", "12,00");
    let changed = import(director, "PRICES", "SKIP_BAD", "p.csv", csv.as_bytes()).await;
    assert_eq!(counts(&changed), [0, 1, 3, 0], "{changed}");
    let told = prices(director, "P-1").await;
    let of = |name: &str| told.iter().find(|price| price["priceList"]["name"] == name).unwrap();
    assert_eq!(of("Base")["price"], "12", "{told:?}");
    assert_eq!(of("Розница")["price"], "1234.5");
    assert_eq!(of("Розница")["breaks"][0]["price"], "1200");

    // A bare list of prices: what list and from when is said once, for the whole file.
    let values = json!({"options": {"values": [{"field": "priceListReference", "value": "RETAIL"},
                                               {"field": "validFrom", "value": "01.06.2021"}]}});
    let csv = b"sku,price\nP-1,\"1300,5\"\n";
    let id = start(director, ("PRICES", "SKIP_BAD"), "bare.csv", csv, values).await;
    let bare = over(director, &id).await;
    assert_eq!(counts(&bare), [1, 0, 0, 0], "{bare}");
    let told = prices(director, "P-1").await;
    let retail = told.iter().find(|price| price["priceList"]["name"] == "Розница").unwrap();
    assert_eq!((&retail["price"], &retail["validFrom"]), (&json!("1300.5"), &json!("2021-06-01")));
    // Without a day it is today's, and a price that holds is not written again.
    let csv = b"priceListReference;sku;price\nRETAIL;P-1;1300,50\n;P-1;12\n";
    let same = import(director, "PRICES", "SKIP_BAD", "same.csv", csv).await;
    assert_eq!(counts(&same), [0, 0, 2, 0], "{same}");
}

#[tokio::test]
async fn a_price_out_of_a_file_outlives_the_change_that_it_was_put_over() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let director = &company.director;
    company.product(&at, "P-1", "10.00").await;
    let change = json!({"priceListId": at.price_list, "validFrom": "2020-01-01", "percent": "10"});
    let shown = "priceChange { id version }";
    let applied = director.does("applyPriceChange", json!({"change": change}), shown).await;
    let csv = b"sku,validFrom,price\nP-1,2020-01-01,12\n";
    let done = import(director, "PRICES", "SKIP_BAD", "p.csv", csv).await;
    assert_eq!(counts(&done), [0, 1, 0, 0], "{done}");
    let input = json!({"id": applied["priceChange"]["id"],
                       "version": applied["priceChange"]["version"]});
    assert_eq!(director.refused("undoPriceChange", input, shown).await, "IN_USE");
    assert_eq!(prices(director, "P-1").await[0]["price"], "12");
}

#[tokio::test]
async fn prices_that_cannot_be_are_told_by_row() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let director = &company.director;
    company.product(&at, "P-1", "10.00").await;
    let input = json!({"name": "Derived", "currency": "RUB", "includesVat": false,
                       "baseListId": at.price_list, "coefficient": "1.1"});
    director.does("createPriceList", input, "priceList { id }").await;
    let csv = "priceList;sku;packaging;validFrom;minQuantity;price\n\
               ;P-1;;01.01.2026;;1\n;P-1;;2026-01-01;;2\n;P-2;;;;1\nNone;P-1;;;;1\n\
               Derived;P-1;;;;1\n;P-1;Box;;;1\n;P-1;;31.02.2026;;1\n;P-1;;;-1;1\n;P-1;;;5;\n\
               ;P-1;;;6;-1\n;P-1;;;7;1,23456\n;;;;;1\n";
    let whole = import(director, "PRICES", "ALL_OR_NOTHING", "p.csv", csv.as_bytes()).await;
    assert_eq!((whole["state"].as_str(), counts(&whole)[0]), (Some("REJECTED"), 0), "{whole}");
    let expected = [
        (3, "sku"),
        (4, "sku"),
        (5, "priceList"),
        (6, "priceList"),
        (7, "packaging"),
        (8, "validFrom"),
        (9, "minQuantity"),
        (10, "price"),
        (11, "price"),
        (12, "price"),
        (13, "sku"),
    ];
    let expected: Vec<(i64, String)> =
        expected.iter().map(|(row, column)| (*row, (*column).to_owned())).collect();
    assert_eq!(places(&whole), expected, "{whole}");
    assert_eq!(prices(director, "P-1").await[0]["price"], "10", "nothing was written");
    // Whoever writes no prices brings none in.
    let id = json!({"kind": "PRICES", "mode": "DRY_RUN", "fileId": whole["report"]["id"]});
    let query =
        "mutation($input: StartImportInput!) { startImport(input: $input) { importJob { id } } }";
    assert_eq!(company.anna.denied(query, json!({"input": id})).await, "FORBIDDEN");
}
