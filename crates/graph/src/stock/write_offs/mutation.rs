//! What is done with write-offs.

use std::marker::PhantomData;

use ::stock::WriteOffRow;
use ::stock::write_offs::{
    CancelWriteOff, CreateWriteOff, PostWriteOff, ReverseWriteOff, UpdateWriteOff, WrittenOff,
};
use async_graphql::{Context, MaybeUndefined, Object, SimpleObject};
use db::Command;
use kernel::WriteOffId;
use sales::OrdersKept;

use super::super::house::{GoodsLineInput, ReservationKept};
use super::inputs::{
    CancelWriteOffInput, CreateWriteOffInput, PostWriteOffInput, ReverseWriteOffInput,
    UpdateWriteOffInput,
};
use super::write_off::WriteOff;
use crate::custom::{filled_anew, filled_in};
use crate::idempotency::{MutationResult, mutate};
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

/// A write-off after a mutation, or why it was refused.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct WriteOffPayload {
    /// The write-off as it is now; null where it was refused.
    write_off: Option<WriteOff>,
    /// What became of goods of it that were held for orders.
    reservations: Vec<ReservationKept>,
    /// Why nothing was written; empty where all went well.
    user_errors: Vec<UserError>,
}

/// Mutations of write-offs.
#[derive(Default)]
pub struct WriteOffMutation;

#[Object]
impl WriteOffMutation {
    /// Writes down what is no more, as a draft; nothing moves yet.
    async fn create_write_off(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The write-off.")] input: CreateWriteOffInput,
    ) -> async_graphql::Result<WriteOffPayload> {
        let command = CreateWriteOff {
            organization_id: input.organization_id.map(|id| id.0),
            warehouse_id: input.warehouse_id.map(|id| id.0),
            occurred_on: input.date.map(|day| day.0),
            reason: input.reason,
            held: input.held_goods.into(),
            comment: input.comment,
            external_reference: input.external_reference,
            lines: GoodsLineInput::read_all(input.lines),
        };
        let (given, key) = (input.custom_fields, input.idempotency_key);
        told(ctx, filled_anew::<WriteOffRow, _>(ctx, Ok(command), given, key).await?).await
    }

    /// Changes a draft.
    async fn update_write_off(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateWriteOffInput,
    ) -> async_graphql::Result<WriteOffPayload> {
        let external_reference = match input.external_reference {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(text) => Some(Some(text)),
        };
        let command = UpdateWriteOff {
            id: input.id.0,
            version: input.version,
            warehouse_id: input.warehouse_id.map(|id| id.0),
            occurred_on: input.date.map(|day| day.0),
            reason: input.reason,
            held: input.held_goods.map(Into::into),
            comment: input.comment,
            external_reference,
            lines: input.lines.map(GoodsLineInput::read_all),
        };
        let (given, key) = (input.custom_fields, input.idempotency_key);
        told(ctx, filled_in::<WriteOffRow, _>(ctx, Ok(command), given, key).await?).await
    }

    /// Posts a draft: its goods leave stock with their value. Lots that lines name go whatever
    /// state they are in; else those go that expire first, expired ones too, blocked ones not.
    async fn post_write_off(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The write-off.")] input: PostWriteOffInput,
    ) -> async_graphql::Result<WriteOffPayload> {
        let command = PostWriteOff::<OrdersKept> {
            id: input.id.0,
            version: input.version,
            promises: PhantomData,
        };
        gone(ctx, mutate(ctx, command, input.idempotency_key).await?).await
    }

    /// Undoes a posted write-off: its goods are back in their lots, with their value. Dated as the
    /// write-off, or on the first open day where that period is closed.
    async fn reverse_write_off(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The write-off.")] input: ReverseWriteOffInput,
    ) -> async_graphql::Result<WriteOffPayload> {
        let command = ReverseWriteOff { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }

    /// Gives a draft up.
    async fn cancel_write_off(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The write-off.")] input: CancelWriteOffInput,
    ) -> async_graphql::Result<WriteOffPayload> {
        let command = CancelWriteOff { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }
}

async fn run<C: Command<Output = WriteOffId>>(
    ctx: &Context<'_>,
    command: C,
    key: Option<String>,
) -> async_graphql::Result<WriteOffPayload> {
    told(ctx, mutate(ctx, command, key).await?).await
}

async fn told(
    ctx: &Context<'_>,
    done: MutationResult<WriteOffId>,
) -> async_graphql::Result<WriteOffPayload> {
    let write_off = Session::of(ctx)?.load_made(done.output).await?;
    let user_errors = done.user_errors;
    Ok(WriteOffPayload { write_off, reservations: Vec::new(), user_errors })
}

async fn gone(
    ctx: &Context<'_>,
    done: MutationResult<WrittenOff>,
) -> async_graphql::Result<WriteOffPayload> {
    let (id, kept) = done.output.map(|done| (done.write_off, done.kept)).unzip();
    let write_off = Session::of(ctx)?.load_made(id).await?;
    let reservations = kept.into_iter().flatten().map(Into::into).collect();
    Ok(WriteOffPayload { write_off, reservations, user_errors: done.user_errors })
}

simulates!(WriteOffPayload);
