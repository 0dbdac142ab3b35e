//! Files brought in: what is written, what is told, and what a crash does not double.

use serde_json::json;
use stories::actor::{Actor, text};
use stories::company::Company;
use stories::files::{fetch, upload};
use stories::imports::{counts, import, inbox, windows_1251};

async fn skus(actor: &Actor) -> Vec<String> {
    let all = actor.all("products", "sku").await;
    let mut skus: Vec<String> = all.iter().map(|product| text(&product["sku"])).collect();
    skus.sort();
    skus
}

#[tokio::test]
async fn products_come_in_once_however_often_they_are_sent() {
    let company = Company::new().await;
    company.furnish().await;
    let director = &company.director;
    let csv = "Артикул;Название;Группа;Ед.;НДС;Цена;Лишнее\r\n\
               A-1;Ёлка;Лес > Ели;шт;20;1 234,50;x\r\n\
               A-2;=1+1;Лес > Ели;шт;Без НДС;;\r\n";
    // As Excel in Russia writes it.
    let old = windows_1251(csv);
    let dry = import(director, "PRODUCTS", "DRY_RUN", "a.csv", &old).await;
    assert_eq!((dry["state"].as_str(), counts(&dry)), (Some("DONE"), [2, 0, 0, 0]), "{dry}");
    assert_eq!(dry["unknownColumns"], json!(["Лишнее"]));
    assert!(skus(director).await.is_empty());

    let done = import(director, "PRODUCTS", "ALL_OR_NOTHING", "a.csv", &old).await;
    assert_eq!((done["state"].as_str(), counts(&done)), (Some("DONE"), [2, 0, 0, 0]), "{done}");
    let again = import(director, "PRODUCTS", "SKIP_BAD", "a.csv", csv.as_bytes()).await;
    assert_eq!(counts(&again), [0, 0, 2, 0], "{again}");
    assert_eq!(skus(director).await, ["A-1", "A-2"]);
    let changed = csv.replace("Ёлка", "Ель");
    let changed = import(director, "PRODUCTS", "SKIP_BAD", "b.csv", changed.as_bytes()).await;
    assert_eq!(counts(&changed), [0, 1, 1, 0], "{changed}");
    let query = "products(first: 5, orderBy: {field: SKU}) { nodes {
        name group { name parent { name } } history { action } } }";
    let told = director.send(&format!("{{ {query} }}"), json!({})).await;
    let first = &told["data"]["products"]["nodes"][0];
    assert_eq!(first["name"], "Ель", "{told}");
    assert_eq!(first["history"][0]["action"], "updateProduct");
}

#[tokio::test]
async fn a_bad_row_is_told_and_all_or_nothing_writes_nothing() {
    let company = Company::new().await;
    let director = &company.director;
    let csv = "sku;name;unit;vatRate\nB-1;Good;pcs;20\nB-2;;pcs;20\nB-1;Twice;pcs;20\n\
               B-3;Odd;pcs;x\n";
    let whole = import(director, "PRODUCTS", "ALL_OR_NOTHING", "b.csv", csv.as_bytes()).await;
    assert_eq!(whole["state"], "REJECTED", "{whole}");
    assert!(skus(director).await.is_empty());
    let bad = whole["badRows"]["nodes"].as_array().unwrap();
    let places: Vec<(i64, &str)> = bad
        .iter()
        .map(|bad| (bad["row"].as_i64().unwrap(), bad["column"].as_str().unwrap()))
        .collect();
    assert_eq!(places, [(3, "name"), (4, "sku"), (5, "vatRate")], "{whole}");

    let some = import(director, "PRODUCTS", "SKIP_BAD", "b.csv", csv.as_bytes()).await;
    assert_eq!((some["state"].as_str(), counts(&some)), (Some("DONE"), [1, 0, 0, 3]), "{some}");
    assert_eq!(skus(director).await, ["B-1"]);
    let report = fetch(director, &some["report"]["id"], &[]).await.text().await.unwrap();
    assert!(report.lines().count() == 4 && report.contains("B-2"), "{report}");

    let odd = import(director, "PRODUCTS", "SKIP_BAD", "c.csv", b"what;else\n1;2\n").await;
    assert_eq!(odd["state"], "FAILED", "{odd}");
    assert!(text(&odd["failure"]).contains("sku"), "{odd}");
}

