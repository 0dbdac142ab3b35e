//! Fields that a tenant added, out of files.

use serde_json::{Value, json};
use stories::actor::Actor;
use stories::company::{Company, merge};
use stories::imports::{counts, import, over, places, start};

async fn field(company: &Company, subject: &str, key: &str, kind: &str, more: Value) {
    let mut input = json!({"subject": subject, "key": key, "name": key, "kind": kind});
    merge(&mut input, more);
    company.admin.does("createCustomField", input, "customField { id }").await;
}

/// The custom fields of records as they are printed, in the order of names.
async fn held(actor: &Actor, list: &str) -> Vec<Value> {
    let mut rows = actor.all(list, "name customFields { key text }").await;
    rows.sort_by_key(|row| row["name"].as_str().unwrap().to_owned());
    rows.iter()
        .map(|row| {
            let pairs = row["customFields"].as_array().unwrap().iter();
            let pairs = pairs.map(|one| (one["key"].as_str().unwrap(), one["text"].clone()));
            Value::Object(pairs.map(|(key, text)| (key.to_owned(), text)).collect())
        })
        .collect()
}

/// A field of each type on products.
async fn of_each_type(company: &Company) {
    let choices = json!([{"key": "a", "name": "Первый"}, {"key": "b", "name": "Второй"}]);
    let named = |name: &str| json!({"name": name});
    field(company, "PRODUCT", "shelf", "TEXT", json!({"name": "Полка", "pattern": "[A-Z]\\d+"}))
        .await;
    field(company, "PRODUCT", "weight", "NUMBER", json!({"name": "Вес", "most": "100"})).await;
    field(company, "PRODUCT", "checked_on", "DATE", named("Проверен")).await;
    field(company, "PRODUCT", "sort", "CHOICE", json!({"name": "Сорт", "choices": choices})).await;
    field(company, "PRODUCT", "fragile", "BOOLEAN", named("Хрупкий")).await;
    let to_suppliers = json!({"name": "Завод", "target": "SUPPLIER"});
    field(company, "PRODUCT", "plant", "REFERENCE", to_suppliers).await;
}

const GOODS: &str = "Артикул;Название;Ед.;Полка;Вес;checked_on;Сорт;Хрупкий;Завод\n\
    G-1;Ваза;шт;A1;1,50;31.12.2026;второй;да;ЗАВОД №1\n\
    G-2;Кирпич;шт;;;;;;\n";

#[tokio::test]
async fn a_products_own_fields_come_by_label_or_key() {
    let company = Company::new().await;
    of_each_type(&company).await;
    let director = &company.director;
    let plant = json!({"name": "Завод №1", "currency": "RUB"});
    director.does("createSupplier", plant, "supplier { id }").await;
    let dry = import(director, "PRODUCTS", "DRY_RUN", "g.csv", GOODS.as_bytes()).await;
    assert_eq!((dry["state"].as_str(), counts(&dry)), (Some("DONE"), [2, 0, 0, 0]), "{dry}");
    let fields = dry["fields"].as_array().unwrap();
    for key in ["shelf", "weight", "checked_on", "sort", "fragile", "plant"] {
        assert!(fields.contains(&json!(format!("customFields.{key}"))), "{dry}");
    }
    assert_eq!(dry["unknownColumns"], json!([]));
    assert!(held(director, "products").await.is_empty());

    let done = import(director, "PRODUCTS", "ALL_OR_NOTHING", "g.csv", GOODS.as_bytes()).await;
    assert_eq!((done["state"].as_str(), counts(&done)), (Some("DONE"), [2, 0, 0, 0]), "{done}");
    let vase = json!({"shelf": "A1", "weight": "1.5", "checked_on": "2026-12-31",
                      "sort": "Второй", "fragile": "true", "plant": "Завод №1"});
    assert_eq!(held(director, "products").await, [vase.clone(), json!({})]);
    let again = import(director, "PRODUCTS", "SKIP_BAD", "g.csv", GOODS.as_bytes()).await;
    assert_eq!(counts(&again), [0, 0, 2, 0], "{again}");
    // One field of its own changes a record; an empty cell leaves what is there.
    let some = "sku;shelf;customFields.weight\nG-1;;2\nG-2;B2;\n";
    let some = import(director, "PRODUCTS", "SKIP_BAD", "s.csv", some.as_bytes()).await;
    assert_eq!(counts(&some), [0, 2, 0, 0], "{some}");
    let mut heavier = vase;
    heavier["weight"] = json!("2");
    assert_eq!(held(director, "products").await, [heavier, json!({"shelf": "B2"})]);
    let told = director.all("products", "sku version history { action changes }").await;
    let first = told.iter().find(|row| row["sku"] == "G-1").unwrap();
    assert_eq!(
        (&first["version"], &first["history"][0]["action"]),
        (&json!(2), &json!("updateProduct"))
    );
    let changes = json!({"customFields.weight": {"before": "1.5", "after": "2"}});
    assert_eq!(first["history"][0]["changes"], changes, "{told:?}");
    let made = first["history"][1]["changes"]["customFields.shelf"].clone();
    assert_eq!(made, json!({"before": null, "after": "A1"}));
}

