//! The schema is the product: reviewed like code, described to the last argument, and shut to
//! whoever has not signed in.

use std::path::Path;

use serde_json::json;
use stories::actor::Actor;
use stories::company::Company;
use stories::schema::Schema;

#[test]
fn the_committed_schema_is_what_the_program_prints() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema.graphql");
    let committed = std::fs::read_to_string(golden).unwrap();
    assert!(committed == graph::Graph::new().sdl(), "run `make schema` and review the difference");
}

#[tokio::test]
async fn everything_in_the_schema_is_described() {
    let company = Company::new().await;
    let query = "{ __schema { types { name kind description
        fields { name description args { name description } }
        inputFields { name description } enumValues { name description } } } }";
    let told = company.director.ask(query, json!({})).await;
    let mut silent = Vec::new();
    for of in told["__schema"]["types"].as_array().unwrap() {
        let name = of["name"].as_str().unwrap();
        if name.starts_with("__") || matches!(name, "ID") {
            continue;
        }
        let mut look = |place: String, thing: &serde_json::Value| {
            if thing["description"].as_str().unwrap_or_default().trim().is_empty() {
                silent.push(place);
            }
        };
        look(name.to_owned(), of);
        for list in ["fields", "inputFields", "enumValues"] {
            for part in of[list].as_array().into_iter().flatten() {
                let place = format!("{name}.{}", part["name"].as_str().unwrap());
                look(place.clone(), part);
                for argument in part["args"].as_array().into_iter().flatten() {
                    look(format!("{place}({})", argument["name"].as_str().unwrap()), argument);
                }
            }
        }
    }
    assert!(silent.is_empty(), "{} without a description: {silent:#?}", silent.len());
}

#[tokio::test]
async fn whoever_has_not_signed_in_gets_nothing() {
    let company = Company::new().await;
    let schema = Schema::ask(&company.director).await;
    let nobody = Actor::nobody();
    for (root, word) in [("Query", "query"), ("Mutation", "mutation")] {
        for field in schema.root(root) {
            if matches!(field.name.as_str(), "signIn" | "refreshSession") {
                continue;
            }
            let arguments: Vec<String> = field
                .arguments
                .iter()
                .filter(|argument| argument.of.required)
                .map(|argument| argument.name.clone())
                .collect();
            let mut variables = serde_json::Map::new();
            let mut declared = Vec::new();
            for argument in &field.arguments {
                if !argument.of.required {
                    continue;
                }
                let (open, close) = if argument.of.list { ("[", "!]") } else { ("", "") };
                declared.push(format!("${}: {open}{}{close}!", argument.name, argument.of.name));
                variables
                    .insert(argument.name.clone(), schema.fill(&argument.of, &|_, _| None, ""));
            }
            let declared = if declared.is_empty() {
                String::new()
            } else {
                format!("({})", declared.join(", "))
            };
            let passed: Vec<String> =
                arguments.iter().map(|name| format!("{name}: ${name}")).collect();
            let passed =
                if passed.is_empty() { String::new() } else { format!("({})", passed.join(", ")) };
            let selection = if schema.is_object(&field.of.name) { "{ __typename }" } else { "" };
            let query = format!("{word}{declared} {{ {}{passed} {selection} }}", field.name);
            let answer = nobody.send(&query, variables.into()).await.unwrap();
            let code = answer["errors"][0]["extensions"]["code"].as_str();
            assert_eq!(code, Some("UNAUTHENTICATED"), "{}: {answer}", field.name);
        }
    }
    // Not even what there is to ask for.
    let answer = nobody.send("{ __schema { types { name } } }", json!({})).await.unwrap();
    assert!(answer["errors"].is_array(), "introspection is open: {answer}");
}
