//! Saved mappings: a sender's headers are told once.

use access::{Action, Permit, Right};
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::{Refusal, RefusalCode};
use sheets::Profile;

use super::FileOptions;
use crate::fields::fields;
use crate::model::ImportKind;
use crate::store::{delete_profile, save_profile};

/// Characters of a name.
const LONGEST_NAME: usize = 100;
/// Characters of a header.
const LONGEST_HEADER: usize = 250;

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
        for (field, header) in &self.columns {
            let is_known = fields(self.kind).iter().any(|known| known.name == field);
            if !is_known || header.trim().is_empty() || header.chars().count() > LONGEST_HEADER {
                return Err(odd_column(field).into());
            }
        }
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

impl Command for DeleteImportProfile {
    type Output = String;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<String> {
        if delete_profile(tx, permit, self.kind, &self.name).await? {
            return Ok(self.name.clone());
        }
        Err(CommandError::NotFound)
    }
}

fn odd_column(field: &str) -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        format!("“{field}” is no field of such a file, or its header is empty or too long."),
        format!("«{field}» — не поле такого файла, либо его заголовок пуст или слишком длинный."),
    )
    .at(["columns"])
}
