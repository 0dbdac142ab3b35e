//! Who is asking, and where.

use std::collections::HashMap;

use access::Right;
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use kernel::TenantId;

use crate::ids::global;
use crate::loaders::{Load, Loaded, Loaders};
use crate::scalars::CurrencyCode;
use crate::session::Session;

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

    /// The currency that reports are kept in.
    async fn base_currency(&self) -> CurrencyCode {
        self.facts.base_currency.into()
    }

    /// "Today", due dates and months are in this zone (IANA name).
    async fn time_zone(&self) -> &str {
        self.facts.zone.name()
    }
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

/// A right the caller has.
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
        let granted = |(right, reach): (Right, access::Reach)| GrantedRight {
            object: right.object(),
            act: right.act(),
            reach: reach.into(),
            meaning: right.meaning(),
        };
        Ok(rights.iter().map(granted).collect())
    }
}

/// Queries about who is asking.
#[derive(Default)]
pub struct IdentityQuery;

#[Object]
impl IdentityQuery {
    /// Whoever is asking.
    async fn viewer(&self, ctx: &Context<'_>) -> async_graphql::Result<Viewer> {
        Session::of(ctx)?.scope()?;
        Ok(Viewer)
    }
}
