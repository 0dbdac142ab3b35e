//! Confirm and ship against the same rows written by PostgreSQL alone, and what a posting pays
//! for keeping reports fast.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use sqlx::{Connection, PgConnection};

use super::cases::{Bench, Row};
use super::tools::{RUN, pgbench};
use crate::process::postgres_cpu_seconds;

/// Orders posted by the program; pgbench writes copies of what that left behind.
const ORDERS: usize = 400;
/// Clients at once.
const CLIENTS: usize = 8;
/// Runs with the queue of sales, and without.
const ROUNDS: usize = 3;
/// How long the program may take to fold what a run queued.
const FOLD_LIMIT: Duration = Duration::from_secs(60);

/// A table whose rows of one order are written again: which rows, and the columns whose ids are
/// made anew. A copy must not be found by `of`, or the next one copies the copies too.
struct Copied {
    table: &'static str,
    of: &'static str,
    anew: &'static [&'static str],
}

const CONFIRMED: &[Copied] = &[
    Copied {
        table: "reservation_move",
        of: "kind = 'RESERVE' and order_line_id in
             (select id from sales_order_line where tenant_id = :tenant and order_id = :order)",
        anew: &["id", "order_id", "order_line_id"],
    },
    Copied {
        table: "audit_trail",
        of: "subject_id = :order and action = 'confirmSalesOrder'",
        anew: &["subject_id"],
    },
    Copied {
        table: "event_outbox",
        of: "id in (:event_one, :event_two) and recorded_at > now() - interval '1 day'",
        anew: &["id"],
    },
];

const SHIPPED: &[Copied] = &[
    Copied { table: "shipment", of: "id = :shipment", anew: &["id"] },
    Copied { table: "shipment_line", of: "shipment_id = :shipment", anew: &["id", "shipment_id"] },
    Copied {
        table: "shipment_lot",
        of: "shipment_line_id in
             (select id from shipment_line where tenant_id = :tenant and shipment_id = :shipment)",
        anew: &["shipment_line_id"],
    },
    Copied {
        table: "stock_movement",
        of: "document_id = :shipment",
        anew: &["id", "document_id", "line_id"],
    },
    Copied {
        table: "reservation_move",
        of: "kind = 'ISSUE' and order_line_id in
             (select id from sales_order_line where tenant_id = :tenant and order_id = :order)",
        anew: &["id", "order_id", "order_line_id"],
    },
    Copied {
        table: "sale_fact",
        of: "shipment_line_id in
             (select id from shipment_line where tenant_id = :tenant and shipment_id = :shipment)",
        anew: &["id", "shipment_id", "shipment_line_id"],
    },
    Copied {
        table: "receivable_item",
        of: "id in (select receivable_id from receivable_balance
                    where tenant_id = :tenant and shipment_id = :shipment)",
        anew: &["id", "shipment_id"],
    },
    Copied {
        table: "receivable_balance",
        of: "shipment_id = :shipment",
        anew: &["receivable_id", "shipment_id"],
    },
    Copied { table: "audit_trail", of: "subject_id = :shipment", anew: &["subject_id"] },
    Copied {
        table: "event_outbox",
        of: "id in (:event_one, :event_two) and recorded_at > now() - interval '1 day'",
        anew: &["id"],
    },
];

/// Queues the copied facts for the sums by month, as the program does.
const QUEUED: &str = "insert into sale_fact_delta (tenant_id, fact_id)
select tenant_id, bench_id(id, :seed) from sale_fact where tenant_id = :tenant
and shipment_line_id in
    (select id from shipment_line where tenant_id = :tenant and shipment_id = :shipment);
";

/// Both measurements.
///
/// # Errors
/// When the program refuses a posting or pgbench fails.
pub(super) async fn measure(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let one = program_rate(bench, 1).await?;
    let many = program_rate(bench, CLIENTS).await?;
    let mut owner = PgConnection::connect(bench.owner_url).await?;
    remember_posted(&mut owner, &bench.tenant().await?).await?;
    let (queued, plain) = (script(&mut owner, QUEUED).await?, script(&mut owner, "").await?);
    let (before, found) = (shipments(&mut owner).await?, rows_to_copy(&mut owner).await?);
    let (mut with_reports, mut without) = (Vec::new(), Vec::new());
    // In turns: the tables grow with each run, and so does what a row costs.
    for _ in 0..ROUNDS {
        with_reports.push(copied_rate(bench, &mut owner, &queued).await?);
        without.push(copied_rate(bench, &mut owner, &plain).await?);
    }
    ensure!(shipments(&mut owner).await? > before, "pgbench wrote no shipments");
    ensure!(rows_to_copy(&mut owner).await? == found, "copies were copied in their turn");
    let (with_reports, without) = (middle(with_reports), middle(without));
    let share = without / with_reports - 1.0;
    Ok(vec![
        one.row("confirm + ship of 5 lines, 1 client", None),
        many.row("confirm + ship of 5 lines, 8 clients", Some(with_reports)),
        Row {
            case: "a posting's share for fast reports",
            figure: format!("{with_reports:.0}/s with the queue until it is folded"),
            against: format!("{without:.0}/s without, the same rows by pgbench"),
            ratio: Some(share),
            target: "at most 0.3",
        },
    ])
}

