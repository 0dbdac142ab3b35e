//! Limits that are checked before anything is executed: depth, width and cost.
//!
//! A point of cost is an object of the answer. A connection counts as many rows as were asked for
//! (`first`, `last`, or the default page), another list as [`ASSUMED_LIST`]; a mutation and a
//! count of rows cost [`HEAVY`] more. What was not delivered is given back afterwards.

mod roots;
mod shape;
mod text;
mod variables;

use std::collections::HashMap;
use std::convert::Infallible as Never;

use async_graphql::parser::types::{
    ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType, Selection,
    SelectionSet,
};
use async_graphql::{Name, Positioned, Value, Variables};
use graph::{ErrorCode, Failure};

use roots::{Roots, has_twins};
pub(crate) use shape::Shape;
pub(crate) use text::check_text;
use variables::check_variables;

/// Fields inside each other.
const MOST_DEEP: u32 = 20;
/// Aliases of an operation.
const MOST_ALIASES: u64 = 100;
/// Directives of an operation.
const MOST_DIRECTIVES: u64 = 50;
/// Fields of the root.
const MOST_ROOT_FIELDS: usize = 50;
/// Selections, once fragments are spread.
const MOST_SELECTIONS: u64 = 10_000;
/// Points one operation may ask for.
const MOST_COST: u64 = 50_000;
/// Rows of a list that is no connection.
const ASSUMED_LIST: u64 = 10;
/// A mutation, or a count of rows.
pub(crate) const HEAVY: u64 = 10;
/// An introspection of the schema.
const INTROSPECTION: u64 = 100;
/// Lists of types and fields inside each other in an introspection.
const MOST_INTROSPECTION_LISTS: u32 = 3;
/// Selections of an introspection, once fragments are spread.
const MOST_INTROSPECTION_FIELDS: usize = 1_000;
/// What somebody who has not signed in may call.
const OPEN_FIELDS: [&str; 3] = ["signIn", "refreshSession", "__typename"];

/// What an operation asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) kind: OperationType,
    /// Points of cost, at least 1.
    pub(crate) cost: u64,
    /// The root fields that need a signed-in caller.
    pub(crate) needs_sign_in: bool,
    /// It reads the schema.
    pub(crate) introspects: bool,
}

/// Weighs the operation that would be executed.
///
/// # Errors
/// BAD_USER_INPUT where no operation or more than one is meant, QUERY_TOO_COSTLY over a limit.
pub(crate) fn judge(
    shape: &Shape,
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
) -> Result<Judged, Failure> {
    let operation = asked(document, operation_name)?;
    let definitions = operation.variable_definitions.iter();
    let defaults = definitions.filter_map(|definition| definition.node.default_value.as_ref());
    if variables.values().chain(defaults.map(|default| &default.node)).any(has_nul) {
        return Err(nul());
    }
    check_variables(shape, operation, variables)?;
    let mut walk = Walk { shape, document, operation, variables, fragments: HashMap::new() };
    let root = match operation.ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    };
    let weight = walk.set(&operation.selection_set.node, root, 1, 1)?;
    let roots = Roots::new(document).of(&operation.selection_set.node);
    let over = |en: &str, ru: &str| Err(too_costly(en, ru));
    if roots.len() > MOST_ROOT_FIELDS {
        return over("at most 50 root fields", "не более 50 корневых полей");
    }
    if operation.ty == OperationType::Subscription && roots.len() != 1 {
        return Err(Failure::bad_input(
            "a subscription has one root field",
            "у подписки одно корневое поле",
        ));
    }
    if weight.cost > MOST_COST {
        return over("at most 50,000 points of cost", "не более 50 000 баллов стоимости");
    }
    if weight.aliases > MOST_ALIASES {
        return over("at most 100 aliases", "не более 100 псевдонимов");
    }
    let own_directives = operation.directives.len() as u64;
    if weight.directives + own_directives > MOST_DIRECTIVES {
        return over("at most 50 directives", "не более 50 директив");
    }
    if operation.ty == OperationType::Mutation && has_twins(&roots) {
        // The executor would do it twice where the specification merges the two (6.3.2).
        return Err(Failure::bad_input(
            "a change stands once in an operation; give the second one an alias",
            "изменение пишется в операции один раз; дайте второму псевдоним",
        ));
    }
    let introspects = roots.iter().any(|root| is_introspection(root.name));
    Ok(Judged {
        kind: operation.ty,
        cost: weight.cost.max(1),
        needs_sign_in: roots
            .iter()
            .any(|root| !OPEN_FIELDS.contains(&root.name) && !is_introspection(root.name)),
        introspects,
    })
}

