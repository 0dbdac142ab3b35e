//! Until when a quote holds.

use chrono::{Days, Duration};
use kernel::Clock;
use serde_json::json;
use stories::actor::Actor;
use stories::company::PASSWORD;
use stories::house::{Replica, house};

use super::{QUOTE, Shop, answer, comes_to, open, quote_now};

/// Tokens end as time goes on: she signs in again.
async fn anna(replica: &Replica, shop: &Shop) -> Actor {
    let email = shop.company.email("anna");
    Actor::sign_in_at(&replica.url(), &shop.company.slug, &email, PASSWORD).await
}

#[tokio::test]
async fn a_quote_expires_is_extended_and_accepted_through_the_same_link() {
    let clock = Clock::system();
    let replica = Replica::with_clock(clock.clone()).await;
    let shop = Shop::at(replica.house()).await;
    let (quote, link) = shop.offered(json!({})).await;
    let today = replica.house().today();
    let usual = today.checked_add_days(Days::new(14)).unwrap();
    assert_eq!(quote["validUntil"], usual.to_string(), "two weeks where nobody says otherwise");

    clock.advance(Duration::days(14));
    let actor = anna(&replica, &shop).await;
    assert_eq!(quote_now(&actor, &quote["id"]).await["state"], "SENT", "the last day counts");
    clock.advance(Duration::days(1));
    // Whether or not the worker has been there.
    let page = answer(&link, &[("do", "accept")]).await;
    assert_eq!(page.status, 422);
    assert!(open(&link).await.html.contains("cannot be accepted any more"));
    let actor = anna(&replica, &shop).await;
    comes_to(&actor, &quote["id"], "EXPIRED").await;
    let input = json!({"id": quote["id"]});
    assert_eq!(
        actor.refused("acceptQuote", input.clone(), "quote { id }").await,
        "ILLEGAL_TRANSITION"
    );
    assert_eq!(actor.refused("sendQuote", input, "quote { id }").await, "ILLEGAL_TRANSITION");

    let until =
        |days| replica.house().today().checked_add_days(Days::new(days)).unwrap().to_string();
    for (wrong, code) in
        [(usual.to_string(), "OUT_OF_RANGE"), ("2099-01-01".into(), "OUT_OF_RANGE")]
    {
        let input = json!({"id": quote["id"], "validUntil": wrong});
        assert_eq!(actor.refused("extendQuote", input, "quote { id }").await, code, "{wrong}");
    }
    let input = json!({"id": quote["id"], "validUntil": until(7)});
    let extended = actor.does("extendQuote", input, QUOTE).await["quote"].take();
    assert_eq!((&extended["state"], &extended["validUntil"]), (&json!("SENT"), &json!(until(7))));
    assert_eq!(extended["total"], quote["total"], "prices stay");
    assert_eq!(answer(&link, &[("do", "accept")]).await.status, 200);
    assert_eq!(quote_now(&actor, &quote["id"]).await["state"], "ACCEPTED");

    // Months later nobody finds anything behind the link.
    clock.advance(Duration::days(120));
    assert_eq!(open(&link).await.status, 404);
}

#[tokio::test]
async fn a_draft_that_is_over_is_not_offered_and_a_copy_is_of_today() {
    let shop = Shop::at(house()).await;
    let director = &shop.company.director;
    let today = house().today();
    let ago = |days| today.checked_sub_days(Days::new(days)).unwrap().to_string();
    let input = json!({"customerId": shop.client, "date": ago(20), "validUntil": ago(10),
        "lines": [{"productId": shop.lamp, "quantity": "1"}]});
    let old = director.does("createQuote", input, QUOTE).await["quote"].take();
    let input = json!({"id": old["id"]});
    assert_eq!(director.refused("sendQuote", input.clone(), "quote { id }").await, "QUOTE_EXPIRED");
    assert_eq!(
        director.refused("acceptQuote", input.clone(), "quote { id }").await,
        "QUOTE_EXPIRED"
    );
    let copy = director.does("copyQuote", input, QUOTE).await["quote"].take();
    let until = today.checked_add_days(Days::new(10)).unwrap().to_string();
    assert_eq!((&copy["validUntil"], &copy["revision"]), (&json!(until), &json!(1)));
    let input = json!({"customerId": shop.client, "validUntil": ago(1),
        "lines": [{"productId": shop.lamp, "quantity": "1"}]});
    assert_eq!(director.refused("createQuote", input, "quote { id }").await, "OUT_OF_RANGE");
}
