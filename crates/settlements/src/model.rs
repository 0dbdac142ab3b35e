//! Payments, receivable items and allocations as they are read.

use access::{Action, Right};
use db::FromQueryResult;
use kernel::{
    AgreementId, AllocationId, Currency, CustomerId, DateTime, Decimal, NaiveDate, OrderId,
    OrganizationId, PaymentId, ReceivableId, ShipmentId, UserId, Utc,
};

macro_rules! words {
    ($(#[$doc:meta])* $type:ident { $($(#[$each:meta])* $name:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $type { $($(#[$each])* $name),* }

        impl $type {
            /// The word in the database and in the API.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

        }

        impl sea_orm::TryGetable for $type {
            fn try_get_by<I: sea_orm::ColIdx>(
                row: &sea_orm::QueryResult,
                index: I,
            ) -> Result<Self, sea_orm::TryGetError> {
                match <String as sea_orm::TryGetable>::try_get_by(row, index)?.as_str() {
                    $($text => Ok(Self::$name),)*
                    other => {
                        let what = format!("{other} is no {}", stringify!($type));
                        Err(sea_orm::DbErr::Type(what).into())
                    }
                }
            }
        }
    };
}

pub(crate) use words;

words! {
    /// How money came.
    PaymentMethod {
        /// In notes and coins.
        Cash = "CASH",
        /// To a bank account.
        Bank = "BANK",
        /// By card.
        Card = "CARD",
    }
}

words! {
    /// Where a payment stands.
    PaymentState {
        /// It counts.
        Posted = "POSTED",
        /// It was reversed; what it had settled is open again.
        Reversed = "REVERSED",
    }
}

/// Seeing payments.
pub struct ReadPayments;

impl Action for ReadPayments {
    const RIGHT: Right = Right::PaymentRead;
}

/// Seeing what customers owe.
pub struct ReadReceivables;

impl Action for ReadReceivables {
    const RIGHT: Right = Right::ReceivableRead;
}

/// Seeing the ageing report.
pub struct ReadAgeing;

impl Action for ReadAgeing {
    const RIGHT: Right = Right::MoneyReport;
}

/// Money received.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// Per organization and year.
    pub number: String,
    /// The business date.
    pub date: NaiveDate,
    /// Who paid.
    pub customer_id: CustomerId,
    /// To whom.
    pub organization_id: OrganizationId,
    /// Under which terms.
    pub agreement_id: AgreementId,
    /// The order that the payer named.
    pub order_id: Option<OrderId>,
    /// The customer's manager when the money came.
    pub manager_id: Option<UserId>,
    /// The currency of the amounts.
    pub currency: Currency,
    /// What a unit of it was worth in the base currency on its date; none for that one itself.
    pub rate: Option<Decimal>,
    /// What came.
    pub amount: Decimal,
    /// What of it settles nothing yet: the advance.
    pub open: Decimal,
    /// How it came.
    pub method: PaymentMethod,
    /// Where it stands.
    pub state: PaymentState,
    /// The business date of its reversal.
    pub reversed_on: Option<NaiveDate>,
    /// Why it was reversed.
    pub reversal_reason: Option<String>,
    /// Free text.
    pub comment: Option<String>,
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

/// Money a customer owes by one due date.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Receivable {
    /// Its id.
    pub id: ReceivableId,
    /// Who owes.
    pub customer_id: CustomerId,
    /// To whom.
    pub organization_id: OrganizationId,
    /// Under which terms.
    pub agreement_id: AgreementId,
    /// The order it comes from.
    pub order_id: OrderId,
    /// The shipment that opened it.
    pub shipment_id: ShipmentId,
    /// The responsible manager as of the shipment.
    pub manager_id: Option<UserId>,
    /// The currency of the amounts.
    pub currency: Currency,
    /// The day by which it is to be paid.
    pub due_on: NaiveDate,
    /// The date of the shipment.
    pub occurred_on: NaiveDate,
    /// What was owed at first.
    pub amount: Decimal,
    /// That less what credit notes took off; zero once the shipment is reversed.
    pub billed: Decimal,
    /// What is owed now.
    pub open: Decimal,
    /// The business date on which the shipment was reversed.
    pub reversed_on: Option<NaiveDate>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// A dated row of settling: which money settles which debt; below zero where it was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Allocation {
    /// Its id.
    pub id: AllocationId,
    /// Whose money.
    pub payment_id: PaymentId,
    /// Which debt.
    pub receivable_id: ReceivableId,
    /// The currency of the amount.
    pub currency: Currency,
    /// How much.
    pub amount: Decimal,
    /// The business date.
    pub occurred_on: NaiveDate,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}
