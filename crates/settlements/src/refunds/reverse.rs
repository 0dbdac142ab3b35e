//! Taking a refund back: the money is an advance again.

use access::{Action, Permit, Right};
use db::{Command, CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    Currency, CustomerId, Decimal, NaiveDate, OrganizationId, PaymentId, RefundId, Refusal,
    RefusalCode, UserId,
};
use serde_json::json;

use super::reads::within_reach;
use super::refund_changed;
use crate::commands::{LONGEST_TEXT, check_date, hold_organization, stale, text};
use crate::{PaymentState, awaiting, events};

/// Reverses a refund.
#[derive(Clone, Debug)]
pub struct ReverseRefund {
    /// Which.
    pub id: RefundId,
    /// Its version as it was read.
    pub version: i32,
    /// The business date of the reversal, in an open period; today where none is given.
    pub date: Option<NaiveDate>,
    /// Why.
    pub reason: Option<String>,
}

impl Action for ReverseRefund {
    const RIGHT: Right = Right::PaymentReverse;
}

#[derive(FromQueryResult)]
struct Held {
    number: String,
    date: NaiveDate,
    customer_id: CustomerId,
    organization_id: OrganizationId,
    manager_id: Option<UserId>,
    currency: Currency,
    amount: Decimal,
    state: PaymentState,
    version: i32,
}

#[derive(FromQueryResult)]
struct Back {
    payment_id: PaymentId,
}

#[async_trait::async_trait]

impl Command for ReverseRefund {
    type Output = RefundId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<RefundId> {
        let reason = text("reason", self.reason.as_deref(), LONGEST_TEXT)?;
        let held = self.hold(tx, permit).await?;
        held.check(self.version)?;
        let organization = hold_organization(tx, permit, held.organization_id).await?;
        let date = self.date.unwrap_or_else(|| tx.today());
        check_date(tx, permit, &organization, date)?;
        if date < held.date {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                "A refund is not reversed before its own date.",
                "Нельзя сторнировать возврат денег раньше его даты.",
            )
            .at(["date"])
            .with(json!({ "refundDate": held.date }))
            .into());
        }
        catalog::lock_customer(tx, permit, held.customer_id).await?;
        let back = self.take_back(tx, permit, date, reason.as_deref()).await?;
        awaiting::mark_paid(tx, permit, held.customer_id).await?;

        let facts = json!({
            "number": held.number, "date": date, "amount": held.amount,
            "currency": held.currency, "reason": reason,
        });
        tx.audit(db::AuditEntry::new("reverseRefund", "Refund", self.id, facts));
        for row in back {
            events::payment_changed(tx, row.payment_id, held.customer_id, held.manager_id);
        }
        refund_changed(tx, self.id, held.customer_id, held.manager_id);
        events::debt_changed(tx, held.customer_id, held.manager_id);
        Ok(self.id)
    }
}

impl Held {
    fn check(&self, version: i32) -> Result<(), Refusal> {
        if self.version != version {
            return Err(stale(self.version));
        }
        if self.state == PaymentState::Reversed {
            let allowed: &[&str] = &[];
            return Err(Refusal::new(
                RefusalCode::IllegalTransition,
                "The refund is reversed already.",
                "Возврат денег уже сторнирован.",
            )
            .with(json!({ "state": self.state.as_str(), "allowed": allowed })));
        }
        Ok(())
    }
}

impl ReverseRefund {
    async fn hold(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Held> {
        let mut sql = Sql::new(
            "select f.number, f.date, f.customer_id, f.organization_id, f.manager_id, f.currency,
                    f.amount, f.state, f.version
             from refund f",
            [],
        );
        sql.with(" where f.tenant_id = ", permit.tenant(), "").with(" and f.id = ", self.id, "");
        within_reach(&mut sql, permit);
        sql.push(" for no key update");
        tx.one(sql).await?.ok_or(CommandError::NotFound)
    }

    async fn take_back(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        date: NaiveDate,
        reason: Option<&str>,
    ) -> Outcome<Vec<Back>> {
        let sql = "
            with reversed as (
                update refund
                set state = 'REVERSED', reversed_on = $3, reversal_reason = $4,
                    version = version + 1, updated_at = $5
                where tenant_id = $1
                  and id = $2
            ), taken as (
                select e.payment_id, e.customer_id, e.organization_id, e.agreement_id,
                       e.manager_id, e.currency, -e.amount as amount
                from payment_entry e
                where e.tenant_id = $1
                  and e.refund_id = $2
                  and e.amount < 0
            ), entered as (
                insert into payment_entry
                    (tenant_id, id, payment_id, refund_id, customer_id, organization_id,
                     agreement_id, manager_id, currency, amount, occurred_on)
                select $1, gen_random_uuid(), t.payment_id, $2, t.customer_id, t.organization_id,
                       t.agreement_id, t.manager_id, t.currency, t.amount, $3
                from taken t
            )
            update payment_balance b
            set open = b.open + t.amount,
                freed_on = greatest(b.freed_on, $3),
                last_occurred_on = greatest(b.last_occurred_on, $3),
                last_recorded_at = greatest(b.last_recorded_at, now())
            from taken t
            where b.tenant_id = $1
              and b.payment_id = t.payment_id
            returning b.payment_id";
        let values = values![permit.tenant(), self.id, date, reason, tx.now()];
        Ok(tx.all(Sql::new(sql, values)).await?)
    }
}
