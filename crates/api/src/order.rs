//! The fields of an answer in the order in which they were asked for (the GraphQL specification,
//! 7.2.2); the executor gives them in the order in which they were ready.

use std::collections::HashMap;

use async_graphql::Value;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

/// Fragments inside each other; the validation has refused circles.
const MOST_DEEP: u32 = 64;

/// Where each field of an object stands, and the same for what is in it.
#[derive(Default)]
struct Plan<'d> {
    fields: HashMap<&'d str, (usize, Plan<'d>)>,
}

/// Puts the fields of the data that a selection was answered with in its order.
pub(crate) fn arrange(data: &mut Value, document: &ExecutableDocument, set: &SelectionSet) {
    if *data != Value::Null {
        Plan::of(document, &[set]).put(data);
    }
}

impl<'d> Plan<'d> {
    /// The plan of selections on one object, which the specification merges (6.3.2).
    fn of(document: &'d ExecutableDocument, sets: &[&'d SelectionSet]) -> Self {
        let mut fields: Vec<(&str, Vec<&SelectionSet>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for set in sets {
            each_field(document, set, MOST_DEEP, &mut |key, set| {
                let place = *places.entry(key).or_insert_with(|| {
                    fields.push((key, Vec::new()));
                    fields.len() - 1
                });
                if !set.items.is_empty() {
                    fields[place].1.push(set);
                }
            });
        }
        let planned = fields.into_iter().enumerate();
        let fields = planned.map(|(place, (key, sets))| (key, (place, Self::of(document, &sets))));
        Self { fields: fields.collect() }
    }

    fn place(&self, key: &str) -> usize {
        self.fields.get(key).map_or(usize::MAX, |(place, _)| *place)
    }

    fn put(&self, value: &mut Value) {
        match value {
            Value::List(items) => items.iter_mut().for_each(|item| self.put(item)),
            // A scalar that is written as an object has fields that nobody asked for.
            Value::Object(fields) if !self.fields.is_empty() => {
                if !fields.keys().map(|key| self.place(key)).is_sorted() {
                    fields.sort_by(|one, _, other, _| self.place(one).cmp(&self.place(other)));
                }
                for (key, field) in fields.iter_mut() {
                    if let Some((_, plan)) = self.fields.get(key.as_str()) {
                        plan.put(field);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Tells of each field of a selection, fragments spread.
fn each_field<'d>(
    document: &'d ExecutableDocument,
    set: &'d SelectionSet,
    deep: u32,
    tell: &mut impl FnMut(&'d str, &'d SelectionSet),
) {
    if deep == 0 {
        return;
    }
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                tell(field.node.response_key().node.as_str(), &field.node.selection_set.node);
            }
            Selection::InlineFragment(inline) => {
                each_field(document, &inline.node.selection_set.node, deep - 1, tell);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(found) = document.fragments.get(&spread.node.fragment_name.node) {
                    each_field(document, &found.node.selection_set.node, deep - 1, tell);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::value;

    use super::*;

    fn arranged(query: &str, mut data: Value) -> String {
        let document = parse_query(query).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        arrange(&mut data, &document, &operation.node.selection_set.node);
        serde_json::to_string(&data).unwrap()
    }

    #[test]
    fn fields_stand_as_they_were_asked_for() {
        let query = "{ b a { y x } list { n m } ...rest b }
            fragment rest on Query { c a { z } ... { d: __typename } }";
        let data = value!({
            "d": "Query", "c": 3, "a": {"x": 1, "z": {"q": 1, "p": 2}, "y": 2}, "b": null,
            "list": [{"m": 1, "n": 2}, null, {"n": 3, "m": 4}],
        });
        let expected = "{\"b\":null,\"a\":{\"y\":2,\"x\":1,\"z\":{\"q\":1,\"p\":2}},\
            \"list\":[{\"n\":2,\"m\":1},null,{\"n\":3,\"m\":4}],\"c\":3,\"d\":\"Query\"}";
        assert_eq!(arranged(query, data), expected);
        assert_eq!(arranged("{ a }", Value::Null), "null");
    }
}
