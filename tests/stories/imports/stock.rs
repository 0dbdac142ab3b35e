//! Opening stock out of files.

use serde_json::{Value, json};
use stories::actor::Actor;
use stories::company::Company;
use stories::house::house;
use stories::imports::{counts, import, over, places, start};

async fn on_hand(actor: &Actor) -> Vec<(String, String)> {
    let all = actor.all("stock", "product { sku } onHand").await;
    let mut told: Vec<(String, String)> = all
        .iter()
        .map(|row| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&row["product"]["sku"]), text(&row["onHand"]))
        })
        .collect();
    told.sort();
    told
}

async fn goods(company: &Company) -> stories::company::Furniture {
    let at = company.furnish().await;
    let director = &company.director;
    for (sku, more) in [
        ("S-1", json!({})),
        ("S-2", json!({"tracksExpiry": true, "tracksLots": true})),
        ("S-3", json!({"isService": true})),
    ] {
        let mut input = json!({"sku": sku, "name": sku, "groupId": at.group, "unit": "шт"});
        stories::company::merge(&mut input, more);
        director.does("createProduct", input, "product { id }").await;
    }
    at
}

const GOODS: &str = "Склад;Артикул;Количество;Партия;Срок годности;Дата поступления;\
    Себестоимость;Внешний ключ\n\
    main;S-1;100,5;;;;6,25;O-1\n\
    main;S-2;40;L-7;31.12.2030;15.11.2025;3,10;O-2\n";

fn dated() -> Value {
    json!({"options": {"values": [{"field": "date", "value": "31.12.2025"}]}})
}

#[tokio::test]
async fn what_lies_there_comes_in_as_posted_receipts_and_once() {
    let company = Company::new().await;
    goods(&company).await;
    let director = &company.director;
    let bring = async |mode: &str, name: &str, csv: &str| {
        let id = start(director, ("STOCK", mode), name, csv.as_bytes(), dated()).await;
        over(director, &id).await
    };
    let dry = bring("DRY_RUN", "s.csv", GOODS).await;
    assert_eq!((dry["state"].as_str(), counts(&dry)), (Some("DONE"), [2, 0, 0, 0]), "{dry}");
    assert!(on_hand(director).await.is_empty());
    let done = bring("ALL_OR_NOTHING", "s.csv", GOODS).await;
    assert_eq!((done["state"].as_str(), counts(&done)), (Some("DONE"), [2, 0, 0, 0]), "{done}");
    let expected = [("S-1", "100.5"), ("S-2", "40")];
    let expected: Vec<_> = expected.map(|(s, q)| (s.to_owned(), q.to_owned())).into();
    assert_eq!(on_hand(director).await, expected);
    for mode in ["SKIP_BAD", "ALL_OR_NOTHING"] {
        let again = bring(mode, "again.csv", GOODS).await;
        assert_eq!(counts(&again), [0, 0, 2, 0], "{again}");
    }
    assert_eq!(on_hand(director).await, expected, "nothing is there twice");
    let query = "id version state date total { amount } lines { quantity lotNumber expiresOn
        unitCost { amount } lot { receivedOn number } } history { action } number";
    let receipts = director.all("goodsReceipts", query).await;
    assert_eq!(receipts.len(), 1, "{receipts:?}");
    let receipt = &receipts[0];
    assert_eq!((&receipt["state"], &receipt["date"]), (&json!("POSTED"), &json!("2025-12-31")));
    assert_eq!(receipt["total"]["amount"], "752.13");
    assert_eq!(receipt["lines"][1]["lot"], json!({"receivedOn": "2025-11-15", "number": "L-7"}));
    assert_eq!(receipt["history"][0]["action"], "postGoodsReceipt");
    house().verify(&company.slug).await;

    // Another quantity under the same key is no news to be added.
    let other = bring("SKIP_BAD", "other.csv", &GOODS.replace("100,5", "101")).await;
    assert_eq!((counts(&other), places(&other)[0].0), ([0, 0, 1, 1], 2), "{other}");
    // After the receipt was reversed the file comes in anew.
    let input = json!({"id": receipt["id"], "version": receipt["version"]});
    director.does("reverseGoodsReceipt", input, "goodsReceipt { id }").await;
    let anew = bring("SKIP_BAD", "anew.csv", &GOODS.replace("100,5", "101")).await;
    assert_eq!(counts(&anew), [2, 0, 0, 0], "{anew}");
    assert_eq!(on_hand(director).await[0].1, "101");
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn rows_without_a_key_are_known_by_what_they_say() {
    let company = Company::new().await;
    goods(&company).await;
    let csv = "sku;quantity;unitCost;date\nS-1;5;1;31.12.2025\nS-1;7;1;30.12.2025\n";
    for expected in [[2, 0, 0, 0], [0, 0, 2, 0]] {
        let done = import(&company.director, "STOCK", "SKIP_BAD", "s.csv", csv.as_bytes()).await;
        assert_eq!(counts(&done), expected, "{done}");
    }
    let expected = vec![("S-1".to_owned(), "12".to_owned())];
    assert_eq!(on_hand(&company.director).await, expected);
}

