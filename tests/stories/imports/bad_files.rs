//! Files that do harm, or are not what they seem: each row or file gets its reason, and nothing is
//! written that should not be.

use serde_json::json;
use stories::actor::{Actor, text};
use stories::company::Company;
use stories::files::fetch;
use stories::imports::{
    counts, import, over, places, sheet_row, start, text_cell, windows_1251, workbook,
};

async fn skus(actor: &Actor) -> Vec<String> {
    let all = actor.all("products", "sku").await;
    let mut skus: Vec<String> = all.iter().map(|product| text(&product["sku"])).collect();
    skus.sort();
    skus
}

#[tokio::test]
async fn a_workbook_comes_in_and_its_formulas_by_their_results() {
    let company = Company::new().await;
    company.furnish().await;
    let director = &company.director;
    let shown = r#"<c><f>2*617.25</f><v>1234.5</v></c>"#;
    let open = r#"<c><f>2*2</f></c>"#;
    let broken = r#"<c t="e"><v>#N/A</v></c>"#;
    let row = |n: usize, sku: &str, name: &str, price: &str| {
        sheet_row(n, &[&text_cell(sku), &text_cell(name), &text_cell("шт"), price])
    };
    let rows = [
        row(1, "Артикул", "Название", &text_cell("Цена")),
        row(2, "X-1", "Ёж", shown),
        row(3, "X-2", "Уж", open),
        row(4, "X-3", "Чиж", broken),
        row(5, "=1+1", "Formula", "<c><v>5</v></c>"),
    ];
    let rows = rows.concat().replacen("<t>шт</t>", "<t>Ед.</t>", 1);
    let book = workbook(&rows, "");
    let done = import(director, "PRODUCTS", "SKIP_BAD", "book.xlsx", &book).await;
    assert_eq!((done["state"].as_str(), counts(&done)), (Some("DONE"), [2, 0, 0, 2]), "{done}");
    assert_eq!(places(&done), [(3, "Цена".to_owned()), (4, "Цена".to_owned())]);
    // Text that looks like a formula is text.
    assert_eq!(skus(director).await, ["=1+1", "X-1"]);
    let query = "sku currentPrices { price }";
    let told = director.all("products", query).await;
    let hedgehog = told.iter().find(|product| product["sku"] == "X-1").unwrap();
    assert_eq!(hedgehog["currentPrices"][0]["price"], "1234.5");
    // Its bad rows come back as a workbook.
    let report = fetch(director, &done["report"]["id"], &[]).await.bytes().await.unwrap();
    assert!(text(&done["report"]["name"]).ends_with(".xlsx") && report.starts_with(b"PK"));
}

#[tokio::test]
async fn a_file_that_is_a_trap_is_refused_as_a_whole() {
    let company = Company::new().await;
    let director = &company.director;
    let head = sheet_row(1, &[&text_cell("sku"), &text_cell("name"), &text_cell("unit")]);
    // 24 MiB of blanks take some 24 KiB.
    let bomb = workbook(&head, &" ".repeat(24 << 20));
    assert!(bomb.len() < 100_000);
    let wide = vec!["c"; 1_000_000].join(",");
    let cases: [(&str, &[u8], &str); 5] = [
        ("bomb.xlsx", &bomb, "inflates"),
        ("wide.csv", wide.as_bytes(), "column"),
        ("missing.csv", "name;unit\nЁж;шт\n".as_bytes(), "sku"),
        ("twice.csv", b"sku;Article;name\n1;2;3\n", "sku"),
        ("blank.csv", b"\n\n \n", "rows"),
    ];
    for (name, content, why) in cases {
        let id = start(director, ("PRODUCTS", "SKIP_BAD"), name, content, json!({})).await;
        let over = over(director, &id).await;
        assert_eq!((over["state"].as_str(), counts(&over)), (Some("FAILED"), [0; 4]), "{over}");
        let failure = text(&over["failure"]);
        assert!(failure.contains(why), "{name}: {failure}");
    }
    assert!(skus(director).await.is_empty());
}

#[tokio::test]
async fn broken_rows_are_told_and_the_others_written() {
    let company = Company::new().await;
    let director = &company.director;
    let mut csv =
        windows_1251("Артикул;Название;Ед.;Новое\nA-1;Ёж;шт;x\nA-2;Уж;шт\nA-1;Чиж;шт;y\n");
    // A byte that is no letter in windows-1251.
    csv.extend(b"A-3;\x98;\xF8\xF2;z\n");
    csv.extend(windows_1251("A-4;Стриж;шт;a;b;c\nA-5;\"Открытая\nA-6;Еж;шт;x\n"));
    let options = json!({"options": {"encoding": "WINDOWS_1251"}});
    let id = start(director, ("PRODUCTS", "SKIP_BAD"), "b.csv", &csv, options).await;
    let done = over(director, &id).await;
    assert_eq!(done["unknownColumns"], json!(["Новое"]));
    let rows: Vec<i64> = places(&done).iter().map(|(row, _)| *row).collect();
    assert_eq!(rows, [3, 4, 5, 6, 7], "{done}");
    assert_eq!((done["state"].as_str(), counts(&done)), (Some("DONE"), [1, 0, 0, 5]), "{done}");
    assert_eq!(skus(director).await, ["A-1"]);
    // Bytes of another encoding than the one that was named.
    let utf8 = json!({"options": {"encoding": "UTF_8"}});
    let csv = windows_1251("sku;name;unit\nB-1;Ёж;шт\nB-2;Plain;pcs\n");
    let id = start(director, ("PRODUCTS", "SKIP_BAD"), "u.csv", &csv, utf8).await;
    let done = over(director, &id).await;
    assert_eq!(counts(&done), [1, 0, 0, 1], "{done}");
}

#[tokio::test]
async fn the_report_is_mended_and_sent_again() {
    let company = Company::new().await;
    company.furnish().await;
    let director = &company.director;
    let csv = "Артикул;Название;Ед.;Цена\nA-1;Ёж;шт;1,50\nA-2;Уж;шт;дорого\nA-3;;шт;2,50\n\
               A-4;@SUM;шт;x\n";
    let some = import(director, "PRODUCTS", "SKIP_BAD", "m.csv", &windows_1251(csv)).await;
    assert_eq!(counts(&some), [1, 0, 0, 3], "{some}");
    let report = fetch(director, &some["report"]["id"], &[]).await.bytes().await.unwrap();
    let report = String::from_utf8(report.to_vec()).unwrap();
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines.len(), 4, "the header and the bad rows alone: {report}");
    assert!(lines[0].contains("Артикул") && lines[1].contains("дорого"), "{report}");
    assert!(!report.contains(";@SUM"), "no spreadsheet program runs it: {report}");
    let mended = report.replace("дорого", "3,50").replace(";;", ";Чиж;").replace(";x;", ";4;");
    let done = import(director, "PRODUCTS", "ALL_OR_NOTHING", "m2.csv", mended.as_bytes()).await;
    assert_eq!((done["state"].as_str(), counts(&done)), (Some("DONE"), [3, 0, 0, 0]), "{done}");
    let told = director.all("products", "sku name").await;
    let last = told.iter().find(|product| product["sku"] == "A-4").unwrap();
    assert_eq!(last["name"], "@SUM", "it came back as it was");
}
