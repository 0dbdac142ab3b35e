//! From quote to payment: what each step costs the program and PostgreSQL, and what it costs to tell
//! an order's story afterwards.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use super::cases::{Bench, Row, uuid_of};
use super::tools::pgbench;
use crate::process::postgres_cpu_seconds;

/// Deals that go the whole way, one after the other.
const DEALS: usize = 200;
/// Deals under way at once, where all steps of one follow each other.
const AT_ONCE: usize = 8;
/// Lines of each.
const LINES: usize = 5;
/// Lines of the order that tells its story.
const LONG: usize = 50;
/// How often it is asked.
const ASKED: usize = 60;

/// A step of a deal: how it is called, and what of the deal it is made of.
struct Step {
    name: &'static str,
    /// What the mutation is called, and what its payload is asked for.
    mutation: &'static str,
    selection: &'static str,
    input: fn(&Deal) -> Value,
    /// Where in the payload the id of what was made stands.
    made: Option<&'static str>,
}

/// What was made of a deal so far.
#[derive(Clone, Default)]
struct Deal {
    customer: String,
    products: Vec<String>,
    /// The document that the last step with one made.
    document: String,
}

const STEPS: &[Step] = &[
    Step {
        name: "a deal of 5 lines: quote",
        mutation: "createQuote",
        selection: "quote { id }",
        input: |deal| {
            let line = |product| json!({"productId": product, "quantity": "2"});
            let lines: Vec<Value> = deal.products.iter().map(line).collect();
            json!({"customerId": deal.customer, "lines": lines})
        },
        made: Some("quote"),
    },
    Step {
        name: "… the customer agrees",
        mutation: "acceptQuote",
        selection: "quote { id }",
        input: |deal| json!({"id": deal.document}),
        made: None,
    },
    Step {
        name: "… order",
        mutation: "createSalesOrderFromQuote",
        selection: "order { id }",
        input: |deal| json!({"quoteId": deal.document}),
        made: Some("order"),
    },
    Step {
        name: "… confirmation",
        mutation: "confirmSalesOrder",
        selection: "order { id }",
        input: |deal| json!({"id": deal.document}),
        made: None,
    },
    Step {
        name: "… invoice",
        mutation: "issueInvoice",
        selection: "invoice { id }",
        input: |deal| json!({"orderId": deal.document}),
        made: None,
    },
    Step {
        name: "… shipment",
        mutation: "shipSalesOrder",
        selection: "shipment { id }",
        input: |deal| json!({"orderId": deal.document}),
        made: None,
    },
    Step {
        name: "… payment",
        mutation: "recordPayment",
        selection: "payment { id }",
        input: |deal| json!({"orderId": deal.document, "amount": "10"}),
        made: None,
    },
];

/// The chain step by step, and the story of a long order.
///
/// # Errors
/// When the program refuses a step.
pub(super) async fn measure(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let mut rows = chain(bench).await?;
    rows.push(together(bench).await?);
    rows.push(story(bench).await?);
    Ok(rows)
}

/// Each step for all deals before the next, so that what it costs stands alone.
async fn chain(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let mut deals: Vec<Deal> = (0..DEALS).map(|index| deal(bench, index)).collect();
    let (mut rows, mut whole) = (Vec::with_capacity(STEPS.len() + 1), (0.0, 0.0));
    for step in STEPS {
        let (program, postgres) = (bench.program.cpu_seconds()?, postgres_cpu_seconds()?);
        let begun = Instant::now();
        for deal in &mut deals {
            take(bench, step, deal).await?;
        }
        let count = f64::from(u32::try_from(DEALS)?);
        let each = |seconds: f64| seconds / count * 1e3;
        let took = each(begun.elapsed().as_secs_f64());
        let program = each(bench.program.cpu_seconds()? - program);
        let postgres = each(postgres_cpu_seconds()? - postgres);
        whole = (whole.0 + program, whole.1 + postgres);
        rows.push(Row {
            case: step.name,
            figure: format!("{took:.1} ms, one after the other"),
            against: format!("CPU: program {program:.1} ms, PostgreSQL {postgres:.1} ms"),
            ratio: None,
            target: "told",
        });
    }
    rows.push(Row {
        case: "… the whole chain: the program's CPU",
        figure: format!("{:.1} ms", whole.0),
        against: format!("{:.1} ms: CPU of PostgreSQL", whole.1),
        ratio: Some(whole.0 / whole.1),
        target: "under a third",
    });
    Ok(rows)
}

/// A deal that has not begun: of a customer, in goods of its own as far as they go.
fn deal(bench: &Bench<'_>, index: usize) -> Deal {
    let (customers, products) = (bench.company.customers(), bench.company.products());
    let product = |line: usize| products[(index * 7 + line * 11) % products.len()].clone();
    Deal {
        customer: customers[index % customers.len()].clone(),
        products: (0..LINES).map(product).collect(),
        document: String::new(),
    }
}

/// Takes a deal one step on.
async fn take(bench: &Bench<'_>, step: &Step, deal: &mut Deal) -> Result<()> {
    let input = (step.input)(deal);
    let told = bench.company.director.do_it(step.mutation, input, step.selection).await?;
    if let Some(made) = step.made {
        let id = told[made]["id"].as_str().with_context(|| format!("no id in {told}"))?;
        id.clone_into(&mut deal.document);
    }
    Ok(())
}

