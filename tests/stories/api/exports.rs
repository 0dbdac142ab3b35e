//! Lists written to files: what is in them, for whom, and what a crash does not halve.

use std::io::Cursor;
use std::time::Duration;

use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};
use stories::actor::{Actor, number, text};
use stories::company::{Company, merge};
use stories::files::{export_is_over, fetch, tenant_of};
use stories::house::house;
use stories::inside::inside;
use stories::schema::Schema;
use stories::socket::{Heard, Socket};

/// Exports a list; gives the job once it is over.
async fn export(actor: &Actor, list: &str, format: &str, more: Value) -> Value {
    let mut input = json!({"list": list, "format": format});
    merge(&mut input, more);
    let started = actor.does("startExport", input, "exportJob { id }").await;
    export_is_over(actor, &started["exportJob"]["id"]).await
}

/// The file of an export that must have one.
async fn bytes(actor: &Actor, job: &Value) -> Vec<u8> {
    assert_eq!(job["state"], "DONE", "{job}");
    let answer = fetch(actor, &job["file"]["id"], &[]).await;
    assert_eq!(answer.status(), 200, "{job}");
    answer.bytes().await.unwrap().to_vec()
}

/// A CSV file with its header, as another program reads it.
fn read_csv(bytes: &[u8]) -> Vec<Vec<String>> {
    let text = std::str::from_utf8(bytes).unwrap().strip_prefix('\u{feff}').unwrap();
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
    rows.collect()
}

async fn customers(company: &Company) {
    let money = |amount: &str| json!({"creditLimit": amount});
    company.customer("Альфа; \"и\" Ко", &company.anna_id, money("1000000.50")).await;
    company.customer("=cmd|'/c calc'!A1", &company.anna_id, json!({"tags": ["+a", "b"]})).await;
    company.customer("Борис", &company.boris_id, money("7")).await;
}

const COLUMNS: [&str; 6] =
    ["name", "manager", "creditLimit", "tags", "createdAt", "defaultAgreement.name"];

#[tokio::test]
async fn customers_go_out_as_the_api_shows_them() {
    let company = Company::new().await;
    customers(&company).await;
    let accounting = &company.accounting;
    let manager = json!({"managerId": company.anna_id});
    let asked = json!({"columns": COLUMNS, "language": "RU",
        "arguments": {"filter": manager, "orderBy": {"field": "NAME"}}});
    let job = export(accounting, "customers", "CSV", asked.clone()).await;
    assert_eq!((job["rowsTotal"].as_i64(), job["rowsWritten"].as_i64()), (Some(2), Some(2)));
    let rows = read_csv(&bytes(accounting, &job).await);
    let header = [
        "Наименование",
        "Менеджер",
        "Кредитный лимит",
        "Кредитный лимит: Валюта",
        "Метки",
        "Создано",
        "Основное соглашение",
    ];
    assert_eq!(rows[0], header);

    let query = "query($filter: CustomerFilter) { customers(filter: $filter,
        orderBy: {field: NAME}) { nodes { name manager { name } creditLimit { amount currency }
        tags createdAt defaultAgreement { name } } } }";
    let told = accounting.ask(query, json!({"filter": manager})).await;
    let shown = told["customers"]["nodes"].as_array().unwrap();
    assert_eq!(shown.len(), 2, "{told}");
    let part = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let is_formula = |text: &str| text.starts_with(['=', '+']);
    for (row, node) in rows[1..].iter().zip(shown) {
        let name = part(&node["name"]);
        // Harmless in a spreadsheet program.
        let shield = |text: String| if is_formula(&text) { format!("'{text}") } else { text };
        let tags: Vec<String> = node["tags"].as_array().unwrap().iter().map(part).collect();
        let moment = part(&node["createdAt"]).parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        let moment = moment.with_timezone(&chrono_tz::Europe::Moscow);
        let expected = [
            shield(name),
            part(&node["manager"]["name"]),
            part(&node["creditLimit"]["amount"]).replace('.', ","),
            part(&node["creditLimit"]["currency"]),
            shield(tags.join("; ")),
            moment.format("%Y-%m-%d %H:%M:%S").to_string(),
            part(&node["defaultAgreement"]["name"]),
        ];
        assert_eq!(*row, expected);
    }
    assert!(rows[1..].iter().any(|row| row[0] == "'=cmd|'/c calc'!A1"), "{rows:?}");

    let job = export(accounting, "customers", "XLSX", asked).await;
    let mut book = Xlsx::new(Cursor::new(bytes(accounting, &job).await)).unwrap();
    let sheet = book.worksheet_range("customers").unwrap();
    assert_eq!(sheet.height(), 3);
    for (row, node) in sheet.rows().skip(1).zip(shown) {
        // A text stays a text in a workbook.
        assert_eq!(row[0], Data::String(part(&node["name"])));
        match &row[2] {
            Data::Float(amount) => {
                let amount: rust_decimal::Decimal = amount.to_string().parse().unwrap();
                assert_eq!(amount, number(&node["creditLimit"]["amount"]));
            }
            other => assert!(node["creditLimit"].is_null(), "{other:?}: {node}"),
        }
        assert!(matches!(row[5], Data::DateTime(_)), "{:?}", row[5]);
    }
    assert!(book.worksheet_formula("customers").unwrap().is_empty());
}

