//! The policy: casbin holds roles and rights, this module compiles each role to a set once, and
//! requests read the set. casbin decides by scanning all its lines, which at a thousand tenants
//! takes up to a second a decision; a compiled set answers by an index.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi, RbacApi};

use crate::{Reach, Right};

const MODEL: &str = include_str!("../policy/model.conf");
const POLICY: &str = include_str!("../policy/policy.csv");
/// How the policy file marks the scopes of partners' keys.
const SCOPE: &str = "scope:";

/// The policy could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// casbin refused the model or a line.
    #[error("the policy cannot be read: {0}")]
    Casbin(#[from] casbin::Error),
    /// A line names a right or reach that does not exist.
    #[error("the policy names an unknown right: {0}")]
    Unknown(String),
}

/// Rights with their reach, compiled from roles; and the roles, for fields that only some see.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RightSet {
    reaches: Box<[Option<Reach>]>,
    /// The roles it was compiled from and those they take in; scopes are among them.
    roles: BTreeSet<Arc<str>>,
    /// Of named workers: they are in every role.
    in_all_roles: bool,
}

impl Default for RightSet {
    fn default() -> Self {
        let reaches = vec![None; Right::ALL.len()].into_boxed_slice();
        Self { reaches, roles: BTreeSet::new(), in_all_roles: false }
    }
}

impl RightSet {
    /// The reach of a right, or `None` where it is not given.
    #[must_use]
    pub fn reach(&self, right: Right) -> Option<Reach> {
        self.reaches[right as usize]
    }

    /// Gives a right; the wider of two reaches stays.
    pub fn give(&mut self, right: Right, reach: Reach) {
        let held = &mut self.reaches[right as usize];
        *held = (*held).max(Some(reach));
    }

    /// Puts the holder into a role, which by itself gives no right.
    pub fn join(&mut self, role: &str) {
        if !self.roles.contains(role) {
            self.roles.insert(role.into());
        }
    }

    /// Whether the holder is in one of these roles, or holds one of these scopes
    /// (`scope:orders:read`). Nobody is in one of none.
    #[must_use]
    pub fn is_in_any<S: AsRef<str>>(&self, roles: &[S]) -> bool {
        self.in_all_roles || roles.iter().any(|role| self.roles.contains(role.as_ref()))
    }

    /// The roles the holder is in and the scopes he holds.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.roles.iter().map(AsRef::as_ref)
    }

    /// Takes in all rights and roles of another set.
    pub fn take_in(&mut self, other: &Self) {
        for (right, reach) in other.iter() {
            self.give(right, reach);
        }
        self.roles.extend(other.roles.iter().cloned());
        self.in_all_roles |= other.in_all_roles;
    }

    /// The rights that are given.
    pub fn iter(&self) -> impl Iterator<Item = (Right, Reach)> + '_ {
        Right::ALL.iter().filter_map(|right| Some((*right, self.reach(*right)?)))
    }

    /// All rights, all records, every role: for named workers inside the program.
    #[must_use]
    pub fn everything() -> Self {
        let reaches = vec![Some(Reach::All); Right::ALL.len()].into_boxed_slice();
        Self { reaches, roles: BTreeSet::new(), in_all_roles: true }
    }
}

/// A role a tenant has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomRole {
    /// Its name, unique in the tenant; may replace a role of the start.
    pub name: String,
    /// Roles it takes in.
    pub includes: Vec<String>,
    /// Its own rights.
    pub rights: Vec<(Right, Reach)>,
}

/// The roles a tenant has, compiled.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    sets: BTreeMap<String, Arc<RightSet>>,
}

impl Policy {
    /// The roles every tenant starts with.
    ///
    /// # Errors
    /// Only where the files in the source are broken.
    pub async fn standard() -> Result<Self, PolicyError> {
        Self::with_roles(&[]).await
    }

    /// The roles of the start, and a tenant's own.
    ///
    /// # Errors
    /// [`PolicyError::Unknown`] for a role that takes in one that does not exist.
    pub async fn with_roles(custom: &[CustomRole]) -> Result<Self, PolicyError> {
        let mut enforcer = enforcer(custom).await?;
        let mut sets = BTreeMap::new();
        for role in roles(&enforcer) {
            sets.insert(role.clone(), Arc::new(compile(&mut enforcer, &role)?));
        }
        Ok(Self { sets })
    }

    /// The rights of several roles together; unknown names give nothing.
    #[must_use]
    pub fn rights<S: AsRef<str>>(&self, roles: &[S]) -> Arc<RightSet> {
        if let [only] = roles
            && let Some(set) = self.sets.get(only.as_ref())
        {
            return Arc::clone(set);
        }
        let mut all = RightSet::default();
        for role in roles {
            // A role without rights is in no line of the policy and a role all the same.
            all.join(role.as_ref());
            if let Some(set) = self.sets.get(role.as_ref()) {
                all.take_in(set);
            }
        }
        Arc::new(all)
    }

    /// The rights of partners' scopes, such as `orders:read`.
    #[must_use]
    pub fn scope_rights<S: AsRef<str>>(&self, scopes: &[S]) -> Arc<RightSet> {
        let names: Vec<String> =
            scopes.iter().map(|scope| format!("{SCOPE}{}", scope.as_ref())).collect();
        self.rights(&names)
    }

    /// The names of roles people can have.
    pub fn role_names(&self) -> impl Iterator<Item = &str> {
        self.sets.keys().map(String::as_str).filter(|name| !name.starts_with(SCOPE))
    }

