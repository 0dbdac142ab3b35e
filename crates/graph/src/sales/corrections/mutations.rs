//! Mutations of price corrections.

use ::sales::{
    CancelPriceCorrection, CreatePriceCorrection, PostPriceCorrection, ReversePriceCorrection,
};
use async_graphql::{Context, Object, SimpleObject};

use super::correction::PriceCorrection;
use super::inputs::{
    CancelPriceCorrectionInput, CreatePriceCorrectionInput, PostPriceCorrectionInput,
    ReversePriceCorrectionInput,
};
use crate::catalog::payloads;
use crate::idempotency::mutate;
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

payloads! {
    /// What came of writing a price correction.
    CreatePriceCorrectionPayload {
        /// The new draft.
        price_correction: PriceCorrection
    }
    /// What came of posting a price correction.
    PostPriceCorrectionPayload (complex) {
        /// The posted correction, with its credit note.
        price_correction: PriceCorrection
    }
    /// What came of giving a draft of a price correction up.
    CancelPriceCorrectionPayload {
        /// The cancelled draft.
        price_correction: PriceCorrection
    }
    /// What came of reversing a price correction.
    ReversePriceCorrectionPayload (complex) {
        /// The reversed correction.
        price_correction: PriceCorrection
    }
}

/// Mutations of price corrections.
#[derive(Default)]
pub struct CorrectionMutation;

#[Object]
impl CorrectionMutation {
    /// Writes a price correction of a posted shipment as a draft: nothing changes yet. Prices only go
    /// down: what is to cost more is sold by another document.
    async fn create_price_correction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The correction.")] mut input: CreatePriceCorrectionInput,
    ) -> async_graphql::Result<CreatePriceCorrectionPayload> {
        let key = input.idempotency_key.take();
        let done = mutate(ctx, CreatePriceCorrection { draft: input.into() }, key).await?;
        let price_correction = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreatePriceCorrectionPayload { price_correction, user_errors: done.user_errors })
    }

    /// Posts a draft: revenue is less on the correction's own day, at the shipment's rates of VAT, and
    /// a credit note lessens the shipment's debt; what is paid already becomes an advance.
    async fn post_price_correction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which correction.")] input: PostPriceCorrectionInput,
    ) -> async_graphql::Result<PostPriceCorrectionPayload> {
        let command = PostPriceCorrection { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let price_correction = Session::of(ctx)?.load_made(done.output).await?;
        Ok(PostPriceCorrectionPayload { price_correction, user_errors: done.user_errors })
    }

    /// Cancels a draft of a price correction.
    async fn cancel_price_correction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which correction.")] input: CancelPriceCorrectionInput,
    ) -> async_graphql::Result<CancelPriceCorrectionPayload> {
        let command = CancelPriceCorrection { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let price_correction = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CancelPriceCorrectionPayload { price_correction, user_errors: done.user_errors })
    }

    /// Undoes a posted correction while no later return or correction of its shipment stands, its
    /// credit note with it. Dated as the correction, or on the first open day.
    async fn reverse_price_correction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which correction, and why.")] input: ReversePriceCorrectionInput,
    ) -> async_graphql::Result<ReversePriceCorrectionPayload> {
        let (id, version, reason) = (input.id.0, input.version, input.reason);
        let command = ReversePriceCorrection { id, version, reason };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let price_correction = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ReversePriceCorrectionPayload { price_correction, user_errors: done.user_errors })
    }
}

simulates!(PostPriceCorrectionPayload, ReversePriceCorrectionPayload);
