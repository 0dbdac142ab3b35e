//! Work across tenants: signing in, numbering events, administration of the platform. It has a
//! login of its own, also bound by row-level security, with grants and policies on listed tables
//! and columns only; a test lists the uses.

use access::Actor;
use kernel::TenantId;
use sea_orm::{FromQueryResult, QueryResult, Values};
use sea_query_sqlx::SqlxValues;
use sqlx::{Executor, Postgres};

use crate::lease::Lease;
use crate::{AuditEntry, Db, Fault, Sql};

/// Why work crosses tenants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Finding the tenant and the account of somebody who signs in, or a token's session.
    SignIn,
    /// Finding a partner's key.
    PartnerKey,
    /// Finding what a single-purpose link is for.
    OpenLink,
    /// Reading and rotating signing keys.
    SigningKeys,
    /// Learning which tenants changed their rights.
    WatchRights,
    /// Numbering events.
    Sequencer,
    /// Making tenants.
    TenantAdmin,
    /// Learning which tenants have sales to fold into sums.
    FoldSales,
    /// Learning which tenants have orders whose goods are to be held, now that they are paid.
    PaidOrders,
    /// Learning which tenants have orders that were to be paid by now.
    UnpaidOrders,
    /// Learning which tenants have letters to send.
    Mail,
    /// Learning which tenants have quotes whose validity has ended.
    ExpiredQuotes,
    /// Learning which tenants have documents that may move on, now that they are decided.
    DecidedDocuments,
    /// Learning which tenants have approvals that nobody has decided in time.
    OverdueApprovals,
    /// Learning which tenants have people to write to about approvals that wait for them.
    ApprovalLetters,
    /// Learning which tenants have files to bring in or lists to write.
    Exchange,
    /// Working for a user who started a job and is not there any more.
    ActFor,
    /// Listing tenants, to check or serve each in a scope of its own.
    ListTenants,
    /// Making and dropping daily partitions.
    Partitions,
    /// Learning which tenants have entries of the audit trail to seal.
    SealAudit,
    /// Learning which tenants have records to hand over.
    HandOver,
}

/// A transaction of the cross-tenant login.
pub struct SystemTx {
    lease: Lease,
}

impl Db {
    /// Opens a transaction of the cross-tenant login.
    ///
    /// # Errors
    /// [`Fault`] where no connection is to be had.
    pub async fn system(&self, reason: Reason) -> Result<SystemTx, Fault> {
        tracing::trace!(?reason, "work across tenants");
        let mut lease = self.inner().system.acquire().await?;
        // The reason stands in PostgreSQL's own lists while the work lasts.
        let name = format!("oborot {reason:?}");
        lease.begin(format!("begin; set local application_name = '{name}'")).await?;
        Ok(SystemTx { lease })
    }

    /// The rows of one statement of the cross-tenant login, which is a transaction by itself.
    ///
    /// # Errors
    /// [`Fault`] where no connection is to be had, the statement fails or a row has another shape.
    pub(crate) async fn system_once<T: FromQueryResult>(
        &self,
        reason: Reason,
        sql: Sql,
    ) -> Result<Vec<T>, Fault> {
        tracing::trace!(?reason, "a statement across tenants");
        SystemTx { lease: self.inner().system.acquire().await? }.all(sql).await
    }
}

impl SystemTx {
    /// All rows of a query.
    ///
    /// # Errors
    /// [`Fault`] where the statement fails or a row has another shape.
    pub async fn all<T: FromQueryResult>(&mut self, sql: impl Into<Sql>) -> Result<Vec<T>, Fault> {
        let (text, values) = sql.into().into_parts();
        let query = query(text, values);
        let used = self.lease.enter()?;
        let rows = used.conn.fetch_all(query).await;
        used.done(&rows);
        rows?
            .into_iter()
            .map(|row| T::from_query_result(&QueryResult::from(row), "").map_err(Fault::from))
            .collect()
    }

    /// The only row of a query, or none.
    ///
    /// # Errors
    /// [`Fault`] where the statement fails or the row has another shape.
    pub async fn one<T: FromQueryResult>(
        &mut self,
        sql: impl Into<Sql>,
    ) -> Result<Option<T>, Fault> {
        Ok(self.all(sql).await?.into_iter().next())
    }

    /// Runs a statement and tells how many rows it touched.
    ///
    /// # Errors
    /// [`Fault`] where the statement fails.
    pub async fn run(&mut self, sql: impl Into<Sql>) -> Result<u64, Fault> {
        let (text, values) = sql.into().into_parts();
        let query = query(text, values);
        let used = self.lease.enter()?;
        let done = used.conn.execute(query).await;
        used.done(&done);
        Ok(done?.rows_affected())
    }

    /// Writes a row of the audit trail, for what happens before anybody is known: signing in.
    ///
    /// # Errors
    /// [`Fault`] where a statement fails.
    pub async fn audit(
        &mut self,
        tenant: TenantId,
        actor: Actor,
        entry: AuditEntry,
    ) -> Result<(), Fault> {
        let sql = "
            insert into audit_trail
                (tenant_id, actor_kind, actor_id, actor_label, action, subject_kind, subject_id,
                 changes)
            values ($1, $2, $3, $4, $5, $6, $7, $8)";
        let values = crate::values![
            tenant,
            actor.kind(),
            actor.id(),
            actor.label(),
            entry.action,
            entry.subject_kind,
            entry.subject_id,
            entry.changes,
        ];
        self.run(Sql::new(sql, values)).await?;
        // This login reads no entries, so the number comes from their sequence.
        let sql = "
            insert into audit_unsealed (tenant_id, audit_id)
            values ($1, currval('audit_trail_id_seq'))";
        self.run(Sql::new(sql, crate::values![tenant])).await?;
        Ok(())
    }

    /// Makes what was written last.
    ///
    /// # Errors
    /// [`Fault`] where the commit fails.
    pub async fn commit(mut self) -> Result<(), Fault> {
        self.lease.end("commit").await
    }
}

fn query(text: String, values: Values) -> sqlx::query::Query<'static, Postgres, SqlxValues> {
    sqlx::query_with(sqlx::AssertSqlSafe(text), SqlxValues(values))
}
