//! Balances at any past moment, in both times, and the turnover between two of them.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::Company;
use stories::house::house;
use stories::stock::{confirm, draft};

use super::{days_ago, figure, only, sum};

const PAST: &str = "query($date: Date, $knownAt: DateTime, $detail: PastStockDetail! = GOODS,
    $filter: StockAnswerFilter) {
    stockOnDate(date: $date, knownAt: $knownAt, detail: $detail, filter: $filter) {
        nodes { product { sku } warehouse { name } lot { id } onHand value { amount } }
        totalCount { count } } }";

const TURNOVER: &str = "query($from: Date, $to: Date, $by: StockTurnoverGrouping! = PRODUCT,
    $filter: StockAnswerFilter) {
    stockTurnover(from: $from, to: $to, by: $by, filter: $filter) { nodes {
        product { sku } warehouse { name } opening quantityIn quantityOut closing
        openingValue { amount } valueIn { amount } valueOut { amount } closingValue { amount }
        byKind { kind quantityIn quantityOut valueIn { amount } valueOut { amount } } }
        totalCount { count } } }";

async fn past(actor: &Actor, asked: Value) -> Value {
    actor.ask(PAST, asked).await["stockOnDate"].clone()
}

async fn now() -> String {
    // The database's clock may differ from this one by the way of an answer.
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let now = kernel::Clock::system().now().to_rfc3339();
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    now
}

/// A company that received 10 at 50.00 forty days ago, 10 at 60.00 twenty days ago, and shipped
/// 12 ten days ago.
async fn with_a_past() -> (Company, String, String) {
    let company = Company::new().await;
    let at = company.furnish().await;
    let rope = company.product(&at, "ROPE", "100.00").await;
    company.receive(&at, Some(&days_ago(40)), &[(&rope, "10", "50.00")]).await;
    company.receive(&at, Some(&days_ago(20)), &[(&rope, "10", "60.00")]).await;
    let customer = company.customer("Sail", &company.anna_id, json!({})).await;
    let date = json!({"date": days_ago(10)});
    let order = draft(&company.director, &customer, &[(&rope, "12")], date).await;
    confirm(&company.director, &order).await;
    let input = json!({"orderId": order.0, "date": days_ago(10)});
    let told = company.director.does("shipSalesOrder", input, "shipment { id }").await;
    let shipment = text(&told["shipment"]["id"]);
    (company, rope, shipment)
}

#[tokio::test]
async fn a_past_balance_is_the_sum_of_the_movements_until_then() {
    let (company, rope, _) = with_a_past().await;
    for (day, on_hand, value) in [
        (41, None, None),
        (40, Some(10), Some(50_000)),
        (21, Some(10), Some(50_000)),
        (20, Some(20), Some(110_000)),
        (11, Some(20), Some(110_000)),
        // 10 at 50.00 and 2 at 60.00 have gone.
        (10, Some(8), Some(48_000)),
        (0, Some(8), Some(48_000)),
    ] {
        let told = past(&company.director, json!({"date": days_ago(day)})).await;
        let Some(on_hand) = on_hand else {
            assert_eq!(told["nodes"], json!([]), "{day} days ago");
            continue;
        };
        let row = only(&told);
        assert_eq!(figure(&row["onHand"]), Decimal::from(on_hand), "{day} days ago");
        assert_eq!(figure(&row["value"]), Decimal::new(value.unwrap(), 2), "{day} days ago");
        assert!(row["lot"].is_null());
        assert_eq!(told["totalCount"]["count"], 1);
    }
    let lots = json!({"date": days_ago(10), "detail": "LOTS", "filter": {"products": [rope]}});
    let row = only(&past(&company.director, lots.clone()).await);
    assert_eq!(figure(&row["onHand"]), Decimal::from(8));
    let both = json!({"date": days_ago(15), "detail": "LOTS"});
    let told = past(&company.director, both).await;
    assert_eq!(told["nodes"].as_array().unwrap().len(), 2);
    assert_eq!(sum(&told["nodes"], "onHand"), Decimal::from(20));
    let one = json!({"detail": "LOTS", "filter": {"lots": [row["lot"]["id"]]}});
    assert_eq!(only(&past(&company.director, one).await)["onHand"], "8");

    // The warehouse sees how much, and not for how much.
    let query = "query($date: Date) { stockOnDate(date: $date) { nodes { onHand } } }";
    let told = company.warehouse.ask(query, json!({"date": days_ago(15)})).await;
    assert_eq!(only(&told["stockOnDate"])["onHand"], "20");
    assert_eq!(company.warehouse.denied(PAST, json!({})).await, "FORBIDDEN");
}

