//! Weighing, over a small schema of its own.

use async_graphql::parser::parse_query;
use async_graphql::{Variables, value};

use super::*;

const SCHEMA: &str = "
    type Query { orders(first: Int, last: Int): OrderConnection! order(id: ID!): Order
                 nodes(ids: [ID!]!): [Node]! }
    type Mutation { ship(id: ID!): Payload! }
    interface Node { id: ID! }
    type OrderConnection { edges: [OrderEdge!]! nodes: [Order!]! totalCount: Count! }
    type OrderEdge { node: Order! cursor: String! }
    type Count { count: Int! }
    type Order implements Node { id: ID! lines: [Line!]! customer: Customer! }
    type Line { quantity: String! }
    type Customer { name: String! orders(first: Int): OrderConnection! }
    type Payload { order: Order }
    enum Way { ASC DESC }
    scalar Decimal
    input Line_ { product: ID! quantity: Decimal! note: String more: [Line_!] }
    input Draft { lines: [Line_!]! way: Way = ASC many: Int! = 1 price: Float paid: Boolean }";

fn weigh(query: &str, variables: Value) -> Result<Judged, Failure> {
    let shape = Shape::read(SCHEMA).unwrap();
    let variables = Variables::from_value(variables);
    judge(&shape, &parse_query(query).unwrap(), None, &variables)
}

fn cost(query: &str) -> u64 {
    weigh(query, value!({})).unwrap().cost
}

#[test]
fn lists_multiply_by_the_rows_they_are_asked_for() {
    for (query, expected) in [
        ("{ __typename }", 1),
        ("{ order(id: 1) { id } }", 1),
        // The order, its customer, ten lines.
        ("{ order(id: 1) { customer { name } lines { quantity } } }", 12),
        // The connection and fifty orders.
        ("{ orders { nodes { id } } }", 51),
        ("{ orders(first: 10) { nodes { id customer { name } } } }", 21),
        ("{ orders(last: 10) { edges { node { id } } } }", 21),
        // No page is larger than the largest.
        ("{ orders(first: 100000) { nodes { id } } }", 251),
        ("{ orders(first: 1) { totalCount { count } } }", 12),
        ("{ nodes(ids: [1, 2, 3]) { id } }", 3),
        ("mutation { ship(id: 1) { order { id } } }", 12),
    ] {
        assert_eq!(cost(query), expected, "{query}");
    }
}

#[test]
fn pages_inside_pages_multiply() {
    let query =
        "{ orders(first: 10) { nodes { customer { orders(first: 20) { nodes { id } } } } } }";
    assert_eq!(cost(query), 1 + 10 * (1 + 1 + 1 + 20));
    let query = query.replace("first: 10", "first: 250").replace("first: 20", "first: 250");
    weigh(&query, value!({})).unwrap_err();
}

#[test]
fn variables_and_their_defaults_count() {
    let query = "query($n: Int = 3) { orders(first: $n) { nodes { id } } }";
    assert_eq!(weigh(query, value!({})).unwrap().cost, 4);
    assert_eq!(weigh(query, value!({"n": 7})).unwrap().cost, 8);
}

#[test]
fn a_fragment_weighs_what_it_holds_wherever_it_stands() {
    let query = "{ orders(first: 10) { ...page } } fragment page on OrderConnection { nodes \
                 { ... on Order { id } } }";
    assert_eq!(cost(query), 11);
    // Inside itself it is left to the validation.
    cost("{ order(id: 1) { ...f } } fragment f on Order { customer { name } ...f }");
}

#[test]
fn what_an_operation_is_and_needs_is_told() {
    let told = weigh("mutation { signIn { a } }", value!({})).unwrap();
    assert_eq!((told.kind, told.needs_sign_in), (OperationType::Mutation, false));
    let told = weigh("{ __typename ... on Query { order(id: 1) { id } } }", value!({})).unwrap();
    assert!(told.needs_sign_in && !told.introspects);
    let told = weigh("{ __schema { types { name } } }", value!({})).unwrap();
    assert!(!told.needs_sign_in && told.introspects);
    weigh("query A { a } query B { b }", value!({})).unwrap_err();
    weigh("subscription { a b }", value!({})).unwrap_err();
}

#[test]
fn no_text_holds_a_nul() {
    for (query, variables) in [
        ("{ order(id: \"\\u0000\") { id } }", value!({})),
        ("query($id: ID!) { order(id: $id) { id } }", value!({"id": "a\0"})),
        ("query($id: ID! = \"\\u0000\") { order(id: $id) { id } }", value!({})),
        ("query($ids: [ID!]! = [\"a\", \"\\u0000\"]) { nodes(ids: $ids) { id } }", value!({})),
    ] {
        assert!(weigh(query, variables).is_err(), "{query}");
    }
    weigh("query($id: ID! = \"a\") { order(id: $id) { id } }", value!({})).unwrap();
}

