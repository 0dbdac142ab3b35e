//! What somebody sees of a request who comes with the link from his letter. Everything here takes
//! the request and the person from the link in the caller's scope: nothing that is sent names
//! others.

use std::collections::HashMap;

use access::{Action, LinkKind, Permit, Right};
use db::{CommandError, Outcome, TenantTx};
use kernel::{ApprovalRequestId, DateTime, Refusal, UserId, Utc};

use crate::commands::DecideApprovals;
use crate::model::{ApprovalDecision, ApprovalReason, ApprovalRequest};
use crate::people::{Deciders, holdings};
use crate::rules::{ApprovalState, Sight, Verdict};
use crate::store;

/// Seeing a request through a link.
pub struct ReadRequestByLink;
impl Action for ReadRequestByLink {
    const RIGHT: Right = Right::ApprovalAnswer;
}

/// A request as its link's holder sees it.
#[derive(Clone, Debug)]
pub struct LinkedRequest {
    /// The request.
    pub request: ApprovalRequest,
    /// Why somebody has to agree.
    pub reasons: Vec<ApprovalReason>,
    /// What was said so far, oldest first.
    pub words: Vec<LinkedWord>,
    /// Who asked, where it was a person.
    pub asker: Option<String>,
    /// In whose name the holder decides.
    pub holder: String,
    /// What that one may see.
    pub sight: Sight,
    /// Whether he may decide now.
    pub standing: Standing,
}

/// Somebody's word.
#[derive(Clone, Debug)]
pub struct LinkedWord {
    /// Yes or no.
    pub verdict: Verdict,
    /// Whose.
    pub by: String,
    /// In whose place, where it is not his own.
    pub on_behalf_of: Option<String>,
    /// What he said to it.
    pub comment: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Whether a link's holder may decide now.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// He may; in another's place where one is named.
    Open {
        /// Whose deputy he is.
        on_behalf_of: Option<String>,
    },
    /// He has said his word through this link, and others have to agree yet.
    Said,
    /// It does not wait for his word.
    NotAsked(Refusal),
    /// It waits for nobody any more: the request's state says why.
    Over,
}

/// The request of the caller's link and in whose name he comes.
pub(crate) fn of_link<A>(permit: &Permit<A>) -> Outcome<(ApprovalRequestId, UserId)> {
    let link = permit.scope().link().filter(|link| link.kind == LinkKind::Approval);
    let link = link.ok_or(CommandError::NotFound)?;
    Ok((link.subject.into(), link.user.ok_or(CommandError::NotFound)?))
}

/// The person of a link among those who may read this request and decide.
///
/// # Errors
/// Not found where he is shut out, or has lost the right, or the request left his reach: his link
/// is over.
pub(crate) async fn deciders_of_link<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (request, user): (&ApprovalRequest, UserId),
) -> Outcome<Deciders> {
    let about = (request.manager_id, request.own_people());
    let deciders = Deciders::among(tx, permit, Some(&[user]), about).await?;
    match deciders.reader(user) {
        Some(_) => Ok(deciders),
        None => Err(CommandError::NotFound),
    }
}

/// What the holder of a link sees of its request.
///
/// # Errors
/// Not found where the caller came without such a link, or the one it was given to may not decide
/// about this document any more; a fault of the database.
pub async fn request_of_link(
    tx: &TenantTx,
    permit: &Permit<ReadRequestByLink>,
) -> Outcome<LinkedRequest> {
    let (id, user) = of_link(permit)?;
    let request = store::request_by_id(tx, permit, id).await?.ok_or(CommandError::NotFound)?;
    let deciders = deciders_of_link(tx, permit, (&request, user)).await?;
    let Some(holder) = deciders.reader(user) else { return Err(CommandError::NotFound) };
    let voted = match request.state {
        ApprovalState::Pending => {
            let steps = store::steps_now(tx, permit, &[id]).await?.remove(&id).unwrap_or_default();
            let holdings = holdings(tx, permit, (user, &holder.rights)).await?;
            let word = DecideApprovals::of_one(id, Verdict::Approve, None);
            Some(word.voted(&request, &steps, (user, &holdings)))
        }
        _ => None,
    };
    let is_used = identity::link_is_used_up(tx, permit, LinkKind::Approval).await?;
    let reasons = store::reasons_by_request(tx, permit, &[id]).await?.remove(&id);
    let decisions = store::decisions_now(tx, permit, id).await?;
    let place = match &voted {
        Some(Ok((_, place))) if *place != user => Some(*place),
        _ => None,
    };
    let mut people: Vec<UserId> = decisions
        .iter()
        .flat_map(|one| [Some(one.user_id), one.for_user_id])
        .chain([place, request.asker()])
        .flatten()
        .collect();
    people.sort_unstable();
    people.dedup();
    let names = store::names_of(tx, permit, &people).await?;
    let name = |user: UserId| names.get(&user).cloned();
    let standing = match voted {
        None => Standing::Over,
        Some(_) if is_used => Standing::Said,
        Some(Ok(_)) => Standing::Open { on_behalf_of: place.and_then(name) },
        Some(Err(refusal)) => Standing::NotAsked(refusal),
    };
    Ok(LinkedRequest {
        asker: request.asker().and_then(name),
        holder: holder.name.clone(),
        sight: deciders.sight(holder),
        words: decisions.into_iter().map(|one| word(one, &names)).collect(),
        reasons: reasons.unwrap_or_default(),
        standing,
        request,
    })
}

fn word(decision: ApprovalDecision, names: &HashMap<UserId, String>) -> LinkedWord {
    let name = |user: UserId| names.get(&user).cloned().unwrap_or_default();
    LinkedWord {
        verdict: decision.verdict,
        by: name(decision.user_id),
        on_behalf_of: decision.for_user_id.map(name),
        comment: decision.comment,
        at: decision.decided_at,
    }
}
