//! Parsed documents, remembered by their text: parsing is a quarter of what a small request
//! costs. So is what their limits were found to be, where nothing but ids differs from a time
//! before.

use std::sync::{Arc, OnceLock};

use async_graphql::parser::types::{BaseType, ExecutableDocument};
use async_graphql::{ServerError, Value, Variables, parser};
use graph::Failure;
use moka::future::Cache;

use crate::limits::{Judged, check_text};

/// Bytes of text remembered at most; a parsed document takes some twenty times its text.
const REMEMBERED_BYTES: u64 = 2 * 1024 * 1024;

/// Why a text is no document.
#[derive(Clone, Debug)]
pub(crate) enum Misread {
    /// It is over a limit.
    Limit(Failure),
    /// Its syntax is wrong.
    Syntax(ServerError),
}

/// A document, and what its limits were found to be.
pub(crate) struct Parsed {
    pub(crate) document: ExecutableDocument,
    /// Set when it passed with ids alone for variables.
    judged: OnceLock<Judged>,
    /// Its variables where it has one operation and they are ids: limits do not look into one.
    ids: Option<Vec<String>>,
}

impl Parsed {
    fn new(document: ExecutableDocument) -> Self {
        let ids = id_variables(&document);
        Self { document, judged: OnceLock::new(), ids }
    }

    /// What was found before, where these variables cannot change it.
    pub(crate) fn judged(&self, variables: &Variables) -> Option<&Judged> {
        self.judged.get().filter(|_| self.is_plain(variables))
    }

    /// The operation is within its limits with these variables.
    pub(crate) fn keep(&self, variables: &Variables, judged: &Judged) {
        if self.is_plain(variables) {
            let _ = self.judged.set(judged.clone());
        }
    }

    /// Whether the variables are the ids that were declared, no more and no fewer.
    fn is_plain(&self, variables: &Variables) -> bool {
        let Some(ids) = &self.ids else { return false };
        let id = |name: &String| matches!(variables.get(name.as_str()), Some(Value::String(id)) if !id.contains('\0'));
        variables.len() == ids.len() && ids.iter().all(id)
    }
}

fn id_variables(document: &ExecutableDocument) -> Option<Vec<String>> {
    let mut operations = document.operations.iter();
    let (Some((_, operation)), None) = (operations.next(), operations.next()) else {
        return None;
    };
    let declared = operation.node.variable_definitions.iter();
    let id = |base: &BaseType| matches!(base, BaseType::Named(name) if name == "ID");
    declared
        .map(|variable| {
            let variable = &variable.node;
            id(&variable.var_type.node.base).then(|| variable.name.node.to_string())
        })
        .collect()
}

/// The documents that were asked lately.
#[derive(Clone)]
pub(crate) struct Documents {
    parsed: Cache<String, Arc<Parsed>>,
}

impl Documents {
    pub(crate) fn new() -> Self {
        let weight = |text: &String, _: &Arc<Parsed>| u32::try_from(text.len()).unwrap_or(u32::MAX);
        let parsed = Cache::builder().max_capacity(REMEMBERED_BYTES).weigher(weight).build();
        Self { parsed }
    }

    pub(crate) async fn read(&self, text: &str) -> Result<Arc<Parsed>, Misread> {
        if let Some(parsed) = self.parsed.get(text).await {
            return Ok(parsed);
        }
        check_text(text).map_err(Misread::Limit)?;
        let document = parser::parse_query(text).map_err(|error| Misread::Syntax(error.into()))?;
        let parsed = Arc::new(Parsed::new(document));
        self.parsed.insert(text.to_owned(), Arc::clone(&parsed)).await;
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::types::OperationType;
    use serde_json::{Value as Json, json};

    use super::*;

    fn variables(json: Json) -> Variables {
        Variables::from_json(json)
    }

    fn judged() -> Judged {
        Judged { kind: OperationType::Query, cost: 1, needs_sign_in: true, introspects: false }
    }

    fn is_kept(text: &str, before: Json, now: Json) -> bool {
        let parsed = Parsed::new(parser::parse_query(text).unwrap());
        parsed.keep(&variables(before), &judged());
        parsed.judged(&variables(now)).is_some()
    }

    #[test]
    fn another_id_is_not_judged_again() {
        let order = "query($id: ID!) { order(id: $id) { number } }";
        assert!(is_kept(order, json!({"id": "T3JkZXI6MQ"}), json!({"id": "T3JkZXI6Mg"})));
        assert!(is_kept("{ viewer { name } }", json!({}), json!({})));
    }

    #[test]
    fn whatever_limits_look_at_is_judged_again() {
        let order = "query($id: ID!) { order(id: $id) { number } }";
        let known = json!({"id": "T3JkZXI6MQ"});
        for now in [
            json!({}),
            json!({"id": null}),
            json!({"id": 7}),
            json!({"id": ["T3JkZXI6MQ"]}),
            json!({"id": {"id": "T3JkZXI6MQ"}}),
            json!({"id": "T3JkZXI6MQ\0"}),
            json!({"id": "T3JkZXI6MQ", "more": 1}),
            json!({"other": "T3JkZXI6MQ"}),
        ] {
            assert!(!is_kept(order, known.clone(), now.clone()), "{now}");
            assert!(!is_kept(order, now.clone(), known.clone()), "{now}");
        }
        let page = "query($n: Int) { orders(first: $n) { nodes { number } } }";
        assert!(!is_kept(page, json!({"n": 1}), json!({"n": 1})));
        let many = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        assert!(!is_kept(many, json!({"ids": ["a"]}), json!({"ids": ["a"]})));
        let two = "query A { viewer { name } } query B { viewer { name } }";
        assert!(!is_kept(two, json!({}), json!({})));
    }
}
