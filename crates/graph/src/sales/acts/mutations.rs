//! Mutations of service acts.

use ::sales::{CancelServiceAct, CreateServiceAct, PostServiceAct, ReverseServiceAct};
use async_graphql::{Context, Object, SimpleObject};

use super::act::ServiceAct;
use super::inputs::{
    CancelServiceActInput, CreateServiceActInput, PostServiceActInput, ReverseServiceActInput,
};
use crate::catalog::payloads;
use crate::custom::filled_anew;
use crate::idempotency::mutate;
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

payloads! {
    /// What came of writing an act.
    CreateServiceActPayload {
        /// The new draft.
        service_act: ServiceAct
    }
    /// What came of posting an act.
    PostServiceActPayload (complex) {
        /// The posted act.
        service_act: ServiceAct
    }
    /// What came of giving a draft of an act up.
    CancelServiceActPayload {
        /// The cancelled draft.
        service_act: ServiceAct
    }
    /// What came of reversing an act.
    ReverseServiceActPayload (complex) {
        /// The reversed act.
        service_act: ServiceAct
    }
}

/// Mutations of service acts.
#[derive(Default)]
pub struct ActMutation;

#[Object]
impl ActMutation {
    /// Writes an act of an order's services as a draft: nothing is booked yet.
    async fn create_service_act(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The act.")] mut input: CreateServiceActInput,
    ) -> async_graphql::Result<CreateServiceActPayload> {
        let key = input.idempotency_key.take();
        let given = std::mem::take(&mut input.custom_fields);
        let command = Ok(CreateServiceAct { draft: input.into() });
        let done = filled_anew::<::sales::ServiceAct, _>(ctx, command, given, key).await?;
        let service_act = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateServiceActPayload { service_act, user_errors: done.user_errors })
    }

    /// Posts a draft: revenue is booked at the rates of VAT of its day, and receivables open by the
    /// order's payment steps. Prepayment and credit are checked as for a shipment.
    async fn post_service_act(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which act.")] input: PostServiceActInput,
    ) -> async_graphql::Result<PostServiceActPayload> {
        let command = PostServiceAct { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let service_act = Session::of(ctx)?.load_made(done.output).await?;
        Ok(PostServiceActPayload { service_act, user_errors: done.user_errors })
    }

    /// Cancels a draft of an act.
    async fn cancel_service_act(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which act.")] input: CancelServiceActInput,
    ) -> async_graphql::Result<CancelServiceActPayload> {
        let command = CancelServiceAct { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let service_act = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CancelServiceActPayload { service_act, user_errors: done.user_errors })
    }

    /// Undoes a posted act while no correction of it stands: its services can be done again. Dated as
    /// the act, or on the first open day.
    async fn reverse_service_act(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which act, and why.")] input: ReverseServiceActInput,
    ) -> async_graphql::Result<ReverseServiceActPayload> {
        let (id, version, reason) = (input.id.0, input.version, input.reason);
        let command = ReverseServiceAct { id, version, reason };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let service_act = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ReverseServiceActPayload { service_act, user_errors: done.user_errors })
    }
}

simulates!(PostServiceActPayload, ReverseServiceActPayload);
