//! The way of a mutation: permit, key, command, and a fresh snapshot for the payload.

use async_graphql::{Context, Name, Value};
use db::{Answer, Command, CommandError, Idempotency};
use futures::future::BoxFuture;
use sha2::{Digest, Sha256};

use crate::errors::Failure;
use crate::session::Session;
use crate::user_error::UserError;

/// Longest key a client may send.
const LONGEST_KEY: usize = 200;
/// The input field that is not part of what the key stands for.
const KEY_FIELD: &str = "idempotencyKey";
/// The input field of what may be tried out.
const SIMULATE_FIELD: &str = "simulate";

/// What a mutation answered: the ids of what was made or changed, or why not.
#[derive(Clone, Debug)]
pub struct MutationResult<T> {
    /// The command's output; `None` where a rule said no.
    pub output: Option<T>,
    /// For the payload's `userErrors`.
    pub user_errors: Vec<UserError>,
    /// The work had been done before, under the same key.
    pub repeated: bool,
}

/// Runs a command for the mutation field being resolved. What is read afterwards, by this field
/// or the next, is read after the commit.
///
/// # Errors
/// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, IDEMPOTENCY_MISMATCH, BAD_USER_INPUT for a key that is
/// empty or too long, and faults.
pub fn mutate<'c, C: Command>(
    ctx: &'c Context<'_>,
    command: C,
    key: Option<String>,
) -> BoxFuture<'c, Result<MutationResult<C::Output>, Failure>> {
    Box::pin(async move {
        let session = Session::of(ctx)?;
        let permit = session.permit::<C>()?;
        let once = key.map(|key| keyed(ctx, key)).transpose()?;
        // What was read so far holds a connection, and the command is about to wait for another:
        // as many callers as there are connections would wait for each other.
        let reader = session.reader()?;
        reader.renew().await;
        let written = if is_simulated(ctx)? {
            let tried = session.db().simulate(&permit, command).await;
            tried.map(|(output, trial)| (Answer { output, repeated: false }, Some(trial)))
        } else {
            session.db().write_and_look(&permit, command, once).await
        };
        match written {
            Ok((answer, look)) => {
                if let Some(tx) = look {
                    // Until the next mutation, or the end of the operation.
                    reader.enter(tx).await;
                }
                if answer.repeated {
                    // The first try may have died between its commit and telling the cache.
                    session.live().advance_epoch(permit.tenant()).await;
                }
                let (output, repeated) = (Some(answer.output), answer.repeated);
                Ok(MutationResult { output, user_errors: Vec::new(), repeated })
            }
            Err(CommandError::Refused(refusal)) => Ok(MutationResult {
                output: None,
                user_errors: vec![UserError::of(&refusal, session.language())],
                repeated: false,
            }),
            Err(other) => Err(other.into()),
        }
    })
}

/// Whether the mutation is only to be tried out. Asked of the field itself, so that no resolver
/// forgets to hand it on.
fn is_simulated(ctx: &Context<'_>) -> Result<bool, Failure> {
    let simulated = arguments(ctx)?.into_iter().any(|(_, value)| match value {
        Value::Object(fields) => fields.get(SIMULATE_FIELD) == Some(&Value::Boolean(true)),
        _ => false,
    });
    Ok(simulated)
}

/// The arguments of the mutation field being resolved.
fn arguments(ctx: &Context<'_>) -> Result<Vec<(Name, Value)>, Failure> {
    ctx.field().arguments().map_err(|error| {
        Failure::broken(format!("arguments that were read once are unreadable: {error}"))
    })
}

fn keyed(ctx: &Context<'_>, key: String) -> Result<Idempotency, Failure> {
    let length = key.chars().count();
    if length == 0 || length > LONGEST_KEY {
        return Err(Failure::bad_input(
            format!("an idempotency key has 1 to {LONGEST_KEY} characters"),
            format!("ключ идемпотентности содержит от 1 до {LONGEST_KEY} символов"),
        ));
    }
    let mut hash = Sha256::new();
    hash.update(ctx.field().name());
    for (name, value) in arguments(ctx)? {
        hash.update([0]);
        hash.update(name.as_str());
        feed(&mut hash, &value);
    }
    Ok(Idempotency { key, input_hash: hash.finalize().into() })
}

/// Feeds a value so that equal inputs are equal whatever the order of their fields.
fn feed(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> =
                fields.iter().filter(|(name, _)| name.as_str() != KEY_FIELD).collect();
            fields.sort_by_key(|(name, _)| name.as_str());
            hash.update(b"{");
            for (name, value) in fields {
                hash.update(name.as_str());
                hash.update([0]);
                feed(hash, value);
            }
            hash.update(b"}");
        }
        Value::List(items) => {
            hash.update(b"[");
            for item in items {
                feed(hash, item);
            }
            hash.update(b"]");
        }
        // A literal enum and the same word in a variable are one value.
        Value::Enum(name) => feed_text(hash, name.as_str()),
        Value::String(text) => feed_text(hash, text),
        other => {
            hash.update(b"v");
            hash.update(other.to_string());
            hash.update([0]);
        }
    }
}

fn feed_text(hash: &mut Sha256, text: &str) {
    // The length keeps neighbouring texts apart.
    hash.update(b"s");
    hash.update(text.len().to_be_bytes());
    hash.update(text);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hash(value: serde_json::Value) -> [u8; 32] {
        let mut hash = Sha256::new();
        feed(&mut hash, &Value::from_json(value).unwrap());
        hash.finalize().into()
    }

    #[test]
    fn the_key_itself_and_the_order_of_fields_do_not_count() {
        let one = hash(json!({"a": 1, "b": ["x", "y"], "idempotencyKey": "k1"}));
        assert_eq!(one, hash(json!({"b": ["x", "y"], "a": 1, "idempotencyKey": "k2"})));
        for other in [
            json!({"a": 1, "b": ["xy"]}),
            json!({"a": 1, "b": ["y", "x"]}),
            json!({"a": "1", "b": ["x", "y"]}),
            json!({"a": 1, "b": [["x", "y"]]}),
            json!({"a": 1, "b": ["x", "y"], "c": null}),
        ] {
            assert_ne!(one, hash(other.clone()), "{other}");
        }
    }
}
