//! Variants of products out of files, and prices and stock of them.

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::Company;
use stories::house::house;
use stories::imports::{counts, import, places};

/// Variants by article number: name, reference, and what their values show.
async fn variants(actor: &Actor) -> Vec<(String, String, Vec<String>)> {
    let query = "sku name values { shown }";
    let mut rows: Vec<_> = actor
        .all("productVariants", query)
        .await
        .iter()
        .map(|row| {
            let shown = row["values"].as_array().unwrap().iter();
            let shown = shown.map(|value| text(&value["shown"])).collect();
            (text(&row["sku"]), text(&row["name"]), shown)
        })
        .collect();
    rows.sort();
    rows
}

/// A dress with a colour of its group, a length and a lining of its own.
async fn dress(company: &Company) -> stories::company::Furniture {
    let at = company.furnish().await;
    let csv = "Артикул;Название;Группа;Ед.;Характеристики\nDRESS;Платье;Goods;шт;да\n\
               CUP;Чашка;Goods;шт;\n";
    let director = &company.director;
    let made = import(director, "PRODUCTS", "SKIP_BAD", "p.csv", csv.as_bytes()).await;
    assert_eq!(counts(&made), [2, 0, 0, 0], "{made}");
    let goods = director.all("products", "id sku hasVariants").await;
    let dress = goods.iter().find(|row| row["sku"] == "DRESS").unwrap();
    assert_eq!(dress["hasVariants"], true);
    let input = json!({"groupId": at.group, "name": "Цвет", "kind": "CHOICE",
        "choices": ["Красный", "Чёрный"]});
    company.attribute(input).await;
    let input = json!({"productId": dress["id"], "name": "Длина", "kind": "NUMBER", "unit": "см",
        "place": 1});
    company.attribute(input).await;
    let input = json!({"productId": dress["id"], "name": "Подкладка", "kind": "BOOLEAN",
        "place": 2});
    company.attribute(input).await;
    at
}

const DRESSES: &str = "Артикул;Артикул характеристики;Характеристика;Цвет;Длина;Подкладка\n\
    DRESS;D-1;;красный;90,5;да\n\
    DRESS;D-2;Платье особое;черный;100;нет\n\
    DRESS;;;Чёрный;90,5;нет\n";

#[tokio::test]
async fn variants_come_by_their_values_and_once() {
    let company = Company::new().await;
    dress(&company).await;
    let director = &company.director;
    let bring = async |mode: &str, csv: &str| {
        import(director, "PRODUCT_VARIANTS", mode, "v.csv", csv.as_bytes()).await
    };
    let dry = bring("DRY_RUN", DRESSES).await;
    assert_eq!((dry["state"].as_str(), counts(&dry)), (Some("DONE"), [3, 0, 0, 0]), "{dry}");
    assert!(dry["fields"].as_array().unwrap().contains(&json!("attributes.Цвет")), "{dry}");
    assert!(variants(director).await.is_empty());
    let done = bring("ALL_OR_NOTHING", DRESSES).await;
    assert_eq!((done["state"].as_str(), counts(&done)), (Some("DONE"), [3, 0, 0, 0]), "{done}");
    let shown = |values: [&str; 3]| values.map(str::to_owned).to_vec();
    let expected = [
        ("D-1", "Платье (Красный, 90.5 см, Подкладка +)", ["Красный", "90.5 см", "+"]),
        ("D-2", "Платье особое", ["Чёрный", "100 см", "−"]),
        (
            "DRESS-Чёрный-90.5-см-Подкладка-−",
            "Платье (Чёрный, 90.5 см, Подкладка −)",
            ["Чёрный", "90.5 см", "−"],
        ),
    ];
    let expected =
        expected.map(|(sku, name, values)| (sku.to_owned(), name.to_owned(), shown(values)));
    assert_eq!(variants(director).await, expected);
    let again = bring("SKIP_BAD", DRESSES).await;
    assert_eq!(counts(&again), [0, 0, 3, 0], "{again}");
    // Found by its number, by its values, by its reference once it has one.
    let changes = "sku;variantSku;name;externalReference;Цвет;Длина;Подкладка\n\
                   DRESS;D-1;Dress one;1C-1;;;\n\
                   DRESS;D-3;;;Чёрный;90,50;нет\n";
    let changed = bring("SKIP_BAD", changes).await;
    assert_eq!(counts(&changed), [0, 2, 0, 0], "{changed}");
    let renamed = "sku;variantSku;externalReference\nDRESS;D-10;1C-1\n";
    let renamed = bring("SKIP_BAD", renamed).await;
    assert_eq!(counts(&renamed), [0, 1, 0, 0], "{renamed}");
    let skus: Vec<String> = variants(director).await.into_iter().map(|row| row.0).collect();
    assert_eq!(skus, ["D-10", "D-2", "D-3"]);
    let told = director.all("productVariants", "sku history { action }").await;
    let first = told.iter().find(|row| row["sku"] == "D-10").unwrap();
    let actions: Vec<&Value> =
        first["history"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["updateProductVariant", "updateProductVariant", "createProductVariant"]);
}

