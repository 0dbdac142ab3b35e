//! Saying yes or no to what was asked, one or many at once.

use access::{Action, Permit, Right};
use chrono::Duration;
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{
    ApprovalDecisionId, ApprovalRequestId, Decimal, LinkId, Refusal, RefusalCode, Text, UserId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::events;
use crate::model::ApprovalRequest;
use crate::people::holdings;
use crate::rules::{
    ApprovalState, Ballot, Holding, Outcome as Voted, StepNow, Verdict, check_validity, comment,
    vote,
};
use crate::store::{
    Closing, NewDecision, advance, close, insert_decision, lock_requests, mark_untold, steps_now,
    strictest_terms,
};

/// Requests decided at once, at most.
const MOST_REQUESTS: usize = 100;
/// What holds where neither the rule's terms nor the decision say otherwise.
const USUAL_TOLERANCE: i64 = 10;
const USUAL_DAYS: i32 = 5;

/// Decides requests that wait for the caller, in his own place or in that of one whose deputy he
/// is. Each that cannot be decided is told with why; the others are decided.
#[derive(Clone, Debug)]
pub struct DecideApprovals {
    /// Which; 1 to 100.
    pub ids: Vec<ApprovalRequestId>,
    /// Yes or no.
    pub verdict: Verdict,
    /// A rejection needs one.
    pub comment: Option<String>,
    /// By how many per cent circumstances may get worse, the strictest of all words that say so;
    /// where none does: as the rules say, the strictest of them.
    pub tolerance_percent: Option<Decimal>,
    /// For how many days it holds, the shortest of all words that say so; where none does: as the
    /// rules say, the shortest of them.
    pub valid_days: Option<i32>,
}

/// What came of one request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Decided {
    /// Which.
    pub request: ApprovalRequestId,
    /// Why it was not decided.
    pub refused: Option<NotDecided>,
}

/// Why a request was not decided, as a refusal would have it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NotDecided {
    code: String,
    text: Text,
    details: Option<Value>,
}

impl NotDecided {
    /// The refusal.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        let code = RefusalCode::ALL.iter().copied().find(|code| code.as_str() == self.code);
        let code = code.unwrap_or(RefusalCode::Invalid);
        Refusal { code, text: self.text.clone(), field: None, details: self.details.clone() }
    }
}

impl From<Refusal> for NotDecided {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: refusal.code.as_str().to_owned(),
            text: refusal.text,
            details: refusal.details,
        }
    }
}

impl Action for DecideApprovals {
    const RIGHT: Right = Right::ApprovalDecide;
}

#[async_trait::async_trait]

impl Command for DecideApprovals {
    type Output = Vec<Decided>;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Vec<Decided>> {
        if self.ids.is_empty() || self.ids.len() > MOST_REQUESTS {
            return Err(count().into());
        }
        let said = comment(self.comment.as_deref(), self.verdict == Verdict::Reject)?;
        check_validity(self.tolerance_percent, self.valid_days).map_err(Refusal::from)?;
        // A program agrees to nothing: decisions are people's.
        let Some(user) = permit.user() else { return Err(not_asked().into()) };
        let mut ids = self.ids.clone();
        ids.sort_unstable();
        ids.dedup();
        let requests = lock_requests(tx, permit, &ids).await?;
        let steps = steps_now(tx, permit, &ids).await?;
        let terms = crate::store::terms_of_requests(tx, permit, &ids).await?;
        let holdings = holdings(tx, permit, (user, permit.scope().rights())).await?;
        let mut told = Vec::with_capacity(self.ids.len());
        for request in &requests {
            let steps = steps.get(&request.id).map(Vec::as_slice).unwrap_or_default();
            let voted = self.voted(request, steps, (user, &holdings));
            let refused = match voted {
                Ok((outcome, place)) => {
                    let (tolerance, days) = terms.get(&request.id).copied().unwrap_or_default();
                    let said = said.clone();
                    let word = Word { user, place, said, tolerance, days, link: None };
                    self.write(tx, permit, request, &outcome, word).await?;
                    None
                }
                Err(refusal) => Some(refusal.into()),
            };
            told.push(Decided { request: request.id, refused });
        }
        let place = |one: &Decided| self.ids.iter().position(|id| *id == one.request);
        told.sort_by_key(place);
        Ok(told)
    }
}

/// Somebody's word on one request.
pub(crate) struct Word {
    /// Whose.
    pub(crate) user: UserId,
    /// In whose place.
    pub(crate) place: UserId,
    /// What he says to it.
    pub(crate) said: Option<String>,
    /// What the rules say of how long an approval holds.
    pub(crate) tolerance: Option<Decimal>,
    pub(crate) days: Option<i32>,
    /// Through which link it comes.
    pub(crate) link: Option<LinkId>,
}

impl DecideApprovals {
    /// A word on one request, which holds for as long as the rules say.
    pub(crate) fn of_one(id: ApprovalRequestId, verdict: Verdict, comment: Option<String>) -> Self {
        Self { ids: vec![id], verdict, comment, tolerance_percent: None, valid_days: None }
    }

