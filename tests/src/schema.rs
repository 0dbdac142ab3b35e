//! What the schema says of itself, for stories that go over all of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::actor::Actor;

const INTROSPECTION: &str = "{ __schema { queryType { name } types {
    kind name interfaces { name }
    fields { name args { name defaultValue type { ...ref } } type { ...ref } }
    inputFields { name defaultValue type { ...ref } }
    enumValues { name }
} } }
fragment ref on __Type { kind name ofType { kind name ofType { kind name ofType {
    kind name ofType { kind name } } } } }";

/// A type as a field or argument names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ref {
    /// The innermost type.
    pub name: String,
    /// It must be given: a null is refused and nothing stands for it.
    pub required: bool,
    /// A list of it.
    pub list: bool,
}

/// A field, an argument or an input field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub of: Ref,
    /// Arguments, for fields of objects.
    pub arguments: Vec<Field>,
}

/// A type of the schema.
#[derive(Clone, Debug)]
pub struct Type {
    /// `OBJECT`, `INPUT_OBJECT`, `ENUM`, …
    pub kind: String,
    /// Interfaces it implements.
    pub interfaces: Vec<String>,
    /// Fields of an object, or of an input object.
    pub fields: Vec<Field>,
    /// Values of an enum.
    pub values: Vec<String>,
}

/// All types by name.
pub struct Schema {
    /// By name.
    pub types: BTreeMap<String, Type>,
}

impl Schema {
    /// Asks the server.
    pub async fn ask(actor: &Actor) -> Self {
        let told = actor.ask(INTROSPECTION, json!({})).await;
        let types = told["__schema"]["types"].as_array().unwrap();
        Self {
            types: types.iter().map(|t| (t["name"].as_str().unwrap().into(), read(t))).collect(),
        }
    }

    /// The fields of a root type.
    pub fn root(&self, name: &str) -> &[Field] {
        &self.types[name].fields
    }

    /// Whether values of the type have fields.
    pub fn is_object(&self, name: &str) -> bool {
        matches!(self.types[name].kind.as_str(), "OBJECT" | "INTERFACE" | "UNION")
    }

    /// Types that `node(id)` gives.
    pub fn nodes(&self) -> Vec<String> {
        let is_node = |t: &Type| t.kind == "OBJECT" && t.interfaces.iter().any(|i| i == "Node");
        self.types.iter().filter(|(_, t)| is_node(t)).map(|(name, _)| name.clone()).collect()
    }

    /// A value for every required field of an input, and for every field that `give` knows.
    pub fn fill(&self, of: &Ref, give: &dyn Fn(&str, &str) -> Option<Value>, name: &str) -> Value {
        let one = if let Some(value) = give(name, &of.name) {
            value
        } else {
            let known = &self.types[&of.name];
            match known.kind.as_str() {
                "INPUT_OBJECT" => {
                    let mut object = serde_json::Map::new();
                    for field in &known.fields {
                        let wanted =
                            field.of.required || give(&field.name, &field.of.name).is_some();
                        if wanted {
                            let value = self.fill(&field.of, give, &field.name);
                            object.insert(field.name.clone(), value);
                        }
                    }
                    Value::Object(object)
                }
                "ENUM" => json!(known.values[0]),
                _ => match of.name.as_str() {
                    "Int" => json!(1),
                    "Boolean" => json!(true),
                    "Decimal" => json!("1"),
                    "Date" => json!("2024-01-31"),
                    "DateTime" => json!("2024-01-31T00:00:00Z"),
                    "CurrencyCode" => json!("RUB"),
                    _ => json!("text"),
                },
            }
        };
        if of.list { json!([one]) } else { one }
    }
}

fn read(of: &Value) -> Type {
    let names = |list: &Value| -> Vec<String> {
        let list = list.as_array().cloned().unwrap_or_default();
        list.iter().map(|one| one["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let key = if of["kind"] == "INPUT_OBJECT" { "inputFields" } else { "fields" };
    Type {
        kind: of["kind"].as_str().unwrap().into(),
        interfaces: names(&of["interfaces"]),
        fields: fields(&of[key]),
        values: names(&of["enumValues"]),
    }
}

fn fields(list: &Value) -> Vec<Field> {
    let list = list.as_array().cloned().unwrap_or_default();
    let read = |field: &Value| Field {
        name: field["name"].as_str().unwrap().into(),
        of: Ref {
            required: field["type"]["kind"] == "NON_NULL" && field["defaultValue"].is_null(),
            ..reference(&field["type"])
        },
        arguments: fields(&field["args"]),
    };
    list.iter().map(read).collect()
}

fn reference(of: &Value) -> Ref {
    let required = of["kind"] == "NON_NULL";
    let mut inner = of;
    let mut list = false;
    while !inner["ofType"].is_null() {
        list |= inner["kind"] == "LIST";
        inner = &inner["ofType"];
    }
    Ref { name: inner["name"].as_str().unwrap_or_default().into(), required, list }
}
