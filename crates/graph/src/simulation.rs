//! What a mutation would do that was only tried out.

use async_graphql::{Context, ID, SimpleObject};

use crate::ids::encode;
use crate::session::Session;

/// What a mutation with `simulate: true` would do. Its payload was read as everything would be then:
/// documents with their numbers, reservations, cost and margin, credit and approvals. Nothing of
/// it is kept: no number is taken, nobody is told, no idempotency key is used up.
#[derive(SimpleObject)]
pub struct Simulation {
    /// What would be done to which record, in order.
    effects: Vec<SimulatedEffect>,
}

/// One thing that would be done to a record.
#[derive(SimpleObject)]
pub struct SimulatedEffect {
    /// What would be done, named as in the audit trail: `confirmSalesOrder`.
    action: &'static str,
    /// The type of the record: `SalesOrder`.
    subject_type: &'static str,
    /// The global id of the record. One that would be new has it in this payload alone.
    subject_id: ID,
}

/// What the mutation being answered would do, where it was only tried out.
pub(crate) async fn of(ctx: &Context<'_>) -> async_graphql::Result<Option<Simulation>> {
    let tx = Session::of(ctx)?.tx().await?;
    if !tx.is_trial() {
        return Ok(None);
    }
    let effects = tx.noted().into_iter().map(|entry| SimulatedEffect {
        action: entry.action,
        subject_type: entry.subject_kind,
        subject_id: ID(encode(entry.subject_kind, entry.subject_id)),
    });
    Ok(Some(Simulation { effects: effects.collect() }))
}

/// Gives payloads the field that tells what would be.
macro_rules! simulates {
    ($($payload:ident),+ $(,)?) => {$(
        #[async_graphql::ComplexObject]
        impl $payload {
            /// What would be done; null where it was done, or refused.
            async fn simulation(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> async_graphql::Result<Option<crate::simulation::Simulation>> {
                crate::simulation::of(ctx).await
            }
        }
    )+};
}
pub(crate) use simulates;
