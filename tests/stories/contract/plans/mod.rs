//! No main query reads a table from end to end: what PostgreSQL really did, told by itself.
//!
//! The plans are those of the program's own statements as they ran: `auto_explain` writes them
//! down in the sessions of the program's login, under row security, with the functions' inner
//! statements. Statements recorded by the program and explained by the story afterwards were not
//! taken: the program would need a recorder for tests alone, and would be explained with other
//! values, on other connections, and without what functions do inside.
//!
//! Each request is sent seven times: from the sixth on PostgreSQL may prefer a plan that was made
//! without the values, and that one must hold as well.

mod cases;
mod company;
mod newcomer;
mod watch;

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{Connection, PgConnection};
use stories::socket::Socket;

use self::company::Large;
use self::watch::{Plan, Watched};

/// From this many rows on a table is not read from end to end.
const MANY_ROWS: f64 = 1_000.0;
/// Rows that one scan of a main query may look at, where the case does not say otherwise: some
/// pages of the largest size.
const MOST_ROWS: f64 = 1_000.0;

/// Tables that have few rows in the largest company, or that no request reads by anything but
/// their key. A new table is filled in `rows.sql` or `papers.sql`, or listed here with its reason.
const SMALL: &[(&str, &str)] = &[
    ("api_key", "some dozens of partners"),
    ("approval_deputy", "some hundreds, read by their deputy or newest first by an index"),
    ("approval_rule", "some dozens"),
    ("approval_rule_segment", "read by its rule alone"),
    ("assembly_pick", "read by its document alone"),
    ("app_user", "some hundreds of people"),
    ("agreement_price", "read by its key alone"),
    ("agreement_price_past", "read by its key alone"),
    ("agreement_version", "read by its key alone"),
    ("audit_chain", "a row a tenant"),
    ("audit_seal", "a row a thousand entries at most, read by its key alone"),
    ("audit_unsealed", "seconds of entries, then sealed"),
    ("currency", "some dozens"),
    ("custom_field", "at most a hundred in use for a kind of record"),
    ("department", "some dozens"),
    ("discount_rule", "some hundreds, read whole for a document"),
    ("document_counter", "a row an organization, kind and year"),
    ("event_position", "a row a tenant"),
    ("export_job", "some hundreds, read newest first by an index"),
    ("hand_over", "some dozens, read newest first by their key"),
    ("hand_over_heir", "read by its key alone"),
    ("idempotency_key", "read by its key alone"),
    ("import_fault", "read by its key alone"),
    ("import_job", "some hundreds, read newest first by an index"),
    ("import_profile", "some dozens"),
    ("opening_stock", "read by its key alone"),
    ("organization", "a handful"),
    ("price_change", "some hundreds, read newest first by an index"),
    ("price_list", "some dozens"),
    ("price_replaced", "read by its key alone"),
    ("price_settings", "a row a tenant"),
    ("product_attribute", "some hundreds"),
    ("product_attribute_choice", "some hundreds"),
    ("price_segment", "some dozens"),
    ("product_group", "some hundreds"),
    ("reorder_point", "some hundreds, read whole for a plan"),
    ("refresh_token", "read by its key alone"),
    ("region", "some dozens"),
    ("reservation_expiry", "orders that wait for money, by their key or their time"),
    ("reservation_settings", "a row a tenant"),
    ("rights_change", "minutes of changes, then removed"),
    ("sales_channel", "some dozens"),
    ("sales_order_change", "what waits for leave, read by its order alone"),
    ("sales_route", "some dozens"),
    ("sale_fact_delta", "seconds of sales, then folded"),
    ("signing_key", "a handful, of the service"),
    ("supplier_return", "some hundreds, read by an index"),
    ("supplier_return_line", "some hundreds, read by their return"),
    ("supply_settings", "a row a tenant"),
    ("team", "some dozens"),
    ("team_member", "some hundreds"),
    ("tenant", "read by its key alone"),
    ("tenant_role", "some dozens"),
    ("tenant_role_right", "some hundreds"),
    ("user_role", "some hundreds"),
    ("user_session", "read by its key alone"),
    ("vat_category", "a handful"),
    ("vat_rate", "some dozens"),
    ("warehouse", "some dozens"),
    ("_sqlx_migrations", "a row a migration"),
    ("web_origins", "a row a tenant"),
];

#[tokio::test(flavor = "multi_thread")]
async fn no_main_query_reads_a_table_from_end_to_end() {
    let mut watched = Watched::start().await;
    let company = Large::new(&watched).await;
    let large = large_tables(&watched.owner_url()).await;
    watched.watch().await;
    let mut wrong = Vec::new();
    for case in cases::all(&company) {
        watched.plans();
        for _ in 0..7 {
            run(&company, &case).await;
        }
        let plans = watched.plans();
        assert!(!plans.is_empty(), "{}: PostgreSQL told nothing", case.name);
        wrong.extend(faults(&case, &plans, &large));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Asks and waits for the answer, or for the first event.
async fn run(company: &Large, case: &cases::Case) {
    let variables = case.variables.clone();
    if case.query.starts_with("subscription") {
        let mut socket = Socket::signed_in_at(&company.url, &case.actor.token).await;
        socket.subscribe("1", case.query, variables).await;
        socket.event().await;
    } else {
        case.actor.ask(case.query, variables).await;
    }
}

/// What is wrong with what a case's statements did.
fn faults(case: &cases::Case, plans: &[Plan], large: &BTreeSet<String>) -> Vec<String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for plan in plans {
        for scan in &plan.scans {
            let table = scan.table.as_str();
            let is_whole = scan.way == "Seq Scan" && large.contains(table);
            if is_whole || scan.rows > case.most_rows {
                let told = format!("{}: {} of {table}", case.name, scan.way);
                found.entry(told).or_insert(format!("{} rows in {}", scan.rows, plan.text));
            }
        }
    }
    let used: BTreeSet<&str> =
        plans.iter().flat_map(|plan| plan.indexes.iter().map(String::as_str)).collect();
    if !case.indexes.iter().all(|index| used.iter().any(|name| name.contains(index))) {
        found.insert(
            format!("{}: not by {}", case.name, case.indexes.join(", ")),
            format!("but by {used:?}"),
        );
    }
    found.into_iter().map(|(what, how)| format!("{what}: {how}")).collect()
}

/// The tables and partitions with many rows; the others are listed.
async fn large_tables(owner_url: &str) -> BTreeSet<String> {
    let mut owner = PgConnection::connect(owner_url).await.unwrap();
    let tables: Vec<(String, f32)> = sqlx::query_as(
        "select c.relname::text, c.reltuples
         from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
           and c.relname !~ '^event_outbox_'",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    let mut large = BTreeSet::new();
    for (table, rows) in tables {
        let is_listed = SMALL.iter().any(|(name, _)| *name == table);
        let is_large = f64::from(rows) >= MANY_ROWS;
        assert!(is_listed || is_large, "{table} has {rows} rows: fill it, or list it as small");
        if is_large {
            large.insert(table);
        }
    }
    large
}
