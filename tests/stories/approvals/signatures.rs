//! Discounts that several people sign, and what becomes of their signatures.

use kernel::Clock;
use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, PASSWORD};
use stories::house::house;

use super::{
    comes_to, confirms, decides, discounted, head, inbox, order, person, refused, request, rule,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn discount_needs_two_signatures() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let oil = company.product(&at, "OIL", "100.00").await;
    company.receive(&at, None, &[(&oil, "20", "60.00")]).await;
    let cook = company.customer("Cook", &company.anna_id, json!({})).await;
    let (olga, _) = head(&company).await;
    // Without a rule nobody can be asked.
    let lines = json!([{"productId": oil, "quantity": "1", "discountPercent": "15"}]);
    let input = json!({"customerId": cook, "lines": lines});
    let code = company.anna.refused("createSalesOrder", input, "order { id }").await;
    assert_eq!(code, "DISCOUNT_OVER_LIMIT");

    let steps = json!([{"approvers": [{"role": "head_of_sales"}]},
                       {"approvers": [{"role": "director"}]}]);
    rule(&company, "DISCOUNT_OVER_LIMIT", "head_of_sales", json!({"steps": steps})).await;
    let (id, _) = discounted(&company.anna, &cook, &oil, ("4", "15")).await;
    let told = confirms(&company.anna, &id).await;
    assert_eq!(told["order"]["state"], "PENDING_APPROVAL");
    assert!(told["order"]["number"].is_string());
    let asked = &told["approvalRequest"];
    assert_eq!(asked["reasons"], json!([{"kind": "DISCOUNT_OVER_LIMIT", "measure": "15"}]));
    assert_eq!(asked["steps"][0]["state"], "OPEN");
    assert_eq!(asked["steps"][1]["state"], "WAITING");
    // Its goods are held for a day, and nobody waits for what is missing.
    let seen = order(&company.anna, &id).await;
    assert_eq!(seen["lines"][0]["reserved"], "4");
    assert!(seen["reservationsExpireAt"].is_string());
    assert_eq!(seen["availableTransitions"], json!(["WITHDRAW", "CANCEL"]));
    house().verify(&company.slug).await;

    let one = request(&told);
    assert_eq!(inbox(&olga).await, std::slice::from_ref(&one));
    assert!(inbox(&company.director).await.is_empty(), "it is not his turn");
    assert_eq!(refused(&company.director, &one).await, "NOT_APPROVER");
    assert_eq!(decides(&olga, &one, "APPROVE").await["state"], "PENDING");
    assert_eq!(refused(&olga, &one).await, "NOT_APPROVER");
    assert_eq!(order(&company.anna, &id).await["state"], "PENDING_APPROVAL");
    assert_eq!(inbox(&company.director).await, std::slice::from_ref(&one));
    assert_eq!(decides(&company.director, &one, "APPROVE").await["state"], "APPROVED");
    let seen = comes_to(&company.anna, &id, "CONFIRMED").await;
    assert_eq!(seen["lines"][0]["reserved"], "4");
    assert_eq!(seen["number"], told["order"]["number"]);
    assert!(seen["reservationsExpireAt"].is_null());
    // Why was this discount given? One question answers with names, times, facts and comments.
    let query = "query($id: ID!) { order(id: $id) { approvalRequests { state requestedBy { name }
        reasons { kind productName linePosition ruleName } facts total { amount }
        decisions { verdict comment decidedAt user { name } } } } }";
    let told = company.director.ask(query, json!({"id": id})).await;
    let why = &told["order"]["approvalRequests"][0];
    assert_eq!(why["requestedBy"]["name"], "anna");
    assert_eq!(why["decisions"][0]["user"]["name"], "olga");
    assert_eq!(why["decisions"][1]["user"]["name"], "director");
    assert_eq!(why["facts"]["lines"][0]["discount"], "15");
    // What was approved on the order is not asked again on its shipment.
    let shipped = company
        .warehouse
        .does("shipSalesOrder", json!({"orderId": id}), "shipment { state } approvalRequest { id }")
        .await;
    assert_eq!(shipped["shipment"]["state"], "POSTED");
    assert!(shipped["approvalRequest"].is_null());
    house().verify(&company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn approval_dies_when_the_price_changes() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let oil = company.product(&at, "OIL", "100.00").await;
    company.receive(&at, None, &[(&oil, "20", "60.00")]).await;
    let cook = company.customer("Cook", &company.anna_id, json!({})).await;
    rule(&company, "DISCOUNT_OVER_LIMIT", "director", json!({})).await;
    let (id, _) = discounted(&company.anna, &cook, &oil, ("4", "15")).await;
    let one = request(&confirms(&company.anna, &id).await);
    // A document that waits is not changed behind the backs of those who decide.
    let version = order(&company.anna, &id).await["version"].clone();
    let lines = json!([{"productId": oil, "quantity": "4", "discountPercent": "30"}]);
    let input = json!({"id": id, "version": version, "lines": lines});
    let code = company.anna.refused("updateSalesOrder", input.clone(), "order { id }").await;
    assert_eq!(code, "ILLEGAL_TRANSITION");
    // A rejection says why, and gives the order back with its goods free again.
    let silent = json!({"ids": [one], "verdict": "REJECT"});
    let code = company.director.refused("decideApprovals", silent, "approvalRequests { id }").await;
    assert_eq!(code, "REQUIRED");
    decides(&company.director, &one, "REJECT").await;
    let seen = comes_to(&company.anna, &id, "DRAFT").await;
    assert_eq!(seen["lines"][0]["reserved"], "0");
    assert!(seen["number"].is_string());

    // Asked anew, agreed to, then refused by what has happened meanwhile: the decision stays.
    let told = confirms(&company.anna, &id).await;
    let two = request(&told);
    let input = json!({"id": two, "reason": "a better price"});
    company.anna.does("withdrawApproval", input, "approvalRequest { state }").await;
    let seen = comes_to(&company.anna, &id, "DRAFT").await;
    // Nor does a comment wash the discount off.
    let input = json!({"id": id, "version": seen["version"], "comment": "the same"});
    company.anna.does("updateSalesOrder", input, "order { id }").await;
    let three = request(&confirms(&company.anna, &id).await);
    decides(&company.director, &three, "APPROVE").await;
    let seen = comes_to(&company.anna, &id, "CONFIRMED").await;
    let states: Vec<&str> = seen["approvalRequests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["APPROVED", "WITHDRAWN", "REJECTED"]);

    // Another draft: what was agreed at 15 % does not hold at 16 %.
    let (id, _) = discounted(&company.anna, &cook, &oil, ("2", "15")).await;
    let four = request(&confirms(&company.anna, &id).await);
    let input = json!({"id": cook, "version": 1});
    let found = company.director.ask("query($id: ID!) { customer(id: $id) { version } }", input);
    let version = found.await["customer"]["version"].clone();
    let input = json!({"id": cook, "version": version});
    company.director.does("archiveCustomer", input, "customer { id }").await;
    decides(&company.director, &four, "APPROVE").await;
    let seen = comes_to(&company.anna, &id, "DRAFT").await;
    assert_eq!(seen["approvalRequests"][0]["state"], "APPROVED", "the decision stays valid");
    assert!(seen["approvalRequests"][0]["followRefusal"].is_string());
    let version = version.as_i64().unwrap() + 1;
    let input = json!({"id": cook, "version": version});
    company.director.does("restoreCustomer", input, "customer { id }").await;
    let lines = json!([{"productId": oil, "quantity": "2", "discountPercent": "16"}]);
    let input = json!({"id": id, "version": seen["version"], "lines": lines});
    company.anna.does("updateSalesOrder", input, "order { id }").await;
    let seen = order(&company.anna, &id).await;
    assert_eq!(seen["approvalRequests"][0]["state"], "OUTDATED");
    let told = confirms(&company.anna, &id).await;
    assert_eq!(told["order"]["state"], "PENDING_APPROVAL");
    let input = json!({"id": id, "reason": "no more"});
    company.anna.does("cancelSalesOrder", input, "order { state }").await;
    let seen = order(&company.anna, &id).await;
    assert_eq!(seen["approvalRequests"][0]["state"], "WITHDRAWN");
    assert!(inbox(&company.director).await.is_empty());
    house().verify(&company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_approves_their_own() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let oil = company.product(&at, "OIL", "100.00").await;
    company.receive(&at, None, &[(&oil, "20", "60.00")]).await;
    let (olga, olga_id) = head(&company).await;
    let cook = company.customer("Cook", &olga_id, json!({})).await;
    let steps = json!([{"approvers": [{"role": "head_of_sales"}, {"role": "director"}]}]);
    rule(&company, "PRICE_BELOW_MINIMUM", "head_of_sales", json!({"steps": steps})).await;
    let query = "query($id: ID!) { product(id: $id) { version } }";
    let found = company.director.ask(query, json!({"id": oil})).await;
    let input = json!({"id": oil, "version": found["product"]["version"], "minPrice": "95.00"});
    company.director.does("updateProduct", input, "product { id }").await;

    // Olga could decide, and asks herself.
    let (id, _) = discounted(&olga, &cook, &oil, ("1", "20")).await;
    let one = request(&confirms(&olga, &id).await);
    assert_eq!(refused(&olga, &one).await, "OWN_REQUEST");
    assert!(inbox(&olga).await.is_empty());
    // Her deputy does not decide it for her: accounting is asked in her place alone.
    let people = company.admin.all("users", "id name").await;
    let id_of = |name: &str| {
        let found = people.iter().find(|one| one["name"] == name);
        found.unwrap()["id"].clone()
    };
    let until = (house().today() + chrono::Duration::days(7)).to_string();
    let input = json!({"deputyId": id_of("anna"), "to": until});
    let code = olga.refused("appointDeputy", input, "approvalDeputy { id }").await;
    assert_eq!(code, "UNKNOWN_REFERENCE", "Anna may not decide");
    let input = json!({"deputyId": id_of("accounting"), "to": until});
    olga.does("appointDeputy", input, "approvalDeputy { id }").await;
    assert_eq!(refused(&company.accounting, &one).await, "OWN_REQUEST");
    assert!(inbox(&company.accounting).await.is_empty());
    // Nor does she decide as the director's deputy.
    let input = json!({"deputyId": olga_id, "to": until});
    company.director.does("appointDeputy", input, "approvalDeputy { id }").await;
    assert_eq!(refused(&olga, &one).await, "OWN_REQUEST");

    // What another asks, her deputy decides in her place, and that is told.
    let (second, _) =
        discounted(&company.anna, &anna_customer(&company).await, &oil, ("1", "8")).await;
    let two = request(&confirms(&company.anna, &second).await);
    assert_eq!(inbox(&company.accounting).await, std::slice::from_ref(&two));
    decides(&company.accounting, &two, "APPROVE").await;
    comes_to(&company.anna, &second, "CONFIRMED").await;
    let query = "query($id: ID!) { approvalRequest(id: $id) { decisions {
        user { name } onBehalfOf { name } } } }";
    let told = company.director.ask(query, json!({"id": two})).await;
    let word = &told["approvalRequest"]["decisions"][0];
    assert_eq!(word["user"]["name"], "accounting");
    assert_eq!(word["onBehalfOf"]["name"], "olga");

    // Ended before its time, he is not asked any more.
    let named = company.admin.all("approvalDeputies", "id deputy { name }").await;
    let his = named.iter().find(|one| one["deputy"]["name"] == "accounting").unwrap();
    let input = json!({"id": his["id"]});
    olga.does("endDeputy", input, "approvalDeputy { endedAt }").await;
    let (third, _) =
        discounted(&company.anna, &anna_customer(&company).await, &oil, ("1", "8")).await;
    let three = request(&confirms(&company.anna, &third).await);
    assert_eq!(refused(&company.accounting, &three).await, "NOT_APPROVER");
    decides(&company.director, &one, "APPROVE").await;
    comes_to(&olga, &id, "CONFIRMED").await;
    house().verify(&company.slug).await;

    // A rule whose fallback is not there cannot be switched on, and one that nobody else could
    // decide is not asked.
    let (_, vera) = person(&company, "vera", "manager").await;
    let input = json!({"name": "Nobody", "kind": "SPECIAL_TERMS", "isOn": true,
        "steps": [{"approvers": [{"role": "director"}]}], "fallback": {"userId": vera}});
    let code = company.admin.refused("saveApprovalRule", input, "approvalRule { id }").await;
    assert_eq!(code, "NO_APPROVER");
}

