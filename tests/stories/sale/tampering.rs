//! Somebody changes figures behind the program's back, and `oborot verify` tells which.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use stories::actor::text;
use stories::company::Company;
use stories::house::Replica;
use stories::stock::{confirm, draft};
use stories::variants::draft_variants;

/// Where a figure is changed by one, up and down again, and which figures then differ.
struct Tampering {
    table: &'static str,
    /// Columns that are changed together, where the table insists that they agree.
    columns: &'static [&'static str],
    /// Which rows.
    rows: &'static str,
    /// By how much; a constraint may leave room on one side only.
    by: i32,
    figures: &'static [&'static str],
}

const fn tampering(
    table: &'static str,
    columns: &'static [&'static str],
    rows: &'static str,
    by: i32,
    figures: &'static [&'static str],
) -> Tampering {
    Tampering { table, columns, rows, by, figures }
}

const TAMPERINGS: &[Tampering] = &[
    tampering("stock_balance", &["on_hand"], "true", 1, &["stock_balance.on_hand"]),
    tampering("stock_balance", &["reserved"], "true", -1, &["stock_balance.reserved"]),
    tampering("stock_balance", &["value"], "true", 1, &["stock_balance.value"]),
    tampering(
        "reservation",
        &["quantity"],
        "true",
        1,
        &["demand.quantity", "reservation.quantity", "stock_balance.reserved"],
    ),
    tampering("reservation_move", &["quantity"], "kind = 'RESERVE'", 1, &["reservation.quantity"]),
    tampering(
        "stock_movement",
        &["quantity", "value"],
        "kind = 'RECEIPT'",
        1,
        &["stock_balance.on_hand", "stock_balance.value"],
    ),
    tampering("receivable_balance", &["open"], "true", -1, &["receivable_balance.open"]),
    tampering("payment_balance", &["open"], "open > 0", 1, &["payment_balance.open"]),
    tampering("payment", &["amount"], "order_id is null", 1, &["payment.amount"]),
    tampering(
        "allocation",
        &["amount"],
        "true",
        1,
        &["payment_balance.open", "receivable_balance.open"],
    ),
    tampering(
        "receivable_item",
        &["amount"],
        "true",
        1,
        &["receivable.amount", "receivable_balance.amount", "receivable_balance.open"],
    ),
    tampering(
        "sales_order_line",
        &["shipped"],
        "true",
        1,
        &["demand.quantity", "sales_order_line.shipped"],
    ),
    tampering(
        "sales_order_line",
        &["shipped_amount"],
        "true",
        1,
        &["sales_order.shipped_gross", "sales_order_line.shipped_amount"],
    ),
    tampering("sales_order", &["shipped_gross"], "true", 1, &["sales_order.shipped_gross"]),
    tampering("sales_order", &["net", "gross"], "true", 1, &["sales_order.net"]),
    tampering("shipment", &["cost"], "true", 1, &["shipment.cost"]),
    tampering(
        "shipment_line",
        &["cost"],
        "true",
        1,
        &["sale_fact.cost", "shipment.cost", "shipment_line.cost"],
    ),
    tampering("sale_fact", &["revenue"], "true", 1, &["sale_fact.revenue", "sale_rollup.revenue"]),
    tampering("sale_rollup", &["revenue"], "dimension = 'TOTAL'", 1, &["sale_rollup.revenue"]),
    tampering("sale_rollup", &["quantity"], "dimension = 'PRODUCT'", 1, &["sale_rollup.quantity"]),
    tampering("sale_rollup", &["facts"], "dimension = 'MANAGER'", 1, &["sale_rollup.facts"]),
];

impl Tampering {
    async fn change(&self, owner: &mut PgConnection, by: i32) {
        let set: Vec<String> =
            self.columns.iter().map(|column| format!("{column} = {column} + {by}")).collect();
        let sql = format!("update {} set {} where {}", self.table, set.join(", "), self.rows);
        let done = sqlx::query(AssertSqlSafe(sql)).execute(owner).await.unwrap();
        assert!(done.rows_affected() > 0, "no row of {} was changed", self.table);
    }
}

#[tokio::test]
async fn whatever_is_changed_behind_the_programs_back_is_found() {
    let server = Replica::on_own_database().await;
    let company = Company::at(server.house()).await;
    sell_and_collect(&company).await;
    let mut owner = owner_of_all_rows(&server).await;
    until_folded(&mut owner).await;
    server.house().verify(&company.slug).await;

    for one in TAMPERINGS {
        one.change(&mut owner, one.by).await;
        let found = server.house().discrepancies(&company.slug).await;
        let figures: BTreeSet<&str> = found.iter().map(|one| one.figure.as_str()).collect();
        let expected: BTreeSet<&str> = one.figures.iter().copied().collect();
        assert_eq!(figures, expected, "{} {:?}: {found:#?}", one.table, one.columns);
        one.change(&mut owner, -one.by).await;
        server.house().verify(&company.slug).await;
    }
}

#[tokio::test]
async fn the_command_lists_what_differs_and_says_so_by_its_exit_code() {
    let server = Replica::on_own_database().await;
    let company = Company::at(server.house()).await;
    sell_and_collect(&company).await;
    let (told, code) = server.house().oborot(&["verify"]);
    assert_eq!((told.as_str(), code), ("Every register adds up (1 tenants).\n", Some(0)));

    let mut owner = owner_of_all_rows(&server).await;
    let on_hand = &TAMPERINGS[0];
    on_hand.change(&mut owner, 1).await;
    let (told, code) = server.house().oborot(&["verify"]);
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!((lines.len(), code), (2, Some(1)), "{told}");
    let begins = format!("{}: stock_balance.on_hand of warehouse ", company.slug);
    assert!(lines[0].starts_with(&begins), "{told}");
    assert!(lines[0].ends_with(" is 9.000, its register adds 8.000"), "{told}");
    assert_eq!(lines[1], "1 figures differ from their registers.");

    on_hand.change(&mut owner, -1).await;
    assert_eq!(server.house().oborot(&["verify"]).1, Some(0));
}

