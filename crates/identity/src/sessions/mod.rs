//! Signing in, staying signed in, signing out.
//!
//! Everything here runs in a task of its own: a client that hangs up leaves nothing half done.

mod store;

use std::net::IpAddr;
use std::sync::Arc;

use access::{Actor, Claims, Origin, Reach, Right, RightSet, Scope};
use db::{AuditEntry, CommandError, Db, Fault, Outcome, Reason, apart};
use kernel::{DateTime, Refusal, RefusalCode, SessionId, UserId, Utc};
use serde_json::{Value, json};

use crate::commands::SetOwnPassword;
use crate::doorkeeper::Doorkeeper;
use crate::keys::SigningKeys;
use crate::links::{self, LinkError};
use crate::passwords::{PasswordHash, Passwords};
use crate::rules::{self, Judgement};
use crate::secrets::{LinkToken, RefreshToken};
use crate::throttle::Throttle;
use store::Ending;
pub(crate) use store::account_lock;

/// Life of an access token, minutes.
pub(crate) const ACCESS_MINUTES: i64 = 15;
/// Life of a refresh token that is not used, days.
const REFRESH_DAYS: i64 = 30;

/// What sessions are called in the audit trail.
const SESSION: &str = "UserSession";

/// What somebody signs in with.
#[derive(Clone)]
pub struct Credentials {
    /// The tenant's slug.
    pub tenant: String,
    /// The account's e-mail.
    pub email: String,
    /// The account's password.
    pub password: String,
    /// Where he comes from, for the throttle.
    pub address: Option<IpAddr>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

/// What somebody gets who has signed in.
#[derive(Clone)]
pub struct SignedIn {
    /// A JWT for the `Authorization` header.
    pub access_token: String,
    /// When the access token ends.
    pub expires_at: DateTime<Utc>,
    /// What gets the next pair; good once.
    pub refresh_token: String,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Which sessions to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOut {
    /// The one that asks.
    Here,
    /// All of the user.
    Everywhere,
}

/// Sign-in and all that belongs to it; cheap to clone.
#[derive(Clone)]
pub struct Identity {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    passwords: Passwords,
    keys: Arc<SigningKeys>,
    doorkeeper: Doorkeeper,
    throttle: Throttle,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

/// One answer for a wrong tenant, e-mail, password and a shut account.
fn wrong() -> CommandError {
    Refusal::new(
        RefusalCode::WrongCredentials,
        "The company, e-mail or password is wrong.",
        "Неверны компания, почта или пароль.",
    )
    .into()
}

fn invalid_token() -> CommandError {
    Refusal::new(
        RefusalCode::InvalidToken,
        "The refresh token is not valid: sign in again.",
        "Токен обновления недействителен: войдите заново.",
    )
    .at(["refreshToken"])
    .into()
}

fn throttled(wait_ms: u64) -> CommandError {
    let seconds = wait_ms.div_ceil(1_000);
    Refusal::new(
        RefusalCode::Throttled,
        format!("Too many attempts: wait {seconds} s."),
        format!("Слишком много попыток: подождите {seconds} с."),
    )
    .with(json!({ "retryAfterSeconds": seconds }))
    .into()
}

impl Identity {
    /// Reads or makes the signing keys and begins to watch for changes of rights.
    ///
    /// # Errors
    /// A fault where the database cannot be reached.
    pub async fn start(db: &Db) -> Outcome<Self> {
        let keys = Arc::new(SigningKeys::open(db).await?);
        let doorkeeper = Doorkeeper::open(db, Arc::clone(&keys)).await?;
        let inner = Inner {
            db: db.clone(),
            passwords: Passwords::new().await?,
            keys,
            doorkeeper,
            throttle: Throttle::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Who holds which token.
    #[must_use]
    pub fn doorkeeper(&self) -> &Doorkeeper {
        &self.inner.doorkeeper
    }

    /// Hashes new passwords.
    #[must_use]
    pub fn passwords(&self) -> &Passwords {
        &self.inner.passwords
    }

    /// The public signing keys, for `/.well-known/jwks.json`.
    #[must_use]
    pub fn jwks(&self) -> Value {
        self.inner.keys.jwks()
    }

    /// Opens a single-purpose link: who came with it, in a scope that can do its one thing with
    /// its one record and nothing else. Changes nothing.
    ///
    /// # Errors
    /// [`LinkError`]: unknown, ended and revoked links cannot be told apart.
    pub async fn open_link(
        &self,
        token: &str,
        address: Option<IpAddr>,
    ) -> Result<Scope, LinkError> {
        let inner = Arc::clone(&self.inner);
        let token = LinkToken::read(token);
        let now = inner.db.clock().now();
        let link = token.as_ref().map(|token| token.link);
        inner
            .throttle
            .enter_link(link, address, now)
            .map_err(|wait_ms| LinkError::Throttled { wait_ms })?;
        let Some(token) = token else { return Err(LinkError::Gone) };
        to_the_end(async move { links::open(&inner.db, &token).await.map_err(Into::into) })
            .await
            .map_err(LinkError::from)?
            .ok_or(LinkError::Gone)
    }

    /// Signs a person in.
    ///
    /// # Errors
    /// Refused with `WRONG_CREDENTIALS` or `THROTTLED`, the same for accounts that exist and
    /// those that do not.
    pub async fn sign_in(&self, credentials: Credentials) -> Outcome<SignedIn> {
        let inner = Arc::clone(&self.inner);
        to_the_end(async move { inner.sign_in(credentials).await }).await
    }

    /// Gives the next pair of tokens for a refresh token.
    ///
    /// # Errors
    /// Refused with `INVALID_TOKEN`; a token that was used before ends its session.
    pub async fn refresh(&self, token: &str) -> Outcome<SignedIn> {
        let token = RefreshToken::read(token).ok_or_else(invalid_token)?;
        let inner = Arc::clone(&self.inner);
        to_the_end(async move { inner.refresh(&token).await }).await
    }

    /// Ends the session that asks, or all of its user. A partner's key has no session; nothing
    /// happens.
    ///
    /// # Errors
    /// A fault where the database cannot be reached.
    pub async fn sign_out(&self, scope: &Scope, which: SignOut) -> Outcome<()> {
        let (inner, scope) = (Arc::clone(&self.inner), scope.clone());
        to_the_end(async move { inner.sign_out(&scope, which).await }).await
    }

    /// Sets a user's own password; his other sessions end.
    ///
    /// # Errors
    /// Refused where the current password is wrong or the new one breaks a rule.
    pub async fn change_password(
        &self,
        scope: &Scope,
        current: String,
        new: String,
    ) -> Outcome<()> {
        let (inner, scope) = (Arc::clone(&self.inner), scope.clone());
        to_the_end(async move { inner.change_password(&scope, current, new).await }).await
    }
}

async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Outcome<T>> + Send + 'static,
) -> Outcome<T> {
    apart("sign-in", work).await?
}

impl Inner {
    async fn sign_in(&self, typed: Credentials) -> Outcome<SignedIn> {
        let now = self.db.clock().now();
        // The address as it is kept; one that cannot be is still counted and still takes time.
        let email = rules::email(&typed.email).unwrap_or_default();
        let key = (typed.tenant.as_str(), email.as_str());
        let attempt = self.throttle.enter(key, typed.address, now).map_err(throttled)?;
        let account = self.account(&typed.tenant, &email).await?;
        let hash = account.as_ref().map(|found| PasswordHash(found.password_hash.clone()));
        let fits = self.fits(&typed.password, hash).await?;
        // A company or an account that is not there belongs to no trail.
        let Some(account) = account else { return Err(wrong()) };
        if !fits || !account.active {
            let why = if fits { "shut" } else { "password" };
            self.note_refusal(&account, why, typed.address).await?;
            return Err(wrong());
        }
        attempt.forgive();
        let session = SessionId::new();
        let token = RefreshToken::new(account.tenant_id, session);
        let mut tx = self.db.system(Reason::SignIn).await?;
        // Whoever shuts the account or sets its password now waits, or is seen.
        store::share_account(&mut tx, account.tenant_id, account.id).await?;
        if !store::open_session(&mut tx, &account, session, now).await? {
            return Err(wrong());
        }
        store::keep_token(&mut tx, &token, 0, now, now + refresh_life()).await?;
        let changes = json!({ "from": typed.address });
        let noted = AuditEntry::new("signIn", SESSION, session, changes);
        tx.audit(account.tenant_id, Actor::User(account.id), noted).await?;
        tx.commit().await?;
        self.pair(&token, account.id, now)
    }

