//! Which web pages may call the API for the tenant.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, Sql, TenantTx, values};
use kernel::{Refusal, TenantId};
use serde_json::json;

use super::{lock_rights, rights_changed, stale, tenant_wide};
use crate::rules;
use crate::store::web_origins;

/// Sets the whole list of origins whose pages may read the API's answers.
#[derive(Clone, Debug)]
pub struct SetWebOrigins {
    /// The origins, such as `https://shop.example`; none closes the API to pages.
    pub origins: Vec<String>,
    /// The version that was read; 0 where nothing was ever set.
    pub version: i32,
}

impl Action for SetWebOrigins {
    const RIGHT: Right = Right::SettingsWrite;
}

#[async_trait::async_trait]
impl Command for SetWebOrigins {
    type Output = TenantId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<TenantId> {
        tenant_wide(permit)?;
        let origins = rules::origins(&self.origins).map_err(Refusal::from)?;
        let after: Vec<String> = origins.into_iter().collect();
        lock_rights(tx).await?;
        let before = web_origins(tx).await?;
        if before.version != self.version {
            return Err(stale(before.version).into());
        }
        let sql = "
            insert into web_origins (tenant_id, origins, version, updated_at)
            values ($1, $2, $3, $4)
            on conflict (tenant_id) do update
            set origins = excluded.origins, version = excluded.version,
                updated_at = excluded.updated_at";
        let values = values![tx.tenant(), after.clone(), before.version + 1, tx.now()];
        tx.run(Sql::new(sql, values)).await?;
        // No right changes, but it is this that every replica looks for.
        rights_changed(tx, None).await?;
        let changes = json!({ "before": before.origins, "after": after });
        tx.audit(AuditEntry::new("setWebOrigins", "Tenant", permit.tenant(), changes));
        Ok(permit.tenant())
    }
}