#[tokio::test]
async fn a_wrong_value_is_a_bad_row() {
    let company = Company::new().await;
    of_each_type(&company).await;
    field(&company, "PRODUCT", "must", "TEXT", json!({"name": "Обязательное", "isRequired": true}))
        .await;
    let director = &company.director;
    for name in ["Twin", "twin"] {
        let input = json!({"name": name, "currency": "RUB"});
        director.does("createSupplier", input, "supplier { id }").await;
    }
    let csv = "sku;name;unit;Обязательное;Полка;Вес;Проверен;Сорт;Хрупкий;Завод\n\
               W-1;One;pcs;x;a1;;;;;\n\
               W-2;One;pcs;x;;101;;;;\n\
               W-3;One;pcs;x;;heavy;;;;\n\
               W-4;One;pcs;x;;;31.02.2026;;;\n\
               W-5;One;pcs;x;;;;Третий;;\n\
               W-6;One;pcs;x;;;;;maybe;\n\
               W-7;One;pcs;x;;;;;;Nobody\n\
               W-8;One;pcs;x;;;;;;Twin\n\
               W-9;One;pcs;;;;;;;\n\
               W-10;One;pcs;x;A1;100;;a;нет;\n";
    let done = import(director, "PRODUCTS", "SKIP_BAD", "w.csv", csv.as_bytes()).await;
    assert_eq!(counts(&done), [1, 0, 0, 9], "{done}");
    let expected = [
        (2, "Полка"),
        (3, "Вес"),
        (4, "Вес"),
        (5, "Проверен"),
        (6, "Сорт"),
        (7, "Хрупкий"),
        (8, "Завод"),
        (9, "Завод"),
        (10, "Обязательное"),
    ];
    let expected = expected.map(|(row, column)| (row, column.to_owned()));
    assert_eq!(places(&done), expected, "{done}");
    // A new product holds what is required though the file has no such column; an old one may be
    // without, as everywhere.
    let csv = "sku;name;unit\nW-10;Other;pcs\nW-11;New;pcs\n";
    let bare = import(director, "PRODUCTS", "SKIP_BAD", "b.csv", csv.as_bytes()).await;
    assert_eq!(counts(&bare), [0, 1, 0, 1], "{bare}");
    assert_eq!(places(&bare), [(3, "customFields.must".to_owned())]);
}

#[tokio::test]
async fn a_customers_own_fields_are_written_within_ones_rights() {
    let company = Company::new().await;
    let anna = &company.anna;
    let hidden = json!({"name": "Тайна", "readRoles": ["accounting"], "isRequired": true});
    field(&company, "CUSTOMER", "secret", "TEXT", hidden).await;
    let guarded = json!({"name": "Класс", "writeRoles": ["accounting"]});
    field(&company, "CUSTOMER", "guarded", "TEXT", guarded).await;
    field(&company, "CUSTOMER", "lawyer", "REFERENCE", json!({"target": "USER"})).await;
    field(&company, "CUSTOMER", "parent", "REFERENCE", json!({"target": "CUSTOMER"})).await;
    company.customer("Boris' own", &company.boris_id, json!({})).await;
    let email = company.email("boris");
    let csv = format!(
        "inn;name;Тайна;Класс;lawyer;parent\n\
         7707083893;Vostok;x;;{email};\n\
         7728168971;Zapad;x;A;;\n\
         7710140679;Sever;x;;;Boris' own\n"
    );
    // What she does not see is no field of hers; what she may not write is told; whose she does
    // not see is not there.
    let hers = import(anna, "CUSTOMERS", "SKIP_BAD", "c.csv", csv.as_bytes()).await;
    assert_eq!(counts(&hers), [1, 0, 0, 2], "{hers}");
    assert_eq!(hers["unknownColumns"], json!(["Тайна"]));
    let expected = [(3, "Класс".to_owned()), (4, "parent".to_owned())];
    assert_eq!(places(&hers), expected, "{hers}");
    let all = import(&company.accounting, "CUSTOMERS", "SKIP_BAD", "c.csv", csv.as_bytes()).await;
    assert_eq!(counts(&all), [2, 1, 0, 0], "{all}");
    let told = held(&company.accounting, "customers").await;
    assert_eq!(told[2], json!({"secret": "x", "lawyer": "boris"}), "{told:?}");
    assert_eq!(told[3], json!({"secret": "x", "guarded": "A"}), "{told:?}");
}

#[tokio::test]
async fn a_saved_mapping_and_a_value_for_all_rows_name_them() {
    let company = Company::new().await;
    let director = &company.director;
    field(&company, "CUSTOMER", "channel", "TEXT", json!({})).await;
    field(&company, "CUSTOMER", "code", "TEXT", json!({})).await;
    let profile = json!({
        "kind": "CUSTOMERS", "name": "CRM",
        "columns": [{"field": "customFields.code", "header": "Номер в CRM"}],
        "options": {"values": [{"field": "customFields.channel", "value": "fair"}]},
    });
    director.does("saveImportProfile", profile, "name").await;
    let csv = "inn;name;Номер в CRM\n7707083893;Vostok;17\n".as_bytes();
    let kind = ("CUSTOMERS", "SKIP_BAD");
    let id = start(director, kind, "c.csv", csv, json!({"profile": "CRM"})).await;
    let done = over(director, &id).await;
    assert_eq!(counts(&done), [1, 0, 0, 0], "{done}");
    let expected = json!({"channel": "fair", "code": "17"});
    assert_eq!(held(director, "customers").await, [expected]);
    for (kind, field) in [
        ("CUSTOMERS", "customFields.nothing"),
        ("CONTACTS", "customFields.code"),
        ("PRODUCTS", "customFields.code"),
    ] {
        let odd = json!({"kind": kind, "name": "Odd",
                         "columns": [{"field": field, "header": "X"}]});
        assert_eq!(director.refused("saveImportProfile", odd, "name").await, "INVALID");
    }
}
