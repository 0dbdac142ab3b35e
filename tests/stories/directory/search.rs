//! Whatever a person types finds what he means: codes, parts of names, the wrong keyboard layout,
//! Latin for Russian letters, a wrong letter. Rights hold in what is found and in what is not.

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, Furniture};

const CUSTOMERS: &str = "query($text: String!) { customers(search: $text, first: 5) {
    nodes { name } totalCount { count } } }";
const PRODUCTS: &str = "query($text: String!) { products(search: $text, first: 5) {
    nodes { sku } totalCount { count } } }";
const SEARCH: &str = "query($text: String!, $kinds: [SearchKind!], $first: Int) {
    search(text: $text, kinds: $kinds, first: $first) { kind matched
        record { id ... on Customer { name } ... on Product { sku } } } }";

async fn found(actor: &Actor, query: &str, asked: &str) -> Vec<String> {
    let told = actor.ask(query, json!({"text": asked})).await;
    let (list, field) = match told.get("products") {
        Some(list) => (list, "sku"),
        None => (&told["customers"], "name"),
    };
    let nodes = list["nodes"].as_array().unwrap();
    assert_eq!(list["totalCount"]["count"], nodes.len(), "{asked}: {told}");
    nodes.iter().map(|node| text(&node[field])).collect()
}

async fn product(company: &Company, at: &Furniture, sku: &str, name: &str) -> String {
    let input = json!({"sku": sku, "name": name, "groupId": at.group, "unit": "pcs"});
    let payload = company.director.does("createProduct", input, "product { id }").await;
    text(&payload["product"]["id"])
}

#[tokio::test]
async fn products_are_found_however_they_are_typed() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let brick = product(&company, &at, "KR-100/5", "Кирпич красный облицовочный").await;
    product(&company, &at, "KR-200", "Плитка под кирпич").await;
    product(&company, &at, "BO-1", "Дрель Bosch зелёная").await;
    product(&company, &at, "ЛМ-77/А", "Ламинат дуб").await;
    let barcodes = json!([{"code": "4006381333931", "kind": "EAN_13"}]);
    let input = json!({"productId": brick, "version": 1, "barcodes": barcodes});
    company.director.does("setProductBarcodes", input, "product { id }").await;
    for (typed, skus) in [
        ("4006381333931", vec!["KR-100/5"]),
        ("kr1005", vec!["KR-100/5"]),
        ("KR 100", vec!["KR-100/5"]),
        ("kr-", vec!["KR-100/5", "KR-200"]),
        ("ЛМ-77/А", vec!["ЛМ-77/А"]),
        ("лм77а", vec!["ЛМ-77/А"]),
        ("лм-7", vec!["ЛМ-77/А"]),
        // The name that begins so comes before the one that holds it.
        ("кирпич", vec!["KR-100/5", "KR-200"]),
        ("красн кирп", vec!["KR-100/5"]),
        ("ЗЕЛЕНАЯ", vec!["BO-1"]),
        ("rbhgbx", vec!["KR-100/5", "KR-200"]),
        ("kirpich", vec!["KR-100/5", "KR-200"]),
        ("ищыср", vec!["BO-1"]),
        // By sound "bosh", a letter short of the brand.
        ("бош", vec!["BO-1"]),
        ("кирпмч красный", vec!["KR-100/5"]),
        ("пдитка", vec!["KR-200"]),
        ("лрель", vec!["BO-1"]),
        ("к", vec!["KR-100/5", "KR-200"]),
        ("%", vec![]),
        ("_", vec![]),
        ("\\", vec![]),
        ("'; drop table product; --", vec![]),
        ("(кирпич|", vec![]),
        ("полиэтилен", vec![]),
    ] {
        let got = found(&company.warehouse, PRODUCTS, typed).await;
        assert_eq!(got, skus, "{typed}");
    }
    for typed in ["a\u{0}b".to_owned(), "я".repeat(10_000)] {
        let code = company.director.denied(PRODUCTS, json!({"text": typed})).await;
        assert_eq!(code, "BAD_USER_INPUT");
    }
    let told = company.director.ask("{ product(sku: \"KR-100/5\") { version } }", json!({})).await;
    let input = json!({"id": brick, "version": told["product"]["version"]});
    company.director.does("archiveProduct", input, "product { id }").await;
    for typed in ["rbhgbx", "кирпмч", "kirpich"] {
        assert_eq!(found(&company.director, PRODUCTS, typed).await, ["KR-200"], "{typed}");
    }
    assert!(found(&company.director, PRODUCTS, "kr1005").await.is_empty());
}

