//! In whose name a link decides, and when that one may not.

use serde_json::json;
use stories::actor::text;
use stories::browser::{answer, open};
use stories::company::{PASSWORD, merge};

use super::super::{comes_to, head, person};
use super::{Office, seen};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_decides_his_own_by_letter_nor_does_a_deputy_for_him() {
    let office = Office::without_rule().await;
    let company = &office.company;
    let (olga, olga_id) = head(company).await;
    let steps = json!([{"approvers": [{"role": "head_of_sales"}, {"role": "director"}]}]);
    for kind in ["DISCOUNT_OVER_LIMIT", "PRICE_BELOW_MINIMUM"] {
        super::rule(company, kind, "head_of_sales", json!({"steps": steps})).await;
    }
    office.minimum("95.00").await;
    let until = (office.replica.house().today() + chrono::Duration::days(7)).to_string();
    let accounting = office.id_of("accounting").await;
    let input = json!({"deputyId": accounting, "to": until});
    let named = olga.does("appointDeputy", input, "approvalDeputy { id }").await;
    let deputy = text(&named["approvalDeputy"]["id"]);

    // Olga could decide, and asks herself: neither she nor her deputy is written to.
    let hers = company.customer("Olga's", &olga_id, json!({})).await;
    let (own, one) = office.asked_by(&olga, &hers).await;
    let directors = office.letter("director", 1).await.link();
    assert_eq!(office.written_to(&one).await, [["director"]]);

    // What Anna asks, both of them are asked about.
    let (sold, two) = office.asked().await;
    let olgas = office.letter("olga", 1).await;
    let deputys = office.letter("accounting", 1).await;
    assert_eq!(office.written_to(&two).await, [["accounting", "director", "olga"]]);
    assert!(deputys.body.contains("как заместитель: olga"), "{}", deputys.body);
    // A link is for its request: Olga's does not reach her own, whatever is sent with it.
    let own_id = crate::quotes::plain(&json!(one));
    let fields =
        [("do", "reject"), ("comment", "no"), ("id", own_id.as_str()), ("request", one.as_str())];
    assert_eq!(answer(&olgas.link(), &fields).await.status, 200);
    comes_to(&company.anna, &sold, "DRAFT").await;
    assert_eq!(seen(&company.director, &one).await["state"], "PENDING");
    assert_eq!(seen(&company.director, &two).await["decisions"][0]["user"]["name"], "olga");

    // The deputy decides in her place, and that is told.
    let (sold, three) = office.asked().await;
    let deputys = office.letter("accounting", 2).await.link();
    assert!(open(&deputys).await.html.contains("in the place of olga"));
    assert_eq!(answer(&deputys, &[("do", "approve")]).await.status, 200);
    comes_to(&company.anna, &sold, "CONFIRMED").await;
    let word = seen(&company.director, &three).await["decisions"][0].take();
    assert_eq!(word["user"]["name"], "accounting");
    assert_eq!(word["onBehalfOf"]["name"], "olga");
    assert_eq!(word["byLink"], true);

    // When his time has ended before its end, so has what he decides through a link.
    let (_, four) = office.asked().await;
    let deputys = office.letter("accounting", 3).await.link();
    olga.does("endDeputy", json!({"id": deputy}), "approvalDeputy { endedAt }").await;
    let page = answer(&deputys, &[("do", "approve")]).await;
    assert_eq!(page.status, 422, "{}", page.html);
    assert!(page.html.contains("does not wait for your word"), "{}", page.html);
    let page = open(&deputys).await;
    assert!(page.status == 200 && !page.html.contains("<form"), "{}", page.html);
    assert_eq!(seen(&company.director, &four).await["state"], "PENDING");

    assert_eq!(answer(&directors, &[("do", "approve")]).await.status, 200);
    comes_to(&olga, &own, "CONFIRMED").await;
    office.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_shut_out_or_lost_the_right_has_no_link() {
    let office = Office::without_rule().await;
    let company = &office.company;
    super::rule(company, "DISCOUNT_OVER_LIMIT", "director", json!({})).await;
    for mailbox in ["dora", "dina", "daria"] {
        office.english(mailbox, "director").await;
    }
    let (_, one) = office.asked().await;
    let director = office.letter("director", 1).await.link();
    let dora = office.letter("dora", 1).await.link();
    let dina = office.letter("dina", 1).await.link();
    let daria = office.letter("daria", 1).await.link();
    let unknown = format!("{}/l/{}", office.replica.url(), "A".repeat(86));
    let gone = open(&unknown).await.html;
    let is_gone = async |link: &str| {
        let (page, said) = (open(link).await, answer(link, &[("do", "approve")]).await);
        assert_eq!((page.status, said.status), (404, 404), "{}", page.html);
        assert_eq!((&page.html, &said.html), (&gone, &gone));
    };
    for link in [&director, &dora, &dina, &daria] {
        assert_eq!(open(link).await.status, 200);
    }

    // A right that is lost is lost to the link, and comes back with it.
    office.change("dora", json!({"roles": ["accounting"]})).await;
    let page = open(&dora).await;
    assert!(page.status == 200 && !page.html.contains("<form"), "nobody asks: {}", page.html);
    assert_eq!(answer(&dora, &[("do", "approve")]).await.status, 422);
    office.change("dora", json!({"roles": ["warehouse"]})).await;
    is_gone(&dora).await;
    office.change("dora", json!({"roles": ["director"]})).await;
    assert!(open(&dora).await.html.contains("<form"));

    // Who is shut out has none any more, not even when he is let in again.
    office.change("dina", json!({"active": false})).await;
    is_gone(&dina).await;
    office.change("dina", json!({"active": true})).await;
    is_gone(&dina).await;

    // Nor has he whose sessions were ended, by himself everywhere or with a new password.
    company.director.does("signOut", json!({"everywhere": true}), "").await;
    is_gone(&director).await;
    office.change("daria", json!({"password": "another horse battery"})).await;
    is_gone(&daria).await;
    let slug = &company.slug;
    let (url, email) = (office.replica.url(), company.email("dora"));
    let signed_in = stories::actor::Actor::sign_in_at(&url, slug, &email, PASSWORD).await;
    assert_eq!(seen(&signed_in, &one).await["decisions"], json!([]));
    signed_in.does("signOut", json!({"everywhere": false}), "").await;
    assert_eq!(answer(&dora, &[("do", "approve")]).await.status, 200, "only here");
    office.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_leaves_no_link_and_another_reach_has_none() {
    let office = Office::without_rule().await;
    let company = &office.company;
    let (_, olga_id) = head(company).await;
    super::rule(company, "DISCOUNT_OVER_LIMIT", "head_of_sales", json!({})).await;
    let (_, petr_id) = person(company, "petr", "head_of_sales").await;
    let (_, one) = office.asked().await;
    let olgas = office.letter("olga", 1).await.link();
    // Petr's team is another one: this is out of his reach, and he is not written to.
    assert_eq!(office.written_to(&one).await, [["olga"]]);
    let mut team = json!({"name": "Wholesale", "headId": petr_id, "memberIds": [company.anna_id]});
    let made = company.admin.does("saveTeam", team.clone(), "team { id version }").await;
    let (_, two) = office.asked().await;
    let petrs = office.letter("petr", 1).await.link();
    assert_eq!(office.written_to(&two).await, [["olga", "petr"]]);
    assert_eq!(open(&petrs).await.status, 200);
    merge(&mut team, made["team"].clone());
    merge(&mut team, json!({"memberIds": []}));
    company.admin.does("saveTeam", team, "team { id }").await;
    assert_eq!(open(&petrs).await.status, 404);
    assert_eq!(answer(&petrs, &[("do", "approve")]).await.status, 404);
    assert_eq!(open(&olgas).await.status, 200);

    // Whoever is sent away leaves no link behind, though his account stays.
    let parties = json!({"leaverId": olga_id, "heirIds": [company.boris_id]});
    let input = json!({"parties": parties, "signIn": "ENDED"});
    company.admin.does("handOver", input, "handOver { id }").await;
    assert_eq!(open(&olgas).await.status, 404);
    assert_eq!(seen(&company.director, &one).await["state"], "PENDING");
    office.verify().await;
}
