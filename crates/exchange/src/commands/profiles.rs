//! Saved mappings: a sender's headers are told once.

use access::{Action, Permit, Right};
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::{Refusal, RefusalCode};
use sheets::Profile;

use super::{FileOptions, check_fields};
use crate::model::ImportKind;
use crate::store::{delete_profile, save_profile};

/// Characters of a name.
const LONGEST_NAME: usize = 100;

/// Saves a mapping under its name, in the place of the one before.
#[derive(Clone, Debug)]
pub struct SaveImportProfile {
    /// For which kind of file.
    pub kind: ImportKind,
    /// Its name, unique for the kind.
    pub name: String,
    /// Fields to headers.
    pub columns: Profile,
    /// How such a file is read.
    pub options: FileOptions,
}

impl Action for SaveImportProfile {
    const RIGHT: Right = Right::ImportRun;
}

#[async_trait::async_trait]
impl Command for SaveImportProfile {
    /// The name as it was kept.
    type Output = String;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<String> {
        let name = self.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                format!("The name has 1 to {LONGEST_NAME} characters."),
                format!("В имени от 1 до {LONGEST_NAME} знаков."),
            )
            .at(["name"])
            .into());
        }
        check_fields(tx, permit, self.kind, &self.columns, &self.options).await?;
        save_profile(tx, permit, self.kind, &name, &self.columns, &self.options).await?;
        Ok(name)
    }
}

/// Removes a saved mapping.
#[derive(Clone, Debug)]
pub struct DeleteImportProfile {
    /// For which kind of file.
    pub kind: ImportKind,
    /// Its name.
    pub name: String,
}

impl Action for DeleteImportProfile {
    const RIGHT: Right = Right::ImportRun;
}

#[async_trait::async_trait]
impl Command for DeleteImportProfile {
    type Output = String;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<String> {
        if delete_profile(tx, permit, self.kind, &self.name).await? {
            return Ok(self.name.clone());
        }
        Err(CommandError::NotFound)
    }
}
