//! The keys that sign access tokens: made on the first start, kept in the database, changed
//! without signing anybody out.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use access::{Claims, KeyPair, TokenError, Tokens};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use db::{Db, Fault, FromQueryResult, Reason, Sql, SystemTx, values};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use kernel::{DateTime, Utc, Uuid};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::secrets;
use crate::sessions::ACCESS_MINUTES;

/// Two replicas starting at once, or two rotations, come one after the other.
const LOCK: i64 = 184_549_494;
/// A retired key verifies until the last token of it has expired, replicas included that learnt
/// of the new key late.
const KEPT_MINUTES: i64 = ACCESS_MINUTES + 10;
/// A token with an unknown key makes this replica look again, but not more often than this.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

#[derive(FromQueryResult)]
struct Row {
    kid: String,
    private_der: Vec<u8>,
    public_key: Vec<u8>,
}

/// What this replica knows of the keys.
pub(crate) struct SigningKeys {
    db: Db,
    tokens: RwLock<Arc<Tokens>>,
    looked: Mutex<Instant>,
}

impl SigningKeys {
    /// Reads the keys; makes the first where there is none.
    pub(crate) async fn open(db: &Db) -> Result<Self, Fault> {
        let mut tx = locked(db).await?;
        if !signs(&mut tx).await? {
            insert(&mut tx, &generate()?, db.clock().now()).await?;
        }
        let tokens = read(&mut tx, db.clock().now()).await?;
        tx.commit().await?;
        Ok(Self {
            db: db.clone(),
            tokens: RwLock::new(Arc::new(tokens)),
            looked: Mutex::new(Instant::now()),
        })
    }

    fn tokens(&self) -> Arc<Tokens> {
        Arc::clone(&self.tokens.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the keys again.
    pub(crate) async fn reload(&self) -> Result<(), Fault> {
        let mut tx = self.db.system(Reason::SigningKeys).await?;
        let tokens = read(&mut tx, self.db.clock().now()).await?;
        tx.commit().await?;
        *self.tokens.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(tokens);
        Ok(())
    }

    pub(crate) fn sign(&self, claims: &Claims) -> Result<String, Fault> {
        self.tokens().sign(claims).map_err(|error| Fault::broken(error.to_string()))
    }

    /// Verifies a token; one with an unknown key makes this replica look for new keys.
    pub(crate) async fn verify(&self, token: &str) -> Result<Claims, TokenError> {
        let now = self.db.clock().now();
        match self.tokens().verify(token, now) {
            Err(TokenError::UnknownKey) => {
                self.look_again().await;
                self.tokens().verify(token, now)
            }
            verdict => verdict,
        }
    }

    /// A flood of made-up keys costs four looks a second, whatever its size.
    async fn look_again(&self) {
        let asked = Instant::now();
        let mut looked = self.looked.lock().await;
        if *looked >= asked {
            return;
        }
        tokio::time::sleep_until(*looked + LOOK_AGAIN).await;
        *looked = Instant::now();
        if let Err(error) = self.reload().await {
            tracing::warn!(%error, "signing keys could not be read");
        }
    }

    /// The public keys as RFC 7517 and RFC 8037 write them.
    pub(crate) fn jwks(&self) -> Value {
        let keys: Vec<Value> = self
            .tokens()
            .public_keys()
            .map(|key| {
                json!({
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "alg": "EdDSA",
                    "use": "sig",
                    "kid": key.kid,
                    "x": URL_SAFE_NO_PAD.encode(&key.bytes),
                })
            })
            .collect();
        json!({ "keys": keys })
    }
}

/// Makes a new key sign from now on. The old one verifies until its tokens have expired; keys
/// that are past that go. Answers with the name of the new key.
///
/// # Errors
/// [`Fault`] where the database cannot be reached.
pub async fn rotate_keys(db: &Db) -> Result<String, Fault> {
    let now = db.clock().now();
    let key = generate()?;
    let mut tx = locked(db).await?;
    let retire = "update signing_key set retired_at = $1 where retired_at is null";
    tx.run(Sql::new(retire, values![now])).await?;
    let drop = "delete from signing_key where retired_at < $1";
    tx.run(Sql::new(drop, values![now - kept()])).await?;
    insert(&mut tx, &key, now).await?;
    tx.commit().await?;
    Ok(key.kid)
}

fn kept() -> chrono::Duration {
    chrono::Duration::minutes(KEPT_MINUTES)
}

async fn locked(db: &Db) -> Result<SystemTx, Fault> {
    let mut tx = db.system(Reason::SigningKeys).await?;
    tx.run(Sql::new("select pg_advisory_xact_lock($1)", values![LOCK])).await?;
    Ok(tx)
}

async fn signs(tx: &mut SystemTx) -> Result<bool, Fault> {
    let sql = "select kid, private_der, public_key from signing_key where retired_at is null";
    Ok(tx.one::<Row>(sql).await?.is_some())
}

async fn read(tx: &mut SystemTx, now: DateTime<Utc>) -> Result<Tokens, Fault> {
    // The one that signs comes first.
    let sql = "
        select kid, private_der, public_key
        from signing_key
        where retired_at is null or retired_at > $1
        order by retired_at desc nulls first, created_at desc, kid";
    let rows: Vec<Row> = tx.all(Sql::new(sql, values![now - kept()])).await?;
    let keys: Vec<KeyPair> = rows
        .into_iter()
        .map(|row| KeyPair { kid: row.kid, private_der: row.private_der, public: row.public_key })
        .collect();
    Ok(Tokens::new(&keys))
}

async fn insert(tx: &mut SystemTx, key: &KeyPair, now: DateTime<Utc>) -> Result<(), Fault> {
    let sql = "
        insert into signing_key (kid, private_der, public_key, created_at)
        values ($1, $2, $3, $4)";
    let values = values![key.kid.clone(), key.private_der.clone(), key.public.clone(), now];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

fn generate() -> Result<KeyPair, Fault> {
    let key = SigningKey::from_bytes(&secrets::random());
    let der = key.to_pkcs8_der().map_err(|error| Fault::broken(format!("ed25519: {error}")))?;
    Ok(KeyPair {
        kid: Uuid::now_v7().simple().to_string(),
        private_der: der.as_bytes().to_vec(),
        public: key.verifying_key().to_bytes().to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use kernel::{SessionId, TenantId, UserId};

    use super::*;

    #[test]
    fn a_made_key_signs_and_another_does_not_verify() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let later = now + chrono::Duration::minutes(15);
        let (old, new, other) = (generate().unwrap(), generate().unwrap(), generate().unwrap());
        let claims = Claims::new(UserId::new(), TenantId::new(), SessionId::new(), now, later);
        let token = Tokens::new(std::slice::from_ref(&old)).sign(&claims).unwrap();
        let rotated = Tokens::new(&[new, old]);
        assert_eq!(rotated.verify(&token, now), Ok(claims));
        assert_eq!(rotated.verify(&token, later), Err(TokenError::Expired));
        let foreign = Tokens::new(&[other]);
        assert_eq!(foreign.verify(&token, now), Err(TokenError::UnknownKey));
        let (head, tail) = token.rsplit_once('.').unwrap();
        let forged = format!("{head}.{}", tail.chars().rev().collect::<String>());
        assert_eq!(rotated.verify(&forged, now), Err(TokenError::Invalid));
    }
}
