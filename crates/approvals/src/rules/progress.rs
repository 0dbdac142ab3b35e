//! How a request goes on: who may decide which of its steps, and what his word does to them.
//!
//! Each rule that asks has its own row of steps; all rows go on at once, the steps of a row one
//! after the other. A word counts for every open step in which its author has a seat, once for each
//! person. One no ends the request; it is approved when every row is done.

use std::collections::HashSet;

use kernel::{ApprovalRuleId, UserId};

use super::{StepState, Verdict};

/// A seat of a step: everybody in a role, or one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Whose.
    pub chair: Chair,
    /// Whether it counts: a fallback's does when the step has escalated.
    pub is_taken: bool,
}

/// Whose a seat is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chair {
    /// Everybody's in this role.
    Role(String),
    /// One person's.
    User(UserId),
}

/// A step as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepNow {
    /// The rule whose step it is.
    pub rule: ApprovalRuleId,
    /// Its place, from 1.
    pub position: i32,
    /// How many different people have to agree.
    pub needed: i32,
    /// Where it stands.
    pub state: StepState,
    /// Who may decide.
    pub seats: Vec<Seat>,
    /// Who has agreed.
    pub signed: HashSet<UserId>,
    /// In whose places they agreed: a place speaks once, whoever sits in it.
    pub places: HashSet<UserId>,
}

/// In whose place somebody decides: his own, or that of one whose deputy he is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Whose place.
    pub user: UserId,
    /// That one's roles.
    pub roles: Vec<String>,
    /// About whose documents that one decides himself; `None`: everybody's.
    pub managers: Option<HashSet<UserId>>,
}

impl Holding {
    /// Whether he may decide about a manager's document.
    fn covers(&self, manager: Option<UserId>) -> bool {
        self.managers.as_ref().is_none_or(|own| manager.is_some_and(|id| own.contains(&id)))
    }
}

/// Somebody's word.
#[derive(Clone, Debug)]
pub struct Ballot<'a> {
    /// Who.
    pub user: UserId,
    /// In whose places, his own first.
    pub holdings: &'a [Holding],
    /// Whoever asked and whoever wrote the document: they decide nothing, nor do others for them.
    pub own: &'a [UserId],
    /// Whose document it is: a deputy decides what the one who is away could decide himself.
    pub manager: Option<UserId>,
}

/// A step that a word counts for, and in whose place.
pub type Signed = ((ApprovalRuleId, i32), UserId);

/// The steps that a word changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Steps that are signed now, those that are done by it, those that open, and whether that is
    /// all.
    Approved {
        /// For which steps it counts.
        signed: Vec<Signed>,
        /// Which are done.
        done: Vec<(ApprovalRuleId, i32)>,
        /// Which open.
        opened: Vec<(ApprovalRuleId, i32)>,
        /// The request is approved.
        is_whole: bool,
    },
    /// The request is over.
    Rejected {
        /// For which steps it counts.
        signed: Vec<Signed>,
    },
}

/// In whose place somebody may decide a step; `None`: in nobody's.
#[must_use]
pub fn may_decide(step: &StepNow, ballot: &Ballot<'_>) -> Option<UserId> {
    if step.state != StepState::Open
        || ballot.own.contains(&ballot.user)
        || step.signed.contains(&ballot.user)
    {
        return None;
    }
    let sits = |holding: &&Holding| {
        let has = |seat: &Seat| match &seat.chair {
            Chair::Role(role) => holding.roles.contains(role),
            Chair::User(user) => *user == holding.user,
        };
        !ballot.own.contains(&holding.user)
            && !step.places.contains(&holding.user)
            && holding.covers(ballot.manager)
            && step.seats.iter().any(|seat| seat.is_taken && has(seat))
    };
    ballot.holdings.iter().find(sits).map(|holding| holding.user)
}

/// What a word does; `None` where nothing waits for it.
#[must_use]
pub fn vote(steps: &[StepNow], ballot: &Ballot<'_>, verdict: Verdict) -> Option<(Outcome, UserId)> {
    let key = |step: &StepNow| (step.rule, step.position);
    let his: Vec<(&StepNow, UserId)> =
        steps.iter().filter_map(|step| Some((step, may_decide(step, ballot)?))).collect();
    // His own place comes first, so that a deputy's word is his own where it may be.
    let place = his.iter().map(|(_, place)| *place).min_by_key(|place| *place != ballot.user)?;
    let signed: Vec<Signed> = his.iter().map(|(step, place)| (key(step), *place)).collect();
    if verdict == Verdict::Reject {
        return Some((Outcome::Rejected { signed }, place));
    }
    let is_done_now = |step: &StepNow| {
        let is_signed_now = signed.iter().any(|(signed, _)| *signed == key(step));
        let signatures = step.signed.len() + usize::from(is_signed_now);
        step.state == StepState::Open && i32::try_from(signatures).is_ok_and(|n| n >= step.needed)
    };
    let done: Vec<_> = steps.iter().filter(|step| is_done_now(step)).map(key).collect();
    let follows = |step: &&StepNow| {
        step.state == StepState::Waiting && done.contains(&(step.rule, step.position - 1))
    };
    let opened: Vec<_> = steps.iter().filter(follows).map(key).collect();
    let is_over = |step: &StepNow| step.state == StepState::Done || done.contains(&key(step));
    let is_whole = steps.iter().all(is_over);
    Some((Outcome::Approved { signed, done, opened, is_whole }, place))
}

