//! A manager's draft of an agreement is put in force by those whom the rule of special terms names.

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, merge};
use stories::house::{Replica, house};
use stories::mail::Catcher;

use super::{decides, inbox, request, rule};
use crate::quotes::open;

const SEEN: &str =
    "agreement { id version state } approvalRequest { id state reasons { kind measure
    message } }";

/// Ninety days to pay, and seven per cent on everything.
async fn proposed(company: &Company, customer: &str, more: Value) -> Value {
    let mut input = json!({"customerId": customer, "name": "Generous",
        "terms": {"discountPercent": "7", "paymentSteps": [
            {"percent": "100", "moment": "AFTER_SHIPMENT", "days": 90}]}});
    merge(&mut input, more);
    let made = company.anna.does("proposeAgreement", input, "agreement { id version state }").await;
    made["agreement"].clone()
}

async fn now(actor: &Actor, agreement: &Value) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on Agreement { id version state
        approvalRequests { state } versions { state } } } }";
    actor.ask(query, json!({"id": agreement["id"]})).await["node"].take()
}

async fn comes_to(actor: &Actor, agreement: &Value, state: &str) -> Value {
    for _ in 0..300 {
        let seen = now(actor, agreement).await;
        if seen["state"] == state {
            return seen;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it is not {state}: {}", now(actor, agreement).await);
}

fn step(agreement: &Value) -> Value {
    json!({"id": agreement["id"], "version": agreement["version"]})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn special_terms_are_in_force_once_the_director_agrees() {
    let catcher = Catcher::new().await;
    let replica = Replica::with_mail(catcher.url()).await;
    let company = Company::at(replica.house()).await;
    let at = company.furnish().await;
    let door = company.product(&at, "DOOR", "100.00").await;
    let customer = company.customer("Dveri", &company.anna_id, json!({})).await;
    let draft = proposed(&company, &customer, json!({})).await;
    let anna = &company.anna;

    // Without a rule there is nobody to ask; who writes terms needs nobody.
    let code = anna.refused("submitAgreement", step(&draft), SEEN).await;
    assert_eq!(code, "NO_APPROVER");
    assert_eq!(now(anna, &draft).await["state"], "DRAFT");
    rule(&company, "SPECIAL_TERMS", "director", json!({"threshold": "30"})).await;
    let told = company.boris.tries("submitAgreement", step(&draft), SEEN).await;
    assert_eq!(told, Err("NOT_FOUND".to_owned()));
    let told = company.warehouse.tries("submitAgreement", step(&draft), SEEN).await;
    assert_eq!(told, Err("FORBIDDEN".to_owned()));

    let asked = anna.does("submitAgreement", step(&draft), SEEN).await;
    assert_eq!(asked["agreement"]["state"], "PENDING_APPROVAL");
    let reason = &asked["approvalRequest"]["reasons"][0];
    assert_eq!((&reason["kind"], &reason["measure"]), (&json!("SPECIAL_TERMS"), &json!("90")));
    assert!(text(&reason["message"]).contains("7 %"), "{reason}");

    // Nobody changes what is asked about, nor passes by.
    let pending = &asked["agreement"];
    let mut change = step(pending);
    merge(&mut change, json!({"terms": {"discountPercent": "20"}}));
    assert_eq!(
        anna.refused("updateAgreementProposal", change, SEEN_DRAFT).await,
        "ILLEGAL_TRANSITION"
    );
    let prices = json!({"agreementId": draft["id"], "validFrom": "2000-01-01",
        "prices": [{"productId": door, "price": "1.00"}]});
    for (actor, mutation) in
        [(anna, "proposeAgreementPrices"), (&company.accounting, "setAgreementPrices")]
    {
        let code = actor.refused(mutation, prices.clone(), "agreement { id }").await;
        assert_eq!(code, "ILLEGAL_TRANSITION", "{mutation}");
    }
    let accounting = &company.accounting;
    for mutation in ["activateAgreement", "closeAgreement"] {
        let code = accounting.refused(mutation, step(pending), "agreement { id }").await;
        assert_eq!(code, "ILLEGAL_TRANSITION", "{mutation}");
    }
    let save = json!({"customerId": customer, "id": draft["id"], "version": pending["version"],
        "discountPercent": "50"});
    let code = accounting.refused("saveAgreement", save, "agreement { id }").await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
    let order = json!({"customerId": customer, "agreementId": draft["id"],
        "lines": [{"productId": door, "quantity": "1"}]});
    let code = anna.refused("createSalesOrder", order.clone(), "order { id }").await;
    assert_eq!(code, "AGREEMENT_NOT_IN_FORCE");

    // Who decides finds it, by letter too, and not its author.
    let letter = catcher.letter_to(&company.email("director"), 1).await;
    let page = open(&letter.link()).await;
    assert!(page.html.contains("agreement Generous") && page.html.contains("90"), "{}", page.html);
    let query = "{ approvalInbox { nodes { agreement { id } order { id } quote { id }
        shipment { id } total { amount } facts } } }";
    let seen = company.director.ask(query, json!({})).await["approvalInbox"]["nodes"][0].take();
    assert_eq!(seen["agreement"]["id"], draft["id"]);
    for other in ["order", "quote", "shipment", "total"] {
        assert!(seen[other].is_null(), "{other}");
    }
    assert_eq!(seen["facts"]["discountPercent"], "7");
    let one = request(&asked);
    let own = json!({"ids": [one], "verdict": "APPROVE"});
    let told = anna.tries("decideApprovals", own, "approvalRequests { id }").await;
    assert_eq!(told, Err("FORBIDDEN".to_owned()));
    decides(&company.director, &one, "APPROVE").await;
    let active = comes_to(anna, &draft, "ACTIVE").await;
    let versions: Vec<&Value> =
        active["versions"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!(versions, ["ACTIVE", "PENDING_APPROVAL", "DRAFT"]);
    anna.does("createSalesOrder", order, "order { id }").await;
    replica.house().verify(&company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_draft_is_made_better_and_an_everyday_one_asks_nobody_else() {
    let company = Company::new().await;
    let customer = company.customer("Dveri", &company.anna_id, json!({})).await;
    let anna = &company.anna;
    rule(&company, "SPECIAL_TERMS", "director", json!({"threshold": "60"})).await;
    let draft = proposed(&company, &customer, json!({})).await;
    let one = request(&anna.does("submitAgreement", step(&draft), SEEN).await);
    decides(&company.director, &one, "REJECT").await;
    let back = comes_to(anna, &draft, "DRAFT").await;
    let two = request(&anna.does("submitAgreement", step(&back), SEEN).await);
    let input = json!({"id": two, "reason": "thirty days will do"});
    anna.does("withdrawApproval", input, "approvalRequest { id }").await;
    let back = comes_to(anna, &draft, "DRAFT").await;
    let mut change = step(&back);
    merge(
        &mut change,
        json!({"terms": {"paymentSteps": [
        {"percent": "100", "moment": "AFTER_SHIPMENT", "days": 30}]}}),
    );
    let changed = anna.does("updateAgreementProposal", change, SEEN_DRAFT).await;
    // No rule is about thirty days: that is for whoever writes terms, and he asks nobody.
    let code = anna.refused("submitAgreement", step(&changed["agreement"]), SEEN).await;
    assert_eq!(code, "NO_APPROVER");
    let told = company.accounting.does("submitAgreement", step(&changed["agreement"]), SEEN).await;
    assert_eq!(told["agreement"]["state"], "ACTIVE");
    assert!(told["approvalRequest"].is_null());
    assert!(inbox(&company.director).await.is_empty());

    // What was agreed to is about these terms alone.
    let other = proposed(&company, &customer, json!({"name": "Other"})).await;
    let asked = anna.does("submitAgreement", step(&other), SEEN).await;
    decides(&company.director, &request(&asked), "APPROVE").await;
    comes_to(anna, &other, "ACTIVE").await;
    let third = proposed(&company, &customer, json!({"name": "Third"})).await;
    let asked = anna.does("submitAgreement", step(&third), SEEN).await;
    assert_eq!(asked["agreement"]["state"], "PENDING_APPROVAL");
    house().verify(&company.slug).await;
}

const SEEN_DRAFT: &str = "agreement { id version state }";