/// Several deals at once: a processor that never rests is not woken for each answer.
async fn together(bench: &Bench<'_>) -> Result<Row> {
    let (program, postgres) = (bench.program.cpu_seconds()?, postgres_cpu_seconds()?);
    let whole = |index: usize| async move {
        let mut deal = deal(bench, index);
        for step in STEPS {
            take(bench, step, &mut deal).await?;
        }
        Ok::<(), anyhow::Error>(())
    };
    let mut deals = stream::iter((0..DEALS).map(whole)).buffer_unordered(AT_ONCE);
    while let Some(done) = deals.next().await {
        done?;
    }
    let each = 1e3 / f64::from(u32::try_from(DEALS)?);
    let program = (bench.program.cpu_seconds()? - program) * each;
    let postgres = (postgres_cpu_seconds()? - postgres) * each;
    Ok(Row {
        case: "… 8 deals at once: the program's CPU",
        figure: format!("{program:.1} ms"),
        against: format!("{postgres:.1} ms: CPU of PostgreSQL"),
        ratio: Some(program / postgres),
        target: "under a third",
    })
}

const STORY: &str = "query($id: ID!) { explain(id: $id) {
    lines { orderLine { product { name } quantity } discountPercent discountBy { name }
        priceExplanation { steps { kind } }
        goods { state quantity warehouse { name } lot { number } } }
    gates { kind warnings { code } entry { user { name } } }
    payments { number } events { reason entry { action user { name } } } } }";

/// A long order that was confirmed, shipped and paid in part, against what its story reads.
async fn story(bench: &Bench<'_>) -> Result<Row> {
    let company = bench.company;
    let products: Vec<String> = company.products().iter().take(LONG).cloned().collect();
    ensure!(products.len() == LONG, "too few products for a long order");
    let orders = company.drafts_of(&company.customers()[0], &products, 1).await?;
    company.confirm_and_ship(&orders, 1).await?;
    let id = orders.first().context("no order was written")?;
    let input = json!({"orderId": id, "amount": "10"});
    company.director.do_it("recordPayment", input, "payment { id }").await?;
    // Neither is measured with a plan made for what was there before these rows.
    let mut owner = PgConnection::connect(bench.owner_url).await?;
    sqlx::raw_sql("vacuum analyze").execute(&mut owner).await?;
    let mut taken = Vec::with_capacity(ASKED);
    for _ in 0..ASKED {
        let asked = Instant::now();
        let told = company.director.ask(STORY, json!({"id": id})).await?;
        taken.push(asked.elapsed());
        let lines = told["explain"]["lines"].as_array().map(Vec::len);
        ensure!(lines == Some(LONG), "not all lines were told: {told}");
    }
    taken.sort_unstable();
    let median = taken.get(taken.len() / 2).context("nothing was asked")?.as_secs_f64();
    let sql = statements(&bench.tenant().await?, &uuid_of(id)?);
    let alone = pgbench(&bench.scripts, bench.pgbench_bin, bench.owner_url, &sql, &[1]).await?;
    let alone = 1.0 / alone.per_second;
    Ok(Row {
        case: "explain of an order with 50 lines",
        figure: format!("{:.2} ms", median * 1e3),
        against: format!("{:.2} ms: what it reads, by pgbench", alone * 1e3),
        ratio: Some(median / alone),
        target: "under 3",
    })
}

/// What the story reads, each kind once: the order with its lines and their explanations, where goods
/// are held and with which lots they left, payments, requests, and what was noted of all of them with
/// who did it.
fn statements(tenant: &str, order: &str) -> String {
    let sql = format!(
        "begin isolation level repeatable read read only;
         select o.* from sales_order o where o.tenant_id = '{tenant}' and o.id = '{order}';
         select l.*, p.name from sales_order_line l
             join product p on p.tenant_id = l.tenant_id and p.id = l.product_id
             where l.tenant_id = '{tenant}' and l.order_id = '{order}' order by l.position;
         select l.id, l.explanation from sales_order_line l
             where l.tenant_id = '{tenant}' and l.order_id = '{order}';
         select r.* from reservation r
             where r.tenant_id = '{tenant}' and r.order_id = '{order}';
         select h.* from shipment h where h.tenant_id = '{tenant}' and h.order_id = '{order}';
         select s.*, t.quantity, t.cost, n.number, w.name from shipment h
             join shipment_line s on s.tenant_id = h.tenant_id and s.shipment_id = h.id
             join shipment_lot t on t.tenant_id = s.tenant_id and t.shipment_line_id = s.id
             join lot n on n.tenant_id = t.tenant_id and n.id = t.lot_id
             join warehouse w on w.tenant_id = h.tenant_id and w.id = h.warehouse_id
             where h.tenant_id = '{tenant}' and h.order_id = '{order}';
         select p.* from payment p where p.tenant_id = '{tenant}' and p.order_id = '{order}';
         select r.* from approval_request r
             where r.tenant_id = '{tenant}' and r.root_id = '{order}';
         select a.*, u.name from audit_trail a
             left join app_user u on u.tenant_id = a.tenant_id and u.id = a.actor_id
             where a.tenant_id = '{tenant}' and a.subject_id in (
                 select '{order}'::uuid
                 union all
                 select h.id from shipment h
                 where h.tenant_id = '{tenant}' and h.order_id = '{order}');
         commit;\n"
    );
    // A statement stands on a line of its own.
    sql.replace('\n', " ").replace(';', ";\n")
}