/// Tables whose variant is turned into another one, and the figures that then differ.
const VARIANTS: &[(&str, &[&str])] = &[
    ("stock_movement", &["stock_balance.on_hand", "stock_balance.value"]),
    ("sale_fact", &["sale_fact.variant"]),
    ("shipment_line", &["sale_fact.variant", "shipment_line.variant", "shipment_lot.variant"]),
    ("sales_order_line", &["reservation.variant", "shipment_line.variant"]),
    ("goods_receipt_line", &["lot.variant"]),
];

#[tokio::test]
async fn goods_that_turn_into_another_variant_are_found() {
    let server = Replica::on_own_database().await;
    let company = Company::at(server.house()).await;
    let at = company.furnish().await;
    let wardrobe = company.wardrobe(&at).await;
    let (shirt, red) = (wardrobe.shirt.as_str(), wardrobe.of("Red, M"));
    company.receive_variants(&at, None, (shirt, &[(red, "10", "5.00")])).await;
    let customer = company.customer("Boutique", &company.anna_id, json!({})).await;
    let order = draft_variants(&company.anna, &customer, (shirt, &[(red, "4")])).await;
    confirm(&company.anna, &order).await;
    let query = "query($id: ID!) { order(id: $id) { lines { id } } }";
    let told = company.anna.ask(query, json!({"id": order.0})).await;
    let line = text(&told["order"]["lines"][0]["id"]);
    let input = json!({"orderId": order.0, "lines": [{"orderLineId": line, "quantity": "2"}]});
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    server.house().verify(&company.slug).await;

    let mut owner = owner_of_all_rows(&server).await;
    let tables: Vec<&str> = VARIANTS.iter().map(|(table, _)| *table).collect();
    for table in tables.iter().chain(&["product_variant", "lot"]) {
        let sql = format!("alter table {table} no force row level security");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut owner).await.unwrap();
    }
    let turn = "(select v.id from product_variant v where v.sku = ";
    for (table, figures) in VARIANTS {
        let set = format!("update {table} set variant_id = {turn}'SHIRT-Blue-M')");
        sqlx::raw_sql(AssertSqlSafe(set)).execute(&mut owner).await.unwrap();
        let found = server.house().discrepancies(&company.slug).await;
        let told: BTreeSet<&str> = found.iter().map(|one| one.figure.as_str()).collect();
        let expected: BTreeSet<&str> = figures.iter().copied().collect();
        assert_eq!(told, expected, "{table}: {found:#?}");
        let back = format!("update {table} set variant_id = {turn}'SHIRT-Red-M')");
        sqlx::raw_sql(AssertSqlSafe(back)).execute(&mut owner).await.unwrap();
        server.house().verify(&company.slug).await;
    }
    // A balance and its lot cannot even part: the database refuses it.
    for table in ["stock_balance", "lot"] {
        let set = format!("update {table} set variant_id = {turn}'SHIRT-Blue-M')");
        let refused = sqlx::raw_sql(AssertSqlSafe(set)).execute(&mut owner).await.unwrap_err();
        assert!(refused.to_string().contains("stock_balance_lot_fkey"), "{refused}");
    }
}

/// A figure of each kind: half of an order shipped and the other half held, a debt paid in part,
/// and money that came before its order.
async fn sell_and_collect(company: &Company) {
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    company.receive(&at, None, &[(&good, "10", "5.00")]).await;
    let customer = company.customer("Debtor", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&good, "4")], json!({})).await;
    confirm(&company.anna, &order).await;
    let query = "query($id: ID!) { order(id: $id) { lines { id } } }";
    let told = company.anna.ask(query, json!({"id": order.0})).await;
    let line = text(&told["order"]["lines"][0]["id"]);
    let input = json!({"orderId": order.0, "lines": [{"orderLineId": line, "quantity": "2"}]});
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    let pay = async |input| company.accounting.does("recordPayment", input, "payment { id }").await;
    pay(json!({"orderId": order.0, "amount": "5.00"})).await;
    let early = company.customer("Early", &company.anna_id, json!({})).await;
    pay(json!({"customerId": early, "amount": "7.00"})).await;
}

/// The owner, let out of row-level security: what nobody has who does not own the tables.
async fn owner_of_all_rows(server: &Replica) -> PgConnection {
    let mut owner = PgConnection::connect(&server.house().owner_url).await.unwrap();
    let tables: BTreeSet<&str> = TAMPERINGS.iter().map(|one| one.table).collect();
    for table in tables.into_iter().chain(["sale_fact_delta"]) {
        let sql = format!("alter table {table} no force row level security");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut owner).await.unwrap();
    }
    owner
}

/// Waits until the worker has taken all sales into its sums.
async fn until_folded(owner: &mut PgConnection) {
    for _ in 0..100 {
        let queued: i64 = sqlx::query_scalar("select count(*) from sale_fact_delta")
            .fetch_one(&mut *owner)
            .await
            .unwrap();
        if queued == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("sales are not folded");
}
