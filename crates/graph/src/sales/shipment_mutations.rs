//! Mutations of shipments.

use ::sales::{CancelShipment, CreateShipment, PostShipment, ReverseShipment, ShipSalesOrder};
use async_graphql::{Context, Object, SimpleObject};

use super::inputs::{
    CancelShipmentInput, CreateShipmentInput, PostShipmentInput, ReverseShipmentInput,
    ShipSalesOrderInput,
};
use super::shipment::Shipment;
use crate::approvals::{ApprovalRequest, waiting};
use crate::custom::filled_anew;
use crate::idempotency::mutate;
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

/// What `createShipment` answers.
#[derive(SimpleObject)]
pub struct CreateShipmentPayload {
    /// The new draft.
    shipment: Option<Shipment>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// What `postShipment` answers.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct PostShipmentPayload {
    /// The posted shipment, or one in PENDING_APPROVAL where somebody has to agree first.
    shipment: Option<Shipment>,
    /// What it waits for, with every reason; it goes on by itself once all have agreed. Null where
    /// nobody has to agree, or the caller may not see it.
    approval_request: Option<ApprovalRequest>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// What `shipSalesOrder` answers.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ShipSalesOrderPayload {
    /// The posted shipment, or one in PENDING_APPROVAL where somebody has to agree first.
    shipment: Option<Shipment>,
    /// What it waits for, with every reason; it goes on by itself once all have agreed. Null where
    /// nobody has to agree, or the caller may not see it.
    approval_request: Option<ApprovalRequest>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// What `cancelShipment` answers.
#[derive(SimpleObject)]
pub struct CancelShipmentPayload {
    /// The cancelled draft.
    shipment: Option<Shipment>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// What `reverseShipment` answers.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ReverseShipmentPayload {
    /// The reversed shipment.
    shipment: Option<Shipment>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// Mutations of shipments.
#[derive(Default)]
pub struct ShipmentMutation;

#[Object]
impl ShipmentMutation {
    /// Writes a shipment of a confirmed order as a draft: nothing moves yet.
    async fn create_shipment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The shipment.")] mut input: CreateShipmentInput,
    ) -> async_graphql::Result<CreateShipmentPayload> {
        let key = input.idempotency_key.take();
        let given = std::mem::take(&mut input.custom_fields);
        let command = Ok(CreateShipment { dispatch: input.into() });
        let done = filled_anew::<::sales::Shipment, _>(ctx, command, given, key).await?;
        let shipment = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateShipmentPayload { shipment, user_errors: done.user_errors })
    }

    /// Posts a draft: stock, revenue, cost and debt at once, or nothing. Where somebody has to agree
    /// first, it waits in PENDING_APPROVAL and goes on by itself: that is no error.
    async fn post_shipment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which shipment.")] input: PostShipmentInput,
    ) -> async_graphql::Result<PostShipmentPayload> {
        let command = PostShipment { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let session = Session::of(ctx)?;
        let approval_request = match done.output {
            Some(id) => waiting(session, id.0).await?,
            None => None,
        };
        let shipment = session.load_made(done.output).await?;
        Ok(PostShipmentPayload { shipment, approval_request, user_errors: done.user_errors })
    }

    /// Writes a shipment of an order and posts it in one step: everything that is left where no
    /// lines are given.
    async fn ship_sales_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What ships.")] mut input: ShipSalesOrderInput,
    ) -> async_graphql::Result<ShipSalesOrderPayload> {
        let (key, version) = (input.idempotency_key.take(), input.version);
        let given = std::mem::take(&mut input.custom_fields);
        let command = Ok(ShipSalesOrder { dispatch: input.into(), version });
        let done = filled_anew::<::sales::Shipment, _>(ctx, command, given, key).await?;
        let session = Session::of(ctx)?;
        let approval_request = match done.output {
            Some(id) => waiting(session, id.0).await?,
            None => None,
        };
        let shipment = session.load_made(done.output).await?;
        Ok(ShipSalesOrderPayload { shipment, approval_request, user_errors: done.user_errors })
    }

    /// Cancels a draft of a shipment.
    async fn cancel_shipment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which shipment.")] input: CancelShipmentInput,
    ) -> async_graphql::Result<CancelShipmentPayload> {
        let command = CancelShipment { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let shipment = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CancelShipmentPayload { shipment, user_errors: done.user_errors })
    }

    /// Undoes a posted shipment: goods go back into their lots, revenue and debt are taken back,
    /// the order can be shipped again. Dated as the shipment, or on the first open day.
    async fn reverse_shipment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which shipment, and why.")] input: ReverseShipmentInput,
    ) -> async_graphql::Result<ReverseShipmentPayload> {
        let (id, version, reason) = (input.id.0, input.version, input.reason);
        let command = ReverseShipment { id, version, reason };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let shipment = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ReverseShipmentPayload { shipment, user_errors: done.user_errors })
    }
}

simulates!(PostShipmentPayload, ReverseShipmentPayload, ShipSalesOrderPayload);
