//! Lists of invoices, and batched reads for the graph.

use std::collections::HashMap;
use std::hash::Hash;

use access::Permit;
use catalog::{Condition, push_conditions, push_customer};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    CustomerId, Direction, InvoiceId, NaiveDate, OrderId, OrganizationId, Page, PageRequest,
    PaymentId, Position, TenantId, UserId, Uuid,
};

use super::model::{
    INVOICE_COLUMNS, Invoice, InvoiceLine, InvoicePayment, InvoiceState, ReadInvoices,
};
use crate::store::{Count, Keyset, Kind, whole_cents};

/// Which invoices.
#[derive(Clone, Debug, Default)]
pub struct InvoiceFilter {
    /// Of one customer.
    pub customer: Option<CustomerId>,
    /// To one organization.
    pub organization: Option<OrganizationId>,
    /// Of one order.
    pub order: Option<OrderId>,
    /// Of one manager, as of the issue.
    pub manager: Option<UserId>,
    /// In one of these states; empty is any.
    pub states: Vec<InvoiceState>,
    /// Asked for still, not paid in full and due before today.
    pub overdue: bool,
    /// Dated on or after.
    pub date_from: Option<NaiveDate>,
    /// Dated on or before.
    pub date_to: Option<NaiveDate>,
    /// Due on or after.
    pub due_from: Option<NaiveDate>,
    /// Due on or before.
    pub due_to: Option<NaiveDate>,
    /// With exactly this number.
    pub number: Option<String>,
    /// With exactly this external reference.
    pub external_reference: Option<String>,
    /// Whose custom fields hold all of this.
    pub custom: Vec<Condition>,
}

/// What invoices are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvoiceSort {
    /// The business date.
    Date,
    /// The due date.
    DueOn,
    /// The total, whatever its currency.
    Total,
    /// The number, as text.
    Number,
}

impl InvoiceSort {
    /// The order's name in cursors.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Date => "DATE",
            Self::DueOn => "DUE_ON",
            Self::Total => "TOTAL",
            Self::Number => "NUMBER",
        }
    }

    fn keyset(self, direction: Direction) -> Keyset {
        let (column, kind) = match self {
            Self::Date => ("i.date", Kind::Date),
            Self::DueOn => ("i.due_on", Kind::Date),
            Self::Total => ("i.gross_cents", Kind::Cents),
            Self::Number => ("i.number", Kind::Text),
        };
        Keyset { column, id: "i.id", kind, direction }
    }

    fn position(self, invoice: &Invoice) -> Position {
        let key = match self {
            Self::Date => invoice.date.to_string(),
            Self::DueOn => invoice.due_on.to_string(),
            Self::Total => whole_cents(invoice.gross),
            Self::Number => invoice.number.clone(),
        };
        Position { order: self.name().to_owned(), key: Some(key), id: invoice.id.0 }
    }
}

fn select(tenant: TenantId) -> Sql {
    let mut sql = Sql::new(format!("select {INVOICE_COLUMNS} from invoice i"), []);
    sql.with(" where i.tenant_id = ", tenant, "");
    sql
}

/// One page of invoices.
///
/// # Errors
/// A refusal where a cursor is not of this list; a fault where the statement fails.
pub async fn invoices(
    tx: &TenantTx,
    permit: &Permit<ReadInvoices>,
    filter: &InvoiceFilter,
    (sort, direction): (InvoiceSort, Direction),
    page: &PageRequest,
) -> Outcome<Page<Invoice>> {
    let mut sql = select(permit.tenant());
    within_reach(&mut sql, permit);
    narrow(&mut sql, filter, tx);
    sort.keyset(direction).finish(&mut sql, page)?;
    let rows: Vec<Invoice> = tx.all(sql).await?;
    Ok(Page::of(rows.into_iter().map(|row| (sort.position(&row), row)).collect(), page))
}

