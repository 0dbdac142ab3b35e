//! Writing a product's barcodes and substitutes.

use ::catalog::{Barcode, SetProductBarcodes, SetProductSubstitutes};
use async_graphql::{Context, InputObject, Object, SimpleObject};
use kernel::{PackagingId, ProductId, ProductVariantId};

use super::payloads;
use super::product::Product;
use super::product_card::BarcodeKind;
use crate::idempotency::mutate;
use crate::ids::GlobalId;
use crate::session::Session;
use crate::user_error::UserError;

/// A code that a scanner reads.
#[derive(InputObject)]
pub struct ProductBarcodeInput {
    /// The code; unique in the tenant. Length and check digit are verified as its kind says; of
    /// the kind OTHER, 1 to 80 characters.
    code: String,
    /// What kind of code it is.
    kind: BarcodeKind,
    /// The product's packaging it is printed on; left out, it is the product's own.
    packaging_id: Option<GlobalId<PackagingId>>,
    /// The product's variant it is printed on; left out, it is that of all variants.
    variant_id: Option<GlobalId<ProductVariantId>>,
}

/// All barcodes of a product.
#[derive(InputObject)]
pub struct SetProductBarcodesInput {
    /// Which product.
    product_id: GlobalId<ProductId>,
    /// The product's version that was read.
    version: i32,
    /// All codes from now on, at most 50; an empty list takes them away.
    barcodes: Vec<ProductBarcodeInput>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// All substitutes of a product.
#[derive(InputObject)]
pub struct SetProductSubstitutesInput {
    /// Which product.
    product_id: GlobalId<ProductId>,
    /// The product's version that was read.
    version: i32,
    /// What may be sold in its place from now on, the best first, at most 50. Two products may
    /// stand for each other.
    substitute_ids: Vec<GlobalId<ProductId>>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of writing a product's barcodes.
    SetProductBarcodesPayload {
        /// The product; null where it was refused.
        product: Product
    }
    /// What came of writing a product's substitutes.
    SetProductSubstitutesPayload {
        /// The product; null where it was refused.
        product: Product
    }
}

/// Mutations of barcodes and substitutes.
#[derive(Default)]
pub struct ProductCardMutation;

#[Object]
impl ProductCardMutation {
    /// Puts other barcodes in the place of a product's; its version goes up.
    async fn set_product_barcodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "All its codes.")] input: SetProductBarcodesInput,
    ) -> async_graphql::Result<SetProductBarcodesPayload> {
        let barcode = |one: ProductBarcodeInput| Barcode {
            code: one.code,
            kind: one.kind.into(),
            packaging_id: one.packaging_id.map(|id| id.0),
            variant_id: one.variant_id.map(|id| id.0),
        };
        let command = SetProductBarcodes {
            product: input.product_id.0,
            version: input.version,
            barcodes: input.barcodes.into_iter().map(barcode).collect(),
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let product = Session::of(ctx)?.load_made(done.output).await?;
        Ok(SetProductBarcodesPayload { product, user_errors: done.user_errors })
    }

    /// Puts other substitutes in the place of a product's; its version goes up.
    async fn set_product_substitutes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "All its substitutes.")] input: SetProductSubstitutesInput,
    ) -> async_graphql::Result<SetProductSubstitutesPayload> {
        let command = SetProductSubstitutes {
            product: input.product_id.0,
            version: input.version,
            substitutes: input.substitute_ids.into_iter().map(|id| id.0).collect(),
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let product = Session::of(ctx)?.load_made(done.output).await?;
        Ok(SetProductSubstitutesPayload { product, user_errors: done.user_errors })
    }
}
