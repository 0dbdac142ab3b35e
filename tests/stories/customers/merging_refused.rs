//! Who merges what, what a merged card refuses, and what happens at the same moment.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use stories::actor::{Actor, text};
use stories::company::{Company, PASSWORD};
use stories::files::{form, refused, tenant_of};
use stories::house::house;
use stories::stock::draft;

use super::merging::{merge, merging, twins, version};

const MERGE: &str = "mutation($input: MergeCustomersInput!) { mergeCustomers(input: $input) {
    customer { id } userErrors { code field message } } }";

/// The id that the database knows.
fn inside(id: &str) -> String {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id).unwrap()).unwrap();
    text.split_once(':').unwrap().1.to_owned()
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_its_reason() {
    let company = Company::new().await;
    let (_, _, duplicate, into) = twins(&company).await;
    let good = merging(&company.director, &duplicate, &into).await;
    let with = |name: &str, value: Value| {
        let mut input = good.clone();
        input[name] = value;
        input
    };
    for (input, code, field) in [
        (with("intoId", json!(duplicate)), "INVALID", "intoId"),
        (with("duplicateVersion", json!(99)), "STALE_VERSION", "duplicateVersion"),
        (with("intoVersion", json!(99)), "STALE_VERSION", "intoVersion"),
        (with("reason", json!("  ")), "REQUIRED", "reason"),
    ] {
        let told = company.director.ask(MERGE, json!({"input": input})).await;
        let error = &told["mergeCustomers"]["userErrors"][0];
        assert_eq!((&error["code"], &error["field"][0]), (&json!(code), &json!(field)), "{told}");
    }
    let input = json!({"id": into, "version": version(&company.director, &into).await});
    company.director.does("archiveCustomer", input, "customer { id }").await;
    let input = merging(&company.director, &duplicate, &into).await;
    let code = company.director.refused("mergeCustomers", input, "customer { id }").await;
    assert_eq!(code, "ARCHIVED");
    // An archived card may go: that is what twins often are.
    merge(&company, &into, &duplicate).await;
}

#[tokio::test]
async fn nobody_swallows_a_colleagues_customer_or_a_neighbours() {
    let (company, neighbour) = tokio::join!(Company::new(), Company::new());
    let (_, _, duplicate, into) = twins(&company).await;
    let input = merging(&company.director, &duplicate, &into).await;
    for actor in [&company.anna, &company.boris, &company.warehouse, &company.admin] {
        let code = actor.denied(MERGE, json!({"input": input})).await;
        assert_eq!(code, "FORBIDDEN", "{}", actor.name);
    }
    let email = company.email("head");
    let input = json!({
        "email": email, "name": "head", "password": PASSWORD, "roles": ["head_of_sales"],
    });
    let made = company.admin.does("createUser", input, "user { id }").await;
    let input = json!({"name": "Heads", "headId": made["user"]["id"],
        "memberIds": [company.anna_id]});
    company.admin.does("saveTeam", input, "team { id }").await;
    let head = Actor::sign_in(&company.slug, &email, PASSWORD).await;
    let his = company.customer("His", &company.boris_id, json!({})).await;
    for (duplicate, into) in [(&his, &into), (&duplicate, &his)] {
        let input = merging(&company.director, duplicate, into).await;
        assert_eq!(head.denied(MERGE, json!({"input": input})).await, "NOT_FOUND");
    }
    let stranger = neighbour.customer("Theirs", &neighbour.anna_id, json!({})).await;
    for (ours, theirs) in [("duplicateId", "intoId"), ("intoId", "duplicateId")] {
        let mut input = json!({"duplicateVersion": 1, "intoVersion": 1, "reason": "x"});
        input[ours] = json!(into);
        input[theirs] = json!(stranger);
        for actor in [&company.director, &neighbour.director] {
            let code = actor.denied(MERGE, json!({"input": input})).await;
            assert_eq!(code, "NOT_FOUND", "{input}");
        }
    }
    let input = merging(&head, &duplicate, &into).await;
    head.does("mergeCustomers", input, "customer { id }").await;
}

