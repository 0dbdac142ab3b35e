//! Who is written to, and when.

use kernel::Clock;
use serde_json::json;
use stories::actor::Actor;
use stories::browser::{answer, open};
use stories::company::PASSWORD;
use stories::house::Replica;
use stories::mail::Catcher;

use super::super::{comes_to, head, inbox};
use super::{Office, seen, trail};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_step_and_each_deputy_is_written_to_when_his_turn_comes() {
    let office = Office::without_rule().await;
    let company = &office.company;
    let (olga, _) = head(company).await;
    let steps = json!([{"approvers": [{"role": "head_of_sales"}]},
                       {"approvers": [{"role": "director"}]}]);
    super::rule(company, "DISCOUNT_OVER_LIMIT", "head_of_sales", json!({"steps": steps})).await;
    let (sold, one) = office.asked().await;
    let olgas = office.letter("olga", 1).await.link();
    assert_eq!(office.written_to(&one).await, [["olga"]], "it is not the director's turn");

    // A deputy who is named while it waits.
    let until = (office.replica.house().today() + chrono::Duration::days(7)).to_string();
    let input = json!({"deputyId": office.id_of("accounting").await, "to": until});
    olga.does("appointDeputy", input, "approvalDeputy { id }").await;
    let deputys = office.letter("accounting", 1).await.link();
    assert!(open(&deputys).await.html.contains("in the place of olga"));
    assert_eq!(office.written_to(&one).await, [["olga"], ["accounting"]], "Olga has her link");

    let page = answer(&olgas, &[("do", "approve"), ("comment", "Good client")]).await;
    assert_eq!(page.status, 200);
    assert!(page.html.contains("others have to agree yet"), "{}", page.html);
    let directors = office.letter("director", 1).await.link();
    assert_eq!(office.written_to(&one).await, [["olga"], ["accounting"], ["director"]]);
    assert_eq!(
        comes_to(&company.anna, &sold, "PENDING_APPROVAL").await["state"],
        "PENDING_APPROVAL"
    );
    assert!(open(&directors).await.html.contains("Good client"), "what was said so far");
    for link in [&olgas, &deputys] {
        assert_eq!(answer(link, &[("do", "approve")]).await.status, 422);
        assert!(!open(link).await.html.contains("<form"));
    }
    assert_eq!(answer(&directors, &[("do", "approve")]).await.status, 200);
    comes_to(&company.anna, &sold, "CONFIRMED").await;
    assert!(open(&olgas).await.html.contains("Approved on"));
    office.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_asked_when_nobody_decides_in_time_is_written_to() {
    let clock = Clock::system();
    let catcher = Catcher::new().await;
    let replica = Replica::with_mail_and_clock(catcher.url(), clock.clone()).await;
    let office = Office::at(catcher, replica).await;
    let company = &office.company;
    head(company).await;
    let steps = json!([{"approvers": [{"role": "head_of_sales"}], "escalateAfterMinutes": 5}]);
    super::rule(company, "DISCOUNT_OVER_LIMIT", "head_of_sales", json!({"steps": steps})).await;
    // A deputy whose time has not come is not written to.
    let today = office.replica.house().today();
    let (from, to) = (today + chrono::Duration::days(2), today + chrono::Duration::days(7));
    let url = office.replica.url();
    let olga = Actor::sign_in_at(&url, &company.slug, &company.email("olga"), PASSWORD).await;
    let accounting = office.id_of("accounting").await;
    let input = json!({"deputyId": accounting, "from": from.to_string(), "to": to.to_string()});
    olga.does("appointDeputy", input, "approvalDeputy { id }").await;
    let (sold, one) = office.asked().await;
    office.letter("olga", 1).await;
    assert_eq!(office.written_to(&one).await, [["olga"]]);
    clock.advance(chrono::Duration::minutes(6));
    let directors = office.letter("director", 1).await.link();
    assert_eq!(office.written_to(&one).await, [["olga"], ["director"]]);
    assert!(open(&directors).await.html.contains("<form"));

    // Two days later he is, about what waits still.
    clock.advance(chrono::Duration::days(2));
    let deputys = office.letter("accounting", 1).await.link();
    assert_eq!(answer(&deputys, &[("do", "approve")]).await.status, 200);
    let admin = company.email("admin");
    let anna = Actor::sign_in_at(&url, &company.slug, &company.email("anna"), PASSWORD).await;
    comes_to(&anna, &sold, "CONFIRMED").await;
    assert!(office.catcher.arrived_to(&admin).is_empty());
    office.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_wants_no_letters_gets_none_and_a_large_role_gets_some() {
    let office = Office::without_rule().await;
    let company = &office.company;
    super::rule(company, "DISCOUNT_OVER_LIMIT", "director", json!({})).await;
    office.english("dora", "director").await;
    office.english("dina", "director").await;
    let set = json!({"wanted": false});
    let told = company.director.does("setApprovalLetters", set, "user { approvalLetters }").await;
    assert_eq!(told["user"]["approvalLetters"], false);
    let set = json!({"wanted": false});
    let code = company.anna.tries("setApprovalLetters", set, "user { id }").await.unwrap_err();
    assert_eq!(code, "FORBIDDEN", "she decides nothing");
    office.change("dina", json!({"approvalLetters": false})).await;
    let (sold, one) = office.asked().await;
    let doras = office.letter("dora", 1).await.link();
    assert_eq!(office.written_to(&one).await, [["dora"]]);
    assert_eq!(
        inbox(&company.director).await,
        std::slice::from_ref(&one),
        "he is asked all the same"
    );
    assert_eq!(answer(&doras, &[("do", "approve")]).await.status, 200);
    comes_to(&company.anna, &sold, "CONFIRMED").await;
    let set = json!({"wanted": true});
    company.director.does("setApprovalLetters", set, "user { id }").await;

    // More holders of a role than letters: the others find it among what waits for them.
    for one in 0..21 {
        office.english(&format!("d{one}"), "director").await;
    }
    let (_, two) = office.asked().await;
    office.letter("d0", 1).await;
    let written = trail(company, &two, "writeApprovalLetters").await;
    assert_eq!(written[0]["changes"]["to"].as_array().unwrap().len(), 20);
    assert_eq!(written[0]["changes"]["passedOver"], 3);
    assert_eq!(inbox(&company.director).await, [two]);
    office.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cost_is_told_to_those_alone_who_may_see_it() {
    let office = Office::without_rule().await;
    let company = &office.company;
    let input = json!({"name": "checker", "title": "Checks prices", "includes": [], "rights": [
        {"object": "approval", "act": "read", "reach": "ALL"},
        {"object": "approval", "act": "decide", "reach": "ALL"}]});
    company.admin.does("saveRole", input, "role { name }").await;
    office.english("vera", "checker").await;
    office.english("dora", "director").await;
    let steps = json!([{"approvers": [{"role": "checker"}, {"role": "director"}]}]);
    super::rule(company, "PRICE_BELOW_MINIMUM", "director", json!({"steps": steps})).await;
    office.minimum("97.00").await;
    let (order, _) = super::discounted(&company.anna, &office.cook, &office.oil, ("4", "4")).await;
    let one = super::request(&super::confirms(&company.anna, &order).await);

    let told = "the price of 96.00 RUB is 1.0309 % below the minimum of 97.00 RUB";
    let doras = office.letter("dora", 1).await;
    assert!(doras.body.contains(told), "{}", doras.body);
    assert!(open(&doras.link()).await.html.contains(told));
    let veras = office.letter("vera", 1).await;
    let page = open(&veras.link()).await;
    for hidden in ["96.00", "97.00", "1.0309", "384", "Cook"] {
        assert!(!veras.body.contains(hidden), "{hidden}: {}", veras.body);
        assert!(!veras.title.contains(hidden), "{hidden}: {}", veras.title);
        assert!(!page.html.contains(hidden), "{hidden}: {}", page.html);
    }
    assert!(page.html.contains("the price is below the minimum"), "{}", page.html);
    assert_eq!(answer(&veras.link(), &[("do", "approve")]).await.status, 200);
    let decisions = seen(&company.director, &one).await["decisions"].take();
    assert_eq!(decisions[0]["user"]["name"], "vera");
    comes_to(&company.anna, &order, "CONFIRMED").await;
    office.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_that_is_away_holds_up_nobody() {
    let mut catcher = Catcher::away().await;
    let replica = Replica::with_mail(catcher.url()).await;
    let company = stories::company::Company::at(replica.house()).await;
    let at = company.furnish().await;
    let oil = company.product(&at, "OIL", "100.00").await;
    let cook = company.customer("Cook", &company.anna_id, json!({})).await;
    super::rule(&company, "DISCOUNT_OVER_LIMIT", "director", json!({})).await;
    let (first, _) = super::discounted(&company.anna, &cook, &oil, ("1", "15")).await;
    let told = super::confirms(&company.anna, &first).await;
    let decided = super::request(&told);
    super::super::decides(&company.director, &decided, "APPROVE").await;
    comes_to(&company.anna, &first, "CONFIRMED").await;
    let (second, _) = super::discounted(&company.anna, &cook, &oil, ("2", "15")).await;
    let told = super::confirms(&company.anna, &second).await;
    let number = told["order"]["number"].as_str().unwrap();
    catcher.come().await;
    let letter = catcher.letter_called(number).await;
    assert_eq!(letter.to, [company.email("director")]);
    assert_eq!(answer(&letter.link(), &[("do", "approve")]).await.status, 200);
    comes_to(&company.anna, &second, "CONFIRMED").await;
    replica.house().verify(&company.slug).await;
}
