//! Mutations of deliveries.

use ::sales::{
    CompleteDelivery, FailDelivery, PlanDelivery, ReplanDelivery, SetDeliveryCost, StartDelivery,
    UpdateDelivery,
};
use async_graphql::{Context, Object, SimpleObject};

use super::delivery::Delivery;
use super::inputs::{
    CompleteDeliveryInput, FailDeliveryInput, PlanDeliveryInput, ReplanDeliveryInput,
    SetDeliveryCostInput, StartDeliveryInput, UpdateDeliveryInput,
};
use crate::catalog::payloads;
use crate::custom::{filled_anew, filled_in};
use crate::idempotency::mutate;
use crate::session::Session;
use crate::user_error::UserError;

payloads! {
    /// What came of planning a delivery.
    PlanDeliveryPayload {
        /// The planned delivery.
        delivery: Delivery
    }
    /// What came of changing a delivery.
    UpdateDeliveryPayload {
        /// The changed delivery.
        delivery: Delivery
    }
    /// What came of letting a delivery go.
    StartDeliveryPayload {
        /// The delivery on its way.
        delivery: Delivery
    }
    /// What came of an arrival.
    CompleteDeliveryPayload {
        /// The delivery that arrived.
        delivery: Delivery
    }
    /// What came of a failure.
    FailDeliveryPayload {
        /// The failed delivery.
        delivery: Delivery
    }
    /// What came of planning a failed delivery anew.
    ReplanDeliveryPayload {
        /// The planned delivery.
        delivery: Delivery
    }
    /// What came of saying what a delivery costs.
    SetDeliveryCostPayload {
        /// The delivery.
        delivery: Delivery
    }
}

/// Mutations of deliveries.
#[derive(Default)]
pub struct DeliveryMutation;

#[Object]
impl DeliveryMutation {
    /// Plans the delivery of a shipment, a draft or a posted one; a shipment may go in several.
    async fn plan_delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The delivery.")] mut input: PlanDeliveryInput,
    ) -> async_graphql::Result<PlanDeliveryPayload> {
        let key = input.idempotency_key.take();
        let given = std::mem::take(&mut input.custom_fields);
        let command = Ok(PlanDelivery { draft: input.into() });
        let done = filled_anew::<::sales::Delivery, _>(ctx, command, given, key).await?;
        let delivery = Session::of(ctx)?.load_made(done.output).await?;
        Ok(PlanDeliveryPayload { delivery, user_errors: done.user_errors })
    }

    /// Changes a delivery that has not arrived: day, carrier, route, address, packages.
    async fn update_delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] mut input: UpdateDeliveryInput,
    ) -> async_graphql::Result<UpdateDeliveryPayload> {
        let (id, version) = (input.id.0, input.version);
        let key = input.idempotency_key.take();
        let given = std::mem::take(&mut input.custom_fields);
        let command = Ok(UpdateDelivery { id, version, change: input.into() });
        let done = filled_in::<::sales::Delivery, _>(ctx, command, given, key).await?;
        let delivery = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateDeliveryPayload { delivery, user_errors: done.user_errors })
    }

    /// Lets a planned delivery of a posted shipment go. What carrying costs is booked as a
    /// logistics cost of the shipment, today.
    async fn start_delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which delivery.")] input: StartDeliveryInput,
    ) -> async_graphql::Result<StartDeliveryPayload> {
        let command = StartDelivery { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let delivery = Session::of(ctx)?.load_made(done.output).await?;
        Ok(StartDeliveryPayload { delivery, user_errors: done.user_errors })
    }

    /// Says that the customer has the goods. The proof (a signed note, a photo) is a file of the
    /// delivery: `POST /files` with its id.
    async fn complete_delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which delivery, when, and who took it.")] input: CompleteDeliveryInput,
    ) -> async_graphql::Result<CompleteDeliveryPayload> {
        let command = CompleteDelivery {
            id: input.id.0,
            version: input.version,
            delivered_at: input.delivered_at.map(|at| at.0),
            received_by: input.received_by,
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let delivery = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CompleteDeliveryPayload { delivery, user_errors: done.user_errors })
    }

    /// Says that a delivery did not get there, or calls a planned one off. What is booked of its
    /// cost stays.
    async fn fail_delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which delivery, and why.")] input: FailDeliveryInput,
    ) -> async_graphql::Result<FailDeliveryPayload> {
        let (id, version, reason) = (input.id.0, input.version, input.reason);
        let command = FailDelivery { id, version, reason };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let delivery = Session::of(ctx)?.load_made(done.output).await?;
        Ok(FailDeliveryPayload { delivery, user_errors: done.user_errors })
    }

    /// Plans a failed delivery of a posted shipment anew.
    async fn replan_delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which delivery, and for which day.")] input: ReplanDeliveryInput,
    ) -> async_graphql::Result<ReplanDeliveryPayload> {
        let (id, version, date) = (input.id.0, input.version, input.date.0);
        let command = ReplanDelivery { id, version, date };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let delivery = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ReplanDeliveryPayload { delivery, user_errors: done.user_errors })
    }

    /// Says what a delivery costs in all, in every state: the carrier's bill may come later. What
    /// differs from what is booked is booked today, once the delivery has set off.
    async fn set_delivery_cost(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which delivery, and what it costs.")] input: SetDeliveryCostInput,
    ) -> async_graphql::Result<SetDeliveryCostPayload> {
        let (id, version) = (input.id.0, input.version);
        let command = SetDeliveryCost { id, version, cost: input.cost.map(|cost| cost.0) };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let delivery = Session::of(ctx)?.load_made(done.output).await?;
        Ok(SetDeliveryCostPayload { delivery, user_errors: done.user_errors })
    }
}
