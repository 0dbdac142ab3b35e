//! Lists of refunds, and batched reads for the graph.

use std::collections::HashMap;

use access::Permit;
use catalog::push_customer;
use db::{Outcome, Sql, TenantTx, values};
use kernel::{
    CustomerId, Direction, NaiveDate, OrganizationId, Page, PageRequest, PaymentId, Position,
    RefundId, UserId, Uuid,
};

use super::model::{REFUND_COLUMNS, Refund, RefundPart};
use crate::store::{Count, Keyset, Kind, whole_cents};
use crate::{PaymentState, ReadPayments};

/// Which refunds.
#[derive(Clone, Debug, Default)]
pub struct RefundFilter {
    /// To one customer.
    pub customer: Option<CustomerId>,
    /// By one organization.
    pub organization: Option<OrganizationId>,
    /// Of one payment.
    pub payment: Option<PaymentId>,
    /// Of one manager's customers, as of the recording.
    pub manager: Option<UserId>,
    /// In one state.
    pub state: Option<PaymentState>,
    /// Dated on or after.
    pub date_from: Option<NaiveDate>,
    /// Dated on or before.
    pub date_to: Option<NaiveDate>,
    /// With exactly this number.
    pub number: Option<String>,
    /// With exactly this external reference.
    pub external_reference: Option<String>,
}

/// What refunds are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundSort {
    /// The business date.
    Date,
    /// The amount, whatever its currency.
    Amount,
    /// The number, as text.
    Number,
}

impl RefundSort {
    /// The order's name in cursors.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Date => "DATE",
            Self::Amount => "AMOUNT",
            Self::Number => "NUMBER",
        }
    }

    fn keyset(self, direction: Direction) -> Keyset {
        let (column, kind) = match self {
            Self::Date => ("f.date", Kind::Date),
            Self::Amount => ("f.amount_cents", Kind::Cents),
            Self::Number => ("f.number", Kind::Text),
        };
        Keyset { column, id: "f.id", kind, direction }
    }

    fn position(self, refund: &Refund) -> Position {
        let key = match self {
            Self::Date => refund.date.to_string(),
            Self::Amount => whole_cents(refund.amount),
            Self::Number => refund.number.clone(),
        };
        Position { order: self.name().to_owned(), key: Some(key), id: refund.id.0 }
    }
}

/// Keeps to the refunds that the permit reaches.
pub(super) fn within_reach<A>(sql: &mut Sql, permit: &Permit<A>) {
    sql.among("f.manager_id", permit.managers());
    if let Some(customer) = permit.customer() {
        sql.with("\n  and f.customer_id = ", customer, "");
    }
}

/// One page of refunds.
///
/// # Errors
/// A refusal where a cursor is not of this list; a fault where the statement fails.
pub async fn refunds(
    tx: &TenantTx,
    permit: &Permit<ReadPayments>,
    filter: &RefundFilter,
    (sort, direction): (RefundSort, Direction),
    page: &PageRequest,
) -> Outcome<Page<Refund>> {
    let mut sql = Sql::new(
        format!("select {REFUND_COLUMNS} from refund f where f.tenant_id = $1"),
        values![permit.tenant()],
    );
    within_reach(&mut sql, permit);
    narrow(&mut sql, filter, tx);
    sort.keyset(direction).finish(&mut sql, page)?;
    let rows: Vec<Refund> = tx.all(sql).await?;
    Ok(Page::of(rows.into_iter().map(|row| (sort.position(&row), row)).collect(), page))
}

/// How many refunds there are, counted up to `cap`.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_refunds(
    tx: &TenantTx,
    permit: &Permit<ReadPayments>,
    filter: &RefundFilter,
    cap: i64,
) -> Outcome<i64> {
    let mut sql = Sql::new(
        "select count(*) as counted from (select f.id from refund f where f.tenant_id = $1",
        values![permit.tenant()],
    );
    within_reach(&mut sql, permit);
    narrow(&mut sql, filter, tx);
    sql.with("\nlimit ", cap, "\n) c");
    Count::of(tx.one(sql).await?)
}

fn narrow(sql: &mut Sql, filter: &RefundFilter, tx: &TenantTx) {
    push_customer(sql, tx.tenant(), "f.customer_id", filter.customer);
    if let Some(organization) = filter.organization {
        sql.with("\n  and f.organization_id = ", organization, "");
    }
    if let Some(payment) = filter.payment {
        sql.with(
            "\n  and f.id in (select e.refund_id from payment_entry e where e.tenant_id = ",
            tx.tenant(),
            "",
        );
        sql.with(" and e.payment_id = ", payment, " and e.refund_id is not null)");
    }
    if let Some(manager) = filter.manager {
        sql.with("\n  and f.manager_id = ", manager, "");
    }
    if let Some(state) = filter.state {
        sql.push("\n  and f.state = ").word(state.as_str());
    }
    if let Some(from) = filter.date_from {
        sql.with("\n  and f.date >= ", from, "");
    }
    if let Some(to) = filter.date_to {
        sql.with("\n  and f.date <= ", to, "");
    }
    if let Some(number) = &filter.number {
        sql.with("\n  and f.number = ", number.as_str(), "");
    }
    if let Some(reference) = &filter.external_reference {
        sql.with("\n  and f.external_reference = ", reference.as_str(), "");
    }
}

/// The refunds with these ids that are within reach.
///
/// # Errors
/// A fault where the statement fails.
pub async fn refunds_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadPayments>,
    ids: &[RefundId],
) -> Outcome<HashMap<RefundId, Refund>> {
    let mut sql = Sql::new(
        format!("select {REFUND_COLUMNS} from refund f where f.tenant_id = $1"),
        values![permit.tenant()],
    );
    sql.with(" and f.id = any (", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit);
    let rows: Vec<Refund> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Out of which payments refunds were taken. The refunds were read within reach.
///
/// # Errors
/// A fault where the statement fails.
pub async fn refund_parts(
    tx: &TenantTx,
    permit: &Permit<ReadPayments>,
    ids: &[RefundId],
) -> Outcome<HashMap<RefundId, Vec<RefundPart>>> {
    let sql = "
        select e.refund_id, e.payment_id, e.currency, -e.amount as amount
        from payment_entry e
        where e.tenant_id = $1
          and e.refund_id = any ($2)
          and e.amount < 0
        order by e.refund_id, e.payment_id";
    let rows: Vec<RefundPart> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(ids)])).await?;
    let mut parts: HashMap<RefundId, Vec<RefundPart>> = HashMap::new();
    for row in rows {
        parts.entry(row.refund_id).or_default().push(row);
    }
    Ok(parts)
}

fn uuids(ids: &[impl Copy + Into<Uuid>]) -> Vec<Uuid> {
    ids.iter().map(|id| (*id).into()).collect()
}
