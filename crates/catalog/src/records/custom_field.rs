//! Fields that a tenant adds to its records, as they are read and written.

use access::{Right, Scope};
use db::{FromQueryResult, Value};
use kernel::{CustomFieldId, Decimal};
use serde::Serialize;

use super::{Fields, Record};
use crate::rules::{Choices, FieldKind, Form, Target};

records! {
    /// A field that the tenant added to one kind of record.
    CustomField { CustomFieldId, CustomFieldFields },
}

fields! {
    /// A custom field's own fields.
    CustomFieldFields, CustomFieldChanges {
        /// The kind of record, as the API names its type; stays as it was made.
        subject_kind: String,
        /// What programs and headers of files call it, unique with the kind of record; stays as
        /// it was made.
        key: String,
        /// What people call it.
        name: String,
        /// What people are told who fill it in.
        hint: Option<String>,
        /// What it holds; stays as it was made.
        kind: FieldKind,
        /// A new record needs a value, and none is taken away. Older records may be without.
        is_required: bool,
        /// What it offers; of choices.
        choices: Choices,
        /// What it points at; of references; stays as it was made.
        target: Option<Target>,
        /// Decimal places, 0 to 6; of numbers.
        scale: Option<i32>,
        /// The least number.
        least: Option<Decimal>,
        /// The largest number.
        most: Option<Decimal>,
        /// Characters, 1 to 2,000; of texts.
        max_length: Option<i32>,
        /// A regular expression that the whole text matches.
        pattern: Option<String>,
        /// Fields with a smaller number stand first.
        place: i32,
        /// Roles, or scopes of partners' keys, that see it; none is whoever sees the record.
        read_roles: Vec<String>,
        /// Those of its readers who write it; none is whoever writes the record.
        write_roles: Vec<String>,
        /// Lists may be narrowed by it.
        is_filterable: bool,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

impl CustomFieldFields {
    /// A text field of which nothing is said yet.
    pub(crate) fn blank() -> Self {
        Self {
            subject_kind: String::new(),
            key: String::new(),
            name: String::new(),
            hint: None,
            kind: FieldKind::Text,
            is_required: false,
            choices: Choices::default(),
            target: None,
            scale: None,
            least: None,
            most: None,
            max_length: None,
            pattern: None,
            place: 0,
            read_roles: Vec::new(),
            write_roles: Vec::new(),
            is_filterable: false,
            external_reference: None,
        }
    }

    /// What its values are checked against.
    pub(crate) fn form(&self) -> Form<'_> {
        Form {
            kind: self.kind,
            choices: &self.choices.0,
            target: self.target,
            scale: self.scale,
            least: self.least,
            most: self.most,
            max_length: self.max_length,
            pattern: self.pattern.as_deref(),
        }
    }

    /// Whether the caller sees its values where he sees the record.
    #[must_use]
    pub fn is_read_by(&self, scope: &Scope) -> bool {
        self.read_roles.is_empty() || scope.rights().is_in_any(&self.read_roles)
    }

    /// Whether the caller writes its values where he writes the record.
    #[must_use]
    pub fn is_written_by(&self, scope: &Scope) -> bool {
        let may_write = self.write_roles.is_empty() || scope.rights().is_in_any(&self.write_roles);
        may_write && self.is_read_by(scope)
    }

    /// Whether the caller may know of the field: its readers, and those who make fields.
    #[must_use]
    pub fn is_known_to(&self, scope: &Scope) -> bool {
        self.is_read_by(scope) || scope.reach(Right::CustomFieldWrite).is_some()
    }
}
