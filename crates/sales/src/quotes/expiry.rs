//! Quotes whose last day is over without an answer: a worker lets them expire, in the tenant's own
//! time zone. One that nobody looked at yet is refused all the same when somebody accepts it.

use std::collections::HashSet;

use access::{Action, Permit, Right, Scope};
use db::{AuditEntry, Command, Db, Fault, Outcome, ReadPool, TenantTx};
use kernel::{QuoteId, TenantId};
use serde_json::json;

use super::commands::quote_changed;
use super::rules::{QuoteState, check_valid_on};
use super::store::{QuoteStep, expired_quotes, lock_quote, step_quote, tenants_with_expired};

/// Tenants looked at in one round.
const TENANTS: i64 = 1_000;
/// Quotes of one tenant in one round; the rest comes in the next one.
const BATCH: i64 = 500;

/// Lets a quote expire whose last day is over.
#[derive(Clone, Copy, Debug)]
pub struct ExpireQuote {
    /// Which.
    pub quote: QuoteId,
}

impl Action for ExpireQuote {
    const RIGHT: Right = Right::QuoteWrite;
}

#[async_trait::async_trait]

impl Command for ExpireQuote {
    /// Whether it expired; not so where it was answered, extended or given up meanwhile.
    type Output = bool;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<bool> {
        let quote = lock_quote(tx, permit, self.quote).await?;
        let is_over = check_valid_on(quote.valid_until, tx.today()).is_err();
        if quote.state != QuoteState::Sent || !is_over {
            return Ok(false);
        }
        step_quote(tx, permit, quote.id, QuoteStep::to(QuoteState::Expired)).await?;
        tx.audit(AuditEntry::new(
            "expireQuote",
            "Quote",
            quote.id,
            json!({ "state": [quote.state, QuoteState::Expired], "validUntil": quote.valid_until }),
        ));
        quote_changed(tx, &quote);
        Ok(true)
    }
}

/// One round over all tenants with quotes whose last day is over; tells how many expired. What
/// fails is logged and stops nobody else.
///
/// # Errors
/// A fault where the days cannot be looked at.
pub async fn expire_quotes(db: &Db) -> Result<usize, Fault> {
    let due: HashSet<TenantId> = tenants_with_expired(db, TENANTS).await?.into_iter().collect();
    if due.is_empty() {
        return Ok(0);
    }
    let mut expired = 0;
    for tenant in identity::tenants(db).await?.into_iter().filter(|one| due.contains(&one.id)) {
        let worker = identity::worker_scope(&tenant, "expire quotes");
        expired += expire_of_tenant(db, &worker).await.unwrap_or_else(|error| {
            tracing::warn!(tenant = %tenant.id, %error, "quotes were not looked at");
            0
        });
    }
    Ok(expired)
}

async fn expire_of_tenant(db: &Db, worker: &Scope) -> Outcome<usize> {
    let permit = worker.permit::<ExpireQuote>()?;
    let reader = db.reader(worker, ReadPool::Jobs);
    let quotes = expired_quotes(&*reader.tx().await?, &permit, BATCH).await?;
    reader.renew().await;
    let mut expired = 0;
    for quote in quotes {
        match db.write_as_job(&permit, &ExpireQuote { quote }).await {
            Ok(true) => expired += 1,
            Ok(false) => {}
            Err(error) => {
                let tenant = worker.tenant();
                tracing::warn!(%tenant, %quote, %error, "a quote did not expire");
            }
        }
    }
    Ok(expired)
}
