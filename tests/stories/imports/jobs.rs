//! Imports as work that goes on: stopped, watched, set up once, shared between workers, and nobody
//! else's business.

use serde_json::json;
use stories::company::Company;
use stories::files::tenant_of;
use stories::house::{Replica, house};
use stories::imports::{JOB, counts, import, inbox, job, over, start, until, windows_1251};
use stories::inside::Standstill;
use stories::socket::{Heard, Socket};

fn products(prefix: &str, rows: usize) -> String {
    let mut csv = "sku,name,unit\n".to_owned();
    for n in 0..rows {
        csv.push_str(&format!("{prefix}-{n:06},Name {n},pcs\n"));
    }
    csv
}

#[tokio::test]
async fn a_stopped_import_ends_stopped() {
    let company = Company::new().await;
    let director = &company.director;
    let csv = products("S", 12_000);
    let tenant = tenant_of(&company).await;
    for (mode, row) in [("SKIP_BAD", "S-004500"), ("ALL_OR_NOTHING", "S-008500")] {
        let kind = ("PRODUCTS", mode);
        let standstill = Standstill::at(tenant, row).await;
        let id = start(director, kind, "s.csv", csv.as_bytes(), json!({})).await;
        until(director, &id, |job| job["rowsRead"].as_u64() > Some(0)).await;
        director.does("cancelImport", json!({"id": id}), "importJob { id }").await;
        standstill.leave().await;
        let over = over(director, &id).await;
        assert_eq!(over["state"], "CANCELLED", "{over}");
        let written = director.ask("{ products { totalCount { count } } }", json!({})).await;
        let written = written["products"]["totalCount"]["count"].as_i64().unwrap();
        if mode == "SKIP_BAD" {
            assert_eq!(counts(&over)[0], written, "the counts tell what stays");
            assert!(written < 12_000, "{over}");
        } else {
            assert_eq!(counts(&over), [0, 0, 0, 0], "{over}");
        }
        let code = director.refused("cancelImport", json!({"id": id}), "importJob { id }").await;
        assert_eq!(code, "ILLEGAL_TRANSITION");
    }
}

#[tokio::test]
async fn all_or_nothing_is_stopped_while_it_writes() {
    let company = Company::new().await;
    let director = &company.director;
    let csv = products("W", 40_000);
    let kind = ("PRODUCTS", "ALL_OR_NOTHING");
    let standstill = Standstill::at(tenant_of(&company).await, "W-010500").await;
    let id = start(director, kind, "w.csv", csv.as_bytes(), json!({})).await;
    // Looked at to the end, then written from the start.
    until(director, &id, |job| job["rowsCreated"].as_u64() > Some(9_000)).await;
    until(director, &id, |job| job["rowsCreated"] == 0).await;
    director.does("cancelImport", json!({"id": id}), "importJob { id }").await;
    standstill.leave().await;
    let over = over(director, &id).await;
    assert_eq!((over["state"].as_str(), counts(&over)), (Some("CANCELLED"), [0; 4]), "{over}");
    assert!(director.all("products", "id").await.is_empty(), "nothing of it is there");
}

#[tokio::test]
async fn progress_is_told_as_it_goes_and_to_whom_it_concerns() {
    let company = Company::new().await;
    let director = &company.director;
    let tenant = tenant_of(&company).await;
    let kind = ("PRODUCTS", "SKIP_BAD");
    // It stands still in its first two thousand rows, and in its third.
    let first = Standstill::at(tenant, "T-000500").await;
    let third = Standstill::at(tenant, "T-004500").await;
    let id = start(director, kind, "t.csv", products("T", 6_500).as_bytes(), json!({})).await;
    let query = format!(
        "subscription($id: ID!) {{ importProgress(id: $id) {{ kind importJob {{ {JOB} }} }} }}"
    );
    let mut hers = Socket::signed_in(&company.anna.token).await;
    hers.subscribe("1", &query, json!({"id": id})).await;
    let mut socket = Socket::signed_in(&director.token).await;
    socket.subscribe("1", &query, json!({"id": id})).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    first.leave().await;
    let (mut third, mut rows) = (Some(third), Vec::new());
    loop {
        let mut told = socket.event_within(std::time::Duration::from_secs(60)).await;
        let told = told["importProgress"]["importJob"].take();
        rows.push(told["rowsRead"].as_i64().unwrap());
        if rows.last() > Some(&0)
            && let Some(third) = third.take()
        {
            third.leave().await;
        }
        if told["state"] == "DONE" {
            break;
        }
    }
    assert!(rows.is_sorted(), "{rows:?}");
    assert_eq!(rows.last(), Some(&6_500));
    assert!(rows.iter().any(|rows| (1..6_500).contains(rows)), "{rows:?}");
    let heard = hers.hear_within(std::time::Duration::from_millis(500)).await;
    assert_eq!(heard, Heard::Silence, "others' imports are not told");
}

