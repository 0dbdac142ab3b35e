//! The rights that a file was read with: whoever is given the file needs them himself.

use access::{Actor, Reach, Right, Scope};
use db::Fault;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{read, told};

/// Rights with the reach that they were used with, and the roles that custom fields are shown to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RightsUsed {
    rights: Vec<(Right, Reach)>,
    /// Of each custom field that was read and is not everybody's: the roles that read it.
    readers: Vec<Vec<String>>,
}

/// As it is kept: a right with its reach, or roles of which one is needed.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Kept {
    Right(String, String),
    Readers { readers: Vec<String> },
}

impl RightsUsed {
    /// Of what was asked for while the list was read.
    pub fn new(
        rights: impl IntoIterator<Item = (Right, Reach)>,
        readers: impl IntoIterator<Item = Vec<String>>,
    ) -> Self {
        Self { rights: rights.into_iter().collect(), readers: readers.into_iter().collect() }
    }

    /// Whether the one who used them still has them, with no narrower reach.
    #[must_use]
    pub fn hold_for(&self, scope: &Scope) -> bool {
        self.rights.iter().all(|(right, used)| scope.reach(*right) >= Some(*used))
            && self.reads(scope)
    }

    /// Whether every custom field is shown to one of somebody's roles.
    fn reads(&self, scope: &Scope) -> bool {
        self.readers.iter().all(|roles| scope.rights().is_in_any(roles))
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
        let reaches = |(right, used): &(Right, Reach)| match scope.reach(*right) {
            Some(Reach::All) => true,
            Some(Reach::Team) => *used == Reach::Own && is_of_team,
            _ => false,
        };
        self.rights.iter().all(reaches) && self.reads(scope)
    }

    pub(crate) fn read(value: Value) -> Result<Self, Fault> {
        let mut used = Self::default();
        for kept in read::<Vec<Kept>>(value)? {
            match kept {
                Kept::Readers { readers } => used.readers.push(readers),
                Kept::Right(right, reach) => {
                    let named = right.split_once('.');
                    let named = named.and_then(|(of, act)| identity::right_named(of, act));
                    // A right that is no more is nobody's.
                    let gone = || Fault::broken(format!("an export was read with {right} {reach}"));
                    let reach = Reach::parse(&reach).ok_or_else(gone)?;
                    used.rights.push((named.ok_or_else(gone)?, reach));
                }
            }
        }
        Ok(used)
    }

    pub(crate) fn to_value(&self) -> Result<Value, Fault> {
        let right = |(right, reach): &(Right, Reach)| {
            Kept::Right(format!("{}.{}", right.object(), right.act()), reach.as_str().to_owned())
        };
        let readers = |roles: &Vec<String>| Kept::Readers { readers: roles.clone() };
        let kept = self.rights.iter().map(right).chain(self.readers.iter().map(readers));
        told(&kept.collect::<Vec<_>>())
    }
}