#[tokio::test]
async fn variants_that_cannot_be_are_told_by_row() {
    let company = Company::new().await;
    dress(&company).await;
    let director = &company.director;
    let good = "sku;variantSku;Цвет;Длина;Подкладка\nDRESS;D-1;Красный;90;да\n";
    let good = import(director, "PRODUCT_VARIANTS", "SKIP_BAD", "g.csv", good.as_bytes()).await;
    assert_eq!(counts(&good), [1, 0, 0, 0], "{good}");
    let csv = "sku;variantSku;externalReference;Цвет;Длина;Подкладка;Вкус\n\
               CUP;C-1;;Красный;;;\n\
               GONE;G-1;;Красный;;;\n\
               DRESS;D-2;;Зелёный;90;да;\n\
               DRESS;D-3;;Красный;long;да;\n\
               DRESS;D-4;;Красный;90;maybe;\n\
               DRESS;D-5;;Красный;;да;\n\
               DRESS;D-1;;Чёрный;;;\n\
               DRESS;D-6;;Чёрный;90;да;\n\
               DRESS;D-7;;Чёрный;90;да;\n\
               DRESS;D-6;;Красный;95;да;\n";
    let done = import(director, "PRODUCT_VARIANTS", "SKIP_BAD", "b.csv", csv.as_bytes()).await;
    assert_eq!(counts(&done), [1, 0, 0, 9], "{done}");
    assert_eq!(done["unknownColumns"], json!(["Вкус"]));
    let expected = [
        (2, "sku"),
        (3, "sku"),
        (4, "Цвет"),
        (5, "Длина"),
        (6, "Подкладка"),
        (7, "Длина"),
        (8, "variantSku"),
        (10, "variantSku"),
        (11, "variantSku"),
    ];
    let expected = expected.map(|(row, column)| (row, column.to_owned()));
    assert_eq!(places(&done), expected, "{done}");
    // Whether goods come in variants stays once there are some.
    let csv = "sku;hasVariants\nDRESS;нет\n";
    let back = import(director, "PRODUCTS", "SKIP_BAD", "p.csv", csv.as_bytes()).await;
    assert_eq!(places(&back), [(2, "hasVariants".to_owned())], "{back}");
}

#[tokio::test]
async fn prices_and_stock_name_a_variant() {
    let company = Company::new().await;
    dress(&company).await;
    let director = &company.director;
    let made = import(director, "PRODUCT_VARIANTS", "SKIP_BAD", "v.csv", DRESSES.as_bytes()).await;
    assert_eq!(counts(&made), [3, 0, 0, 0], "{made}");
    let csv = "sku;variantSku;validFrom;price\n\
               DRESS;;01.12.2025;100\n\
               DRESS;D-1;01.12.2025;90\n\
               DRESS;D-9;01.12.2025;80\n\
               CUP;D-1;01.12.2025;70\n";
    let priced = import(director, "PRICES", "SKIP_BAD", "p.csv", csv.as_bytes()).await;
    assert_eq!(counts(&priced), [2, 0, 0, 2], "{priced}");
    let expected = [(4, "variantSku".to_owned()), (5, "variantSku".to_owned())];
    assert_eq!(places(&priced), expected, "{priced}");
    let again = import(director, "PRICES", "SKIP_BAD", "p.csv", csv.as_bytes()).await;
    assert_eq!(counts(&again), [0, 0, 2, 2], "{again}");

    let csv = "sku;variantSku;quantity;unitCost;date\n\
               DRESS;D-1;3;10;31.12.2025\n\
               DRESS;D-2;4;10;31.12.2025\n\
               DRESS;;5;10;31.12.2025\n\
               DRESS;D-9;6;10;31.12.2025\n\
               CUP;;7;1;31.12.2025\n\
               DRESS;D-1;8;10;31.12.2025\n";
    let stock = import(director, "STOCK", "SKIP_BAD", "s.csv", csv.as_bytes()).await;
    assert_eq!(counts(&stock), [3, 0, 0, 3], "{stock}");
    let expected = [(4, "variantSku"), (5, "variantSku"), (7, "sku")];
    let expected = expected.map(|(row, column)| (row, column.to_owned()));
    assert_eq!(places(&stock), expected, "{stock}");
    let query = "product { sku } variant { sku } onHand";
    let mut told: Vec<(String, String)> = director
        .all("stock", query)
        .await
        .iter()
        .map(|row| {
            let variant = row["variant"]["sku"].as_str().unwrap_or_default();
            (format!("{}/{variant}", text(&row["product"]["sku"])), text(&row["onHand"]))
        })
        .collect();
    told.sort();
    let expected = [("CUP/", "7"), ("DRESS/D-1", "3"), ("DRESS/D-2", "4")];
    let expected = expected.map(|(goods, left)| (goods.to_owned(), left.to_owned()));
    assert_eq!(told, expected);
    let again = import(director, "STOCK", "SKIP_BAD", "s.csv", csv.as_bytes()).await;
    assert_eq!(counts(&again), [0, 0, 3, 3], "{again}");
    house().verify(&company.slug).await;
}
