//! What is done with transfers.

use std::marker::PhantomData;

use ::stock::TransferRow;
use ::stock::transfers::{
    CancelStockTransfer, CreateStockTransfer, ReceiveStockTransfer, ReturnStockTransfer,
    SendStockTransfer, TransferMoved, UpdateStockTransfer,
};
use async_graphql::{Context, MaybeUndefined, Object, SimpleObject};
use db::Command;
use kernel::TransferId;
use sales::OrdersKept;

use super::super::house::{GoodsLineInput, ReservationKept};
use super::inputs::{
    CancelStockTransferInput, CreateStockTransferInput, ReceiveStockTransferInput,
    ReceivedLineInput, ReturnStockTransferInput, SendStockTransferInput, UpdateStockTransferInput,
};
use super::transfer::StockTransfer;
use crate::custom::{filled_anew, filled_in};
use crate::idempotency::{MutationResult, mutate};
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

/// A transfer after a mutation, or why it was refused.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct StockTransferPayload {
    /// The transfer as it is now; null where it was refused.
    stock_transfer: Option<StockTransfer>,
    /// What became of goods of it that were held for orders and did not come where they were
    /// waited for.
    reservations: Vec<ReservationKept>,
    /// Why nothing was written; empty where all went well.
    user_errors: Vec<UserError>,
}

/// Mutations of transfers.
#[derive(Default)]
pub struct TransferMutation;

#[Object]
impl TransferMutation {
    /// Writes down what is to be moved to another warehouse, as a draft; nothing moves yet.
    async fn create_stock_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The transfer.")] input: CreateStockTransferInput,
    ) -> async_graphql::Result<StockTransferPayload> {
        let command = CreateStockTransfer {
            organization_id: input.organization_id.map(|id| id.0),
            from_id: input.from_id.map(|id| id.0),
            to_id: input.to_id.0,
            occurred_on: input.date.map(|day| day.0),
            expected_on: input.expected_on.map(|day| day.0),
            comment: input.comment,
            external_reference: input.external_reference,
            lines: GoodsLineInput::read_all(input.lines),
        };
        let (given, key) = (input.custom_fields, input.idempotency_key);
        told(ctx, filled_anew::<TransferRow, _>(ctx, Ok(command), given, key).await?).await
    }

    /// Changes a draft.
    async fn update_stock_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateStockTransferInput,
    ) -> async_graphql::Result<StockTransferPayload> {
        let external_reference = match input.external_reference {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(text) => Some(Some(text)),
        };
        let expected_on = match input.expected_on {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(day) => Some(Some(day.0)),
        };
        let command = UpdateStockTransfer {
            id: input.id.0,
            version: input.version,
            from_id: input.from_id.map(|id| id.0),
            to_id: input.to_id.map(|id| id.0),
            occurred_on: input.date.map(|day| day.0),
            expected_on,
            comment: input.comment,
            external_reference,
            lines: input.lines.map(GoodsLineInput::read_all),
        };
        let (given, key) = (input.custom_fields, input.idempotency_key);
        told(ctx, filled_in::<TransferRow, _>(ctx, Ok(command), given, key).await?).await
    }

    /// Sends a draft: its goods are on their way from now on, and the receiving side may have them
    /// held. Only goods that nobody holds go.
    async fn send_stock_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The transfer.")] input: SendStockTransferInput,
    ) -> async_graphql::Result<StockTransferPayload> {
        let command = SendStockTransfer { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }

    /// Receives what was sent, with what is held of it. Less than was sent is received with a
    /// reason, and what is missing is written off.
    async fn receive_stock_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What came.")] input: ReceiveStockTransferInput,
    ) -> async_graphql::Result<StockTransferPayload> {
        let command = ReceiveStockTransfer::<OrdersKept> {
            id: input.id.0,
            version: input.version,
            on: input.date.map(|day| day.0),
            lines: input.lines.into_iter().map(ReceivedLineInput::read).collect(),
            short_reason: input.short_reason,
            promises: PhantomData,
        };
        moved(ctx, mutate(ctx, command, input.idempotency_key).await?).await
    }

    /// Takes what is on its way back to where it was sent from. Who had goods of it held has
    /// others held instead, as far as there are any.
    async fn return_stock_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The transfer.")] input: ReturnStockTransferInput,
    ) -> async_graphql::Result<StockTransferPayload> {
        let command = ReturnStockTransfer::<OrdersKept> {
            id: input.id.0,
            version: input.version,
            on: input.date.map(|day| day.0),
            promises: PhantomData,
        };
        moved(ctx, mutate(ctx, command, input.idempotency_key).await?).await
    }

    /// Gives a draft up.
    async fn cancel_stock_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The transfer.")] input: CancelStockTransferInput,
    ) -> async_graphql::Result<StockTransferPayload> {
        let command = CancelStockTransfer { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }
}

async fn run<C: Command<Output = TransferId>>(
    ctx: &Context<'_>,
    command: C,
    key: Option<String>,
) -> async_graphql::Result<StockTransferPayload> {
    told(ctx, mutate(ctx, command, key).await?).await
}

async fn told(
    ctx: &Context<'_>,
    done: MutationResult<TransferId>,
) -> async_graphql::Result<StockTransferPayload> {
    let stock_transfer = Session::of(ctx)?.load_made(done.output).await?;
    let user_errors = done.user_errors;
    Ok(StockTransferPayload { stock_transfer, reservations: Vec::new(), user_errors })
}

async fn moved(
    ctx: &Context<'_>,
    done: MutationResult<TransferMoved>,
) -> async_graphql::Result<StockTransferPayload> {
    let (transfer, kept) = done.output.map(|moved| (moved.transfer, moved.kept)).unzip();
    let stock_transfer = Session::of(ctx)?.load_made(transfer).await?;
    let reservations = kept.into_iter().flatten().map(Into::into).collect();
    Ok(StockTransferPayload { stock_transfer, reservations, user_errors: done.user_errors })
}

simulates!(StockTransferPayload);
