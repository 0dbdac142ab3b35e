//! Letters to those who have to decide, each with a link of his own.
//!
//! Whatever gives somebody a seat marks the request in its own transaction; a worker takes the mark
//! off, makes the links and queues the letters in another one. So nobody waits for letters to be
//! written, whatever dies loses none, what was decided meanwhile is told to nobody, and the token of
//! a link is in its letter alone. The worker belongs to the context above, which knows what
//! documents are called ([`Introduction`]).

mod text;

use access::{LinkKind, Permit};
use chrono::Duration;
use db::{AuditEntry, Db, Fault, FromQueryResult, Outcome, Reason, Sql, TenantTx, values};
use identity::NewLink;
use kernel::{ApprovalRequestId, DateTime, Language, TenantId, Text, UserId, Utc};
use outbound::{Letter, Mailing, link_address};
use serde_json::json;

use crate::model::{ApprovalReason, ApprovalRequest};
use crate::people::{Asked, Deciders};
use crate::rules::Sight;
use crate::store;
use text::Words;

/// Letters at most, each time that somebody new may decide: a role may have many holders, and all
/// of them find the request among what waits for them.
const MOST_LETTERS: usize = 20;
/// Days for which a link is good.
const LINK_DAYS: i64 = 14;
/// Requests at most about which somebody is written to who becomes another's deputy.
const MOST_OF_DEPUTY: i64 = 20;

/// What the context above calls a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduction {
    /// What it is, in a sentence: `order В-000007 of 2026-03-01`.
    pub document: Text,
    /// Whose it is.
    pub customer: String,
    /// What its author noted on it.
    pub comment: Option<String>,
}

/// Whom a request waits for and who has no link to it yet.
#[derive(Clone, Debug)]
pub struct Call {
    /// The request, locked.
    pub request: ApprovalRequest,
    reasons: Vec<ApprovalReason>,
    asker: Option<(String, String)>,
    people: Vec<Recipient>,
    passed_over: usize,
}

/// Somebody who gets a letter.
#[derive(Clone, Debug)]
struct Recipient {
    user: UserId,
    name: String,
    email: String,
    language: Language,
    /// In whose place he decides, where it is not his own.
    deputy_of: Option<(UserId, String)>,
    sight: Sight,
}

/// The tenants in which somebody may have to be written to, at most so many; none where there is no
/// mail server, so that what waits is told of once there is one.
///
/// # Errors
/// A fault where they cannot be looked at.
pub async fn untold_tenants(db: &Db, mailing: &Mailing, most: i64) -> Result<Vec<TenantId>, Fault> {
    #[derive(FromQueryResult)]
    struct Untold {
        tenant_id: TenantId,
    }
    if !mailing.post.is_configured() {
        return Ok(Vec::new());
    }
    let mut system = db.system(Reason::ApprovalLetters).await?;
    let sql = include_str!("untold_tenants.sql");
    let found: Vec<Untold> = system.all(Sql::new(sql, values![most, db.clock().now()])).await?;
    system.commit().await?;
    Ok(found.into_iter().map(|row| row.tenant_id).collect())
}

/// Requests about which somebody may have to be written to, at most so many.
///
/// # Errors
/// A fault of the database.
pub async fn untold<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    most: i64,
) -> Outcome<Vec<ApprovalRequestId>> {
    store::untold_requests(tx, permit, most).await
}

/// Marks what waits for those whose deputies' time has come; tells how many requests.
///
/// # Errors
/// A fault of the database.
pub async fn note_deputies<A>(tx: &TenantTx, permit: &Permit<A>) -> Outcome<u64> {
    let away = store::take_untold_deputies(tx, permit).await?;
    if away.is_empty() {
        return Ok(0);
    }
    let (mut users, mut roles) = (Vec::new(), Vec::new());
    for one in identity::colleagues(tx, permit, Some(&away)).await? {
        for role in one.rights.roles().map(str::to_owned).chain([String::new()]) {
            users.push(one.id);
            roles.push(role);
        }
    }
    store::mark_untold_of(tx, permit, (&users, &roles), MOST_OF_DEPUTY).await
}

