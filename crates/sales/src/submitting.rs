//! Agreements whose terms somebody has to agree to (domain, sections 4, 7 and 10): a manager asks for his
//! draft to be put in force, and those whom the rule of special terms names decide.

use access::{Action, Permit, Right};
use approvals::{ApprovalKind, Case, Facts, Finding, Followed, Judgement, Subject};
use catalog::{AgreementState, SaveAgreement, SubmittedTerms};
use db::{Command, Outcome, TenantTx};
use kernel::{AgreementId, ApprovalRequestId, Decimal, Refusal, RefusalCode};
use serde_json::json;

/// Asks for a draft of an agreement to be put in force.
#[derive(Clone, Copy, Debug)]
pub struct SubmitAgreement {
    /// Which.
    pub id: AgreementId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
}

impl Action for SubmitAgreement {
    const RIGHT: Right = Right::TermsPropose;
}

#[async_trait::async_trait]
impl Command for SubmitAgreement {
    type Output = AgreementId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<AgreementId> {
        let terms = catalog::submitted_draft(tx, permit, self.id, self.version).await?;
        go_on(tx, permit, &terms).await?;
        Ok(self.id)
    }
}

/// Puts an agreement in force, or back, as was decided.
#[derive(Clone, Debug)]
pub struct FollowAgreement {
    /// The request.
    pub request: ApprovalRequestId,
    /// Its agreement.
    pub agreement: AgreementId,
    /// Why it goes back though somebody agreed.
    pub refused: Option<Refusal>,
}

impl Action for FollowAgreement {
    const RIGHT: Right = Right::TermsPropose;
}

#[async_trait::async_trait]
impl Command for FollowAgreement {
    type Output = ();

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<()> {
        let terms = catalog::submitted_terms(tx, permit, self.agreement).await?;
        let what = approvals::follow_up(tx, permit, self.request, self.refused.as_ref()).await?;
        if terms.state() != AgreementState::PendingApproval || what == Followed::Nothing {
            return Ok(());
        }
        match what {
            Followed::GoOn => go_on(tx, permit, &terms).await,
            _ => {
                let back = ("returnAgreement", AgreementState::Draft);
                catalog::move_submitted(tx, permit, &terms, back).await
            }
        }
    }
}

/// Puts a locked draft in force where somebody has agreed to it; else asks, where a rule says whom.
/// Whoever writes terms needs nobody.
async fn go_on<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    terms: &SubmittedTerms,
) -> Outcome<()> {
    let (case, finding) = (case(terms), finding(terms));
    let settled = approvals::settled(tx, permit, &case, &[&finding]).await?;
    if settled != [true] {
        let found = std::slice::from_ref(&finding);
        if let Judgement::Asked(_) = approvals::judge(tx, permit, &case, found).await? {
            if terms.state() != AgreementState::PendingApproval {
                let waits = ("submitAgreement", AgreementState::PendingApproval);
                catalog::move_submitted(tx, permit, terms, waits).await?;
            }
            return Ok(());
        }
        let writes = permit.scope().permit::<SaveAgreement>();
        if !writes.is_ok_and(|own| own.reaches(terms.manager(), Some(terms.customer()))) {
            return Err(nobody_to_ask().into());
        }
    }
    let in_force = ("activateAgreement", AgreementState::Active);
    catalog::move_submitted(tx, permit, terms, in_force).await
}

/// An agreement comes to nothing by itself: rules with an amount are not about it.
fn case(terms: &SubmittedTerms) -> Case {
    Case {
        subject: Subject { kind: "Agreement", id: terms.id().0 },
        facts: Facts::of(terms.facts()),
        root: None,
        standing: None,
        customer_id: terms.customer(),
        manager_id: terms.manager(),
        author_id: terms.author(),
        segment: terms.segment(),
        amount: Decimal::ZERO,
        currency: terms.currency(),
        base_amount: Some(Decimal::ZERO),
    }
}

fn finding(terms: &SubmittedTerms) -> Finding {
    let days = terms.deferral_days();
    Finding {
        kind: ApprovalKind::SpecialTerms,
        line: None,
        measure: Some(Decimal::from(days)),
        circumstances: Vec::new(),
        details: json!({ "deferralDays": days, "ownRoute": false,
                         "discountPercent": terms.discount().normalize(),
                         "fixedPrices": terms.fixed_prices() }),
    }
}

fn nobody_to_ask() -> Refusal {
    Refusal::new(
        RefusalCode::NoApprover,
        "No rule of special terms is about this agreement: whoever writes terms puts it in force.",
        "Ни одно правило особых условий не касается этого соглашения: в действие его вводит тот, кто \
         ведёт условия.",
    )
}
