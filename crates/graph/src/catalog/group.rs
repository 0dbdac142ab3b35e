//! The tree of product groups.

use std::collections::HashMap;

use ::catalog::{
    CreateProductGroup, ProductGroupChanges, ReadProducts, RulesFor, UpdateProductGroup,
    directory_by_ids, groups_by_parent, products_by_group,
};
use async_graphql::{
    ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use kernel::ProductGroupId;

use super::attribute::{AttributesIn, ProductAttribute};
use super::discount_rule::{DiscountRule, RulesOf};
use super::noted::Noted;
use super::payloads;
use super::product::Product;
use crate::errors::Failure;
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::session::Session;
use crate::user_error::UserError;

/// A node of the tree of products, at most ten levels deep.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct ProductGroup {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its name.
    name: String,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    key: ProductGroupId,
    #[graphql(skip)]
    parent_id: Option<ProductGroupId>,
}

impl From<::catalog::ProductGroup> for ProductGroup {
    fn from(row: ::catalog::ProductGroup) -> Self {
        Self {
            id: global(row.id),
            name: row.fields.name,
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
            key: row.id,
            parent_id: row.fields.parent_id,
        }
    }
}

#[ComplexObject]
impl ProductGroup {
    /// The group it lies in; null at the top.
    async fn parent(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductGroup>> {
        match self.parent_id {
            Some(id) => Ok(Session::of(ctx)?.load(id).await?),
            None => Ok(None),
        }
    }

    /// What variants of the products in it and in the groups below differ by, archived attributes
    /// last.
    async fn attributes(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ProductAttribute>> {
        Ok(Session::of(ctx)?.load(AttributesIn(self.key)).await?.unwrap_or_default())
    }

    /// The groups in use that lie in it, by name.
    async fn children(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ProductGroup>> {
        Ok(Session::of(ctx)?.load(GroupsIn(self.key)).await?.unwrap_or_default())
    }

    /// The discount rules in use for this very group, by name, at most 250. Needs the right
    /// price.read.
    async fn discount_rules(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<DiscountRule>>> {
        let rules = RulesOf(RulesFor::Group(self.key));
        Ok(Some(Session::of(ctx)?.load(rules).await?.unwrap_or_default()))
    }

    /// The first products in use in the group itself, by name; `products` with this group as
    /// filter gives all of them, page by page, with the groups below.
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many, at most 250.", default = 50)] first: i32,
    ) -> async_graphql::Result<Vec<Product>> {
        let Some(first) = u32::try_from(first).ok().filter(|first| *first <= 250) else {
            return Err(Failure::bad_input(
                "give first from 0 to 250",
                "укажите first от 0 до 250",
            )
            .into());
        };
        let key = ProductsIn { group: self.key, first };
        Ok(Session::of(ctx)?.load(key).await?.unwrap_or_default())
    }
}

impl Load<ProductGroupId> for Loaders {
    type Value = ProductGroup;

    async fn load(&self, keys: &[ProductGroupId]) -> Loaded<ProductGroupId, ProductGroup> {
        let permit = self.permit::<ReadProducts>()?;
        let tx = self.tx().await?;
        let found = directory_by_ids::<::catalog::ProductGroup>(&tx, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct GroupsIn(ProductGroupId);

impl Load<GroupsIn> for Loaders {
    type Value = Vec<ProductGroup>;

    async fn load(&self, keys: &[GroupsIn]) -> Loaded<GroupsIn, Vec<ProductGroup>> {
        let permit = self.permit::<ReadProducts>()?;
        let ids: Vec<ProductGroupId> = keys.iter().map(|key| key.0).collect();
        let found = groups_by_parent(&*self.tx().await?, &permit, &ids).await?;
        let groups = |rows: Vec<_>| rows.into_iter().map(ProductGroup::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (GroupsIn(id), groups(rows))).collect())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct ProductsIn {
    group: ProductGroupId,
    first: u32,
}

impl Load<ProductsIn> for Loaders {
    type Value = Vec<Product>;

    async fn load(&self, keys: &[ProductsIn]) -> Loaded<ProductsIn, Vec<Product>> {
        let permit = self.permit::<ReadProducts>()?;
        let tx = self.tx().await?;
        // One statement for each number that the query's text names.
        let mut by_first: HashMap<u32, Vec<ProductGroupId>> = HashMap::new();
        for key in keys {
            by_first.entry(key.first).or_default().push(key.group);
        }
        let mut loaded = HashMap::new();
        for (first, groups) in by_first {
            for (group, rows) in products_by_group(&tx, &permit, &groups, first).await? {
                let products = rows.into_iter().map(Product::from).collect();
                loaded.insert(ProductsIn { group, first }, products);
            }
        }
        Ok(loaded)
    }
}

/// A new product group.
#[derive(InputObject)]
pub struct CreateProductGroupInput {
    /// Its name.
    name: String,
    /// The group it lies in; at the top where none is given.
    parent_id: Option<GlobalId<ProductGroupId>>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of a product group; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdateProductGroupInput {
    /// Which one.
    id: GlobalId<ProductGroupId>,
    /// The version that was read.
    version: i32,
    /// Its name.
    name: Option<String>,
    /// The group it goes to with all that lies in it; null is the top.
    parent_id: MaybeUndefined<GlobalId<ProductGroupId>>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Archives or restores it; a group with products or groups in use is not archived.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of making a product group.
    CreateProductGroupPayload {
        /// The group; null where it was refused.
        product_group: ProductGroup
    }
    /// What came of changing a product group.
    UpdateProductGroupPayload {
        /// The group; null where it was refused.
        product_group: ProductGroup
    }
}

/// Mutations of product groups.
#[derive(Default)]
pub struct GroupMutation;

#[Object]
impl GroupMutation {
    /// Makes a product group.
    async fn create_product_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The group.")] input: CreateProductGroupInput,
    ) -> async_graphql::Result<CreateProductGroupPayload> {
        let fields = ProductGroupChanges {
            name: Some(input.name),
            parent_id: Some(input.parent_id.map(|id| id.0)),
            external_reference: Some(input.external_reference),
        };
        let done = mutate(ctx, CreateProductGroup { fields }, input.idempotency_key).await?;
        let product_group = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateProductGroupPayload { product_group, user_errors: done.user_errors })
    }

    /// Changes a product group, or moves it.
    async fn update_product_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateProductGroupInput,
    ) -> async_graphql::Result<UpdateProductGroupPayload> {
        let fields = ProductGroupChanges {
            name: input.name,
            parent_id: change(input.parent_id, |id| id.0),
            external_reference: change(input.external_reference, |text| text),
        };
        let (id, version, archived) = (input.id.0, input.version, input.archived);
        let command = UpdateProductGroup { id, version, fields, archived };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let product_group = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateProductGroupPayload { product_group, user_errors: done.user_errors })
    }
}