#[tokio::test]
async fn a_merged_card_takes_nothing_new_and_names_the_other() {
    let company = Company::new().await;
    let (_, good, duplicate, into) = twins(&company).await;
    let order = draft(&company.anna, &into, &[(&good, "1")], json!({})).await;
    merge(&company, &duplicate, &into).await;
    let version = version(&company.director, &duplicate).await;
    let lines = json!([{"productId": good, "quantity": "1"}]);
    for (actor, mutation, input, selection) in [
        (
            &company.anna,
            "createSalesOrder",
            json!({"customerId": duplicate, "lines": lines}),
            "order { id }",
        ),
        (
            &company.anna,
            "updateSalesOrder",
            json!({"id": order.0, "version": order.1, "customerId": duplicate}),
            "order { id }",
        ),
        (
            &company.accounting,
            "recordPayment",
            json!({"customerId": duplicate, "amount": "1.00"}),
            "payment { id }",
        ),
        (
            &company.anna,
            "updateCustomer",
            json!({"id": duplicate, "version": version, "name": "New"}),
            "customer { id }",
        ),
        (
            &company.anna,
            "restoreCustomer",
            json!({"id": duplicate, "version": version}),
            "customer { id }",
        ),
        (
            &company.anna,
            "addContactPerson",
            json!({"customerId": duplicate, "name": "Petr"}),
            "contactPerson { id }",
        ),
        (
            &company.accounting,
            "saveAgreement",
            json!({"customerId": duplicate, "name": "More"}),
            "agreement { id }",
        ),
    ] {
        let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!(
            "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {selection}
                userErrors {{ code message details }} }} }}"
        );
        let told = actor.ask(&query, json!({"input": input})).await;
        let error = &told[mutation]["userErrors"][0];
        assert_eq!(error["code"], "MERGED", "{mutation}: {told}");
        assert!(text(&error["message"]).contains("Romashka"), "{mutation}: {told}");
        assert_eq!(error["details"]["mergedInto"], json!(into), "{mutation}: {told}");
    }
    let (_, code) = refused(&company.anna, form(&duplicate, None, "a.txt", b"text")).await;
    assert_eq!(code, "MERGED");
    house().verify(&company.slug).await;
}

/// Whoever writes a document at the very moment of a merging waits for its end, and then hears of
/// it: the moment is held open here by playing the merging's part in the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_written_at_the_very_moment_waits_and_is_refused() {
    let company = Company::new().await;
    let (_, good, duplicate, into) = twins(&company).await;
    let tenant = tenant_of(&company).await;
    let mut app = PgConnection::connect(&house().app_url).await.unwrap();
    let (from, to) = (inside(&duplicate), inside(&into));
    let begin = format!(
        "begin; select set_config('app.tenant_id', '{tenant}', true);
         select id from customer where tenant_id = '{tenant}' and id = '{from}' for update"
    );
    sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut app).await.unwrap();
    let lines = json!([{"productId": good, "quantity": "1"}]);
    let input = json!({"customerId": duplicate, "lines": lines});
    let order = company.anna.tries("createSalesOrder", input, "order { id }");
    let input = json!({"customerId": duplicate, "amount": "1.00"});
    let payment = company.accounting.tries("recordPayment", input, "payment { id }");
    let rest = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let end = format!(
            "update customer set merged_into = '{to}', merged_at = now(), archived_at = now()
             where tenant_id = '{tenant}' and id = '{from}'; commit"
        );
        sqlx::raw_sql(AssertSqlSafe(end)).execute(&mut app).await.unwrap();
    };
    let (order, payment, ()) = tokio::join!(order, payment, rest);
    assert_eq!((order.unwrap_err().as_str(), payment.unwrap_err().as_str()), ("MERGED", "MERGED"));
    assert!(company.director.all("orders", "id").await.is_empty());
}

/// A document that is being written for the old card while it is merged is the other's in the end,
/// or is not written at all; nothing stays behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_written_at_that_moment_stays_behind() {
    let company = Company::new().await;
    let (_, good, duplicate, into) = twins(&company).await;
    for round in 0..4 {
        let name = format!("Twin {round}");
        let twin = company.customer(&name, &company.anna_id, json!({})).await;
        let lines = json!([{"productId": good, "quantity": "1"}]);
        let write = async |number: i64| {
            // Some before, some during, some after.
            tokio::time::sleep(Duration::from_millis((number as u64 % 6) * 4)).await;
            if number % 3 == 0 {
                let input = json!({"customerId": twin, "amount": "1.00"});
                company.accounting.tries("recordPayment", input, "payment { id }").await
            } else {
                let input = json!({"customerId": twin, "lines": lines});
                company.anna.tries("createSalesOrder", input, "order { id }").await
            }
        };
        let merged = async {
            tokio::time::sleep(Duration::from_millis(8)).await;
            merge(&company, &twin, &into).await
        };
        let (written, _) = tokio::join!(join_all((0..24).map(write)), merged);
        for code in written.into_iter().filter_map(Result::err) {
            assert_eq!(code, "MERGED");
        }
        let query = "query($id: ID!) { customer(id: $id) { orders { nodes { id } }
            payments { nodes { id } } } }";
        let told = company.director.ask(query, json!({"id": twin})).await;
        for edge in ["orders", "payments"] {
            assert_eq!(told["customer"][edge]["nodes"], json!([]), "{told}");
        }
    }
    house().verify(&company.slug).await;
    // Two who merge the same two cards at once, one each way: one of them.
    let one = merging(&company.director, &duplicate, &into).await;
    let other = merging(&company.director, &into, &duplicate).await;
    let (one, other) = tokio::join!(
        company.director.tries("mergeCustomers", one, "customer { id }"),
        company.director.tries("mergeCustomers", other, "customer { id }"),
    );
    let refused: Vec<String> = [one, other].into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(matches!(refused[0].as_str(), "MERGED" | "STALE_VERSION"), "{refused:?}");
    house().verify(&company.slug).await;
}