#[tokio::test]
async fn other_notations_are_written_as_asked() {
    let company = Company::new().await;
    customers(&company).await;
    let asked = json!({"columns": ["name", "creditLimit.amount"], "options": {
        "encoding": "WINDOWS_1251", "separator": "TAB", "decimalMark": "POINT",
        "headings": "PATHS"}, "arguments": {"search": "Борис"}});
    let job = export(&company.director, "customers", "CSV", asked).await;
    let file = bytes(&company.director, &job).await;
    assert_eq!(file, b"name\tcreditLimit.amount\r\n\xC1\xEE\xF0\xE8\xF1\t7.00\r\n");
    let asked = json!({"columns": ["name", "creditLimit"], "arguments": {"search": "Борис"}});
    let job = export(&company.director, "customers", "JSONL", asked).await;
    let file = bytes(&company.director, &job).await;
    let line: Value = serde_json::from_slice(&file).unwrap();
    let limit = json!({"amount": "7.00", "currency": "RUB"});
    assert_eq!(line, json!({"name": "Борис", "creditLimit": limit}));
}

#[tokio::test]
async fn everybody_gets_what_he_may_see() {
    let company = Company::new().await;
    customers(&company).await;
    let (anna, boris, warehouse) = (&company.anna, &company.boris, &company.warehouse);
    let names = json!({"columns": ["name"]});
    let own = export(boris, "customers", "CSV", names).await;
    let rows = read_csv(&bytes(boris, &own).await);
    assert_eq!(rows[1..], [["Борис"]]);
    // What a role may not see is left out of a list's own columns, and refused by its name.
    let asked = json!({"options": {"headings": "PATHS"}});
    let bare = export(warehouse, "customers", "CSV", asked.clone()).await;
    let header = read_csv(&bytes(warehouse, &bare).await).swap_remove(0);
    assert!(header.contains(&"name".to_owned()), "{header:?}");
    assert!(!header.iter().any(|path| path.contains("creditLimit") || path == "phone"));
    let full = export(anna, "customers", "CSV", asked).await;
    let header = read_csv(&bytes(anna, &full).await).swap_remove(0);
    assert!(header.contains(&"creditLimit.amount".to_owned()), "{header:?}");
    let input = json!({"list": "customers", "format": "CSV", "columns": ["creditLimit"]});
    let mutation = "mutation($input: StartExportInput!) { startExport(input: $input) {
        exportJob { id } userErrors { code message } } }";
    let told = warehouse.send(mutation, json!({"input": input})).await;
    let refused = text(&told["data"]["startExport"]["userErrors"][0]["message"]);
    assert!(refused.contains("creditLimit"), "{told}");
    let input = json!({"list": "payments", "format": "CSV"});
    assert_eq!(warehouse.denied(mutation, json!({"input": input})).await, "FORBIDDEN");

    // Files are for those who see all that is in them.
    let query = "query($id: ID!) { exportJob(id: $id) { file { id } } }";
    let id = json!({"id": own["id"]});
    assert_eq!(anna.denied(query, id.clone()).await, "NOT_FOUND");
    assert_eq!(fetch(anna, &own["file"]["id"], &[]).await.status(), 404);
    assert_eq!(fetch(&company.director, &own["file"]["id"], &[]).await.status(), 200);
    // An administrator sees who took what, and not what was taken.
    let seen = company.admin.ask(query, id.clone()).await;
    assert!(seen["exportJob"]["file"].is_null(), "{seen}");
    assert_eq!(fetch(&company.admin, &own["file"]["id"], &[]).await.status(), 404);
    let neighbour = Company::new().await;
    assert_eq!(neighbour.director.denied(query, id).await, "NOT_FOUND");
    assert_eq!(fetch(&neighbour.director, &own["file"]["id"], &[]).await.status(), 404);
    // Without the right to export there is neither an export nor its file.
    let input = json!({"name": "manager", "title": "Manager", "includes": [],
        "rights": [{"object": "customer", "act": "read", "reach": "OWN"}]});
    company.admin.does("saveRole", input, "role { name }").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let input = json!({"list": "customers", "format": "CSV"});
    assert_eq!(boris.denied(mutation, json!({"input": input})).await, "FORBIDDEN");
    assert_eq!(fetch(boris, &own["file"]["id"], &[]).await.status(), 404);
}

