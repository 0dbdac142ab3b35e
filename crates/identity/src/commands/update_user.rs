//! Changing a user: his name, place, roles, whether he may sign in, his password.

use access::{Action, Permit, Right, RightSet};
use db::{AuditEntry, Command, CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, DepartmentId, Language, Percent, Refusal, UserId};
use serde_json::{Map, Value, json};

use super::create_user::{give_roles, language_code, refuse};
use super::{
    check_roles, end_sessions, keep_an_admin, lock_account, lock_rights, rights_changed, stale,
    tell, within_own_discount, within_rights,
};
use crate::passwords::PasswordHash;
use crate::policy::OwnRoles;
use crate::rules::RoleRule;
use crate::{policy, rules};

/// What to change; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct UserChanges {
    /// His name.
    pub name: Option<String>,
    /// The language of messages to him.
    pub language: Option<Language>,
    /// Whether he gets letters about approvals that wait for him.
    pub approval_letters: Option<bool>,
    /// All his roles from now on.
    pub roles: Option<Vec<String>>,
    /// Where he works; `Some(None)`: nowhere.
    pub department: Option<Option<DepartmentId>>,
    /// The largest discount he gives without asking; `Some(None)`: none of his own.
    pub max_discount: Option<Option<Percent>>,
    /// Whether he may sign in.
    pub active: Option<bool>,
    /// A new password's hash; all his sessions end.
    pub password: Option<PasswordHash>,
    /// His key in another system.
    pub external_reference: Option<Option<String>>,
}

/// Changes a user.
#[derive(Clone, Debug)]
pub struct UpdateUser {
    /// Whom.
    pub user: UserId,
    /// The version that was read.
    pub version: i32,
    /// What.
    pub changes: UserChanges,
}

impl Action for UpdateUser {
    const RIGHT: Right = Right::UserWrite;
}

#[derive(FromQueryResult)]
struct Row {
    name: String,
    language: String,
    approval_letters: bool,
    department_id: Option<DepartmentId>,
    max_discount: Option<Decimal>,
    active: bool,
    external_reference: Option<String>,
    version: i32,
    roles: Vec<String>,
}

#[async_trait::async_trait]
impl Command for UpdateUser {
    type Output = UserId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<UserId> {
        let wanted = &self.changes;
        let name = wanted.name.as_deref().map(rules::name).transpose().map_err(Refusal::from)?;
        rules::within_discount(wanted.max_discount.flatten()).map_err(Refusal::from)?;
        lock_rights(tx).await?;
        lock_account(tx, self.user).await?;
        let before = find(tx, permit, self.user).await?.ok_or(CommandError::NotFound)?;
        if before.version != self.version {
            return Err(stale(before.version).into());
        }
        let own = policy::own_roles(tx).await?;
        let policy = policy::compile(&own).await?;
        let caller = permit.scope().rights();
        // Who sets a password or shuts an account must not stand below it.
        if wanted.password.is_some() || wanted.active.is_some() || wanted.roles.is_some() {
            within_rights(caller, &policy.rights(&before.roles)).map_err(Refusal::from)?;
        }
        let after = Row {
            name: name.unwrap_or_else(|| before.name.clone()),
            language: wanted.language.map_or(before.language.clone(), |l| language_code(l).into()),
            approval_letters: wanted.approval_letters.unwrap_or(before.approval_letters),
            department_id: wanted.department.unwrap_or(before.department_id),
            max_discount: match wanted.max_discount {
                Some(limit) => limit.map(Percent::get),
                None => before.max_discount,
            },
            active: wanted.active.unwrap_or(before.active),
            external_reference: match &wanted.external_reference {
                Some(reference) => reference.clone(),
                None => before.external_reference.clone(),
            },
            version: before.version + 1,
            roles: match &wanted.roles {
                Some(roles) => check_roles(&policy, &own, caller, roles)?.into_iter().collect(),
                None => before.roles.clone(),
            },
        };
        let is_given = |role: &&String| !before.roles.contains(role);
        let new_roles: Vec<String> = after.roles.iter().filter(is_given).cloned().collect();
        let given = given_discount(&own, &before, &after, &new_roles);
        within_own_discount(tx, permit, given).await?;
        if !new_roles.is_empty() {
            within_own_teams(tx, permit, self.user, &policy.rights(&new_roles)).await?;
        }
        write(tx, self.user, &after, wanted.password.as_ref()).await?;
        if after.roles != before.roles {
            let sql = "delete from user_role where tenant_id = $1 and user_id = $2";
            tx.run(Sql::new(sql, values![tx.tenant(), self.user])).await?;
            give_roles(tx, self.user, after.roles.clone()).await?;
        }
        if after.roles != before.roles || !after.active {
            keep_an_admin(tx, &policy).await?;
        }
        let is_shut = before.active && !after.active;
        if is_shut || wanted.password.is_some() {
            end_sessions(tx, self.user, None).await?;
        }
        rights_changed(tx, Some(self.user.0)).await?;
        let changes = differences(&before, &after, wanted.password.is_some());
        tx.audit(AuditEntry::new("updateUser", "User", self.user, changes));
        tell(tx, "User", self.user.0);
        Ok(self.user)
    }
}