#[tokio::test]
async fn what_was_known_then_is_told_as_it_was_known() {
    let (company, rope, shipment) = with_a_past().await;
    let before = now().await;
    // Somebody finds a receipt of thirty days ago, and a shipment that never was.
    let at = company.furnish_again().await;
    company.receive(&at, Some(&days_ago(30)), &[(&rope, "5", "55.00")]).await;
    let input = json!({"id": shipment, "reason": "never left"});
    company.director.does("reverseShipment", input, "shipment { state }").await;
    for (day, known, on_hand) in [
        (15, None, 25),
        (15, Some(&before), 20),
        (35, None, 10),
        (0, None, 25),
        (0, Some(&before), 8),
    ] {
        let told = past(
            &company.director,
            json!({"date": days_ago(day), "knownAt": known, "filter": {"products": [rope]}}),
        )
        .await;
        let told = sum(&told["nodes"], "onHand");
        assert_eq!(told, Decimal::from(on_hand), "{day} days ago, known at {known:?}");
    }
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn turnover_goes_from_one_balance_to_the_next() {
    let (company, rope, _) = with_a_past().await;
    let at = company.furnish_again().await;
    let nails = company.product(&at, "NAILS", "1.00").await;
    company.receive(&at, Some(&days_ago(18)), &[(&nails, "1000", "0.10")]).await;
    let asked = json!({"from": days_ago(19), "to": days_ago(1)});
    let told = company.director.ask(TURNOVER, asked.clone()).await["stockTurnover"].clone();
    let rows = told["nodes"].as_array().unwrap();
    assert_eq!((rows.len(), &told["totalCount"]["count"]), (2, &json!(2)));
    let of = |sku: &str| rows.iter().find(|row| row["product"]["sku"] == sku).unwrap();
    let figures = |row: &Value| {
        [
            "opening",
            "quantityIn",
            "quantityOut",
            "closing",
            "openingValue",
            "valueIn",
            "valueOut",
            "closingValue",
        ]
        .map(|name| figure(&row[name]).normalize().to_string())
    };
    assert_eq!(figures(of("ROPE")), ["20", "0", "12", "8", "1100", "0", "620", "480"]);
    assert_eq!(figures(of("NAILS")), ["0", "1000", "0", "1000", "0", "100", "0", "100"]);
    assert_eq!(of("ROPE")["byKind"][0]["kind"], "SHIPMENT");
    assert_eq!(figure(&of("ROPE")["byKind"][0]["quantityOut"]), Decimal::from(12));

    // However it is grouped and cut, opening and closing are the balances of those days.
    for by in ["PRODUCT", "WAREHOUSE", "PRODUCT_AND_WAREHOUSE", "LOT"] {
        for (from, to) in [(45, 30), (30, 15), (20, 20), (19, 0), (5, 0)] {
            let asked = json!({"from": days_ago(from), "to": days_ago(to), "by": by});
            let told = company.director.ask(TURNOVER, asked).await["stockTurnover"].clone();
            let rows = &told["nodes"];
            let opening = past(&company.director, json!({"date": days_ago(from + 1)})).await;
            let closing = past(&company.director, json!({"date": days_ago(to)})).await;
            for (figure, value, balance) in
                [("opening", "openingValue", opening), ("closing", "closingValue", closing)]
            {
                let name = format!("{figure} by {by} from {from} to {to}: {told}");
                assert_eq!(sum(rows, figure), sum(&balance["nodes"], "onHand"), "{name}");
                assert_eq!(sum(rows, value), sum(&balance["nodes"], "value"), "{name}");
            }
            for row in rows.as_array().unwrap() {
                let kinds = &row["byKind"];
                for name in ["quantityIn", "quantityOut", "valueIn", "valueOut"] {
                    assert_eq!(figure(&row[name]), sum(kinds, name), "{name} of {row}");
                }
            }
        }
    }
    let asked = json!({"from": days_ago(19), "filter": {"products": [rope]}});
    let told = company.director.ask(TURNOVER, asked).await;
    assert_eq!(only(&told["stockTurnover"])["product"]["sku"], "ROPE");
    // The warehouse has the report without money; a manager has none.
    let plain = "{ stockTurnover { nodes { opening closing } } }";
    company.warehouse.ask(plain, json!({})).await;
    assert_eq!(company.warehouse.denied(TURNOVER, asked_now()).await, "FORBIDDEN");
    assert_eq!(company.anna.denied(plain, json!({})).await, "FORBIDDEN");
    let wrong = json!({"from": days_ago(1), "to": days_ago(2)});
    assert_eq!(company.director.denied(TURNOVER, wrong).await, "BAD_USER_INPUT");
}

fn asked_now() -> Value {
    json!({"from": days_ago(30)})
}

#[tokio::test]
async fn pages_of_past_stock_and_turnover_go_on_where_they_ended() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let mut goods = Vec::new();
    for n in 0..5 {
        goods.push(company.product(&at, &format!("P{n}"), "1.00").await);
    }
    for _ in 0..2 {
        let lines: Vec<_> = goods.iter().map(|id| (id.as_str(), "3", "2.00")).collect();
        company.receive(&at, Some(&days_ago(3)), &lines).await;
    }
    for (list, wanted) in [
        ("stockOnDate(detail: LOTS", 10),
        ("stockOnDate(detail: GOODS", 5),
        ("stockTurnover(by: LOT", 10),
        ("stockTurnover(by: PRODUCT", 5),
        ("stockTurnover(by: WAREHOUSE", 1),
    ] {
        let name = list.split('(').next().unwrap();
        let mut met = Vec::new();
        let mut after = Value::Null;
        loop {
            let query = format!(
                "query($after: String) {{ {list}, first: 2, after: $after) {{
                     nodes {{ lot {{ id }} product {{ id }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
            );
            let told = company.director.ask(&query, json!({"after": after})).await[name].clone();
            met.extend(told["nodes"].as_array().unwrap().iter().map(Value::to_string));
            after = told["pageInfo"]["endCursor"].clone();
            if told["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        let all = met.len();
        met.sort();
        met.dedup();
        assert_eq!((all, met.len()), (wanted, wanted), "{list}");
    }
    let back = "{ stockOnDate(last: 2) { nodes { product { id } } pageInfo { hasPreviousPage } } }";
    let told = company.director.ask(back, json!({})).await;
    assert_eq!(told["stockOnDate"]["pageInfo"]["hasPreviousPage"], true);
    let foreign = "{ stockOnDate(after: \"eyJvIjoiTE9UUyIsImsiOiJ4IiwiaSI6IjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMCJ9\", detail: LOTS) { nodes { onHand } } }";
    assert_ne!(company.director.denied(foreign, json!({})).await, "INTERNAL");
}
