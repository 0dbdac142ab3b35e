//! Giving money back.

use access::{Action, Permit, Right};
use chrono::Datelike;
use db::{
    Command, CommandError, FromQueryResult, Outcome, Series, Sql, TenantTx, on_constraint, values,
};
use kernel::{
    AgreementId, CustomerId, Decimal, NaiveDate, OrganizationId, PaymentId, RefundId, Refusal,
    RefusalCode, UserId, Uuid,
};
use serde_json::json;

use super::refund_changed;
use crate::commands::{
    LONGEST_REFERENCE, LONGEST_TEXT, amount_above_zero, check_date, hold_organization,
    hold_payment, text,
};
use crate::rules::refunded_from;
use crate::store::{Account, advances};
use crate::{PaymentMethod, events};

/// Gives an advance back, or a part of it.
#[derive(Clone, Debug)]
pub struct RefundCustomer {
    /// To whom; the payment's customer where none is given.
    pub customer_id: Option<CustomerId>,
    /// Who gives; the agreement's organization, else the default one.
    pub organization_id: Option<OrganizationId>,
    /// Under which terms the money had come; the customer's default ones.
    pub agreement_id: Option<AgreementId>,
    /// Out of this payment alone.
    pub payment_id: Option<PaymentId>,
    /// How much, above zero.
    pub amount: Decimal,
    /// The business date; today where none is given.
    pub date: Option<NaiveDate>,
    /// How it goes.
    pub method: PaymentMethod,
    /// Why.
    pub reason: String,
    /// The caller's own id for it, unique among refunds for ever.
    pub external_reference: Option<String>,
}

impl Action for RefundCustomer {
    const RIGHT: Right = Right::PaymentWrite;
}

#[async_trait::async_trait]

impl Command for RefundCustomer {
    type Output = RefundId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<RefundId> {
        let amount = amount_above_zero(permit, self.amount)?;
        let reason = self.checked_reason()?;
        let (account, manager) = self.account(tx, permit).await?;
        let organization = hold_organization(tx, permit, account.organization_id).await?;
        let date = self.date.unwrap_or_else(|| tx.today());
        check_date(tx, permit, &organization, date)?;
        let series = Series { organization: organization.id, kind: "refund", year: date.year() };
        let number = format!("{}-{:06}", organization.prefix, tx.number(&series).await?);
        catalog::lock_customer(tx, permit, account.customer_id).await?;

        let mut free = advances::refundable(tx, permit, &account, self.payment_id, date).await?;
        let there: Decimal = free.iter().map(|advance| advance.open).sum();
        let parts =
            refunded_from(&mut free, amount).ok_or_else(|| too_much(there, &account, date))?;
        let id = RefundId::new();
        let entry = Entry { id, number: &number, date, amount, reason: &reason, manager };
        self.write(tx, permit, &account, &entry, &parts).await?;

        let facts = json!({
            "number": number, "date": date, "amount": amount, "currency": account.currency,
            "reason": reason,
            "payments": parts.iter().map(|part| part.0).collect::<Vec<_>>(),
        });
        tx.audit(db::AuditEntry::new("refundCustomer", "Refund", id, facts));
        for (payment, _) in parts {
            events::payment_changed(tx, payment, account.customer_id, manager);
        }
        refund_changed(tx, id, account.customer_id, manager);
        events::debt_changed(tx, account.customer_id, manager);
        Ok(id)
    }
}

struct Entry<'a> {
    id: RefundId,
    number: &'a str,
    date: NaiveDate,
    amount: Decimal,
    reason: &'a str,
    manager: Option<UserId>,
}

impl RefundCustomer {
    fn checked_reason(&self) -> Result<String, Refusal> {
        text("reason", Some(&self.reason), LONGEST_TEXT)?.ok_or_else(|| {
            Refusal::new(RefusalCode::Required, "Say why.", "Укажите причину.").at(["reason"])
        })
    }

    /// Whose advances, and the manager of today.
    async fn account(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
    ) -> Outcome<(Account, Option<UserId>)> {
        if let Some(payment) = self.payment_id {
            let held = hold_payment(tx, permit, payment).await?;
            let account = held.account();
            self.check_payment(&account)?;
            return Ok((account, held.manager_id));
        }
        let customer = self.customer_id.ok_or_else(|| {
            Refusal::new(
                RefusalCode::Required,
                "Name the customer or the payment.",
                "Укажите клиента или оплату.",
            )
            .at(["customerId"])
        })?;
        let (agreement, organization) = (self.agreement_id, self.organization_id);
        let terms = catalog::order_terms(tx, permit, customer, agreement, organization).await?;
        let Some(terms) = terms else {
            let field = if self.agreement_id.is_some() { "agreementId" } else { "customerId" };
            return Err(Refusal::new(
                RefusalCode::UnknownReference,
                "There is no such customer or agreement.",
                "Такого клиента или соглашения нет.",
            )
            .at([field])
            .into());
        };
        let account = Account {
            customer_id: terms.customer_id,
            organization_id: terms.organization_id,
            agreement_id: terms.agreement_id,
            currency: terms.currency,
        };
        Ok((account, terms.manager_id))
    }

