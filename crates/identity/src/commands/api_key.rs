//! Partners' keys.

use access::{Action, Permit, Right, partner_scopes};
use db::{
    AuditEntry, Command, CommandError, Fault, FromQueryResult, Outcome, Sql, TenantTx, values,
};
use kernel::{ApiKeyId, CustomerId, DateTime, Refusal, RefusalCode, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{lock_rights, rights_changed, taken, tenant_wide};
use crate::policy;
use crate::rules::{self, RoleRule};
use crate::secrets::KeyText;

/// Makes a key; its secret is shown once, in the answer.
#[derive(Clone, Debug)]
pub struct CreateApiKey {
    /// Its name; unique in the tenant.
    pub name: String,
    /// What it may do, by [`access::partner_scopes`].
    pub scopes: Vec<String>,
    /// The one customer it is bound to; the card that stands for it where it was merged.
    pub customer: Option<CustomerId>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Action for CreateApiKey {
    const RIGHT: Right = Right::KeyWrite;
}

/// A new key. It takes no idempotency key, so that the secret is kept nowhere.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewKey {
    /// Its id.
    pub id: ApiKeyId,
    /// The whole key for the `Authorization` header; cannot be shown again.
    pub secret: String,
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Ends a key at once.
#[derive(Clone, Copy, Debug)]
pub struct RevokeApiKey {
    /// Which.
    pub key: ApiKeyId,
}

impl Action for RevokeApiKey {
    const RIGHT: Right = Right::KeyWrite;
}

#[derive(FromQueryResult)]
struct Slug {
    slug: String,
}

#[async_trait::async_trait]
impl Command for CreateApiKey {
    type Output = NewKey;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<NewKey> {
        tenant_wide(permit)?;
        let name = rules::name(&self.name).map_err(Refusal::from)?;
        self.check(tx.now())?;
        let policy = policy::compile(&policy::own_roles(tx).await?).await?;
        let given = policy.scope_rights(&self.scopes);
        if let Some(right) = rules::exceeded(permit.scope().rights(), &given) {
            return Err(Refusal::from(RoleRule::Exceeded(right)).at(["scopes"]).into());
        }
        let find = "select slug from tenant where tenant_id = $1";
        let tenant: Option<Slug> = tx.one(Sql::new(find, values![permit.tenant()])).await?;
        let tenant = tenant.ok_or(CommandError::NotFound)?;
        let key = KeyText::new(&tenant.slug, ApiKeyId::new());
        let sql = "
            insert into api_key
                (tenant_id, id, name, hash, scopes, customer_id, expires_at, created_by)
            values ($1, $2, $3, $4, $5, $6, $7, $8)";
        let values = values![
            permit.tenant(),
            key.id,
            name.clone(),
            key.hash().to_vec(),
            self.scopes.clone(),
            self.customer,
            self.expires_at,
            permit.user(),
        ];
        tx.run(Sql::new(sql, values)).await.map_err(refused)?;
        let changes = json!({
            "name": name,
            "scopes": self.scopes,
            "customerId": self.customer,
            "expiresAt": self.expires_at,
        });
        tx.audit(AuditEntry::new("createApiKey", "ApiKey", key.id, changes));
        Ok(NewKey { id: key.id, secret: key.text() })
    }
}

impl CreateApiKey {
    fn check(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        let known = partner_scopes();
        if self.scopes.is_empty() {
            return Err(Refusal::new(
                RefusalCode::Required,
                "A key needs at least one scope.",
                "Ключу нужно хотя бы одно разрешение.",
            )
            .at(["scopes"]));
        }
        if let Some(scope) = self.scopes.iter().find(|scope| !known.contains(scope.as_str())) {
            return Err(Refusal::new(
                RefusalCode::UnknownReference,
                format!("There is no scope {scope:?}."),
                format!("Нет разрешения «{scope}»."),
            )
            .at(["scopes"])
            .with(json!({ "scopes": known })));
        }
        if self.expires_at.is_some_and(|end| end <= now) {
            return Err(Refusal::new(
                RefusalCode::OutOfRange,
                "The end lies in the past.",
                "Срок уже прошёл.",
            )
            .at(["expiresAt"]));
        }
        Ok(())
    }
}

/// What the table's constraints say no to.
fn refused(fault: Fault) -> CommandError {
    match fault.constraint() {
        Some("api_key_name_key") => {
            taken("Another key has this name.", "Так называется другой ключ.", "name").into()
        }
        Some("api_key_customer_fkey") => Refusal::new(
            RefusalCode::UnknownReference,
            "There is no such customer.",
            "Такого клиента нет.",
        )
        .at(["customerId"])
        .into(),
        _ => fault.into(),
    }
}

#[async_trait::async_trait]
impl Command for RevokeApiKey {
    type Output = ApiKeyId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ApiKeyId> {
        tenant_wide(permit)?;
        lock_rights(tx).await?;
        let exists = "select id from api_key where tenant_id = $1 and id = $2";
        #[derive(FromQueryResult)]
        struct Row {
            id: ApiKeyId,
        }
        let row: Option<Row> = tx.one(Sql::new(exists, values![permit.tenant(), self.key])).await?;
        let id = row.ok_or(CommandError::NotFound)?.id;
        let sql = "
            update api_key
            set revoked_at = $3
            where tenant_id = $1 and id = $2 and revoked_at is null";
        // Revoking twice is no mistake.
        if tx.run(Sql::new(sql, values![permit.tenant(), id, tx.now()])).await? == 1 {
            rights_changed(tx, Some(id.0)).await?;
            tx.audit(AuditEntry::new("revokeApiKey", "ApiKey", id, json!({})));
        }
        Ok(id)
    }
}

/// Binds the keys of one customer to another one, inside the transaction of whoever merges the
/// two; holds on every replica within a second. `noted` is what the audit trail says of each under
/// `action`. Tells how many.
///
/// # Errors
/// A fault where a statement fails.
pub async fn rebind_keys<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (CustomerId, CustomerId),
    (action, noted): (&'static str, Value),
) -> Outcome<usize> {
    #[derive(FromQueryResult)]
    struct Bound {
        id: ApiKeyId,
    }
    let sql = "
        with bound as (
            update api_key
            set customer_id = $3
            where tenant_id = $1 and customer_id = $2
            returning id
        ), told as (
            insert into rights_change (tenant_id, actor_id)
            select $1, b.id
            from bound b
        )
        select b.id
        from bound b";
    let bound: Vec<Bound> = tx.all(Sql::new(sql, values![permit.tenant(), from, into])).await?;
    let keys: Vec<ApiKeyId> = bound.into_iter().map(|row| row.id).collect();
    tx.audit_each(action, "ApiKey", &keys, noted).await?;
    Ok(keys.len())
}
