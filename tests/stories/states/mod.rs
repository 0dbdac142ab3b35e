//! The states of documents and the ways between them: random moves, allowed and not, through the
//! API, beside a simple model that was written from the domain's table of states and not from the
//! program. After each move both say the same; what is refused changes nothing.

mod order_model;
mod orders;
mod quote_model;
mod quotes;

use serde_json::{Value, json};
use stories::actor::Actor;

/// Why a move is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum No {
    /// The state of a document does not allow it; what it does allow, in the order of the alphabet.
    Illegal(&'static str, Vec<&'static str>),
    /// Another rule says no.
    Rule(&'static str),
}

/// A state's refusal, out of what it allows.
pub fn illegal(state: &'static str, allowed: &[&'static str]) -> No {
    let mut allowed = allowed.to_vec();
    allowed.sort_unstable();
    No::Illegal(state, allowed)
}

/// Does a thing: what came of it, or the code of its refusal with the details of an illegal
/// transition.
async fn does(
    actor: &Actor,
    mutation: &str,
    input: Value,
    selection: &str,
) -> Result<Value, (String, Value)> {
    let (first, rest) = mutation.split_at(1);
    let of_type = format!("{}{rest}Input", first.to_uppercase());
    let query = format!(
        "mutation($input: {of_type}!) {{ {mutation}(input: $input) {{
            {selection} userErrors {{ code message details }} }} }}"
    );
    let mut told = actor.ask(&query, json!({"input": input})).await[mutation].take();
    match told["userErrors"].get_mut(0).map(Value::take) {
        None => Ok(told),
        Some(error) => Err((stories::actor::text(&error["code"]), error["details"].clone())),
    }
}

/// Whether the program and the model refuse alike, in state and in what is allowed.
fn check_refusal(told: &Result<Value, (String, Value)>, expected: &Result<(), No>) {
    let alike = match (told, expected) {
        (Ok(_), Ok(())) => true,
        (Err((code, _)), Err(No::Rule(rule))) => code == rule,
        (Err((code, details)), Err(No::Illegal(state, allowed))) => {
            code == "ILLEGAL_TRANSITION"
                && details["state"] == *state
                && words(&details["allowed"]) == *allowed
        }
        _ => false,
    };
    assert!(alike, "told {told:?}, expected {expected:?}");
}

/// A list of words, in the order of the alphabet.
fn words(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap_or_else(|| panic!("{list} is no list")).iter();
    let mut words: Vec<String> = list.map(stories::actor::text).collect();
    words.sort();
    words
}
