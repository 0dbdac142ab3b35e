//! What variants of products differ by.

use ::catalog::{
    AttributeOwner, ReadProducts, attributes_by_group, attributes_by_id, attributes_by_product,
};
use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use kernel::{ProductAttributeId, ProductGroupId, ProductId};

use super::group::ProductGroup;
use super::noted::Noted;
use super::product::Product;
use crate::ids::global;
use crate::loaders::{Load, Loaded, Loaders};
use crate::session::Session;

/// What kind of values an attribute has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::catalog::AttributeKind")]
pub enum ProductAttributeKind {
    /// One of a list.
    Choice,
    /// A number, in a unit.
    Number,
    /// Yes or no.
    Boolean,
    /// A short text.
    Text,
}

/// One of the values that an attribute of the kind CHOICE may have.
#[derive(Clone, SimpleObject)]
pub struct ProductAttributeChoice {
    /// The opaque global id: variants are made and found by it.
    id: ID,
    /// As people call it.
    value: String,
    /// Whether it was left out of the list: no new variant takes it.
    archived: bool,
}

/// What variants differ by: a colour, a size. Of one product, or of all products of a group and
/// the groups below it.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct ProductAttribute {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its name, unique with its product or group.
    name: String,
    /// What kind of values it has.
    kind: ProductAttributeKind,
    /// The unit of its numbers.
    unit: Option<String>,
    /// Names and tables show smaller numbers first.
    place: i32,
    /// The values of a choice in their order, archived ones last; at most 200 are in use.
    choices: Vec<ProductAttributeChoice>,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    owner: AttributeOwner,
}

#[ComplexObject]
impl ProductAttribute {
    /// The product whose variants it tells apart; null where it is a group's.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        match self.owner {
            AttributeOwner::Product(id) => Ok(Session::of(ctx)?.load(id).await?),
            AttributeOwner::Group(_) => Ok(None),
        }
    }

    /// The group whose products' variants it tells apart; null where it is a product's.
    async fn group(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductGroup>> {
        match self.owner {
            AttributeOwner::Group(id) => Ok(Session::of(ctx)?.load(id).await?),
            AttributeOwner::Product(_) => Ok(None),
        }
    }
}

impl ProductAttribute {
    /// The choice with this global id.
    pub(super) fn choice(self, id: &ID) -> Option<ProductAttributeChoice> {
        self.choices.into_iter().find(|choice| choice.id == *id)
    }
}

impl From<::catalog::ProductAttribute> for ProductAttribute {
    fn from(row: ::catalog::ProductAttribute) -> Self {
        let choice = |choice: ::catalog::AttributeChoice| ProductAttributeChoice {
            id: global(choice.id),
            value: choice.value,
            archived: choice.archived,
        };
        Self {
            id: global(row.id),
            name: row.fields.name,
            kind: row.kind.into(),
            unit: row.fields.unit,
            place: row.fields.place,
            choices: row.choices.into_iter().map(choice).collect(),
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
            owner: row.owner,
        }
    }
}

fn list(rows: Vec<::catalog::ProductAttribute>) -> Vec<ProductAttribute> {
    rows.into_iter().map(ProductAttribute::from).collect()
}

impl Load<ProductAttributeId> for Loaders {
    type Value = ProductAttribute;

    async fn load(
        &self,
        keys: &[ProductAttributeId],
    ) -> Loaded<ProductAttributeId, ProductAttribute> {
        let permit = self.permit::<ReadProducts>()?;
        let found = attributes_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

/// The attributes that tell a product's variants apart, its groups' among them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct AttributesOf(pub(super) ProductId);

impl Load<AttributesOf> for Loaders {
    type Value = Vec<ProductAttribute>;

    async fn load(&self, keys: &[AttributesOf]) -> Loaded<AttributesOf, Vec<ProductAttribute>> {
        let permit = self.permit::<ReadProducts>()?;
        let ids: Vec<ProductId> = keys.iter().map(|key| key.0).collect();
        let found = attributes_by_product(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (AttributesOf(id), list(rows))).collect())
    }
}

/// The attributes of a group itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct AttributesIn(pub(super) ProductGroupId);

impl Load<AttributesIn> for Loaders {
    type Value = Vec<ProductAttribute>;

    async fn load(&self, keys: &[AttributesIn]) -> Loaded<AttributesIn, Vec<ProductAttribute>> {
        let permit = self.permit::<ReadProducts>()?;
        let ids: Vec<ProductGroupId> = keys.iter().map(|key| key.0).collect();
        let found = attributes_by_group(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (AttributesIn(id), list(rows))).collect())
    }
}
