//! Refunds as they are read.

use db::FromQueryResult;
use kernel::{
    AgreementId, Currency, CustomerId, DateTime, Decimal, NaiveDate, OrganizationId, PaymentId,
    RefundId, UserId, Utc,
};

use crate::{PaymentMethod, PaymentState};

/// Money given back.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// Per organization and year, with gaps.
    pub number: String,
    /// The business date.
    pub date: NaiveDate,
    /// To whom.
    pub customer_id: CustomerId,
    /// Who gave it.
    pub organization_id: OrganizationId,
    /// Under which terms the money had come.
    pub agreement_id: AgreementId,
    /// The customer's manager when it went.
    pub manager_id: Option<UserId>,
    /// The currency of the amount.
    pub currency: Currency,
    /// How much.
    pub amount: Decimal,
    /// How it went.
    pub method: PaymentMethod,
    /// Whether it counts.
    pub state: PaymentState,
    /// Why.
    pub reason: String,
    /// The business date of its reversal.
    pub reversed_on: Option<NaiveDate>,
    /// Why it was reversed.
    pub reversal_reason: Option<String>,
    /// The caller's own id for it.
    pub external_reference: Option<String>,
    /// For optimistic locking.
    pub version: i32,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// The user who recorded it; none for keys and workers.
    pub created_by: Option<UserId>,
}

/// The columns of [`Refund`], of `refund f`.
pub(super) const REFUND_COLUMNS: &str = "
    f.id, f.number, f.date, f.customer_id, f.organization_id, f.agreement_id, f.manager_id,
    f.currency, f.amount, f.method, f.state, f.reason, f.reversed_on, f.reversal_reason,
    f.external_reference, f.version, f.created_at, f.updated_at, f.created_by";

/// What a refund took of one payment.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct RefundPart {
    /// The refund.
    pub refund_id: RefundId,
    /// Whose money.
    pub payment_id: PaymentId,
    /// The currency of the amount.
    pub currency: Currency,
    /// How much.
    pub amount: Decimal,
}
