//! Lists of payments.

use access::Permit;
use catalog::{Condition, push_conditions, push_customer};
use db::{Outcome, Sql, TenantTx, values};
use kernel::{
    CustomerId, Direction, NaiveDate, OrderId, OrganizationId, Page, PageRequest, Position,
    TenantId, UserId,
};

use super::keyset::{Keyset, Kind};
use super::{Count, whole_cents};
use crate::{Payment, PaymentMethod, PaymentState, ReadPayments};

/// A payment with what is left of it; the tenant is `$1`.
pub(crate) const PAYMENT: &str = "
select p.id, p.number, p.date, p.customer_id, p.organization_id, p.agreement_id, p.order_id,
       p.manager_id, p.currency, p.rate, p.amount, b.open, p.method, p.state, p.reversed_on,
       p.reversal_reason, p.comment, p.external_reference, p.version, p.created_at, p.updated_at,
       p.created_by
from payment p
join payment_balance b on b.tenant_id = p.tenant_id and b.payment_id = p.id
where p.tenant_id = $1";

/// Which payments.
#[derive(Clone, Debug, Default)]
pub struct PaymentFilter {
    /// Of one customer.
    pub customer: Option<CustomerId>,
    /// To one organization.
    pub organization: Option<OrganizationId>,
    /// That name one order.
    pub order: Option<OrderId>,
    /// Of one manager's customers, as of the recording.
    pub manager: Option<UserId>,
    /// In one state.
    pub state: Option<PaymentState>,
    /// By one way of paying.
    pub method: Option<PaymentMethod>,
    /// Dated on or after.
    pub date_from: Option<NaiveDate>,
    /// Dated on or before.
    pub date_to: Option<NaiveDate>,
    /// With exactly this number.
    pub number: Option<String>,
    /// Whose custom fields hold this.
    pub custom: Vec<Condition>,
    /// With exactly this external reference.
    pub external_reference: Option<String>,
    /// With something left (`true`) or with nothing left (`false`).
    pub advance: Option<bool>,
}

/// What payments are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentSort {
    /// The business date.
    Date,
    /// The amount, whatever its currency.
    Amount,
    /// The number, as text.
    Number,
}

impl PaymentSort {
    /// The order's name in cursors.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Date => "DATE",
            Self::Amount => "AMOUNT",
            Self::Number => "NUMBER",
        }
    }

    pub(crate) fn keyset(self, direction: Direction) -> Keyset {
        let (column, kind) = match self {
            Self::Date => ("p.date", Kind::Date),
            Self::Amount => ("p.amount_cents", Kind::Cents),
            Self::Number => ("p.number", Kind::Text),
        };
        Keyset { column, id: "p.id", kind, direction }
    }

    pub(crate) fn position(self, payment: &Payment) -> Position {
        let key = match self {
            Self::Date => payment.date.to_string(),
            Self::Amount => whole_cents(payment.amount),
            Self::Number => payment.number.clone(),
        };
        Position { order: self.name().to_owned(), key: Some(key), id: payment.id.0 }
    }
}

/// One page of payments.
///
/// # Errors
/// A refusal where a cursor is not of this list; a fault where the statement fails.
pub async fn payments(
    tx: &TenantTx,
    permit: &Permit<ReadPayments>,
    filter: &PaymentFilter,
    sort: PaymentSort,
    direction: Direction,
    page: &PageRequest,
) -> Outcome<Page<Payment>> {
    let mut sql = Sql::new(PAYMENT, values![permit.tenant()]);
    within_reach(&mut sql, permit);
    narrow(&mut sql, permit.tenant(), filter);
    sort.keyset(direction).finish(&mut sql, page)?;
    let rows: Vec<Payment> = tx.all(sql).await?;
    Ok(Page::of(rows.into_iter().map(|row| (sort.position(&row), row)).collect(), page))
}

/// How many payments there are, counted up to `cap`.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_payments(
    tx: &TenantTx,
    permit: &Permit<ReadPayments>,
    filter: &PaymentFilter,
    cap: i64,
) -> Outcome<i64> {
    let mut sql = Sql::new(
        "select count(*) as counted
from (
select p.id
from payment p
join payment_balance b on b.tenant_id = p.tenant_id and b.payment_id = p.id
where p.tenant_id = $1",
        values![permit.tenant()],
    );
    within_reach(&mut sql, permit);
    narrow(&mut sql, permit.tenant(), filter);
    sql.with("\nlimit ", cap, "\n) c");
    Count::of(tx.one(sql).await?)
}

/// Keeps to the payments that the permit reaches.
pub(crate) fn within_reach<A>(sql: &mut Sql, permit: &Permit<A>) {
    sql.among("p.manager_id", permit.managers());
    if let Some(customer) = permit.customer() {
        sql.with("\n  and p.customer_id = ", customer, "");
    }
}

fn narrow(sql: &mut Sql, tenant: TenantId, filter: &PaymentFilter) {
    push_conditions(sql, tenant, "p.id", &filter.custom);
    push_customer(sql, tenant, "p.customer_id", filter.customer);
    if let Some(organization) = filter.organization {
        sql.with("\n  and p.organization_id = ", organization, "");
    }
    if let Some(order) = filter.order {
        sql.with("\n  and p.order_id = ", order, "");
    }
    if let Some(manager) = filter.manager {
        sql.with("\n  and p.manager_id = ", manager, "");
    }
    if let Some(state) = filter.state {
        sql.push("\n  and p.state = ").word(state.as_str());
    }
    if let Some(method) = filter.method {
        sql.push("\n  and p.method = ").word(method.as_str());
    }
    if let Some(from) = filter.date_from {
        sql.with("\n  and p.date >= ", from, "");
    }
    if let Some(to) = filter.date_to {
        sql.with("\n  and p.date <= ", to, "");
    }
    if let Some(number) = &filter.number {
        sql.with("\n  and p.number = ", number.as_str(), "");
    }
    if let Some(reference) = &filter.external_reference {
        sql.with("\n  and p.external_reference = ", reference.as_str(), "");
    }
    if let Some(advance) = filter.advance {
        sql.push(if advance { "\n  and b.open_cents > 0" } else { "\n  and b.open_cents = 0" });
    }
}
