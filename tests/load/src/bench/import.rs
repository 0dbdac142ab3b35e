//! Half a million products out of a file, against COPY of the same rows into the same table and
//! indexes by the owner, whom no row security binds.

use std::fmt::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use super::cases::{Bench, Row};
use super::reports::Large;
use crate::process::postgres_cpu_seconds;

const MIB: f64 = 1024.0 * 1024.0;
const BOUNDARY: &str = "----a-boundary-of-the-bench";
/// How often it is looked how far the import is.
const LOOKED_EACH: Duration = Duration::from_millis(100);

/// Copies, then imports: the import meets the larger table.
///
/// # Errors
/// When a row is left out, or the program answers with an error.
pub(super) async fn measure(bench: &Bench<'_>, large: &Large, rows: u32) -> Result<Vec<Row>> {
    let copied = copy(bench, large, rows).await?;
    let file = send(bench, &csv(rows)).await?;
    let before = bench.program.resident_bytes()?;
    let (program, postgres) = (bench.program.cpu_seconds()?, postgres_cpu_seconds()?);
    let begun = Instant::now();
    let peak = bring_in(bench, &file, rows).await?;
    let imported = begun.elapsed();
    let program = bench.program.cpu_seconds()? - program;
    let postgres = postgres_cpu_seconds()? - postgres;
    let a_second = |taken: Duration| f64::from(rows) / taken.as_secs_f64();
    Ok(vec![
        Row {
            case: "import of products",
            figure: format!("{rows} rows: {:.0} rows/s", a_second(imported)),
            against: format!("{:.0} rows/s by COPY", a_second(copied)),
            ratio: Some(copied.as_secs_f64() / imported.as_secs_f64()),
            target: "0.25",
        },
        Row {
            case: "import of products: where the time goes",
            figure: format!("{program:.1} s CPU of the program"),
            against: format!("{postgres:.1} s CPU of PostgreSQL"),
            ratio: None,
            target: "stated",
        },
        Row {
            case: "import of products: memory",
            figure: format!("{:.1} MiB more at most", peak.saturating_sub(before) as f64 / MIB),
            against: "resident memory before and while it runs".to_owned(),
            ratio: None,
            target: "not with the rows",
        },
    ])
}

fn name(n: u32) -> String {
    const WHAT: [&str; 7] = ["Болт", "Гайка", "Шайба", "Винт", "Шуруп", "Гвоздь", "Анкер"];
    let what = WHAT.get(n as usize % WHAT.len()).copied().unwrap_or_default();
    format!("{what} М{} x {} оцинкованный № {n}", n % 24 + 2, n % 190 + 10)
}

fn csv(rows: u32) -> String {
    let mut csv = "Артикул;Название;Ед.;НДС;Внешний ключ\n".to_owned();
    for n in 0..rows {
        // Writing to a string does not fail.
        let _ = writeln!(csv, "I-{n:07};{};шт;20;ERP-{n:07}", name(n));
    }
    csv
}

/// The same rows as PostgreSQL's own format has them, into the large tenant.
async fn copy(bench: &Bench<'_>, large: &Large, rows: u32) -> Result<Duration> {
    let mut owner = PgConnection::connect(bench.owner_url).await?;
    let tenant: String = sqlx::query_scalar("select tenant_id::text from tenant where slug = $1")
        .bind(&large.slug)
        .fetch_one(&mut owner)
        .await?;
    let mut text = String::new();
    for n in 0..rows {
        let id = uuid::Uuid::now_v7();
        let _ = writeln!(
            text,
            "{tenant}\t{id}\tI-{n:07}\t{}\tшт\t20\tf\tERP-{n:07}\t{{now}}\t{{now}}",
            name(n)
        );
    }
    let text = text.replace("{now}", "now");
    let begun = Instant::now();
    let statement = "copy product (tenant_id, id, sku, name, unit, vat_rate, is_service,
                                   external_reference, created_at, updated_at) from stdin";
    let mut sink = owner.copy_in_raw(statement).await?;
    for piece in text.as_bytes().chunks(1 << 20) {
        sink.send(piece).await?;
    }
    let copied = sink.finish().await?;
    let taken = begun.elapsed();
    ensure!(copied == u64::from(rows), "{copied} rows were copied");
    Ok(taken)
}

/// Sends the file to the inbox of the director; gives its id.
async fn send(bench: &Bench<'_>, csv: &str) -> Result<String> {
    let company = bench.company;
    let told = company.director.ask("{ viewer { user { id } } }", json!({})).await?;
    let user = told["viewer"]["user"]["id"].as_str().context("a director without an id")?;
    let form = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"subjectId\"\r\n\r\n{user}\r\n\
         --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"p.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n{csv}\r\n--{BOUNDARY}--\r\n"
    );
    let answer = reqwest::Client::new()
        .post(format!("{}/files", bench.program.url))
        .bearer_auth(&company.token)
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(form)
        .send()
        .await?;
    let told: Value = answer.json().await?;
    Ok(told["attachment"]["id"].as_str().with_context(|| told.to_string())?.to_owned())
}

/// Imports the file and gives the most memory that the program took meanwhile.
async fn bring_in(bench: &Bench<'_>, file: &str, rows: u32) -> Result<u64> {
    let director = &bench.company.director;
    let input = json!({"kind": "PRODUCTS", "mode": "SKIP_BAD", "fileId": file});
    let started = director.do_it("startImport", input, "importJob { id }").await?;
    let id = &started["importJob"]["id"];
    let query = "query($id: ID!) { importJob(id: $id) { state rowsCreated failure } }";
    let mut peak = 0;
    loop {
        peak = peak.max(bench.program.resident_bytes()?);
        let told = director.ask(query, json!({"id": id})).await?;
        let job = &told["importJob"];
        match job["state"].as_str() {
            Some("WAITING" | "RUNNING") => tokio::time::sleep(LOOKED_EACH).await,
            Some("DONE") if job["rowsCreated"] == rows => return Ok(peak),
            _ => bail!("the import came to {job}"),
        }
    }
}