async fn anna_customer(company: &Company) -> String {
    company.customer("Anna's", &company.anna_id, json!({})).await
}

/// What is given anyway is nobody's leave: where it is given no more, somebody has to agree.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_discount_of_many_is_asked_about_for_one() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let oil = company.product(&at, "OIL", "100.00").await;
    company.receive(&at, None, &[(&oil, "300", "60.00")]).await;
    let cook = company.customer("Cook", &company.anna_id, json!({})).await;
    let baker = company.customer("Baker", &company.anna_id, json!({})).await;
    rule(&company, "DISCOUNT_OVER_LIMIT", "accounting", json!({})).await;
    let input = json!({"name": "Many", "percent": "30", "quantityFrom": "100"});
    company.accounting.does("createDiscountRule", input, "discountRule { id }").await;

    let (id, _) = discounted(&company.anna, &cook, &oil, ("100", "29")).await;
    let told = confirms(&company.anna, &id).await;
    assert_eq!(told["order"]["state"], "CONFIRMED", "less than everybody gets");
    let query = "query($id: ID!) { order(id: $id) { lines { id } } }";
    let line = company.anna.ask(query, json!({"id": id})).await["order"]["lines"][0]["id"].clone();
    let input = json!({"id": id, "version": told["order"]["version"],
        "lines": [{"orderLineId": line, "quantity": "1"}]});
    let selection = "approvalRequest { reasons { kind measure } }";
    let told = company.anna.does("changeSalesOrder", input, selection).await;
    let asked = json!([{"kind": "DISCOUNT_OVER_LIMIT", "measure": "29"}]);
    assert_eq!(told["approvalRequest"]["reasons"], asked);

    // Nor is it given for more once a part has left at that price.
    let (id, _) = discounted(&company.director, &cook, &oil, ("2", "25")).await;
    company.director.does("confirmSalesOrder", json!({"id": id}), "order { id }").await;
    let query = "query($id: ID!) { order(id: $id) { version lines { id } } }";
    let line = |order: &Value| order["order"]["lines"][0]["id"].clone();
    let part = json!([{"orderLineId": line(&company.anna.ask(query, json!({"id": id})).await), "quantity": "1"}]);
    let input = json!({"orderId": id, "lines": part});
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    let seen = company.anna.ask(query, json!({"id": id})).await;
    let input = json!({"id": id, "version": seen["order"]["version"],
        "lines": [{"orderLineId": line(&seen), "quantity": "200"}]});
    let told = company.anna.does("changeSalesOrder", input, selection).await;
    let asked = json!([{"kind": "DISCOUNT_OVER_LIMIT", "measure": "25"}]);
    assert_eq!(told["approvalRequest"]["reasons"], asked);

    // What the director gave by his own right stays given to this client, and to no other.
    let (id, _) = discounted(&company.director, &cook, &oil, ("1", "25")).await;
    let version = order(&company.director, &id).await["version"].clone();
    let input = json!({"id": id, "version": version, "comment": "Call first"});
    let told = company.anna.does("updateSalesOrder", input, "order { version }").await;
    let input = json!({"id": id, "version": told["order"]["version"], "customerId": baker});
    company.anna.does("updateSalesOrder", input, "order { id }").await;
    let told = confirms(&company.anna, &id).await;
    let asked = json!([{"kind": "DISCOUNT_OVER_LIMIT", "measure": "25"}]);
    assert_eq!(told["approvalRequest"]["reasons"], asked);
    let (id, _) = discounted(&company.director, &cook, &oil, ("1", "25")).await;
    let version = order(&company.director, &id).await["version"].clone();
    let input = json!({"id": id, "version": version, "comment": "Call first"});
    company.anna.does("updateSalesOrder", input, "order { id }").await;
    assert_eq!(confirms(&company.anna, &id).await["order"]["state"], "CONFIRMED");
    house().verify(&company.slug).await;
}

