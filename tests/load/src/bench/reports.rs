//! The dashboard of a tenant with millions of sale lines, asked for what no cache holds.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::cases::{Bench, Row};
use super::tools::pgbench;
use crate::company::director;

/// Months of history.
const MONTHS: i32 = 36;

/// A tenant that has sold much.
#[derive(Clone, Debug)]
pub struct Large {
    /// Its name at sign-in; it has its first administrator and nothing else.
    pub slug: String,
    /// How many lines it has sold.
    pub lines: u32,
}

const DASHBOARD: &str = "query($from: Date!) { dashboard(from: $from) { asOf
    totals { revenue { amount } } revenueByMonth { month revenue { amount } profit { amount } }
    topCustomers { customer { name } profit { amount } } } }";

/// Fills the tenant and compares a computed dashboard with the SQL of its sums.
///
/// # Errors
/// When the tenant cannot be filled, or the program answers with an error.
pub(super) async fn measure(bench: &Bench<'_>, large: &Large) -> Result<Row> {
    let mut owner = PgConnection::connect(bench.owner_url).await?;
    let tenant: String = sqlx::query_scalar("select tenant_id::text from tenant where slug = $1")
        .bind(&large.slug)
        .fetch_one(&mut owner)
        .await?;
    fill(&mut owner, &tenant, large.lines).await?;
    let starts: Vec<String> = sqlx::query_scalar(
        "select (date_trunc('month', current_date) - n * interval '1 month')::date::text
         from generate_series(1, $1) n",
    )
    .bind(MONTHS - 1)
    .fetch_all(&mut owner)
    .await?;
    let (caller, _) = director(&bench.program.url, &large.slug).await?;
    let mut taken = Vec::new();
    for start in &starts {
        // Each first day is asked for once, so none is in the cache.
        let asked = Instant::now();
        let told = caller.ask(DASHBOARD, json!({"from": start})).await?;
        taken.push(asked.elapsed());
        let revenue = told["dashboard"]["totals"]["revenue"]["amount"].as_str();
        ensure!(revenue.is_some_and(|sum| !sum.starts_with('0')), "nothing was sold: {told}");
    }
    taken.sort_unstable();
    let median = *taken.get(taken.len() / 2).context("nothing was asked")?;
    let (scripts, bin) = (&bench.scripts, bench.pgbench_bin);
    let sql = pgbench(scripts, bin, bench.owner_url, &sums(&tenant), &[1]).await?;
    let alone = Duration::from_secs_f64(1.0 / sql.per_second);
    Ok(Row {
        case: "dashboard, not cached, 5 million sale lines",
        figure: format!("{:.1} ms, median of {}", milliseconds(median), taken.len()),
        against: format!("{:.1} ms: its sums by pgbench with 1", milliseconds(alone)),
        ratio: Some(median.as_secs_f64() / alone.as_secs_f64()),
        target: "under 5",
    })
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Sales of three years over 2,000 customers, 5,000 products in 50 groups and 20 managers, and
/// their sums by month. Written behind the program's back: through the API it would take hours.
async fn fill(owner: &mut PgConnection, tenant: &str, lines: u32) -> Result<()> {
    let sums = "('TOTAL', null::uuid), ('CUSTOMER', f.customer_id), ('PRODUCT', f.product_id),
                ('PRODUCT_GROUP', f.product_group_id), ('MANAGER', f.manager_id)";
    for statement in [
        // No shipments stand behind these lines.
        "alter table sale_fact drop constraint if exists
             sale_fact_tenant_id_shipment_line_id_fkey"
            .to_owned(),
        "create or replace function bench_key(text, bigint) returns uuid
         language sql immutable parallel safe as $$ select md5($1 || $2)::uuid $$"
            .to_owned(),
        format!(
            "insert into customer (tenant_id, id, name, credit_limit_currency)
             select '{tenant}', bench_key('c', n), 'Customer ' || n, 'RUB'
             from generate_series(0, 1999) n"
        ),
        format!(
            "insert into sale_fact (tenant_id, id, occurred_on, kind, shipment_id,
                 shipment_line_id, order_id, organization_id, manager_id, customer_id, product_id,
                 product_group_id, warehouse_id, currency, quantity, revenue, vat, cost)
             select '{tenant}', gen_random_uuid(),
                    current_date - (n % ({MONTHS} * 30))::int, 'SHIPMENT',
                    bench_key('s', n / 50), bench_key('l', n), bench_key('s', n / 50),
                    bench_key('o', 0), bench_key('m', (n / 50) % 20),
                    bench_key('c', (n / 50) * 7 % 2000), bench_key('p', n * 11 % 5000),
                    bench_key('g', n * 11 % 5000 % 50), bench_key('w', 0), 'RUB',
                    1 + n % 9, 100 + n % 977, 20, 70 + n % 613
             from generate_series(1, {lines}::bigint) n"
        ),
        format!(
            "insert into sale_rollup
                 (tenant_id, dimension, month, key, currency, quantity, revenue, cost, facts)
             select f.tenant_id, k.dimension, date_trunc('month', f.occurred_on::timestamp)::date,
                    coalesce(k.key, '00000000-0000-0000-0000-000000000000'), f.currency,
                    sum(f.quantity), sum(f.revenue), sum(f.cost), count(*)
             from sale_fact f
             cross join lateral (values {sums}) k (dimension, key)
             where f.tenant_id = '{tenant}'
             group by 1, 2, 3, 4, 5"
        ),
        "vacuum analyze sale_fact".to_owned(),
        "vacuum analyze sale_rollup".to_owned(),
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut *owner).await?;
    }
    Ok(())
}

/// What the widgets of sales add up, without the program: by month, and by customer.
fn sums(tenant: &str) -> String {
    let between = "r.month between
         (date_trunc('month', current_date) - :n * interval '1 month')::date and current_date";
    format!(
        "\\set n random(1, {})
select r.month, sum(r.quantity), sum(r.revenue), sum(r.cost)
from sale_rollup r
where r.tenant_id = '{tenant}' and r.dimension = 'TOTAL' and {between}
group by r.month;
select r.key, sum(r.quantity), sum(r.revenue), sum(r.cost)
from sale_rollup r
where r.tenant_id = '{tenant}' and r.dimension = 'CUSTOMER' and {between}
group by r.key
order by sum(r.revenue) - sum(r.cost) desc
limit 10;
",
        MONTHS - 1
    )
}
