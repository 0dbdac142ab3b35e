//! What is measured, each with what it is compared to.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::ValueEnum;
use sqlx::{Connection, PgConnection};

use super::reports::Large;
use super::tools::{Load, Scripts, pgbench, wrk};
use super::{ageing, cash, contention, import, postings, quote, reports, search, subscribers};
use crate::company::Company;
use crate::process::{Program, postgres_cpu_seconds};

/// Connections of clients.
const CLIENTS: u32 = 32;
/// Subscribers on one process.
const SUBSCRIBERS: usize = 5000;

/// A line of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was measured.
    pub case: &'static str,
    /// What came out.
    pub figure: String,
    /// What it is measured against.
    pub against: String,
    /// The ratio, where there is one.
    pub ratio: Option<f64>,
    /// The target, in words.
    pub target: &'static str,
}

const ORDER: &str = "query($id: ID!) { order(id: $id) { id number date state
    customer { id name } lines { quantity price { amount } amount { amount } product { id name } }
    total { net { amount } vat { amount } gross { amount } } } }";

const NEWEST: &str = "{ orders(first: 50, orderBy: {field: DATE, direction: DESC}) { nodes {
    id number date state total { gross { amount } } customer { id name } } } }";

const NO_DATABASE: &str = "{ viewer { rights { object act reach } } }";

const DASHBOARD: &str = "{ dashboard { asOf revenueByMonth { month revenue { amount }
    profit { amount } } topCustomers { customer { name } profit { amount } } } }";

/// A thing to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Case {
    /// An order by its id.
    Order,
    /// The 50 newest orders.
    Newest,
    /// The dashboard from the cache.
    Dashboard,
    /// What a hundred lines would cost.
    Quote,
    /// Confirming and shipping orders.
    Posting,
    /// From quote to payment step by step, and the story of a long order.
    Cash,
    /// How old debts are, at a date.
    Ageing,
    /// Clients beside each other in one tenant, and a tenant with a long past.
    Contention,
    /// Thousands of subscribers.
    Subscribers,
    /// The dashboard over millions of sales, computed.
    Reports,
    /// Products out of a file.
    Import,
    /// The first page of a search among 200,000 products and 100,000 customers.
    Search,
}

/// What is measured, and with which tools.
pub struct Setting<'a> {
    /// The program, for its commands.
    pub binary: &'a Path,
    /// The running program.
    pub program: &'a Program,
    /// The company that most cases act on.
    pub company: &'a Company,
    /// The tenant that has sold much.
    pub large: &'a Large,
    /// Movements of the tenant with a long past.
    pub movements: u32,
    /// Rows of the file of products that is imported.
    pub products: u32,
    /// The name at sign-in of the tenant that is searched in; it has its first administrator and
    /// nothing else.
    pub searched: &'a str,
    /// The owner of the program's database.
    pub owner_url: &'a str,
    /// The program pgbench.
    pub pgbench_bin: &'a Path,
}

/// Runs cases in the order given.
///
/// # Errors
/// When a tool is missing, or the program answers with an error.
pub async fn run(setting: &Setting<'_>, cases: &[Case], tell: &dyn Fn(&str)) -> Result<Vec<Row>> {
    let Setting { program, company, large, products, searched, owner_url, pgbench_bin, .. } =
        *setting;
    let scripts = Scripts::new()?;
    let bench = Bench { program, company, owner_url, pgbench_bin, scripts };
    bench.free_the_owner().await?;
    bench.number_orders().await?;
    let mut rows = Vec::new();
    for case in cases {
        tell(&format!("measuring: {case:?} …"));
        match case {
            Case::Order => rows.extend(bench.order_by_id().await?),
            Case::Newest => rows.push(bench.newest().await?),
            Case::Dashboard => rows.push(bench.dashboard().await?),
            Case::Quote => rows.push(quote::measure(&bench).await?),
            Case::Posting => rows.extend(postings::measure(&bench).await?),
            Case::Cash => rows.extend(cash::measure(&bench).await?),
            Case::Ageing => rows.extend(ageing::measure(&bench).await?),
            Case::Contention => {
                let Setting { binary, movements, .. } = *setting;
                rows.extend(contention::measure(&bench, binary, movements).await?);
            }
            Case::Subscribers => {
                rows.extend(subscribers::measure(program, company, SUBSCRIBERS).await?);
            }
            Case::Reports => rows.push(reports::measure(&bench, large).await?),
            Case::Import => rows.extend(import::measure(&bench, large, products).await?),
            Case::Search => rows.extend(search::measure(&bench, searched).await?),
        }
    }
    Ok(rows)
}

/// What all cases need.
pub(super) struct Bench<'a> {
    pub(super) program: &'a Program,
    pub(super) company: &'a Company,
    pub(super) owner_url: &'a str,
    pub(super) pgbench_bin: &'a Path,
    pub(super) scripts: Scripts,
}

