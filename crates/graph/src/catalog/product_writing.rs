//! Making, changing, archiving and restoring products.

use ::catalog::{ArchiveProduct, CreateProduct, ProductChanges, RestoreProduct, UpdateProduct};
use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use kernel::{ProductGroupId, ProductId, Refusal, VatCategoryId};

use super::product::Product;
use super::{payloads, percent};
use crate::custom::{CustomFieldInput, filled_anew, filled_in};
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::GlobalId;
use crate::scalars::Decimal;
use crate::session::Session;
use crate::user_error::UserError;

/// A new product.
#[derive(InputObject)]
pub struct CreateProductInput {
    /// Its article number, at most 64 characters; unique in the tenant.
    sku: String,
    /// Its name.
    name: String,
    /// The group it lies in.
    group_id: Option<GlobalId<ProductGroupId>>,
    /// The base unit that all its quantities are in, as printed; at most 20 characters.
    unit: String,
    /// The VAT rate, 0 to 100 per cent; none is "without VAT", which is not 0 %.
    vat_rate: Option<Decimal>,
    /// The tax category, whose rates go before the rate of its own.
    vat_category_id: Option<GlobalId<VatCategoryId>>,
    /// A service has no stock; stays as it was made.
    #[graphql(default)]
    is_service: bool,
    /// Whether documents name a variant of it.
    #[graphql(default)]
    has_variants: bool,
    /// Whether a lot is received with the number that its maker printed on it.
    #[graphql(default)]
    tracks_lots: bool,
    /// Whether a lot is received with its last day.
    #[graphql(default)]
    tracks_expiry: bool,
    /// Days that are left of a lot's life when it is sold, at least: 1 to 36,500.
    min_shelf_life_days: Option<i32>,
    /// The least price per base unit, in the base currency, without VAT, at most 4 places. Needs
    /// the right `cost.read`.
    min_price: Option<Decimal>,
    /// The least margin, 0 to 100 per cent of revenue. Needs the right `cost.read`.
    min_margin_percent: Option<Decimal>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    custom_fields: Vec<CustomFieldInput>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

impl CreateProductInput {
    fn command(self) -> Result<CreateProduct, Refusal> {
        let rate = |value| percent(["vatRate"], value);
        let margin = |value| percent(["minMarginPercent"], value);
        let fields = ProductChanges {
            sku: Some(self.sku),
            name: Some(self.name),
            group_id: Some(self.group_id.map(|id| id.0)),
            unit: Some(self.unit),
            vat_rate: Some(self.vat_rate.map(rate).transpose()?),
            vat_category_id: Some(self.vat_category_id.map(|id| id.0)),
            is_service: Some(self.is_service),
            has_variants: Some(self.has_variants),
            tracks_lots: Some(self.tracks_lots),
            tracks_expiry: Some(self.tracks_expiry),
            min_shelf_life_days: Some(self.min_shelf_life_days),
            min_price: self.min_price.map(|price| Some(price.0)),
            min_margin_percent: self.min_margin_percent.map(margin).transpose()?.map(Some),
            external_reference: Some(self.external_reference),
        };
        Ok(CreateProduct { fields })
    }
}

/// Changes of a product; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdateProductInput {
    /// Which one.
    id: GlobalId<ProductId>,
    /// The version that was read.
    version: i32,
    /// Its article number; unique in the tenant.
    sku: Option<String>,
    /// Its name.
    name: Option<String>,
    /// The group it lies in.
    group_id: MaybeUndefined<GlobalId<ProductGroupId>>,
    /// The base unit, as printed; quantities are not converted.
    unit: Option<String>,
    /// The VAT rate, 0 to 100 per cent; null is "without VAT", which is not 0 %.
    vat_rate: MaybeUndefined<Decimal>,
    /// The tax category, whose rates go before the rate of its own.
    vat_category_id: MaybeUndefined<GlobalId<VatCategoryId>>,
    /// Whether documents name a variant of it; stays once one has named the product.
    has_variants: Option<bool>,
    /// Whether a lot is received with the number that its maker printed on it.
    tracks_lots: Option<bool>,
    /// Whether a lot is received with its last day.
    tracks_expiry: Option<bool>,
    /// Days that are left of a lot's life when it is sold, at least: 1 to 36,500.
    min_shelf_life_days: MaybeUndefined<i32>,
    /// The least price per base unit, in the base currency, without VAT, at most 4 places. Needs
    /// the right `cost.read`.
    min_price: MaybeUndefined<Decimal>,
    /// The least margin, 0 to 100 per cent of revenue. Needs the right `cost.read`.
    min_margin_percent: MaybeUndefined<Decimal>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Custom fields that change; those left out stay.
    #[graphql(default)]
    custom_fields: Vec<CustomFieldInput>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

impl UpdateProductInput {
    fn command(self) -> Result<UpdateProduct, Refusal> {
        let rate = match change(self.vat_rate, |rate| percent(["vatRate"], rate)) {
            None => None,
            Some(rate) => Some(rate.transpose()?),
        };
        let margin = |margin| percent(["minMarginPercent"], margin);
        let margin = match change(self.min_margin_percent, margin) {
            None => None,
            Some(margin) => Some(margin.transpose()?),
        };
        let fields = ProductChanges {
            sku: self.sku,
            name: self.name,
            group_id: change(self.group_id, |id| id.0),
            unit: self.unit,
            vat_rate: rate,
            vat_category_id: change(self.vat_category_id, |id| id.0),
            is_service: None,
            has_variants: self.has_variants,
            tracks_lots: self.tracks_lots,
            tracks_expiry: self.tracks_expiry,
            min_shelf_life_days: change(self.min_shelf_life_days, |days| days),
            min_price: change(self.min_price, |price| price.0),
            min_margin_percent: margin,
            external_reference: change(self.external_reference, |text| text),
        };
        Ok(UpdateProduct { id: self.id.0, version: self.version, fields })
    }
}

/// Which product goes out of use.
#[derive(InputObject)]
pub struct ArchiveProductInput {
    /// Which one.
    id: GlobalId<ProductId>,
    /// The version that was read.
    version: i32,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Which product comes into use again.
#[derive(InputObject)]
pub struct RestoreProductInput {
    /// Which one.
    id: GlobalId<ProductId>,
    /// The version that was read.
    version: i32,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of making a product.
    CreateProductPayload {
        /// The product; null where it was refused.
        product: Product
    }
    /// What came of changing a product.
    UpdateProductPayload {
        /// The product; null where it was refused.
        product: Product
    }
    /// What came of archiving a product.
    ArchiveProductPayload {
        /// The product; null where it was refused.
        product: Product
    }
    /// What came of restoring a product.
    RestoreProductPayload {
        /// The product; null where it was refused.
        product: Product
    }
}

/// Mutations of products.
#[derive(Default)]
pub struct ProductMutation;

#[Object]
impl ProductMutation {
    /// Makes a product.
    async fn create_product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product.")] mut input: CreateProductInput,
    ) -> async_graphql::Result<CreateProductPayload> {
        let key = input.idempotency_key.take();
        let given = std::mem::take(&mut input.custom_fields);
        let done = filled_anew::<::catalog::Product, _>(ctx, input.command(), given, key).await?;
        let product = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateProductPayload { product, user_errors: done.user_errors })
    }

    /// Changes a product; documents keep what they were made with.
    async fn update_product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] mut input: UpdateProductInput,
    ) -> async_graphql::Result<UpdateProductPayload> {
        let key = input.idempotency_key.take();
        let given = std::mem::take(&mut input.custom_fields);
        let done = filled_in::<::catalog::Product, _>(ctx, input.command(), given, key).await?;
        let product = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateProductPayload { product, user_errors: done.user_errors })
    }

    /// Takes a product out of use: nothing new is sold of it, what is in stock stays.
    async fn archive_product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ArchiveProductInput,
    ) -> async_graphql::Result<ArchiveProductPayload> {
        let command = ArchiveProduct { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let product = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ArchiveProductPayload { product, user_errors: done.user_errors })
    }

    /// Takes an archived product into use again.
    async fn restore_product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RestoreProductInput,
    ) -> async_graphql::Result<RestoreProductPayload> {
        let command = RestoreProduct { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let product = Session::of(ctx)?.load_made(done.output).await?;
        Ok(RestoreProductPayload { product, user_errors: done.user_errors })
    }
}
