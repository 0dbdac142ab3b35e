//! Adding and changing packagings.

use ::catalog::{AddPackaging, PackagingChanges, UpdatePackaging};
use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use kernel::{PackagingId, ProductId};

use super::packaging::ProductPackaging;
use super::payloads;
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::GlobalId;
use crate::scalars::Decimal;
use crate::session::Session;
use crate::user_error::UserError;

/// A new packaging.
#[derive(InputObject)]
pub struct AddPackagingInput {
    /// What it packs; goods, not a service.
    product_id: GlobalId<ProductId>,
    /// Its name, at most 20 characters; unique with the product.
    name: String,
    /// The upper part of the factor, 1 to 1,000,000: 12 for a box of 12, 3 for a pallet of 3/7
    /// tonne.
    numerator: i32,
    /// The lower part of the factor, 1 to 1,000,000: 7 for a pallet of 3/7 tonne.
    #[graphql(default = 1)]
    denominator: i32,
    /// The gross weight of one in kilograms, at most 6 places.
    weight_kg: Option<Decimal>,
    /// The volume of one in cubic metres, at most 6 places.
    volume_m3: Option<Decimal>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of a packaging; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdatePackagingInput {
    /// Which one.
    id: GlobalId<PackagingId>,
    /// The version that was read.
    version: i32,
    /// Its name; documents keep the one they were written with.
    name: Option<String>,
    /// The upper part of the factor; stays once a document has named the packaging.
    numerator: Option<i32>,
    /// The lower part of the factor; stays once a document has named the packaging.
    denominator: Option<i32>,
    /// The gross weight of one in kilograms, at most 6 places.
    weight_kg: MaybeUndefined<Decimal>,
    /// The volume of one in cubic metres, at most 6 places.
    volume_m3: MaybeUndefined<Decimal>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Whether it is archived: nothing new is entered in it.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of adding a packaging.
    AddPackagingPayload {
        /// The packaging; null where it was refused.
        packaging: ProductPackaging
    }
    /// What came of changing a packaging.
    UpdatePackagingPayload {
        /// The packaging; null where it was refused.
        packaging: ProductPackaging
    }
}

/// Mutations of packagings.
#[derive(Default)]
pub struct PackagingMutation;

#[Object]
impl PackagingMutation {
    /// Adds a packaging to a product.
    async fn add_packaging(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The packaging.")] input: AddPackagingInput,
    ) -> async_graphql::Result<AddPackagingPayload> {
        let fields = PackagingChanges {
            name: Some(input.name),
            numerator: Some(input.numerator.into()),
            denominator: Some(input.denominator.into()),
            weight_kg: Some(input.weight_kg.map(|number| number.0)),
            volume_m3: Some(input.volume_m3.map(|number| number.0)),
            external_reference: Some(input.external_reference),
        };
        let command = AddPackaging { product: input.product_id.0, fields };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let packaging = Session::of(ctx)?.load_made(done.output).await?;
        Ok(AddPackagingPayload { packaging, user_errors: done.user_errors })
    }

    /// Changes a packaging, archives it or restores it; documents keep what they were written
    /// with.
    async fn update_packaging(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdatePackagingInput,
    ) -> async_graphql::Result<UpdatePackagingPayload> {
        let fields = PackagingChanges {
            name: input.name,
            numerator: input.numerator.map(Into::into),
            denominator: input.denominator.map(Into::into),
            weight_kg: change(input.weight_kg, |number| number.0),
            volume_m3: change(input.volume_m3, |number| number.0),
            external_reference: change(input.external_reference, |text| text),
        };
        let (id, version) = (input.id.0, input.version);
        let command = UpdatePackaging { id, version, fields, archived: input.archived };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let packaging = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdatePackagingPayload { packaging, user_errors: done.user_errors })
    }
}
