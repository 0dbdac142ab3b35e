//! Fields that a tenant adds to its records: making and changing them. What they hold is written
//! by [`super::custom_values`].

use std::time::Duration;

use access::{Action, Permit, Right, partner_scopes};
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::{CustomFieldId, Refusal, RefusalCode};
use serde_json::json;

use super::{Deed, archived_after, changes};
use crate::checks::{Checks, same_version, unchanged};
use crate::records::{CustomFieldChanges, CustomFieldFields};
use crate::rules::{check_roles, kept_choices};
use crate::store::{Held, count_in_use, drop_keys, fill_keys, hold, insert, lock_field, update};

/// How long a statement over all values of a field may take: 200,000 take seconds.
const PATIENCE: Duration = Duration::from_secs(120);
/// Fields of one kind of record that are in use, at most.
const MOST_FIELDS: i64 = 100;

/// Makes a field. Records that are there are without a value of it.
#[derive(Clone, Debug)]
pub struct CreateCustomField {
    /// Its fields; those not given are empty.
    pub fields: CustomFieldChanges,
}

impl Action for CreateCustomField {
    const RIGHT: Right = Right::CustomFieldWrite;
}

#[async_trait::async_trait]
impl Command for CreateCustomField {
    type Output = CustomFieldId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<CustomFieldId> {
        let fields = self.fields.applied(&CustomFieldFields::blank()).checked()?;
        check_access(tx, &fields).await?;
        check_room(tx, permit, &fields.subject_kind).await?;
        let id = CustomFieldId::new();
        insert(tx, permit, "custom_field", id.0, &fields, &[]).await?;
        let deed = Deed::new("createCustomField", "CustomField", id);
        deed.audit(tx, changes(None, &fields));
        tx.emit(deed.event());
        Ok(id)
    }
}

/// Changes a field. What records hold stays, also where it would not be taken any more: new
/// bounds hold for what is written from now on, and choices left out are archived. Becoming
/// filterable reads all values of the field once; until then those who write it wait.
#[derive(Clone, Debug)]
pub struct UpdateCustomField {
    /// Which one.
    pub id: CustomFieldId,
    /// The version it was read at.
    pub version: i32,
    /// What changes.
    pub fields: CustomFieldChanges,
    /// Archives or restores it; what records hold of an archived field is not shown and stays.
    pub archived: Option<bool>,
}

impl Action for UpdateCustomField {
    const RIGHT: Right = Right::CustomFieldWrite;
}

#[async_trait::async_trait]
impl Command for UpdateCustomField {
    type Output = CustomFieldId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<CustomFieldId> {
        lock_field(tx, permit, self.id).await?;
        let held: Option<Held<CustomFieldFields>> =
            hold(tx, permit, "custom_field", self.id.0).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        same_version(held.record.version, self.version)?;
        let archived_at = archived_after(&held.record, self.archived, tx.now())?;
        let wanted = self.fields.applied(&held.fields);
        let choices = kept_choices(&held.fields.choices, &wanted.choices);
        let fields = CustomFieldFields { choices, ..wanted }.checked()?;
        stays(&held.fields, &fields)?;
        check_access(tx, &fields).await?;
        let was_archived = held.record.archived_at.is_some();
        if was_archived && archived_at.is_none() {
            check_room(tx, permit, &fields.subject_kind).await?;
        }
        update(tx, permit, "custom_field", held.id, &fields, archived_at).await?;
        if held.fields.is_filterable != fields.is_filterable {
            tx.be_patient(PATIENCE).await?;
            if fields.is_filterable {
                fill_keys(tx, permit, self.id).await?;
            } else {
                drop_keys(tx, permit, self.id).await?;
            }
        }
        let deed = Deed::new("updateCustomField", "CustomField", self.id);
        let mut noted = changes(Some(&held.fields), &fields);
        if was_archived != archived_at.is_some() {
            noted["archived"] = json!({ "before": was_archived, "after": !was_archived });
        }
        deed.audit(tx, noted);
        tx.emit(deed.event());
        Ok(self.id)
    }
}

/// Values of older records are read by these.
fn stays(before: &CustomFieldFields, after: &CustomFieldFields) -> Result<(), Refusal> {
    unchanged("subject", &before.subject_kind, &after.subject_kind)?;
    unchanged("key", &before.key, &after.key)?;
    unchanged("kind", &before.kind, &after.kind)?;
    unchanged("target", &before.target, &after.target)
}

/// Only roles and scopes that are there see and write a field.
async fn check_access(tx: &TenantTx, fields: &CustomFieldFields) -> Outcome<()> {
    if fields.read_roles.is_empty() && fields.write_roles.is_empty() {
        return Ok(());
    }
    let roles = identity::role_names(tx).await?;
    let scopes = partner_scopes();
    let is_known = |role: &str| match role.strip_prefix("scope:") {
        Some(scope) => scopes.contains(scope),
        None => roles.contains(role),
    };
    check_roles("readRoles", &fields.read_roles, is_known)?;
    check_roles("writeRoles", &fields.write_roles, is_known)?;
    Ok(())
}

async fn check_room<A>(tx: &TenantTx, permit: &Permit<A>, subject_kind: &str) -> Outcome<()> {
    if count_in_use(tx, permit, subject_kind).await? < MOST_FIELDS {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::TooMany,
        format!("A kind of record has at most {MOST_FIELDS} custom fields in use."),
        format!("У одного вида записей — не больше дополнительных полей: {MOST_FIELDS}."),
    )
    .into())
}
