//! A scope opens, a permit allows.

use std::marker::PhantomData;
use std::sync::Arc;

use chrono_tz::Tz;
use kernel::{ApiKeyId, Currency, CustomerId, SessionId, TenantId, UserId, Uuid};

use crate::{Linked, Reach, Right, RightSet};

/// Who is asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A person who has signed in.
    User(UserId),
    /// A partner's program.
    Key(ApiKeyId),
    /// A named worker inside the program.
    Worker(&'static str),
    /// Whoever holds a single-purpose link.
    Link(Linked),
}

impl Actor {
    /// The kind as the audit trail writes it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Key(_) => "key",
            Self::Worker(_) => "worker",
            Self::Link(_) => "link",
        }
    }

    /// The id as the audit trail writes it; nil for workers.
    #[must_use]
    pub fn id(&self) -> Uuid {
        match self {
            Self::User(id) => id.0,
            Self::Key(id) => id.0,
            Self::Worker(_) => Uuid::nil(),
            Self::Link(link) => link.id.0,
        }
    }

    /// The name the audit trail writes beside the id: a worker's, and what a link is for.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Worker(name) => name,
            Self::Link(link) => link.kind.as_str(),
            _ => "",
        }
    }
}

/// What every request of a tenant needs to know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TenantFacts {
    /// "Today", due dates and months are in this zone.
    pub zone: Tz,
    /// The currency of base amounts.
    pub base_currency: Currency,
}

/// What a scope is made from. Only code that has verified a token, a key or is a named worker
/// fills this; a test lists the places.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The tenant in the token or key.
    pub tenant: TenantId,
    /// Who is asking.
    pub actor: Actor,
    /// The signed-in session, for people.
    pub session: Option<SessionId>,
    /// The compiled rights of the actor's roles or scopes.
    pub rights: Arc<RightSet>,
    /// The user and everybody in the teams he heads or belongs to.
    pub team: Arc<[UserId]>,
    /// The one customer a partner's key is bound to.
    pub customer: Option<CustomerId>,
    /// The tenant's time zone and base currency.
    pub facts: TenantFacts,
}

/// Who is asking, in which tenant, with which rights. It opens transactions and snapshots, but
/// allows nothing by itself.
#[derive(Clone, Debug)]
pub struct Scope(Arc<Origin>);

impl Scope {
    /// Makes a scope of what was verified.
    #[must_use]
    pub fn verified(origin: Origin) -> Self {
        Self(Arc::new(origin))
    }

    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.0.tenant
    }

    /// Who is asking.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.0.actor
    }

    /// The user, where a person is asking.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self.0.actor {
            Actor::User(id) => Some(id),
            _ => None,
        }
    }

    /// The single-purpose link that was opened, where somebody came with one. What he may do, he
    /// may do with its record alone: commands of links take the record from here, never from what
    /// was sent.
    #[must_use]
    pub fn link(&self) -> Option<Linked> {
        match self.0.actor {
            Actor::Link(link) => Some(link),
            _ => None,
        }
    }

    /// The signed-in session, where a person is asking.
    #[must_use]
    pub fn session(&self) -> Option<SessionId> {
        self.0.session
    }

    /// The customer a partner's key is bound to.
    #[must_use]
    pub fn customer(&self) -> Option<CustomerId> {
        self.0.customer
    }

    /// The tenant's time zone and base currency.
    #[must_use]
    pub fn facts(&self) -> TenantFacts {
        self.0.facts
    }

    /// The compiled rights: two scopes with equal rights, team and customer may share a cached
    /// answer.
    #[must_use]
    pub fn rights(&self) -> &RightSet {
        &self.0.rights
    }

    /// The users whose records count as the team's.
    #[must_use]
    pub fn team(&self) -> &[UserId] {
        &self.0.team
    }

    /// The reach of a right, or `None` where it is not given.
    #[must_use]
    pub fn reach(&self, right: Right) -> Option<Reach> {
        self.0.rights.reach(right)
    }

    /// Whether a right takes in a record with this manager and customer.
    #[must_use]
    pub fn covers(
        &self,
        right: Right,
        manager: Option<UserId>,
        customer: Option<CustomerId>,
    ) -> bool {
        self.reach(right).is_some_and(|reach| self.is_within(reach, manager, customer))
    }

    fn is_within(
        &self,
        reach: Reach,
        manager: Option<UserId>,
        customer: Option<CustomerId>,
    ) -> bool {
        let bound = self.customer();
        if bound.is_some() && bound != customer {
            return false;
        }
        match reach {
            Reach::All => true,
            Reach::Team => manager.is_some_and(|id| self.team().contains(&id)),
            Reach::Own => manager.is_some() && manager == self.user(),
        }
    }

    /// Asks for one action.
    ///
    /// # Errors
    /// [`Forbidden`] where no role or scope of the actor gives the action's right.
    pub fn permit<A: Action>(&self) -> Result<Permit<A>, Forbidden> {
        match self.0.rights.reach(A::RIGHT) {
            Some(reach) => Ok(Permit { scope: self.clone(), reach, action: PhantomData }),
            None => Err(Forbidden(A::RIGHT)),
        }
    }
}

/// One thing a user does or reads; commands are actions themselves.
pub trait Action {
    /// The right it needs.
    const RIGHT: Right;
}

/// The actor lacks the right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the right {}.{} is needed", .0.object(), .0.act())]
pub struct Forbidden(pub Right);

/// The leave to do one action in one tenant, within a reach. Only the policy makes it.
pub struct Permit<A> {
    scope: Scope,
    reach: Reach,
    action: PhantomData<fn() -> A>,
}

impl<A> Clone for Permit<A> {
    fn clone(&self) -> Self {
        Self { scope: self.scope.clone(), reach: self.reach, action: PhantomData }
    }
}

impl<A> Permit<A> {
    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.scope.tenant()
    }

    /// Who is asking.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.scope.actor()
    }

    /// The user, where a person is asking.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.scope.user()
    }

    /// The scope it came from, to ask for further permits.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whose records it reaches.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// The managers whose records it reaches, for SQL: `None` means everybody's. A partner's key
    /// has no records of its own, so a narrow reach without a user is nobody's.
    #[must_use]
    pub fn managers(&self) -> Option<Vec<Uuid>> {
        match self.reach {
            Reach::All => None,
            Reach::Team => Some(self.scope.team().iter().map(|id| id.0).collect()),
            Reach::Own => Some(self.user().map(|id| id.0).into_iter().collect()),
        }
    }

    /// The one customer it reaches, for SQL: `None` means all within [`Permit::managers`].
    #[must_use]
    pub fn customer(&self) -> Option<CustomerId> {
        self.scope.customer()
    }

    /// Whether a record with this manager and customer is within reach.
    #[must_use]
    pub fn reaches(&self, manager: Option<UserId>, customer: Option<CustomerId>) -> bool {
        self.scope.is_within(self.reach, manager, customer)
    }
}