#[tokio::test]
async fn pages_of_a_search_are_the_whole_of_it() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let names = ["Кирпич красный", "Плитка под кирпич", "Кирпич белый", "Клей для кирпича"];
    for (nr, name) in names.into_iter().enumerate() {
        product(&company, &at, &format!("КИРПИЧ-{nr}"), name).await;
    }
    product(&company, &at, "кирпич", "Образец").await;
    let page = "query($text: String!, $first: Int, $after: String) {
        products(search: $text, first: $first, after: $after) {
            nodes { sku } pageInfo { hasNextPage endCursor } } }";
    for typed in ["кирпич", "rbhgbx", "кирпмч", "красный кирпич", "кирпич-2"]
    {
        let asked = json!({"text": typed, "first": 50});
        let whole = company.director.ask(page, asked).await["products"]["nodes"].clone();
        for first in [1, 2] {
            let (mut nodes, mut after) = (Vec::new(), Value::Null);
            loop {
                let asked = json!({"text": typed, "first": first, "after": after});
                let told = company.director.ask(page, asked).await;
                nodes.extend(told["products"]["nodes"].as_array().unwrap().clone());
                after = told["products"]["pageInfo"]["endCursor"].clone();
                if told["products"]["pageInfo"]["hasNextPage"] == false {
                    break;
                }
            }
            assert_eq!(Value::Array(nodes), whole, "{typed} by {first}");
        }
        assert!(!whole.as_array().unwrap().is_empty(), "{typed}");
    }
}

#[tokio::test]
async fn customers_are_found_by_name_numbers_and_people() {
    let company = Company::new().await;
    let more = json!({
        "inn": "7707083893", "phone": "+7 (495) 123-45-67", "email": "Info@romashka.example",
        "externalReference": "1C-77",
        "contacts": [{"name": "Ivan", "phone": "8 900 111-22-33", "email": "ivan@mail.example"}],
    });
    company.customer("ООО «Ромашка»", &company.anna_id, more).await;
    company.customer("Кирпичный завод", &company.boris_id, json!({})).await;
    for typed in [
        "ромашка",
        "ооо «ром",
        "7707083893",
        "8 495 1234567",
        "+7 495 123-45-67",
        "123-45-67",
        "INFO@romashka.example",
        "+7 (900) 111 22 33",
        "ivan@mail",
        "1C-77",
        "hjvfirf",
        "romashka",
        "ромошка",
        "рамашка",
    ] {
        assert_eq!(found(&company.anna, CUSTOMERS, typed).await, ["ООО «Ромашка»"], "{typed}");
        assert_eq!(found(&company.director, CUSTOMERS, typed).await, ["ООО «Ромашка»"], "{typed}");
        let nobody: [&str; 0] = [];
        assert_eq!(found(&company.boris, CUSTOMERS, typed).await, nobody, "{typed}");
    }
    // Names alone for who may not see contacts: nothing is found by what he may not read, and
    // what is found does not depend on it.
    for typed in ["ромашка", "romashka", "ромошка"] {
        assert_eq!(found(&company.warehouse, CUSTOMERS, typed).await, ["ООО «Ромашка»"]);
    }
    for typed in ["7707083893", "84951234567", "info@romashka.example", "ivan@mail", "9001112233"] {
        let nobody: [&str; 0] = [];
        assert_eq!(found(&company.warehouse, CUSTOMERS, typed).await, nobody, "{typed}");
    }
}

#[tokio::test]
async fn one_field_finds_all_kinds_within_reach() {
    let (company, neighbour) = tokio::join!(Company::new(), Company::new());
    let at = company.furnish().await;
    let sku = product(&company, &at, "ROM-1", "Ромашка аптечная").await;
    company.customer("Ромашка", &company.anna_id, json!({"inn": "7707083893"})).await;
    let kinds = |told: &Value| -> Vec<(String, String)> {
        let hits = told["search"].as_array().unwrap();
        hits.iter().map(|hit| (text(&hit["kind"]), text(&hit["matched"]))).collect()
    };
    let pair = |kind: &str, matched: &str| (kind.to_owned(), matched.to_owned());
    let told = company.anna.ask(SEARCH, json!({"text": "ромашка"})).await;
    assert_eq!(kinds(&told), [pair("CUSTOMER", "BEGINNING"), pair("PRODUCT", "BEGINNING")]);
    assert_eq!(told["search"][1]["record"]["id"], json!(sku));
    let told = company.anna.ask(SEARCH, json!({"text": "rom1"})).await;
    assert_eq!(kinds(&told), [pair("PRODUCT", "KEY")]);
    let told = company.anna.ask(SEARCH, json!({"text": "7707083893"})).await;
    assert_eq!(kinds(&told), [pair("CUSTOMER", "KEY")]);
    let told = company.boris.ask(SEARCH, json!({"text": "ромашка"})).await;
    assert_eq!(kinds(&told), [pair("PRODUCT", "BEGINNING")]);
    let told = company.warehouse.ask(SEARCH, json!({"text": "7707083893"})).await;
    assert_eq!(told["search"], json!([]));
    // The administrator sees neither customers nor goods: absent, not refused.
    let told = company.admin.ask(SEARCH, json!({"text": "ромашка"})).await;
    assert_eq!(told["search"], json!([]));
    let told = neighbour.director.ask(SEARCH, json!({"text": "ромашка"})).await;
    assert_eq!(told["search"], json!([]));
    let told = company.anna.ask(SEARCH, json!({"text": " ", "first": 20})).await;
    assert_eq!(told["search"], json!([]));
    let only = json!({"text": "ромашка", "kinds": ["PRODUCT"]});
    assert_eq!(kinds(&company.anna.ask(SEARCH, only).await), [pair("PRODUCT", "BEGINNING")]);
    let code = company.anna.denied(SEARCH, json!({"text": "a", "first": 21})).await;
    assert_eq!(code, "BAD_USER_INPUT");
}