/// The operation that would be executed.
///
/// # Errors
/// BAD_USER_INPUT where none or more than one is meant.
pub(crate) fn asked<'d>(
    document: &'d ExecutableDocument,
    name: Option<&str>,
) -> Result<&'d OperationDefinition, Failure> {
    let mut operations = document.operations.iter();
    match name.filter(|name| !name.is_empty()) {
        Some(name) => {
            let found = operations.find(|(known, _)| known.is_some_and(|known| known == name));
            found.map(|(_, operation)| &operation.node).ok_or_else(|| {
                Failure::bad_input(
                    "the document has no operation of this name",
                    "в документе нет операции с таким именем",
                )
            })
        }
        None => match (operations.next(), operations.next()) {
            (Some((_, only)), None) => Ok(&only.node),
            _ => Err(Failure::bad_input(
                "name one of the document's operations in operationName",
                "назовите одну из операций документа в operationName",
            )),
        },
    }
}

/// What a selection weighs.
#[derive(Clone, Copy, Debug, Default)]
struct Weight {
    cost: u64,
    aliases: u64,
    directives: u64,
    selections: u64,
    /// Levels below.
    height: u32,
}

impl Weight {
    fn add(&mut self, other: Self) {
        self.cost = self.cost.saturating_add(other.cost);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.selections = self.selections.saturating_add(other.selections);
        self.height = self.height.max(other.height);
    }
}

struct Walk<'d> {
    shape: &'d Shape,
    document: &'d ExecutableDocument,
    operation: &'d OperationDefinition,
    variables: &'d Variables,
    /// What each fragment weighs by the page it stands under; `None` while it is being weighed.
    fragments: HashMap<(&'d str, u64), Option<Weight>>,
}

impl<'d> Walk<'d> {
    /// A selection on a type; `page` is the size of the connection it belongs to.
    fn set(
        &mut self,
        set: &'d SelectionSet,
        on: &'d str,
        page: u64,
        depth: u32,
    ) -> Result<Weight, Failure> {
        if depth > MOST_DEEP {
            return Err(too_costly("at most 20 levels", "не более 20 уровней"));
        }
        let mut sum = Weight { height: u32::from(!set.items.is_empty()), ..Weight::default() };
        for selection in &set.items {
            sum.selections += 1;
            let part = match &selection.node {
                Selection::Field(field) => self.field(&field.node, on, page, depth)?,
                Selection::InlineFragment(inline) => {
                    let inline = &inline.node;
                    let to = inline.type_condition.as_ref().map(|to| to.node.on.node.as_str());
                    let mut part =
                        self.set(&inline.selection_set.node, to.unwrap_or(on), page, depth)?;
                    part.directives += inline.directives.len() as u64;
                    part
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    let mut part = self.fragment(name, page, depth)?;
                    part.directives += spread.node.directives.len() as u64;
                    part
                }
            };
            sum.add(part);
            if sum.selections > MOST_SELECTIONS {
                return Err(too_costly("at most 10,000 selections", "не более 10 000 полей"));
            }
        }
        if depth + sum.height > MOST_DEEP + 1 {
            return Err(too_costly("at most 20 levels", "не более 20 уровней"));
        }
        Ok(sum)
    }

    fn fragment(&mut self, name: &'d str, page: u64, depth: u32) -> Result<Weight, Failure> {
        if let Some(known) = self.fragments.get(&(name, page)) {
            // A fragment inside itself is refused by the validation.
            return Ok(known.unwrap_or_default());
        }
        let Some(fragment) = self.definition(name) else { return Ok(Weight::default()) };
        self.fragments.insert((name, page), None);
        let on = fragment.type_condition.node.on.node.as_str();
        let weight = self.set(&fragment.selection_set.node, on, page, depth)?;
        self.fragments.insert((name, page), Some(weight));
        Ok(weight)
    }

