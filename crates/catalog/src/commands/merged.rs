//! What a merged card refuses, and how it names the one that stands for it.

use access::Permit;
use db::{CommandError, Outcome, TenantTx};
use kernel::{CustomerId, Refusal, RefusalCode};
use serde_json::json;

use crate::store::{heir, share_customer};

/// Refuses what is asked of a merged card, and names the one that stands for it to whoever may see
/// it. Not visible is not refused: that is for whoever asks to say.
///
/// # Errors
/// The refusal, or a fault.
pub async fn refuse_merged<A>(tx: &TenantTx, permit: &Permit<A>, id: CustomerId) -> Outcome<()> {
    let Some(heir) = heir(tx, permit, id).await? else { return Ok(()) };
    if permit.reaches(heir.manager_id, Some(heir.id)) {
        return Err(merged_into(&heir.name, heir.id).into());
    }
    if permit.reaches(heir.own_manager_id, Some(id)) {
        return Err(merged_elsewhere().into());
    }
    Ok(())
}

/// As [`refuse_merged`], of a customer that a field of the input names.
///
/// # Errors
/// As [`refuse_merged`].
pub(crate) async fn living<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CustomerId,
    field: &str,
) -> Outcome<()> {
    match refuse_merged(tx, permit, id).await {
        Err(CommandError::Refused(refusal)) => Err(refusal.at([field]).into()),
        other => other,
    }
}

/// Keeps a customer from being merged while a document of his is written; refuses a merged one.
///
/// # Errors
/// As [`refuse_merged`].
pub async fn share_living_customer<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CustomerId,
) -> Outcome<()> {
    share_customer(tx, permit, id).await?;
    refuse_merged(tx, permit, id).await
}

fn merged_into(name: &str, heir: CustomerId) -> Refusal {
    Refusal::new(
        RefusalCode::Merged,
        format!("The customer's card was merged into “{name}”: use that one."),
        format!("Карточка клиента объединена с карточкой «{name}»: используйте её."),
    )
    .with(json!({ "mergedInto": heir, "name": name }))
}

fn merged_elsewhere() -> Refusal {
    Refusal::new(
        RefusalCode::Merged,
        "The customer's card was merged into one that you do not see.",
        "Карточка клиента объединена с карточкой, которая вам не видна.",
    )
}
