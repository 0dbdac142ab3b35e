//! What a link is good for, and what not.

use serde_json::json;
use stories::actor::Actor;
use stories::house::{Replica, house};

use super::{Shop, answer, open, quote_now, token};

#[tokio::test]
async fn a_mail_scanner_opens_the_link_and_changes_nothing() {
    let shop = Shop::at(house()).await;
    let (quote, link) = shop.offered(json!({})).await;
    let before = quote_now(&shop.company.anna, &quote["id"]).await;
    for address in
        [link.clone(), format!("{link}?do=accept"), format!("{link}?do=decline&reason=x")]
    {
        assert_eq!(open(&address).await.status, 200);
    }
    let client = reqwest::Client::new();
    assert_eq!(client.head(&link).send().await.unwrap().status().as_u16(), 200);
    for method in ["PUT", "DELETE", "PATCH"] {
        let request = client.request(method.parse().unwrap(), &link);
        assert_eq!(request.send().await.unwrap().status().as_u16(), 405, "{method}");
    }
    assert_eq!(quote_now(&shop.company.anna, &quote["id"]).await, before);
}

#[tokio::test]
async fn browsers_are_told_to_keep_and_frame_nothing() {
    let shop = Shop::at(house()).await;
    let (_, link) = shop.offered(json!({})).await;
    let unknown = format!("{}/l/{}", house().url(), "A".repeat(86));
    for address in [link, unknown] {
        let page = open(&address).await;
        let told = |name: &str| page.headers[name].to_str().unwrap().to_owned();
        assert_eq!(told("cache-control"), "no-store");
        assert_eq!(told("referrer-policy"), "no-referrer");
        assert_eq!(told("x-content-type-options"), "nosniff");
        assert_eq!(told("content-type"), "text/html; charset=utf-8");
        let policy = told("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!page.html.contains("<script"), "{}", page.html);
    }
}

#[tokio::test]
async fn an_unknown_a_mistyped_and_a_revoked_link_look_the_same() {
    let shop = Shop::at(house()).await;
    let (quote, link) = shop.offered(json!({})).await;
    let at = |token: &str| format!("{}/l/{token}", house().url());
    let good = token(&link);
    let last = if good.ends_with('A') { "B" } else { "A" };
    let mistyped = at(&format!("{}{last}{}", &good[..60], &good[61..]));
    let unknown = open(&at(&"A".repeat(86))).await;
    assert_eq!(unknown.status, 404);
    let input = json!({"id": quote["id"], "reason": "We do not sell it any more"});
    shop.company.anna.does("cancelQuote", input, "quote { state }").await;
    for address in [mistyped, link.clone(), at("x"), at(&"я".repeat(3))] {
        let page = open(&address).await;
        assert_eq!((page.status, &page.html), (404, &unknown.html), "{address}");
        let page = answer(&address, &[("do", "accept")]).await;
        assert_eq!((page.status, &page.html), (404, &unknown.html), "{address}");
    }
    assert_eq!(quote_now(&shop.company.anna, &quote["id"]).await["state"], "CANCELLED");
}

#[tokio::test]
async fn a_link_opens_its_quote_and_nothing_else() {
    let shop = Shop::at(house()).await;
    let (quote, link) = shop.offered(json!({})).await;
    let (other, other_link) = shop.offered(json!({})).await;
    // It is no key to the API.
    let holder = Actor::with_token("client", token(&link));
    assert_eq!(holder.denied("{ viewer { tenant { id } } }", json!({})).await, "UNAUTHENTICATED");
    let ask = "query($id: ID!) { quote(id: $id) { id } }";
    assert_eq!(holder.denied(ask, json!({"id": quote["id"]})).await, "UNAUTHENTICATED");
    // Lines of another quote are none of it, and naming that one does nothing.
    let option = super::plain(&other["lines"][1]["id"]);
    let other_id = super::plain(&other["id"]);
    let fields = [("do", "accept"), ("option", option.as_str()), ("id", other_id.as_str())];
    assert_eq!(answer(&link, &fields).await.status, 422);
    let fields = [("do", "accept"), ("id", other_id.as_str()), ("quote", other_id.as_str())];
    assert_eq!(answer(&link, &fields).await.status, 200);
    assert_eq!(quote_now(&shop.company.anna, &quote["id"]).await["state"], "ACCEPTED");
    assert_eq!(quote_now(&shop.company.anna, &other["id"]).await["state"], "SENT");
    assert_eq!(open(&other_link).await.status, 200);
}

#[tokio::test]
async fn two_answers_at_once_are_one() {
    let shop = Shop::at(house()).await;
    let (quote, link) = shop.offered(json!({})).await;
    let decline = [("do", "decline"), ("reason", "no")];
    let answers = futures::future::join_all((0..6).map(|round| {
        let (link, fields) =
            (link.clone(), if round % 2 == 0 { &[("do", "accept")][..] } else { &decline });
        async move { answer(&link, fields).await.status }
    }))
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    let now = quote_now(&shop.company.anna, &quote["id"]).await;
    assert!(matches!(now["state"].as_str(), Some("ACCEPTED" | "DECLINED")), "{now}");
}

#[tokio::test]
async fn whoever_opens_links_without_end_is_asked_to_wait() {
    let replica = Replica::on_own_database().await;
    let shop = Shop::at(replica.house()).await;
    let (_, link) = shop.offered(json!({})).await;
    let mut served = 0;
    let refused = loop {
        let page = open(&link).await;
        if page.status == 429 {
            break page;
        }
        assert_eq!(page.status, 200);
        served += 1;
        assert!(served < 200, "a link: sixty times, then one in two seconds");
    };
    assert!(served >= 60, "{served}");
    assert!(refused.headers.contains_key("retry-after"));
    // Others are served as before, until the address has opened too many.
    let (_, other) = shop.offered(json!({})).await;
    assert_eq!(open(&other).await.status, 200);
    let unknown = format!("{}/l/{}", replica.url(), "A".repeat(86));
    let mut last = 404;
    for _ in 0..400 {
        last = open(&unknown).await.status;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
}
