//! Reversing a payment: its money is taken back, and what it had settled opens again. The
//! payment itself stays readable.

use access::{Action, Permit, Right};
use db::{Command, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, NaiveDate, PaymentId, Refusal, RefusalCode, Uuid};
use serde_json::json;

use super::{Held, LONGEST_TEXT, check_date, hold_organization, hold_payment, text};
use crate::refunds::refunded;
use crate::rules::taken_back;
use crate::store::registers;
use crate::{bank, events, invoices};

/// Reverses a payment.
#[derive(Clone, Debug)]
pub struct ReversePayment {
    /// The payment.
    pub id: PaymentId,
    /// Its version as it was read.
    pub version: i32,
    /// The business date of the reversal, in an open period; today where none is given.
    pub date: Option<NaiveDate>,
    /// Why.
    pub reason: Option<String>,
}

impl Action for ReversePayment {
    const RIGHT: Right = Right::PaymentReverse;
}

#[async_trait::async_trait]
impl Command for ReversePayment {
    type Output = PaymentId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PaymentId> {
        let reason = text("reason", self.reason.as_deref(), LONGEST_TEXT)?;
        let payment = hold_payment(tx, permit, self.id).await?;
        payment.check(self.version)?;
        let organization = hold_organization(tx, permit, payment.organization_id).await?;
        let date = self.date.unwrap_or_else(|| tx.today());
        check_date(tx, permit, &organization, date)?;
        if date < payment.date {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                "A payment is not reversed before its own date.",
                "Нельзя сторнировать оплату раньше её даты.",
            )
            .at(["date"])
            .with(json!({ "paymentDate": payment.date }))
            .into());
        }
        catalog::lock_customer(tx, permit, payment.customer_id).await?;
        check_not_refunded(tx, permit, self.id, date).await?;

        let rows = registers::rows_of_payment(tx, permit, self.id).await?;
        let back = taken_back(&rows, date);
        registers::settle(tx, permit, payment.currency, &back).await?;
        self.take_money_back(tx, permit, &payment, date, reason.as_deref()).await?;
        invoices::take_back(tx, permit, self.id, date).await?;
        bank::set_free(tx, permit, self.id).await?;

        let facts = json!({
            "number": payment.number,
            "date": date,
            "amount": payment.amount,
            "currency": payment.currency,
            "reopened": -back.iter().map(|row| row.amount).sum::<Decimal>(),
            "reason": reason,
        });
        tx.audit(db::AuditEntry::new("reversePayment", "Payment", self.id, facts));
        events::payment_changed(tx, self.id, payment.customer_id, payment.manager_id);
        events::debt_changed(tx, payment.customer_id, payment.manager_id);
        Ok(self.id)
    }
}

/// What was given back of a payment cannot be taken back with it, nor before it came back.
async fn check_not_refunded<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    payment: PaymentId,
    date: NaiveDate,
) -> Outcome<()> {
    let refunded = refunded(tx, permit, payment).await?;
    if refunded.amount > Decimal::ZERO {
        return Err(Refusal::new(
            RefusalCode::InUse,
            "A part of the payment was given back: reverse the refund first.",
            "Часть оплаты возвращена клиенту: сначала сторнируйте возврат денег.",
        )
        .with(json!({ "refunded": refunded.amount }))
        .into());
    }
    match refunded.last_on.filter(|last| date < *last) {
        None => Ok(()),
        Some(last) => Err(Refusal::new(
            RefusalCode::Invalid,
            format!("A part of the payment was given back until {last}: reverse it then or later."),
            format!(
                "Часть оплаты была возвращена до {}: сторнируйте не раньше.",
                last.format("%d.%m.%Y")
            ),
        )
        .at(["date"])
        .with(json!({ "earliest": last }))
        .into()),
    }
}

impl ReversePayment {
    async fn take_money_back(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        payment: &Held,
        date: NaiveDate,
        reason: Option<&str>,
    ) -> Outcome<()> {
        let sql = "
            with reversed as (
                update payment
                set state = 'REVERSED', reversed_on = $3, reversal_reason = $4,
                    version = version + 1, updated_at = $5
                where tenant_id = $1
                  and id = $2
            ), entered as (
                insert into payment_entry
                    (tenant_id, id, payment_id, customer_id, organization_id, agreement_id,
                     manager_id, currency, amount, occurred_on)
                select e.tenant_id, $6, e.payment_id, e.customer_id, e.organization_id,
                       e.agreement_id, e.manager_id, e.currency, -e.amount, $3
                from payment_entry e
                where e.tenant_id = $1
                  and e.payment_id = $2
                  and e.refund_id is null
                  and e.amount > 0
            )
            update payment_balance
            set open = open - $7,
                last_occurred_on = greatest(last_occurred_on, $3),
                last_recorded_at = greatest(last_recorded_at, now())
            where tenant_id = $1
              and payment_id = $2";
        let values = values![
            permit.tenant(),
            self.id,
            date,
            reason,
            tx.now(),
            Uuid::now_v7(),
            payment.amount,
        ];
        tx.run(Sql::new(sql, values)).await?;
        Ok(())
    }
}
