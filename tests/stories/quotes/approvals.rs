//! What is offered below what its author may give goes out once those have agreed whom the tenant's
//! rules ask; and what they agreed to holds for the orders that keep the offer's prices.

use chrono::{Days, Duration};
use kernel::Clock;
use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, PASSWORD, merge};
use stories::house::{House, Replica, house};
use stories::mail::Catcher;

use super::{Shop, answer, comes_to, open, quote_now};
use crate::approvals::{decides_saying, rule};

const ASKED: &str = "quote { id state number version availableTransitions }
    approvalRequest { id state reasons { kind measure linePosition } }";

/// A shop in which Anna may give ten per cent, and the director more.
async fn shop(house: &House) -> Shop {
    let shop = Shop::at(house).await;
    rule(&shop.company, "DISCOUNT_OVER_LIMIT", "director", json!({})).await;
    shop.company.receive(&shop.at, None, &[(&shop.lamp, "40", "60")]).await;
    shop
}

impl Shop {
    /// A draft of ten lamps at a discount, and shades that may be left out.
    async fn cheap(&self, discount: &str) -> Value {
        let lines = json!([
            {"productId": self.lamp, "quantity": "10", "discountPercent": discount},
            {"productId": self.shade, "quantity": "5", "isOptional": true},
        ]);
        self.draft(json!({"lines": lines})).await
    }

    /// Offers a quote that somebody has to agree to; the request.
    async fn asks(&self, quote: &Value, more: Value) -> String {
        let mut input = json!({"id": quote["id"]});
        merge(&mut input, more);
        let told = self.company.anna.does("sendQuote", input, ASKED).await;
        assert_eq!(told["quote"]["state"], "PENDING_APPROVAL");
        text(&told["approvalRequest"]["id"])
    }
}