#[tokio::test]
async fn what_no_list_takes_is_refused_before_the_start() {
    let company = Company::new().await;
    let refused = async |list: &str, more: Value| {
        let mut input = json!({"list": list, "format": "CSV"});
        merge(&mut input, more);
        company.director.refused("startExport", input, "exportJob { id }").await
    };
    for (list, more) in [
        ("nothing", json!({})),
        ("viewer", json!({})),
        ("customers", json!({"columns": ["nothing"]})),
        ("customers", json!({"columns": ["orders.number"]})),
        ("customers", json!({"arguments": {"filter": {"nmae": "x"}}})),
        ("customers", json!({"arguments": {"orderBy": {"field": "NOTHING"}}})),
        ("customers", json!({"arguments": {"first": 1}})),
        ("customers", json!({"arguments": {"x: 1) { nodes { id } } y: customers(last": 1}})),
        ("customers", json!({"arguments": []})),
    ] {
        assert_eq!(refused(list, more.clone()).await, "INVALID", "{list} {more}");
    }
}

/// Products by the file, as many as a list needs to be long.
async fn many_products(company: &Company, rows: usize) {
    company.furnish().await;
    let tenant = tenant_of(company).await;
    let mut inside = inside(tenant).await;
    let sql = "insert into product (tenant_id, id, sku, name, group_id, unit, vat_rate,
                                    is_service, created_at)
               select g.tenant_id, gen_random_uuid(), 'S-' || lpad(n::text, 6, '0'), 'Name ' || n,
                      g.id, 'pcs', 20, false, now()
               from product_group g, generate_series(1, $2) n
               where g.tenant_id = $1";
    let rows = i32::try_from(rows).unwrap();
    sqlx::query(sql).bind(tenant).bind(rows).execute(&mut inside).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_goes_out_whole_though_its_worker_is_let_down() {
    const ROWS: usize = 20_000;
    let company = Company::new().await;
    many_products(&company, ROWS).await;
    let director = &company.director;
    let columns = json!(["sku", "name", "group"]);
    let input = json!({"list": "products", "format": "XLSX", "columns": columns});
    let started = director.does("startExport", input.clone(), "exportJob { id }").await;
    let id = started["exportJob"]["id"].clone();
    let mut socket = Socket::signed_in(&director.token).await;
    let query = "subscription($id: ID!) { exportProgress(id: $id) {
        exportJob { state rowsWritten } } }";
    socket.subscribe("1", query, json!({"id": id})).await;
    // As if its worker had died in the middle: the lease is over, and its end is not its to write.
    // Asked of the table itself: what is told comes when the machine has time for it.
    let tenant = tenant_of(&company).await;
    let mut inside = inside(tenant).await;
    let sql = "update export_job set lease = gen_random_uuid(), leased_until = now()
               where tenant_id = $1 and state = 'RUNNING' and rows_written > 0";
    let mut taken = 0;
    while taken == 0 {
        let told = sqlx::query(sql).bind(tenant).execute(&mut inside).await.unwrap();
        taken = told.rows_affected();
        let over = "select count(*) from export_job where tenant_id = $1 and state = 'DONE'";
        let over: i64 = sqlx::query_scalar(over).bind(tenant).fetch_one(&mut inside).await.unwrap();
        assert_eq!(over, 0, "it was over before");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(taken, 1);
    let mut event = async || socket.event_within(Duration::from_secs(60)).await;
    while event().await["exportProgress"]["exportJob"]["rowsWritten"] == 0 {}
    let job = export_is_over(director, &id).await;
    assert_eq!(job["rowsWritten"].as_i64(), i64::try_from(ROWS).ok(), "{job}");
    let (attempts, files): (i32, i64) = sqlx::query_as(
        "select j.attempts, (select count(*) from attachment a
                             where a.tenant_id = j.tenant_id and a.subject_id = j.id)
         from export_job j where j.tenant_id = $1",
    )
    .bind(tenant)
    .fetch_one(&mut inside)
    .await
    .unwrap();
    assert_eq!((attempts, files), (2, 1));
    let mut book = Xlsx::new(Cursor::new(bytes(director, &job).await)).unwrap();
    let sheet = book.worksheet_range("products").unwrap();
    let skus: std::collections::BTreeSet<String> =
        sheet.rows().skip(1).map(|row| row[0].to_string()).collect();
    assert_eq!((sheet.height(), skus.len()), (ROWS + 1, ROWS));

    let started = director.does("startExport", input, "exportJob { id }").await;
    let id = started["exportJob"]["id"].clone();
    director.does("cancelExport", json!({"id": id}), "exportJob { id }").await;
    let job = export_is_over(director, &id).await;
    assert_eq!((job["state"].as_str(), job["file"].is_null()), (Some("CANCELLED"), true), "{job}");
    let code = director.refused("cancelExport", json!({"id": id}), "exportJob { id }").await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
}

