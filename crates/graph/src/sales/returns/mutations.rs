//! Mutations of returns.

use ::sales::{CancelSalesReturn, CreateSalesReturn, PostSalesReturn, ReverseSalesReturn};
use async_graphql::{Context, Object, SimpleObject};

use super::inputs::{
    CancelSalesReturnInput, CreateSalesReturnInput, PostSalesReturnInput, ReverseSalesReturnInput,
};
use super::sales_return::SalesReturn;
use crate::catalog::payloads;
use crate::custom::filled_anew;
use crate::idempotency::mutate;
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

payloads! {
    /// What came of writing a return.
    CreateSalesReturnPayload {
        /// The new draft.
        sales_return: SalesReturn
    }
    /// What came of posting a return.
    PostSalesReturnPayload (complex) {
        /// The posted return, with its credit note.
        sales_return: SalesReturn
    }
    /// What came of giving a draft of a return up.
    CancelSalesReturnPayload {
        /// The cancelled draft.
        sales_return: SalesReturn
    }
    /// What came of reversing a return.
    ReverseSalesReturnPayload (complex) {
        /// The reversed return.
        sales_return: SalesReturn
    }
}

/// Mutations of returns.
#[derive(Default)]
pub struct ReturnMutation;

#[Object]
impl ReturnMutation {
    /// Writes a return of a posted shipment as a draft: nothing moves yet.
    async fn create_sales_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The return.")] mut input: CreateSalesReturnInput,
    ) -> async_graphql::Result<CreateSalesReturnPayload> {
        let key = input.idempotency_key.take();
        let given = std::mem::take(&mut input.custom_fields);
        let command = Ok(CreateSalesReturn { draft: input.into() });
        let done = filled_anew::<::sales::SalesReturn, _>(ctx, command, given, key).await?;
        let sales_return = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateSalesReturnPayload { sales_return, user_errors: done.user_errors })
    }

    /// Posts a draft: goods go back into the lots that the shipment took last at the cost they left
    /// with (damaged ones into blocked lots), revenue and cost are less on the return's own day,
    /// and a credit note lessens the shipment's debt; what is paid already becomes an advance. The
    /// order's state stays.
    async fn post_sales_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which return.")] input: PostSalesReturnInput,
    ) -> async_graphql::Result<PostSalesReturnPayload> {
        let command = PostSalesReturn { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let sales_return = Session::of(ctx)?.load_made(done.output).await?;
        Ok(PostSalesReturnPayload { sales_return, user_errors: done.user_errors })
    }

    /// Cancels a draft of a return.
    async fn cancel_sales_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which return.")] input: CancelSalesReturnInput,
    ) -> async_graphql::Result<CancelSalesReturnPayload> {
        let command = CancelSalesReturn { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let sales_return = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CancelSalesReturnPayload { sales_return, user_errors: done.user_errors })
    }

    /// Undoes a posted return while its goods are there and free, its credit note with it. Dated
    /// as the return, or on the first open day.
    async fn reverse_sales_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which return, and why.")] input: ReverseSalesReturnInput,
    ) -> async_graphql::Result<ReverseSalesReturnPayload> {
        let (id, version, reason) = (input.id.0, input.version, input.reason);
        let command = ReverseSalesReturn { id, version, reason };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let sales_return = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ReverseSalesReturnPayload { sales_return, user_errors: done.user_errors })
    }
}

simulates!(PostSalesReturnPayload, ReverseSalesReturnPayload);