/// How many invoices there are, counted up to `cap`.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_invoices(
    tx: &TenantTx,
    permit: &Permit<ReadInvoices>,
    filter: &InvoiceFilter,
    cap: i64,
) -> Outcome<i64> {
    let mut sql = Sql::new(
        "select count(*) as counted from (select i.id from invoice i where i.tenant_id = $1",
        values![permit.tenant()],
    );
    within_reach(&mut sql, permit);
    narrow(&mut sql, filter, tx);
    sql.with("\nlimit ", cap, "\n) c");
    Count::of(tx.one(sql).await?)
}

/// Keeps to the invoices that the permit reaches.
pub(crate) fn within_reach<A>(sql: &mut Sql, permit: &Permit<A>) {
    sql.among("i.manager_id", permit.managers());
    if let Some(customer) = permit.customer() {
        sql.with("\n  and i.customer_id = ", customer, "");
    }
}

fn narrow(sql: &mut Sql, filter: &InvoiceFilter, tx: &TenantTx) {
    push_customer(sql, tx.tenant(), "i.customer_id", filter.customer);
    push_conditions(sql, tx.tenant(), "i.id", &filter.custom);
    if let Some(organization) = filter.organization {
        sql.with("\n  and i.organization_id = ", organization, "");
    }
    if let Some(order) = filter.order {
        sql.with("\n  and i.order_id = ", order, "");
    }
    if let Some(manager) = filter.manager {
        sql.with("\n  and i.manager_id = ", manager, "");
    }
    match filter.states.as_slice() {
        [] => {}
        [state] => {
            sql.push("\n  and i.state = ").word(state.as_str());
        }
        states => {
            let states: Vec<String> = states.iter().map(|s| s.as_str().to_owned()).collect();
            sql.with("\n  and i.state = any (", states, "::text[])");
        }
    }
    if filter.overdue {
        sql.push("\n  and i.state in ('ISSUED', 'PARTIALLY_PAID') and i.cancel_reason is null");
        sql.with(" and i.due_on < ", tx.today(), "");
    }
    for (before, day) in [
        ("\n  and i.date >= ", filter.date_from),
        ("\n  and i.date <= ", filter.date_to),
        ("\n  and i.due_on >= ", filter.due_from),
        ("\n  and i.due_on <= ", filter.due_to),
    ] {
        if let Some(day) = day {
            sql.with(before, day, "");
        }
    }
    if let Some(number) = &filter.number {
        sql.with("\n  and i.number = ", number.as_str(), "");
    }
    if let Some(reference) = &filter.external_reference {
        sql.with("\n  and i.external_reference = ", reference.as_str(), "");
    }
}

