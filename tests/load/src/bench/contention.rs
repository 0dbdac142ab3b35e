//! Whether clients wait for each other where they need not, and whether a tenant's past costs its
//! present: confirming and shipping, in turns.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::cases::{Bench, Row};
use crate::company::{self, Company, PASSWORD, Scale};
use crate::process::Program;

/// Clients at once.
const CLIENTS: usize = 16;
/// Lines of an order; each client has so many products of its own.
const LINES: usize = 5;
/// Orders of each client in a run.
const ORDERS: usize = 30;
/// Runs of each kind, in turns; their middle counts.
const ROUNDS: usize = 3;

/// Orders a second, confirmed and then shipped.
#[derive(Default)]
struct Rates {
    confirmed: Vec<f64>,
    shipped: Vec<f64>,
}

/// One tenant for all clients, a tenant for each, and one with a long past.
///
/// # Errors
/// When the program refuses something, or the past cannot be written.
pub(super) async fn measure(bench: &Bench<'_>, binary: &Path, movements: u32) -> Result<Vec<Row>> {
    let crowd =
        Scale { products: CLIENTS * LINES, pieces: 1_000_000, customers: CLIENTS, orders: 0 };
    let single = Scale { products: LINES, customers: 1, ..crowd };
    let together = [tenant(bench, binary, "crowd", crowd).await?];
    let old = [tenant(bench, binary, "past", crowd).await?];
    let mut apart = Vec::new();
    for index in 0..CLIENTS {
        apart.push(tenant(bench, binary, &format!("single-{index}"), single).await?);
    }
    write_past(bench, &old[0].slug, movements).await?;
    let [mut of_one, mut of_many, mut of_old] = [(); 3].map(|()| Rates::default());
    for _ in 0..ROUNDS {
        of_one.run(&together).await?;
        of_many.run(&apart).await?;
        of_old.run(&old).await?;
    }
    let row = |case, here: &[f64], there: &[f64], against: &str, target| Row {
        case,
        figure: format!("{:.0}/s", middle(here)),
        against: format!("{:.0}/s: {against}", middle(there)),
        ratio: Some(middle(here) / middle(there)),
        target,
    };
    let tenants = "16 clients in 16 tenants";
    Ok(vec![
        row(
            "confirm, 16 clients on disjoint products of one tenant",
            &of_one.confirmed,
            &of_many.confirmed,
            tenants,
            "0.9",
        ),
        row(
            "ship, 16 clients on disjoint products of one tenant: one gapless number",
            &of_one.shipped,
            &of_many.shipped,
            tenants,
            "reported",
        ),
        row(
            "confirm without a past",
            &of_one.confirmed,
            &of_old.confirmed,
            "in a tenant with 5 million movements",
            "at most 1.2",
        ),
        row(
            "ship without a past",
            &of_one.shipped,
            &of_old.shipped,
            "in a tenant with 5 million movements",
            "reported",
        ),
    ])
}

async fn tenant(bench: &Bench<'_>, binary: &Path, slug: &str, scale: Scale) -> Result<Company> {
    let admin = format!("admin=admin@{slug}.example");
    let words = ["tenant", "create", slug, "--user", &admin, "--password", PASSWORD];
    Program::run(binary, bench.owner_url, &words).await?;
    company::prepare(&bench.program.url, slug, scale).await
}

impl Rates {
    /// Each client confirms its orders one after the other, then ships them. Where there is one
    /// company, each has customers and products of its own there.
    async fn run(&mut self, companies: &[Company]) -> Result<()> {
        let mut drafts = Vec::new();
        for client in 0..CLIENTS {
            let company = &companies[client % companies.len()];
            let first = client / companies.len() * LINES;
            let products = &company.products()[first..first + LINES];
            let customer = &company.customers()[client / companies.len()];
            drafts.push((company, company.drafts_of(customer, products, ORDERS).await?));
        }
        self.confirmed.push(rate(&drafts, "confirmSalesOrder", "id", "order { id }").await?);
        self.shipped.push(rate(&drafts, "shipSalesOrder", "orderId", "shipment { id }").await?);
        Ok(())
    }
}

async fn rate(
    work: &[(&Company, Vec<String>)],
    name: &str,
    argument: &str,
    selection: &str,
) -> Result<f64> {
    let started = Instant::now();
    let clients = work.iter().map(|(company, orders)| async move {
        for order in orders {
            company.director.do_it(name, json!({argument: order}), selection).await?;
        }
        anyhow::Ok(orders.len())
    });
    let done: usize = futures::future::try_join_all(clients).await?.into_iter().sum();
    Ok(f64::from(u32::try_from(done)?) / started.elapsed().as_secs_f64())
}

fn middle(rates: &[f64]) -> f64 {
    let mut sorted = rates.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Movements in and out of the tenant's stock over three years, and the reservations before them;
/// through the API it would take hours.
async fn write_past(bench: &Bench<'_>, slug: &str, movements: u32) -> Result<()> {
    let mut owner = PgConnection::connect(bench.owner_url).await?;
    let balances = format!(
        "select b.*, row_number() over (order by b.product_id) - 1 as nr,
                count(*) over () as balances
         from stock_balance b
         where b.tenant_id = (select tenant_id from tenant where slug = '{slug}')"
    );
    for statement in [
        format!(
            "insert into stock_movement (tenant_id, id, organization_id, warehouse_id, product_id,
                 lot_id, kind, quantity, value, document_kind, document_id, line_id, occurred_on)
             select b.tenant_id, gen_random_uuid(), b.organization_id, b.warehouse_id,
                    b.product_id, b.lot_id,
                    case when n / b.balances % 2 = 0 then 'RECEIPT' else 'SHIPMENT' end,
                    case when n / b.balances % 2 = 0 then 1 else -1 end, 0,
                    case when n / b.balances % 2 = 0 then 'GOODS_RECEIPT' else 'SHIPMENT' end,
                    md5('past' || n / 5)::uuid, md5('line' || n)::uuid,
                    current_date - (n % 1000)::integer
             from generate_series(1, {movements}::bigint) n
             join ({balances}) b on b.nr = n % b.balances"
        ),
        format!(
            "insert into reservation_move (tenant_id, id, order_id, order_line_id, warehouse_id,
                 lot_id, kind, quantity, occurred_on)
             select b.tenant_id, gen_random_uuid(), md5('order' || n / 10)::uuid,
                    md5('order line' || n / 2)::uuid, b.warehouse_id, b.lot_id,
                    case when n % 2 = 0 then 'RESERVE' else 'ISSUE' end,
                    case when n % 2 = 0 then 1 else -1 end, current_date - (n % 1000)::integer
             from generate_series(1, {movements}::bigint) n
             join ({balances}) b on b.nr = n / 2 % b.balances"
        ),
        "vacuum analyze stock_movement".to_owned(),
        "vacuum analyze reservation_move".to_owned(),
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut owner).await?;
    }
    Ok(())
}