/// Copies of postings a second, until the program has folded what they queued.
async fn copied_rate(bench: &Bench<'_>, owner: &mut PgConnection, script: &str) -> Result<f64> {
    // What the run before left dead, in rows that each posting changes, would be paid by this one.
    sqlx::raw_sql("vacuum analyze").execute(&mut *owner).await?;
    let clients = [u32::try_from(CLIENTS)?];
    let load = pgbench(&bench.scripts, bench.pgbench_bin, bench.owner_url, script, &clients);
    let written = load.await?.per_second * RUN.as_secs_f64();
    let ended = Instant::now();
    while sqlx::query_scalar("select exists (select from sale_fact_delta)")
        .fetch_one(&mut *owner)
        .await?
    {
        ensure!(ended.elapsed() < FOLD_LIMIT, "the queue of sales is not folded");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(written / (RUN + ended.elapsed()).as_secs_f64())
}

fn middle(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

/// What the program reached.
struct Rate {
    per_second: f64,
    program_ms: f64,
    postgres_ms: f64,
}

impl Rate {
    fn row(&self, case: &'static str, sql_per_second: Option<f64>) -> Row {
        let alone = sql_per_second.map_or_else(String::new, |rate| {
            format!("{rate:.0}/s: the same rows copied by pgbench with {CLIENTS}; ")
        });
        Row {
            case,
            figure: format!("{:.0}/s", self.per_second),
            against: format!(
                "{alone}CPU: program {:.1} ms, PostgreSQL {:.1} ms each",
                self.program_ms, self.postgres_ms
            ),
            ratio: sql_per_second.map(|rate| self.per_second / rate),
            target: "reported",
        }
    }
}

async fn program_rate(bench: &Bench<'_>, clients: usize) -> Result<Rate> {
    let drafts = bench.company.drafts(ORDERS).await?;
    let (program, postgres) = (bench.program.cpu_seconds()?, postgres_cpu_seconds()?);
    let started = Instant::now();
    bench.company.confirm_and_ship(&drafts, clients).await?;
    let seconds = started.elapsed().as_secs_f64();
    let count = f64::from(u32::try_from(drafts.len())?);
    Ok(Rate {
        per_second: count / seconds,
        program_ms: (bench.program.cpu_seconds()? - program) / count * 1e3,
        postgres_ms: (postgres_cpu_seconds()? - postgres) / count * 1e3,
    })
}

/// A table of posted orders by number, and ids that follow from ids.
async fn remember_posted(owner: &mut PgConnection, tenant: &str) -> Result<()> {
    let text = format!(
        "create or replace function bench_id(uuid, bigint) returns uuid
         language sql immutable parallel safe as $$ select md5($1::text || $2::text)::uuid $$;
         drop table if exists bench_posted;
         create table bench_posted as
             select row_number() over (order by s.id)::int as n, s.tenant_id as tenant,
                    s.order_id as \"order\", s.id as shipment,
                    (select e.id from event_outbox e where e.tenant_id = s.tenant_id
                     and e.subject_id = s.order_id and e.kind = 'document_changed' limit 1)
                        as event_one,
                    (select e.id from event_outbox e where e.tenant_id = s.tenant_id
                     and e.subject_id = s.order_id and e.kind = 'stock_changed' limit 1)
                        as event_two
             from shipment s
             where s.tenant_id = '{tenant}' and s.state = 'POSTED';
         alter table bench_posted add primary key (n);
         vacuum analyze"
    );
    for statement in split(&text) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut *owner).await?;
    }
    Ok(())
}

/// `vacuum` stands in no transaction, so statements go one by one.
fn split(text: &str) -> Vec<String> {
    text.split(";\n").map(|statement| statement.trim().to_owned()).collect()
}

/// How many rows a copy of each remembered order reads, all together.
async fn rows_to_copy(owner: &mut PgConnection) -> Result<i64> {
    let mut rows = 0;
    for Copied { table, of, .. } in CONFIRMED.iter().chain(SHIPPED) {
        let mut of = (*of).to_owned();
        for column in ["tenant", "order", "shipment", "event_one", "event_two"] {
            of = of.replace(&format!(":{column}"), &format!("posted.\"{column}\""));
        }
        let text = format!(
            "select coalesce(sum(c.rows), 0)::bigint
             from bench_posted posted
             cross join lateral (
                 select count(*) as rows from {table} where tenant_id = posted.tenant and {of}) c"
        );
        let found: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(text)).fetch_one(&mut *owner).await?;
        ensure!(found > 0, "nothing of {table} is copied");
        rows += found;
    }
    Ok(rows)
}