#[cfg(test)]
mod tests {
    use kernel::Uuid;
    use proptest::prelude::*;

    use super::*;

    fn user(n: u128) -> UserId {
        UserId(Uuid::from_u128(n))
    }

    fn step(rule: u128, position: i32, needed: i32, state: StepState, roles: &[&str]) -> StepNow {
        let seat = |role: &&str| Seat { chair: Chair::Role((*role).to_owned()), is_taken: true };
        StepNow {
            rule: ApprovalRuleId(Uuid::from_u128(rule)),
            position,
            needed,
            state,
            seats: roles.iter().map(seat).collect(),
            signed: HashSet::new(),
            places: HashSet::new(),
        }
    }

    fn holding(n: u128, roles: &[&str]) -> Holding {
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        Holding { user: user(n), roles, managers: None }
    }

    /// Whose document it is.
    const MANAGER: u128 = 6;

    fn ballot<'a>(holdings: &'a [Holding], own: &'a [UserId]) -> Ballot<'a> {
        Ballot { user: holdings[0].user, holdings, own, manager: Some(user(MANAGER)) }
    }

    const ASKER: u128 = 1;

    #[test]
    fn nobody_decides_what_he_asked_for_nor_does_his_deputy() {
        let open = step(9, 1, 1, StepState::Open, &["director"]);
        let own = [user(ASKER)];
        for (who, may) in [
            (vec![holding(2, &["director"])], Some(user(2))),
            (vec![holding(2, &["manager"])], None),
            // The asker is a director himself, or stands in for one.
            (vec![holding(ASKER, &["director"])], None),
            (vec![holding(ASKER, &["manager"]), holding(2, &["director"])], None),
            // A deputy of another director may, one of the asker may not.
            (vec![holding(3, &["manager"]), holding(2, &["director"])], Some(user(2))),
            (vec![holding(3, &["manager"]), holding(ASKER, &["director"])], None),
        ] {
            assert_eq!(may_decide(&open, &ballot(&who, &own)), may, "{who:?}");
        }
        let waiting = StepNow { state: StepState::Waiting, ..open };
        assert_eq!(may_decide(&waiting, &ballot(&[holding(2, &["director"])], &own)), None);
    }

    #[test]
    fn a_place_speaks_once_whoever_sits_in_it() {
        let mut open = step(9, 1, 2, StepState::Open, &["director"]);
        open.signed.insert(user(7));
        open.places.insert(user(2));
        for (who, may) in [
            // His deputy has spoken for him, and neither he nor another deputy of his adds to it.
            (vec![holding(2, &["director"])], None),
            (vec![holding(8, &["accounting"]), holding(2, &["director"])], None),
            // That deputy is one person, also where he stands in for somebody else.
            (vec![holding(7, &["accounting"]), holding(3, &["director"])], None),
            (vec![holding(3, &["director"])], Some(user(3))),
            (vec![holding(8, &["accounting"]), holding(3, &["director"])], Some(user(3))),
        ] {
            assert_eq!(may_decide(&open, &ballot(&who, &[])), may, "{who:?}");
        }
    }

    #[test]
    fn a_deputy_decides_what_the_one_who_is_away_could_decide() {
        let open = step(9, 1, 1, StepState::Open, &["head"]);
        let deputy_of = |managers: Option<&[u128]>| {
            let managers = managers.map(|ids| ids.iter().map(|id| user(*id)).collect());
            [holding(8, &["accounting"]), Holding { managers, ..holding(2, &["head"]) }]
        };
        for (managers, may) in [
            (None, Some(user(2))),
            (Some(&[MANAGER, 4][..]), Some(user(2))),
            (Some(&[4][..]), None),
            (Some(&[][..]), None),
        ] {
            let who = deputy_of(managers);
            assert_eq!(may_decide(&open, &ballot(&who, &[])), may, "{managers:?}");
            // A document of nobody's is decided by those who decide about all.
            let of_nobody = Ballot { manager: None, ..ballot(&who, &[]) };
            let may = managers.is_none().then(|| user(2));
            assert_eq!(may_decide(&open, &of_nobody), may, "{managers:?}");
        }
    }

