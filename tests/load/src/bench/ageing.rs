//! How old is what customers owe: 100,000 debts of 10,000 customers, today and at a past date, against
//! the same sums in SQL.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use super::cases::{Bench, Row};
use super::tools::pgbench;

/// Customers who owe, and their debts.
const CUSTOMERS: u32 = 10_000;
const ITEMS: u32 = 100_000;
/// Days over which the debts came about, and the past day that is asked about.
const DAYS: u32 = 360;
const BACK: u32 = 100;
/// Whose rows totals are: two nulls are not equal, and what is not equal is not joined by a hash.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";
/// How often each is asked.
const ASKED: usize = 20;

const AGEING: &str = "query($asOf: Date, $knownAt: DateTime) {
    receivablesAgeing(asOf: $asOf, knownAt: $knownAt) {
        totals { notDue { amount } total { amount } advances { amount } }
        rows { customer { name } buckets { notDue { amount } overdue { amount }
            total { amount } } } } }";

/// Fills the company's tenant with debts and asks for the report today, on a past day, and on that day as it was
/// known then.
///
/// # Errors
/// When the tenant cannot be filled, or the program answers with an error.
pub(super) async fn measure(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let mut owner = PgConnection::connect(bench.owner_url).await?;
    let tenant = bench.tenant().await?;
    fill(&mut owner, &tenant).await?;
    let back = format!("current_date - {BACK}");
    let day: String = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select ({back})::text")))
        .fetch_one(&mut owner)
        .await?;
    let mut rows = Vec::with_capacity(3);
    for (case, variables, sql) in [
        ("ageing today, 100,000 debts of 10,000 customers", json!({}), open_now(&tenant)),
        ("… 100 days ago", json!({"asOf": day}), open_then(&tenant, &back, "true")),
        (
            "… 100 days ago, as known then",
            json!({"asOf": day, "knownAt": format!("{day}T12:00:00Z")}),
            open_then(&tenant, &back, &format!("x.recorded_at <= {back} + interval '12 hours'")),
        ),
    ] {
        rows.push(row(bench, case, (&variables, &sql)).await?);
    }
    Ok(rows)
}

async fn row(
    bench: &Bench<'_>,
    case: &'static str,
    (variables, sql): (&Value, &str),
) -> Result<Row> {
    let mut taken = Vec::with_capacity(ASKED);
    for _ in 0..ASKED {
        let asked = Instant::now();
        let told = bench.company.director.ask(AGEING, variables.clone()).await?;
        taken.push(asked.elapsed());
        let owed = told["receivablesAgeing"]["totals"][0]["total"]["amount"].as_str();
        ensure!(owed.is_some_and(|sum| !sum.starts_with('0')), "nothing is owed: {told}");
    }
    taken.sort_unstable();
    let median = taken.get(taken.len() / 2).context("nothing was asked")?.as_secs_f64();
    let alone = pgbench(&bench.scripts, bench.pgbench_bin, bench.owner_url, sql, &[1]).await?;
    let alone = 1.0 / alone.per_second;
    Ok(Row {
        case,
        figure: format!("{:.1} ms, median of {ASKED}", median * 1e3),
        against: format!("{:.1} ms: its sums by pgbench with 1", alone * 1e3),
        ratio: Some(median / alone),
        target: "under 3",
    })
}

