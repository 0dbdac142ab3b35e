//! Which web pages may call the API for the tenant.

use db::{FromQueryResult, Outcome, Sql, TenantTx, values};

/// The list of a tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct WebOrigins {
    /// The origins, as browsers send them, in order of the alphabet.
    pub origins: Vec<String>,
    /// Grows with each change; 0 where nothing was ever set.
    pub version: i32,
}

/// The list of the tenant one is in; everybody in it may know it.
///
/// # Errors
/// A fault where the statement fails.
pub async fn web_origins(tx: &TenantTx) -> Outcome<WebOrigins> {
    let sql = "select w.origins, w.version from web_origins w where w.tenant_id = $1";
    let found: Option<WebOrigins> = tx.one(Sql::new(sql, values![tx.tenant()])).await?;
    Ok(found.unwrap_or_default())
}
