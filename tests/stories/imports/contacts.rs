//! Contact persons out of files.

use serde_json::{Value, json};
use stories::actor::Actor;
use stories::company::Company;
use stories::imports::{counts, import, places};

const CARD: &str = "name externalReference contacts { name position phone email birthday
    consent { state since how } channels { kind value } } history { action }";

async fn people(actor: &Actor, customer: &str) -> Vec<Value> {
    let told = actor.all("customers", CARD).await;
    let card = told.iter().find(|card| card["name"] == customer).unwrap();
    card["contacts"].as_array().unwrap().clone()
}

#[tokio::test]
async fn people_come_in_with_all_their_telephones_and_only_once() {
    let company = Company::new().await;
    let director = &company.director;
    let of = json!({"externalReference": "C-1"});
    company.customer("Vostok", &company.anna_id, of).await;
    let of = json!({"inn": "7707083893"});
    company.customer("Zapad", &company.boris_id, of).await;
    let csv = "Код клиента;ИНН;ФИО;Должность;Телефоны;E-mail;Telegram;Дата рождения;Согласие;\
               Дата согласия;Способ согласия\n\
               C-1;;Иван Петров;Закупщик;+7 900 123-45-67, 8 (495) 765-43-21;ivan@v.ru;@ivan_p;\
               31.01.1980;да;01.02.2024;анкета\n\
               ;7707083893;Пётр;;;petr@z.ru;;;;;\n";
    for mode in ["DRY_RUN", "ALL_OR_NOTHING"] {
        let done = import(director, "CONTACTS", mode, "c.csv", csv.as_bytes()).await;
        assert_eq!((done["state"].as_str(), counts(&done)), (Some("DONE"), [2, 0, 0, 0]), "{done}");
    }
    let again = import(director, "CONTACTS", "SKIP_BAD", "c.csv", csv.as_bytes()).await;
    assert_eq!(counts(&again), [0, 0, 2, 0], "{again}");
    let found = people(director, "Vostok").await;
    assert_eq!(found.len(), 1, "{found:?}");
    let ivan = &found[0];
    assert_eq!(ivan["phone"], "+7 900 123-45-67");
    assert_eq!(ivan["birthday"], "1980-01-31");
    assert_eq!(ivan["consent"], json!({"state": "GIVEN", "since": "2024-02-01", "how": "анкета"}));
    let kinds: Vec<&str> =
        ivan["channels"].as_array().unwrap().iter().map(|c| c["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["PHONE", "PHONE", "EMAIL", "TELEGRAM"]);
    // One cell changes, and what has no column stays.
    let csv = "customerReference;name;phone\nC-1;иван петров;112-00-00\n";
    let changed = import(director, "CONTACTS", "SKIP_BAD", "c.csv", csv.as_bytes()).await;
    assert_eq!(counts(&changed), [0, 1, 0, 0], "{changed}");
    let found = people(director, "Vostok").await;
    assert_eq!(
        (&found[0]["phone"], &found[0]["email"]),
        (&json!("112-00-00"), &json!("ivan@v.ru"))
    );
    // Customers are found by their people.
    let query = "{ customers(first: 5, search: \"1120000\") { nodes { name } } }";
    let told = director.ask(query, json!({})).await;
    assert_eq!(told["customers"]["nodes"], json!([{"name": "Vostok"}]));
}

#[tokio::test]
async fn people_of_others_customers_and_odd_ones_are_left_out() {
    let company = Company::new().await;
    for (name, owner) in [("A-1", &company.anna_id), ("B-1", &company.boris_id)] {
        company.customer(name, owner, json!({"externalReference": name})).await;
    }
    let csv = "customerReference;name;phone;email;consent;birthday\n\
               A-1;Good;112-00-00;;;\nB-1;His;;;;\nA-1;good;;;;\nA-1;Bad;12;;;\nA-1;Odd;;x;;\n\
               A-1;Half;;;да;\nA-1;Born;;;;31.02.1980\nA-1;;;;;\nX-1;None;;;;\n";
    let done = import(&company.anna, "CONTACTS", "SKIP_BAD", "c.csv", csv.as_bytes()).await;
    assert_eq!(counts(&done), [1, 0, 0, 8], "{done}");
    let expected = [
        (3, "customerReference"),
        (4, "name"),
        (5, "phone"),
        (6, "email"),
        (7, "consent"),
        (8, "birthday"),
        (9, "name"),
        (10, "customerReference"),
    ];
    let expected: Vec<(i64, String)> =
        expected.iter().map(|(row, column)| (*row, (*column).to_owned())).collect();
    assert_eq!(places(&done), expected, "{done}");
    let warehouse = &company.warehouse;
    let query =
        "mutation($input: StartImportInput!) { startImport(input: $input) { importJob { id } } }";
    let input = json!({"kind": "CONTACTS", "mode": "DRY_RUN", "fileId": done["report"]["id"]});
    assert_eq!(warehouse.denied(query, json!({"input": input})).await, "FORBIDDEN");
}
