//! Making and changing variants, and what they differ by.

use ::catalog::{
    AttributeOwner, Axis, ChoiceDraft, CreateProductAttribute, CreateProductVariant,
    GenerateProductVariants, GivenValue, ProductAttributeChanges, ProductVariantChanges,
    UpdateProductAttribute, UpdateProductVariant,
};
use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use kernel::{
    AttributeChoiceId, ProductAttributeId, ProductGroupId, ProductId, ProductVariantId, Refusal,
    RefusalCode,
};

use super::attribute::{ProductAttribute, ProductAttributeKind};
use super::product::Product;
use super::variant::ProductVariant;
use super::{payloads, tried};
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::GlobalId;
use crate::scalars::Decimal;
use crate::session::Session;
use crate::user_error::UserError;

/// One of an attribute's values.
#[derive(InputObject)]
pub struct ProductAttributeChoiceInput {
    /// The choice it changes; left out, it is a new one, or an archived one of the same text.
    id: Option<GlobalId<AttributeChoiceId>>,
    /// As people call it, at most 60 characters; unique with the attribute.
    value: String,
}

impl From<ProductAttributeChoiceInput> for ChoiceDraft {
    fn from(input: ProductAttributeChoiceInput) -> Self {
        Self { id: input.id.map(|id| id.0), value: input.value }
    }
}

fn drafts(choices: Vec<ProductAttributeChoiceInput>) -> Vec<ChoiceDraft> {
    choices.into_iter().map(Into::into).collect()
}

