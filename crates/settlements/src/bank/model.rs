//! Lines of bank statements as they are read.

use access::{Action, Right};
use db::FromQueryResult;
use kernel::{
    BankLineId, Currency, CustomerId, DateTime, Decimal, InvoiceId, NaiveDate, OrganizationId,
    PaymentId, UserId, Utc,
};

use crate::model::words;

words! {
    /// What has come of a line.
    BankLineState {
        /// Nothing yet.
        New = "NEW",
        /// A payment.
        Posted = "POSTED",
        /// It is none of a customer's payments.
        Ignored = "IGNORED",
    }
}

/// Seeing lines of bank statements.
pub struct ReadBankLines;

impl Action for ReadBankLines {
    const RIGHT: Right = Right::BankRead;
}

/// Money that came to an account of an organization.
#[derive(Clone, Debug, FromQueryResult)]
pub struct BankLine {
    /// Its id.
    pub id: BankLineId,
    /// Whose account.
    pub organization_id: OrganizationId,
    /// The account.
    pub account: String,
    /// The bank's own id of the line.
    pub reference: String,
    /// The day on which the money came.
    pub date: NaiveDate,
    /// The currency of the amount.
    pub currency: Currency,
    /// How much, above zero.
    pub amount: Decimal,
    /// Who paid, as the bank wrote it.
    pub payer_name: Option<String>,
    /// His tax number.
    pub payer_inn: Option<String>,
    /// His account.
    pub payer_account: Option<String>,
    /// What for, as he wrote it.
    pub purpose: Option<String>,
    /// What has come of it.
    pub state: BankLineState,
    /// The payment it became.
    pub payment_id: Option<PaymentId>,
    /// Why it was put aside.
    pub ignore_reason: Option<String>,
    /// For optimistic locking.
    pub version: i32,
    /// When it was brought in.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// The user who brought it in; none for keys and workers.
    pub created_by: Option<UserId>,
}

/// The columns of [`BankLine`], of `bank_line l`.
pub(super) const LINE_COLUMNS: &str = "
    l.id, l.organization_id, l.account, l.reference, l.date, l.currency, l.amount, l.payer_name,
    l.payer_inn, l.payer_account, l.purpose, l.state, l.payment_id, l.ignore_reason, l.version,
    l.created_at, l.updated_at, l.created_by";

/// What a line seems to pay for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BankProposal {
    /// The one customer with the payer's tax number, else the invoice's.
    pub customer_id: Option<CustomerId>,
    /// The one open invoice of that customer, organization and currency whose number stands in the
    /// purpose.
    pub invoice_id: Option<InvoiceId>,
    /// What may be numbers of documents in the purpose.
    pub numbers: Vec<String>,
}
