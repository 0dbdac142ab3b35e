//! Access tokens: JWTs signed with EdDSA (Ed25519), named by `kid`, good for minutes. Several
//! keys may be known at once, so that a new one signs while tokens of the old one still verify.

use std::collections::BTreeMap;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use kernel::{DateTime, SessionId, TenantId, UserId, Utc};
use serde::{Deserialize, Serialize};

/// Whom our tokens are for and from.
const ISSUER: &str = "oborot";

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Always `oborot`.
    pub iss: String,
    /// The user.
    pub sub: UserId,
    /// The tenant.
    pub tid: TenantId,
    /// The session; it ends with sign-out.
    pub sid: SessionId,
    /// Issued at, seconds of the epoch.
    pub iat: i64,
    /// Good until, seconds of the epoch.
    pub exp: i64,
}

impl Claims {
    /// Claims of a token from now until `expires`.
    #[must_use]
    pub fn new(
        user: UserId,
        tenant: TenantId,
        session: SessionId,
        now: DateTime<Utc>,
        expires: DateTime<Utc>,
    ) -> Self {
        Self {
            iss: ISSUER.into(),
            sub: user,
            tid: tenant,
            sid: session,
            iat: now.timestamp(),
            exp: expires.timestamp(),
        }
    }
}

/// A key that signs. The secret half never appears in `Debug`.
#[derive(Clone)]
pub struct KeyPair {
    /// The name tokens carry.
    pub kid: String,
    /// PKCS#8, DER.
    pub private_der: Vec<u8>,
    /// The raw public key, 32 bytes.
    pub public: Vec<u8>,
}

impl std::fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyPair").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// A key that verifies, as JWKS publishes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// The name tokens carry.
    pub kid: String,
    /// The raw public key, 32 bytes.
    pub bytes: Vec<u8>,
}

/// Why a token is not accepted. The client only ever learns "not signed in".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token of ours, or changed on the way.
    #[error("the token is not valid")]
    Invalid,
    /// Past its time.
    #[error("the token has expired")]
    Expired,
    /// Signed by a key that is not known here; another replica may just have made it.
    #[error("the token's key is not known")]
    UnknownKey,
    /// No key to sign with.
    #[error("there is no signing key")]
    NoKey,
}

/// Signs with the newest key, verifies with every known one.
#[derive(Clone, Default)]
pub struct Tokens {
    signing: Option<(String, EncodingKey)>,
    verifying: BTreeMap<String, (PublicKey, DecodingKey)>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("kids", &self.verifying.keys()).finish_non_exhaustive()
    }
}

impl Tokens {
    /// The first key signs; all verify.
    #[must_use]
    pub fn new(keys: &[KeyPair]) -> Self {
        let signing =
            keys.first().map(|key| (key.kid.clone(), EncodingKey::from_ed_der(&key.private_der)));
        let verifying = keys
            .iter()
            .map(|key| {
                let public = PublicKey { kid: key.kid.clone(), bytes: key.public.clone() };
                (key.kid.clone(), (public, DecodingKey::from_ed_der(&key.public)))
            })
            .collect();
        Self { signing, verifying }
    }

    /// Signs claims.
    ///
    /// # Errors
    /// [`TokenError::NoKey`] where no key is known.
    pub fn sign(&self, claims: &Claims) -> Result<String, TokenError> {
        let (kid, key) = self.signing.as_ref().ok_or(TokenError::NoKey)?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(kid.clone());
        jsonwebtoken::encode(&header, claims, key).map_err(|_| TokenError::NoKey)
    }

    /// Verifies a token at a moment.
    ///
    /// # Errors
    /// [`TokenError`] for anything but a token of ours within its time.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
        let kid = header.kid.ok_or(TokenError::Invalid)?;
        let (_, key) = self.verifying.get(&kid).ok_or(TokenError::UnknownKey)?;
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["exp", "iss", "sub"]);
        // The time is checked below, by the clock that stories can move.
        rules.validate_exp = false;
        rules.validate_aud = false;
        let data =
            jsonwebtoken::decode::<Claims>(token, key, &rules).map_err(|_| TokenError::Invalid)?;
        if data.claims.exp <= now.timestamp() {
            return Err(TokenError::Expired);
        }
        Ok(data.claims)
    }

    /// The keys that verify, for publication.
    pub fn public_keys(&self) -> impl Iterator<Item = &PublicKey> {
        self.verifying.values().map(|(public, _)| public)
    }
}
