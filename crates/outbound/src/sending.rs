//! The worker that sends letters. Several replicas may run it at once: a letter is taken by one,
//! and comes free again where its taker dies.

use std::collections::HashSet;

use access::{Action, Permit, Right, Scope};
use chrono::Duration;
use db::{Command, CommandError, Db, Fault, Outcome, TenantTx};
use kernel::{MailId, TenantId};
use serde::{Deserialize, Serialize};

use crate::letter::Outgoing;
use crate::post::Post;
use crate::rules::{MailState, Tried, after};
use crate::store::{self, Taken};

/// Tenants looked at in one round.
const TENANTS: i64 = 1_000;
/// Letters of one tenant in one round; the rest comes in the next one, after other tenants'.
const BATCH: usize = 20;
/// A letter that is taken is nobody else's for so long: longer than handing it over may take.
const HELD_S: i64 = 120;

/// Takes a letter that is due.
struct TakeMail;

impl Action for TakeMail {
    const RIGHT: Right = Right::SettingsWrite;
}

#[derive(Serialize, Deserialize)]
struct Due {
    id: MailId,
    recipient: String,
    reply_to: Option<String>,
    title: String,
    body: String,
    attempts: i32,
}

impl From<Taken> for Due {
    fn from(taken: Taken) -> Self {
        let Taken { id, recipient, reply_to, title, body, attempts } = taken;
        Self { id, recipient, reply_to, title, body, attempts }
    }
}

#[async_trait::async_trait]

impl Command for TakeMail {
    type Output = Option<Due>;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Option<Due>> {
        let taken = store::take(tx, permit, 1, Duration::seconds(HELD_S)).await?;
        Ok(taken.into_iter().next().map(Into::into))
    }
}

/// Notes how handing a letter over ended.
struct NoteMail {
    id: MailId,
    attempts: i32,
    tried: Tried,
}

impl Action for NoteMail {
    const RIGHT: Right = Right::SettingsWrite;
}

#[async_trait::async_trait]

impl Command for NoteMail {
    type Output = bool;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<bool> {
        let then = after(&self.tried, self.attempts);
        let error = match &self.tried {
            Tried::Taken => None,
            Tried::NotNow(text) | Tried::Never(text) => Some(text.as_str()),
        };
        store::note(tx, permit, (self.id, self.attempts), then, error).await
    }
}

/// The tenants that have letters to send by now; none where no mail server is configured, so that
/// what waits is sent once there is one.
///
/// # Errors
/// A fault where they cannot be looked at.
pub async fn due_tenants(db: &Db, post: &Post) -> Result<HashSet<TenantId>, Fault> {
    if !post.is_configured() {
        return Ok(HashSet::new());
    }
    Ok(store::due_tenants(db, TENANTS).await?.into_iter().collect())
}

/// Sends letters of one tenant that are due, one after the other, at most twenty; tells how many
/// the mail server took. One that it does not take waits for another time and stops no other.
///
/// # Errors
/// A fault of the database.
pub async fn send_due(db: &Db, worker: &Scope, post: &Post) -> Result<usize, CommandError> {
    let (take, note) = (worker.permit::<TakeMail>()?, worker.permit::<NoteMail>()?);
    let mut sent = 0;
    for _ in 0..BATCH {
        let Some(due) = db.write_as_job(&take, &TakeMail).await? else { break };
        let letter = Outgoing {
            id: due.id,
            recipient: &due.recipient,
            reply_to: due.reply_to.as_deref(),
            title: &due.title,
            body: &due.body,
        };
        let Some(tried) = post.hand_over(&letter).await else { break };
        let (tenant, mail, attempts) = (worker.tenant(), due.id, due.attempts);
        match &tried {
            Tried::Taken => sent += 1,
            Tried::NotNow(error) => {
                tracing::warn!(%tenant, %mail, attempts, error, "a letter could not be sent yet");
            }
            Tried::Never(error) => {
                tracing::warn!(%tenant, %mail, attempts, error, "a letter cannot be sent");
            }
        }
        let is_away = matches!(tried, Tried::NotNow(_));
        let noted = NoteMail { id: due.id, attempts: due.attempts, tried };
        db.write_as_job(&note, &noted).await?;
        if is_away && after(&noted.tried, attempts).0 == MailState::Waiting {
            // Others would not fare better now; they are as many tries of a server that is away.
            break;
        }
    }
    Ok(sent)
}
