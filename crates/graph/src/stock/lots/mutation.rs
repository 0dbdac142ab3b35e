//! Holding lots back and letting them go.

use std::marker::PhantomData;

use ::stock::lots::{BlockLot, LotHeld, QuarantineGoods, ReleaseQuarantine, UnblockLot};
use async_graphql::{Context, Object, SimpleObject};
use kernel::LotId;
use sales::OrdersKept;

use super::super::Lot;
use super::super::house::ReservationKept;
use super::inputs::{BlockLotInput, QuarantineGoodsInput, ReleaseQuarantineInput, UnblockLotInput};
use crate::idempotency::{MutationResult, mutate};
use crate::session::Session;
use crate::user_error::UserError;

/// A lot after a mutation, or why it was refused.
#[derive(SimpleObject)]
pub struct LotPayload {
    /// The lot as it is now; of a quarantine the lot that holds its pieces; null where it was
    /// refused.
    lot: Option<Lot>,
    /// What became of goods that were held for orders.
    reservations: Vec<ReservationKept>,
    /// Why nothing was written; empty where all went well.
    user_errors: Vec<UserError>,
}

/// Mutations of lots.
#[derive(Default)]
pub struct LotMutation;

#[Object]
impl LotMutation {
    /// Holds a whole lot back, wherever it lies: it is neither held for orders nor shipped. What
    /// was held of it is let go, and other goods are held instead as far as there are any.
    async fn block_lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lot.")] input: BlockLotInput,
    ) -> async_graphql::Result<LotPayload> {
        let command =
            BlockLot::<OrdersKept> { id: input.id.0, reason: input.reason, promises: PhantomData };
        held(ctx, mutate(ctx, command, input.idempotency_key).await?).await
    }

    /// Lets a lot go that was held back.
    async fn unblock_lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lot.")] input: UnblockLotInput,
    ) -> async_graphql::Result<LotPayload> {
        let command = UnblockLot { id: input.id.0 };
        told(ctx, mutate(ctx, command, input.idempotency_key).await?).await
    }

    /// Holds a part of a lot back: its pieces become a blocked lot of their own, with their share
    /// of the value. Pieces that nobody holds go first; for the others, other goods are held
    /// instead as far as there are any.
    async fn quarantine_goods(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pieces.")] input: QuarantineGoodsInput,
    ) -> async_graphql::Result<LotPayload> {
        let command = QuarantineGoods::<OrdersKept> {
            lot_id: input.lot_id.0,
            warehouse_id: input.warehouse_id.map(|id| id.0),
            quantity: input.quantity.0,
            reason: input.reason,
            promises: PhantomData,
        };
        held(ctx, mutate(ctx, command, input.idempotency_key).await?).await
    }

    /// Puts pieces of a quarantine lot back into the lot they were taken from, with their share of
    /// the value; answers with that lot. Refused for pieces that are held for orders.
    async fn release_quarantine(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pieces.")] input: ReleaseQuarantineInput,
    ) -> async_graphql::Result<LotPayload> {
        let command = ReleaseQuarantine {
            lot_id: input.lot_id.0,
            warehouse_id: input.warehouse_id.map(|id| id.0),
            quantity: input.quantity.map(|quantity| quantity.0),
        };
        told(ctx, mutate(ctx, command, input.idempotency_key).await?).await
    }
}

async fn told(ctx: &Context<'_>, done: MutationResult<LotId>) -> async_graphql::Result<LotPayload> {
    let lot = Session::of(ctx)?.load_made(done.output).await?;
    Ok(LotPayload { lot, reservations: Vec::new(), user_errors: done.user_errors })
}

async fn held(
    ctx: &Context<'_>,
    done: MutationResult<LotHeld>,
) -> async_graphql::Result<LotPayload> {
    let (id, kept) = done.output.map(|held| (held.lot, held.kept)).unzip();
    let lot = Session::of(ctx)?.load_made(id).await?;
    let reservations = kept.into_iter().flatten().map(Into::into).collect();
    Ok(LotPayload { lot, reservations, user_errors: done.user_errors })
}
