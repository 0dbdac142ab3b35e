//! What is done with stock counts.

use std::marker::PhantomData;

use ::stock::CountRow;
use ::stock::counts::{
    AddCounts, CancelStockCount, CountPosted, CreateStockCount, PostStockCount, ReverseStockCount,
    StartStockCount,
};
use async_graphql::{Context, Object, SimpleObject};
use db::Command;
use kernel::CountId;
use sales::OrdersKept;

use super::super::house::ReservationKept;
use super::count::StockCount;
use super::inputs::{
    AddCountsInput, CancelStockCountInput, CountEntryInput, CreateStockCountInput,
    PostStockCountInput, ReverseStockCountInput, StartStockCountInput,
};
use crate::custom::filled_anew;
use crate::idempotency::{MutationResult, mutate};
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

/// A count after a mutation, or why it was refused.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct StockCountPayload {
    /// The count as it is now; null where it was refused.
    stock_count: Option<StockCount>,
    /// What became of missing goods that were held for orders.
    reservations: Vec<ReservationKept>,
    /// Why nothing was written; empty where all went well.
    user_errors: Vec<UserError>,
}

/// Mutations of counts.
#[derive(Default)]
pub struct CountMutation;

#[Object]
impl CountMutation {
    /// Says what is to be counted, as a draft; nothing is frozen yet.
    async fn create_stock_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The count.")] input: CreateStockCountInput,
    ) -> async_graphql::Result<StockCountPayload> {
        let command = CreateStockCount {
            organization_id: input.organization_id.map(|id| id.0),
            warehouse_id: input.warehouse_id.map(|id| id.0),
            groups: input.groups.into_iter().map(|id| id.0).collect(),
            comment: input.comment,
            external_reference: input.external_reference,
        };
        let (given, key) = (input.custom_fields, input.idempotency_key);
        told(ctx, filled_anew::<CountRow, _>(ctx, Ok(command), given, key).await?).await
    }

    /// Starts a count: what the books say of its goods is written down, and people may enter what
    /// they find. Goods may go on moving meanwhile.
    async fn start_stock_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The count.")] input: StartStockCountInput,
    ) -> async_graphql::Result<StockCountPayload> {
        let command = StartStockCount { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }

    /// Enters what was found. Any number of people enter at once, each his part.
    async fn add_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was found.")] input: AddCountsInput,
    ) -> async_graphql::Result<StockCountPayload> {
        let entries = input.entries.into_iter().map(CountEntryInput::read).collect();
        let command = AddCounts { id: input.id.0, entries };
        run(ctx, command, input.idempotency_key).await
    }

    /// Posts a count: each difference becomes a movement. What is missing leaves with its share of
    /// value; what was found costs what others of its lot do, else what the goods cost last.
    async fn post_stock_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The count.")] input: PostStockCountInput,
    ) -> async_graphql::Result<StockCountPayload> {
        let command = PostStockCount::<OrdersKept> {
            id: input.id.0,
            version: input.version,
            on: input.date.map(|day| day.0),
            reason: input.reason,
            uncounted: input.uncounted.into(),
            promises: PhantomData,
        };
        posted(ctx, mutate(ctx, command, input.idempotency_key).await?).await
    }

    /// Undoes a posted count, while nothing of what was found is reserved or gone. Dated as the
    /// count, or on the first open day where that period is closed.
    async fn reverse_stock_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The count.")] input: ReverseStockCountInput,
    ) -> async_graphql::Result<StockCountPayload> {
        let command = ReverseStockCount { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }

    /// Gives a count up that is not posted.
    async fn cancel_stock_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The count.")] input: CancelStockCountInput,
    ) -> async_graphql::Result<StockCountPayload> {
        let command = CancelStockCount { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }
}

async fn run<C: Command<Output = CountId>>(
    ctx: &Context<'_>,
    command: C,
    key: Option<String>,
) -> async_graphql::Result<StockCountPayload> {
    told(ctx, mutate(ctx, command, key).await?).await
}

async fn told(
    ctx: &Context<'_>,
    done: MutationResult<CountId>,
) -> async_graphql::Result<StockCountPayload> {
    let stock_count = Session::of(ctx)?.load_made(done.output).await?;
    let user_errors = done.user_errors;
    Ok(StockCountPayload { stock_count, reservations: Vec::new(), user_errors })
}

async fn posted(
    ctx: &Context<'_>,
    done: MutationResult<CountPosted>,
) -> async_graphql::Result<StockCountPayload> {
    let (id, kept) = done.output.map(|done| (done.count, done.kept)).unzip();
    let stock_count = Session::of(ctx)?.load_made(id).await?;
    let reservations = kept.into_iter().flatten().map(Into::into).collect();
    Ok(StockCountPayload { stock_count, reservations, user_errors: done.user_errors })
}

simulates!(StockCountPayload);
