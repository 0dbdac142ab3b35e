//! Recording money received: it settles the named order's open debts, or the oldest due ones,
//! and what is left is an advance.

use access::{Action, Permit, Right};
use catalog::OrderTerms;
use chrono::Datelike;
use db::{Command, Outcome, Series, Sql, TenantTx, on_constraint, values};
use kernel::{
    AgreementId, Currency, CustomerId, Decimal, InvoiceId, NaiveDate, OrderId, OrganizationId,
    PaymentId, Refusal, RefusalCode, Uuid,
};
use serde_json::json;

use super::{
    LONGEST_REFERENCE, LONGEST_TEXT, amount_above_zero, check_date, hold_organization, text,
};
use crate::rules::{Advance, offset, oldest_due_first};
use crate::store::{Account, advances, registers};
use crate::{InvoiceState, PaymentMethod, awaiting, events, exchange, invoices};

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
    /// The invoice that the payer named: it tells all that is not given, its order too.
    pub invoice: Option<InvoiceId>,
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
        record(tx, permit, "recordPayment", self).await
    }
}

/// Records money, for whichever command it came by.
pub(crate) async fn record<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    action: &'static str,
    paid: &RecordPayment,
) -> Outcome<PaymentId> {
    let amount = amount_above_zero(permit, paid.amount)?;
    let paid = &paid.with_invoice(tx, permit).await?;
    let terms = paid.terms(tx, permit).await?;
    let organization = hold_organization(tx, permit, terms.organization_id).await?;
    let date = paid.date.unwrap_or_else(|| tx.today());
    check_date(tx, permit, &organization, date)?;
    let rate = exchange::rate_on(tx, permit, terms.currency, date).await?;
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
    let order_id = paid.order.map(|order| order.id);
    let entry = Entry { id, number: &number, date, amount, rate, terms: &terms };
    paid.insert(tx, permit, &entry).await?;
    let mut debts = advances::debts(tx, permit, &account, order_id, amount).await?;
    oldest_due_first(&mut debts);
    let money = Advance { id, date, free_from: date, order_id, open: amount };
    let offsets = offset(&debts, &[money]);
    registers::settle(tx, permit, terms.currency, &offsets).await?;
    invoices::pay(tx, permit, (id, date, amount), paid.invoice, order_id).await?;
    awaiting::mark_paid(tx, permit, terms.customer_id).await?;

    let facts = json!({
        "number": number,
        "date": date,
        "amount": amount,
        "currency": terms.currency,
        "order": order_id,
        "invoice": paid.invoice,
        "settled": offsets.iter().map(|row| row.amount).sum::<Decimal>(),
    });
    tx.audit(db::AuditEntry::new(action, "Payment", id, facts));
    events::payment_changed(tx, id, terms.customer_id, terms.manager_id);
    events::debt_changed(tx, terms.customer_id, terms.manager_id);
    Ok(id)
}

/// What a payment's rows are made of.
struct Entry<'a> {
    id: PaymentId,
    number: &'a str,
    date: NaiveDate,
    amount: Decimal,
    /// What a unit is worth in the base currency; none for the base currency itself.
    rate: Option<Decimal>,
    terms: &'a OrderTerms,
}

impl RecordPayment {
    /// With what the named invoice tells: its order, and through that all the rest.
    async fn with_invoice<A>(&self, tx: &TenantTx, permit: &Permit<A>) -> Outcome<Self> {
        let Some(id) = self.invoice else { return Ok(self.clone()) };
        let refused = |code, en: &str, ru: &str| Refusal::new(code, en, ru).at(["invoiceId"]);
        let Some(invoice) = invoices::invoice_to_pay(tx, permit, id).await? else {
            let (en, ru) = ("There is no such invoice.", "Такого счёта нет.");
            return Err(refused(RefusalCode::UnknownReference, en, ru).into());
        };
        if invoice.state == InvoiceState::Cancelled {
            let (en, ru) = ("The invoice is cancelled.", "Счёт отменён.");
            return Err(refused(RefusalCode::IllegalTransition, en, ru).into());
        }
        if self.order.is_some_and(|order| order.id != invoice.order_id) {
            let (en, ru) =
                ("The invoice is of another order.", "Счёт выставлен по другому заказу.");
            return Err(refused(RefusalCode::Invalid, en, ru).into());
        }
        let order = OrderRef {
            id: invoice.order_id,
            customer_id: invoice.customer_id,
            organization_id: invoice.organization_id,
            agreement_id: invoice.agreement_id,
            currency: invoice.currency,
        };
        Ok(Self { order: Some(order), ..self.clone() })
    }

    /// The terms the money comes under: the customer's, the order's where one is named.
    async fn terms<A>(&self, tx: &TenantTx, permit: &Permit<A>) -> Outcome<OrderTerms> {
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

    async fn insert<A>(&self, tx: &TenantTx, permit: &Permit<A>, entry: &Entry<'_>) -> Outcome<()> {
        let sql = "
            with paid as (
                insert into payment
                    (tenant_id, id, number, date, customer_id, organization_id, agreement_id,
                     order_id, manager_id, currency, amount, method, state, comment,
                     external_reference, created_by, rate)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'POSTED', $13, $14, $15,
                        $17)
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
            entry.rate,
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
