//! How documents learn what was decided. This context stands below theirs and cannot call them: a
//! decided request is marked, and the context above follows the marks. A mark goes in the
//! transaction that moves the document, so a worker that dies loses nothing and one that comes
//! second finds nothing to do.

use access::{Actor, Permit};
use db::{AuditEntry, Outcome, TenantTx};
use kernel::{ApiKeyId, ApprovalRequestId, CustomerId, Refusal, UserId, Uuid};
use serde_json::json;

use crate::model::ApprovalRequest;
use crate::rules::ApprovalState;
use crate::store::{
    self, Closing, lock_requests, mark_followed, move_customer, move_documents, move_terms,
    outdate_others, unfollowed_requests, waiting_of,
};

/// A decided request whose document has not moved on.
#[derive(Clone, Debug)]
pub struct Unfollowed {
    /// The request.
    pub id: ApprovalRequestId,
    /// What was decided.
    pub state: ApprovalState,
    /// The kind of its document.
    pub subject_kind: String,
    /// The document.
    pub subject_id: Uuid,
    /// Who asked; `None` where a worker did.
    pub asker: Option<Actor>,
}

impl From<ApprovalRequest> for Unfollowed {
    fn from(request: ApprovalRequest) -> Self {
        let asker = match request.asker_kind.as_str() {
            "user" => Some(Actor::User(UserId(request.asker_id))),
            "key" => Some(Actor::Key(ApiKeyId(request.asker_id))),
            _ => None,
        };
        Self {
            id: request.id,
            state: request.state,
            subject_kind: request.subject_kind,
            subject_id: request.subject_id,
            asker,
        }
    }
}

/// Decided requests whose documents have not moved on, by id after a given one, at most `limit`.
/// Lives on approval_request_unfollowed.
///
/// # Errors
/// A fault of the database.
pub async fn unfollowed<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    after: Option<ApprovalRequestId>,
    limit: i64,
) -> Outcome<Vec<Unfollowed>> {
    let found = unfollowed_requests(tx, permit, after, limit).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

/// What to do with the document of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// Move it on.
    GoOn,
    /// Put it back to where it was.
    GoBack,
    /// Nothing: somebody was first, or the request is out of date.
    Nothing,
}

/// Takes the mark off, under the document's lock, and tells what to do. `refused` notes why the
/// document went back though it was approved; the decision stays valid.
///
/// # Errors
/// Not found where the request is out of the caller's reach; a fault of the database.
pub async fn follow_up<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ApprovalRequestId,
    refused: Option<&Refusal>,
) -> Outcome<Followed> {
    let found = lock_requests(tx, permit, &[id]).await?;
    let Some(request) = found.first().filter(|request| request.is_unfollowed) else {
        return Ok(Followed::Nothing);
    };
    let note = refused.map(|refusal| {
        json!({ "code": refusal.code.as_str(), "en": refusal.text.en, "ru": refusal.text.ru })
    });
    mark_followed(tx, permit, id, note).await?;
    Ok(match request.state {
        ApprovalState::Approved if refused.is_none() => Followed::GoOn,
        ApprovalState::Approved | ApprovalState::Rejected | ApprovalState::Withdrawn => {
            Followed::GoBack
        }
        ApprovalState::Pending | ApprovalState::Outdated => Followed::Nothing,
    })
}

/// Withdraws what a document waits for, under the document's lock: it is given up or goes on another
/// way.
///
/// # Errors
/// A fault of the database.
pub async fn close_waiting<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    subject: Uuid,
    why: &str,
) -> Outcome<()> {
    let Some(request) = waiting_of(tx, permit, subject).await? else { return Ok(()) };
    let closing = Closing {
        state: ApprovalState::Withdrawn,
        reason: Some(why.to_owned()),
        valid_until: None,
        tolerance_percent: None,
        is_unfollowed: false,
    };
    store::close(tx, permit, request.id, &closing).await?;
    tx.audit(AuditEntry::new(
        "withdrawApproval",
        "ApprovalRequest",
        request.id,
        json!({ "state": [request.state, ApprovalState::Withdrawn], "reason": why }),
    ));
    crate::events::tell(tx, crate::events::DECIDED, &request);
    Ok(())
}

/// Puts out of date, under the lock of the document at the head of a chain, whatever was asked or
/// decided about other facts than these; but not what was about documents that are done.
///
/// # Errors
/// A fault of the database.
pub async fn void_requests<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    root: Uuid,
    (kept, done): (&[String], &[Uuid]),
) -> Outcome<Vec<ApprovalRequestId>> {
    let why = "the document was changed";
    let gone = outdate_others(tx, permit, root, (kept, done), why).await?;
    for id in &gone {
        let changes = json!({ "state": ApprovalState::Outdated });
        tx.audit(AuditEntry::new("outdateApproval", "ApprovalRequest", *id, changes));
    }
    Ok(gone)
}

/// Gives a customer's requests to the card that stands for him.
///
/// # Errors
/// A fault of the database.
pub async fn hand_over_customer<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    way: (CustomerId, CustomerId),
) -> Outcome<()> {
    move_customer(tx, permit, way).await
}

/// Gives what was asked about documents to those who are responsible for them now.
///
/// # Errors
/// A fault of the database.
pub async fn hand_over_documents<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    given: &[(Uuid, UserId)],
) -> Outcome<()> {
    move_documents(tx, permit, given).await
}

/// Gives what was asked about customers' agreements to those who look after them now.
///
/// # Errors
/// A fault of the database.
pub async fn hand_over_terms<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    given: &[(CustomerId, UserId)],
) -> Outcome<()> {
    move_terms(tx, permit, given).await
}
