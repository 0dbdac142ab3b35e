//! A tenant's own roles.

use std::collections::BTreeMap;

use access::{Action, CustomRole, Permit, Reach, Right};
use db::{
    AuditEntry, Command, CommandError, Fault, FromQueryResult, Outcome, Sql, TenantTx, values,
};
use kernel::{Percent, Refusal, RefusalCode, Uuid};
use serde_json::{Value, json};

use super::{keep_an_admin, lock_rights, rights_changed, stale, tenant_wide};
use crate::policy::{self, OwnRole, OwnRoles};
use crate::rules::{self, RoleDraft, RoleRule};

/// A role has a name and no id; the audit trail knows it by an id made of tenant and name.
#[must_use]
pub(crate) fn subject_of(tenant: Uuid, name: &str) -> Uuid {
    Uuid::new_v5(&tenant, name.as_bytes())
}

/// Makes a role, or changes one. A role by the name of one of the start replaces it.
#[derive(Clone, Debug)]
pub struct SaveRole {
    /// The role as it is to be.
    pub role: RoleDraft,
    /// The version that was read; `None` makes the role.
    pub version: Option<i32>,
}

impl Action for SaveRole {
    const RIGHT: Right = Right::RoleWrite;
}

/// Removes a role of the tenant's own that nobody has.
#[derive(Clone, Debug)]
pub struct DeleteRole {
    /// Its name.
    pub name: String,
    /// The version that was read.
    pub version: i32,
}

impl Action for DeleteRole {
    const RIGHT: Right = Right::RoleWrite;
}

#[async_trait::async_trait]
impl Command for SaveRole {
    type Output = String;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<String> {
        tenant_wide(permit)?;
        lock_rights(tx).await?;
        let mut own = policy::own_roles(tx).await?;
        let known = policy::role_names(&own, &*policy::compile(&own).await?);
        let shape: BTreeMap<String, Vec<String>> =
            own.iter().map(|(name, own)| (name.clone(), own.role.includes.clone())).collect();
        rules::check_role(&self.role, &known, &shape).map_err(Refusal::from)?;
        rules::within_discount(self.role.max_discount).map_err(Refusal::from)?;
        let before = own.get(&self.role.name).cloned();
        check_version(before.as_ref(), self.version)?;
        self.put(tx, before.is_none()).await?;
        let role = CustomRole {
            name: self.role.name.clone(),
            includes: self.role.includes.clone(),
            rights: self.role.rights.clone(),
        };
        let title = self.role.title.trim().to_owned();
        let version = before.as_ref().map_or(1, |own| own.version + 1);
        let max_discount = self.role.max_discount.map(Percent::get);
        let after = OwnRole { role, title, max_discount, version };
        let changes = json!({ "before": before.as_ref().map(facts), "after": facts(&after) });
        own.insert(self.role.name.clone(), after);
        self.check_outcome(tx, permit, &own).await?;
        rights_changed(tx, None).await?;
        let subject = subject_of(permit.tenant().0, &self.role.name);
        tx.audit(AuditEntry::new("saveRole", "Role", subject, changes));
        Ok(self.role.name.clone())
    }
}

impl SaveRole {
    /// What the rights are afterwards must still make sense.
    async fn check_outcome(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        own: &OwnRoles,
    ) -> Outcome<()> {
        let policy = policy::compile(own).await?;
        let given = policy.rights(&[&self.role.name]);
        if let Some(right) = rules::exceeded(permit.scope().rights(), &given) {
            return Err(Refusal::from(RoleRule::Exceeded(right)).at(["rights"]).into());
        }
        keep_an_admin(tx, &policy).await
    }

