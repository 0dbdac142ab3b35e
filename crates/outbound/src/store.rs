//! All SQL of letters.

use std::collections::HashMap;

use access::Permit;
use chrono::Duration;
use db::{Db, Fault, FromQueryResult, Outcome, Reason, Sql, TenantTx, values};
use kernel::{DateTime, MailId, TenantId, UserId, Utc, Uuid};
use serde_json::json;

use crate::letter::Letter;
use crate::rules::MailState;

/// A letter as people see it: where it stands, and not what it says.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Mail {
    /// The letter.
    pub id: MailId,
    /// The record it is about.
    pub subject_id: Uuid,
    /// To whom.
    pub recipient: String,
    /// What it is called.
    pub title: String,
    /// Where it stands, as the database writes it.
    pub state: String,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is tried next, where it waits.
    pub due_at: DateTime<Utc>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When the mail server took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// Who had it sent.
    pub created_by: Option<UserId>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

impl Mail {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> MailState {
        MailState::parse(&self.state).unwrap_or(MailState::Failed)
    }
}

/// Letters about one record that are shown at most, the newest.
const SHOWN: i64 = 50;

/// The newest letters about records that the caller may see, newest first, at most 50 a record.
///
/// # Errors
/// A fault of the database.
pub async fn mails_by_subject<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    subjects: &[Uuid],
) -> Outcome<HashMap<Uuid, Vec<Mail>>> {
    let sql = "
        select m.id, m.subject_id, m.recipient, m.title, m.state, m.attempts, m.due_at,
               m.last_error, m.sent_at, m.created_by, m.created_at
        from unnest($2::uuid[]) as s (id)
        cross join lateral (
            select m.id, m.subject_id, m.recipient, m.title, m.state, m.attempts, m.due_at,
                   m.last_error, m.sent_at, m.created_by, m.created_at
            from outgoing_mail m
            where m.tenant_id = $1 and m.subject_id = s.id
            order by m.id desc
            limit $3
        ) m";
    let values = values![permit.tenant(), subjects.to_vec(), SHOWN];
    let mut found: HashMap<Uuid, Vec<Mail>> = HashMap::new();
    for mail in tx.all::<Mail>(Sql::new(sql, values)).await? {
        found.entry(mail.subject_id).or_default().push(mail);
    }
    Ok(found)
}

/// Queues letters, in their order.
pub(crate) async fn put<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    letters: &[Letter],
) -> Outcome<Vec<MailId>> {
    let ids: Vec<MailId> = letters.iter().map(|_| MailId::new()).collect();
    let rows = ids.iter().zip(letters).map(|(id, letter)| {
        json!({ "id": id, "subject_kind": letter.subject_kind, "subject_id": letter.subject_id,
                "recipient": letter.recipient, "reply_to": letter.reply_to,
                "title": letter.title, "body": letter.body })
    });
    let rows: serde_json::Value = rows.collect();
    let sql = "
        insert into outgoing_mail
            (tenant_id, id, subject_kind, subject_id, recipient, reply_to, title, body, state,
             due_at, created_by, created_at)
        select $1, x.id, x.subject_kind, x.subject_id, x.recipient, x.reply_to, x.title, x.body,
               'WAITING', $3, $4, $3
        from jsonb_to_recordset($2) as x
            (id uuid, subject_kind text, subject_id uuid, recipient text, reply_to text,
             title text, body text)";
    tx.run(Sql::new(sql, values![permit.tenant(), rows, tx.now(), permit.user()])).await?;
    Ok(ids)
}

/// A letter that somebody is about to hand over.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Taken {
    pub(crate) id: MailId,
    pub(crate) recipient: String,
    pub(crate) reply_to: Option<String>,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) attempts: i32,
}

/// Takes letters that are due, so that nobody else tries them within the time given.
pub(crate) async fn take<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    most: i64,
    held_for: Duration,
) -> Outcome<Vec<Taken>> {
    let sql = "
        with due as (
            select m.id
            from outgoing_mail m
            where m.tenant_id = $1 and m.state = 'WAITING' and m.due_at <= $2
            order by m.due_at, m.id
            limit $3
            for no key update skip locked
        )
        update outgoing_mail m
        set attempts = m.attempts + 1, due_at = $4
        from due
        where m.tenant_id = $1 and m.id = due.id
        returning m.id, m.recipient, m.reply_to, m.title, m.body, m.attempts";
    let values = values![permit.tenant(), tx.now(), most, tx.now() + held_for];
    Ok(tx.all(Sql::new(sql, values)).await?)
}

/// Notes how a try ended. One that another try has overtaken says no more.
pub(crate) async fn note<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (id, attempts): (MailId, i32),
    (state, rest): (MailState, Duration),
    error: Option<&str>,
) -> Outcome<bool> {
    let sql = "
        update outgoing_mail m
        set state = $4,
            due_at = $5,
            last_error = coalesce($6, m.last_error),
            sent_at = case when $4 = 'SENT' then $7::timestamptz end,
            body = case when $4 = 'WAITING' then m.body end
        where m.tenant_id = $1 and m.id = $2 and m.state = 'WAITING'
          and (m.attempts = $3 or $4 = 'SENT')";
    let values = values![
        permit.tenant(),
        id,
        attempts,
        state.as_str(),
        tx.now() + rest,
        error.map(str::to_owned),
        tx.now(),
    ];
    Ok(tx.run(Sql::new(sql, values)).await? == 1)
}

/// The tenants that have letters to send by now, at most so many.
pub(crate) async fn due_tenants(db: &Db, most: i64) -> Result<Vec<TenantId>, Fault> {
    #[derive(FromQueryResult)]
    struct Due {
        tenant_id: TenantId,
    }
    let mut system = db.system(Reason::Mail).await?;
    let sql = include_str!("due_tenants.sql");
    let due: Vec<Due> = system.all(Sql::new(sql, values![most, db.clock().now()])).await?;
    system.commit().await?;
    Ok(due.into_iter().map(|row| row.tenant_id).collect())
}
