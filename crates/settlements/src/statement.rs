//! The statement that two companies reconcile by (акт сверки): what was open before a period, what
//! passed in it document by document, and what is open after it.

use access::{Action, Permit, Right};
use db::{CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    AgreementId, CreditNoteId, Currency, CustomerId, DateTime, Decimal, NaiveDate, OrganizationId,
    PaymentId, RefundId, Refusal, RefusalCode, ShipmentId, Utc,
};

use crate::model::words;
use crate::store::owner_of;

/// Documents that one statement tells of, at most; who wants more asks for a shorter period.
const MOST_ENTRIES: usize = 5_000;

words! {
    /// What passed.
    StatementWhat {
        /// The balance before the period.
        Opening = "OPENING",
        /// Goods were shipped, or services done: the customer owes more.
        Sale = "SALE",
        /// A sale was reversed.
        SaleReversal = "SALE_REVERSAL",
        /// A credit note: the customer owes less.
        CreditNote = "CREDIT_NOTE",
        /// A credit note was reversed.
        CreditNoteReversal = "CREDIT_NOTE_REVERSAL",
        /// Money came.
        Payment = "PAYMENT",
        /// A payment was reversed.
        PaymentReversal = "PAYMENT_REVERSAL",
        /// Money was given back.
        Refund = "REFUND",
        /// A refund was reversed.
        RefundReversal = "REFUND_REVERSAL",
    }
}

impl StatementWhat {
    /// Sales and refunds stand on the side of what the customer owes, with a minus where they are
    /// reversed; payments and credit notes on the other.
    fn is_debit(self) -> bool {
        matches!(self, Self::Sale | Self::SaleReversal | Self::Refund | Self::RefundReversal)
    }
}

/// Seeing statements.
pub struct ReadStatement;

impl Action for ReadStatement {
    const RIGHT: Right = Right::ReceivableRead;
}

/// What a statement is of.
#[derive(Clone, Copy, Debug)]
pub struct StatementQuery {
    /// The customer; a merged card is the one that stands for it.
    pub customer: CustomerId,
    /// The organization.
    pub organization: OrganizationId,
    /// Under one agreement only.
    pub agreement: Option<AgreementId>,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Only what was recorded by then.
    pub known_at: Option<DateTime<Utc>>,
}

/// One document of the period.
#[derive(Clone, Copy, Debug)]
pub struct StatementEntry {
    /// The business date.
    pub date: NaiveDate,
    /// What passed.
    pub what: StatementWhat,
    /// By how much the customer owes more.
    pub debit: Decimal,
    /// By how much he owes less.
    pub credit: Decimal,
    /// The shipment or act of a sale.
    pub shipment_id: Option<ShipmentId>,
    /// The credit note.
    pub credit_note_id: Option<CreditNoteId>,
    /// The payment.
    pub payment_id: Option<PaymentId>,
    /// The refund.
    pub refund_id: Option<RefundId>,
}

/// What passed under one agreement in one currency.
#[derive(Clone, Debug)]
pub struct StatementPart {
    /// Under which terms.
    pub agreement_id: AgreementId,
    /// The currency of all amounts.
    pub currency: Currency,
    /// What the customer owed before the period; below zero he had paid ahead.
    pub opening: Decimal,
    /// All debits of the period.
    pub debit: Decimal,
    /// All credits of the period.
    pub credit: Decimal,
    /// The documents, in the order of their days.
    pub entries: Vec<StatementEntry>,
}

impl StatementPart {
    /// What the customer owes after the period; below zero he has paid ahead.
    #[must_use]
    pub fn closing(&self) -> Decimal {
        self.opening + self.debit - self.credit
    }
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The customer that the documents stand under now.
    pub customer_id: CustomerId,
    /// By currency and agreement.
    pub parts: Vec<StatementPart>,
}

#[derive(FromQueryResult)]
struct Row {
    agreement_id: AgreementId,
    currency: Currency,
    occurred_on: Option<NaiveDate>,
    what: StatementWhat,
    shipment_id: Option<ShipmentId>,
    credit_note_id: Option<CreditNoteId>,
    payment_id: Option<PaymentId>,
    refund_id: Option<RefundId>,
    amount: Decimal,
}

/// The statement of a customer within the caller's reach: all of it, or nothing. A constant number
/// of statements.
///
/// # Errors
/// Not found where the customer is out of reach; a refusal for a period that ends before it begins,
/// or that holds too much; a fault where a statement fails.
pub async fn statement(
    tx: &TenantTx,
    permit: &Permit<ReadStatement>,
    query: &StatementQuery,
) -> Outcome<Statement> {
    if query.to < query.from {
        return Err(Refusal::new(
            RefusalCode::OutOfRange,
            "The period ends before it begins.",
            "Конец периода раньше его начала.",
        )
        .at(["to"])
        .into());
    }
    let asked = catalog::heir_of(tx, permit, Some(query.customer)).await?;
    let customer = asked.unwrap_or(query.customer);
    check_reach(tx, permit, customer).await?;
    let values = values![
        permit.tenant(),
        customer,
        query.organization,
        query.from,
        query.to,
        query.agreement,
        query.known_at,
        i64::try_from(MOST_ENTRIES + 1).unwrap_or(i64::MAX),
    ];
    let rows: Vec<Row> = tx.all(Sql::new(include_str!("statement.sql"), values)).await?;
    if rows.len() > MOST_ENTRIES {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("More than {MOST_ENTRIES} documents: ask for a shorter period."),
            format!("Больше {MOST_ENTRIES} документов: сократите период."),
        )
        .at(["from"])
        .into());
    }
    Ok(Statement { customer_id: customer, parts: parts_of(rows) })
}

/// A manager sees statements of his customers, whole: a part of one would reconcile nothing.
async fn check_reach(
    tx: &TenantTx,
    permit: &Permit<ReadStatement>,
    customer: CustomerId,
) -> Outcome<()> {
    let owner = owner_of(tx, permit, customer).await?.ok_or(CommandError::NotFound)?;
    let bound = permit.customer().is_none_or(|bound| bound == customer);
    let reached = permit
        .managers()
        .is_none_or(|managers| owner.manager_id.is_some_and(|id| managers.contains(&id.0)));
    if bound && reached { Ok(()) } else { Err(CommandError::NotFound) }
}

fn parts_of(rows: Vec<Row>) -> Vec<StatementPart> {
    let mut parts: Vec<StatementPart> = Vec::new();
    for row in rows {
        let same = |part: &&mut StatementPart| {
            part.agreement_id == row.agreement_id && part.currency == row.currency
        };
        if parts.last_mut().filter(same).is_none() {
            parts.push(StatementPart {
                agreement_id: row.agreement_id,
                currency: row.currency,
                opening: Decimal::ZERO,
                debit: Decimal::ZERO,
                credit: Decimal::ZERO,
                entries: Vec::new(),
            });
        }
        let Some(part) = parts.last_mut() else { continue };
        let Some(date) = row.occurred_on else {
            part.opening = row.amount;
            continue;
        };
        let (debit, credit) = if row.what.is_debit() {
            (row.amount, Decimal::ZERO)
        } else {
            (Decimal::ZERO, -row.amount)
        };
        part.debit += debit;
        part.credit += credit;
        part.entries.push(StatementEntry {
            date,
            what: row.what,
            debit,
            credit,
            shipment_id: row.shipment_id,
            credit_note_id: row.credit_note_id,
            payment_id: row.payment_id,
            refund_id: row.refund_id,
        });
    }
    parts
}