/// Takes a request's mark and tells who is to be written to; none where somebody was first, or it
/// waits no more. Who has a link through which he may decide yet gets no other.
///
/// # Errors
/// A fault of the database.
pub async fn call<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ApprovalRequestId,
) -> Outcome<Option<Call>> {
    let Some(request) = store::take_untold(tx, permit, id).await? else { return Ok(None) };
    let steps = store::steps_now(tx, permit, &[id]).await?.remove(&id).unwrap_or_default();
    let own = request.own_people();
    let deciders = Deciders::of(tx, permit, request.manager_id, own).await?;
    let standing_in = store::standing_in(tx, permit, None).await?;
    let holders = identity::link_holders(tx, permit, LinkKind::Approval, id.0).await?;
    let new: Vec<Recipient> = deciders
        .asked(&steps, &standing_in)
        .into_iter()
        .filter(|asked| !holders.contains(&asked.person.id))
        .filter(|asked| asked.person.wants_approval_letters)
        .filter(|asked| outbound::address("to", &asked.person.email).is_ok())
        .map(|asked| recipient(&deciders, asked))
        .collect();
    let passed_over = new.len().saturating_sub(MOST_LETTERS);
    let people: Vec<Recipient> = new.into_iter().take(MOST_LETTERS).collect();
    let reasons = store::reasons_by_request(tx, permit, &[id]).await?.remove(&id);
    let asker = asker(tx, permit, &request).await?;
    let reasons = reasons.unwrap_or_default();
    Ok(Some(Call { request, reasons, asker, people, passed_over }))
}

fn recipient(deciders: &Deciders, asked: Asked<'_>) -> Recipient {
    let Asked { person, place } = asked;
    let deputy_of =
        (place != person.id).then(|| (place, deciders.name(place).unwrap_or_default().to_owned()));
    Recipient {
        user: person.id,
        name: person.name.clone(),
        email: person.email.clone(),
        language: person.language,
        deputy_of,
        sight: deciders.sight(person),
    }
}

/// The name and address of whoever asked, where it was a person who is still there.
async fn asker<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    request: &ApprovalRequest,
) -> Outcome<Option<(String, String)>> {
    let Some(asker) = request.asker() else { return Ok(None) };
    let found = identity::colleagues(tx, permit, Some(&[asker])).await?;
    Ok(found.into_iter().next().map(|one| (one.name, one.email)))
}

/// Makes a link for each who is called and queues his letter; tells how many.
///
/// # Errors
/// Refused where there is no mail server; a fault of the database.
pub async fn write_letters<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    call: &Call,
    about: &Introduction,
    mailing: &Mailing,
) -> Outcome<usize> {
    if call.people.is_empty() {
        return Ok(0);
    }
    let ends_at: DateTime<Utc> = tx.now() + Duration::days(LINK_DAYS);
    let id = call.request.id;
    let link = |one: &Recipient| NewLink {
        kind: LinkKind::Approval,
        subject: id.0,
        user: Some(one.user),
        ends_at,
        one_use: true,
    };
    let wanted: Vec<NewLink> = call.people.iter().map(link).collect();
    let links = identity::make_links(tx, permit, &wanted).await?;
    let last_day = ends_at.with_timezone(&permit.scope().facts().zone).date_naive();
    let reply_to = call.asker.as_ref().map(|(_, email)| email.clone());
    let reply_to = reply_to.filter(|email| outbound::address("replyTo", email).is_ok());
    let mut letters = Vec::with_capacity(links.len());
    let mut told = Vec::with_capacity(links.len());
    for (one, link) in call.people.iter().zip(&links) {
        let words = Words { call, about, to: one, last_day };
        letters.push(Letter {
            subject_kind: "ApprovalRequest",
            subject_id: id.0,
            recipient: one.email.clone(),
            reply_to: reply_to.clone(),
            title: words.title(),
            body: words.body(&link_address(&mailing.public_url, &link.token)),
        });
        told.push(json!({ "user": one.user, "link": link.id,
                          "forUser": one.deputy_of.as_ref().map(|(user, _)| user) }));
    }
    mailing.post.queue_all(tx, permit, &letters).await?;
    tx.audit(AuditEntry::new(
        "writeApprovalLetters",
        "ApprovalRequest",
        id,
        json!({ "to": told, "linksEndAt": ends_at, "passedOver": call.passed_over }),
    ));
    Ok(letters.len())
}