#[tokio::test]
async fn customers_come_in_with_manager_and_region_within_reach() {
    let company = Company::new().await;
    let (director, anna) = (&company.director, &company.anna);
    director.does("createRegion", json!({"name": "Север"}), "region { id }").await;
    let row = |mailbox: &str| {
        let email = company.email(mailbox);
        format!("ИНН;Название;Регион;Менеджер\n7707083893;Восток;север;{email}\n")
    };
    let done = import(director, "CUSTOMERS", "SKIP_BAD", "c.csv", row("anna").as_bytes()).await;
    assert_eq!(counts(&done), [1, 0, 0, 0], "{done}");
    let query = "name region { name } manager { name } agreements { isDefault }";
    let told = anna.all("customers", query).await;
    assert_eq!(told[0]["region"]["name"], "Север", "{told:?}");
    assert_eq!(told[0]["manager"]["name"], "anna");
    assert_eq!(told[0]["agreements"][0]["isDefault"], true);
    // She brings in her own customers and hands none over.
    let own = import(anna, "CUSTOMERS", "SKIP_BAD", "c.csv", row("anna").as_bytes()).await;
    assert_eq!(counts(&own), [0, 0, 1, 0], "{own}");
    let others = import(anna, "CUSTOMERS", "SKIP_BAD", "c.csv", row("boris").as_bytes()).await;
    assert_eq!(counts(&others), [0, 0, 0, 1], "{others}");
    // Others' imports and files are not hers to see or use.
    let query = "query($id: ID!) { importJob(id: $id) { id } }";
    assert_eq!(anna.denied(query, json!({"id": done["id"]})).await, "NOT_FOUND");
    let file = upload(director, &inbox(director).await, "d.csv", b"inn;name\n").await;
    let input = json!({"kind": "CUSTOMERS", "mode": "DRY_RUN", "fileId": file["id"]});
    assert_eq!(anna.refused("startImport", input, "importJob { id }").await, "UNKNOWN_REFERENCE");
}

#[tokio::test]
async fn many_rows_come_in_by_chunks() {
    let company = Company::new().await;
    let director = &company.director;
    let mut csv = "sku,name,unit\n".to_owned();
    for n in 0..4_500 {
        csv.push_str(&format!("S-{n:05},Name {n},pcs\n"));
    }
    for mode in ["SKIP_BAD", "ALL_OR_NOTHING"] {
        let done = import(director, "PRODUCTS", mode, "many.csv", csv.as_bytes()).await;
        let expected = if mode == "SKIP_BAD" { [4_500, 0, 0, 0] } else { [0, 0, 4_500, 0] };
        assert_eq!(counts(&done), expected, "{done}");
        assert_eq!(
            (done["rowsTotal"].as_i64(), done["rowsRead"].as_i64()),
            (Some(4_500), Some(4_500))
        );
    }
}

#[tokio::test]
async fn nobody_attaches_files_to_an_import_or_takes_its_report_away() {
    let company = Company::new().await;
    let director = &company.director;
    let done = import(director, "PRODUCTS", "SKIP_BAD", "a.csv", b"sku;name;unit\nA;;\n").await;
    let job = text(&done["id"]);
    for kind in [None, Some("FILE"), Some("PHOTO")] {
        let form = stories::files::form(&job, kind, "b.csv", b"sku;name;unit\n");
        let tried = stories::files::refused(director, form).await;
        assert_eq!(tried, (400, "BAD_USER_INPUT".to_owned()), "{kind:?}");
    }
    let remove = "mutation($id: ID!) { removeAttachment(input: {id: $id}) {
        userErrors { code } } }";
    let report = json!({"id": done["report"]["id"]});
    assert_eq!(director.denied(remove, report).await, "NOT_FOUND");
    assert_eq!(fetch(director, &done["report"]["id"], &[]).await.status(), 200);
}
