//! Letters on bad days.

use std::time::Duration;

use serde_json::{Value, json};
use stories::actor::Actor;
use stories::house::{Replica, house};
use stories::mail::Catcher;

use super::{Shop, open, quote_now};

async fn mails(actor: &Actor, id: &Value) -> Value {
    let query = "query($id: ID!) { quote(id: $id) {
        mails { recipient state attempts lastError nextAttemptAt } } }";
    actor.ask(query, json!({"id": id})).await["quote"]["mails"].take()
}

/// Waits until the newest letter is as wanted.
async fn newest(actor: &Actor, id: &Value, is_so: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        let mail = mails(actor, id).await[0].take();
        if is_so(&mail) {
            return mail;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the letter stays as it is: {}", mails(actor, id).await);
}

fn sent_to(quote: &Value, to: &str) -> Value {
    json!({"id": quote["id"], "email": {"to": [to]}})
}

#[tokio::test]
async fn a_mail_server_that_was_down_gets_the_letter_once_it_is_back() {
    let mut catcher = Catcher::away().await;
    let replica = Replica::with_mail(catcher.url()).await;
    let shop = Shop::at(replica.house()).await;
    let anna = &shop.company.anna;
    let quote = shop.draft(json!({})).await;
    anna.does("sendQuote", sent_to(&quote, "buyer@theatre.example"), "quote { id }").await;
    assert_eq!(quote_now(anna, &quote["id"]).await["state"], "SENT", "the quote does not wait");
    let tried =
        newest(anna, &quote["id"], |mail| mail["attempts"] == 1 && !mail["lastError"].is_null());
    let tried = tried.await;
    assert_eq!(tried["state"], "WAITING");
    assert!(tried["nextAttemptAt"].is_string(), "{tried}");
    catcher.come().await;
    let letters = catcher.letters(1).await;
    newest(anna, &quote["id"], |mail| mail["state"] == "SENT").await;
    assert_eq!(letters.len(), 1);
    assert_eq!(open(&letters[0].link()).await.status, 200);
}

#[tokio::test]
async fn a_recipient_that_the_server_refuses_is_tried_no_more_and_stops_nobody() {
    let catcher = Catcher::new().await;
    let replica = Replica::with_mail(catcher.url()).await;
    let shop = Shop::at(replica.house()).await;
    let anna = &shop.company.anna;
    let quote = shop.draft(json!({})).await;
    let input = json!({"id": quote["id"], "email": {
        "to": ["nobody@theatre.example", "buyer@theatre.example"], "title": "Наше предложение"}});
    anna.does("sendQuote", input, "quote { id }").await;
    let letters = catcher.letters(1).await;
    assert_eq!(letters[0].to, ["buyer@theatre.example"]);
    assert_eq!(letters[0].title, "Наше предложение");
    for _ in 0..200 {
        if mails(anna, &quote["id"]).await[1]["state"] == "FAILED" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let all = mails(anna, &quote["id"]).await;
    assert_eq!(all[1]["state"], "FAILED", "{all}");
    assert!(all[1]["lastError"].as_str().unwrap().contains("nobody lives here"), "{all}");
    assert_eq!(all[0]["state"], "SENT");
}

#[tokio::test]
async fn nothing_that_is_typed_becomes_a_header() {
    let catcher = Catcher::new().await;
    let replica = Replica::with_mail(catcher.url()).await;
    let shop = Shop::at(replica.house()).await;
    let anna = &shop.company.anna;
    let quote = shop.draft(json!({})).await;
    for (to, title) in [
        ("a@b.example\r\nBcc: c@d.example", None),
        ("a@b.example, c@d.example", None),
        ("Ivan <a@b.example>", None),
        ("a@b.example", Some("Quote\r\nBcc: c@d.example")),
    ] {
        let input = json!({"id": quote["id"], "email": {"to": [to], "title": title}});
        assert_eq!(anna.refused("sendQuote", input, "quote { id }").await, "INVALID", "{to:?}");
    }
    assert_eq!(quote_now(anna, &quote["id"]).await["state"], "DRAFT", "nothing was written");
    let input = json!({"id": quote["id"], "email": {"to": ["a@b.example"],
        "message": "Bcc: c@d.example\n.\nX-Header: y"}});
    anna.does("sendQuote", input, "quote { id }").await;
    let letter = catcher.letters(1).await.remove(0);
    assert!(letter.body.contains("Bcc: c@d.example\n.\n") || letter.body.contains("\r\n.\r\n"));
    for name in ["Bcc", "X-Header"] {
        assert!(!letter.headers.iter().any(|one| one == name), "{letter:?}");
    }
}

#[tokio::test]
async fn without_a_mail_server_a_letter_is_refused_and_a_link_is_handed_over() {
    let shop = Shop::at(house()).await;
    let anna = &shop.company.anna;
    let quote = shop.draft(json!({})).await;
    let refused = anna.refused("sendQuote", sent_to(&quote, "a@b.example"), "quote { id }").await;
    assert_eq!(refused, "MAIL_NOT_CONFIGURED");
    assert_eq!(quote_now(anna, &quote["id"]).await["state"], "DRAFT");
    let link = anna.refused("createQuoteLink", json!({"id": quote["id"]}), "url").await;
    assert_eq!(link, "ILLEGAL_TRANSITION", "what was not offered has no link");
    anna.does("sendQuote", json!({"id": quote["id"]}), "quote { id }").await;
    let made = anna.does("createQuoteLink", json!({"id": quote["id"]}), "url").await;
    assert_eq!(open(made["url"].as_str().unwrap()).await.status, 200);
}

#[tokio::test]
async fn a_repeat_with_the_same_key_sends_nothing() {
    let catcher = Catcher::new().await;
    let replica = Replica::with_mail(catcher.url()).await;
    let shop = Shop::at(replica.house()).await;
    let anna = &shop.company.anna;
    let quote = shop.draft(json!({})).await;
    let mut input = sent_to(&quote, "buyer@theatre.example");
    stories::company::merge(&mut input, json!({"idempotencyKey": "send-1"}));
    for _ in 0..3 {
        anna.does("sendQuote", input.clone(), "quote { id }").await;
    }
    newest(anna, &quote["id"], |mail| mail["state"] == "SENT").await;
    assert_eq!(catcher.letters(1).await.len(), 1);
    assert_eq!(mails(anna, &quote["id"]).await.as_array().unwrap().len(), 1);
}