    /// The set of one role.
    #[must_use]
    pub fn role(&self, name: &str) -> Option<&Arc<RightSet>> {
        self.sets.get(name)
    }
}

/// The scopes a partner's key can have, such as `orders:read`.
#[must_use]
pub fn partner_scopes() -> BTreeSet<&'static str> {
    POLICY
        .lines()
        .filter_map(|line| line.strip_prefix("p, ")?.split(", ").next()?.strip_prefix(SCOPE))
        .collect()
}

async fn enforcer(custom: &[CustomRole]) -> Result<Enforcer, PolicyError> {
    let model = DefaultModel::from_str(MODEL).await?;
    let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await?;
    let replaced: BTreeSet<&str> = custom.iter().map(|role| role.name.as_str()).collect();
    // A tenant's role of the same name replaces the one of the start.
    let mut lines: Vec<Vec<String>> = POLICY
        .lines()
        .filter_map(|line| line.strip_prefix("p, "))
        .map(|line| line.split(", ").map(str::to_owned).collect::<Vec<_>>())
        .filter(|line| line.first().is_some_and(|role| !replaced.contains(role.as_str())))
        .collect();
    let mut groups = Vec::new();
    for role in custom {
        lines.extend(role.rights.iter().map(|(right, reach)| {
            let line = [&role.name, right.object(), right.act(), reach.as_str()];
            line.iter().map(ToString::to_string).collect()
        }));
        groups.extend(role.includes.iter().map(|other| vec![role.name.clone(), other.clone()]));
    }
    enforcer.add_policies(lines).await?;
    if !groups.is_empty() {
        enforcer.add_grouping_policies(groups).await?;
    }
    Ok(enforcer)
}

fn roles(enforcer: &Enforcer) -> BTreeSet<String> {
    let lines = enforcer.get_policy().into_iter().chain(enforcer.get_grouping_policy());
    lines.filter_map(|line| line.into_iter().next()).collect()
}

fn compile(enforcer: &mut Enforcer, role: &str) -> Result<RightSet, PolicyError> {
    let mut set = RightSet::default();
    set.join(role);
    for other in enforcer.get_implicit_roles_for_user(role, None) {
        set.join(&other);
    }
    for line in enforcer.get_implicit_permissions_for_user(role, None) {
        let [_, object, act, reach] = line.as_slice() else {
            return Err(PolicyError::Unknown(line.join(", ")));
        };
        let right = Right::ALL.iter().find(|r| r.object() == object && r.act() == act);
        let (Some(right), Some(reach)) = (right, Reach::parse(reach)) else {
            return Err(PolicyError::Unknown(line.join(", ")));
        };
        set.give(*right, reach);
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The compiled sets are what casbin itself decides, for every role, right and reach.
    #[tokio::test]
    async fn sets_equal_casbins_own_decisions() {
        let custom = [CustomRole {
            name: "senior_manager".into(),
            includes: vec!["manager".into()],
            rights: vec![(Right::OrderDiscount, Reach::Own), (Right::OrderRead, Reach::All)],
        }];
        let policy = Policy::with_roles(&custom).await.unwrap();
        let enforcer = enforcer(&custom).await.unwrap();
        for role in roles(&enforcer) {
            let set = policy.role(&role).unwrap();
            for right in Right::ALL {
                for reach in [Reach::Own, Reach::Team, Reach::All] {
                    let asked = (role.as_str(), right.object(), right.act(), reach.as_str());
                    let allowed = enforcer.enforce(asked).unwrap();
                    let compiled = set.reach(*right).is_some_and(|held| held >= reach);
                    assert_eq!(compiled, allowed, "{role} {right:?} {reach:?}");
                }
            }
        }
    }

    #[tokio::test]
    async fn a_tenants_role_replaces_one_of_the_start() {
        let custom = [CustomRole {
            name: "manager".into(),
            includes: vec![],
            rights: vec![(Right::OrderRead, Reach::Own)],
        }];
        let policy = Policy::with_roles(&custom).await.unwrap();
        let set = policy.rights(&["manager"]);
        assert_eq!(set.reach(Right::OrderRead), Some(Reach::Own));
        assert_eq!(set.reach(Right::CostRead), None, "the start's manager is gone");
    }

    #[tokio::test]
    async fn several_roles_give_the_wider_reach() {
        let policy = Policy::standard().await.unwrap();
        let both = policy.rights(&["manager", "accounting"]);
        assert_eq!(both.reach(Right::OrderRead), Some(Reach::All));
        assert_eq!(both.reach(Right::OrderWrite), Some(Reach::Own));
        assert_eq!(policy.rights(&["nobody"]).iter().count(), 0);
    }

    #[tokio::test]
    async fn a_role_is_in_those_it_takes_in() {
        let custom = [CustomRole {
            name: "senior_manager".into(),
            includes: vec!["manager".into()],
            rights: vec![],
        }];
        let policy = Policy::with_roles(&custom).await.unwrap();
        let senior = policy.rights(&["senior_manager", "marker"]);
        for (roles, expected) in [
            (&["manager"][..], true),
            (&["director", "senior_manager"], true),
            (&["marker"], true),
            (&["director"], false),
            (&[], false),
        ] {
            assert_eq!(senior.is_in_any(roles), expected, "{roles:?}");
        }
        let key = policy.scope_rights(&["orders:read"]);
        assert!(key.is_in_any(&["scope:orders:read"]) && !key.is_in_any(&["manager"]));
        assert!(RightSet::everything().is_in_any(&["director"]));
    }

    #[test]
    fn scopes_are_listed() {
        assert!(partner_scopes().contains("orders:read"));
    }
}