    fn check_payment(&self, account: &Account) -> Result<(), Refusal> {
        let fits = self.customer_id.is_none_or(|id| id == account.customer_id)
            && self.organization_id.is_none_or(|id| id == account.organization_id)
            && self.agreement_id.is_none_or(|id| id == account.agreement_id);
        if fits {
            return Ok(());
        }
        Err(Refusal::new(
            RefusalCode::Invalid,
            "The payment is of another customer, organization or agreement.",
            "Оплата относится к другому клиенту, организации или соглашению.",
        )
        .at(["paymentId"]))
    }

    async fn write(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        account: &Account,
        entry: &Entry<'_>,
        parts: &[(PaymentId, Decimal)],
    ) -> Outcome<()> {
        let sql = "
            with given as (
                insert into refund
                    (tenant_id, id, number, date, customer_id, organization_id, agreement_id,
                     manager_id, currency, amount, method, state, reason, external_reference,
                     created_at, updated_at, created_by)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'POSTED', $12, $13, $14,
                        $14, $15)
            ), part as (
                select p.payment_id, p.amount
                from unnest($16::uuid[], $17::numeric[]) as p (payment_id, amount)
            ), entered as (
                insert into payment_entry
                    (tenant_id, id, payment_id, refund_id, customer_id, organization_id,
                     agreement_id, manager_id, currency, amount, occurred_on)
                select $1, gen_random_uuid(), p.payment_id, $2, $5, $6, $7, $8, $9, -p.amount, $4
                from part p
            )
            update payment_balance b
            set open = b.open - p.amount,
                last_occurred_on = greatest(b.last_occurred_on, $4),
                last_recorded_at = greatest(b.last_recorded_at, now())
            from part p
            where b.tenant_id = $1
              and b.payment_id = p.payment_id";
        let reference =
            text("externalReference", self.external_reference.as_deref(), LONGEST_REFERENCE)?;
        let values = values![
            permit.tenant(),
            entry.id,
            entry.number,
            entry.date,
            account.customer_id,
            account.organization_id,
            account.agreement_id,
            entry.manager,
            account.currency,
            entry.amount,
            self.method.as_str(),
            entry.reason,
            reference,
            tx.now(),
            permit.user(),
            parts.iter().map(|part| part.0.0).collect::<Vec<Uuid>>(),
            parts.iter().map(|part| part.1).collect::<Vec<Decimal>>(),
        ];
        let written = tx.run(Sql::new(sql, values)).await;
        on_constraint(written, "refund_external_reference_key", || {
            Refusal::new(
                RefusalCode::Taken,
                "Another refund has this external reference.",
                "Другой возврат денег уже имеет эту внешнюю ссылку.",
            )
            .at(["externalReference"])
        })?;
        Ok(())
    }
}

fn too_much(there: Decimal, account: &Account, date: NaiveDate) -> CommandError {
    let currency = account.currency;
    let day = date.format("%d.%m.%Y");
    Refusal::new(
        RefusalCode::OutOfRange,
        format!("Only {there} {currency} are free on {date}: no more can be given back."),
        format!("На {day} свободно только {there} {currency}: вернуть больше нельзя."),
    )
    .at(["amount"])
    .with(json!({ "free": there, "currency": currency }))
    .into()
}

/// What refunds that stand have taken of a payment, and the last day on which one did or was taken
/// back.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(crate) struct Refunded {
    pub(crate) amount: Decimal,
    pub(crate) last_on: Option<NaiveDate>,
}

/// Reads [`Refunded`] under the customer's lock.
pub(crate) async fn refunded<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    payment: PaymentId,
) -> Outcome<Refunded> {
    let sql = "
        select coalesce(-sum(e.amount), 0) as amount, max(e.occurred_on) as last_on
        from payment_entry e
        where e.tenant_id = $1
          and e.payment_id = $2
          and e.refund_id is not null";
    let row: Option<Refunded> = tx.one(Sql::new(sql, values![permit.tenant(), payment])).await?;
    Ok(row.unwrap_or(Refunded { amount: Decimal::ZERO, last_on: None }))
}
