//! `bench`: measures the program and writes the table of `docs/benchmarks.md`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use load::bench::{self, Case, Large, Row, Setting};
use load::company::{self, Scale};
use load::process::Program;

/// Measures the release program against PostgreSQL doing the same alone, as ratios in one run.
///
/// `make bench` starts the PostgreSQL and builds the program. Takes about six minutes, most of
/// them for the sale lines of a large tenant.
#[derive(Parser)]
#[command(name = "bench", version)]
struct Arguments {
    /// The release program.
    #[arg(long, default_value = "target/release/oborot")]
    program: PathBuf,
    /// The owner's address of an empty database.
    #[arg(long, env = "OBOROT_TEST_DATABASE_URL", hide_env_values = true)]
    database: String,
    /// What to measure; everything where nothing is named.
    #[arg(long, value_enum)]
    case: Vec<Case>,
    /// Sale lines of the large tenant.
    #[arg(long, default_value_t = 5_000_000)]
    lines: u32,
    /// Movements of the tenant with a long past.
    #[arg(long, default_value_t = 5_000_000)]
    movements: u32,
    /// Rows of the file of products that is imported.
    #[arg(long, default_value_t = 500_000)]
    products: u32,
    /// The program pgbench.
    #[arg(long, default_value = "pgbench", env = "PGBENCH")]
    pgbench: PathBuf,
}

const SLUG: &str = "bench";
const MEASURED: Scale = Scale { products: 60, pieces: 1_000_000, customers: 40, orders: 1000 };
const LARGE: &str = "large";
const SEARCHED: &str = "searched";

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(table) => {
            tell(&table);
            ExitCode::SUCCESS
        }
        Err(error) => {
            tell(&format!("bench: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn tell(sentence: &str) {
    use std::io::Write;
    // Nobody is left to tell when the stream is closed.
    let _ = writeln!(std::io::stdout(), "{sentence}");
}

async fn run(arguments: Arguments) -> Result<String> {
    let Arguments { program: binary, database, case, lines, movements, products, pgbench } =
        arguments;
    for slug in [SLUG, LARGE, SEARCHED] {
        let admin = format!("admin=admin@{slug}.example");
        let words = ["tenant", "create", slug, "--user", &admin, "--password", company::PASSWORD];
        Program::run(&binary, &database, &words).await.context("a tenant cannot be made")?;
    }
    let generous = [
        ("OBOROT_COST_CAPACITY", "1000000000"),
        ("OBOROT_COST_PER_SECOND", "1000000000"),
        ("OBOROT_FILES_LIMIT_MIB", "256"),
    ];
    let program = Program::start(&binary, &database, &generous).await?;
    let mut rows = vec![idle(&program).await?];
    tell("preparing a company …");
    let company = company::prepare(&program.url, SLUG, MEASURED).await?;
    let large = Large { slug: LARGE.to_owned(), lines };
    let setting = Setting {
        binary: &binary,
        program: &program,
        company: &company,
        large: &large,
        movements,
        products,
        searched: SEARCHED,
        owner_url: &database,
        pgbench_bin: &pgbench,
    };
    let cases = if case.is_empty() { Case::value_variants() } else { &case };
    rows.extend(bench::run(&setting, cases, &tell).await?);
    program.stop().await?;
    rows.push(restart(&binary, &database).await?);
    Ok(table(&rows))
}

async fn idle(program: &Program) -> Result<Row> {
    // The allocator gives back what building the schema took within ten seconds.
    tokio::time::sleep(Duration::from_secs(15)).await;
    let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    Ok(Row {
        case: "idle memory",
        figure: format!("{:.1} MiB", mebibytes(program.resident_bytes()?)),
        against: format!(
            "15 s after the start; its own {:.1}, the rest is code read from its file",
            mebibytes(program.own_bytes()?)
        ),
        ratio: None,
        target: "40 MiB",
    })
}

async fn restart(binary: &Path, database: &str) -> Result<Row> {
    let program = Program::start(binary, database, &[]).await?;
    let started_in = program.started_in;
    program.stop().await?;
    Ok(Row {
        case: "start on an existing database",
        figure: format!("{:.2} s", started_in.as_secs_f64()),
        against: "until the address answers".to_owned(),
        ratio: None,
        target: "3 s",
    })
}

fn table(rows: &[Row]) -> String {
    let mut lines = vec![
        "| case | measured | against | ratio | target |".to_owned(),
        "|---|---|---|---|---|".to_owned(),
    ];
    for row in rows {
        let ratio = row.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        lines.push(format!(
            "| {} | {} | {} | {ratio} | {} |",
            row.case, row.figure, row.against, row.target
        ));
    }
    lines.join("\n")
}
