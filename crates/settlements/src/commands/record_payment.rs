//! Recording money received: it settles the named order's open debts, or the oldest due ones,
//! and what is left is an advance.

use access::{Action, Permit, Right};
use chrono::Datelike;
use db::{Command, Outcome, Series, Sql, TenantTx, on_constraint, values};
use kernel::{
    AgreementId, Currency, CustomerId, Decimal, InvoiceId, NaiveDate, OrderId, OrganizationId,
    PaymentId, Refusal, RefusalCode, UserId, Uuid,
};
use serde_json::json;

use super::{
    LONGEST_REFERENCE, LONGEST_TEXT, amount_above_zero, check_date, hold_organization, text,
};
use crate::rules::{Advance, offset, oldest_due_first};
use crate::store::{Account, advances, owner_of, registers};
use crate::{InvoiceState, PaymentMethod, awaiting, events, exchange, invoices};

/// An order as its money needs it: money counts for it where all of this is the same. Orders live
/// above this context, so whoever names one here reads it first, under a right to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// The currency, which must be the order's, else the agreement's; that one where none is given.
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
    let account = terms.account;
    let organization = hold_organization(tx, permit, account.organization_id).await?;
    let date = paid.date.unwrap_or_else(|| tx.today());
    check_date(tx, permit, &organization, date)?;
    let rate = exchange::rate_on(tx, permit, account.currency, date).await?;
    let series = Series { organization: organization.id, kind: "payment", year: date.year() };
    let number = format!("{}-{:06}", organization.prefix, tx.number(&series).await?);
    catalog::lock_customer(tx, permit, account.customer_id).await?;

    let id = PaymentId::new();
    let order_id = paid.order.map(|order| order.id);
    let entry = Entry { id, number: &number, date, amount, rate, terms: &terms };
    paid.insert(tx, permit, &entry).await?;
    let mut debts = advances::debts(tx, permit, &account, order_id, amount).await?;
    oldest_due_first(&mut debts);
    let money = Advance { id, date, free_from: date, order_id, open: amount };
    let offsets = offset(&debts, &[money]);
    registers::settle(tx, permit, account.currency, &offsets).await?;
    let money = (id, date, amount, account.currency);
    invoices::pay(tx, permit, money, paid.invoice, order_id).await?;
    awaiting::mark_paid(tx, permit, account.customer_id).await?;

    let facts = json!({
        "number": number,
        "date": date,
        "amount": amount,
        "currency": account.currency,
        "order": order_id,
        "invoice": paid.invoice,
        "settled": offsets.iter().map(|row| row.amount).sum::<Decimal>(),
    });
    tx.audit(db::AuditEntry::new(action, "Payment", id, facts));
    events::payment_changed(tx, id, account.customer_id, terms.manager_id);
    events::debt_changed(tx, account.customer_id, terms.manager_id);
    Ok(id)
}

/// What money comes under.
struct Terms {
    account: Account,
    /// The customer's manager of today.
    manager_id: Option<UserId>,
}

/// What a payment's rows are made of.
struct Entry<'a> {
    id: PaymentId,
    number: &'a str,
    date: NaiveDate,
    amount: Decimal,
    /// What a unit is worth in the base currency; none for the base currency itself.
    rate: Option<Decimal>,
    terms: &'a Terms,
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
        if invoice.cancel_reason.is_some() {
            let (en, ru) = (
                "The invoice's order is cancelled: name the customer instead of the invoice.",
                "Заказ по этому счёту отменён: укажите клиента вместо счёта.",
            );
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

    /// What the money comes under: the order's parties and currency, whatever became of its
    /// agreement since; without an order, the agreement as it is today.
    async fn terms<A>(&self, tx: &TenantTx, permit: &Permit<A>) -> Outcome<Terms> {
        let terms = match &self.order {
            Some(order) => self.terms_of_order(tx, permit, order).await?,
            None => self.terms_of_today(tx, permit).await?,
        };
        self.check_currency(terms.account.currency)?;
        Ok(terms)
    }

    async fn terms_of_order<A>(
        &self,
        tx: &TenantTx,
        permit: &Permit<A>,
        order: &OrderRef,
    ) -> Outcome<Terms> {
        self.check_order(order)?;
        let customer_id = order.customer_id;
        let owner = owner_of(tx, permit, customer_id).await?;
        let owner = owner.filter(|owner| permit.reaches(owner.manager_id, Some(customer_id)));
        let Some(owner) = owner else { return Err(unknown("customerId").into()) };
        let account = Account {
            customer_id,
            organization_id: order.organization_id,
            agreement_id: order.agreement_id,
            currency: order.currency,
        };
        Ok(Terms { account, manager_id: owner.manager_id })
    }

    async fn terms_of_today<A>(&self, tx: &TenantTx, permit: &Permit<A>) -> Outcome<Terms> {
        let Some(customer) = self.customer_id else {
            return Err(Refusal::new(
                RefusalCode::Required,
                "Name the customer or the order.",
                "Укажите клиента или заказ.",
            )
            .at(["customerId"])
            .into());
        };
        let (agreement, organization) = (self.agreement_id, self.organization_id);
        let terms = catalog::order_terms(tx, permit, customer, agreement, organization).await?;
        let Some(terms) = terms else {
            let is_named = self.agreement_id.is_some();
            return Err(unknown(if is_named { "agreementId" } else { "customerId" }).into());
        };
        let account = Account {
            customer_id: terms.customer_id,
            organization_id: terms.organization_id,
            agreement_id: terms.agreement_id,
            currency: terms.currency,
        };
        Ok(Terms { account, manager_id: terms.manager_id })
    }

    /// A currency that is given is that of what the money comes under.
    fn check_currency(&self, expected: Currency) -> Result<(), Refusal> {
        let Some(given) = self.currency.filter(|given| *given != expected) else { return Ok(()) };
        let (en, ru, key) = match self.order {
            Some(_) => ("order", "заказа", "orderCurrency"),
            None => ("agreement", "соглашения", "agreementCurrency"),
        };
        Err(Refusal::new(
            RefusalCode::CurrencyMismatch,
            format!("The {en} is in {expected}, not in {given}."),
            format!("Валюта {ru} — {expected}, а не {given}."),
        )
        .at(["currency"])
        .with(json!({ key: expected })))
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
            entry.terms.account.customer_id,
            entry.terms.account.organization_id,
            entry.terms.account.agreement_id,
            self.order.map(|order| order.id),
            entry.terms.manager_id,
            entry.terms.account.currency,
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

fn unknown(field: &'static str) -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        "There is no such customer or agreement.",
        "Такого клиента или соглашения нет.",
    )
    .at([field])
}
