//! What the client does.

use serde_json::json;
use stories::house::{Replica, house};
use stories::mail::Catcher;

use super::{Shop, answer, open, open_in_russian, plain, quote_now, sum};

#[tokio::test]
async fn a_client_gets_a_letter_opens_it_and_accepts_with_an_optional_line() {
    let catcher = Catcher::new().await;
    let replica = Replica::with_mail(catcher.url()).await;
    let shop = Shop::at(replica.house()).await;
    let anna = &shop.company.anna;
    let draft = shop.draft(json!({})).await;
    assert_eq!((&draft["state"], &draft["number"]), (&json!("DRAFT"), &json!(null)));
    assert_eq!(sum(&draft["total"]["gross"]["amount"]), "1000", "optional lines do not count yet");

    let input = json!({"id": draft["id"], "version": draft["version"], "email": {
        "to": ["buyer@theatre.example", "BOSS@theatre.example"], "message": "Dear friends!"}});
    let selection = "quote { state number mails { recipient state } }";
    let sent = anna.does("sendQuote", input, selection).await["quote"].take();
    assert_eq!(sent["state"], "SENT");
    let letters = catcher.letters(2).await;
    let letter = &letters[0];
    assert_eq!(letter.to.len(), 1, "each gets a letter of his own");
    assert_eq!(letter.reply_to, shop.company.email("anna"));
    assert!(letter.title.contains(sent["number"].as_str().unwrap()), "{letter:?}");
    assert!(letter.body.starts_with("Dear friends!"), "{letter:?}");

    let link = letter.link();
    let page = open(&link).await;
    assert_eq!(page.status, 200);
    for shown in ["Product LAMP", "Black ones", "Three days after payment.", "Theatre", "1000.00"] {
        assert!(page.html.contains(shown), "{shown}: {}", page.html);
    }
    assert!(!page.html.contains("He is in a hurry"), "the note is not for him");
    assert!(open_in_russian(&link).await.html.contains("Коммерческое предложение"));

    let shade = plain(&draft["lines"][1]["id"]);
    let fields = [("do", "accept"), ("option", shade.as_str()), ("name", "Иван Петров")];
    let page = answer(&link, &fields).await;
    assert_eq!(page.status, 200, "{}", page.html);
    assert!(page.html.contains("Accepted on") && !page.html.contains("<form"), "{}", page.html);
    let quote = quote_now(anna, &draft["id"]).await;
    assert_eq!(quote["state"], "ACCEPTED");
    assert_eq!(quote["answeredByLink"], true);
    assert_eq!(quote["answeredBy"], "Иван Петров");
    assert_eq!(sum(&quote["total"]["gross"]["amount"]), "1050");
    assert_eq!(quote["lines"][1]["isChosen"], true);
    let history = "query($id: ID!) { quote(id: $id) { history { action actorKind user { id } } } }";
    let told = anna.ask(history, json!({"id": draft["id"]})).await;
    let last = &told["quote"]["history"][0];
    assert_eq!((&last["action"], &last["actorKind"]), (&json!("acceptQuote"), &json!("LINK")));

    // Once more, or otherwise: the answer stands.
    let again = answer(&link, &[("do", "decline"), ("reason", "no")]).await;
    assert_eq!(again.status, 422);
    assert_eq!(quote_now(anna, &draft["id"]).await["state"], "ACCEPTED");
    let mails = "query($id: ID!) { quote(id: $id) { mails { state attempts } } }";
    let told = anna.ask(mails, json!({"id": draft["id"]})).await;
    assert_eq!(told["quote"]["mails"][0], json!({"state": "SENT", "attempts": 1}));
    replica.house().verify(&shop.company.slug).await;
}

#[tokio::test]
async fn a_client_declines_and_says_why() {
    let shop = Shop::at(house()).await;
    let (quote, link) = shop.offered(json!({})).await;
    let page = answer(&link, &[("do", "decline"), ("reason", "  ")]).await;
    assert_eq!(page.status, 422);
    assert!(page.html.contains("Give a reason."), "{}", page.html);
    assert_eq!(quote_now(&shop.company.anna, &quote["id"]).await["state"], "SENT");
    let page = answer(&link, &[("do", "decline"), ("reason", "Too dear <b>now</b>")]).await;
    assert_eq!(page.status, 200);
    assert!(page.html.contains("Too dear &lt;b&gt;now&lt;/b&gt;"), "{}", page.html);
    let now = quote_now(&shop.company.anna, &quote["id"]).await;
    assert_eq!(now["state"], "DECLINED");
    assert_eq!(now["declineReason"], "Too dear <b>now</b>");
    // Declined is declined; a new version is made beside it.
    let input = json!({"id": quote["id"]});
    let refused = shop.company.anna.refused("acceptQuote", input.clone(), "quote { id }").await;
    assert_eq!(refused, "ILLEGAL_TRANSITION");
    let next = shop.company.anna.does("reviseQuote", input, super::QUOTE).await["quote"].take();
    assert_eq!((&next["state"], &next["revision"]), (&json!("DRAFT"), &json!(2)));
    assert_eq!(next["number"], quote["number"]);
    assert_eq!(quote_now(&shop.company.anna, &quote["id"]).await["state"], "DECLINED");
}

#[tokio::test]
async fn what_a_client_cannot_choose_is_refused() {
    let shop = Shop::at(house()).await;
    let (quote, link) = shop.offered(json!({})).await;
    let lamp = plain(&quote["lines"][0]["id"]);
    let foreign = uuid::Uuid::new_v4().to_string();
    for option in [lamp.as_str(), foreign.as_str(), "x"] {
        let page = answer(&link, &[("do", "accept"), ("option", option)]).await;
        assert_eq!(page.status, 422, "{option}");
    }
    for fields in [&[("do", "delete")][..], &[]] {
        assert_eq!(answer(&link, fields).await.status, 422);
    }
    let long = "я".repeat(201);
    assert_eq!(answer(&link, &[("do", "accept"), ("name", &long)]).await.status, 422);
    assert_eq!(quote_now(&shop.company.anna, &quote["id"]).await["state"], "SENT");
}

#[tokio::test]
async fn a_superseded_versions_link_tells_of_the_new_one_and_accepts_nothing() {
    let shop = Shop::at(house()).await;
    let anna = &shop.company.anna;
    let (old, link) = shop.offered(json!({})).await;
    let input = json!({"id": old["id"], "version": old["version"]});
    let new = anna.does("reviseQuote", input, super::QUOTE).await["quote"].take();
    assert_eq!(new["revision"], 2);
    assert_eq!(quote_now(anna, &old["id"]).await["state"], "SUPERSEDED");
    let page = open(&link).await;
    assert_eq!(page.status, 200);
    assert!(page.html.contains("newer version"), "{}", page.html);
    assert!(!page.html.contains("<form") && !page.html.contains("Product LAMP"), "{}", page.html);
    assert_eq!(answer(&link, &[("do", "accept")]).await.status, 422);
    assert_eq!(quote_now(anna, &old["id"]).await["state"], "SUPERSEDED");
    // The old one stays readable, and knows what came after it.
    let query = "query($id: ID!) { quote(id: $id) { lines { name } successor { name }
        versions { name state } } }";
    let told = anna.ask(query, json!({"id": old["id"]})).await["quote"].take();
    assert_eq!(told["lines"][0]["name"], "Product LAMP");
    assert_eq!(told["successor"]["name"], new["name"]);
    assert_eq!(told["versions"].as_array().unwrap().len(), 2);
}
