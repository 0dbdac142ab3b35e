//! Departments: a tree of names for reports.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use db::{
    AuditEntry, Command, CommandError, Fault, FromQueryResult, Outcome, Sql, TenantTx, values,
};
use kernel::{DepartmentId, Refusal, RefusalCode};
use serde_json::json;

use super::{lock_rights, stale, taken, tell, tenant_wide, unknown};
use crate::rules;

/// Makes a department.
#[derive(Clone, Debug)]
pub struct CreateDepartment {
    /// Its name; unique in the tenant.
    pub name: String,
    /// What it belongs to.
    pub parent: Option<DepartmentId>,
}

impl Action for CreateDepartment {
    const RIGHT: Right = Right::UserWrite;
}

/// What to change; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct DepartmentChanges {
    /// Its name.
    pub name: Option<String>,
    /// What it belongs to; `Some(None)`: nothing.
    pub parent: Option<Option<DepartmentId>>,
}

/// Changes a department.
#[derive(Clone, Debug)]
pub struct UpdateDepartment {
    /// Which.
    pub department: DepartmentId,
    /// The version that was read.
    pub version: i32,
    /// What.
    pub changes: DepartmentChanges,
}

impl Action for UpdateDepartment {
    const RIGHT: Right = Right::UserWrite;
}

fn refuse(fault: Fault) -> CommandError {
    let refusal = match fault.constraint() {
        Some("department_name_key") => taken(
            "Another department has this name.",
            "Так называется другое подразделение.",
            "name",
        ),
        Some("department_parent") => unknown("department", "подразделение", "parentId"),
        _ => return fault.into(),
    };
    refusal.into()
}

#[async_trait::async_trait]
impl Command for CreateDepartment {
    type Output = DepartmentId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<DepartmentId> {
        tenant_wide(permit)?;
        let name = rules::name(&self.name).map_err(Refusal::from)?;
        let id = DepartmentId::new();
        let sql = "
            insert into department (tenant_id, id, parent_id, name)
            values ($1, $2, $3, $4)";
        let values = values![permit.tenant(), id, self.parent, name.clone()];
        tx.run(Sql::new(sql, values)).await.map_err(refuse)?;
        let changes = json!({ "name": name, "parentId": self.parent });
        tx.audit(AuditEntry::new("createDepartment", "Department", id, changes));
        tell(tx, "Department", id.0);
        Ok(id)
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: DepartmentId,
    parent_id: Option<DepartmentId>,
    name: String,
    version: i32,
}

#[async_trait::async_trait]
impl Command for UpdateDepartment {
    type Output = DepartmentId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<DepartmentId> {
        tenant_wide(permit)?;
        // One change of the tree at a time, or two could close a circle together.
        lock_rights(tx).await?;
        let all = "select id, parent_id, name, version from department where tenant_id = $1";
        let rows: Vec<Row> = tx.all(Sql::new(all, values![permit.tenant()])).await?;
        let before =
            rows.iter().find(|row| row.id == self.department).ok_or(CommandError::NotFound)?;
        if before.version != self.version {
            return Err(stale(before.version).into());
        }
        let name = self.changes.name.as_deref().unwrap_or(&before.name);
        let name = rules::name(name).map_err(Refusal::from)?;
        let parent = self.changes.parent.unwrap_or(before.parent_id);
        let parents: HashMap<_, _> = rows.iter().map(|row| (row.id, row.parent_id)).collect();
        if rules::closes_a_circle(&parents, self.department, parent) {
            return Err(circle().into());
        }
        let sql = "
            update department
            set name = $3, parent_id = $4, version = version + 1, updated_at = $5
            where tenant_id = $1 and id = $2";
        let values = values![permit.tenant(), self.department, name.clone(), parent, tx.now()];
        tx.run(Sql::new(sql, values)).await.map_err(refuse)?;
        let changes = json!({
            "before": { "name": before.name, "parentId": before.parent_id },
            "after": { "name": name, "parentId": parent },
        });
        tx.audit(AuditEntry::new("updateDepartment", "Department", self.department, changes));
        tell(tx, "Department", self.department.0);
        Ok(self.department)
    }
}

fn circle() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "A department cannot belong to itself or to one below it.",
        "Подразделение не может входить в само себя или в нижестоящее.",
    )
    .at(["parentId"])
}