async fn requests(company: &Company, quote: &Value) -> Vec<(String, String)> {
    let query = "query($id: ID!) { quote(id: $id) { approvalRequests { state
        closeReason followRefusal } } }";
    let told = company.director.ask(query, json!({"id": quote["id"]})).await;
    let all = told["quote"]["approvalRequests"].as_array().unwrap().iter();
    all.map(|one| {
        let why = one["closeReason"].as_str().or(one["followRefusal"].as_str());
        (text(&one["state"]), why.unwrap_or_default().to_owned())
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_beyond_the_limit_leaves_with_its_letter_once_the_director_agrees() {
    let catcher = Catcher::new().await;
    let replica = Replica::with_mail(catcher.url()).await;
    let shop = shop(replica.house()).await;
    let (anna, director) = (&shop.company.anna, &shop.company.director);
    let quote = shop.cheap("15").await;
    let buyer = "buyer@theatre.example";
    // A letter that could not go out is refused before anybody is asked.
    for wrong in [json!({"to": []}), json!({"to": [buyer], "title": "a\nb"})] {
        let input = json!({"id": quote["id"], "email": wrong});
        anna.refused("sendQuote", input, "quote { id }").await;
    }
    assert_eq!(quote_now(anna, &quote["id"]).await["state"], "DRAFT");

    let input = json!({"id": quote["id"], "email": {"to": [buyer], "title": "Ten lamps"}});
    let told = anna.does("sendQuote", input, ASKED).await;
    assert_eq!(told["quote"]["state"], "PENDING_APPROVAL");
    assert!(told["quote"]["number"].is_string());
    assert_eq!(told["quote"]["availableTransitions"], json!(["REVISE", "CANCEL"]));
    let reason = json!([{"kind": "DISCOUNT_OVER_LIMIT", "measure": "15", "linePosition": 1}]);
    assert_eq!(told["approvalRequest"]["reasons"], reason);
    // It is out of everybody's hands: no link, no change, no answer.
    for (mutation, input) in [
        ("createQuoteLink", json!({"id": quote["id"]})),
        ("acceptQuote", json!({"id": quote["id"]})),
        ("updateQuote", json!({"id": quote["id"], "version": told["quote"]["version"]})),
    ] {
        let code = anna.refused(mutation, input, "quote { id }").await;
        assert_eq!(code, "ILLEGAL_TRANSITION", "{mutation}");
    }

    // Who decides sees the quote, and was written to about it.
    let letter = catcher.letter_to(&shop.company.email("director"), 1).await;
    let number = text(&told["quote"]["number"]);
    let page = open(&letter.link()).await;
    assert!(page.html.contains(&number), "{}", page.html);
    let query = "{ approvalInbox { nodes { id quote { id state } order { id } shipment { id }
        customer { id } facts } } }";
    let seen = director.ask(query, json!({})).await["approvalInbox"]["nodes"][0].take();
    assert_eq!(seen["quote"], json!({"id": quote["id"], "state": "PENDING_APPROVAL"}));
    assert!(seen["order"].is_null() && seen["shipment"].is_null());
    assert_eq!(seen["facts"]["lines"][0]["discount"], "15");
    assert_eq!(seen["facts"]["lines"][1]["optional"], true);
    let request = text(&told["approvalRequest"]["id"]);
    let own = json!({"ids": [request], "verdict": "APPROVE"});
    let told = anna.tries("decideApprovals", own, "approvalRequests { id }").await;
    assert_eq!(told, Err("FORBIDDEN".to_owned()), "nobody approves their own");
    decides_saying(director, &request, "APPROVE", "They take ten a month").await;
    comes_to(anna, &quote["id"], "SENT").await;

    // The letter of before leaves now, and the client answers.
    let letter = catcher.letter_to(buyer, 1).await;
    assert_eq!(letter.title, "Ten lamps");
    assert_eq!(answer(&letter.link(), &[("do", "accept")]).await.status, 200);
    let accepted = quote_now(anna, &quote["id"]).await;
    assert_eq!(accepted["state"], "ACCEPTED");

    // The order keeps the price and asks nobody again; the story names who allowed it.
    let input = json!({"quoteId": quote["id"]});
    let made = anna.does("createSalesOrderFromQuote", input, "order { id }").await;
    let order = &made["order"]["id"];
    let selection = "order { state total { gross { amount } } } approvalRequest { id }";
    let confirmed = anna.does("confirmSalesOrder", json!({"id": order}), selection).await;
    assert_eq!(confirmed["order"]["state"], "CONFIRMED");
    assert!(confirmed["approvalRequest"].is_null());
    let query = "query($id: ID!) { explain(id: $id) { lines { discountPercent }
        approvals { requestedBy { name } quote { id }
            decisions { verdict comment user { name } } } } }";
    let story = director.ask(query, json!({"id": order})).await["explain"].take();
    assert_eq!(story["lines"][0]["discountPercent"], "15");
    let asked = &story["approvals"][0];
    assert_eq!(asked["quote"]["id"], quote["id"]);
    assert_eq!(asked["requestedBy"]["name"], "anna");
    let said = json!([{"verdict": "APPROVE", "comment": "They take ten a month",
        "user": {"name": "director"}}]);
    assert_eq!(asked["decisions"], said);
    // Further goods on the same order are no part of what was agreed to.
    let input = json!({"quoteId": quote["id"]});
    let code = anna.refused("createSalesOrderFromQuote", input, "order { id }").await;
    assert_eq!(code, "EXCEEDS_QUOTE");
    replica.house().verify(&shop.company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_agreed_to_comes_back_and_can_be_changed() {
    let shop = shop(house()).await;
    let (anna, director) = (&shop.company.anna, &shop.company.director);
    let quote = shop.cheap("15").await;
    let id = &quote["id"];
    // Tried out, it tells who would be asked, and asks nobody.
    let input = json!({"id": id, "simulate": true});
    let selection = format!("{ASKED} simulation {{ effects {{ action }} }}");
    let told = anna.does("sendQuote", input, &selection).await;
    assert_eq!(told["quote"]["state"], "PENDING_APPROVAL");
    assert_eq!(told["approvalRequest"]["reasons"][0]["kind"], "DISCOUNT_OVER_LIMIT");
    assert!(!told["simulation"]["effects"].as_array().unwrap().is_empty());
    assert_eq!(quote_now(anna, id).await["state"], "DRAFT");
    assert!(requests(&shop.company, &quote).await.is_empty());
    let one = shop.asks(&quote, json!({})).await;
    decides_saying(director, &one, "REJECT", "Ten is enough").await;
    let back = comes_to(anna, id, "DRAFT").await;
    assert!(back["number"].is_string(), "a number that was given stays");

    // The same lines ask the same, whatever else is changed; nobody takes the discount for granted.
    let input = json!({"id": id, "version": back["version"], "comment": "once more"});
    anna.does("updateQuote", input, "quote { id }").await;
    let two = shop.asks(&quote, json!({})).await;
    let input = json!({"id": two, "reason": "they agreed to ten"});
    anna.does("withdrawApproval", input, "approvalRequest { id }").await;
    let back = comes_to(anna, id, "DRAFT").await;
    // Nor may its number go to another organization.
    let input = json!({"name": "Other", "prefix": "OT"});
    let other = shop.company.admin.does("createOrganization", input, "organization { id }").await;
    let input = json!({"id": id, "version": back["version"],
        "organizationId": other["organization"]["id"]});
    assert_eq!(anna.refused("updateQuote", input, "quote { id }").await, "INVALID");
    let lines = json!([{"productId": shop.lamp, "quantity": "10", "discountPercent": "10"}]);
    let input = json!({"id": id, "version": back["version"], "lines": lines});
    anna.does("updateQuote", input, "quote { id }").await;
    let told = anna.does("sendQuote", json!({"id": id}), ASKED).await;
    assert_eq!(told["quote"]["state"], "SENT");
    assert!(told["approvalRequest"].is_null());
    let states: Vec<String> =
        requests(&shop.company, &quote).await.into_iter().map(|(state, _)| state).collect();
    assert_eq!(states, ["WITHDRAWN", "REJECTED"]);

    // Given up, or made anew, it waits for nobody.
    let given_up = shop.cheap("15").await;
    shop.asks(&given_up, json!({})).await;
    let input = json!({"id": given_up["id"], "reason": "they have bought elsewhere"});
    anna.does("cancelQuote", input, "quote { id }").await;
    let closed = requests(&shop.company, &given_up).await;
    assert_eq!(closed, [("WITHDRAWN".to_owned(), "they have bought elsewhere".to_owned())]);
    let first = shop.cheap("15").await;
    shop.asks(&first, json!({})).await;
    let revised =
        anna.does("reviseQuote", json!({"id": first["id"]}), "quote { id }").await["quote"].take();
    assert_eq!(requests(&shop.company, &first).await[0].0, "WITHDRAWN");
    assert_eq!(quote_now(anna, &first["id"]).await["state"], "SUPERSEDED");
    let asked = shop.asks(&revised, json!({})).await;
    decides_saying(director, &asked, "APPROVE", "Well").await;
    comes_to(anna, &revised["id"], "SENT").await;

    // A copy is an offer of one's own.
    let copied =
        anna.does("copyQuote", json!({"id": revised["id"]}), "quote { id }").await["quote"].take();
    shop.asks(&copied, json!({})).await;
    assert!(shop.company.director.all("approvalInbox", "id").await.len() == 1);
    house().verify(&shop.company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_word_by_telephone_waits_too_and_the_choice_is_kept() {
    let shop = shop(house()).await;
    let (anna, director) = (&shop.company.anna, &shop.company.director);
    let quote = shop.cheap("15").await;
    let shades = &quote["lines"][1]["id"];
    let input =
        json!({"id": quote["id"], "optionalLineIds": [shades], "by": "Their stage manager"});
    let told = anna.does("acceptQuote", input, ASKED).await;
    assert_eq!(told["quote"]["state"], "PENDING_APPROVAL");
    let request = text(&told["approvalRequest"]["id"]);
    decides_saying(director, &request, "APPROVE", "Yes").await;
    let seen = comes_to(anna, &quote["id"], "ACCEPTED").await;
    assert_eq!(seen["answeredBy"], "Their stage manager");
    assert_eq!(seen["answeredByLink"], false);
    assert_eq!(seen["lines"][1]["isChosen"], true);
    // The director needs nobody.
    let input = json!({"customerId": shop.client, "lines": [
        {"productId": shop.lamp, "quantity": "1", "discountPercent": "40"}]});
    let own = director.does("createQuote", input, "quote { id }").await["quote"].take();
    let told = director.does("sendQuote", json!({"id": own["id"]}), ASKED).await;
    assert_eq!(told["quote"]["state"], "SENT");
    house().verify(&shop.company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_is_extended_as_long_as_what_was_agreed_to_holds() {
    let clock = Clock::system();
    let replica = Replica::with_clock(clock.clone()).await;
    let shop = shop(replica.house()).await;
    let again = async |name: &str| {
        let email = shop.company.email(name);
        Actor::sign_in_at(&replica.url(), &shop.company.slug, &email, PASSWORD).await
    };
    let quote = shop.cheap("15").await;
    let request = shop.asks(&quote, json!({})).await;
    decides_saying(&shop.company.director, &request, "APPROVE", "Yes").await;
    comes_to(&shop.company.anna, &quote["id"], "SENT").await;
    let late = shop.cheap("15").await;
    let waits = shop.asks(&late, json!({})).await;
    let until = |days| {
        let day = replica.house().today().checked_add_days(Days::new(days)).unwrap();
        json!({"id": quote["id"], "validUntil": day})
    };
    shop.company.anna.does("extendQuote", until(20), "quote { id }").await;

    // Five days later the decision holds no more: what is offered stays, longer than that it does
    // not without somebody's word.
    clock.advance(Duration::days(6));
    let (anna, director) = (again("anna").await, again("director").await);
    let code = anna.refused("extendQuote", until(30), "quote { id }").await;
    assert_eq!(code, "DISCOUNT_OVER_LIMIT");
    director.does("extendQuote", until(30), "quote { id }").await;
    let accepted = anna.does("acceptQuote", json!({"id": quote["id"]}), "quote { state }").await;
    assert_eq!(accepted["quote"]["state"], "ACCEPTED", "what was offered is not asked again");

    // An offer whose last day went by while it waited comes back, and tells why.
    clock.advance(Duration::days(10));
    let (anna, director) = (again("anna").await, again("director").await);
    decides_saying(&director, &waits, "APPROVE", "Yes").await;
    comes_to(&anna, &late["id"], "DRAFT").await;
    let query = "query($id: ID!) { quote(id: $id) { approvalRequests { state followRefusal } } }";
    let told = director.ask(query, json!({"id": late["id"]})).await;
    let asked = &told["quote"]["approvalRequests"][0];
    assert_eq!(asked["state"], "APPROVED");
    assert!(asked["followRefusal"].as_str().unwrap().contains("valid until"), "{asked}");
    replica.house().verify(&shop.company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thin_margin_of_the_offer_is_not_asked_about_again_until_it_gets_thinner() {
    let shop = Shop::at(house()).await;
    let (company, anna) = (&shop.company, &shop.company.anna);
    rule(company, "MARGIN_BELOW_MINIMUM", "director", json!({})).await;
    company.receive(&shop.at, None, &[(&shop.lamp, "4", "80")]).await;
    let query = "query($id: ID!) { product(id: $id) { version } }";
    let found = company.director.ask(query, json!({"id": shop.lamp})).await;
    let input = json!({"id": shop.lamp, "version": found["product"]["version"],
        "minMarginPercent": "30"});
    company.director.does("updateProduct", input, "product { id }").await;
    // The shades stand first: the order's lines have other places than the quote's.
    let lines = json!([{"productId": shop.shade, "quantity": "1", "isOptional": true},
                       {"productId": shop.lamp, "quantity": "10"}]);
    let quote = shop.draft(json!({"lines": lines})).await;
    let input = json!({"id": quote["id"]});
    let told = anna.does("sendQuote", input, ASKED).await;
    assert_eq!(told["approvalRequest"]["reasons"][0]["kind"], "MARGIN_BELOW_MINIMUM");
    assert_eq!(told["approvalRequest"]["reasons"][0]["linePosition"], 2);
    let request = text(&told["approvalRequest"]["id"]);
    decides_saying(&company.director, &request, "APPROVE", "We need the shelf").await;
    comes_to(anna, &quote["id"], "SENT").await;
    anna.does("acceptQuote", json!({"id": quote["id"]}), "quote { id }").await;
    let ordered = async |quantity: &str| {
        let input = json!({"quoteId": quote["id"], "lines": [
            {"quoteLineId": quote["lines"][1]["id"], "quantity": quantity}]});
        let made = anna.does("createSalesOrderFromQuote", input, "order { id }").await;
        let input = json!({"id": made["order"]["id"]});
        anna.does("confirmSalesOrder", input, "order { state }").await["order"]["state"].take()
    };
    assert_eq!(ordered("4").await, "CONFIRMED");
    // Four are there for 80, two more come for 95: of 20 per cent 15 are left.
    company.receive(&shop.at, None, &[(&shop.lamp, "100", "95")]).await;
    assert_eq!(ordered("6").await, "PENDING_APPROVAL");
    house().verify(&company.slug).await;
}
