//! What a resolver knows of the request it serves.

use std::net::IpAddr;
use std::sync::Arc;

use access::{Action, Permit, Scope};
use async_graphql::Context;
use db::{Db, ReadPool, Reader, TenantTx};
use kernel::Language;
use live::Live;

use crate::errors::Failure;
use crate::loaders::{Load, Loaders};

/// What the whole program shares, cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// The database.
    pub db: Db,
    /// Cache and bus.
    pub live: Live,
}

/// Who asks, in which language, over which snapshot. One is made for each operation.
#[derive(Clone)]
pub struct Session {
    core: Arc<Core>,
    loaders: Arc<Loaders>,
}

pub(crate) struct Core {
    services: Services,
    /// Who asks and his snapshot; `None` for somebody who has not signed in.
    entered: Option<(Scope, Arc<Reader>)>,
    language: Language,
    address: Option<IpAddr>,
}

impl Session {
    /// A session for one operation.
    #[must_use]
    pub fn new(services: Services, scope: Option<Scope>, language: Language) -> Self {
        Self::from_address(services, scope, language, None)
    }

    /// A session for one operation of a client whose address is known.
    #[must_use]
    pub fn from_address(
        services: Services,
        scope: Option<Scope>,
        language: Language,
        address: Option<IpAddr>,
    ) -> Self {
        let entered = scope.map(|scope| {
            let reader = services.db.reader(&scope, ReadPool::Requests);
            (scope, Arc::new(reader))
        });
        let core = Arc::new(Core { services, entered, language, address });
        let loaders = Arc::new(Loaders::new(Arc::clone(&core)));
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

    /// The operation's snapshot, opened at the first call and shared by all resolvers.
    ///
    /// # Errors
    /// UNAUTHENTICATED, or a fault where no connection is to be had.
    pub async fn tx(&self) -> Result<Arc<TenantTx>, Failure> {
        self.core.tx().await
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
    pub async fn load<K>(&self, key: K) -> Result<Option<<Loaders as Load<K>>::Value>, Failure>
    where
        K: crate::loaders::Key,
        Loaders: Load<K>,
    {
        Ok(self.loaders.fetch(vec![key]).await?.pop().flatten())
    }

    /// Records by their keys, in the order of the keys; `None` for those not there.
    ///
    /// # Errors
    /// What the batch answered.
    pub async fn load_all<K>(
        &self,
        keys: Vec<K>,
    ) -> Result<Vec<Option<<Loaders as Load<K>>::Value>>, Failure>
    where
        K: crate::loaders::Key,
        Loaders: Load<K>,
    {
        self.loaders.fetch(keys).await
    }

    /// What a mutation made or changed, as it is after the commit; `None` where it was refused or
    /// the caller may not see the record.
    ///
    /// # Errors
    /// What the batch answered.
    pub async fn load_made<K>(
        &self,
        key: Option<K>,
    ) -> Result<Option<<Loaders as Load<K>>::Value>, Failure>
    where
        K: crate::loaders::Key,
        Loaders: Load<K>,
    {
        match key {
            Some(key) => self.load(key).await,
            None => Ok(None),
        }
    }

    /// The same client in a new snapshot: each event of a subscription reads what is true then.
    #[must_use]
    pub fn anew(&self, scope: Option<Scope>) -> Self {
        let core = &self.core;
        Self::from_address(core.services.clone(), scope, core.language, core.address)
    }

    /// Ends the snapshot at the end of the operation.
    pub async fn finish(&self) {
        if let Some((_, reader)) = &self.core.entered {
            reader.renew().await;
        }
    }
}

impl Core {
    pub(crate) fn scope(&self) -> Result<&Scope, Failure> {
        match &self.entered {
            Some((scope, _)) => Ok(scope),
            None => Err(Failure::unauthenticated()),
        }
    }

    pub(crate) fn permit<A: Action>(&self) -> Result<Permit<A>, Failure> {
        Ok(self.scope()?.permit::<A>()?)
    }

    pub(crate) fn reader(&self) -> Result<&Arc<Reader>, Failure> {
        match &self.entered {
            Some((_, reader)) => Ok(reader),
            None => Err(Failure::unauthenticated()),
        }
    }

    pub(crate) async fn tx(&self) -> Result<Arc<TenantTx>, Failure> {
        Ok(self.reader()?.tx().await?)
    }
}
