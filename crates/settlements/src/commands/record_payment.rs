//! Recording money received: it settles the named order's open debts, or the oldest due ones,
//! and what is left is an advance.

use access::{Action, Permit, Right};
use catalog::OrderTerms;
use chrono::Datelike;
use db::{Command, Outcome, Series, Sql, TenantTx, on_constraint, values};
use kernel::{
    AgreementId, Currency, CustomerId, Decimal, Money, NaiveDate, OrderId, OrganizationId,
    PaymentId, Refusal, RefusalCode, ScaleError, Uuid,
};
use serde_json::json;

use super::{LONGEST_REFERENCE, LONGEST_TEXT, check_date, hold_organization, text};
use crate::rules::{Advance, offset, oldest_due_first};
use crate::store::{Account, advances, registers};
use crate::{PaymentMethod, awaiting, events};

/// An order as its payment needs it. Orders live above this context, so whoever records a
/// payment for one reads it first, under a right to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderRef {
    /// The order.
    pub id: OrderId,
    /// Its customer.
    pub customer_id: CustomerId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Its agreement.
    pub agreement_id: AgreementId,
    /// Its currency.
    pub currency: Currency,
}

/// Records a payment.
#[derive(Clone, Debug)]
pub struct RecordPayment {
    /// Who paid; the order's customer where none is given.
    pub customer_id: Option<CustomerId>,
    /// To whom; the order's, else the agreement's, else the default one.
    pub organization_id: Option<OrganizationId>,
    /// Under which terms; the order's, else the customer's default ones.
    pub agreement_id: Option<AgreementId>,
    /// The order that the payer named.
    pub order: Option<OrderRef>,
    /// How much, above zero.
    pub amount: Decimal,
    /// The currency, which must be the agreement's; that one where none is given.
    pub currency: Option<Currency>,
    /// The business date; today where none is given.
    pub date: Option<NaiveDate>,
    /// How it came.
    pub method: PaymentMethod,
    /// The caller's own id for it, unique among payments for ever.
    pub external_reference: Option<String>,
    /// Free text.
    pub comment: Option<String>,
}

impl Action for RecordPayment {
    const RIGHT: Right = Right::PaymentWrite;
}

#[async_trait::async_trait]
impl Command for RecordPayment {
    type Output = PaymentId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PaymentId> {
        let amount = self.checked_amount(permit)?;
        let terms = self.terms(tx, permit).await?;
        let organization = hold_organization(tx, permit, terms.organization_id).await?;
        let date = self.date.unwrap_or_else(|| tx.today());
        check_date(tx, permit, &organization, date)?;
        let series = Series { organization: organization.id, kind: "payment", year: date.year() };
        let number = format!("{}-{:06}", organization.prefix, tx.number(&series).await?);
        catalog::lock_customer(tx, permit, terms.customer_id).await?;

        let id = PaymentId::new();
        let account = Account {
            customer_id: terms.customer_id,
            organization_id: terms.organization_id,
            agreement_id: terms.agreement_id,
            currency: terms.currency,
        };
        let order_id = self.order.map(|order| order.id);
        self.insert(tx, permit, &Entry { id, number: &number, date, amount, terms: &terms })
            .await?;
        let mut debts = advances::debts(tx, permit, &account, order_id, amount).await?;
        oldest_due_first(&mut debts);
        let money = Advance { id, date, free_from: date, order_id, open: amount };
        let offsets = offset(&debts, &[money]);
        registers::settle(tx, permit, &offsets).await?;
        awaiting::mark_paid(tx, permit, terms.customer_id).await?;

        let facts = json!({
            "number": number,
            "date": date,
            "amount": amount,
            "currency": terms.currency,
            "order": order_id,
            "settled": offsets.iter().map(|row| row.amount).sum::<Decimal>(),
        });
        tx.audit(db::AuditEntry::new("recordPayment", "Payment", id, facts));
        events::payment_changed(tx, id, terms.customer_id, terms.manager_id);
        events::debt_changed(tx, terms.customer_id, terms.manager_id);
        Ok(id)
    }
}

/// What a payment's rows are made of.
struct Entry<'a> {
    id: PaymentId,
    number: &'a str,
    date: NaiveDate,
    amount: Decimal,
    terms: &'a OrderTerms,
}

