//! Who could decide: people who are there, may decide, and whose reach takes the document in.

use std::collections::HashSet;

use access::{Permit, Reach, Right};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use identity::Colleague;
use kernel::UserId;

use crate::rules::{Approver, Chair, Holding};

/// The tenant's people who may decide, and who of them reaches the manager's records by TEAM.
pub(crate) struct Deciders {
    people: Vec<Colleague>,
    team: HashSet<UserId>,
    manager: Option<UserId>,
    own: Vec<UserId>,
}

impl Deciders {
    /// Of a document of a manager, without those whose own it is.
    pub(crate) async fn of<A>(
        tx: &TenantTx,
        permit: &Permit<A>,
        manager: Option<UserId>,
        own: Vec<UserId>,
    ) -> Outcome<Self> {
        let mut people = identity::colleagues(tx, permit, None).await?;
        people.retain(|one| one.rights.reach(Right::ApprovalDecide).is_some());
        let team = match manager {
            Some(manager) => identity::teammates(tx, permit, manager).await?,
            None => HashSet::new(),
        };
        Ok(Self { people, team, manager, own })
    }

    /// How many different people could decide for these.
    pub(crate) fn count<'a>(&self, approvers: impl Iterator<Item = &'a Approver> + Clone) -> usize {
        let reaches = |one: &Colleague| match one.rights.reach(Right::ApprovalDecide) {
            Some(Reach::All) => true,
            Some(Reach::Team) => self.team.contains(&one.id),
            Some(Reach::Own) => self.manager == Some(one.id),
            None => false,
        };
        let sits = |one: &Colleague| approvers.clone().any(|approver| is_him(approver, one));
        let could = |one: &&Colleague| !self.own.contains(&one.id) && reaches(one) && sits(one);
        self.people.iter().filter(could).count()
    }
}

fn is_him(approver: &Approver, one: &Colleague) -> bool {
    match (&approver.role, approver.user_id) {
        (Some(role), _) => one.rights.is_in_any(&[role]),
        (None, Some(user)) => user == one.id,
        (None, None) => false,
    }
}

/// Whether anybody at all could decide for a fallback: he reaches everybody's documents.
pub(crate) async fn is_reachable<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    fallback: &Approver,
) -> Outcome<bool> {
    let people = identity::colleagues(tx, permit, None).await?;
    let could = |one: &Colleague| {
        one.rights.reach(Right::ApprovalDecide) == Some(Reach::All) && is_him(fallback, one)
    };
    Ok(people.iter().any(could))
}

impl From<&Approver> for Option<Chair> {
    fn from(approver: &Approver) -> Self {
        match (&approver.role, approver.user_id) {
            (Some(role), _) => Some(Chair::Role(role.clone())),
            (None, Some(user)) => Some(Chair::User(user)),
            (None, None) => None,
        }
    }
}

/// In whose places the caller decides today: his own first, then those whose deputy he is.
pub(crate) async fn holdings<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    user: UserId,
) -> Outcome<Vec<Holding>> {
    #[derive(FromQueryResult)]
    struct Found {
        user_id: UserId,
    }
    let sql = "
        select distinct d.user_id
        from approval_deputy d
        where d.tenant_id = $1
          and d.deputy_id = $2
          and d.valid_to >= $3
          and d.ended_at is null
          and d.valid_from <= $3";
    let found: Vec<Found> =
        tx.all(Sql::new(sql, values![permit.tenant(), user, tx.today()])).await?;
    let own = permit.scope().rights().roles().map(str::to_owned).collect();
    let mut holdings = vec![Holding { user, roles: own }];
    if found.is_empty() {
        return Ok(holdings);
    }
    let ids: Vec<UserId> = found.into_iter().map(|row| row.user_id).collect();
    for one in identity::colleagues(tx, permit, Some(&ids)).await? {
        let roles = one.rights.roles().map(str::to_owned).collect();
        holdings.push(Holding { user: one.id, roles });
    }
    Ok(holdings)
}
