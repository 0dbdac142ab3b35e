//! Idempotency keys: recorded in the business transaction, so that a repeat finds either the
//! whole result or nothing.

use serde_json::Value;

use crate::{CommandError, Fault, Idempotency, Outcome, Sql, TenantTx, values};

#[derive(sea_orm::FromQueryResult)]
struct Kept {
    input_hash: Vec<u8>,
    result: Value,
}

/// The result kept under this key, if any. Takes a lock on the key, so that two equal requests
/// at once do the work once.
pub(crate) async fn find(tx: &TenantTx, used: &Idempotency) -> Outcome<Option<Value>> {
    let actor = tx.actor().id();
    let name = format!("{}:{}:{}", tx.tenant(), actor, used.key);
    let lock = "select pg_advisory_xact_lock(hashtextextended($1, 7))";
    tx.run(Sql::new(lock, values![name])).await?;
    let find = "
        select input_hash, result
        from idempotency_key
        where tenant_id = $1 and actor_id = $2 and key = $3";
    let kept: Option<Kept> =
        tx.one(Sql::new(find, values![tx.tenant(), actor, used.key.clone()])).await?;
    match kept {
        None => Ok(None),
        Some(kept) if kept.input_hash == used.input_hash => Ok(Some(kept.result)),
        Some(_) => Err(CommandError::IdempotencyMismatch),
    }
}

/// Keeps the result of a command that has done its work.
pub(crate) async fn keep(tx: &TenantTx, used: &Idempotency, result: Value) -> Result<(), Fault> {
    let keep = "
        insert into idempotency_key (tenant_id, actor_id, key, input_hash, result)
        values ($1, $2, $3, $4, $5)";
    let values =
        values![tx.tenant(), tx.actor().id(), used.key.clone(), used.input_hash.to_vec(), result,];
    tx.run(Sql::new(keep, values)).await?;
    Ok(())
}
