//! Where a client's requests go out, and what may come back: an answer, a refusal with a business
//! reason, or nothing for as long as the server is gone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::ledger::{Done, Ledger};
use crate::client::{Client, mutation};

/// A server that is gone for longer does not come again.
const GONE_LIMIT: Duration = Duration::from_secs(120);
const AGAIN_AFTER: Duration = Duration::from_millis(100);

/// Refusals that are business: there are no goods, they are held or gone, somebody was faster.
const BUSINESS: &[&str] =
    &["INSUFFICIENT_STOCK", "NEGATIVE_BALANCE", "ILLEGAL_TRANSITION", "EXCEEDS_ORDER"];

/// A client's way to the server, with everything it was answered written down.
pub(super) struct Desk {
    pub(super) client: Client,
    pub(super) ledger: Arc<Ledger>,
}

impl Desk {
    /// One mutation with a key of its own: what it answered, or nothing where business refused it.
    pub(super) async fn act(
        &self,
        name: &'static str,
        mut input: Value,
        selection: &'static str,
    ) -> Result<Option<Value>> {
        input["idempotencyKey"] = json!(uuid::Uuid::new_v4().simple().to_string());
        let started = Instant::now();
        let Some(mut answer) = self.answer(name, &input, selection, started).await? else {
            return Ok(None);
        };
        self.ledger.answered(name, started.elapsed());
        let answer = answer["data"][name].take();
        if let Some(error) = answer["userErrors"].as_array().and_then(|errors| errors.first()) {
            let code = error["code"].as_str().unwrap_or_default();
            self.ledger.refused(name, code);
            if !BUSINESS.contains(&code) {
                self.ledger.fault(format!("{name} was refused without a reason: {error}"));
            }
            return Ok(None);
        }
        self.ledger.done(Done { name, input, selection, answer: answer.clone() });
        Ok(Some(answer))
    }

    /// Sends until there is an answer that says whether the thing was done.
    async fn answer(
        &self,
        name: &'static str,
        input: &Value,
        selection: &str,
        started: Instant,
    ) -> Result<Option<Value>> {
        let query = mutation(name, selection);
        loop {
            let answer = self.client.once(&query, &json!({"input": input})).await;
            let again = match &answer {
                Ok(answer) if answer["errors"].is_null() => return answer_of(answer).map(Some),
                Ok(answer) => match answer["errors"][0]["extensions"]["code"].as_str() {
                    Some("UNAVAILABLE") => self.ledger.is_patient(),
                    code => code == Some("RATE_LIMITED"),
                },
                Err(_) => self.ledger.is_patient(),
            };
            if !again {
                let said =
                    answer.map_or_else(|error| error.to_string(), |answer| answer.to_string());
                self.ledger.fault(format!("{name} was answered with an error: {said}"));
                return Ok(None);
            }
            if started.elapsed() > GONE_LIMIT {
                bail!("{name} was not answered within {GONE_LIMIT:?}");
            }
            self.ledger.sent_again();
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    }
}

fn answer_of(answer: &Value) -> Result<Value> {
    answer["data"].as_object().context("an answer without data")?;
    Ok(answer.clone())
}
