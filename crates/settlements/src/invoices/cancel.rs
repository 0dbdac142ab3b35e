//! Calling an invoice off.

use access::{Action, Permit, Right};
use db::{Command, Outcome, Sql, TenantTx, values};
use kernel::{InvoiceId, Refusal, RefusalCode};
use serde_json::json;

use super::holding::hold;
use super::invoice_changed;
use super::model::InvoiceState;
use crate::commands::{LONGEST_TEXT, text};

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

#[async_trait::async_trait]

impl Command for CancelInvoice {
    type Output = InvoiceId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<InvoiceId> {
        let reason = text("reason", Some(&self.reason), LONGEST_TEXT)?.ok_or_else(|| {
            Refusal::new(RefusalCode::Required, "Say why.", "Укажите причину.").at(["reason"])
        })?;
        let held = hold(tx, permit, self.id, self.version).await?;
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
