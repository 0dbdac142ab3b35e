//! Calling an invoice off.

use access::{Action, Permit, Right};
use db::{Command, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, InvoiceId, Refusal, RefusalCode};
use serde_json::json;

use super::holding::hold;
use super::invoice_changed;
use super::model::InvoiceState;
use crate::commands::{LONGEST_TEXT, text};

/// Cancels an invoice of which nothing is paid, or all that was paid was given back: its part of
/// the order can be asked for again.
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
        let allowed: &[&str] = &[];
        let refused = |en: &str, ru: &str| {
            Refusal::new(RefusalCode::IllegalTransition, en, ru)
                .with(json!({ "state": held.state.as_str(), "allowed": allowed }))
        };
        if held.state == InvoiceState::Cancelled {
            return Err(refused("The invoice is cancelled already.", "Счёт уже отменён.").into());
        }
        if self.kept(tx, permit).await? > Decimal::ZERO {
            return Err(refused(
                "An invoice is cancelled while nothing of it is paid: reverse its payments or give \
                 their money back first.",
                "Отменить можно неоплаченный счёт: сначала сторнируйте оплаты или верните деньги.",
            )
            .into());
        }
        self.write(tx, permit, &reason).await?;
        let facts = json!({
            "number": held.number, "reason": reason,
            "state": [held.state.as_str(), InvoiceState::Cancelled.as_str()],
        });
        tx.audit(db::AuditEntry::new("cancelInvoice", "Invoice", self.id, facts));
        invoice_changed(tx, self.id, held.customer_id, held.manager_id);
        Ok(self.id)
    }
}

#[derive(FromQueryResult)]
struct Kept {
    amount: Decimal,
}

impl CancelInvoice {
    /// What payments brought for the invoice, as far as refunds that stand have not given it back.
    /// A refund counts for one invoice once: what of its payment was taken from others by cancelling
    /// them is not counted anew.
    async fn kept(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Decimal> {
        let sql = "
            select coalesce(sum(greatest(b.brought - g.given - t.taken, 0)), 0) as amount
            from (
                select r.payment_id, sum(r.amount) as brought
                from invoice_payment r
                where r.tenant_id = $1
                  and r.invoice_id = $2
                group by r.payment_id
                having sum(r.amount) <> 0
            ) b
            cross join lateral (
                select coalesce(-sum(e.amount), 0) as given
                from payment_entry e
                where e.tenant_id = $1
                  and e.payment_id = b.payment_id
                  and e.refund_id is not null
            ) g
            cross join lateral (
                select coalesce(sum(x.amount), 0) as taken
                from invoice_payment x
                where x.tenant_id = $1
                  and x.payment_id = b.payment_id
                  and x.amount < 0
            ) t";
        let row: Option<Kept> = tx.one(Sql::new(sql, values![permit.tenant(), self.id])).await?;
        Ok(row.map_or(Decimal::ZERO, |row| row.amount))
    }

    /// Cancels it; what was brought for it and given back is taken from it.
    async fn write(&self, tx: &TenantTx, permit: &Permit<Self>, reason: &str) -> Outcome<()> {
        let sql = "
            with taken as (
                insert into invoice_payment
                    (tenant_id, id, invoice_id, payment_id, amount, occurred_on)
                select $1, gen_random_uuid(), $2, r.payment_id, -sum(r.amount), $5
                from invoice_payment r
                where r.tenant_id = $1
                  and r.invoice_id = $2
                group by r.payment_id
                having sum(r.amount) <> 0
            )
            update invoice
            set state = 'CANCELLED', paid = 0, cancel_reason = $3, version = version + 1,
                updated_at = $4
            where tenant_id = $1
              and id = $2";
        let values = values![permit.tenant(), self.id, reason, tx.now(), tx.today()];
        tx.run(Sql::new(sql, values)).await?;
        Ok(())
    }
}
