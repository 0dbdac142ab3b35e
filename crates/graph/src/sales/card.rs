//! What a query asks for, looked at before anything is read: where one statement covers it, no
//! snapshot is opened and no loader runs (architecture, hazards: round trips cost).

use async_graphql::parser::types::Selection;
use async_graphql::{Context, SelectionField};

/// Fields of an order that come with it; the rest are reads of their own.
const ORDER: &[&str] = &[
    "id",
    "number",
    "date",
    "state",
    "availableTransitions",
    "currency",
    "pricesIncludeVat",
    "total",
    "shippedTotal",
    "prepaymentPercent",
    "requestedShipDate",
    "comment",
    "cancelReason",
    "closeReason",
    "externalReference",
    "version",
    "createdAt",
    "updatedAt",
    "__typename",
];
/// Fields of a customer that come with an order.
const CUSTOMER: &[&str] = &["id", "name", "__typename"];
/// Fields of a line that come with an order.
const LINE: &[&str] = &[
    "id",
    "position",
    "quantity",
    "enteredQuantity",
    "enteredUnit",
    "unit",
    "listPrice",
    "price",
    "priceSource",
    "discountPercent",
    "discountSource",
    "amount",
    "vatRate",
    "vatAmount",
    "shipped",
    "__typename",
];
/// Fields of a product that come with a line.
const PRODUCT: &[&str] = &["id", "sku", "name", "__typename"];

/// Whether this field is the whole operation: only then may it be read outside of the snapshot,
/// since everything a query shows is of one.
pub(super) fn is_alone(ctx: &Context<'_>) -> bool {
    let selections = &ctx.query_env.operation.node.selection_set.node.items;
    matches!(selections.as_slice(), [one] if matches!(one.node, Selection::Field(_)))
}

/// Whether the card of one order holds all that is asked.
pub(super) fn order_is_covered(ctx: &Context<'_>) -> bool {
    is_alone(ctx)
        && ctx.field().selection_set().all(|field| match field.name() {
            "customer" => within(field, CUSTOMER),
            "lines" => field.selection_set().all(line_is_covered),
            name => ORDER.contains(&name),
        })
}

/// Whether the rows of the newest orders hold all that is asked of a connection.
pub(super) fn page_is_covered(ctx: &Context<'_>) -> bool {
    is_alone(ctx)
        && ctx.field().selection_set().all(|field| match field.name() {
            "nodes" => field.selection_set().all(row_is_covered),
            "edges" => field.selection_set().all(|edge| match edge.name() {
                "node" => edge.selection_set().all(row_is_covered),
                name => matches!(name, "cursor" | "__typename"),
            }),
            name => matches!(name, "pageInfo" | "__typename"),
        })
}

fn row_is_covered(field: SelectionField<'_>) -> bool {
    match field.name() {
        "customer" => within(field, CUSTOMER),
        name => ORDER.contains(&name),
    }
}

fn line_is_covered(field: SelectionField<'_>) -> bool {
    match field.name() {
        "product" => within(field, PRODUCT),
        name => LINE.contains(&name),
    }
}

fn within(field: SelectionField<'_>, known: &[&str]) -> bool {
    field.selection_set().all(|inner| known.contains(&inner.name()))
}
