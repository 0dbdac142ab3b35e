//! Naming who decides in one's place while one is away.

use access::{Action, Permit, Right};
use chrono::Days;
use db::{AuditEntry, Command, CommandError, Outcome, TenantTx};
use kernel::{ApprovalDeputyId, NaiveDate, Refusal, RefusalCode, UserId};
use serde_json::json;

use crate::model::ApprovalDeputy;
use crate::store::{end_deputy, insert_deputy};

/// Longest time that one may be away: a year.
const MOST_DAYS: u64 = 366;

/// From when until when somebody decides for another.
#[derive(Clone, Copy, Debug)]
pub struct DeputyDraft {
    /// Who decides.
    pub deputy: UserId,
    /// The first day; `None` is today.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: NaiveDate,
}

/// Names one's own deputy. He needs the right to decide himself, and decides within his own reach.
#[derive(Clone, Copy, Debug)]
pub struct AppointDeputy {
    /// Who, and when.
    pub draft: DeputyDraft,
}

impl Action for AppointDeputy {
    const RIGHT: Right = Right::ApprovalDecide;
}

#[async_trait::async_trait]

impl Command for AppointDeputy {
    type Output = ApprovalDeputyId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ApprovalDeputyId> {
        let user = permit.user().ok_or(CommandError::NotFound)?;
        appoint(tx, permit, user, self.draft).await
    }
}

/// Names a deputy for somebody who cannot do it himself.
#[derive(Clone, Copy, Debug)]
pub struct AppointDeputyFor {
    /// Who is away.
    pub user: UserId,
    /// Who decides, and when.
    pub draft: DeputyDraft,
}

impl Action for AppointDeputyFor {
    const RIGHT: Right = Right::ApprovalRuleWrite;
}

#[async_trait::async_trait]

impl Command for AppointDeputyFor {
    type Output = ApprovalDeputyId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ApprovalDeputyId> {
        appoint(tx, permit, self.user, self.draft).await
    }
}

/// Ends an appointment of one's own before its time.
#[derive(Clone, Copy, Debug)]
pub struct EndDeputy {
    /// Which.
    pub id: ApprovalDeputyId,
}

impl Action for EndDeputy {
    const RIGHT: Right = Right::ApprovalDecide;
}

#[async_trait::async_trait]

impl Command for EndDeputy {
    type Output = ApprovalDeputyId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ApprovalDeputyId> {
        let user = permit.user().ok_or(CommandError::NotFound)?;
        end(tx, permit, self.id, Some(user)).await
    }
}

/// Ends anybody's appointment before its time.
#[derive(Clone, Copy, Debug)]
pub struct EndDeputyOf {
    /// Which.
    pub id: ApprovalDeputyId,
}

impl Action for EndDeputyOf {
    const RIGHT: Right = Right::ApprovalRuleWrite;
}

#[async_trait::async_trait]

impl Command for EndDeputyOf {
    type Output = ApprovalDeputyId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ApprovalDeputyId> {
        end(tx, permit, self.id, None).await
    }
}

async fn end<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ApprovalDeputyId,
    of: Option<UserId>,
) -> Outcome<ApprovalDeputyId> {
    if !end_deputy(tx, permit, id, of).await? {
        return Err(CommandError::NotFound);
    }
    tx.audit(AuditEntry::new("endDeputy", "ApprovalDeputy", id, json!({ "endedAt": tx.now() })));
    Ok(id)
}

async fn appoint<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    user: UserId,
    draft: DeputyDraft,
) -> Outcome<ApprovalDeputyId> {
    let from = draft.from.unwrap_or_else(|| tx.today());
    let last = from.checked_add_days(Days::new(MOST_DAYS)).unwrap_or(from);
    if draft.to < from || draft.to > last || draft.to < tx.today() {
        return Err(Refusal::new(
            RefusalCode::OutOfRange,
            format!(
                "The last day is not before the first one and today, and within {MOST_DAYS} days."
            ),
            format!(
                "Последний день — не раньше первого и сегодняшнего и в пределах {MOST_DAYS} дней."
            ),
        )
        .at(["to"])
        .into());
    }
    let people = identity::colleagues(tx, permit, Some(&[user, draft.deputy])).await?;
    let decides = |id: UserId| {
        people.iter().any(|one| one.id == id && one.rights.reach(Right::ApprovalDecide).is_some())
    };
    if user == draft.deputy || !decides(draft.deputy) {
        return Err(Refusal::new(
            RefusalCode::UnknownReference,
            "A deputy is another active person with the right approval.decide.",
            "Заместитель — другой действующий сотрудник с правом approval.decide.",
        )
        .at(["deputyId"])
        .into());
    }
    if !people.iter().any(|one| one.id == user) {
        return Err(Refusal::new(
            RefusalCode::UnknownReference,
            "There is no such active person.",
            "Нет такого действующего сотрудника.",
        )
        .at(["userId"])
        .into());
    }
    let row = ApprovalDeputy {
        id: ApprovalDeputyId::new(),
        user_id: user,
        deputy_id: draft.deputy,
        valid_from: from,
        valid_to: draft.to,
        ended_at: None,
        created_at: tx.now(),
    };
    insert_deputy(tx, permit, &row).await?;
    tx.audit(AuditEntry::new(
        "appointDeputy",
        "ApprovalDeputy",
        row.id,
        json!({ "user": user, "deputy": draft.deputy, "from": from, "to": draft.to }),
    ));
    Ok(row.id)
}