    #[test]
    fn a_fallback_has_no_word_before_the_step_escalates() {
        let mut open = step(9, 1, 1, StepState::Open, &["head"]);
        open.seats.push(Seat { chair: Chair::User(user(5)), is_taken: false });
        let director = [holding(5, &["director"])];
        assert_eq!(may_decide(&open, &ballot(&director, &[])), None);
        open.seats[1].is_taken = true;
        assert_eq!(may_decide(&open, &ballot(&director, &[])), Some(user(5)));
    }

    #[test]
    fn two_signatures_are_of_two_people_and_steps_follow_each_other() {
        let mut steps = vec![
            step(9, 1, 2, StepState::Open, &["head"]),
            step(9, 2, 1, StepState::Waiting, &["director"]),
        ];
        let first = [holding(2, &["head"])];
        let (outcome, _) = vote(&steps, &ballot(&first, &[]), Verdict::Approve).unwrap();
        let at = (steps[0].rule, 1);
        assert_eq!(
            outcome,
            Outcome::Approved {
                signed: vec![(at, user(2))],
                done: vec![],
                opened: vec![],
                is_whole: false
            }
        );
        steps[0].signed.insert(user(2));
        steps[0].places.insert(user(2));
        assert_eq!(vote(&steps, &ballot(&first, &[]), Verdict::Approve), None, "twice");
        let second = [holding(3, &["head"])];
        let (outcome, _) = vote(&steps, &ballot(&second, &[]), Verdict::Approve).unwrap();
        let next = (steps[0].rule, 2);
        assert_eq!(
            outcome,
            Outcome::Approved {
                signed: vec![(at, user(3))],
                done: vec![at],
                opened: vec![next],
                is_whole: false
            }
        );
        steps[0].state = StepState::Done;
        steps[1].state = StepState::Open;
        let third = [holding(4, &["director"])];
        let (outcome, _) = vote(&steps, &ballot(&third, &[]), Verdict::Approve).unwrap();
        assert!(matches!(outcome, Outcome::Approved { is_whole: true, .. }), "{outcome:?}");
    }

    #[test]
    fn one_word_counts_for_every_rule_that_asks_its_author_and_one_no_is_enough() {
        let steps = vec![
            step(8, 1, 1, StepState::Open, &["director"]),
            step(9, 1, 1, StepState::Open, &["director", "accounting"]),
        ];
        let director = [holding(4, &["director"])];
        let (outcome, _) = vote(&steps, &ballot(&director, &[]), Verdict::Approve).unwrap();
        assert!(matches!(outcome, Outcome::Approved { is_whole: true, .. }), "{outcome:?}");
        let accountant = [holding(5, &["accounting"])];
        let (outcome, _) = vote(&steps, &ballot(&accountant, &[]), Verdict::Approve).unwrap();
        assert!(matches!(outcome, Outcome::Approved { is_whole: false, .. }), "{outcome:?}");
        let (outcome, _) = vote(&steps, &ballot(&accountant, &[]), Verdict::Reject).unwrap();
        assert_eq!(outcome, Outcome::Rejected { signed: vec![((steps[1].rule, 1), user(5))] });
    }

    proptest! {
        /// However words come, a request is approved only with as many people as each step needs,
        /// never the asker among them.
        #[test]
        fn no_step_is_done_with_fewer_people_than_it_needs(
            needed in prop::collection::vec(1_i32..4, 1..4),
            words in prop::collection::vec(1_u128..7, 0..40),
        ) {
            let mut steps: Vec<StepNow> = needed.iter().enumerate().map(|(place, needed)| {
                let state = if place == 0 { StepState::Open } else { StepState::Waiting };
                step(9, i32::try_from(place).unwrap() + 1, *needed, state, &["director"])
            }).collect();
            for word in words {
                let who = [holding(word, &["director"])];
                let own = [user(ASKER)];
                let voted = vote(&steps, &ballot(&who, &own), Verdict::Approve);
                let Some((Outcome::Approved { signed, done, opened, .. }, _)) = voted else {
                    continue;
                };
                prop_assert!(word != ASKER);
                for step in &mut steps {
                    let key = (step.rule, step.position);
                    if signed.iter().any(|(step, _)| *step == key) {
                        step.signed.insert(user(word));
                        step.places.insert(user(word));
                    }
                    if done.contains(&key) { step.state = StepState::Done; }
                    if opened.contains(&key) { step.state = StepState::Open; }
                }
            }
            for step in &steps {
                if step.state == StepState::Done {
                    prop_assert!(step.signed.len() >= usize::try_from(step.needed).unwrap());
                }
            }
        }
    }
}
