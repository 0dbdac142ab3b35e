//! Values of variables against their types (the GraphQL specification, 6.1.2): a wrong one is told
//! before anything is executed, so that no mutation is left half done.

use async_graphql::parser::types::{BaseType, OperationDefinition, Type};
use async_graphql::{Value, Variables};
use graph::Failure;

use super::shape::{Input, Shape};

/// Input objects and lists inside each other; literals are bounded by the brackets of the text.
const MOST_DEEP: usize = 64;

/// What is wrong, and where.
struct Wrong {
    path: String,
    en: String,
    ru: String,
}

impl Wrong {
    fn at(path: &str, en: impl Into<String>, ru: impl Into<String>) -> Self {
        Self { path: path.to_owned(), en: en.into(), ru: ru.into() }
    }

    fn kind(path: &str, ty: &str) -> Self {
        Self::at(path, format!("a value of {ty} is expected"), format!("нужно значение типа {ty}"))
    }
}

impl From<Wrong> for Failure {
    fn from(wrong: Wrong) -> Self {
        let Wrong { path, en, ru } = wrong;
        Self::bad_input(format!("variable ${path}: {en}"), format!("переменная ${path}: {ru}"))
    }
}

/// Checks the variables of an operation.
///
/// # Errors
/// BAD_USER_INPUT naming the place.
pub(super) fn check_variables(
    shape: &Shape,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<(), Failure> {
    for definition in &operation.variable_definitions {
        let (definition, ty) = (&definition.node, &definition.node.var_type.node);
        let name = definition.name.node.as_str();
        match variables.get(&definition.name.node) {
            Some(value) => check(shape, ty, value, name, 0)?,
            None if ty.nullable || definition.default_value.is_some() => {}
            None => return Err(missing(name, ty).into()),
        }
    }
    Ok(())
}

fn missing(path: &str, ty: &Type) -> Wrong {
    Wrong::at(path, format!("a value of {ty} is required"), format!("нужно значение типа {ty}"))
}

fn check(shape: &Shape, ty: &Type, value: &Value, path: &str, depth: usize) -> Result<(), Wrong> {
    if depth > MOST_DEEP {
        return Err(Wrong::at(path, "nested too deep", "слишком глубокая вложенность"));
    }
    if *value == Value::Null {
        return if ty.nullable { Ok(()) } else { Err(missing(path, ty)) };
    }
    match (&ty.base, value) {
        (BaseType::List(inner), Value::List(items)) => {
            for (place, item) in items.iter().enumerate() {
                check(shape, inner, item, &format!("{path}.{place}"), depth + 1)?;
            }
            Ok(())
        }
        // One value stands for a list of one.
        (BaseType::List(inner), one) => check(shape, inner, one, path, depth + 1),
        (BaseType::Named(name), value) => named(shape, name, value, path, depth),
    }
}

fn named(shape: &Shape, ty: &str, value: &Value, path: &str, depth: usize) -> Result<(), Wrong> {
    let fits = match (ty, value) {
        ("Int", Value::Number(number)) => {
            number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
        }
        ("ID", Value::Number(number)) => number.is_i64() || number.is_u64(),
        ("Float", Value::Number(_))
        | ("String" | "ID", Value::String(_))
        | ("Boolean", Value::Boolean(_)) => true,
        ("Int" | "Float" | "String" | "ID" | "Boolean", _) => false,
        _ => return defined(shape, ty, value, path, depth),
    };
    if fits { Ok(()) } else { Err(Wrong::kind(path, ty)) }
}

fn defined(shape: &Shape, ty: &str, value: &Value, path: &str, depth: usize) -> Result<(), Wrong> {
    match (shape.input(ty), value) {
        // A scalar reads its own values; what is no input type is left to the validation.
        (None, _) => Ok(()),
        (Some(Input::Enum(names)), Value::String(name)) if names.contains(name) => Ok(()),
        (Some(Input::Object(fields)), Value::Object(given)) => {
            let unknown = given.keys().find(|name| !fields.contains_key(name.as_str()));
            if let Some(name) = unknown {
                let en = format!("{ty} has no field {name}");
                return Err(Wrong::at(path, en, format!("у {ty} нет поля {name}")));
            }
            for (name, field) in fields {
                let path = format!("{path}.{name}");
                match given.get(name.as_str()) {
                    Some(value) => check(shape, &field.ty, value, &path, depth + 1)?,
                    None if field.ty.nullable || field.has_default => {}
                    None => return Err(missing(&path, &field.ty)),
                }
            }
            Ok(())
        }
        (Some(_), _) => Err(Wrong::kind(path, ty)),
    }
}
