//! What is done with payments.

use ::settlements::{AllocatePayment, OrderRef, RecordPayment, ReversePayment, WantedShare};
use async_graphql::{Context, Object};
use db::Command;
use kernel::{OrderId, PaymentId, Refusal, RefusalCode};
use sales::ReadOrders;

use super::inputs::{AllocatePaymentInput, RecordPaymentInput, ReversePaymentInput};
use super::payment::Payment;
use crate::custom::filled_anew;
use crate::errors::Failure;
use crate::idempotency::mutate;
use crate::session::Session;
use crate::simulation::{self, Simulation};
use crate::user_error::UserError;

/// A payment after a mutation, or why it was refused.
pub struct PaymentPayload {
    made: Option<PaymentId>,
    user_errors: Vec<UserError>,
}

impl PaymentPayload {
    pub(super) fn of(made: Option<PaymentId>, user_errors: Vec<UserError>) -> Self {
        Self { made, user_errors }
    }
}

/// A payment after a mutation, or why it was refused.
#[Object]
impl PaymentPayload {
    /// The payment as it is now; null where it was refused. Who may record payments and not see
    /// them gets FORBIDDEN here, and has recorded it.
    async fn payment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Payment>> {
        Ok(Session::of(ctx)?.load_made(self.made).await?)
    }

    /// What would be done; null where it was done, or refused.
    async fn simulation(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Simulation>> {
        simulation::of(ctx).await
    }

    /// Why nothing was written; empty where all went well.
    async fn user_errors(&self) -> &[UserError] {
        &self.user_errors
    }
}

/// Mutations of payments.
#[derive(Default)]
pub struct PaymentMutation;

#[Object]
impl PaymentMutation {
    /// Records money received. It settles the named order's open receivables, or the oldest due
    /// ones; what is left is an advance, which the next shipment takes.
    async fn record_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment.")] input: RecordPaymentInput,
    ) -> async_graphql::Result<PaymentPayload> {
        let session = Session::of(ctx)?;
        session.permit::<RecordPayment>()?;
        let order = match input.order_id {
            None => None,
            Some(id) => match order_of(session, id.0).await? {
                Some(order) => Some(order),
                None => return Ok(unknown_order(session)),
            },
        };
        let command = RecordPayment {
            customer_id: input.customer_id.map(|id| id.0),
            organization_id: input.organization_id.map(|id| id.0),
            agreement_id: input.agreement_id.map(|id| id.0),
            order,
            invoice: input.invoice_id.map(|id| id.0),
            amount: input.amount.0,
            currency: input.currency.map(|currency| currency.0),
            date: input.date.map(|day| day.0),
            method: input.method.into(),
            external_reference: input.external_reference,
            comment: input.comment,
        };
        let (given, key) = (input.custom_fields, input.idempotency_key);
        let done = filled_anew::<::settlements::Payment, _>(ctx, Ok(command), given, key).await?;
        Ok(PaymentPayload { made: done.output, user_errors: done.user_errors })
    }

    /// Makes the named receivables all that a payment settles; what is left of it is an advance.
    /// What moves is written as dated rows, nothing is rewritten.
    async fn allocate_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the payment settles.")] input: AllocatePaymentInput,
    ) -> async_graphql::Result<PaymentPayload> {
        let shares = input.allocations.into_iter().map(|share| WantedShare {
            receivable_id: share.receivable_id.0,
            amount: share.amount.0,
        });
        let command =
            AllocatePayment { id: input.id.0, version: input.version, shares: shares.collect() };
        run(ctx, command, input.idempotency_key).await
    }

    /// Reverses a payment: its money is taken back and what it had settled opens again.
    async fn reverse_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment.")] input: ReversePaymentInput,
    ) -> async_graphql::Result<PaymentPayload> {
        let command = ReversePayment {
            id: input.id.0,
            version: input.version,
            date: input.date.map(|day| day.0),
            reason: input.reason,
        };
        run(ctx, command, input.idempotency_key).await
    }
}

/// The order that a payer named, within the caller's right to see orders. Orders stand above
/// settlements, so it is read here and handed down.
pub(super) async fn order_of(session: &Session, id: OrderId) -> Result<Option<OrderRef>, Failure> {
    let permit = session.permit::<ReadOrders>()?;
    let found = sales::orders_by_id(&*session.tx().await?, &permit, &[id]).await?;
    Ok(found.get(&id).map(OrderRef::from))
}

pub(super) fn unknown_order(session: &Session) -> PaymentPayload {
    let refusal = Refusal::new(
        RefusalCode::UnknownReference,
        "There is no such order.",
        "Такого заказа нет.",
    )
    .at(["orderId"]);
    let user_errors = vec![UserError::of(&refusal, session.language())];
    PaymentPayload { made: None, user_errors }
}

async fn run<C: Command<Output = PaymentId>>(
    ctx: &Context<'_>,
    command: C,
    key: Option<String>,
) -> async_graphql::Result<PaymentPayload> {
    let done = mutate(ctx, command, key).await?;
    Ok(PaymentPayload { made: done.output, user_errors: done.user_errors })
}
