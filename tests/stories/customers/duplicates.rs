//! One company, one card: those that may be the same are shown, within reach only.

use serde_json::{Value, json};
use stories::company::Company;

const FIND: &str = "query($input: CustomerDuplicatesInput!) { customerDuplicates(input: $input) {
    score matched customer { name } } }";

#[tokio::test]
async fn a_company_is_recognised_by_numbers_and_by_its_name() {
    let company = Company::new().await;
    let more = json!({
        "inn": "7707083893", "phone": "+7 (495) 123-45-67", "email": "Info@romashka.example",
        "contacts": [{"name": "Ivan", "phone": "+7 900 111-22-33", "email": "ivan@mail.example"}],
    });
    company.customer("ООО «Ромашка»", &company.anna_id, more).await;
    let more = json!({"vatId": "DE123456789"});
    company.customer("Blumenladen GmbH", &company.anna_id, more).await;
    company.customer("Кирпичный завод", &company.anna_id, json!({})).await;

    for (input, name, matched) in [
        (json!({"inn": " 7707083893"}), "ООО «Ромашка»", json!(["INN"])),
        (json!({"vatId": "DE 123-456-789"}), "Blumenladen GmbH", json!(["VAT_ID"])),
        (json!({"phone": "8 495 1234567"}), "ООО «Ромашка»", json!(["PHONE"])),
        (json!({"phone": "8 900 1112233"}), "ООО «Ромашка»", json!(["PHONE"])),
        (json!({"email": "info@ROMASHKA.example"}), "ООО «Ромашка»", json!(["EMAIL"])),
        (json!({"email": "Ivan@mail.example"}), "ООО «Ромашка»", json!(["EMAIL"])),
        (json!({"name": "Ромашка, ООО"}), "ООО «Ромашка»", json!(["NAME"])),
        (json!({"name": "ромашкa"}), "ООО «Ромашка»", json!(["NAME"])),
        (json!({"name": "Blumen-Laden"}), "Blumenladen GmbH", json!(["NAME"])),
        (json!({"name": "Ромашка", "inn": "7707083893"}), "ООО «Ромашка»", json!(["INN", "NAME"])),
    ] {
        let told = company.anna.ask(FIND, json!({"input": input})).await;
        let found = told["customerDuplicates"].as_array().unwrap();
        assert_eq!(found.len(), 1, "{input}: {told}");
        assert_eq!(found[0]["customer"]["name"], name, "{input}");
        assert_eq!(found[0]["matched"], matched, "{input}");
    }
    for input in [json!({"name": "Василёк"}), json!({"phone": "112"}), json!({"name": "ООО"})]
    {
        let told = company.anna.ask(FIND, json!({"input": input})).await;
        assert_eq!(told["customerDuplicates"], json!([]), "{input}");
    }
    for input in [json!({}), json!({"name": "a\u{0}b"})] {
        let code = company.anna.denied(FIND, json!({"input": input})).await;
        assert_eq!(code, "BAD_USER_INPUT", "{input}");
    }
}

#[tokio::test]
async fn a_new_card_warns_of_its_like_and_is_made_all_the_same() {
    let company = Company::new().await;
    company.customer("Ромашка", &company.anna_id, json!({"inn": "7707083893"})).await;
    let input = json!({"name": "ООО Ромашка", "inn": "7707083893"});
    let selection = "customer { id } possibleDuplicates { score matched customer { name } }";
    let made = company.anna.does("createCustomer", input, selection).await;
    let like = json!([
        {"score": "1", "matched": ["INN", "NAME"], "customer": {"name": "Ромашка"}},
    ]);
    assert_eq!(made["possibleDuplicates"], like);
    let input = json!({"customerId": made["customer"]["id"]});
    let told = company.anna.ask(FIND, json!({"input": input})).await;
    assert_eq!(told["customerDuplicates"], like);
    let input = json!({"name": "Совсем другое"});
    let made = company.anna.does("createCustomer", input, selection).await;
    assert_eq!(made["possibleDuplicates"], json!([]));
}

/// What a role may not read is absent for it in searches and counts alike (domain, section 10):
/// who could ask by tax number whether somebody else serves a company would read the list of
/// customers one question at a time.
#[tokio::test]
async fn another_managers_customers_and_the_neighbours_are_not_told_of() {
    let (company, neighbour) = tokio::join!(Company::new(), Company::new());
    let more = json!({"inn": "7707083893", "phone": "+7 495 123-45-67"});
    let hers = company.customer("Ромашка", &company.anna_id, more).await;
    let input = json!({"input": {"name": "Ромашка", "inn": "7707083893", "phone": "84951234567"}});
    let count = |told: Value| told["customerDuplicates"].as_array().map(Vec::len);
    assert_eq!(count(company.anna.ask(FIND, input.clone()).await), Some(1));
    assert_eq!(count(company.director.ask(FIND, input.clone()).await), Some(1));
    assert_eq!(count(company.boris.ask(FIND, input.clone()).await), Some(0));
    assert_eq!(count(neighbour.director.ask(FIND, input).await), Some(0));
    let by_card = json!({"input": {"customerId": hers}});
    for stranger in [&company.boris, &neighbour.director] {
        assert_eq!(stranger.denied(FIND, by_card.clone()).await, "NOT_FOUND");
    }
    let input = json!({"name": "Ромашка", "inn": "7707083893"});
    let made = company.boris.does("createCustomer", input, "possibleDuplicates { score }").await;
    assert_eq!(made["possibleDuplicates"], json!([]));
}