impl Bench<'_> {
    /// Lets the owner read without row-level security, which the program's login stays under.
    async fn free_the_owner(&self) -> Result<()> {
        let mut owner = PgConnection::connect(self.owner_url).await?;
        let free: Vec<String> = sqlx::query_scalar(
            "select format('alter table %s no force row level security', c.oid::regclass)
             from pg_class c
             where c.relnamespace = 'public'::regnamespace and c.relforcerowsecurity",
        )
        .fetch_all(&mut owner)
        .await?;
        for statement in free {
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut owner).await?;
        }
        Ok(())
    }

    /// A table of orders by number, so that pgbench picks one as cheaply as wrk does.
    async fn number_orders(&self) -> Result<()> {
        let mut owner = PgConnection::connect(self.owner_url).await?;
        sqlx::raw_sql("drop table if exists bench_order; create table bench_order (n int primary key, id uuid)")
            .execute(&mut owner)
            .await?;
        for (n, id) in self.company.orders.iter().enumerate() {
            sqlx::query("insert into bench_order (n, id) values ($1, $2::uuid)")
                .bind(i32::try_from(n + 1)?)
                .bind(uuid_of(id)?)
                .execute(&mut owner)
                .await?;
        }
        sqlx::raw_sql("vacuum analyze").execute(&mut owner).await?;
        let seen = "select count(*) from bench_order b join sales_order o on o.id = b.id";
        let seen: i64 = sqlx::query_scalar(seen).fetch_one(&mut owner).await?;
        ensure!(seen == i64::try_from(self.company.orders.len())?, "pgbench would read nothing");
        Ok(())
    }

    async fn http(&self, query: &str, ids: &[String]) -> Result<Load> {
        let (url, token) = (&self.program.url, &self.company.token);
        wrk(&self.scripts, url, token, query, ids, CLIENTS).await
    }

    async fn sql(&self, script: &str) -> Result<Load> {
        pgbench(&self.scripts, self.pgbench_bin, self.owner_url, script, &[4, 8]).await
    }

    async fn order_by_id(&self) -> Result<Vec<Row>> {
        let (program, postgres) = (self.program.cpu_seconds()?, postgres_cpu_seconds()?);
        let started = Instant::now();
        let http = self.http(ORDER, &self.company.orders).await?;
        let requests = http.per_second * started.elapsed().as_secs_f64();
        let microseconds = |before: f64, after: f64| (after - before) / requests * 1e6;
        let server = microseconds(program, self.program.cpu_seconds()?);
        let database = microseconds(postgres, postgres_cpu_seconds()?);
        let sql = self.sql(&order_sql(self.company.orders.len())).await?;
        Ok(vec![
            compared("order(id), 32 connections", http, sql, "0.45, floor 0.30"),
            Row {
                case: "order(id): where the time goes",
                figure: format!("{server:.0} µs CPU of the program a request"),
                against: format!("{database:.0} µs CPU of PostgreSQL a request"),
                ratio: None,
                target: "stated",
            },
        ])
    }

    async fn newest(&self) -> Result<Row> {
        let http = self.http(NEWEST, &[]).await?;
        let sql = self.sql(&newest_sql(&self.tenant().await?)).await?;
        Ok(compared("50 newest orders, 32 connections", http, sql, "0.5"))
    }

    /// The company's tenant.
    pub(super) async fn tenant(&self) -> Result<String> {
        let mut owner = PgConnection::connect(self.owner_url).await?;
        let slug = &self.company.slug;
        let query = "select tenant_id::text from tenant where slug = $1";
        Ok(sqlx::query_scalar(query).bind(slug).fetch_one(&mut owner).await?)
    }

    async fn dashboard(&self) -> Result<Row> {
        let hit = self.http(DASHBOARD, &[]).await?;
        let plain = self.http(NO_DATABASE, &[]).await?;
        Ok(Row {
            case: "dashboard, cached",
            figure: format!("{:.0}/s", hit.per_second),
            against: format!("{:.0}/s: a signed-in query without the database", plain.per_second),
            ratio: Some(hit.per_second / plain.per_second),
            target: "0.5",
        })
    }
}

fn compared(case: &'static str, http: Load, sql: Load, target: &'static str) -> Row {
    Row {
        case,
        figure: format!("{:.0}/s", http.per_second),
        against: format!("{:.0}/s by pgbench with {}", sql.per_second, sql.connections),
        ratio: Some(http.per_second / sql.per_second),
        target,
    }
}

/// The uuid inside a global id.
pub(super) fn uuid_of(id: &str) -> Result<String> {
    let bytes = URL_SAFE_NO_PAD.decode(id).context("an id that is not base64")?;
    let text = String::from_utf8(bytes)?;
    let (_, uuid) = text.rsplit_once(':').context("an id without a kind")?;
    Ok(uuid.to_owned())
}

fn order_sql(orders: usize) -> String {
    format!(
        "\\set n random(1, {orders})
        select json_build_object('id', o.id, 'number', o.number, 'date', o.date, 'state', o.state,
            'customer', json_build_object('id', c.id, 'name', c.name),
            'net', o.net, 'vat', o.vat, 'gross', o.gross,
            'lines', (select json_agg(json_build_object('quantity', l.quantity, 'price', l.price,
                'amount', l.amount, 'product', json_build_object('id', p.id, 'name', p.name))
                order by l.position)
                from sales_order_line l
                join product p on p.tenant_id = l.tenant_id and p.id = l.product_id
                where l.tenant_id = o.tenant_id and l.order_id = o.id))
        from bench_order b
        join sales_order o on o.id = b.id
        join customer c on c.tenant_id = o.tenant_id and c.id = o.customer_id
        where b.n = :n;
"
    )
}

fn newest_sql(tenant: &str) -> String {
    format!(
        "select o.id, o.number, o.date, o.state, o.gross, o.currency, c.id, c.name
        from sales_order o
        join customer c on c.tenant_id = o.tenant_id and c.id = o.customer_id
        where o.tenant_id = '{tenant}'
        order by o.date desc, o.id desc
        limit 50;
"
    )
}
