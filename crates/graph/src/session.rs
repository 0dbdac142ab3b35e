//! What a resolver knows of the request it serves.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use access::{Action, Permit, Reach, Right, Scope};
use async_graphql::Context;
use db::{Db, ReadPool, Reader, TenantTx};
use files::Files;
use futures::future::BoxFuture;
use identity::{Identity, SealKeys};
use kernel::{CustomerId, Language, UserId};
use live::Live;
use outbound::Mailing;

use crate::errors::Failure;
use crate::live::{Feed, Feeds};
use crate::loaders::{Key, Load, Loaders, Values};

/// What loaders answer for one kind of key.
type Of<K> = <Loaders as Load<K>>::Value;

/// What the whole program shares, cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// The database.
    pub db: Db,
    /// Cache and bus.
    pub live: Live,
    feeds: Arc<Feeds>,
    identity: Option<Identity>,
    files: Option<Files>,
    seal_keys: Option<SealKeys>,
    mail: Mailing,
}

impl Services {
    /// What the whole program shares.
    #[must_use]
    pub fn new(db: Db, live: Live) -> Self {
        Self {
            db,
            live,
            feeds: Arc::default(),
            identity: None,
            files: None,
            seal_keys: None,
            mail: Mailing::default(),
        }
    }

    /// Lets people sign in; without it only those who are known already are served.
    #[must_use]
    pub fn signing_in(self, identity: Identity) -> Self {
        Self { identity: Some(identity), ..self }
    }

    /// Lets people attach files; without it there are none.
    #[must_use]
    pub fn keeping(self, files: Files) -> Self {
        Self { files: Some(files), ..self }
    }

    /// Lets people send letters; without it they are refused.
    #[must_use]
    pub fn mailing(self, mail: Mailing) -> Self {
        Self { mail, ..self }
    }

    /// Sign-in and what belongs to it, where the program was put together with it.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// Shows the public keys of seals; without it there are none.
    #[must_use]
    pub fn sealing(self, keys: SealKeys) -> Self {
        Self { seal_keys: Some(keys), ..self }
    }
}

/// How a subscriber stands while his subscription is open: rights change, tokens end.
#[async_trait::async_trait]
pub trait Standing: Send + Sync {
    /// His scope as it is now; `None` once his token has expired or was revoked.
    async fn scope(&self) -> Option<Scope>;
}

/// Who asks, in which language, over which snapshot. One is made for each operation.
#[derive(Clone)]
pub struct Session {
    core: Shared,
    loaders: Arc<Loaders>,
}

/// What a session knows, shared with its loaders.
///
/// Behind a trait object, because every resolver holds it while it waits: the compiler would
/// prove for each of them anew that all that is inside may move between threads.
#[derive(Clone)]
pub(crate) struct Shared(Arc<dyn Held>);

impl Deref for Shared {
    type Target = Core;

    fn deref(&self) -> &Core {
        self.0.core()
    }
}

trait Held: Send + Sync {
    fn core(&self) -> &Core;
}

impl Held for Core {
    fn core(&self) -> &Core {
        self
    }
}

pub(crate) struct Core {
    services: Services,
    /// Who asks and his snapshot; `None` for somebody who has not signed in.
    entered: Option<(Scope, Arc<Reader>)>,
    language: Language,
    address: Option<IpAddr>,
    standing: Option<Arc<dyn Standing>>,
    /// What was used, where somebody wants to know.
    used: Option<Mutex<Used>>,
}

/// What the answers of a session hang on.
#[derive(Clone, Default)]
pub(crate) struct Used {
    /// The rights, with their reach.
    pub(crate) rights: BTreeMap<Right, Reach>,
    /// Of each custom field that is not everybody's: its key, and the roles that read it.
    pub(crate) readers: BTreeSet<(String, Vec<String>)>,
}

impl Session {
    /// A session for one operation.
    #[must_use]
    pub fn new(services: Services, scope: Option<Scope>, language: Language) -> Self {
        Self::with(Core {
            entered: enter(&services, scope),
            services,
            language,
            address: None,
            standing: None,
            used: None,
        })
    }

    /// A session for a job: it reads over the connections of jobs, and tells which rights it used.
    pub(crate) fn of_job(services: &Services, scope: &Scope, language: Language) -> Self {
        let reader = services.db.reader(scope, ReadPool::Jobs);
        Self::with(Core {
            services: services.clone(),
            entered: Some((scope.clone(), Arc::new(reader))),
            language,
            address: None,
            standing: None,
            used: Some(Mutex::default()),
        })
    }

    /// What a job used so far.
    pub(crate) fn used(&self) -> Used {
        let used = self.core.used.as_ref();
        let used = used.map(|used| used.lock().unwrap_or_else(PoisonError::into_inner).clone());
        used.unwrap_or_default()
    }

