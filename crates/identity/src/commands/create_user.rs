//! A new user.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, CommandError, Fault, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, DepartmentId, Language, Percent, Refusal, UserId};
use serde_json::json;

use super::leaving::takes_over;
use super::{check_roles, lock_rights, taken, tell, tenant_wide, unknown, within_own_discount};
use crate::passwords::PasswordHash;
use crate::{policy, rules};

/// Makes a user who may sign in at once.
#[derive(Clone, Debug)]
pub struct CreateUser {
    /// What he signs in with; unique in the tenant.
    pub email: String,
    /// His name.
    pub name: String,
    /// His password's hash, by [`crate::Passwords::hash`].
    pub password: PasswordHash,
    /// The language of messages to him.
    pub language: Language,
    /// His roles.
    pub roles: Vec<String>,
    /// Where he works.
    pub department: Option<DepartmentId>,
    /// The largest discount he gives without asking, percent; `None`: none of his own.
    pub max_discount: Option<Percent>,
    /// His key in another system; unique in the tenant.
    pub external_reference: Option<String>,
}

impl Action for CreateUser {
    const RIGHT: Right = Right::UserWrite;
}

pub(super) fn language_code(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Ru => "ru",
    }
}

/// Names of constraints, and what they mean to the caller.
pub(super) fn refuse(fault: Fault) -> CommandError {
    let refusal = match fault.constraint() {
        Some("app_user_email_key") => taken(
            "Another user has this e-mail address.",
            "Этот адрес почты уже у другого пользователя.",
            "email",
        ),
        Some("app_user_external_reference_key") => taken(
            "Another user has this external reference.",
            "Эта внешняя ссылка уже у другого пользователя.",
            "externalReference",
        ),
        Some("app_user_department") => unknown("department", "подразделение", "departmentId"),
        Some("hand_over_running") => takes_over("active"),
        _ => return fault.into(),
    };
    refusal.into()
}

#[async_trait::async_trait]
impl Command for CreateUser {
    type Output = UserId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<UserId> {
        tenant_wide(permit)?;
        let email = rules::email(&self.email).map_err(Refusal::from)?;
        let name = rules::name(&self.name).map_err(Refusal::from)?;
        rules::within_discount(self.max_discount).map_err(Refusal::from)?;
        lock_rights(tx).await?;
        let own = policy::own_roles(tx).await?;
        let policy = policy::compile(&own).await?;
        let roles = check_roles(&policy, &own, permit.scope().rights(), &self.roles)?;
        let discount: Option<Decimal> = self.max_discount.map(Percent::get);
        let by_roles = policy::discount_by_roles(&own, &self.roles);
        let given = Some(rules::discount_limit(discount, by_roles)).max(by_roles);
        within_own_discount(tx, permit, given).await?;
        let user = UserId::new();
        let sql = "
            insert into app_user
                (tenant_id, id, email, name, password_hash, language, department_id,
                 max_discount, external_reference)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let values = values![
            permit.tenant(),
            user,
            email.clone(),
            name.clone(),
            self.password.0.clone(),
            language_code(self.language),
            self.department,
            discount,
            self.external_reference.clone(),
        ];
        tx.run(Sql::new(sql, values)).await.map_err(refuse)?;
        give_roles(tx, user, roles.iter().cloned().collect()).await?;
        let changes = json!({
            "email": email,
            "name": name,
            "roles": roles,
            "departmentId": self.department,
            "maxDiscount": discount,
        });
        tx.audit(AuditEntry::new("createUser", "User", user, changes));
        tell(tx, "User", user.0);
        Ok(user)
    }
}

pub(super) async fn give_roles(
    tx: &TenantTx,
    user: UserId,
    roles: Vec<String>,
) -> Result<(), Fault> {
    let sql = "
        insert into user_role (tenant_id, user_id, role)
        select $1, $2, r.role
        from unnest($3::text[]) as r (role)";
    tx.run(Sql::new(sql, values![tx.tenant(), user, roles])).await?;
    Ok(())
}
