//! What a decider does with his link.

use serde_json::json;
use stories::browser::{answer, open, open_in_russian};

use super::super::{comes_to, decides, order};
use super::{Office, seen, trail};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_brings_a_link_that_decides_once() {
    let office = Office::without_rule().await;
    let company = &office.company;
    super::rule(company, "DISCOUNT_OVER_LIMIT", "director", json!({})).await;
    office.english("dora", "director").await;
    let (sold, one) = office.asked().await;
    let number = order(&company.anna, &sold).await["number"].as_str().unwrap().to_owned();

    // Each of those who are asked is written to in his language, and answers go to who asks.
    let letter = office.letter("director", 1).await;
    assert!(letter.title.starts_with(&format!("Согласование: заказ {number}")), "{letter:?}");
    assert_eq!(letter.reply_to, company.email("anna"));
    for said in ["anna просит согласовать", "Cook", "340.00 RUB", "Product OIL: скидка 15 %"]
    {
        assert!(letter.body.contains(said), "{said}: {}", letter.body);
    }
    let other = office.letter("dora", 1).await;
    assert!(other.body.contains("anna asks for approval: order"), "{}", other.body);
    assert_ne!(letter.link(), other.link(), "each has a link of his own");
    assert_eq!(office.written_to(&one).await, [["director", "dora"]]);

    // Mail scanners open links: that changes nothing.
    let link = letter.link();
    let before = seen(&company.director, &one).await;
    for address in [link.clone(), format!("{link}?do=approve"), format!("{link}?do=reject")] {
        let page = open(&address).await;
        assert_eq!(page.status, 200);
        for shown in [number.as_str(), "Cook", "340.00", "Product OIL", "15 %", "anna", "<form"] {
            assert!(page.html.contains(shown), "{shown}: {}", page.html);
        }
        assert!(!page.html.contains("<script"), "{}", page.html);
        let told = |name: &str| page.headers[name].to_str().unwrap().to_owned();
        assert_eq!(told("cache-control"), "no-store");
        assert_eq!(told("referrer-policy"), "no-referrer");
    }
    assert!(open_in_russian(&link).await.html.contains("Почему нужно согласование"));
    assert_eq!(seen(&company.director, &one).await, before);
    assert_eq!(order(&company.anna, &sold).await["state"], "PENDING_APPROVAL");

    // Nothing in the form names another person or request.
    let page = answer(&link, &[("do", "approve"), ("comment", "Fine"), ("user", "dora")]).await;
    assert_eq!(page.status, 200, "{}", page.html);
    assert!(page.html.contains("Approved on") && !page.html.contains("<form"), "{}", page.html);
    comes_to(&company.anna, &sold, "CONFIRMED").await;
    let now = seen(&company.director, &one).await;
    assert_eq!(now["state"], "APPROVED");
    let word = json!([{"verdict": "APPROVE", "comment": "Fine", "byLink": true,
        "user": {"name": "director"}, "onBehalfOf": null}]);
    assert_eq!(now["decisions"], word);
    let told = trail(company, &one, "decideApproval").await;
    assert_eq!(
        (&told[0]["actorKind"], &told[0]["user"]["name"]),
        (&json!("LINK"), &json!("director"))
    );
    let written = trail(company, &one, "writeApprovalLetters").await;
    let links = written[0]["changes"]["to"].as_array().unwrap();
    assert!(links.iter().any(|to| to["link"] == told[0]["changes"]["link"]), "{told:?}");

    // What was decided is decided, by this link and by any other.
    for address in [&link, &other.link()] {
        let page = answer(address, &[("do", "reject"), ("comment", "No")]).await;
        assert_eq!(page.status, 422, "{}", page.html);
        let page = open(address).await;
        assert_eq!(page.status, 200);
        assert!(page.html.contains("Approved on") && page.html.contains("Fine"), "{}", page.html);
        assert!(!page.html.contains("<form"), "{}", page.html);
    }
    assert_eq!(seen(&company.director, &one).await["decisions"], word);
    assert_eq!(order(&company.anna, &sold).await["state"], "CONFIRMED");
    office.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejection_says_why_and_gives_the_order_back() {
    let office = Office::new().await;
    let director = &office.company.director;
    let (sold, one) = office.asked().await;
    let link = office.letter("director", 1).await.link();
    for fields in [
        &[("do", "reject")][..],
        &[("do", "reject"), ("comment", "  \n")],
        &[("do", "delete"), ("comment", "x")],
        &[("comment", "x")],
        &[],
    ] {
        let page = answer(&link, fields).await;
        assert_eq!(page.status, 422, "{fields:?}");
        assert!(page.html.contains("<form"), "it can be said again: {}", page.html);
    }
    let long = "я".repeat(4_001);
    assert_eq!(answer(&link, &[("do", "approve"), ("comment", &long)]).await.status, 422);
    assert_eq!(seen(director, &one).await["state"], "PENDING");
    assert_eq!(seen(director, &one).await["decisions"], json!([]));

    let page = answer(&link, &[("do", "reject"), ("comment", "Too <b>cheap</b>")]).await;
    assert_eq!(page.status, 200, "{}", page.html);
    assert!(page.html.contains("Rejected on"), "{}", page.html);
    assert!(page.html.contains("Too &lt;b&gt;cheap&lt;/b&gt;"), "{}", page.html);
    comes_to(&office.company.anna, &sold, "DRAFT").await;
    let now = seen(director, &one).await;
    assert_eq!(now["state"], "REJECTED");
    assert_eq!(now["decisions"][0]["comment"], "Too <b>cheap</b>");
    assert_eq!(now["decisions"][0]["byLink"], true);
    office.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_answers_at_once_are_one() {
    let office = Office::new().await;
    let (_, one) = office.asked().await;
    let link = office.letter("director", 1).await.link();
    let reject = [("do", "reject"), ("comment", "no")];
    let answers = futures::future::join_all((0..6).map(|round| {
        let fields = if round % 2 == 0 { &[("do", "approve")][..] } else { &reject };
        let link = link.clone();
        async move { answer(&link, fields).await.status }
    }))
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|status| matches!(status, 200 | 422)), "{answers:?}");
    let now = seen(&office.company.director, &one).await;
    assert_eq!(now["decisions"].as_array().unwrap().len(), 1, "{now}");
    office.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_tells_what_has_become_of_the_request() {
    let office = Office::new().await;
    let company = &office.company;
    let (sold, one) = office.asked().await;
    let withdrawn = office.letter("director", 1).await.link();
    let input = json!({"id": one, "reason": "a mistake"});
    company.anna.does("withdrawApproval", input, "approvalRequest { id }").await;
    let page = open(&withdrawn).await;
    assert_eq!(page.status, 200);
    assert!(page.html.contains("Withdrawn on") && !page.html.contains("<form"), "{}", page.html);
    assert_eq!(answer(&withdrawn, &[("do", "approve")]).await.status, 422);

    // Asked anew there is another link. What was agreed to is put back, and its price changes.
    let draft = comes_to(&company.anna, &sold, "DRAFT").await;
    let told = super::confirms(&company.anna, &sold).await;
    let two = super::request(&told);
    assert_eq!(draft["number"], told["order"]["number"]);
    let link = office.letter("director", 2).await.link();
    let customer = "query($id: ID!) { customer(id: $id) { version } }";
    let card = async || {
        let found = company.director.ask(customer, json!({"id": office.cook})).await;
        json!({"id": office.cook, "version": found["customer"]["version"]})
    };
    company.director.does("archiveCustomer", card().await, "customer { id }").await;
    decides(&company.director, &two, "APPROVE").await;
    let draft = comes_to(&company.anna, &sold, "DRAFT").await;
    assert!(open(&link).await.html.contains("Approved on"));
    company.director.does("restoreCustomer", card().await, "customer { id }").await;
    let lines = json!([{"productId": office.oil, "quantity": "4", "discountPercent": "16"}]);
    let input = json!({"id": sold, "version": draft["version"], "lines": lines});
    company.anna.does("updateSalesOrder", input, "order { id }").await;
    let page = open(&link).await;
    assert_eq!(page.status, 200);
    assert!(page.html.contains("Out of date since"), "{}", page.html);
    // It shows what was decided about then, and decides nothing.
    assert!(page.html.contains("15 %") && !page.html.contains("16 %"), "{}", page.html);
    assert_eq!(answer(&link, &[("do", "approve")]).await.status, 422);
    let now = seen(&company.director, &two).await;
    assert_eq!(
        (&now["state"], now["decisions"].as_array().unwrap().len()),
        (&json!("OUTDATED"), 1)
    );

    // What waits under a changed price is another request with another link.
    let three = super::request(&super::confirms(&company.anna, &sold).await);
    let new = office.letter("director", 3).await.link();
    let page = open(&new).await;
    assert!(page.html.contains("16 %") && page.html.contains("336.00"), "{}", page.html);
    assert_eq!(answer(&link, &[("do", "approve")]).await.status, 422);
    assert_eq!(seen(&company.director, &three).await["state"], "PENDING");
    assert_eq!(answer(&new, &[("do", "approve")]).await.status, 200);
    comes_to(&company.anna, &sold, "CONFIRMED").await;
    office.verify().await;
}
