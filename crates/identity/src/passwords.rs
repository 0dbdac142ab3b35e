//! Hashing passwords: argon2id by OWASP's parameters, a bounded number at once.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::{PasswordHash as Phc, SaltString};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use db::{Fault, Outcome};
use kernel::Refusal;
use rand::RngCore;
use tokio::sync::Semaphore;

use crate::rules;

/// Memory of one hash, KiB; with two passes and one lane (OWASP Password Storage Cheat Sheet).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes computed at once, at most: each takes a core and 19 MiB.
const MOST_AT_ONCE: usize = 4;
/// How long somebody waits for his turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// A password's hash with salt and parameters, in PHC form. Never shown.
#[derive(Clone)]
pub struct PasswordHash(pub(crate) String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash")
    }
}

/// Computes hashes, a few at a time.
#[derive(Clone, Debug)]
pub struct Passwords {
    seats: Arc<Semaphore>,
    /// Hash of a password that nobody has, so that an unknown account takes as long as a known
    /// one.
    nobodys: Arc<PasswordHash>,
}

impl Passwords {
    /// Makes ready to hash; takes the time of one hash. A server has this from
    /// [`crate::Identity::passwords`].
    ///
    /// # Errors
    /// A fault where hashing does not work at all.
    pub async fn new() -> Outcome<Self> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let seats = Arc::new(Semaphore::new(cores.min(MOST_AT_ONCE)));
        let mut unknown = [0_u8; 32];
        rand::rng().fill_bytes(&mut unknown);
        let nobodys = in_turn(&seats, move || compute(&unknown)).await??;
        Ok(Self { seats, nobodys: Arc::new(nobodys) })
    }

    /// Hashes a new password of the account with this e-mail.
    ///
    /// # Errors
    /// A refusal where the password is too short, too long or the address itself; a fault where
    /// too many wait.
    pub async fn hash(&self, password: &str, email: &str) -> Outcome<PasswordHash> {
        rules::password(password, email.trim()).map_err(Refusal::from)?;
        let password = password.as_bytes().to_vec();
        Ok(in_turn(&self.seats, move || compute(&password)).await??)
    }

    /// Whether the password fits; no hash fits nothing, after the same time.
    pub(crate) async fn verify(
        &self,
        password: &str,
        hash: Option<PasswordHash>,
    ) -> Result<bool, Fault> {
        let is_known = hash.is_some();
        let hash = hash.unwrap_or_else(|| PasswordHash::clone(&self.nobodys));
        let password = password.as_bytes().to_vec();
        let fits = in_turn(&self.seats, move || {
            let Ok(parsed) = Phc::new(&hash.0) else { return false };
            Argon2::default().verify_password(&password, &parsed).is_ok()
        });
        Ok(fits.await? && is_known)
    }
}

async fn in_turn<T: Send + 'static>(
    seats: &Arc<Semaphore>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    let seat = match tokio::time::timeout(PATIENCE, Arc::clone(seats).acquire_owned()).await {
        Ok(Ok(seat)) => seat,
        _ => return Err(Fault::Busy),
    };
    // The seat goes with the work: a client that hangs up does not make room for another hash.
    let done = tokio::task::spawn_blocking(move || {
        let _seat = seat;
        work()
    });
    done.await.map_err(|error| Fault::broken(format!("hashing stopped: {error}")))
}

fn compute(password: &[u8]) -> Result<PasswordHash, Fault> {
    let broken = |error: &dyn std::fmt::Display| Fault::broken(format!("argon2: {error}"));
    let mut salt = [0_u8; 16];
    rand::rng().fill_bytes(&mut salt);
    let salt = SaltString::encode_b64(&salt).map_err(|error| broken(&error))?;
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| broken(&error))?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon.hash_password(password, &salt).map_err(|error| broken(&error))?;
    Ok(PasswordHash(hash.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let passwords = Passwords::new().await.unwrap();
        let hash = passwords.hash("oborot-demo", "anna@x.example").await.unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.0);
        assert!(passwords.verify("oborot-demo", Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("oborot-dema", Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("oborot-demo", None).await.unwrap());
        assert_eq!(format!("{hash:?}"), "PasswordHash");
        let again = passwords.hash("oborot-demo", "anna@x.example").await.unwrap();
        assert_ne!(hash.0, again.0, "each hash has a salt of its own");
    }
}