    /// The address of the client, where it came over the network.
    #[must_use]
    pub fn from_address(self, address: Option<IpAddr>) -> Self {
        Self::with(Core { address, ..self.core.anew() })
    }

    /// How to ask for the caller's scope again: subscriptions do before each event.
    #[must_use]
    pub fn standing_by(self, standing: Arc<dyn Standing>) -> Self {
        Self::with(Core { standing: Some(standing), ..self.core.anew() })
    }

    fn with(core: Core) -> Self {
        let core = Shared(Arc::new(core));
        let loaders = Arc::new(Loaders::new(core.clone()));
        Self { core, loaders }
    }

    /// The session of the request a resolver serves.
    ///
    /// # Errors
    /// A fault where the program forgot to give one.
    pub fn of<'c>(ctx: &Context<'c>) -> Result<&'c Self, Failure> {
        ctx.data_opt::<Self>().ok_or_else(|| Failure::broken("a request without a session"))
    }

    /// Who asks.
    ///
    /// # Errors
    /// UNAUTHENTICATED for somebody who has not signed in.
    pub fn scope(&self) -> Result<&Scope, Failure> {
        self.core.scope()
    }

    /// Whether somebody has signed in.
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        self.core.entered.is_some()
    }

    /// Asks for one action.
    ///
    /// # Errors
    /// UNAUTHENTICATED, or FORBIDDEN where the right is not given.
    pub fn permit<A: Action>(&self) -> Result<Permit<A>, Failure> {
        self.core.permit()
    }

    /// Whether a right of the caller's takes in a document of this manager and customer.
    #[must_use]
    pub fn covers(&self, right: Right, manager: Option<UserId>, customer: CustomerId) -> bool {
        self.core.covers(right, manager, customer)
    }

    /// The operation's snapshot, opened at the first call and shared by all resolvers.
    ///
    /// # Errors
    /// UNAUTHENTICATED, or a fault where no connection is to be had.
    pub fn tx(&self) -> BoxFuture<'_, Result<Arc<TenantTx>, Failure>> {
        self.core.tx()
    }

    /// The holder of the snapshot, to renew it after a write.
    ///
    /// # Errors
    /// UNAUTHENTICATED for somebody who has not signed in.
    pub fn reader(&self) -> Result<Arc<Reader>, Failure> {
        self.core.reader().cloned()
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.core.services.db
    }

    /// Cache and bus.
    #[must_use]
    pub fn live(&self) -> &Live {
        &self.core.services.live
    }

    /// Sign-in and what belongs to it.
    ///
    /// # Errors
    /// A fault where the program was put together without it.
    pub fn identity(&self) -> Result<&Identity, Failure> {
        let identity = self.core.services.identity.as_ref();
        identity.ok_or_else(|| Failure::broken("a server without sign-in"))
    }

    /// The store of files.
    ///
    /// # Errors
    /// A fault where the program was put together without it.
    pub fn files(&self) -> Result<&Files, Failure> {
        let files = self.core.services.files.as_ref();
        files.ok_or_else(|| Failure::broken("a server without files"))
    }

    /// The keys that seal the audit trail.
    ///
    /// # Errors
    /// A fault where the program was put together without them.
    pub fn seal_keys(&self) -> Result<&SealKeys, Failure> {
        let keys = self.core.services.seal_keys.as_ref();
        keys.ok_or_else(|| Failure::broken("a server without seals"))
    }

    /// How letters go out.
    #[must_use]
    pub fn mail(&self) -> &Mailing {
        &self.core.services.mail
    }

    /// The language of messages.
    #[must_use]
    pub fn language(&self) -> Language {
        self.core.language
    }

    /// The address of the client, where it came over the network.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.core.address
    }

    /// One record by its key, read together with those that others ask for at the same time;
    /// `None` where it is not there or not visible.
    ///
    /// # Errors
    /// What the batch answered.
    pub fn load<K>(&self, key: K) -> BoxFuture<'_, Result<Option<Of<K>>, Failure>>
    where
        K: Key,
        Loaders: Load<K>,
    {
        Box::pin(async move { Ok(self.loaders.fetch(vec![key]).await?.pop().flatten()) })
    }

    /// The one record that a root field names.
    ///
    /// # Errors
    /// NOT_FOUND where it is not there or not visible: the two cannot be told apart.
    pub fn found<K>(&self, key: K) -> BoxFuture<'_, Result<Option<Of<K>>, Failure>>
    where
        K: Key,
        Loaders: Load<K>,
    {
        Box::pin(async move { self.load(key).await?.map(Some).ok_or_else(Failure::not_found) })
    }

    /// Records by their keys, in the order of the keys; `None` for those not there.
    ///
    /// # Errors
    /// What the batch answered.
    pub fn load_all<K>(&self, keys: Vec<K>) -> BoxFuture<'_, Result<Values<Of<K>>, Failure>>
    where
        K: Key,
        Loaders: Load<K>,
    {
        self.loaders.fetch(keys)
    }

    /// What a mutation made or changed, as it is after the commit; `None` where it was refused or
    /// the caller may not see the record.
    ///
    /// # Errors
    /// What the batch answered.
    pub fn load_made<K>(&self, key: Option<K>) -> BoxFuture<'_, Result<Option<Of<K>>, Failure>>
    where
        K: Key,
        Loaders: Load<K>,
    {
        Box::pin(async move {
            let Some(key) = key else { return Ok(None) };
            match self.load(key).await {
                // Who may write but not read has done his work all the same.
                Err(failure) if failure.is_forbidden() => Ok(None),
                loaded => loaded,
            }
        })
    }

    /// The same client under a scope of now, in a snapshot to come.
    #[must_use]
    pub(crate) fn anew(&self, scope: Option<Scope>) -> Self {
        let core = self.core.anew();
        Self::with(Core { entered: enter(&core.services, scope), ..core })
    }

    /// The caller's scope as it is now; that of the session where nobody watches it.
    pub(crate) async fn standing(&self) -> Option<Scope> {
        match &self.core.standing {
            Some(standing) => standing.scope().await,
            None => self.core.scope().ok().cloned(),
        }
    }

    /// Whether a scope of now allows what the session's did, no more and no less.
    pub(crate) fn stands_as(&self, now: &Scope) -> bool {
        self.core.scope().is_ok_and(|then| {
            then.tenant() == now.tenant()
                && then.rights() == now.rights()
                && then.team() == now.team()
                && then.customer() == now.customer()
        })
    }

    /// The tenant's events.
    pub(crate) async fn feed(&self) -> Result<Arc<Feed>, Failure> {
        let services = &self.core.services;
        Ok(services.feeds.of(&services.db, &services.live, self.scope()?).await?)
    }

    /// Ends the snapshot at the end of the operation.
    pub async fn finish(&self) {
        if let Some((_, reader)) = &self.core.entered {
            reader.renew().await;
        }
    }
}

