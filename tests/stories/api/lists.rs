//! Lists: pages that neither lose nor repeat a row, filters, search, and a cost that does not
//! grow with the rows.

use serde_json::{Value, json};
use stories::company::Company;
use stories::house::Replica;
use stories::stock::draft;

#[tokio::test]
async fn pages_hold_together_while_rows_are_inserted() {
    let company = Company::new().await;
    for index in 0..7 {
        company.customer(&format!("Customer {index:02}"), &company.anna_id, json!({})).await;
    }
    let query = "query($after: String) { customers(first: 3, after: $after,
        orderBy: {field: NAME, direction: ASC}) {
            nodes { name } pageInfo { hasNextPage endCursor } totalCount { count exact } } }";
    let mut names = Vec::new();
    let mut after = Value::Null;
    for round in 0..4 {
        let told = company.director.ask(query, json!({"after": after})).await;
        let page = &told["customers"];
        names.extend(page["nodes"].as_array().unwrap().iter().map(|n| n["name"].clone()));
        // Before the cursor, and after it.
        company.customer(&format!("Customer 00-{round}"), &company.anna_id, json!({})).await;
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    let expected: Vec<Value> = (0..7).map(|index| json!(format!("Customer {index:02}"))).collect();
    assert_eq!(names, expected);

    let query = "{ customers(last: 2, orderBy: {field: NAME, direction: ASC}) {
        nodes { name } pageInfo { hasPreviousPage } } }";
    let told = company.director.ask(query, json!({})).await;
    assert_eq!(
        told["customers"]["nodes"],
        json!([{"name": "Customer 05"}, {"name": "Customer 06"}])
    );
    assert_eq!(told["customers"]["pageInfo"]["hasPreviousPage"], true);
}

#[tokio::test]
async fn search_finds_parts_of_names_and_articles() {
    let company = Company::new().await;
    let at = company.furnish().await;
    company.product(&at, "GKL-125", "10.00").await;
    company.product(&at, "KIR-001", "10.00").await;
    let query = "query($s: String) { products(search: $s) { nodes { sku } } }";
    for (words, found) in [("gkl", "GKL-125"), ("product kir", "KIR-001"), ("125", "GKL-125")] {
        let told = company.director.ask(query, json!({"s": words})).await;
        assert_eq!(told["products"]["nodes"], json!([{"sku": found}]), "{words}");
    }
    for words in ["%", "_", "' or 1=1 --", "\\"] {
        let told = company.director.ask(query, json!({"s": words})).await;
        assert_eq!(told["products"]["nodes"], json!([]), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_do_not_grow_with_rows() {
    let replica = Replica::on_own_database().await;
    let company = Company::at(replica.house()).await;
    let at = company.furnish().await;
    let mut products = Vec::new();
    for index in 0..6 {
        products.push(company.product(&at, &format!("P{index}"), "10.00").await);
    }
    let director = &company.director;
    let query = "{ orders(first: 100) { nodes { number customer { name region { name } }
        manager { name } lines { quantity product { name group { name } stock { onHand } } }
        shipments { id } payments { id } receivables { id } } } }";
    let mut counts = Vec::new();
    for rows in [1, 10] {
        for index in 0..rows {
            let name = format!("Customer {rows} {index}");
            let customer = company.customer(&name, &company.anna_id, json!({})).await;
            let lines: Vec<(&str, &str)> =
                products.iter().take(rows.min(6)).map(|id| (id.as_str(), "1")).collect();
            draft(&company.director, &customer, &lines, json!({})).await;
        }
        // Once for what is remembered of the caller.
        director.ask(query, json!({})).await;
        counts.push(replica.statements_of(|| director.ask(query, json!({}))).await);
    }
    assert_eq!(counts[0], counts[1], "statements for 1 order and for 11");
    assert!(counts[0] < 20, "{counts:?}");
}
