//! Customers are spread over a team by load, each with its documents.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stories::actor::text;
use stories::company::Company;
use stories::house::house;
use stories::inside::inside;
use stories::stock::draft;

use super::{hand_over, moved, person, plain, tenant_of};

#[tokio::test]
async fn a_team_takes_over_by_load_and_documents_go_with_their_customer() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    let (vera, vera_id) = person(&company, "vera", &["manager"]).await;
    let (_, head_id) = person(&company, "head", &["head_of_sales"]).await;
    let (_, keeper_id) = person(&company, "keeper", &[]).await;
    // Whoever sees no customers takes none over.
    let members = json!([company.anna_id, company.boris_id, vera_id, keeper_id]);
    let input = json!({"name": "Sales", "headId": head_id, "memberIds": members});
    let made = company.admin.does("saveTeam", input, "team { id }").await;
    for n in 0..4 {
        company.customer(&format!("Boris {n}"), &company.boris_id, json!({})).await;
    }
    for n in 0..7 {
        let customer = company.customer(&format!("Anna {n}"), &company.anna_id, json!({})).await;
        draft(&company.anna, &customer, &[(&good, "1")], json!({})).await;
        draft(&company.anna, &customer, &[(&good, "2")], json!({})).await;
    }
    let parties = json!({"leaverId": company.anna_id, "teamId": made["team"]["id"]});
    let preview = "query($input: HandOverParties!) { handOverPreview(input: $input) {
        heirs { load customers user { id } } } }";
    let promised = company.director.ask(preview, json!({"input": parties})).await;
    let told = hand_over(&company.director, parties, json!({})).await;
    assert_eq!((moved(&told, "Customer"), moved(&told, "SalesOrder")), (7, 14));

    // Boris had four: the other two are filled up to it first.
    let heirs = told["heirs"].as_array().unwrap();
    let by_id: BTreeMap<String, (i64, i64)> = heirs
        .iter()
        .map(|heir| {
            let total = heir["load"].as_i64().unwrap() + heir["customers"].as_i64().unwrap();
            (text(&heir["user"]["id"]), (total, heir["documents"].as_i64().unwrap()))
        })
        .collect();
    let totals: Vec<i64> = by_id.values().map(|(total, _)| *total).collect();
    assert_eq!(by_id.len(), 3);
    assert_eq!(totals.iter().sum::<i64>(), 11);
    assert!(totals.iter().max().unwrap() - totals.iter().min().unwrap() <= 1, "{totals:?}");
    let shares = |told: &Value| -> Vec<Value> {
        let heirs = told.as_array().unwrap().iter();
        heirs.map(|heir| json!([heir["user"]["id"], heir["customers"]])).collect()
    };
    assert_eq!(shares(&promised["handOverPreview"]["heirs"]), shares(&told["heirs"]));
    // Two orders came with each customer.
    assert_eq!(by_id[&vera_id].1, 2 * by_id[&vera_id].0);
    let orders = vera.all("orders", "customer { manager { id } } manager { id }").await;
    assert!(!orders.is_empty());
    for order in orders {
        assert_eq!(order["manager"]["id"], vera_id.as_str());
        assert_eq!(order["customer"]["manager"]["id"], vera_id.as_str());
    }
    house().verify(&company.slug).await;
}

/// A document of somebody else's customer goes to that customer's manager.
#[tokio::test]
async fn a_document_of_a_colleagues_customer_goes_to_the_colleague() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    let (_, vera_id) = person(&company, "vera", &["manager"]).await;
    let his = company.customer("Was hers", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &his, &[(&good, "1")], json!({})).await;
    let query = "query($id: ID!) { customer(id: $id) { version } }";
    let told = company.director.ask(query, json!({"id": his})).await;
    let input = json!({"id": his, "version": told["customer"]["version"],
        "managerId": company.boris_id});
    company.director.does("updateCustomer", input, "customer { id }").await;
    let parties = json!({"leaverId": company.anna_id, "heirIds": [company.boris_id, vera_id]});
    hand_over(&company.director, parties, json!({})).await;
    let query = "query($id: ID!) { order(id: $id) { manager { id } } }";
    let told = company.director.ask(query, json!({"id": order.0})).await;
    assert_eq!(told["order"]["manager"]["id"], company.boris_id.as_str());
}

/// More than a request moves by itself: the workers go on, in transactions that stay small.
#[tokio::test]
async fn thousands_are_moved_in_the_background() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    let customer = company.customer("Large", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&good, "1")], json!({})).await;
    let mut inside = inside(tenant_of(&company).await).await;
    let sql = "
        insert into sales_order
            (tenant_id, id, date, organization_id, customer_id, agreement_id, manager_id, currency,
             prices_include_vat, state, net, vat, gross, payment_steps, prepayment_percent,
             reserve_on, cover_by)
        select o.tenant_id, gen_random_uuid(), o.date, o.organization_id, o.customer_id,
               o.agreement_id, o.manager_id, o.currency, o.prices_include_vat, 'CANCELLED', 0, 0, 0,
               o.payment_steps, o.prepayment_percent, o.reserve_on, o.cover_by
        from sales_order o, generate_series(1, 12000)
        where o.id = $1";
    let sql = sql.replace("'CANCELLED'", "o.state");
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(plain(&order.0)).execute(&mut inside).await.unwrap();
    let parties = json!({"leaverId": company.anna_id, "heirIds": [company.boris_id]});
    let began = std::time::Instant::now();
    let told = hand_over(&company.director, parties, json!({})).await;
    assert_eq!(moved(&told, "SalesOrder"), 12_001);
    assert!(told["version"].as_i64().unwrap() > 24, "{told}: moved in too large portions");
    eprintln!("12,001 orders were handed over in {:?}", began.elapsed());
}