/// A new attribute; either a product or a group is named.
#[derive(InputObject)]
pub struct CreateProductAttributeInput {
    /// The product whose variants it tells apart.
    product_id: Option<GlobalId<ProductId>>,
    /// The group: it tells apart the variants of all products in it and in the groups below.
    group_id: Option<GlobalId<ProductGroupId>>,
    /// Its name, unique with its product or group.
    name: String,
    /// What kind of values it has; stays as it was made.
    kind: ProductAttributeKind,
    /// The unit of its numbers, at most 20 characters.
    unit: Option<String>,
    /// Names and tables show smaller numbers first.
    #[graphql(default)]
    place: i32,
    /// The values of a choice in their order, at most 200.
    #[graphql(default)]
    choices: Vec<String>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

impl CreateProductAttributeInput {
    fn command(self) -> Result<CreateProductAttribute, Refusal> {
        let owner = match (self.product_id, self.group_id) {
            (Some(product), None) => AttributeOwner::Product(product.0),
            (None, Some(group)) => AttributeOwner::Group(group.0),
            _ => {
                let (en, ru) = ("Name a product or a group.", "Укажите либо товар, либо группу.");
                return Err(Refusal::new(RefusalCode::Required, en, ru).at(["productId"]));
            }
        };
        let fields = ProductAttributeChanges {
            name: Some(self.name),
            unit: Some(self.unit),
            place: Some(self.place),
            external_reference: Some(self.external_reference),
        };
        let draft = |value| ChoiceDraft { id: None, value };
        let choices = self.choices.into_iter().map(draft).collect();
        Ok(CreateProductAttribute { owner, kind: self.kind.into(), fields, choices })
    }
}

/// Changes of an attribute; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdateProductAttributeInput {
    /// Which one.
    id: GlobalId<ProductAttributeId>,
    /// The version that was read.
    version: i32,
    /// Its name; variants keep the names they were made with.
    name: Option<String>,
    /// The unit of its numbers, at most 20 characters.
    unit: MaybeUndefined<String>,
    /// Names and tables show smaller numbers first.
    place: Option<i32>,
    /// All its values from now on, at most 200; those left out are archived and stay with the
    /// variants that have them.
    choices: Option<Vec<ProductAttributeChoiceInput>>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Whether it is archived: no new variant names it.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// A value of one attribute; exactly one of choice, number, flag and text is given, as the
/// attribute's kind asks.
#[derive(InputObject)]
pub struct ProductVariantValueInput {
    /// The attribute.
    attribute_id: GlobalId<ProductAttributeId>,
    /// Of the kind CHOICE.
    choice_id: Option<GlobalId<AttributeChoiceId>>,
    /// Of the kind NUMBER, in the attribute's unit, at most 6 places.
    number: Option<Decimal>,
    /// Of the kind BOOLEAN.
    flag: Option<bool>,
    /// Of the kind TEXT, at most 60 characters.
    text: Option<String>,
}

type Given = Vec<(ProductAttributeId, GivenValue)>;

fn given(inputs: Vec<ProductVariantValueInput>) -> Result<Given, Refusal> {
    let one = |(place, input): (usize, ProductVariantValueInput)| {
        let value = match (input.choice_id, input.number, input.flag, input.text) {
            (Some(id), None, None, None) => GivenValue::Choice(id.0),
            (None, Some(number), None, None) => GivenValue::Number(number.0),
            (None, None, Some(flag), None) => GivenValue::Flag(flag),
            (None, None, None, Some(text)) => GivenValue::Text(text),
            _ => {
                let (en, ru) = (
                    "Give exactly one of choiceId, number, flag and text.",
                    "Укажите ровно одно из choiceId, number, flag, text.",
                );
                let path = ["values".to_owned(), place.to_string()];
                return Err(Refusal::new(RefusalCode::Invalid, en, ru).at(path));
            }
        };
        Ok((input.attribute_id.0, value))
    };
    inputs.into_iter().enumerate().map(one).collect()
}

/// A new variant.
#[derive(InputObject)]
pub struct CreateProductVariantInput {
    /// Of what; the product has `hasVariants`.
    product_id: GlobalId<ProductId>,
    /// A value of each of the product's attributes.
    values: Vec<ProductVariantValueInput>,
    /// Its article number, at most 64 characters; unique among the tenant's variants. Follows
    /// from the product's and the values where none is given.
    sku: Option<String>,
    /// Its name; follows from the product's name and the values where none is given.
    name: Option<String>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

impl CreateProductVariantInput {
    fn command(self) -> Result<CreateProductVariant, Refusal> {
        let fields = ProductVariantChanges {
            sku: self.sku,
            name: self.name,
            external_reference: Some(self.external_reference),
        };
        let values = given(self.values)?;
        Ok(CreateProductVariant { product: self.product_id.0, fields, values })
    }
}

/// The values of one attribute that variants are made with.
#[derive(InputObject)]
pub struct ProductVariantAxisInput {
    /// The attribute.
    attribute_id: GlobalId<ProductAttributeId>,
    /// Of the kind CHOICE; all in use where none are given.
    #[graphql(default)]
    choice_ids: Vec<GlobalId<AttributeChoiceId>>,
    /// Of the kind NUMBER, in the attribute's unit.
    #[graphql(default)]
    numbers: Vec<Decimal>,
    /// Of the kind BOOLEAN; both where none are given.
    #[graphql(default)]
    flags: Vec<bool>,
    /// Of the kind TEXT.
    #[graphql(default)]
    texts: Vec<String>,
}

impl From<ProductVariantAxisInput> for Axis {
    fn from(input: ProductVariantAxisInput) -> Self {
        let choices = input.choice_ids.into_iter().map(|id| GivenValue::Choice(id.0));
        let numbers = input.numbers.into_iter().map(|number| GivenValue::Number(number.0));
        let flags = input.flags.into_iter().map(GivenValue::Flag);
        let texts = input.texts.into_iter().map(GivenValue::Text);
        let values = choices.chain(numbers).chain(flags).chain(texts).collect();
        Self { attribute: input.attribute_id.0, values }
    }
}

/// Variants of all combinations.
#[derive(InputObject)]
pub struct GenerateProductVariantsInput {
    /// Of what; the product has `hasVariants`.
    product_id: GlobalId<ProductId>,
    /// Which values; attributes that are not named take all that can be listed. Numbers and texts
    /// are always named. At most 500 combinations.
    #[graphql(default)]
    axes: Vec<ProductVariantAxisInput>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of a variant; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdateProductVariantInput {
    /// Which one.
    id: GlobalId<ProductVariantId>,
    /// The version that was read.
    version: i32,
    /// Its article number; unique among the tenant's variants.
    sku: Option<String>,
    /// Its name.
    name: Option<String>,
    /// Values of attributes that it has none of; the values it has stay.
    #[graphql(default)]
    values: Vec<ProductVariantValueInput>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Whether it is archived: new documents do not name it.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

impl UpdateProductVariantInput {
    fn command(self) -> Result<UpdateProductVariant, Refusal> {
        let fields = ProductVariantChanges {
            sku: self.sku,
            name: self.name,
            external_reference: change(self.external_reference, |text| text),
        };
        let (id, version, archived) = (self.id.0, self.version, self.archived);
        Ok(UpdateProductVariant { id, version, fields, values: given(self.values)?, archived })
    }
}

payloads! {
    /// What came of making an attribute.
    CreateProductAttributePayload {
        /// The attribute; null where it was refused.
        product_attribute: ProductAttribute
    }
    /// What came of changing an attribute.
    UpdateProductAttributePayload {
        /// The attribute; null where it was refused.
        product_attribute: ProductAttribute
    }
    /// What came of making a variant.
    CreateProductVariantPayload {
        /// The variant; null where it was refused.
        product_variant: ProductVariant
    }
    /// What came of changing a variant.
    UpdateProductVariantPayload {
        /// The variant; null where it was refused.
        product_variant: ProductVariant
    }
}

/// What came of making variants of all combinations.
#[derive(SimpleObject)]
pub struct GenerateProductVariantsPayload {
    /// The product; null where it was refused.
    product: Option<Product>,
    /// The variants that were made, the last attribute's values changing fastest; combinations
    /// that were there already are not among them.
    product_variants: Vec<ProductVariant>,
    /// Why nothing was written; empty where it was.
    user_errors: Vec<UserError>,
}

/// Mutations of variants and attributes.
#[derive(Default)]
pub struct VariantMutation;

#[Object]
impl VariantMutation {
    /// Makes what variants differ by, for one product or for the products of a group.
    async fn create_product_attribute(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The attribute.")] mut input: CreateProductAttributeInput,
    ) -> async_graphql::Result<CreateProductAttributePayload> {
        let key = input.idempotency_key.take();
        let done = tried(ctx, input.command(), key).await?;
        let product_attribute = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateProductAttributePayload { product_attribute, user_errors: done.user_errors })
    }

    /// Changes an attribute and its values, archives it or restores it.
    async fn update_product_attribute(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateProductAttributeInput,
    ) -> async_graphql::Result<UpdateProductAttributePayload> {
        let command = UpdateProductAttribute {
            id: input.id.0,
            version: input.version,
            fields: ProductAttributeChanges {
                name: input.name,
                unit: change(input.unit, |text| text),
                place: input.place,
                external_reference: change(input.external_reference, |text| text),
            },
            choices: input.choices.map(drafts),
            archived: input.archived,
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let product_attribute = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateProductAttributePayload { product_attribute, user_errors: done.user_errors })
    }

    /// Makes one variant of a product.
    async fn create_product_variant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The variant.")] mut input: CreateProductVariantInput,
    ) -> async_graphql::Result<CreateProductVariantPayload> {
        let key = input.idempotency_key.take();
        let done = tried(ctx, input.command(), key).await?;
        let product_variant = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateProductVariantPayload { product_variant, user_errors: done.user_errors })
    }

    /// Makes a variant of each combination of values that the product has none of yet.
    async fn generate_product_variants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] input: GenerateProductVariantsInput,
    ) -> async_graphql::Result<GenerateProductVariantsPayload> {
        let product = input.product_id.0;
        let axes = input.axes.into_iter().map(Axis::from).collect();
        let command = GenerateProductVariants { product, axes };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let session = Session::of(ctx)?;
        let product = session.load_made(done.output.as_ref().map(|_| product)).await?;
        let made = session.load_all(done.output.unwrap_or_default()).await?;
        let product_variants = made.into_iter().flatten().collect();
        let user_errors = done.user_errors;
        Ok(GenerateProductVariantsPayload { product, product_variants, user_errors })
    }

    /// Changes a variant, archives it or restores it; documents keep what they were made with.
    async fn update_product_variant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] mut input: UpdateProductVariantInput,
    ) -> async_graphql::Result<UpdateProductVariantPayload> {
        let key = input.idempotency_key.take();
        let done = tried(ctx, input.command(), key).await?;
        let product_variant = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateProductVariantPayload { product_variant, user_errors: done.user_errors })
    }
}