/// A chain of fragments, each in the one before, that ends in a field.
fn chain(operation: &str, root: &str, links: usize, field: &str) -> String {
    let links = (0..links)
        .map(|n| format!("fragment f{n} on {root} {{ ...f{} }} ", n + 1))
        .chain([format!("fragment f{links} on {root} {{ {field} }}")])
        .collect::<String>();
    format!("{operation} {{ ...f0 }} {links}")
}

#[test]
fn root_fields_cannot_hide_in_fragments() {
    for links in [1, 19, 20, 21, 60, 400] {
        let told = weigh(&chain("", "Query", links, "order(id: 1) { id }"), value!({})).unwrap();
        assert!(told.needs_sign_in, "{links}");
        let told = weigh(&chain("", "Query", links, "__schema { a }"), value!({})).unwrap();
        assert!(told.introspects, "{links}");
    }
}

#[test]
fn fragments_inside_themselves_take_no_time() {
    let began = std::time::Instant::now();
    for query in [
        "{ ...f } fragment f on Query { ...f ...f ...f ...f }".to_owned(),
        "{ ...a } fragment a on Query { ...b ...b ...b ...b } \
         fragment b on Query { ...a ...a ...a ...a }"
            .to_owned(),
        "{ ... on Query { ...f ...f } } fragment f on Query { ... on Query { ...f ...f } }"
            .to_owned(),
        format!("{{ ...f }} fragment f on Query {{ {} }}", "...f ".repeat(1_000)),
    ] {
        // Left to the validation.
        let _ = weigh(&query, value!({}));
    }
    assert!(began.elapsed().as_secs() < 2, "{:?}", began.elapsed());
}

#[test]
fn a_change_is_done_once_however_often_it_stands() {
    let told = |query: &str| weigh(query, value!({}));
    told("mutation { ship(id: 1) { a } ship(id: 1) { b } }").unwrap_err();
    told("mutation { ship(id: 1) { a } ...f } fragment f on Mutation { ship(id: 1) { b } }")
        .unwrap_err();
    told("mutation { ship(id: 1) { a } again: ship(id: 1) { b } }").unwrap();
    told("mutation { __typename ship(id: 1) { a } __typename }").unwrap();
    told("{ order(id: 1) { a } order(id: 1) { b } }").unwrap();
}

#[test]
fn variables_fit_their_types() {
    let draft =
        |value: Value| weigh("query($d: Draft!) { order(draft: $d) { id } }", value!({"d": value}));
    let line = value!({"product": "p", "quantity": "1"});
    for (value, fits) in [
        (value!({"lines": []}), true),
        (value!({"lines": [line.clone(), line.clone()], "way": "DESC", "price": 1}), true),
        (value!({"lines": line.clone(), "price": 1.5, "paid": null}), true),
        (value!({"lines": [{"product": 5, "quantity": {"any": 1}, "more": [line.clone()]}]}), true),
        (value!(null), false),
        (value!([{"lines": []}]), false),
        (value!({}), false),
        (value!({"lines": null}), false),
        (value!({"lines": [null]}), false),
        (value!({"lines": [{"product": "p"}]}), false),
        (value!({"lines": [{"product": true, "quantity": 1}]}), false),
        (value!({"lines": [], "other": 1}), false),
        (value!({"lines": [], "way": "UP"}), false),
        (value!({"lines": [], "way": 1}), false),
        (value!({"lines": [], "many": null}), false),
        (value!({"lines": [], "many": 2147483648_i64}), false),
        (value!({"lines": [], "many": 1.5}), false),
        (value!({"lines": [], "many": "1"}), false),
        (value!({"lines": [], "paid": "true"}), false),
        (value!({"lines": [], "price": "1"}), false),
    ] {
        assert_eq!(draft(value.clone()).is_ok(), fits, "{value}");
    }
    let needs = "query($n: Int!) { orders(first: $n) { nodes { id } } }";
    weigh(needs, value!({})).unwrap_err();
    weigh(needs, value!({"n": 1})).unwrap();
    weigh("query($n: Int! = 3) { orders(first: $n) { nodes { id } } }", value!({})).unwrap();
    // Left to the validation.
    weigh("query($n: Order) { __typename }", value!({"n": 1})).unwrap();
}
