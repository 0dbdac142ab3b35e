//! What a link is good for, and until when.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Clock;
use serde_json::json;
use stories::actor::Actor;
use stories::browser::{answer, open, token};
use stories::company::{Company, PASSWORD};
use stories::house::Replica;
use stories::mail::Catcher;

use super::{Office, seen};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_garbled_and_foreign_links_look_the_same() {
    let office = Office::new().await;
    let company = &office.company;
    let neighbour = Company::at(office.replica.house()).await;
    let (_, one) = office.asked().await;
    let link = office.letter("director", 1).await.link();
    let good = token(&link);
    let at = |token: &str| format!("{}/l/{token}", office.replica.url());
    let unknown = open(&at(&"A".repeat(86))).await;
    assert_eq!(unknown.status, 404);

    let other = if &good[60..61] == "A" { "B" } else { "A" };
    let mistyped = format!("{}{other}{}", &good[..60], &good[61..]);
    // The same link and secret, under another tenant's name.
    let tenant = "{ viewer { tenant { id } } }";
    let told = neighbour.admin.ask(tenant, json!({})).await;
    let foreign = crate::quotes::plain(&told["viewer"]["tenant"]["id"]);
    let mut bytes = URL_SAFE_NO_PAD.decode(good).unwrap();
    bytes[..16].copy_from_slice(foreign.parse::<uuid::Uuid>().unwrap().as_bytes());
    let foreign = URL_SAFE_NO_PAD.encode(bytes);
    for address in [at(&mistyped), at(&foreign), at("x"), at(&good[..85]), at(&format!("{good}A"))]
    {
        let page = open(&address).await;
        assert_eq!((page.status, &page.html), (404, &unknown.html), "{address}");
        let page = answer(&address, &[("do", "approve")]).await;
        assert_eq!((page.status, &page.html), (404, &unknown.html), "{address}");
    }
    assert_eq!(seen(&company.director, &one).await["state"], "PENDING");

    // It is no key to the API, and only these two methods are known.
    let holder = Actor::at(&office.replica.url(), "holder", good);
    assert_eq!(holder.denied("{ viewer { tenant { id } } }", json!({})).await, "UNAUTHENTICATED");
    let client = reqwest::Client::new();
    assert_eq!(client.head(&link).send().await.unwrap().status().as_u16(), 200);
    for method in ["PUT", "DELETE", "PATCH"] {
        let request = client.request(method.parse().unwrap(), &link);
        assert_eq!(request.send().await.unwrap().status().as_u16(), 405, "{method}");
    }
    assert_eq!(seen(&company.director, &one).await["state"], "PENDING");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_ends_after_two_weeks() {
    let clock = Clock::system();
    let catcher = Catcher::new().await;
    let replica = Replica::with_mail_and_clock(catcher.url(), clock.clone()).await;
    let office = Office::at(catcher, replica).await;
    super::rule(&office.company, "DISCOUNT_OVER_LIMIT", "director", json!({})).await;
    let (_, one) = office.asked().await;
    let link = office.letter("director", 1).await.link();
    clock.advance(chrono::Duration::days(14) - chrono::Duration::hours(1));
    assert_eq!(open(&link).await.status, 200);
    clock.advance(chrono::Duration::hours(2));
    assert_eq!(open(&link).await.status, 404);
    assert_eq!(answer(&link, &[("do", "approve")]).await.status, 404);
    let company = &office.company;
    let (url, email) = (office.replica.url(), company.email("director"));
    let director = Actor::sign_in_at(&url, &company.slug, &email, PASSWORD).await;
    assert_eq!(seen(&director, &one).await["state"], "PENDING");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_opens_a_link_without_end_is_asked_to_wait() {
    let office = Office::new().await;
    let (_, one) = office.asked().await;
    let link = office.letter("director", 1).await.link();
    let mut served = 0;
    let refused = loop {
        let page = open(&link).await;
        if page.status == 429 {
            break page;
        }
        assert_eq!(page.status, 200);
        served += 1;
        assert!(served < 400, "a link: sixty times, then one in two seconds");
    };
    assert!(served >= 60, "{served}");
    assert!(refused.headers.contains_key("retry-after"));
    // Answering counts as opening does; what is nothing to us decides nothing where time has passed.
    let mut tries = 0;
    while answer(&link, &[("do", "nothing")]).await.status != 429 {
        tries += 1;
        assert!(tries < 100, "answers are counted too");
    }
    assert_eq!(seen(&office.company.director, &one).await["state"], "PENDING");
}
