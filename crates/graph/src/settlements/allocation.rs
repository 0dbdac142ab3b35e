//! Which money settles which debt.

use async_graphql::{Context, ID, Object};

use super::payment::Payment;
use super::receivable::Receivable;
use crate::ids::global;
use crate::scalars::{Date, DateTime, Money};
use crate::session::Session;

/// A dated row of settling: which payment settles which receivable, and how much of it. What is
/// taken back is a row of its own, with a minus. Rows are never changed or removed.
#[derive(Clone, Copy, Debug)]
pub struct PaymentAllocation(pub(super) ::settlements::Allocation);

/// A dated row of settling: which payment settles which receivable, and how much of it. What is
/// taken back is a row of its own, with a minus. Rows are never changed or removed.
#[Object]
impl PaymentAllocation {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// How much; below zero where it was taken back.
    async fn amount(&self) -> Money {
        Money::new(self.0.amount, self.0.currency)
    }

    /// The business date: the later of the two documents', or the day of taking back.
    async fn date(&self) -> Date {
        self.0.occurred_on.into()
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> DateTime {
        self.0.recorded_at.into()
    }

    /// Whose money.
    async fn payment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Payment>> {
        Ok(Session::of(ctx)?.load(self.0.payment_id).await?)
    }

    /// Which debt.
    async fn receivable(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Receivable>> {
        Ok(Session::of(ctx)?.load(self.0.receivable_id).await?)
    }
}
