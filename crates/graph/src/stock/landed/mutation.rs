//! What is done with landed costs.

use std::marker::PhantomData;

use ::stock::landed::{
    CancelLandedCost, CreateLandedCost, PostLandedCost, ReverseLandedCost, UpdateLandedCost,
};
use async_graphql::{Context, MaybeUndefined, Object, SimpleObject};
use db::Command;
use kernel::LandedCostId;
use sales::SalesRegister;

use super::cost::LandedCost;
use super::inputs::{
    CancelLandedCostInput, CreateLandedCostInput, LandedCostGoodsInput, PostLandedCostInput,
    ReverseLandedCostInput, UpdateLandedCostInput,
};
use crate::idempotency::mutate;
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

/// A landed cost after a mutation, or why it was refused.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct LandedCostPayload {
    /// The landed cost as it is now; null where it was refused.
    landed_cost: Option<LandedCost>,
    /// Why nothing was written; empty where all went well.
    user_errors: Vec<UserError>,
}

/// Mutations of landed costs.
#[derive(Default)]
pub struct LandedCostMutation;

#[Object]
impl LandedCostMutation {
    /// Writes down what came to be paid for goods, as a draft; nothing costs more yet.
    async fn create_landed_cost(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The landed cost.")] input: CreateLandedCostInput,
    ) -> async_graphql::Result<LandedCostPayload> {
        let command = CreateLandedCost {
            organization_id: input.organization_id.map(|id| id.0),
            occurred_on: input.date.map(|day| day.0),
            kind: input.kind.into(),
            basis: input.basis.into(),
            amount: input.amount.0,
            currency: input.currency.map(|code| code.0),
            supplier_id: input.supplier_id.map(|id| id.0),
            supplier_reference: input.supplier_reference,
            comment: input.comment,
            external_reference: input.external_reference,
            goods: input.goods.read(),
        };
        run(ctx, command, input.idempotency_key).await
    }

    /// Changes a draft.
    async fn update_landed_cost(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateLandedCostInput,
    ) -> async_graphql::Result<LandedCostPayload> {
        let external_reference = match input.external_reference {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(text) => Some(Some(text)),
        };
        let supplier_id = match input.supplier_id {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(id) => Some(Some(id.0)),
        };
        let command = UpdateLandedCost {
            id: input.id.0,
            version: input.version,
            occurred_on: input.date.map(|day| day.0),
            kind: input.kind.map(Into::into),
            basis: input.basis.map(Into::into),
            amount: input.amount.map(|amount| amount.0),
            currency: input.currency.map(|code| code.0),
            supplier_id,
            supplier_reference: input.supplier_reference,
            comment: input.comment,
            external_reference,
            goods: input.goods.map(LandedCostGoodsInput::read),
        };
        run(ctx, command, input.idempotency_key).await
    }

    /// Posts a draft, today: its amount, in the base currency at the rate of the bill's day, is
    /// spread over its lines by largest remainders and over where their pieces are.
    async fn post_landed_cost(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The landed cost.")] input: PostLandedCostInput,
    ) -> async_graphql::Result<LandedCostPayload> {
        let command = PostLandedCost::<SalesRegister> {
            id: input.id.0,
            version: input.version,
            sold: PhantomData,
        };
        run(ctx, command, input.idempotency_key).await
    }

    /// Undoes a posted landed cost: goods are worth what they were, and sales cost what they did.
    /// Refused where goods have left since that it made dearer, unless what they left by was
    /// reversed. Dated as the posting, or on the first open day where that period is closed.
    async fn reverse_landed_cost(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The landed cost.")] input: ReverseLandedCostInput,
    ) -> async_graphql::Result<LandedCostPayload> {
        let command = ReverseLandedCost::<SalesRegister> {
            id: input.id.0,
            version: input.version,
            sold: PhantomData,
        };
        run(ctx, command, input.idempotency_key).await
    }

    /// Gives a draft up.
    async fn cancel_landed_cost(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The landed cost.")] input: CancelLandedCostInput,
    ) -> async_graphql::Result<LandedCostPayload> {
        let command = CancelLandedCost { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }
}

async fn run<C: Command<Output = LandedCostId>>(
    ctx: &Context<'_>,
    command: C,
    key: Option<String>,
) -> async_graphql::Result<LandedCostPayload> {
    let done = mutate(ctx, command, key).await?;
    let landed_cost = Session::of(ctx)?.load_made(done.output).await?;
    Ok(LandedCostPayload { landed_cost, user_errors: done.user_errors })
}

simulates!(LandedCostPayload);