/// More of a line that has left in part asks again for all that was asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_of_a_cheap_line_asks_for_all_that_was_asked() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let oil = company.product(&at, "OIL", "100.00").await;
    company.receive(&at, None, &[(&oil, "20", "60.00")]).await;
    let query = "query($id: ID!) { product(id: $id) { version } }";
    let told = company.director.ask(query, json!({"id": oil})).await;
    let input = json!({"id": oil, "version": told["product"]["version"], "minPrice": "90.00"});
    company.director.does("updateProduct", input, "product { id }").await;
    let cook = company.customer("Cook", &company.anna_id, json!({})).await;
    for kind in ["DISCOUNT_OVER_LIMIT", "PRICE_BELOW_MINIMUM"] {
        rule(&company, kind, "director", json!({})).await;
    }
    let kinds = |told: &Value| -> Vec<String> {
        let reasons = told["approvalRequest"]["reasons"].as_array().unwrap();
        reasons.iter().map(|reason| text(&reason["kind"])).collect()
    };
    let (id, _) = discounted(&company.anna, &cook, &oil, ("2", "15")).await;
    let told = confirms(&company.anna, &id).await;
    assert_eq!(kinds(&told), ["DISCOUNT_OVER_LIMIT", "PRICE_BELOW_MINIMUM"]);
    decides(&company.director, &request(&told), "APPROVE").await;
    comes_to(&company.anna, &id, "CONFIRMED").await;
    let query = "query($id: ID!) { order(id: $id) { version lines { id } } }";
    let seen = company.anna.ask(query, json!({"id": id})).await["order"].take();
    let line = &seen["lines"][0]["id"];
    let part = json!([{"orderLineId": line, "quantity": "1"}]);
    let input = json!({"orderId": id, "lines": part});
    company.warehouse.does("shipSalesOrder", input, "shipment { id }").await;
    let seen = company.anna.ask(query, json!({"id": id})).await["order"].take();
    let input = json!({"id": id, "version": seen["version"],
        "lines": [{"orderLineId": line, "quantity": "9"}]});
    let selection = "approvalRequest { reasons { kind } }";
    let told = company.anna.does("changeSalesOrder", input, selection).await;
    assert_eq!(kinds(&told), ["DISCOUNT_OVER_LIMIT", "PRICE_BELOW_MINIMUM"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_signs_once_and_the_strictest_word_holds() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let oil = company.product(&at, "OIL", "100.00").await;
    company.receive(&at, None, &[(&oil, "20", "60.00")]).await;
    let cook = company.customer("Cook", &company.anna_id, json!({})).await;
    let (second, _) = person(&company, "second", "director").await;
    let (deputy, deputy_id) = person(&company, "deputy", "accounting").await;
    let steps = json!([{"approvers": [{"role": "director"}], "needed": 2}]);
    rule(&company, "DISCOUNT_OVER_LIMIT", "director", json!({"steps": steps})).await;
    let until = house().today() + chrono::Duration::days(30);
    let input = json!({"deputyId": deputy_id, "to": until});
    company.director.does("appointDeputy", input, "approvalDeputy { id }").await;

    let (id, _) = discounted(&company.anna, &cook, &oil, ("4", "15")).await;
    let asked = request(&confirms(&company.anna, &id).await);
    let input = json!({"ids": [asked], "verdict": "APPROVE", "tolerancePercent": "0",
        "validDays": 1});
    let selection = "approvalRequests { state }";
    let told = deputy.does("decideApprovals", input, selection).await;
    assert_eq!(told["approvalRequests"][0]["state"], "PENDING");
    // His deputy has spoken for him: he is not the second of two.
    assert!(inbox(&company.director).await.is_empty());
    assert_eq!(refused(&company.director, &asked).await, "NOT_APPROVER");
    assert_eq!(inbox(&second).await, std::slice::from_ref(&asked));
    assert_eq!(decides(&second, &asked, "APPROVE").await["state"], "APPROVED");
    let query = "query($id: ID!) { approvalRequest(id: $id) { tolerancePercent validUntil } }";
    let told = second.ask(query, json!({"id": asked})).await["approvalRequest"].take();
    assert_eq!(told["tolerancePercent"], "0", "whoever says nothing of it loosens nothing");
    let ends: chrono::DateTime<chrono::Utc> = text(&told["validUntil"]).parse().unwrap();
    assert!(ends <= Clock::system().now() + chrono::Duration::days(1), "{ends}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deputy_decides_what_the_one_who_is_away_could() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let oil = company.product(&at, "OIL", "100.00").await;
    company.receive(&at, None, &[(&oil, "20", "60.00")]).await;
    let (olga, _) = head(&company).await;
    let (_, ivan_id) = person(&company, "ivan", "head_of_sales").await;
    let (maria, maria_id) = person(&company, "maria", "manager").await;
    let input = json!({"name": "Export", "headId": ivan_id, "memberIds": [maria_id]});
    company.admin.does("saveTeam", input, "team { id }").await;
    let url = &company.admin.url;
    let ivan = Actor::sign_in_at(url, &company.slug, &company.email("ivan"), PASSWORD).await;
    let (deputy, deputy_id) = person(&company, "deputy", "accounting").await;
    let until = house().today() + chrono::Duration::days(30);
    let input = json!({"deputyId": deputy_id, "to": until});
    ivan.does("appointDeputy", input, "approvalDeputy { id }").await;
    rule(&company, "DISCOUNT_OVER_LIMIT", "head_of_sales", json!({})).await;

    // Anna is of Olga's team: neither Ivan nor his deputy is asked, though she sees all documents.
    let cook = company.customer("Cook", &company.anna_id, json!({})).await;
    let (id, _) = discounted(&company.anna, &cook, &oil, ("4", "15")).await;
    let asked = request(&confirms(&company.anna, &id).await);
    assert!(inbox(&deputy).await.is_empty());
    assert_eq!(refused(&deputy, &asked).await, "NOT_APPROVER");
    assert_eq!(inbox(&olga).await, std::slice::from_ref(&asked));
    // Maria is of Ivan's.
    let buyer = company.customer("Buyer", &maria_id, json!({})).await;
    let (id, _) = discounted(&maria, &buyer, &oil, ("4", "15")).await;
    let asked = request(&confirms(&maria, &id).await);
    assert_eq!(inbox(&deputy).await, std::slice::from_ref(&asked));
    assert_eq!(decides(&deputy, &asked, "APPROVE").await["state"], "APPROVED");
    comes_to(&maria, &id, "CONFIRMED").await;
}