#[tokio::test]
async fn stock_that_cannot_be_is_told_by_row() {
    let company = Company::new().await;
    let at = goods(&company).await;
    let director = &company.director;
    let organization = director.all("organizations", "id").await[0]["id"].clone();
    let input = json!({"organizationId": organization, "closedUntil": "2025-06-30"});
    director.does("closePeriod", input, "organization { id }").await;
    let csv = "warehouse;sku;packaging;quantity;lotNumber;expiresOn;date;receivedOn;unitCost\n\
               ;S-1;;5;;;31.12.2025;;1\n\
               ;S-1;;5;;;31.12.2025;;1\n\
               ;S-2;;5;;31.12.2030;31.12.2025;;1\n\
               ;S-2;;5;L;;31.12.2025;;1\n\
               ;S-3;;5;;;31.12.2025;;1\n\
               ;S-9;;5;;;31.12.2025;;1\n\
               Nowhere;S-1;;5;A;;31.12.2025;;1\n\
               ;S-1;Box;5;B;;31.12.2025;;1\n\
               ;S-1;;0;C;;31.12.2025;;1\n\
               ;S-1;;5;D;;30.06.2025;;1\n\
               ;S-1;;5;E;;31.12.2099;;1\n\
               ;S-1;;5;F;;31.12.2025;01.01.2026;1\n\
               ;S-1;;5;G;;31.02.2025;;1\n\
               ;S-1;;5;H;;31.12.2025;;-1\n\
               ;S-1;;5;I;;31.12.2025;;\n";
    let whole = import(director, "STOCK", "ALL_OR_NOTHING", "s.csv", csv.as_bytes()).await;
    assert_eq!((whole["state"].as_str(), counts(&whole)[0]), (Some("REJECTED"), 0), "{whole}");
    let expected = [
        (3, "sku"),
        (4, "lotNumber"),
        (5, "expiresOn"),
        (6, "sku"),
        (7, "sku"),
        (8, "warehouse"),
        (9, "packaging"),
        (10, "quantity"),
        (11, "date"),
        (12, "date"),
        (13, "receivedOn"),
        (14, "date"),
        (15, "unitCost"),
        (16, "unitCost"),
    ];
    let expected: Vec<(i64, String)> =
        expected.iter().map(|(row, column)| (*row, (*column).to_owned())).collect();
    assert_eq!(places(&whole), expected, "{whole}");
    assert!(on_hand(director).await.is_empty(), "nothing of it is there");
    assert!(director.all("goodsReceipts", "id").await.is_empty());
    // A cost that is known already need not be said.
    let query = "sku id";
    let found = director.all("products", query).await;
    let good = found.iter().find(|product| product["sku"] == "S-1").unwrap();
    company.receive(&at, None, &[(good["id"].as_str().unwrap(), "1", "2.50")]).await;
    let csv = "sku;quantity;date\nS-1;4;31.12.2025\n";
    let done = import(director, "STOCK", "SKIP_BAD", "s.csv", csv.as_bytes()).await;
    assert_eq!(counts(&done), [1, 0, 0, 0], "{done}");
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn whoever_writes_receipts_brings_stock_in() {
    let company = Company::new().await;
    let at = goods(&company).await;
    let found = company.director.all("products", "id sku").await;
    let good = found.iter().find(|product| product["sku"] == "S-1").unwrap();
    company.receive(&at, None, &[(good["id"].as_str().unwrap(), "1", "2.50")]).await;
    let today = house().today().format("%d.%m.%Y").to_string();
    // The warehouse sees and states no cost: the goods come in at the last one.
    let csv = format!("sku;quantity;date\nS-1;4;{today}\n");
    let done = import(&company.warehouse, "STOCK", "SKIP_BAD", "s.csv", csv.as_bytes()).await;
    assert_eq!(counts(&done), [1, 0, 0, 0], "{done}");
    let costly = format!("sku;quantity;unitCost;date\nS-1;5;1;{today}\n");
    let told = import(&company.warehouse, "STOCK", "SKIP_BAD", "c.csv", costly.as_bytes()).await;
    assert_eq!(
        (counts(&told), places(&told)),
        ([0, 0, 0, 1], vec![(2, "unitCost".into())]),
        "{told}"
    );
    let buyer = stories::imports::colleague(&company, "purchasing").await;
    let done = import(&buyer, "STOCK", "SKIP_BAD", "c.csv", costly.as_bytes()).await;
    assert_eq!((done["state"].as_str(), counts(&done)), (Some("DONE"), [0, 0, 0, 1]), "{done}");
    let other = format!("sku;quantity;unitCost;date;externalReference\nS-1;5;1;{today};B-1\n");
    let done = import(&buyer, "STOCK", "SKIP_BAD", "o.csv", other.as_bytes()).await;
    assert_eq!(counts(&done), [1, 0, 0, 0], "{done}");
    assert_eq!(on_hand(&company.director).await, [("S-1".to_owned(), "10".to_owned())]);
    // The right to import is no right to write: what their role does not write they do not bring.
    let file = stories::files::upload(
        &buyer,
        &stories::imports::inbox(&buyer).await,
        "p.csv",
        b"sku;name;unit\nX;X;pcs\n",
    )
    .await;
    let mutation = "mutation($input: StartImportInput!) { startImport(input: $input) {
        importJob { id } } }";
    for kind in ["PRODUCTS", "PRODUCT_VARIANTS", "PRICES", "CUSTOMERS", "CONTACTS"] {
        let input = json!({"kind": kind, "mode": "DRY_RUN", "fileId": file["id"]});
        assert_eq!(buyer.denied(mutation, json!({"input": input})).await, "FORBIDDEN", "{kind}");
    }
    house().verify(&company.slug).await;
}