fn enter(services: &Services, scope: Option<Scope>) -> Option<(Scope, Arc<Reader>)> {
    scope.map(|scope| {
        let reader = services.db.reader(&scope, ReadPool::Requests);
        (scope, Arc::new(reader))
    })
}

impl Core {
    /// The same client with a snapshot to come.
    fn anew(&self) -> Self {
        let scope = self.entered.as_ref().map(|(scope, _)| scope.clone());
        Self {
            entered: enter(&self.services, scope),
            services: self.services.clone(),
            language: self.language,
            address: self.address,
            standing: self.standing.clone(),
            used: None,
        }
    }

    pub(crate) fn scope(&self) -> Result<&Scope, Failure> {
        match &self.entered {
            Some((scope, _)) => Ok(scope),
            None => Err(Failure::unauthenticated()),
        }
    }

    pub(crate) fn permit<A: Action>(&self) -> Result<Permit<A>, Failure> {
        let permit = self.scope()?.permit::<A>()?;
        self.uses(A::RIGHT, permit.reach());
        Ok(permit)
    }

    fn covers(&self, right: Right, manager: Option<UserId>, customer: CustomerId) -> bool {
        let Ok(scope) = self.scope() else { return false };
        if let Some(reach) = scope.reach(right) {
            self.uses(right, reach);
        }
        scope.covers(right, manager, Some(customer))
    }

    fn uses(&self, right: Right, reach: Reach) {
        if let Some(used) = &self.used {
            let mut used = used.lock().unwrap_or_else(PoisonError::into_inner);
            used.rights.insert(right, reach);
        }
    }

    /// A custom field of this key was read that is shown to these roles alone; none are everybody.
    pub(crate) fn shows_to(&self, key: &str, roles: &[String]) {
        if let Some(used) = &self.used
            && !roles.is_empty()
        {
            let mut used = used.lock().unwrap_or_else(PoisonError::into_inner);
            used.readers.insert((key.to_owned(), roles.to_vec()));
        }
    }

    pub(crate) fn reader(&self) -> Result<&Arc<Reader>, Failure> {
        match &self.entered {
            Some((_, reader)) => Ok(reader),
            None => Err(Failure::unauthenticated()),
        }
    }

    pub(crate) fn tx(&self) -> BoxFuture<'_, Result<Arc<TenantTx>, Failure>> {
        Box::pin(async move { Ok(self.reader()?.tx().await?) })
    }
}