impl RecordPayment {
    fn checked_amount(&self, permit: &Permit<Self>) -> Result<Decimal, Refusal> {
        let wrong =
            |en: String, ru: String| Refusal::new(RefusalCode::OutOfRange, en, ru).at(["amount"]);
        let too_small = || {
            wrong("The amount must be above zero.".into(), "Сумма должна быть больше нуля.".into())
        };
        // Amounts of all currencies have the same two places.
        match Money::checked(self.amount, permit.scope().facts().base_currency) {
            Ok(money) if money.amount.is_zero() => Err(too_small()),
            Ok(mut money) => {
                money.amount.rescale(2);
                Ok(money.amount)
            }
            Err(ScaleError::TooSmall) => Err(too_small()),
            Err(ScaleError::TooManyPlaces(places)) => Err(wrong(
                format!("The amount has at most {places} decimal places."),
                format!("У суммы не больше знаков после запятой: {places}."),
            )),
            Err(ScaleError::TooLarge) => {
                Err(wrong("The amount is too large.".into(), "Сумма слишком велика.".into()))
            }
        }
    }

    /// The terms the money comes under: the customer's, the order's where one is named.
    async fn terms(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<OrderTerms> {
        if let Some(order) = self.order {
            self.check_order(&order)?;
        }
        let agreement = self.agreement_id.or(self.order.map(|order| order.agreement_id));
        let organization = self.organization_id.or(self.order.map(|order| order.organization_id));
        let Some(customer) = self.customer_id.or(self.order.map(|order| order.customer_id)) else {
            return Err(Refusal::new(
                RefusalCode::Required,
                "Name the customer or the order.",
                "Укажите клиента или заказ.",
            )
            .at(["customerId"])
            .into());
        };
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
        if let Some(currency) = self.currency.filter(|currency| *currency != terms.currency) {
            return Err(Refusal::new(
                RefusalCode::CurrencyMismatch,
                format!("The agreement is in {}, not in {currency}.", terms.currency),
                format!("Валюта соглашения — {}, а не {currency}.", terms.currency),
            )
            .at(["currency"])
            .with(json!({ "agreementCurrency": terms.currency }))
            .into());
        }
        Ok(terms)
    }

    /// Money for an order comes from its customer, to its organization, under its agreement.
    fn check_order(&self, order: &OrderRef) -> Result<(), Refusal> {
        let other = |en: &str, ru: &str| Refusal::new(RefusalCode::Invalid, en, ru).at(["orderId"]);
        if self.customer_id.is_some_and(|id| id != order.customer_id) {
            return Err(other("The order is another customer's.", "Это заказ другого клиента."));
        }
        if self.organization_id.is_some_and(|id| id != order.organization_id) {
            return Err(other(
                "The order is another organization's.",
                "Это заказ другой организации.",
            ));
        }
        if self.agreement_id.is_some_and(|id| id != order.agreement_id) {
            return Err(other(
                "The order is under another agreement.",
                "Заказ оформлен по другому соглашению.",
            ));
        }
        Ok(())
    }

    async fn insert(&self, tx: &TenantTx, permit: &Permit<Self>, entry: &Entry<'_>) -> Outcome<()> {
        let sql = "
            with paid as (
                insert into payment
                    (tenant_id, id, number, date, customer_id, organization_id, agreement_id,
                     order_id, manager_id, currency, amount, method, state, comment,
                     external_reference, created_by)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'POSTED', $13, $14, $15)
            ), entered as (
                insert into payment_entry
                    (tenant_id, id, payment_id, customer_id, organization_id, agreement_id,
                     manager_id, currency, amount, occurred_on)
                values ($1, $16, $2, $5, $6, $7, $9, $10, $11, $4)
            )
            insert into payment_balance
                (tenant_id, payment_id, customer_id, organization_id, agreement_id, order_id,
                 manager_id, currency, date, open, last_occurred_on)
            values ($1, $2, $5, $6, $7, $8, $9, $10, $4, $11, $4)";
        let reference =
            text("externalReference", self.external_reference.as_deref(), LONGEST_REFERENCE)?;
        let values = values![
            permit.tenant(),
            entry.id,
            entry.number,
            entry.date,
            entry.terms.customer_id,
            entry.terms.organization_id,
            entry.terms.agreement_id,
            self.order.map(|order| order.id),
            entry.terms.manager_id,
            entry.terms.currency,
            entry.amount,
            self.method.as_str(),
            text("comment", self.comment.as_deref(), LONGEST_TEXT)?,
            reference,
            permit.user(),
            Uuid::now_v7(),
        ];
        let written = tx.run(Sql::new(sql, values)).await;
        on_constraint(written, "payment_external_reference_key", || {
            Refusal::new(
                RefusalCode::Taken,
                "Another payment has this external reference.",
                "Другая оплата уже имеет эту внешнюю ссылку.",
            )
            .at(["externalReference"])
        })?;
        Ok(())
    }
}
