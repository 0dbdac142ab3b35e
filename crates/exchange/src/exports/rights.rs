//! The rights that a file was read with: whoever is given the file needs them himself.

use access::{Actor, Reach, Right, Scope};
use db::Fault;
use serde_json::Value;

use crate::model::{read, told};

/// Rights with the reach that they were used with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RightsUsed(Vec<(Right, Reach)>);

impl RightsUsed {
    /// Of what was asked for while the list was read.
    pub fn new(used: impl IntoIterator<Item = (Right, Reach)>) -> Self {
        Self(used.into_iter().collect())
    }

    /// Whether the one who used them still has them, with no narrower reach.
    #[must_use]
    pub fn hold_for(&self, scope: &Scope) -> bool {
        self.0.iter().all(|(right, used)| scope.reach(*right) >= Some(*used))
    }

    /// Whether somebody may see what was read with them: as the one who read it, or as one whose
    /// reach holds that one's records. Workers inside of the program may.
    #[must_use]
    pub fn let_see(&self, scope: &Scope, reader: Actor) -> bool {
        if matches!(scope.actor(), Actor::Worker(_)) || scope.actor() == reader {
            return self.hold_for(scope);
        }
        // Partners' keys are given what they asked for themselves.
        if matches!(scope.actor(), Actor::Key(_)) {
            return false;
        }
        let is_of_team = matches!(reader, Actor::User(user) if scope.team().contains(&user));
        self.0.iter().all(|(right, used)| match scope.reach(*right) {
            Some(Reach::All) => true,
            Some(Reach::Team) => *used == Reach::Own && is_of_team,
            _ => false,
        })
    }

    pub(crate) fn read(value: Value) -> Result<Self, Fault> {
        let pairs: Vec<(String, String)> = read(value)?;
        let known = |(right, reach): (String, String)| {
            let named = right.split_once('.').and_then(|(of, act)| identity::right_named(of, act));
            // A right that is no more is nobody's.
            let gone = || Fault::broken(format!("an export was read with {right} {reach}"));
            Ok((named.ok_or_else(gone)?, Reach::parse(&reach).ok_or_else(gone)?))
        };
        pairs.into_iter().map(known).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn to_value(&self) -> Result<Value, Fault> {
        let name = |right: Right| format!("{}.{}", right.object(), right.act());
        let pairs: Vec<(String, &str)> =
            self.0.iter().map(|(right, reach)| (name(*right), reach.as_str())).collect();
        told(&pairs)
    }
}
