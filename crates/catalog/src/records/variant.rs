//! Attributes and variants of products.

use db::{FromQueryResult, Value};
use kernel::{AttributeChoiceId, ProductAttributeId, ProductGroupId, ProductId, ProductVariantId};
use serde::Serialize;

use super::{Fields, Record};
use crate::rules::{AttributeCard, AttributeChoice, AttributeKind};

fields! {
    /// An attribute's own fields.
    ProductAttributeFields, ProductAttributeChanges {
        /// As people call it, unique with its product or group.
        name: String,
        /// The unit of its numbers.
        unit: Option<String>,
        /// Names and tables show smaller numbers first.
        place: i32,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

fields! {
    /// A variant's own fields.
    ProductVariantFields, ProductVariantChanges {
        /// Article number, unique among the tenant's variants.
        sku: String,
        /// Name.
        name: String,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

/// Whose variants an attribute tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeOwner {
    /// Those of one product.
    Product(ProductId),
    /// Those of all products of a group and the groups below it.
    Group(ProductGroupId),
}

/// What variants differ by.
#[derive(Clone, Debug, PartialEq)]
pub struct ProductAttribute {
    /// Its id.
    pub id: ProductAttributeId,
    /// Whose.
    pub owner: AttributeOwner,
    /// What kind of values it has; stays as it was made.
    pub kind: AttributeKind,
    /// The values of a choice, in their order.
    pub choices: Vec<AttributeChoice>,
    /// What people write.
    pub fields: ProductAttributeFields,
    /// What the program notes.
    pub record: Record,
}

impl ProductAttribute {
    /// As the rules need it.
    pub(crate) fn card(&self) -> AttributeCard {
        AttributeCard {
            id: self.id,
            name: self.fields.name.clone(),
            kind: self.kind,
            unit: self.fields.unit.clone(),
            archived: self.record.archived_at.is_some(),
            choices: self.choices.clone(),
        }
    }
}

/// A product in one combination of attributes.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct ProductVariant {
    /// Its id.
    pub id: ProductVariantId,
    /// Of what.
    pub product_id: ProductId,
    /// What people write.
    #[sea_orm(nested)]
    pub fields: ProductVariantFields,
    /// What the program notes.
    #[sea_orm(nested)]
    pub record: Record,
}

/// A variant's value of one attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantValue {
    /// The attribute.
    pub attribute_id: ProductAttributeId,
    /// What kind of values it has.
    pub kind: AttributeKind,
    /// The unit of its numbers.
    pub unit: Option<String>,
    /// Of a choice.
    pub choice: Option<(AttributeChoiceId, String)>,
    /// Of the other kinds: the number, `true` or `false`, the text.
    pub value: Option<String>,
}
