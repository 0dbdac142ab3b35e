//! Who is asking, and where.

use std::collections::HashMap;

use access::{Actor, Right};
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use kernel::TenantId;

use crate::errors::Failure;
use crate::ids::global;
use crate::loaders::{Load, Loaded, Loaders};
use crate::scalars::CurrencyCode;
use crate::session::Session;

use super::web_origins::WebOrigins;
use super::{ApiKey, User};

/// The client company whose data this is.
#[derive(Clone)]
pub struct Tenant {
    id: TenantId,
    facts: access::TenantFacts,
}

/// The client company whose data this is.
#[Object]
impl Tenant {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.id)
    }

    /// The short name that people sign in with, such as `vostok`.
    async fn slug(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        Ok(names(ctx).await?.map(|names| names.slug))
    }

    /// The name for people.
    async fn name(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        Ok(names(ctx).await?.map(|names| names.name))
    }

    /// The currency that reports are kept in.
    async fn base_currency(&self) -> CurrencyCode {
        self.facts.base_currency.into()
    }

    /// "Today", due dates and months are in this zone (IANA name).
    async fn time_zone(&self) -> &str {
        self.facts.zone.name()
    }

    /// The web origins whose pages may read what the API answers to the tenant's people and keys.
    async fn web_origins(&self, ctx: &Context<'_>) -> async_graphql::Result<WebOrigins> {
        Ok(identity::web_origins(&*Session::of(ctx)?.tx().await?).await?.into())
    }
}

/// The only tenant that anybody can get at is his own.
async fn names(ctx: &Context<'_>) -> Result<Option<identity::OwnTenant>, Failure> {
    let tx = Session::of(ctx)?.tx().await?;
    Ok(identity::own_tenant(&tx).await?)
}

impl Load<TenantId> for Loaders {
    type Value = Tenant;

    async fn load(&self, keys: &[TenantId]) -> Loaded<TenantId, Tenant> {
        // A caller sees his own tenant and no other.
        let scope = self.scope()?;
        let own = Tenant { id: scope.tenant(), facts: scope.facts() };
        let keys = keys.iter().filter(|key| **key == own.id);
        Ok(keys.map(|key| (*key, own.clone())).collect::<HashMap<_, _>>())
    }
}

/// Whose records a right reaches; a wider reach includes the narrower ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "access::Reach")]
pub enum Reach {
    /// Records whose responsible manager is the user.
    Own,
    /// Records whose responsible manager is in one of the user's teams.
    Team,
    /// All records of the tenant.
    All,
}

/// A right that is given.
#[derive(Clone, SimpleObject)]
pub struct GrantedRight {
    /// What it is about, such as `order`.
    object: &'static str,
    /// What may be done, such as `read`.
    act: &'static str,
    /// Whose records it reaches.
    reach: Reach,
    /// What it allows, in English.
    meaning: &'static str,
}

impl GrantedRight {
    pub(super) fn of(right: Right, reach: access::Reach) -> Self {
        Self {
            object: right.object(),
            act: right.act(),
            reach: reach.into(),
            meaning: right.meaning(),
        }
    }
}

/// Whoever is asking: a person or a partner's program.
pub struct Viewer;

/// Whoever is asking: a person or a partner's program.
#[Object]
impl Viewer {
    /// The tenant of the token or key; everything asked is answered from it.
    async fn tenant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Tenant>> {
        let session = Session::of(ctx)?;
        Ok(session.load(session.scope()?.tenant()).await?)
    }

    /// The rights that the roles or scopes give.
    async fn rights(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<GrantedRight>> {
        let rights = Session::of(ctx)?.scope()?.rights();
        Ok(rights.iter().map(|(right, reach)| GrantedRight::of(right, reach)).collect())
    }

    /// The person who has signed in; null for a partner's key.
    async fn user(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        let session = Session::of(ctx)?;
        let own = identity::own_account(&*session.tx().await?, session.scope()?).await?;
        Ok(own.map(User))
    }

    /// The partner's key; null for a person.
    async fn api_key(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ApiKey>> {
        let session = Session::of(ctx)?;
        let scope = session.scope()?;
        let Actor::Key(key) = scope.actor() else { return Ok(None) };
        Ok(identity::own_key(&*session.tx().await?, scope, key).await?.map(ApiKey))
    }
}
