//! Fields that a tenant adds to its records: made by an administrator, filled by those who write
//! the records, seen by those who may.

mod documents;
mod filters;
mod full;
mod papers;
mod rights;
mod values;

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, merge};

/// What a card asks of custom fields.
const HELD: &str = "customFields { key text }";

/// An administrator adds a field; gives its id.
async fn field(company: &Company, subject: &str, key: &str, kind: &str, more: Value) -> String {
    let mut input = json!({"subject": subject, "key": key, "name": key, "kind": kind});
    merge(&mut input, more);
    let made = company.admin.does("createCustomField", input, "customField { id }").await;
    text(&made["customField"]["id"])
}

/// Changes a field as it stands now.
async fn change_field(company: &Company, id: &str, more: Value) -> Value {
    let query = "query($id: ID!) { customField(id: $id) { version } }";
    let told = company.admin.ask(query, json!({"id": id})).await;
    let mut input = json!({"id": id, "version": told["customField"]["version"]});
    merge(&mut input, more);
    let selection = "customField { version isFilterable choices { key isArchived } }";
    company.admin.does("updateCustomField", input, selection).await
}

/// Tries what is refused: the code and the path of the input's field.
async fn refused_at(actor: &Actor, mutation: &str, input: Value) -> (String, Vec<String>) {
    let mut name = mutation.to_owned();
    name[..1].make_ascii_uppercase();
    let query = format!(
        "mutation($input: {name}Input!) {{ {mutation}(input: $input) {{
             userErrors {{ code field message }} }} }}"
    );
    let answer = actor.send(&query, json!({"input": input})).await;
    let error = &answer["data"][mutation]["userErrors"][0];
    let path = error["field"].as_array().unwrap_or_else(|| panic!("not refused: {answer}"));
    (text(&error["code"]), path.iter().map(text).collect())
}

/// Values by the fields' keys, as printed.
fn told(record: &Value) -> Vec<(String, String)> {
    let held = record["customFields"].as_array().unwrap();
    held.iter().map(|value| (text(&value["key"]), text(&value["text"]))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
}
