//! Deciding through the link from a letter.

use access::{Action, LinkKind, Permit, Right};
use db::{Command, CommandError, Fault, Outcome, TenantTx};
use kernel::{ApprovalRequestId, Refusal};

use super::decide::{Word, over};
use crate::commands::DecideApprovals;
use crate::linked::{deciders_of_link, of_link};
use crate::people::holdings;
use crate::rules::{ApprovalState, Verdict, comment};
use crate::store::{lock_requests, steps_now, terms_of_requests};

/// Decides the request of the caller's link in the name of the one whom the link was given to, once.
/// What he could not decide after signing in he does not decide so either: his account, his rights
/// and reach, his seat or whose deputy he is, all as they are at this moment.
#[derive(Clone, Debug)]
pub struct DecideByLink {
    /// Yes or no.
    pub verdict: Verdict,
    /// A rejection needs one.
    pub comment: Option<String>,
}

impl Action for DecideByLink {
    const RIGHT: Right = Right::ApprovalAnswer;
}

#[async_trait::async_trait]
impl Command for DecideByLink {
    type Output = ApprovalRequestId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ApprovalRequestId> {
        let (id, user) = of_link(permit)?;
        let found = lock_requests(tx, permit, &[id]).await?;
        let request = found.first().ok_or_else(|| Fault::broken("a locked request is gone"))?;
        let deciders = deciders_of_link(tx, permit, (request, user)).await?;
        let Some(holder) = deciders.reader(user) else { return Err(CommandError::NotFound) };
        // A link that has decided says what came of it rather than that it is used.
        if request.state != ApprovalState::Pending {
            return Err(over(request.state).into());
        }
        let said = comment(self.comment.as_deref(), self.verdict == Verdict::Reject)?;
        let link = identity::use_link(tx, permit, LinkKind::Approval).await?;
        let steps = steps_now(tx, permit, &[id]).await?.remove(&id).unwrap_or_default();
        let terms = terms_of_requests(tx, permit, &[id]).await?;
        let (tolerance, days) = terms.get(&id).copied().unwrap_or_default();
        let holdings = holdings(tx, permit, (user, &holder.rights)).await?;
        let decision = DecideApprovals::of_one(id, self.verdict, said.clone());
        let voted = decision.voted(request, &steps, (user, &holdings));
        let (outcome, place) = voted.map_err(|refusal: Refusal| CommandError::from(refusal))?;
        let word = Word { user, place, said, tolerance, days, link: Some(link.id) };
        decision.write(tx, permit, request, &outcome, word).await?;
        Ok(id)
    }
}
