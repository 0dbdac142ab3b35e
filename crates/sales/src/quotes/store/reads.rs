//! Lists of quotes, and batched reads by id.

use std::collections::HashMap;

use access::Permit;
use catalog::pricing::Explanation;
use catalog::{Condition, push_conditions, push_customer};
use db::{FromQueryResult, Json, Outcome, Sql, TenantTx};
use kernel::{
    Currency, CustomerId, NaiveDate, OrderId, OrganizationId, Page, PageRequest, QuoteId,
    QuoteLineId, UserId,
};

use super::super::model::{QUOTE_COLUMNS, QUOTE_LINE_COLUMNS, Quote, QuoteLine, ReadQuotes};
use super::super::rules::QuoteState;
use crate::ReadOrders;
use crate::store::{OrderSort, counted, found_by, in_states, listed, only, uuids, within_reach};

/// Which quotes; an empty filter wants all within reach.
#[derive(Clone, Debug, Default)]
pub struct QuoteFilter {
    /// In one of these states; empty is any.
    pub states: Vec<QuoteState>,
    /// For this customer.
    pub customer: Option<CustomerId>,
    /// Of this responsible manager.
    pub manager: Option<UserId>,
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// Dated on this day or later.
    pub date_from: Option<NaiveDate>,
    /// Dated on this day or earlier.
    pub date_to: Option<NaiveDate>,
    /// Whose last day is this one or later.
    pub valid_from: Option<NaiveDate>,
    /// Whose last day is this one or earlier.
    pub valid_to: Option<NaiveDate>,
    /// With exactly this number, in all versions.
    pub number: Option<String>,
    /// Whose custom fields hold this.
    pub custom: Vec<Condition>,
    /// With exactly this number in another program.
    pub external_reference: Option<String>,
    /// Whose number or external reference begins with this, or whose number ends in this count.
    pub search: Option<String>,
}

fn conditions(sql: &mut Sql, permit: &Permit<ReadQuotes>, filter: &QuoteFilter) {
    sql.with(" from sales_quote d where d.tenant_id = ", permit.tenant(), "");
    within_reach(sql, permit, "d");
    let states: Vec<_> = filter.states.iter().map(|state| state.as_str()).collect();
    in_states(sql, &states);
    push_customer(sql, permit.tenant(), "d.customer_id", filter.customer);
    only(sql, " and d.manager_id = ", filter.manager);
    only(sql, " and d.organization_id = ", filter.organization);
    only(sql, " and d.date >= ", filter.date_from);
    only(sql, " and d.date <= ", filter.date_to);
    only(sql, " and d.valid_until >= ", filter.valid_from);
    only(sql, " and d.valid_until <= ", filter.valid_to);
    push_conditions(sql, permit.tenant(), "d.id", &filter.custom);
    only(sql, " and d.number_order = ", filter.number.clone());
    only(sql, " and d.external_reference = ", filter.external_reference.clone());
    found_by(sql, permit, "sales_quote", filter.search.as_deref());
}

/// A page of quotes within reach.
///
/// # Errors
/// A fault of the database.
pub async fn quotes(
    tx: &TenantTx,
    permit: &Permit<ReadQuotes>,
    filter: &QuoteFilter,
    sort: OrderSort,
    page: &PageRequest,
) -> Outcome<Page<Quote>> {
    let columns = QUOTE_COLUMNS.replace("q.", "d.");
    let narrow = |sql: &mut Sql| conditions(sql, permit, filter);
    listed(tx, &columns, narrow, (sort, page), |row: &Quote| row.id.0).await
}

/// How many quotes a filter finds, up to one above 10,000.
///
/// # Errors
/// A fault of the database.
pub async fn count_quotes(
    tx: &TenantTx,
    permit: &Permit<ReadQuotes>,
    filter: &QuoteFilter,
) -> Outcome<i64> {
    counted(tx, |sql| conditions(sql, permit, filter)).await
}

/// Quotes within reach; those that are not visible are absent.
///
/// # Errors
/// A fault of the database.
pub async fn quotes_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadQuotes>,
    ids: &[QuoteId],
) -> Outcome<HashMap<QuoteId, Quote>> {
    let found = quotes_where(tx, permit, "q.id", uuids(ids)).await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
}

/// All versions of quotes within reach by their first one, oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn versions_by_root(
    tx: &TenantTx,
    permit: &Permit<ReadQuotes>,
    roots: &[QuoteId],
) -> Outcome<HashMap<QuoteId, Vec<Quote>>> {
    let mut found: HashMap<QuoteId, Vec<Quote>> = HashMap::new();
    for row in quotes_where(tx, permit, "q.root_id", uuids(roots)).await? {
        found.entry(row.root_id).or_default().push(row);
    }
    Ok(found)
}

