//! What exports need to know of the schema: its lists, and the fields of its types. Read from the
//! schema's own text, so that a new list needs no word here.

use std::collections::HashMap;

use async_graphql::parser;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
};

/// Arguments by which a list is paged.
pub(super) const PAGING: [&str; 4] = ["first", "after", "last", "before"];

/// A type of the schema.
#[derive(Debug)]
pub(super) struct Known {
    /// Its fields, in order; none for scalars and enums.
    pub(super) fields: Vec<KnownField>,
    pub(super) kind: Kind,
}

/// How values of a type are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A scalar or an enum.
    Value,
    /// A record with an id of its own.
    Record,
    /// A part of a record, such as an amount of money.
    Part,
}

/// A field of a type.
#[derive(Debug)]
pub(super) struct KnownField {
    pub(super) name: String,
    pub(super) description: String,
    /// The innermost type.
    pub(super) of: String,
    pub(super) is_list: bool,
    /// It can be asked for as it stands, and gives all that it has.
    pub(super) is_plain: bool,
    pub(super) is_deprecated: bool,
}

/// A list of the root.
#[derive(Debug)]
pub(super) struct KnownList {
    pub(super) name: String,
    pub(super) description: String,
    /// The type of its rows.
    pub(super) row: String,
}

/// All types and lists.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    types: HashMap<String, Known>,
    lists: Vec<KnownList>,
}

impl Catalogue {
    /// Reads the schema's own text; `None` only where that is broken.
    pub(super) fn read(sdl: &str) -> Option<Self> {
        let document = parser::parse_schema(sdl).ok()?;
        let definitions = document.definitions.iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(&definition.node),
            _ => None,
        });
        let mut catalogue = Self::default();
        for definition in definitions {
            let name = definition.name.node.to_string();
            catalogue.types.insert(name, known(definition));
        }
        let root = catalogue.types.get("Query")?;
        let lists = root.fields.iter().filter_map(|field| {
            Some(KnownList {
                name: field.name.clone(),
                description: field.description.clone(),
                row: catalogue.row_of(&field.of)?,
            })
        });
        catalogue.lists = lists.collect();
        Some(catalogue)
    }

    /// The type of a connection's rows.
    fn row_of(&self, connection: &str) -> Option<String> {
        connection.strip_suffix("Connection")?;
        let nodes = self.field(connection, "nodes")?;
        Some(nodes.of.clone())
    }

    pub(super) fn lists(&self) -> &[KnownList] {
        &self.lists
    }

    pub(super) fn list(&self, name: &str) -> Option<&KnownList> {
        self.lists.iter().find(|list| list.name == name)
    }

    pub(super) fn fields(&self, of: &str) -> &[KnownField] {
        self.types.get(of).map_or(&[], |known| &known.fields)
    }

    pub(super) fn field(&self, of: &str, name: &str) -> Option<&KnownField> {
        self.fields(of).iter().find(|field| field.name == name)
    }

    /// A name that the schema's text does not define is of a scalar.
    pub(super) fn kind(&self, of: &str) -> Kind {
        self.types.get(of).map_or(Kind::Value, |known| known.kind)
    }
}

fn known(definition: &TypeDefinition) -> Known {
    let (fields, is_record) = match &definition.kind {
        TypeKind::Object(object) => {
            let is_node = object.implements.iter().any(|of| of.node.as_str() == "Node");
            (object.fields.as_slice(), is_node)
        }
        TypeKind::Interface(interface) => (interface.fields.as_slice(), true),
        _ => return Known { fields: Vec::new(), kind: Kind::Value },
    };
    let fields: Vec<KnownField> = fields.iter().map(|field| known_field(&field.node)).collect();
    Known { fields, kind: if is_record { Kind::Record } else { Kind::Part } }
}

fn known_field(field: &FieldDefinition) -> KnownField {
    let (of, is_list) = innermost(&field.ty.node);
    let is_plain = field.arguments.iter().all(|argument| {
        let is_paging = PAGING.contains(&argument.node.name.node.as_str());
        let is_needed = !argument.node.ty.node.nullable && argument.node.default_value.is_none();
        !is_paging && !is_needed
    });
    let description = field.description.as_ref().map_or("", |text| text.node.trim());
    KnownField {
        name: field.name.node.to_string(),
        description: description.split_whitespace().collect::<Vec<_>>().join(" "),
        of: of.to_owned(),
        is_list,
        is_plain,
        is_deprecated: field.directives.iter().any(|is| is.node.name.node == "deprecated"),
    }
}

fn innermost(ty: &Type) -> (&str, bool) {
    match &ty.base {
        BaseType::Named(name) => (name.as_str(), false),
        BaseType::List(inner) => (innermost(inner).0, true),
    }
}
