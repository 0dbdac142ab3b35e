//! The list of variants.

use ::catalog::{GivenValue, ReadProducts, VARIANT_ORDER};
use async_graphql::{Context, InputObject, Object};
use kernel::{AttributeChoiceId, ProductAttributeId, ProductId, ProductVariantId};

use super::list::{ArchivedFilter, Around};
use super::variant::ProductVariant;
use crate::errors::Failure;
use crate::ids::GlobalId;
use crate::paging::{Connection, OrderDirection};
use crate::scalars::Decimal;
use crate::session::Session;

/// Which values of one attribute; a variant has one of them.
#[derive(Clone, Debug, InputObject)]
pub struct ProductVariantValueFilter {
    /// The attribute.
    attribute_id: GlobalId<ProductAttributeId>,
    /// One of these choices.
    #[graphql(default, validator(max_items = 250))]
    choice_ids: Vec<GlobalId<AttributeChoiceId>>,
    /// One of these numbers, in the attribute's unit.
    #[graphql(default, validator(max_items = 250))]
    numbers: Vec<Decimal>,
    /// Yes or no.
    flag: Option<bool>,
    /// One of these texts, without regard to case.
    #[graphql(default, validator(max_items = 250))]
    texts: Vec<String>,
}

impl From<ProductVariantValueFilter> for (ProductAttributeId, Vec<GivenValue>) {
    fn from(filter: ProductVariantValueFilter) -> Self {
        let choices = filter.choice_ids.into_iter().map(|id| GivenValue::Choice(id.0));
        let numbers = filter.numbers.into_iter().map(|number| GivenValue::Number(number.0));
        let flag = filter.flag.map(GivenValue::Flag);
        let texts = filter.texts.into_iter().map(GivenValue::Text);
        (filter.attribute_id.0, choices.chain(numbers).chain(flag).chain(texts).collect())
    }
}

/// Which variants; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ProductVariantFilter {
    /// Those with these ids.
    #[graphql(validator(max_items = 250))]
    ids: Option<Vec<GlobalId<ProductVariantId>>>,
    /// Of this product.
    product_id: Option<GlobalId<ProductId>>,
    /// Archived ones or not.
    #[graphql(default)]
    archived: ArchivedFilter,
    /// The one with this key in another system.
    external_reference: Option<String>,
    /// Those with these values: each attribute named must fit.
    #[graphql(default, validator(max_items = 10))]
    values: Vec<ProductVariantValueFilter>,
}

impl From<ProductVariantFilter> for ::catalog::VariantFilter {
    fn from(filter: ProductVariantFilter) -> Self {
        Self {
            ids: filter.ids.map(|ids| ids.into_iter().map(|id| id.0).collect()),
            product: filter.product_id.map(|id| id.0),
            archived: filter.archived.into(),
            external_reference: filter.external_reference,
            values: filter.values.into_iter().map(Into::into).collect(),
        }
    }
}

/// Queries of variants.
#[derive(Default)]
pub struct VariantQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "Relay connections with filter and order")]
impl VariantQuery {
    /// The tenant's variants of products, by article number.
    async fn product_variants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<ProductVariantFilter>,
        #[graphql(desc = "Which way by article number; upward where it is left out.")]
        direction: Option<OrderDirection>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<ProductVariant>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadProducts>()?;
        let filter: ::catalog::VariantFilter = filter.unwrap_or_default().into();
        let page = Around { first, after, last, before }.request(VARIANT_ORDER)?;
        let direction = direction.unwrap_or(OrderDirection::Asc).into();
        let tx = session.tx().await?;
        let rows = ::catalog::variants(&tx, &permit, &filter, direction, &page).await?;
        Ok(Connection::of(rows, ProductVariant::from).counted(move |session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move {
                let tx = session.tx().await?;
                Ok(::catalog::count_variants(&tx, &permit, &filter).await?)
            }
        }))
    }

    /// One variant, by its id or by its article number.
    async fn product_variant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: Option<GlobalId<ProductVariantId>>,
        #[graphql(desc = "Its article number.")] sku: Option<String>,
    ) -> async_graphql::Result<Option<ProductVariant>> {
        let session = Session::of(ctx)?;
        match (id, sku) {
            (Some(id), None) => Ok(session.found(id.0).await?),
            (None, Some(sku)) => {
                let permit = session.permit::<ReadProducts>()?;
                let tx = session.tx().await?;
                let found = ::catalog::variant_by_sku(&tx, &permit, &sku).await?;
                let variant = found.map(ProductVariant::from);
                variant.map(Some).ok_or_else(|| Failure::not_found().into())
            }
            _ => {
                Err(Failure::bad_input("give either id or sku", "укажите либо id, либо sku").into())
            }
        }
    }
}