async fn shipments(owner: &mut PgConnection) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from shipment").fetch_one(owner).await?)
}

/// Two transactions, as the program has them; each client copies orders of its own.
async fn script(owner: &mut PgConnection, reports: &str) -> Result<String> {
    let posted: i64 =
        sqlx::query_scalar("select count(*) from bench_posted").fetch_one(&mut *owner).await?;
    let each = usize::try_from(posted)? / CLIENTS;
    ensure!(each > 0, "nothing was posted");
    let mut text = format!(
        "\\set n :client_id * {each} + random(1, {each})
\\set seed random(1, 9000000000000000)
select tenant, \"order\", shipment, event_one, event_two from bench_posted where n = :n \\gset
begin;
update sales_order set version = version + 1, updated_at = now()
where tenant_id = :tenant and id = :order;
{RESERVE}"
    );
    for copied in CONFIRMED {
        text.push_str(&copy(owner, copied).await?);
    }
    text.push_str(&unsealed(":order"));
    text.push_str("commit;\nbegin;\n");
    for copied in SHIPPED {
        text.push_str(&copy(owner, copied).await?);
    }
    text.push_str(&unsealed(":shipment"));
    text.push_str(reports);
    text.push_str(ISSUE);
    text.push_str("commit;\n");
    Ok(text
        .replace(":tenant", ":tenant::uuid")
        .replace(":order", ":order::uuid")
        .replace(":shipment", ":shipment::uuid")
        .replace(":event_one", ":event_one::uuid")
        .replace(":event_two", ":event_two::uuid")
        .replace(":seed", ":seed::bigint"))
}

const RESERVE: &str = "update stock_balance b set reserved = b.reserved - m.quantity
from stock_movement m
where m.tenant_id = :tenant and m.document_id = :shipment and b.tenant_id = :tenant
and b.organization_id = m.organization_id and b.warehouse_id = m.warehouse_id
and b.product_id = m.product_id and b.lot_id = m.lot_id;
insert into reservation (tenant_id, id, order_id, order_line_id, organization_id, warehouse_id,
    product_id, lot_id, quantity)
select l.tenant_id, bench_id(l.id, :seed), bench_id(:order, :seed), bench_id(l.id, :seed),
    m.organization_id, m.warehouse_id, m.product_id, m.lot_id, -m.quantity
from stock_movement m
join shipment_line l on l.tenant_id = m.tenant_id and l.id = m.line_id
where m.tenant_id = :tenant and m.document_id = :shipment;
";

const ISSUE: &str = "update stock_balance b
set on_hand = b.on_hand + m.quantity, reserved = b.reserved + m.quantity, value = b.value + m.value
from stock_movement m
where m.tenant_id = :tenant and m.document_id = :shipment and b.tenant_id = :tenant
and b.organization_id = m.organization_id and b.warehouse_id = m.warehouse_id
and b.product_id = m.product_id and b.lot_id = m.lot_id;
delete from reservation where tenant_id = :tenant and order_id = bench_id(:order, :seed);
update sales_order_line set shipped = shipped where tenant_id = :tenant and order_id = :order;
update sales_order set version = version + 1, updated_at = now()
where tenant_id = :tenant and id = :order;
update document_counter set last = last + 1 where tenant_id = :tenant and kind = 'shipment';
";

/// Lets the copied entries of the audit trail wait for their seal, as the program does.
fn unsealed(subject: &str) -> String {
    format!(
        "insert into audit_unsealed (tenant_id, audit_id)
select tenant_id, id from audit_trail
where tenant_id = :tenant and subject_id = bench_id({subject}, :seed);
"
    )
}

/// Writes a table's rows of the order once more.
async fn copy(owner: &mut PgConnection, copied: &Copied) -> Result<String> {
    let columns: Vec<String> = sqlx::query_scalar(
        "select a.attname::text from pg_attribute a
         where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
           and a.attgenerated = '' and a.attidentity = ''
         order by a.attnum",
    )
    .bind(copied.table)
    .fetch_all(owner)
    .await?;
    ensure!(columns.len() > 2, "{} has no columns", copied.table);
    let value = |column: &String| match column.as_str() {
        "number" => "'B' || :seed".to_owned(),
        "external_reference" => "null".to_owned(),
        // The sequencer gives it, as it does to the program's own.
        "position" if copied.table == "event_outbox" => "null".to_owned(),
        "recorded_at" => "now()".to_owned(),
        known if copied.anew.contains(&known) => format!("bench_id({known}, :seed)"),
        known => known.to_owned(),
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    let (table, of) = (copied.table, copied.of);
    let (columns, values) = (columns.join(", "), values.join(", "));
    Ok(format!(
        "insert into {table} ({columns})\nselect {values} from {table}\nwhere tenant_id = :tenant and {of};\n"
    ))
}