    async fn put(&self, tx: &TenantTx, is_new: bool) -> Result<(), Fault> {
        let role = &self.role;
        let sql = if is_new {
            "insert into tenant_role (tenant_id, name, title, includes, updated_at, max_discount)
             values ($1, $2, $3, $4, $5, $6)"
        } else {
            "update tenant_role
             set title = $3, includes = $4, version = version + 1, updated_at = $5,
                 max_discount = $6
             where tenant_id = $1 and name = $2"
        };
        let title = role.title.trim();
        let max_discount = role.max_discount.map(Percent::get);
        let values = values![
            tx.tenant(),
            role.name.clone(),
            title,
            role.includes.clone(),
            tx.now(),
            max_discount
        ];
        tx.run(Sql::new(sql, values)).await?;
        let clear = "delete from tenant_role_right where tenant_id = $1 and role = $2";
        tx.run(Sql::new(clear, values![tx.tenant(), role.name.clone()])).await?;
        let columns = |part: fn(&(Right, Reach)) -> &'static str| -> Vec<String> {
            role.rights.iter().map(|pair| part(pair).to_owned()).collect()
        };
        let add = "
            insert into tenant_role_right (tenant_id, role, object, act, reach)
            select $1, $2, r.object, r.act, r.reach
            from unnest($3::text[], $4::text[], $5::text[]) as r (object, act, reach)";
        let values = values![
            tx.tenant(),
            role.name.clone(),
            columns(|(right, _)| right.object()),
            columns(|(right, _)| right.act()),
            columns(|(_, reach)| reach.as_str()),
        ];
        tx.run(Sql::new(add, values)).await?;
        Ok(())
    }
}

fn facts(own: &OwnRole) -> Value {
    let right = |(right, reach): &(Right, Reach)| {
        format!("{}.{}.{}", right.object(), right.act(), reach.as_str())
    };
    let rights: Vec<String> = own.role.rights.iter().map(right).collect();
    json!({
        "title": own.title,
        "includes": own.role.includes,
        "rights": rights,
        "maxDiscount": own.max_discount,
    })
}

fn check_version(before: Option<&OwnRole>, read: Option<i32>) -> Outcome<()> {
    match (before, read) {
        (Some(own), Some(version)) if own.version == version => Ok(()),
        (Some(own), Some(_)) => Err(stale(own.version).into()),
        (None, None) => Ok(()),
        (None, Some(_)) => Err(CommandError::NotFound),
        (Some(own), None) => Err(Refusal::new(
            RefusalCode::Taken,
            "There is a role of this name: give its version to change it.",
            "Роль с таким именем уже есть: чтобы изменить её, передайте версию.",
        )
        .at(["name"])
        .with(json!({ "currentVersion": own.version }))
        .into()),
    }
}

#[derive(FromQueryResult)]
struct Used {
    found: bool,
}

#[async_trait::async_trait]
impl Command for DeleteRole {
    type Output = String;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<String> {
        tenant_wide(permit)?;
        lock_rights(tx).await?;
        let mut own = policy::own_roles(tx).await?;
        let before = own.remove(&self.name).ok_or(CommandError::NotFound)?;
        check_version(Some(&before), Some(self.version))?;
        let left = policy::compile(&own).await?;
        // One that replaced a role of the start gives way to it; any other must be unused.
        if left.role(&self.name).is_none() {
            self.reject_in_use(tx, &own).await?;
        }
        let sql = "delete from tenant_role where tenant_id = $1 and name = $2";
        tx.run(Sql::new(sql, values![permit.tenant(), self.name.clone()])).await?;
        keep_an_admin(tx, &left).await?;
        rights_changed(tx, None).await?;
        let subject = subject_of(permit.tenant().0, &self.name);
        let changes = json!({ "before": facts(&before), "after": null });
        tx.audit(AuditEntry::new("deleteRole", "Role", subject, changes));
        Ok(self.name.clone())
    }
}

impl DeleteRole {
    async fn reject_in_use(&self, tx: &TenantTx, others: &OwnRoles) -> Outcome<()> {
        let sql = "
            select exists (
                select from user_role r where r.tenant_id = $1 and r.role = $2) as found";
        let used: Option<Used> =
            tx.one(Sql::new(sql, values![tx.tenant(), self.name.clone()])).await?;
        let is_held = used.is_some_and(|used| used.found);
        let is_included = others.values().any(|own| own.role.includes.contains(&self.name));
        if !is_held && !is_included {
            return Ok(());
        }
        Err(Refusal::new(
            RefusalCode::InUse,
            "Users or other roles have this role.",
            "Эта роль есть у пользователей или входит в другие роли.",
        )
        .at(["name"])
        .into())
    }
}
