//! A worker that is killed: what it had begun is carried on, and nothing is there twice.

use load::process::Program;
use serde_json::json;
use sqlx::{Connection, PgConnection};
use stories::actor::Actor;
use stories::company::PASSWORD;
use stories::house::{files_folder, fresh_database, program};
use stories::imports::{counts, over, start, until};

/// Rows of a file that takes a while.
const ROWS: usize = 8_000;

/// A server in a process of its own on a database of its own, and the only one there.
struct Alone {
    owner_url: String,
    slug: String,
    server: Option<Program>,
}

impl Alone {
    async fn new() -> Self {
        let owner_url = fresh_database();
        let slug = format!("k{}", &uuid::Uuid::new_v4().simple().to_string()[..12]);
        let user = format!("director=director@{slug}.example");
        let admin = format!("admin=admin@{slug}.example");
        let words =
            ["tenant", "create", &slug, "--user", &admin, "--user", &user, "--password", PASSWORD];
        Program::run(&program(), &owner_url, &words).await.unwrap();
        let mut alone = Self { owner_url, slug, server: None };
        // The owner is bound by row-level security as well, and looks at everything here.
        let mut owner = alone.owner().await;
        for table in ["import_job", "product", "audit_trail", "stock_movement", "lot"] {
            let free = format!("alter table {table} no force row level security");
            sqlx::raw_sql(sqlx::AssertSqlSafe(free)).execute(&mut owner).await.unwrap();
        }
        alone.serve().await;
        alone
    }

    async fn serve(&mut self) {
        let files = files_folder().display().to_string();
        let more = [("OBOROT_FILES", files.as_str())];
        let server = Program::start(&program(), &self.owner_url, &more).await.unwrap();
        self.server = Some(server);
    }

    async fn director(&self) -> Actor {
        let url = &self.server.as_ref().unwrap().url;
        let email = format!("director@{}.example", self.slug);
        Actor::sign_in_at(url, &self.slug, &email, PASSWORD).await
    }

    async fn owner(&self) -> PgConnection {
        PgConnection::connect(&self.owner_url).await.unwrap()
    }

    /// Kills the server at once, in the middle of what it does, and starts another one. The dead
    /// one's lease is let pass.
    async fn crash(&mut self) {
        self.server.take().unwrap().kill().await.unwrap();
        let mut owner = self.owner().await;
        let pass = "update import_job set leased_until = now() where state = 'RUNNING'";
        let left = sqlx::raw_sql(pass).execute(&mut owner).await.unwrap();
        assert_eq!(left.rows_affected(), 1, "an import was under way");
        self.serve().await;
    }

    async fn count(&self, what: &str) -> i64 {
        let query = format!("select count(*) from {what}");
        let mut owner = self.owner().await;
        sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(&mut owner).await.unwrap()
    }
}

fn products() -> String {
    let mut csv = "sku,name,unit\n".to_owned();
    for n in 0..ROWS {
        csv.push_str(&format!("S-{n:06},Name {n},pcs\n"));
    }
    csv
}

#[tokio::test]
async fn a_killed_worker_leaves_no_row_out_and_none_twice() {
    let mut alone = Alone::new().await;
    let director = alone.director().await;
    let csv = products();
    let id = start(&director, ("PRODUCTS", "SKIP_BAD"), "p.csv", csv.as_bytes(), json!({})).await;
    until(&director, &id, |job| job["rowsRead"].as_u64() > Some(0)).await;
    alone.crash().await;
    let director = alone.director().await;
    let rows = i64::try_from(ROWS).unwrap();
    let done = over(&director, &id).await;
    assert_eq!((done["state"].as_str(), counts(&done)), (Some("DONE"), [rows, 0, 0, 0]), "{done}");
    assert_eq!(alone.count("product where version = 1").await, rows);
    let told = "audit_trail where action = 'createProduct'";
    assert_eq!(alone.count(told).await, rows, "each was noted once");

    // And goods: more than once would be goods that are not there.
    director.does("createWarehouse", json!({"name": "Main"}), "warehouse { id }").await;
    let mut csv = "sku;quantity;unitCost;date\n".to_owned();
    for n in 0..ROWS {
        csv.push_str(&format!("S-{n:06};{};1,50;31.12.2025\n", n % 7 + 1));
    }
    let id = start(&director, ("STOCK", "SKIP_BAD"), "s.csv", csv.as_bytes(), json!({})).await;
    until(&director, &id, |job| job["rowsRead"].as_u64() > Some(0)).await;
    alone.crash().await;
    let director = alone.director().await;
    let done = over(&director, &id).await;
    assert_eq!((done["state"].as_str(), counts(&done)), (Some("DONE"), [rows, 0, 0, 0]), "{done}");
    assert_eq!(alone.count("lot").await, rows);
    assert_eq!(alone.count("stock_movement").await, rows);
    let sound = Program::run(&program(), &alone.owner_url, &["verify"]).await;
    assert!(sound.is_ok(), "balances are the sums of their movements");
}

#[tokio::test]
async fn all_or_nothing_is_nothing_until_it_is_all_whoever_dies() {
    let mut alone = Alone::new().await;
    let director = alone.director().await;
    let csv = products();
    let more = json!({});
    let id = start(&director, ("PRODUCTS", "ALL_OR_NOTHING"), "p.csv", csv.as_bytes(), more).await;
    let mut owner = alone.owner().await;
    let writes = "select count(*) from import_job where phase = 'WRITING' and state = 'RUNNING'";
    for _ in 0..900 {
        let writing: i64 = sqlx::query_scalar(writes).fetch_one(&mut owner).await.unwrap();
        if writing > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    alone.crash().await;
    let director = alone.director().await;
    let rows = i64::try_from(ROWS).unwrap();
    let done = over(&director, &id).await;
    assert_eq!((done["state"].as_str(), counts(&done)), (Some("DONE"), [rows, 0, 0, 0]), "{done}");
    assert_eq!(alone.count("product where version = 1").await, rows);
}