    /// Somebody tried an account and was not let in: the throttle bounds how often. Nobody has
    /// proved to be its user, so the program itself notes it.
    async fn note_refusal(
        &self,
        account: &store::Account,
        why: &str,
        address: Option<IpAddr>,
    ) -> Result<(), Fault> {
        let changes = json!({ "reason": why, "from": address });
        let noted = AuditEntry::new("signInRefused", "User", account.id, changes);
        let mut tx = self.db.system(Reason::SignIn).await?;
        tx.audit(account.tenant_id, Actor::Worker("sign in"), noted).await?;
        tx.commit().await
    }

    async fn account(&self, tenant: &str, email: &str) -> Result<Option<store::Account>, Fault> {
        let mut tx = self.db.system(Reason::SignIn).await?;
        let account = store::account(&mut tx, tenant, email).await?;
        tx.commit().await?;
        Ok(account)
    }

    async fn fits(&self, password: &str, hash: Option<PasswordHash>) -> Result<bool, Fault> {
        if password.len() > rules::LONGEST_PASSWORD {
            return Ok(false);
        }
        self.passwords.verify(password, hash).await
    }

    fn pair(&self, token: &RefreshToken, user: UserId, now: DateTime<Utc>) -> Outcome<SignedIn> {
        let expires_at = now + chrono::Duration::minutes(ACCESS_MINUTES);
        let claims = Claims::new(user, token.tenant, token.session, now, expires_at);
        let access_token = self.keys.sign(&claims)?;
        Ok(SignedIn { access_token, expires_at, refresh_token: token.text() })
    }

