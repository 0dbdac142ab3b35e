//! What is done with assembly orders.

use ::stock::assembly::{
    AssemblyChange, AssemblyRow, CancelAssemblyOrder, CreateAssemblyOrder, PostAssemblyOrder,
    ReverseAssemblyOrder, UpdateAssemblyOrder,
};
use async_graphql::{Context, MaybeUndefined, Object, SimpleObject};
use db::Command;
use kernel::AssemblyOrderId;

use super::inputs::{
    CancelAssemblyOrderInput, CreateAssemblyOrderInput, PostAssemblyOrderInput,
    ReverseAssemblyOrderInput, UpdateAssemblyOrderInput, lines, picks,
};
use super::order::AssemblyOrder;
use crate::custom::{filled_anew, filled_in};
use crate::idempotency::{MutationResult, mutate};
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

/// An assembly order after a mutation, or why it was refused.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct AssemblyOrderPayload {
    /// The order as it is now; null where it was refused.
    assembly_order: Option<AssemblyOrder>,
    /// Why nothing was written; empty where all went well.
    user_errors: Vec<UserError>,
}

/// Mutations of assembly orders.
#[derive(Default)]
pub struct AssemblyMutation;

#[Object]
impl AssemblyMutation {
    /// Writes an assembly order down as a draft; nothing moves yet. By a bill, what its version of
    /// the day asks for is copied.
    async fn create_assembly_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order.")] input: CreateAssemblyOrderInput,
    ) -> async_graphql::Result<AssemblyOrderPayload> {
        let command = CreateAssemblyOrder {
            kind: input.kind.into(),
            organization_id: input.organization_id.map(|id| id.0),
            warehouse_id: input.warehouse_id.map(|id| id.0),
            occurred_on: input.date.map(|day| day.0),
            bill_id: input.bill_id.map(|id| id.0),
            product_id: input.product_id.map(|id| id.0),
            variant_id: input.variant_id.map(|id| id.0),
            quantity: input.quantity.0,
            labour: input.labour.map(|labour| labour.0),
            lot_number: input.lot_number,
            expires_on: input.expires_on.map(|day| day.0),
            comment: input.comment,
            external_reference: input.external_reference,
            lines: input.lines.map(lines),
            picks: picks(input.lots),
        };
        let (given, key) = (input.custom_fields, input.idempotency_key);
        told(ctx, filled_anew::<AssemblyRow, _>(ctx, Ok(command), given, key).await?).await
    }

    /// Changes a draft.
    async fn update_assembly_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateAssemblyOrderInput,
    ) -> async_graphql::Result<AssemblyOrderPayload> {
        let chosen = picks(input.lots);
        let change = AssemblyChange {
            warehouse_id: input.warehouse_id.map(|id| id.0),
            occurred_on: input.date.map(|day| day.0),
            quantity: input.quantity.map(|quantity| quantity.0),
            labour: input.labour.map(|labour| labour.0),
            lot_number: change(input.lot_number, |text| text),
            expires_on: change(input.expires_on, |day| day.0),
            comment: input.comment,
            lines: input.lines.map(|list| (lines(list), chosen)),
        };
        let command = UpdateAssemblyOrder { id: input.id.0, version: input.version, change };
        let (given, key) = (input.custom_fields, input.idempotency_key);
        told(ctx, filled_in::<AssemblyRow, _>(ctx, Ok(command), given, key).await?).await
    }

    /// Posts a draft: what goes in leaves its lots (those chosen by hand, else those that expire
    /// first and then those received first), what comes out enters as new lots, worth the goods and
    /// the labour.
    async fn post_assembly_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order.")] input: PostAssemblyOrderInput,
    ) -> async_graphql::Result<AssemblyOrderPayload> {
        let command = PostAssemblyOrder { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }

    /// Gives a draft up.
    async fn cancel_assembly_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order.")] input: CancelAssemblyOrderInput,
    ) -> async_graphql::Result<AssemblyOrderPayload> {
        let command = CancelAssemblyOrder { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }

    /// Undoes a posted assembly order, while nothing of what came out is reserved or gone: what
    /// went in is back in its lots at the cost it left with. Dated as the order, or on the first
    /// open day where that period is closed.
    async fn reverse_assembly_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order.")] input: ReverseAssemblyOrderInput,
    ) -> async_graphql::Result<AssemblyOrderPayload> {
        let command = ReverseAssemblyOrder { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }
}

/// A field of an update: left out, null, or a value.
fn change<T, U>(field: MaybeUndefined<T>, into: impl Fn(T) -> U) -> Option<Option<U>> {
    match field {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(into(value))),
    }
}

async fn run<C: Command<Output = AssemblyOrderId>>(
    ctx: &Context<'_>,
    command: C,
    key: Option<String>,
) -> async_graphql::Result<AssemblyOrderPayload> {
    told(ctx, mutate(ctx, command, key).await?).await
}

async fn told(
    ctx: &Context<'_>,
    done: MutationResult<AssemblyOrderId>,
) -> async_graphql::Result<AssemblyOrderPayload> {
    let assembly_order = Session::of(ctx)?.load_made(done.output).await?;
    Ok(AssemblyOrderPayload { assembly_order, user_errors: done.user_errors })
}

simulates!(AssemblyOrderPayload);
