//! What a mutation would do that was only tried out.

use async_graphql::{Context, ID, SimpleObject};
use db::AuditEntry;
use futures::future::{BoxFuture, join_all};

use crate::errors::Failure;
use crate::ids::AnyId;
use crate::node::find;
use crate::session::Session;

/// What a mutation with `simulate: true` would do. Its payload was read as everything would be then:
/// documents with their numbers, reservations, cost and margin, credit and approvals. Nothing of
/// it is kept: no number is taken, nobody is told, no idempotency key is used up.
#[derive(SimpleObject)]
pub struct Simulation {
    /// What would be done to which record, in order; to records that the caller may see.
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
    let session = Session::of(ctx)?;
    let tx = session.tx().await?;
    if !tx.is_trial() {
        return Ok(None);
    }
    let effects = join_all(tx.noted().into_iter().map(|entry| effect(session, entry))).await;
    let effects = effects.into_iter().filter_map(Result::transpose);
    Ok(Some(Simulation { effects: effects.collect::<Result<_, _>>()? }))
}

/// What an entry tells; `None` where the caller may not see its record, such as a colleague's order
/// that would get what this one lets go.
fn effect(
    session: &Session,
    entry: AuditEntry,
) -> BoxFuture<'_, Result<Option<SimulatedEffect>, Failure>> {
    Box::pin(async move {
        let AuditEntry { action, subject_kind, subject_id, .. } = entry;
        let id = AnyId { kind: subject_kind.to_owned(), uuid: subject_id };
        let subject_id = id.to_id();
        match find(session, id).await {
            Err(failure) if failure.is_forbidden() => Ok(None),
            found => {
                let effect = SimulatedEffect { action, subject_type: subject_kind, subject_id };
                Ok(found?.map(|_| effect))
            }
        }
    })
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
