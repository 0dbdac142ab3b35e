//! Calling an invoice off.

use access::{Action, Permit, Right};
use db::{Command, CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{CustomerId, InvoiceId, Refusal, RefusalCode, UserId};
use serde_json::json;

use super::invoice_changed;
use super::model::InvoiceState;
use super::reads::within_reach;
use crate::commands::{LONGEST_TEXT, stale, text};

/// Cancels an invoice of which nothing is paid: its part of the order can be asked for again.
#[derive(Clone, Debug)]
pub struct CancelInvoice {
    /// Which.
    pub id: InvoiceId,
    /// Its version as it was read.
    pub version: i32,
    /// Why.
    pub reason: String,
}

impl Action for CancelInvoice {
    const RIGHT: Right = Right::InvoiceWrite;
}

#[derive(FromQueryResult)]
struct Held {
    number: String,
    customer_id: CustomerId,
    manager_id: Option<UserId>,
    state: InvoiceState,
    version: i32,
}

#[async_trait::async_trait]

impl Command for CancelInvoice {
    type Output = InvoiceId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<InvoiceId> {
        let reason = text("reason", Some(&self.reason), LONGEST_TEXT)?.ok_or_else(|| {
            Refusal::new(RefusalCode::Required, "Say why.", "Укажите причину.").at(["reason"])
        })?;
        // Payments change an invoice under its customer's lock, so that comes first.
        let seen = self.read(tx, permit).await?;
        catalog::lock_customer(tx, permit, seen.customer_id).await?;
        let held = self.read(tx, permit).await?;
        if held.version != self.version {
            return Err(stale(held.version).into());
        }
        if held.state != InvoiceState::Issued {
            let allowed: &[&str] = &[];
            return Err(Refusal::new(
                RefusalCode::IllegalTransition,
                "An invoice is cancelled while nothing of it is paid: reverse its payments first.",
                "Отменить можно неоплаченный счёт: сначала сторнируйте его оплаты.",
            )
            .with(json!({ "state": held.state.as_str(), "allowed": allowed }))
            .into());
        }
        let sql = "
            update invoice
            set state = 'CANCELLED', cancel_reason = $3, version = version + 1, updated_at = $4
            where tenant_id = $1
              and id = $2";
        tx.run(Sql::new(sql, values![permit.tenant(), self.id, reason.as_str(), tx.now()])).await?;
        let facts = json!({
            "number": held.number, "reason": reason,
            "state": [held.state.as_str(), InvoiceState::Cancelled.as_str()],
        });
        tx.audit(db::AuditEntry::new("cancelInvoice", "Invoice", self.id, facts));
        invoice_changed(tx, self.id, held.customer_id, held.manager_id);
        Ok(self.id)
    }
}

impl CancelInvoice {
    async fn read(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Held> {
        let mut sql = Sql::new(
            "select i.number, i.customer_id, i.manager_id, i.state, i.version from invoice i",
            [],
        );
        sql.with(" where i.tenant_id = ", permit.tenant(), "").with(" and i.id = ", self.id, "");
        within_reach(&mut sql, permit);
        tx.one(sql).await?.ok_or(CommandError::NotFound)
    }
}
