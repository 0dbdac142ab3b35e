//! Who could decide: people who are there, may decide, and whose reach takes the document in.

use std::collections::HashSet;

use access::{Permit, Reach, Right, RightSet};
use db::{Outcome, TenantTx};
use identity::Colleague;
use kernel::UserId;

use crate::rules::{Approver, Ballot, Chair, Holding, Sight, StepNow, StepState, Verdict, vote};
use crate::store::{StandingIn, standing_in};

/// The tenant's people, and who of them reaches the manager's records by TEAM.
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
        Self::among(tx, permit, None, (manager, own)).await
    }

    /// As [`Deciders::of`], of these people alone.
    pub(crate) async fn among<A>(
        tx: &TenantTx,
        permit: &Permit<A>,
        only: Option<&[UserId]>,
        (manager, own): (Option<UserId>, Vec<UserId>),
    ) -> Outcome<Self> {
        let people = identity::colleagues(tx, permit, only).await?;
        let team = match manager {
            Some(manager) => {
                let mut teams = identity::teammates(tx, permit, &[manager]).await?;
                teams.remove(&manager).unwrap_or_default()
            }
            None => HashSet::new(),
        };
        Ok(Self { people, team, manager, own })
    }

    /// Whether a right of somebody's takes the document in.
    pub(crate) fn covers(&self, one: &Colleague, right: Right) -> bool {
        match one.rights.reach(right) {
            Some(Reach::All) => true,
            Some(Reach::Team) => self.team.contains(&one.id),
            Some(Reach::Own) => self.manager == Some(one.id),
            None => false,
        }
    }

    /// How many different people could decide for these.
    pub(crate) fn count<'a>(&self, approvers: impl Iterator<Item = &'a Approver> + Clone) -> usize {
        let sits = |one: &Colleague| approvers.clone().any(|approver| is_him(approver, one));
        let could = |one: &&Colleague| {
            !self.own.contains(&one.id) && self.covers(one, Right::ApprovalDecide) && sits(one)
        };
        self.people.iter().filter(could).count()
    }

    /// Somebody who may read the request and decide, whether or not anybody asks him.
    pub(crate) fn reader(&self, user: UserId) -> Option<&Colleague> {
        let may = |one: &&Colleague| {
            self.covers(one, Right::ApprovalDecide) && self.covers(one, Right::ApprovalRead)
        };
        self.people.iter().find(|one| one.id == user).filter(may)
    }

    /// What he may see of the request.
    pub(crate) fn sight(&self, one: &Colleague) -> Sight {
        Sight::of(|right| self.covers(one, right))
    }

    /// Those for whose word the request waits, each with whose place it is: his own where it may
    /// be. Those who were asked by name come first, then those whose reach is narrower, who are
    /// nearer to the document; deputies come last.
    pub(crate) fn asked(&self, steps: &[StepNow], standing_in: &[StandingIn]) -> Vec<Asked<'_>> {
        let mut asked: Vec<(Asked<'_>, Nearness)> = Vec::new();
        for one in self.people.iter().filter_map(|one| self.reader(one.id)) {
            let holdings = self.holdings(one, standing_in);
            let (own, manager) = (self.own.as_slice(), self.manager);
            let ballot = Ballot { user: one.id, holdings: &holdings, own, manager };
            let Some((_, place)) = vote(steps, &ballot, Verdict::Approve) else { continue };
            let nearness = Nearness {
                is_deputy: place != one.id,
                is_of_role: !is_named(steps, place),
                reaches_all: one.rights.reach(Right::ApprovalDecide) == Some(Reach::All),
                user: one.id,
            };
            asked.push((Asked { person: one, place }, nearness));
        }
        asked.sort_by_key(|(_, nearness)| *nearness);
        asked.into_iter().map(|(asked, _)| asked).collect()
    }

    fn holdings(&self, one: &Colleague, standing_in: &[StandingIn]) -> Vec<Holding> {
        let away = standing_in.iter().filter(|row| row.deputy_id == one.id);
        let away = away.filter_map(|row| self.people.iter().find(|who| who.id == row.user_id));
        let away = away.filter(|who| self.covers(who, Right::ApprovalDecide));
        std::iter::once(one).chain(away).map(|who| holding(who, None)).collect()
    }

    /// The name of one of them.
    pub(crate) fn name(&self, user: UserId) -> Option<&str> {
        self.people.iter().find(|one| one.id == user).map(|one| one.name.as_str())
    }
}

/// Somebody for whose word a request waits.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) person: &'a Colleague,
    pub(crate) place: UserId,
}

/// Who is written to first, in the order of the fields.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Nearness {
    is_deputy: bool,
    is_of_role: bool,
    reaches_all: bool,
    user: UserId,
}

fn is_named(steps: &[StepNow], user: UserId) -> bool {
    let open = steps.iter().filter(|step| step.state == StepState::Open);
    let mut seats = open.flat_map(|step| &step.seats);
    seats.any(|seat| seat.is_taken && seat.chair == Chair::User(user))
}

fn holding(one: &Colleague, managers: Option<HashSet<UserId>>) -> Holding {
    Holding { user: one.id, roles: one.rights.roles().map(str::to_owned).collect(), managers }
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

/// In whose places somebody with these rights decides today: his own first, then those whose deputy
/// he is, about what they decide themselves. What he reaches himself is his permit's to say.
pub(crate) async fn holdings<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (user, rights): (UserId, &RightSet),
) -> Outcome<Vec<Holding>> {
    let found = standing_in(tx, permit, Some(user)).await?;
    let own = rights.roles().map(str::to_owned).collect();
    let mut holdings = vec![Holding { user, roles: own, managers: None }];
    if found.is_empty() {
        return Ok(holdings);
    }
    let ids: Vec<UserId> = found.into_iter().map(|row| row.user_id).collect();
    let away = identity::colleagues(tx, permit, Some(&ids)).await?;
    let mut teams = identity::teammates(tx, permit, &ids).await?;
    holdings.extend(away.iter().map(|one| {
        let managers = match one.rights.reach(Right::ApprovalDecide) {
            Some(Reach::All) => None,
            Some(Reach::Team) => Some(teams.remove(&one.id).unwrap_or_default()),
            Some(Reach::Own) => Some(HashSet::from([one.id])),
            None => Some(HashSet::new()),
        };
        holding(one, managers)
    }));
    Ok(holdings)
}