    fn definition(&self, name: &str) -> Option<&'d FragmentDefinition> {
        self.document.fragments.get(name).map(|fragment| &fragment.node)
    }

    fn field(
        &mut self,
        field: &'d Field,
        on: &'d str,
        page: u64,
        depth: u32,
    ) -> Result<Weight, Failure> {
        let name = field.name.node.as_str();
        for (_, given) in &field.arguments {
            let literal = given.node.clone().into_const_with(|_| Ok::<_, Never>(Value::Null));
            if literal.is_ok_and(|literal| has_nul(&literal)) {
                return Err(nul());
            }
        }
        let mut weight = Weight {
            aliases: u64::from(field.alias.is_some()),
            directives: field.directives.len() as u64,
            ..Weight::default()
        };
        if is_introspection(name) {
            let mut budget = MOST_INTROSPECTION_FIELDS;
            check_introspection(self.document, &field.selection_set.node, (0, depth), &mut budget)?;
            weight.cost = INTROSPECTION;
            return Ok(weight);
        }
        if on == "Mutation" || name == "totalCount" {
            weight.cost += HEAVY;
        }
        let shape: &'d Shape = self.shape;
        let Some(leads) = shape.field(on, name) else {
            // The validation will refuse what stands under a field that leads nowhere; until then
            // it counts, so that fragments cannot hide there.
            let inner = self.set(&field.selection_set.node, "", 1, depth + 1)?;
            weight.add(Weight { height: inner.height + 1, ..inner });
            return Ok(weight);
        };
        let is_connection = leads.to.ends_with("Connection");
        let inner_page = if is_connection { self.page(field) } else { 1 };
        let times = match (on.ends_with("Connection"), leads.is_list) {
            (true, true) => page,
            (false, true) => self.listed(field).unwrap_or(ASSUMED_LIST),
            (_, false) => 1,
        };
        let mut inner = self.set(&field.selection_set.node, &leads.to, inner_page, depth + 1)?;
        inner.cost = inner.cost.saturating_add(1).saturating_mul(times);
        inner.height += 1;
        weight.add(inner);
        Ok(weight)
    }

    /// The rows a connection was asked for.
    fn page(&self, field: &Field) -> u64 {
        let asked = ["first", "last"].iter().filter_map(|name| self.number(field, name)).max();
        asked.unwrap_or(u64::from(kernel::DEFAULT_PAGE)).min(u64::from(kernel::LARGEST_PAGE))
    }

    fn number(&self, field: &Field, argument: &str) -> Option<u64> {
        match self.argument(field, argument)? {
            Value::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    /// How many ids a list was asked for.
    fn listed(&self, field: &Field) -> Option<u64> {
        match self.argument(field, "ids")? {
            Value::List(ids) => Some(ids.len() as u64),
            _ => None,
        }
    }

    fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        let given = field.get_argument(name)?.node.clone();
        given.into_const_with(|variable| self.variable(&variable).ok_or(())).ok()
    }

    fn variable(&self, name: &Name) -> Option<Value> {
        if let Some(value) = self.variables.get(name) {
            return Some(value.clone());
        }
        let mut definitions = self.operation.variable_definitions.iter();
        let definition = definitions.find(|definition| definition.node.name.node == *name)?;
        Some(definition.node.default_value.as_ref()?.node.clone())
    }
}

fn is_introspection(name: &str) -> bool {
    name == "__schema" || name == "__type"
}

/// The schema is a graph with many lists: a few levels of them are a document, more are a bomb.
fn check_introspection(
    document: &ExecutableDocument,
    set: &SelectionSet,
    (lists, depth): (u32, u32),
    budget: &mut usize,
) -> Result<(), Failure> {
    *budget = budget.saturating_sub(set.items.len());
    if depth > MOST_DEEP || lists > MOST_INTROSPECTION_LISTS || *budget == 0 {
        return Err(too_costly(
            "an introspection of at most 3 nested lists",
            "интроспекция не глубже 3 вложенных списков",
        ));
    }
    for selection in &set.items {
        let (inner, lists): (&Positioned<SelectionSet>, u32) = match &selection.node {
            Selection::Field(field) => {
                let lengthens = matches!(
                    field.node.name.node.as_str(),
                    "types" | "fields" | "inputFields" | "interfaces" | "possibleTypes"
                );
                (&field.node.selection_set, lists + u32::from(lengthens))
            }
            Selection::InlineFragment(inline) => (&inline.node.selection_set, lists),
            Selection::FragmentSpread(spread) => {
                match document.fragments.get(&spread.node.fragment_name.node) {
                    Some(fragment) => (&fragment.node.selection_set, lists),
                    None => continue,
                }
            }
        };
        check_introspection(document, &inner.node, (lists, depth + 1), budget)?;
    }
    Ok(())
}

/// PostgreSQL keeps no NUL in a text.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::List(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields.values().any(has_nul),
        _ => false,
    }
}

fn nul() -> Failure {
    Failure::bad_input("a text cannot hold the character NUL", "в тексте недопустим символ NUL")
}

fn too_costly(en: &str, ru: &str) -> Failure {
    Failure::told(
        ErrorCode::QueryTooCostly,
        format!("too much at once; the limit is {en}"),
        format!("слишком много за один запрос; предел: {ru}"),
    )
}

#[cfg(test)]
mod tests;