/// The invoices with these ids that are within reach.
///
/// # Errors
/// A fault where the statement fails.
pub async fn invoices_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadInvoices>,
    ids: &[InvoiceId],
) -> Outcome<HashMap<InvoiceId, Invoice>> {
    let mut sql = select(permit.tenant());
    sql.with(" and i.id = any (", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit);
    let rows: Vec<Invoice> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The invoices of orders within reach, oldest first.
///
/// # Errors
/// A fault where the statement fails.
pub async fn invoices_of_orders(
    tx: &TenantTx,
    permit: &Permit<ReadInvoices>,
    orders: &[OrderId],
) -> Outcome<HashMap<OrderId, Vec<Invoice>>> {
    let mut sql = select(permit.tenant());
    sql.with(" and i.order_id = any (", uuids(orders), "::uuid[])");
    within_reach(&mut sql, permit);
    sql.push(" order by i.order_id, i.id");
    Ok(grouped(tx.all(sql).await?, |row: &Invoice| row.order_id))
}

#[derive(FromQueryResult)]
struct CustomerInvoice {
    of_customer_id: CustomerId,
    #[sea_orm(nested)]
    invoice: Invoice,
}

/// The newest invoices of customers within reach.
///
/// # Errors
/// A fault where the statement fails.
pub async fn invoices_of_customers(
    tx: &TenantTx,
    permit: &Permit<ReadInvoices>,
    customers: &[CustomerId],
    limit: u32,
) -> Outcome<HashMap<CustomerId, Page<Invoice>>> {
    let request = PageRequest::first(limit);
    let mut sql = Sql::new(
        format!(
            "select c.id as of_customer_id, {}
             from unnest($2::uuid[]) as c (id)
             cross join lateral (
             select {INVOICE_COLUMNS} from invoice i
             where i.tenant_id = $1 and i.customer_id = c.id",
            INVOICE_COLUMNS.replace("i.", "q.")
        ),
        values![permit.tenant(), uuids(customers)],
    );
    within_reach(&mut sql, permit);
    InvoiceSort::Date.keyset(Direction::Desc).finish(&mut sql, &request)?;
    sql.push("\n) q\norder by q.date desc, q.id desc");
    let rows: Vec<CustomerInvoice> = tx.all(sql).await?;
    let mut lists: HashMap<CustomerId, Vec<(Position, Invoice)>> = HashMap::new();
    for row in rows {
        let position = InvoiceSort::Date.position(&row.invoice);
        lists.entry(row.of_customer_id).or_default().push((position, row.invoice));
    }
    Ok(lists.into_iter().map(|(id, rows)| (id, Page::of(rows, &request))).collect())
}

/// What invoices ask for by line, in the order of the lines. The invoices were read within reach.
///
/// # Errors
/// A fault where the statement fails.
pub async fn invoice_lines(
    tx: &TenantTx,
    permit: &Permit<ReadInvoices>,
    ids: &[InvoiceId],
) -> Outcome<HashMap<InvoiceId, Vec<InvoiceLine>>> {
    let mut sql = Sql::new(
        "select l.invoice_id, l.position, l.order_line_id, l.product_id, l.variant_id, l.unit,
                l.quantity, l.net, l.vat_rate, l.vat, l.gross
         from invoice_line l
         join invoice i on i.tenant_id = l.tenant_id and i.id = l.invoice_id",
        [],
    );
    sql.with(" where l.tenant_id = ", permit.tenant(), "");
    sql.with(" and l.invoice_id = any (", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit);
    sql.push(" order by l.invoice_id, l.position");
    Ok(grouped(tx.all(sql).await?, |row: &InvoiceLine| row.invoice_id))
}

const PAID: &str = "
    select r.invoice_id, r.payment_id, i.currency, r.amount, r.occurred_on, r.recorded_at
    from invoice_payment r
    join invoice i on i.tenant_id = r.tenant_id and i.id = r.invoice_id
    where r.tenant_id = $1";

/// What came for invoices and was taken back, as dated rows, oldest first.
///
/// # Errors
/// A fault where the statement fails.
pub async fn invoice_payments(
    tx: &TenantTx,
    permit: &Permit<ReadInvoices>,
    ids: &[InvoiceId],
) -> Outcome<HashMap<InvoiceId, Vec<InvoicePayment>>> {
    let mut sql = Sql::new(PAID, values![permit.tenant()]);
    sql.with(" and r.invoice_id = any (", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit);
    sql.push(" order by r.recorded_at, r.id");
    Ok(grouped(tx.all(sql).await?, |row: &InvoicePayment| row.invoice_id))
}

/// Which invoices payments paid, as dated rows, oldest first.
///
/// # Errors
/// A fault where the statement fails.
pub async fn invoices_of_payments(
    tx: &TenantTx,
    permit: &Permit<ReadInvoices>,
    payments: &[PaymentId],
) -> Outcome<HashMap<PaymentId, Vec<InvoicePayment>>> {
    let mut sql = Sql::new(PAID, values![permit.tenant()]);
    sql.with(" and r.payment_id = any (", uuids(payments), "::uuid[])");
    within_reach(&mut sql, permit);
    sql.push(" order by r.recorded_at, r.id");
    Ok(grouped(tx.all(sql).await?, |row: &InvoicePayment| row.payment_id))
}

fn uuids<T: Copy + Into<Uuid>>(ids: &[T]) -> Vec<Uuid> {
    ids.iter().map(|id| (*id).into()).collect()
}

fn grouped<K: Eq + Hash, T>(rows: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, Vec<T>> {
    let mut groups: HashMap<K, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}
