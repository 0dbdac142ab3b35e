//! A user sets his own password; only [`crate::Identity::change_password`] runs this, once the
//! old one has been proved.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, CommandError, Outcome, Sql, TenantTx, values};
use kernel::{SessionId, UserId};
use serde_json::json;

use super::{end_sessions, lock_account, rights_changed};
use crate::passwords::PasswordHash;

/// Sets the caller's password and ends his other sessions.
#[derive(Clone, Debug)]
pub(crate) struct SetOwnPassword {
    /// The new password's hash.
    pub(crate) password: PasswordHash,
    /// The session that stays.
    pub(crate) keeps: Option<SessionId>,
}

impl Action for SetOwnPassword {
    const RIGHT: Right = Right::UserWrite;
}

#[async_trait::async_trait]
impl Command for SetOwnPassword {
    type Output = UserId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<UserId> {
        let user = permit.user().ok_or(CommandError::NotFound)?;
        lock_account(tx, user).await?;
        let sql = "
            update app_user
            set password_hash = $3, version = version + 1, updated_at = $4
            where tenant_id = $1 and id = $2 and active";
        let values = values![permit.tenant(), user, self.password.0.clone(), tx.now()];
        if tx.run(Sql::new(sql, values)).await? != 1 {
            return Err(CommandError::NotFound);
        }
        end_sessions(tx, user, self.keeps).await?;
        rights_changed(tx, Some(user.0)).await?;
        let changes = json!({ "password": "set" });
        tx.audit(AuditEntry::new("changePassword", "User", user, changes));
        Ok(user)
    }
}
