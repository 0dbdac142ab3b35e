//! Somebody who decides says whether he wants letters about what waits for him.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::UserId;
use serde_json::json;

use super::tell;

/// Sets whether the caller gets letters about approvals that wait for him.
#[derive(Clone, Copy, Debug)]
pub struct SetApprovalLetters {
    /// Whether he wants them.
    pub wanted: bool,
}

impl Action for SetApprovalLetters {
    const RIGHT: Right = Right::ApprovalDecide;
}

#[async_trait::async_trait]
impl Command for SetApprovalLetters {
    type Output = UserId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<UserId> {
        #[derive(FromQueryResult)]
        struct Now {
            approval_letters: bool,
        }
        let user = permit.user().ok_or(CommandError::NotFound)?;
        let sql = "
            select u.approval_letters
            from app_user u
            where u.tenant_id = $1 and u.id = $2
            for no key update";
        let now: Option<Now> = tx.one(Sql::new(sql, values![permit.tenant(), user])).await?;
        let now = now.ok_or(CommandError::NotFound)?.approval_letters;
        if now == self.wanted {
            return Ok(user);
        }
        let sql = "
            update app_user
            set approval_letters = $3, version = version + 1, updated_at = $4
            where tenant_id = $1 and id = $2";
        let values = values![permit.tenant(), user, self.wanted, tx.now()];
        tx.run(Sql::new(sql, values)).await?;
        let changes = json!({ "approvalLetters": { "before": now, "after": self.wanted } });
        tx.audit(AuditEntry::new("setApprovalLetters", "User", user, changes));
        tell(tx, "User", user.0);
        Ok(user)
    }
}