#[tokio::test]
async fn a_file_goes_when_its_time_is_over() {
    let company = Company::new().await;
    let director = &company.director;
    let job = export(director, "warehouses", "CSV", json!({})).await;
    bytes(director, &job).await;
    let tenant = tenant_of(&company).await;
    let mut inside = inside(tenant).await;
    let sql = "update export_job set expires_at = now() - interval '1 s' where tenant_id = $1";
    sqlx::query(sql).bind(tenant).execute(&mut inside).await.unwrap();
    assert_eq!(fetch(director, &job["file"]["id"], &[]).await.status(), 404);
    house().sweep_files().await;
    let removed: bool = sqlx::query_scalar(
        "select a.removed_at is not null from attachment a where a.tenant_id = $1",
    )
    .bind(tenant)
    .fetch_one(&mut inside)
    .await
    .unwrap();
    assert!(removed);
    let told = export_is_over(director, &job["id"]).await;
    assert_eq!((told["state"].as_str(), told["file"].is_null()), (Some("DONE"), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_of_the_schema_goes_out() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    company.receive(&at, None, &[(&good, "10", "5.00")]).await;
    customers(&company).await;
    let made = company.director.does("createStockCount", json!({}), "stockCount { id }").await;
    let count = made["stockCount"]["id"].clone();
    let schema = Schema::ask(&company.director).await;
    let told = company.director.ask("{ exportableLists { name columns { path } } }", json!({}));
    let told = told.await;
    let listed = told["exportableLists"].as_array().unwrap();
    let mut lists = Vec::new();
    for field in schema.root("Query").iter().filter(|field| field.of.name.ends_with("Connection")) {
        let known = listed.iter().find(|list| list["name"] == field.name.as_str());
        assert!(known.is_some_and(|list| list["columns"][0].is_object()), "{}", field.name);
        let needed = field.arguments.iter().filter(|argument| argument.of.required);
        let filled = needed.map(|argument| {
            // Lists of movements and of a count's goods are of something.
            let give = |name: &str, _: &str| match name {
                "product" => Some(json!(good)),
                "count" => Some(count.clone()),
                _ => None,
            };
            (argument.name.clone(), schema.fill(&argument.of, &give, &argument.name))
        });
        lists.push((field.name.clone(), filled.collect::<serde_json::Map<_, _>>()));
    }
    assert!(lists.len() > 25 && lists.len() == listed.len(), "{lists:?}");
    for (list, mut arguments) in lists {
        // Has a default, and is needed in the schema's own words all the same.
        arguments.remove("direction");
        if list == "lotRecipients" {
            // A recall is of something.
            arguments.insert("filter".to_owned(), json!({"number": "L-1"}));
        }
        let input = json!({"list": list, "format": "XLSX", "arguments": arguments});
        let (mut who, selection) = (&company.director, "exportJob { id }");
        let mut tried = who.tries("startExport", input.clone(), selection).await;
        if tried.as_ref().is_err_and(|code| code == "FORBIDDEN") {
            who = &company.admin;
            tried = who.tries("startExport", input.clone(), selection).await;
        }
        let started = tried.unwrap_or_else(|code| panic!("{list}: {code}"));
        let job = export_is_over(who, &started["exportJob"]["id"]).await;
        assert_eq!(job["state"], "DONE", "{list}: {job}");
        let mut book = Xlsx::new(Cursor::new(bytes(who, &job).await)).unwrap();
        let sheet = book.worksheet_range(&list).unwrap();
        assert_eq!(sheet.height() as i64, job["rowsWritten"].as_i64().unwrap() + 1, "{list}");
    }
}

#[tokio::test]
async fn values_are_words_that_people_read() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let input = json!({"subject": "PRODUCT", "key": "fragile", "name": "Хрупкий",
        "kind": "BOOLEAN"});
    company.admin.does("createCustomField", input, "customField { id }").await;
    let input = json!({"sku": "W-1", "name": "Доставка", "groupId": at.group, "unit": "шт",
        "isService": true, "customFields": [{"key": "fragile", "boolean": true}]});
    let director = &company.director;
    let made = director.does("createProduct", input, "product { id }").await;
    let customer = company.customer("Слова", &company.anna_id, json!({})).await;
    let line = json!({"productId": made["product"]["id"], "quantity": "1", "price": "5"});
    let input = json!({"customerId": customer, "lines": [line]});
    director.does("createSalesOrder", input, "order { id }").await;
    for (language, service, held, state) in
        [("RU", "да", "да", "Черновик"), ("EN", "yes", "yes", "Draft")]
    {
        let asked = json!({"columns": ["sku", "isService", "customFields.fragile"],
            "language": language});
        let job = export(director, "products", "CSV", asked.clone()).await;
        let rows = read_csv(&bytes(director, &job).await);
        assert_eq!(rows[1], ["W-1", service, held]);
        let job = export(director, "products", "XLSX", asked).await;
        let mut book = Xlsx::new(Cursor::new(bytes(director, &job).await)).unwrap();
        let sheet = book.worksheet_range("products").unwrap();
        assert_eq!(sheet.get((1, 1)), Some(&Data::String(service.to_owned())));
        let asked = json!({"columns": ["state"], "language": language});
        let job = export(director, "orders", "CSV", asked).await;
        assert_eq!(read_csv(&bytes(director, &job).await)[1], [state]);
    }
    // Programs get codes.
    let asked = json!({"columns": ["isService", "customFields"], "language": "RU"});
    let job = export(director, "products", "JSONL", asked).await;
    let line: Value = serde_json::from_slice(&bytes(director, &job).await).unwrap();
    let held = json!([{"key": "fragile", "text": "true"}]);
    assert_eq!(line, json!({"isService": true, "customFields": held}));
    let job = export(director, "orders", "JSONL", json!({"columns": ["state"]})).await;
    let line: Value = serde_json::from_slice(&bytes(director, &job).await).unwrap();
    assert_eq!(line, json!({"state": "DRAFT"}));
}

/// A file shows what its reader saw: who does not see a field is not given files with it.
#[tokio::test]
async fn a_file_with_a_hidden_field_is_for_those_who_see_it() {
    let company = Company::new().await;
    let field = |key: &str, roles: Value| json!({"subject": "CUSTOMER", "key": key, "name": key, "kind": "TEXT", "readRoles": roles});
    let create = "createCustomField";
    company.admin.does(create, field("inside", json!(["accounting"])), "customField { id }").await;
    company.admin.does(create, field("open", json!([])), "customField { id }").await;
    let custom = ["open", "inside"].map(|key| json!({"key": key, "text": "x"}));
    let input = json!({"name": "A", "customFields": custom});
    company.accounting.does("createCustomer", input, "customer { id }").await;
    let one = "query($id: ID!) { exportJob(id: $id) { file { id } } }";
    for (column, status) in [("customFields.open", 200), ("customFields.inside", 404)] {
        let columns = json!({"columns": ["name", column]});
        let job = export(&company.accounting, "customers", "CSV", columns).await;
        assert_eq!(read_csv(&bytes(&company.accounting, &job).await)[1..], [["A", "x"]]);
        let told = company.director.ask(one, json!({"id": job["id"]})).await;
        assert_eq!(told["exportJob"]["file"].is_null(), status != 200, "{column}");
        let answer = fetch(&company.director, &job["file"]["id"], &[]).await;
        assert_eq!(answer.status(), status, "{column}");
    }
}

#[tokio::test]
async fn a_partners_key_takes_out_what_its_scopes_see() {
    let company = Company::new().await;
    customers(&company).await;
    let mine = company.customer("Mine", &company.anna_id, json!({})).await;
    let key = async |name: &str, more: Value| {
        let mut input = json!({"name": name,
            "scopes": ["customers:read", "events:read", "exports:run"]});
        merge(&mut input, more);
        let made = company.admin.does("createApiKey", input, "apiKey { id } secret").await;
        (Actor::with_token(name, &text(&made["secret"])), text(&made["apiKey"]["id"]))
    };
    let (shop, id) = key("shop", json!({})).await;
    let (bound, _) = key("bound", json!({"customerId": mine})).await;
    let names = json!({"columns": ["name"], "arguments": {"orderBy": {"field": "NAME"}}});
    let all = export(&shop, "customers", "CSV", names.clone()).await;
    assert_eq!(read_csv(&bytes(&shop, &all).await).len(), 5, "four and the header");
    let own = export(&bound, "customers", "CSV", names.clone()).await;
    assert_eq!(read_csv(&bytes(&bound, &own).await)[1..], [["Mine"]]);

    // Each sees its own, and the director all of them with who asked.
    let query = "{ exportJobs { totalCount { count } nodes { id } } }";
    for (actor, job) in [(&shop, &all), (&bound, &own)] {
        let told = actor.ask(query, json!({})).await;
        assert_eq!(told["exportJobs"]["nodes"], json!([{"id": job["id"]}]), "{}", actor.name);
        assert_eq!(told["exportJobs"]["totalCount"]["count"], 1);
    }
    let one = "query($id: ID!) { exportJob(id: $id) { file { id } startedBy { name }
        startedByKey { id } } }";
    for (stranger, job) in [(&bound, &all), (&shop, &own), (&company.anna, &all)] {
        assert_eq!(stranger.denied(one, json!({"id": job["id"]})).await, "NOT_FOUND");
        assert_eq!(fetch(stranger, &job["file"]["id"], &[]).await.status(), 404);
    }
    let told = company.director.ask(one, json!({"id": all["id"]})).await;
    let seen = &told["exportJob"];
    assert_eq!((&seen["startedBy"], &seen["startedByKey"]["id"]), (&json!(null), &json!(id)));
    assert_eq!(fetch(&company.director, &seen["file"]["id"], &[]).await.status(), 200);
    let told = company.admin.ask(one, json!({"id": all["id"]})).await;
    assert!(told["exportJob"]["file"].is_null(), "{told}");

    // It is told how its own goes on, and nobody else's.
    let catalog = json!({"scopes": ["catalog:read", "events:read", "exports:run"]});
    let (reader, _) = key("catalog", catalog).await;
    many_products(&company, 6_000).await;
    let input = json!({"list": "products", "format": "CSV", "columns": ["sku", "group"]});
    let started = reader.does("startExport", input, "exportJob { id }").await;
    let job = &started["exportJob"]["id"];
    let query = "subscription($id: ID!) { exportProgress(id: $id) { exportJob { state } } }";
    let mut hers = Socket::signed_in(&shop.token).await;
    hers.subscribe("1", query, json!({"id": job})).await;
    let mut socket = Socket::signed_in(&reader.token).await;
    socket.subscribe("1", query, json!({"id": job})).await;
    let mut state = json!(null);
    while state != "DONE" {
        let told = socket.event_within(Duration::from_secs(60)).await;
        state = told["exportProgress"]["exportJob"]["state"].clone();
    }
    assert_eq!(hers.hear_within(Duration::from_millis(500)).await, Heard::Silence);

    // What it may not see it does not take out; without the scope there is no export.
    let mutation = "mutation($input: StartExportInput!) { startExport(input: $input) {
        exportJob { id } userErrors { code } } }";
    let input = json!({"list": "products", "format": "CSV"});
    assert_eq!(shop.denied(mutation, json!({"input": input})).await, "FORBIDDEN");
    let input = json!({"name": "reader", "scopes": ["customers:read"]});
    let made = company.admin.does("createApiKey", input, "secret").await;
    let reader = Actor::with_token("reader", &text(&made["secret"]));
    let input = json!({"list": "customers", "format": "CSV"});
    assert_eq!(reader.denied(mutation, json!({"input": input})).await, "FORBIDDEN");
    // A revoked key gets nothing any more.
    company.admin.does("revokeApiKey", json!({"id": id}), "apiKey { id }").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(fetch(&shop, &all["file"]["id"], &[]).await.status(), 401);
}