#[tokio::test]
async fn a_senders_headers_are_told_once() {
    let company = Company::new().await;
    let director = &company.director;
    let profile = json!({
        "kind": "PRODUCTS", "name": "Поставщик",
        "columns": [{"field": "sku", "header": "Обозначение"}, {"field": "name", "header": "Вещь"}],
        "options": {"encoding": "WINDOWS_1251", "separator": "TAB", "decimalMark": "POINT",
                    "values": [{"field": "unit", "value": "шт"}]},
    });
    director.does("saveImportProfile", profile, "name").await;
    let bytes = windows_1251("Обозначение\tВещь\tГруппа\nX-1\tЁж\tЗвери\n");
    let named = json!({"profile": "Поставщик"});
    let kind = ("PRODUCTS", "SKIP_BAD");
    let id = start(director, kind, "x.txt", &bytes, named).await;
    let done = over(director, &id).await;
    assert_eq!((done["state"].as_str(), counts(&done)), (Some("DONE"), [1, 0, 0, 0]), "{done}");
    let found = director.all("products", "sku name unit group { name }").await;
    let expected = json!({"sku": "X-1", "name": "Ёж", "unit": "шт", "group": {"name": "Звери"}});
    assert_eq!(found, [expected]);
    // Without it the header says nothing.
    let bare = import(director, "PRODUCTS", "SKIP_BAD", "x.txt", &bytes).await;
    assert_eq!(bare["state"], "FAILED", "{bare}");
    let odd = json!({"kind": "PRODUCTS", "name": "Odd",
                     "columns": [{"field": "colour", "header": "Цвет"}]});
    assert_eq!(director.refused("saveImportProfile", odd, "name").await, "INVALID");
    let gone = json!({"kind": "PRODUCTS", "name": "Поставщик"});
    director.does("deleteImportProfile", gone, "name").await;
    let file = stories::files::upload(director, &inbox(director).await, "x.txt", &bytes).await;
    let input = json!({"kind": "PRODUCTS", "mode": "DRY_RUN", "fileId": file["id"],
                       "profile": "Поставщик"});
    let code = director.refused("startImport", input, "importJob { id }").await;
    assert_eq!(code, "UNKNOWN_REFERENCE");
}

#[tokio::test]
async fn workers_on_replicas_take_different_jobs() {
    let replica = Replica::beside_the_house().await;
    let company = Company::new().await;
    let director = &company.director;
    let mut jobs = Vec::new();
    for n in 0..4 {
        let csv = products(&format!("R{n}"), 500);
        jobs.push(
            start(director, ("PRODUCTS", "SKIP_BAD"), "r.csv", csv.as_bytes(), json!({})).await,
        );
    }
    let csv = b"inn;name\n7707083893;Vostok\n";
    jobs.push(start(director, ("CUSTOMERS", "SKIP_BAD"), "c.csv", csv, json!({})).await);
    for id in &jobs {
        let done = over(director, id).await;
        assert_eq!(done["state"], "DONE", "{done}");
        assert_eq!(done["rowsRead"], done["rowsCreated"], "each row was written once: {done}");
    }
    let told = director.ask("{ products { totalCount { count } } }", json!({})).await;
    assert_eq!(told["products"]["totalCount"]["count"], 2_000);
    drop(replica);
}

#[tokio::test]
async fn the_neighbour_sees_and_uses_nothing_of_it() {
    let (company, neighbour) = (Company::new().await, Company::new().await);
    let director = &company.director;
    let done = import(director, "PRODUCTS", "SKIP_BAD", "a.csv", b"sku;name;unit\nA;;\n").await;
    assert!(done["report"]["id"].is_string(), "{done}");
    let other = &neighbour.director;
    let query = "query($id: ID!) { importJob(id: $id) { id } }";
    assert_eq!(other.denied(query, json!({"id": done["id"]})).await, "NOT_FOUND");
    let query = "query($id: ID!) { node(id: $id) { id } }";
    let told = other.send(query, json!({"id": done["id"]})).await;
    assert!(told["data"]["node"].is_null(), "{told}");
    let answer = stories::files::fetch(other, &done["report"]["id"], &[]).await;
    assert_eq!(answer.status(), 404);
    let input = json!({"kind": "PRODUCTS", "mode": "DRY_RUN", "fileId": done["report"]["id"]});
    let code = other.refused("startImport", input, "importJob { id }").await;
    assert_eq!(code, "UNKNOWN_REFERENCE");
    let stop = "mutation($input: CancelImportInput!) { cancelImport(input: $input) {
        importJob { id } } }";
    assert_eq!(other.denied(stop, json!({"input": {"id": done["id"]}})).await, "NOT_FOUND");
    // A key of one tenant is no key of another's records.
    let csv = b"sku;name;unit;externalReference\nA-1;One;pcs;SAME\n";
    for actor in [director, other] {
        let done = import(actor, "PRODUCTS", "SKIP_BAD", "k.csv", csv).await;
        assert_eq!(counts(&done), [1, 0, 0, 0], "{done}");
    }
    assert_eq!(job(director, &done["id"]).await["state"], "DONE");
}

#[tokio::test]
async fn the_queue_is_read_by_its_index() {
    use sqlx::{Connection, PgConnection};
    let mut owner = PgConnection::connect(&house().owner_url).await.unwrap();
    // Without a tenant, as the cross-tenant login asks, and with few rows: PostgreSQL is told not
    // to prefer the whole table. All of it is rolled back.
    let plan: Vec<String> = {
        let mut tx = owner.begin().await.unwrap();
        for setting in
            ["set local enable_seqscan = off", "alter table import_job no force row level security"]
        {
            sqlx::raw_sql(sqlx::AssertSqlSafe(setting)).execute(&mut *tx).await.unwrap();
        }
        let query = "explain select j.tenant_id from import_job j
             where j.state in ('WAITING', 'RUNNING') group by j.tenant_id
             having bool_or(j.leased_until is null or j.leased_until < now())";
        sqlx::query_scalar(query).fetch_all(&mut *tx).await.unwrap()
    };
    // Which of the two that hold open jobs alone depends on how many there are.
    let is_used = |index: &str| plan.iter().any(|line| line.contains(index));
    assert!(is_used("import_job_queue") || is_used("import_job_open"), "{plan:#?}");
}