async fn find(tx: &TenantTx, permit: &Permit<UpdateUser>, user: UserId) -> Outcome<Option<Row>> {
    // Roles change under lock_rights only, so that they can be read beside the locked row.
    let sql = "
        select u.name, u.language, u.approval_letters, u.department_id, u.max_discount, u.active,
               u.external_reference, u.version,
               array(select r.role
                     from user_role r
                     where r.tenant_id = $1 and r.user_id = u.id
                     order by r.role) as roles
        from app_user u
        where u.tenant_id = $1 and u.id = $2 and ($3::uuid[] is null or u.id = any($3))
        for no key update of u";
    Ok(tx.one(Sql::new(sql, values![permit.tenant(), user, permit.managers()])).await?)
}

/// The largest discount that a change gives; `None` where it gives none.
fn given_discount(
    own: &OwnRoles,
    before: &Row,
    after: &Row,
    new_roles: &[String],
) -> Option<Decimal> {
    let limit = |user: &Row| {
        rules::discount_limit(user.max_discount, policy::discount_by_roles(own, &user.roles))
    };
    let set = after.max_discount.filter(|_| after.max_discount != before.max_discount);
    // Without the limit, or a role that had one, he may give more than before.
    let raised = Some(limit(after)).filter(|after| *after > limit(before));
    set.max(raised).max(policy::discount_by_roles(own, new_roles))
}

/// Roles with the reach TEAM give the records of everybody in his teams.
async fn within_own_teams(
    tx: &TenantTx,
    permit: &Permit<UpdateUser>,
    user: UserId,
    given: &RightSet,
) -> Outcome<()> {
    #[derive(FromQueryResult)]
    struct Mate {
        id: UserId,
    }
    let sql = "
        with mine as (
            select t.id, t.head_id
            from team t
            where t.tenant_id = $1
              and (t.head_id = $2
                   or exists (select from team_member m
                              where m.tenant_id = $1 and m.team_id = t.id and m.user_id = $2))
        )
        select mine.head_id as id from mine
        union
        select m.user_id
        from team_member m
        where m.tenant_id = $1 and m.team_id in (select mine.id from mine)";
    let mates: Vec<Mate> = tx.all(Sql::new(sql, values![permit.tenant(), user])).await?;
    let nothing = RightSet::default();
    let mut people: Vec<(UserId, &RightSet)> =
        mates.iter().filter(|mate| mate.id != user).map(|mate| (mate.id, &nothing)).collect();
    people.push((user, given));
    let scope = permit.scope();
    match rules::exceeded_by_team(scope.rights(), scope.team(), &people) {
        Some(right) => Err(Refusal::from(RoleRule::TeamExceeded(right)).at(["roles"]).into()),
        None => Ok(()),
    }
}

async fn write(
    tx: &TenantTx,
    user: UserId,
    after: &Row,
    password: Option<&PasswordHash>,
) -> Outcome<()> {
    let mut sql = Sql::new(
        "update app_user
         set name = $3, language = $4, department_id = $5, max_discount = $6, active = $7,
             external_reference = $8, version = $9, updated_at = $10, approval_letters = $11",
        values![
            tx.tenant(),
            user,
            after.name.clone(),
            after.language.clone(),
            after.department_id,
            after.max_discount,
            after.active,
            after.external_reference.clone(),
            after.version,
            tx.now(),
            after.approval_letters,
        ],
    );
    if let Some(password) = password {
        sql.with(", password_hash = ", password.0.clone(), "");
    }
    sql.push(" where tenant_id = $1 and id = $2");
    tx.run(sql).await.map_err(refuse)?;
    Ok(())
}

fn differences(before: &Row, after: &Row, has_new_password: bool) -> Value {
    let pairs = [
        ("name", json!(before.name), json!(after.name)),
        ("language", json!(before.language), json!(after.language)),
        ("approvalLetters", json!(before.approval_letters), json!(after.approval_letters)),
        ("departmentId", json!(before.department_id), json!(after.department_id)),
        ("maxDiscount", json!(before.max_discount), json!(after.max_discount)),
        ("active", json!(before.active), json!(after.active)),
        ("externalReference", json!(before.external_reference), json!(after.external_reference)),
        ("roles", json!(before.roles), json!(after.roles)),
    ];
    let mut changes: Map<String, Value> = pairs
        .into_iter()
        .filter(|(_, was, is)| was != is)
        .map(|(field, was, is)| (field.to_owned(), json!({ "before": was, "after": is })))
        .collect();
    if has_new_password {
        changes.insert("password".into(), json!("set"));
    }
    Value::Object(changes)
}