async fn quotes_where(
    tx: &TenantTx,
    permit: &Permit<ReadQuotes>,
    column: &str,
    ids: Vec<kernel::Uuid>,
) -> Outcome<Vec<Quote>> {
    let mut sql = Sql::new(format!("select {QUOTE_COLUMNS} from sales_quote q"), []);
    sql.with(" where q.tenant_id = ", permit.tenant(), " and ").push(column);
    sql.with(" = any(", ids, "::uuid[])");
    within_reach(&mut sql, permit, "q");
    sql.push(" order by q.root_id, q.revision");
    Ok(tx.all(sql).await?)
}

/// A line with what its amounts are in.
#[derive(FromQueryResult)]
struct Placed {
    currency: Currency,
    prices_include_vat: bool,
    #[sea_orm(nested)]
    line: QuoteLine,
}

async fn lines_where(
    tx: &TenantTx,
    permit: &Permit<ReadQuotes>,
    column: &str,
    ids: Vec<kernel::Uuid>,
) -> Outcome<Vec<Placed>> {
    let text = format!(
        "select q.currency, q.prices_include_vat, {QUOTE_LINE_COLUMNS}
         from sales_quote_line l
         join sales_quote q on q.tenant_id = l.tenant_id and q.id = l.quote_id"
    );
    let mut sql = Sql::new(text, []);
    sql.with(" where l.tenant_id = ", permit.tenant(), " and ").push(column);
    sql.with(" = any(", ids, "::uuid[])");
    within_reach(&mut sql, permit, "q");
    sql.push(" order by l.quote_id, l.position");
    Ok(tx.all(sql).await?)
}

/// The lines of quotes within reach, in their order.
///
/// # Errors
/// A fault of the database.
pub async fn quote_lines_by_quote(
    tx: &TenantTx,
    permit: &Permit<ReadQuotes>,
    quotes: &[QuoteId],
) -> Outcome<HashMap<QuoteId, Vec<QuoteLine>>> {
    let mut found: HashMap<QuoteId, Vec<QuoteLine>> = HashMap::new();
    for row in lines_where(tx, permit, "l.quote_id", uuids(quotes)).await? {
        found.entry(row.line.quote_id).or_default().push(row.line);
    }
    Ok(found)
}

/// Lines of quotes within reach, with the currency of their amounts and whether these include VAT.
///
/// # Errors
/// A fault of the database.
pub async fn quote_lines_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadQuotes>,
    ids: &[QuoteLineId],
) -> Outcome<HashMap<QuoteLineId, (QuoteLine, Currency, bool)>> {
    let rows = lines_where(tx, permit, "l.id", uuids(ids)).await?;
    let keyed = |row: Placed| (row.line.id, (row.line, row.currency, row.prices_include_vat));
    Ok(rows.into_iter().map(keyed).collect())
}

/// Why these lines of quotes within reach cost what they cost.
///
/// # Errors
/// A fault of the database, or an explanation that is unreadable.
pub async fn quote_explanations(
    tx: &TenantTx,
    permit: &Permit<ReadQuotes>,
    ids: &[QuoteLineId],
) -> Outcome<HashMap<QuoteLineId, Explanation>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: QuoteLineId,
        explanation: Json<Explanation>,
    }
    let mut sql = Sql::new(
        "select l.id, l.explanation
         from sales_quote_line l
         join sales_quote q on q.tenant_id = l.tenant_id and q.id = l.quote_id",
        [],
    );
    sql.with(" where l.tenant_id = ", permit.tenant(), "");
    sql.with(" and l.id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit, "q");
    let found: Vec<Found> = tx.all(sql).await?;
    Ok(found.into_iter().map(|row| (row.id, row.explanation.0)).collect())
}

/// The orders that were made of quotes, within the reach of who reads orders, oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn orders_by_quote(
    tx: &TenantTx,
    permit: &Permit<ReadOrders>,
    quotes: &[QuoteId],
) -> Outcome<HashMap<QuoteId, Vec<OrderId>>> {
    #[derive(FromQueryResult)]
    struct Made {
        id: OrderId,
        quote_id: QuoteId,
    }
    let mut sql = Sql::new("select o.id, o.quote_id from sales_order o", []);
    sql.with(" where o.tenant_id = ", permit.tenant(), " and o.quote_id is not null");
    sql.with(" and o.quote_id = any(", uuids(quotes), "::uuid[])");
    within_reach(&mut sql, permit, "o");
    sql.push(" order by o.quote_id, o.id");
    let mut found: HashMap<QuoteId, Vec<OrderId>> = HashMap::new();
    for row in tx.all::<Made>(sql).await? {
        found.entry(row.quote_id).or_default().push(row.id);
    }
    Ok(found)
}
