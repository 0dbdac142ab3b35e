//! What limits need to know of the schema: which fields lead to which types, and which are lists.

use std::collections::{BTreeMap, HashMap, HashSet};

use async_graphql::parser::types::{BaseType, Type, TypeKind, TypeSystemDefinition};
use async_graphql::parser::{self, types::ServiceDocument};

/// The fields of all types.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    types: HashMap<String, HashMap<String, Field>>,
    inputs: HashMap<String, Input>,
}

/// A type of values that clients send, but for scalars.
#[derive(Debug)]
pub(super) enum Input {
    /// The names of its values.
    Enum(HashSet<String>),
    /// Its fields; in order, so that of two that are wrong always the same is told.
    Object(BTreeMap<String, InputField>),
}

/// A field of an input object.
#[derive(Debug)]
pub(super) struct InputField {
    pub(super) ty: Type,
    pub(super) has_default: bool,
}

/// A field that leads to objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// The type it leads to.
    pub(crate) to: String,
    /// Whether it gives many of them.
    pub(crate) is_list: bool,
}

impl Shape {
    /// Reads the schema's own text; `None` only where that is broken.
    pub(crate) fn read(sdl: &str) -> Option<Self> {
        let document = parser::parse_schema(sdl).ok()?;
        let mut shape = Self::default();
        let composite = composite_types(&document);
        for definition in &document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            if let Some(input) = input(&definition.node.kind) {
                shape.inputs.insert(definition.node.name.node.to_string(), input);
            }
            let fields = match &definition.node.kind {
                TypeKind::Object(object) => &object.fields,
                TypeKind::Interface(interface) => &interface.fields,
                _ => continue,
            };
            let fields = fields.iter().filter_map(|field| {
                let (to, is_list) = named(&field.node.ty.node);
                composite.contains(&to).then(|| {
                    (field.node.name.node.to_string(), Field { to: to.to_owned(), is_list })
                })
            });
            shape.types.insert(definition.node.name.node.to_string(), fields.collect());
        }
        Some(shape)
    }

    /// The objects a field of a type leads to; `None` for numbers, texts and the like.
    pub(crate) fn field(&self, on: &str, name: &str) -> Option<&Field> {
        self.types.get(on)?.get(name)
    }

    /// A type of values that clients send; `None` for scalars.
    pub(super) fn input(&self, name: &str) -> Option<&Input> {
        self.inputs.get(name)
    }
}

fn input(kind: &TypeKind) -> Option<Input> {
    match kind {
        TypeKind::Enum(kind) => {
            let names = kind.values.iter().map(|value| value.node.value.node.to_string());
            Some(Input::Enum(names.collect()))
        }
        TypeKind::InputObject(object) => {
            let fields = object.fields.iter().map(|field| {
                let (field, ty) = (&field.node, field.node.ty.node.clone());
                let has_default = field.default_value.is_some();
                (field.name.node.to_string(), InputField { ty, has_default })
            });
            Some(Input::Object(fields.collect()))
        }
        _ => None,
    }
}

fn composite_types(document: &ServiceDocument) -> Vec<&str> {
    let definitions = document.definitions.iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(&definition.node),
        _ => None,
    });
    definitions
        .filter(|definition| {
            matches!(
                definition.kind,
                TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)
            )
        })
        .map(|definition| definition.name.node.as_str())
        .collect()
}

fn named(ty: &Type) -> (&str, bool) {
    match &ty.base {
        BaseType::Named(name) => (name.as_str(), false),
        BaseType::List(inner) => (named(inner).0, true),
    }
}