/// Debts over a year, each due after a month; of five four are paid 35 days after the sale where that
/// is not in the future, every seventh of them in half, each by a payment of its own with something
/// over. Written behind the program's back: through the API it would take hours.
async fn fill(owner: &mut PgConnection, tenant: &str) -> Result<()> {
    let debts = format!(
        "(select n, bench_key('d', n) as id, bench_key('a', n % {CUSTOMERS}) as customer_id,
                 current_date - (n % {DAYS})::int as day,
                 case when n % 5 <> 0 and n % {DAYS} >= 35 then
                     case when n % 7 = 0 then 60 else 120 end else 0 end as paid
          from generate_series(1, {ITEMS}) n) d"
    );
    let common = format!(
        "'{tenant}', d.customer_id, bench_key('o', 0), bench_key('e', d.n % {CUSTOMERS}), 'RUB'"
    );
    for statement in [
        // No agreements and no organization stand behind these debts.
        "alter table receivable_item drop constraint if exists receivable_item_organization_fkey,
             drop constraint if exists receivable_item_agreement_fkey;
         alter table payment drop constraint if exists payment_organization_fkey,
             drop constraint if exists payment_agreement_fkey"
            .to_owned(),
        "create or replace function bench_key(text, bigint) returns uuid
         language sql immutable parallel safe as $$ select md5($1 || $2)::uuid $$"
            .to_owned(),
        format!(
            "insert into customer (tenant_id, id, name, credit_limit_currency)
             select '{tenant}', bench_key('a', n), 'Debtor ' || n, 'RUB'
             from generate_series(0, {CUSTOMERS} - 1) n"
        ),
        format!(
            "insert into receivable_item (tenant_id, customer_id, organization_id, agreement_id,
                 currency, id, order_id, shipment_id, due_on, amount, occurred_on, recorded_at)
             select {common}, d.id, d.id, d.id, d.day + 30, 120, d.day, d.day
             from {debts}"
        ),
        format!(
            "insert into receivable_balance (tenant_id, customer_id, organization_id, agreement_id,
                 currency, receivable_id, order_id, shipment_id, due_on, occurred_on, amount, open,
                 last_occurred_on, last_recorded_at)
             select {common}, d.id, d.id, d.id, d.day + 30, d.day, 120, 120 - d.paid,
                    case when d.paid > 0 then d.day + 35 else d.day end,
                    case when d.paid > 0 then d.day + 35 else d.day end
             from {debts}"
        ),
        format!(
            "insert into payment (tenant_id, customer_id, organization_id, agreement_id, currency,
                 id, number, date, amount, method, state)
             select {common}, bench_key('y', d.n), 'B-' || d.n, d.day + 35, d.paid + d.n % 2,
                    'BANK', 'POSTED'
             from {debts}
             where d.paid > 0"
        ),
        format!(
            "insert into payment_entry (tenant_id, customer_id, organization_id, agreement_id,
                 currency, id, payment_id, amount, occurred_on, recorded_at)
             select {common}, gen_random_uuid(), bench_key('y', d.n), d.paid + d.n % 2, d.day + 35,
                    d.day + 35
             from {debts}
             where d.paid > 0"
        ),
        format!(
            "insert into payment_balance (tenant_id, customer_id, organization_id, agreement_id,
                 currency, payment_id, date, open, last_occurred_on, last_recorded_at)
             select {common}, bench_key('y', d.n), d.day + 35, d.n % 2, d.day + 35, d.day + 35
             from {debts}
             where d.paid > 0"
        ),
        format!(
            "insert into allocation (tenant_id, id, payment_id, receivable_id, amount, occurred_on,
                 recorded_at)
             select '{tenant}', gen_random_uuid(), bench_key('y', d.n), d.id, d.paid, d.day + 35,
                    d.day + 35
             from {debts}
             where d.paid > 0"
        ),
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut *owner).await?;
    }
    for table in ["receivable_item", "receivable_balance", "payment_entry", "payment_balance"] {
        let vacuum = format!("vacuum analyze {table}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(vacuum)).execute(&mut *owner).await?;
    }
    sqlx::raw_sql("vacuum analyze allocation").execute(&mut *owner).await?;
    Ok(())
}

/// The report's buckets over debts and advances, and the names of those who owe most.
fn report(open: &str, advances: &str, on: &str, tenant: &str) -> String {
    let bucket = |from: i32, to: i32| {
        format!("sum(o.open) filter (where {on} - o.due_on between {from} and {to})")
    };
    let sql = format!(
        "with open as ({open}), advance as ({advances}), aged as (
             select o.customer_id, o.currency, {}, {}, {}, {}, {}, sum(o.open) as total
             from open o group by grouping sets ((o.currency), (o.customer_id, o.currency))
         ), free as (
             select a.customer_id, a.currency, sum(a.open) as advances
             from advance a group by grouping sets ((a.currency), (a.customer_id, a.currency))
         )
         select s.*, f.advances, c.name
         from aged s
         left join free f on f.currency = s.currency
             and coalesce(f.customer_id, '{NOBODY}') = coalesce(s.customer_id, '{NOBODY}')
         left join customer c on c.tenant_id = '{tenant}' and c.id = s.customer_id
         order by s.customer_id is not null, s.total desc limit 51;\n",
        bucket(-9999, 0),
        bucket(1, 30),
        bucket(31, 60),
        bucket(61, 90),
        bucket(91, 9999),
    );
    sql.replace('\n', " ").replace(';', ";\n")
}

/// Out of what is open now.
fn open_now(tenant: &str) -> String {
    report(
        &format!(
            "select b.customer_id, b.currency, b.due_on, b.open from receivable_balance b
             where b.tenant_id = '{tenant}' and b.open_cents > 0"
        ),
        &format!(
            "select b.customer_id, b.currency, b.open from payment_balance b
             where b.tenant_id = '{tenant}' and b.open_cents > 0"
        ),
        "current_date",
        tenant,
    )
}

/// Out of the registers, as of a day.
fn open_then(tenant: &str, on: &str, known: &str) -> String {
    let by = format!("x.tenant_id = '{tenant}' and x.occurred_on <= {on} and {known}");
    report(
        &format!(
            "select i.customer_id, i.currency, i.due_on, i.amount - coalesce(a.amount, 0) as open
             from (select coalesce(x.reverses, x.id) as id, x.customer_id, x.currency, x.due_on,
                          sum(x.amount) as amount
                   from receivable_item x where {by} group by 1, 2, 3, 4) i
             left join (select x.receivable_id, sum(x.amount) as amount
                        from allocation x where {by} group by 1) a on a.receivable_id = i.id"
        ),
        &format!(
            "select p.customer_id, p.currency, p.amount - coalesce(a.amount, 0) as open
             from (select x.payment_id, x.customer_id, x.currency, sum(x.amount) as amount
                   from payment_entry x where {by} group by 1, 2, 3) p
             left join (select x.payment_id, sum(x.amount) as amount
                        from allocation x where {by} group by 1) a on a.payment_id = p.payment_id"
        ),
        &format!("({on})"),
        tenant,
    )
}