    /// What a word does to a locked request, and in whose place it is said.
    pub(crate) fn voted(
        &self,
        request: &ApprovalRequest,
        steps: &[StepNow],
        (user, holdings): (UserId, &[Holding]),
    ) -> Result<(Voted, UserId), Refusal> {
        if request.state != ApprovalState::Pending {
            return Err(over(request.state));
        }
        let own = request.own_people();
        if own.contains(&user) {
            return Err(own_request());
        }
        let ballot = Ballot { user, holdings, own: &own, manager: request.manager_id };
        if let Some(voted) = vote(steps, &ballot, self.verdict) {
            return Ok(voted);
        }
        // Through a deputy nobody decides for himself either: it is told apart from not being
        // asked, so that the deputy knows why.
        let for_another = Ballot { own: &[], ..ballot };
        let is_theirs = vote(steps, &for_another, self.verdict).is_some();
        Err(if is_theirs { own_request() } else { not_asked() })
    }

    /// Writes a word and moves the request on.
    pub(crate) async fn write<A>(
        &self,
        tx: &TenantTx,
        permit: &Permit<A>,
        request: &ApprovalRequest,
        outcome: &Voted,
        word: Word,
    ) -> Outcome<()> {
        let decision = NewDecision {
            id: ApprovalDecisionId::new(),
            request_id: request.id,
            verdict: self.verdict,
            user_id: word.user,
            for_user_id: (word.place != word.user).then_some(word.place),
            comment: word.said.clone(),
            tolerance_percent: self.tolerance_percent,
            valid_days: self.valid_days,
            link_id: word.link,
        };
        let signed = match outcome {
            Voted::Approved { signed, .. } | Voted::Rejected { signed } => signed,
        };
        insert_decision(tx, permit, &decision, signed).await?;
        let state = self.follow(tx, permit, request, outcome, &word).await?;
        let mut changes = json!({ "state": [request.state, state], "verdict": self.verdict,
                                  "comment": word.said, "forUser": decision.for_user_id,
                                  "subject": request.subject_kind,
                                  "subjectId": request.subject_id });
        if let Some(link) = word.link {
            // Whoever came with it is known by the link alone.
            changes["link"] = json!(link);
            changes["user"] = json!(word.user);
        }
        tx.audit(AuditEntry::new("decideApproval", "ApprovalRequest", request.id, changes));
        let kind = match state {
            ApprovalState::Pending => events::REQUESTED,
            _ => events::DECIDED,
        };
        events::tell(tx, kind, request);
        Ok(())
    }

    /// Moves the request on, and tells where it stands then.
    async fn follow<A>(
        &self,
        tx: &TenantTx,
        permit: &Permit<A>,
        request: &ApprovalRequest,
        outcome: &Voted,
        word: &Word,
    ) -> Outcome<ApprovalState> {
        let mut closing = Closing {
            state: ApprovalState::Rejected,
            reason: None,
            valid_until: None,
            tolerance_percent: None,
            is_unfollowed: true,
        };
        if let Voted::Approved { done, opened, is_whole, .. } = outcome {
            advance(tx, permit, request.id, (done, opened)).await?;
            if !opened.is_empty() {
                mark_untold(tx, permit, request.id).await?;
            }
            if !is_whole {
                return Ok(ApprovalState::Pending);
            }
            // What was said before this word holds as well: the strictest of all who named any.
            let said = strictest_terms(tx, permit, request.id).await?;
            let days = said.days.or(word.days).unwrap_or(USUAL_DAYS);
            let tolerance = said.tolerance.or(word.tolerance);
            closing.state = ApprovalState::Approved;
            closing.valid_until = Some(tx.now() + Duration::days(i64::from(days)));
            closing.tolerance_percent =
                Some(tolerance.unwrap_or_else(|| Decimal::from(USUAL_TOLERANCE)));
        }
        close(tx, permit, request.id, &closing).await?;
        Ok(closing.state)
    }
}

fn count() -> Refusal {
    Refusal::new(
        RefusalCode::TooMany,
        format!("From 1 to {MOST_REQUESTS} requests at once."),
        format!("За раз от 1 до {MOST_REQUESTS} запросов."),
    )
    .at(["ids"])
}

pub(super) fn over(state: ApprovalState) -> Refusal {
    let state = state.as_str();
    Refusal::new(
        RefusalCode::IllegalTransition,
        format!("In state {state} there is nothing to decide."),
        format!("В состоянии {state} решать уже нечего."),
    )
    .with(json!({ "state": state, "allowed": [] }))
}

fn own_request() -> Refusal {
    Refusal::new(
        RefusalCode::OwnRequest,
        "Nobody decides what he asked for or wrote himself, nor does his deputy for him.",
        "Никто не решает то, о чём просил или что написал сам, — и его заместитель за него тоже.",
    )
}

fn not_asked() -> Refusal {
    Refusal::new(
        RefusalCode::NotApprover,
        "This does not wait for your word.",
        "Вашего решения здесь не ждут.",
    )
}