    async fn refresh(&self, token: &RefreshToken) -> Outcome<SignedIn> {
        let now = self.db.clock().now();
        let mut tx = self.db.system(Reason::SignIn).await?;
        let presented = store::presented(&mut tx, token).await?;
        let Some(found) = presented else { return Err(invalid_token()) };
        let next = RefreshToken::new(token.tenant, token.session);
        let generation = match rules::judge(&found.facts(), now) {
            Judgement::Invalid => return Err(invalid_token()),
            Judgement::Reused => {
                let ending = Ending::of_session(token.tenant, found.user_id, token.session);
                store::end(&mut tx, &ending, "REUSED", now).await?;
                let changes = json!({ "userId": found.user_id });
                let noted = AuditEntry::new("refreshTokenReused", SESSION, token.session, changes);
                tx.audit(token.tenant, Actor::Worker("sign in"), noted).await?;
                tx.commit().await?;
                self.doorkeeper.forget(token.tenant, Some(found.user_id.0));
                tracing::warn!(session = %token.session, "a refresh token was used again");
                return Err(invalid_token());
            }
            Judgement::Rotate => {
                let generation = found.generation + 1;
                store::rotate(&mut tx, token, generation, now).await?;
                generation
            }
            Judgement::Repeat => found.newest,
        };
        store::keep_token(&mut tx, &next, generation, now, now + refresh_life()).await?;
        tx.commit().await?;
        self.pair(&next, found.user_id, now)
    }

    async fn sign_out(&self, scope: &Scope, which: SignOut) -> Outcome<()> {
        let (Some(user), Some(session)) = (scope.user(), scope.session()) else { return Ok(()) };
        let tenant = scope.tenant();
        let ending = match which {
            SignOut::Here => Ending::of_session(tenant, user, session),
            SignOut::Everywhere => Ending::of_user(tenant, user),
        };
        let mut tx = self.db.system(Reason::SignIn).await?;
        store::end(&mut tx, &ending, "SIGNED_OUT", self.db.clock().now()).await?;
        let changes = json!({ "everywhere": which == SignOut::Everywhere });
        let noted = AuditEntry::new("signOut", SESSION, session, changes);
        tx.audit(tenant, scope.actor(), noted).await?;
        tx.commit().await?;
        self.doorkeeper.forget(tenant, Some(user.0));
        Ok(())
    }

    async fn change_password(&self, scope: &Scope, current: String, new: String) -> Outcome<()> {
        let Some(user) = scope.user() else { return Err(CommandError::NotFound) };
        let tenant = scope.tenant();
        let mut tx = self.db.system(Reason::SignIn).await?;
        let account = store::account_of(&mut tx, tenant, user).await?;
        tx.commit().await?;
        let account = account.ok_or(CommandError::NotFound)?;
        let key = (account.slug.as_str(), account.email.as_str());
        let attempt = self.throttle.enter(key, None, self.db.clock().now()).map_err(throttled)?;
        let hash = PasswordHash(account.password_hash);
        if !self.fits(&current, Some(hash)).await? {
            let said = Refusal::new(
                RefusalCode::WrongCredentials,
                "The current password is wrong.",
                "Текущий пароль неверен.",
            );
            return Err(said.at(["currentPassword"]).into());
        }
        attempt.forgive();
        let password = self.passwords.hash(&new, &account.email).await.map_err(at_new)?;
        let permit = with_right_to_himself(scope).permit::<SetOwnPassword>()?;
        let command = SetOwnPassword { password, keeps: scope.session() };
        self.db.write(&permit, command, None).await?;
        self.doorkeeper.forget(tenant, Some(user.0));
        Ok(())
    }
}

/// The new password's rules speak of `password`; here the field has another name.
fn at_new(error: CommandError) -> CommandError {
    match error {
        CommandError::Refused(refusal) => refusal.at(["newPassword"]).into(),
        other => other,
    }
}

/// Everybody may change his own password once he has proved the old one, whatever his roles:
/// the same actor, with that one right on himself.
fn with_right_to_himself(scope: &Scope) -> Scope {
    one_right(scope, Right::UserWrite)
}

/// The same actor with one right, on what is his own.
pub(crate) fn one_right(scope: &Scope, right: Right) -> Scope {
    let mut rights = RightSet::default();
    rights.give(right, Reach::Own);
    Scope::verified(Origin {
        tenant: scope.tenant(),
        actor: scope.user().map_or(scope.actor(), Actor::User),
        session: scope.session(),
        rights: Arc::new(rights),
        team: scope.user().into_iter().collect(),
        customer: None,
        facts: scope.facts(),
    })
}

fn refresh_life() -> chrono::Duration {
    chrono::Duration::days(REFRESH_DAYS)
}
