//! Lists of returns, and batched reads by id.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx};
use kernel::{
    CreditNoteId, Currency, CustomerId, Direction, NaiveDate, Page, PageRequest, Position,
    SalesReturnId, SalesReturnLineId, ShipmentId,
};

use super::super::model::{
    CreditNote, NOTE_COLUMNS, RETURN_COLUMNS, RETURN_LINE_COLUMNS, ReadReturns, ReturnLot,
    SalesReturn, SalesReturnLine,
};
use super::super::rules::ReturnState;
use crate::store::{uuids, within_reach};

/// How far lists are counted.
const COUNT_CAP: i64 = 10_000;

/// Which returns; an empty filter wants all within reach.
#[derive(Clone, Debug, Default)]
pub struct ReturnFilter {
    /// In one of these states; empty is any.
    pub states: Vec<ReturnState>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// Of this shipment.
    pub shipment: Option<ShipmentId>,
    /// Dated on this day or later.
    pub date_from: Option<NaiveDate>,
    /// Dated on this day or earlier.
    pub date_to: Option<NaiveDate>,
    /// With this number in another program.
    pub external_reference: Option<String>,
}

fn conditions(sql: &mut Sql, permit: &Permit<ReadReturns>, filter: &ReturnFilter) {
    sql.with(" from sales_return r where r.tenant_id = ", permit.tenant(), "");
    within_reach(sql, permit, "r");
    let states: Vec<String> = filter.states.iter().map(|state| state.as_str().to_owned()).collect();
    match filter.states.as_slice() {
        [] => {}
        [state] => {
            sql.with(" and r.state = ", *state, "");
        }
        _ => {
            sql.with(" and r.state = any(", states, "::text[])");
        }
    }
    if let Some(customer) = filter.customer {
        sql.with(" and r.customer_id = ", customer, "");
    }
    if let Some(shipment) = filter.shipment {
        sql.with(" and r.shipment_id = ", shipment, "");
    }
    if let Some(day) = filter.date_from {
        sql.with(" and r.date >= ", day, "");
    }
    if let Some(day) = filter.date_to {
        sql.with(" and r.date <= ", day, "");
    }
    if let Some(reference) = filter.external_reference.clone() {
        sql.with(" and r.external_reference = ", reference, "");
    }
}

/// A page of returns within reach, by date.
///
/// # Errors
/// A fault of the database.
pub async fn returns(
    tx: &TenantTx,
    permit: &Permit<ReadReturns>,
    filter: &ReturnFilter,
    direction: Direction,
    page: &PageRequest,
) -> Outcome<Page<SalesReturn>> {
    let mut sql = Sql::new(format!("select {RETURN_COLUMNS}"), []);
    conditions(&mut sql, permit, filter);
    let ascending = direction == Direction::Asc;
    for (position, later) in [(&page.after, ascending), (&page.before, !ascending)] {
        let Some(position) = position else { continue };
        let key = position.key.as_deref().unwrap_or_default();
        let Ok(day) = key.parse::<NaiveDate>() else {
            return Ok(Page { rows: Vec::new(), has_next: false, has_previous: false });
        };
        sql.push(if later { " and (r.date, r.id) > (" } else { " and (r.date, r.id) < (" });
        sql.bind(day).with(", ", position.id, ")");
    }
    let way = if ascending == page.backward { " desc" } else { " asc" };
    sql.push(" order by r.date").push(way).push(", r.id").push(way);
    sql.with(" limit ", i64::from(page.limit) + 1, "");
    let rows: Vec<SalesReturn> = tx.all(sql).await?;
    let placed = |row: SalesReturn| {
        let order = "DATE".to_owned();
        (Position { order, key: Some(row.date.to_string()), id: row.id.0 }, row)
    };
    Ok(Page::of(rows.into_iter().map(placed).collect(), page))
}

/// How many returns a filter finds, up to one above 10,000.
///
/// # Errors
/// A fault of the database.
pub async fn count_returns(
    tx: &TenantTx,
    permit: &Permit<ReadReturns>,
    filter: &ReturnFilter,
) -> Outcome<i64> {
    #[derive(FromQueryResult)]
    struct Count {
        count: i64,
    }
    let mut sql = Sql::new("select count(*) as count from (select 1", []);
    conditions(&mut sql, permit, filter);
    sql.with(" limit ", COUNT_CAP + 1, ") counted");
    Ok(tx.one::<Count>(sql).await?.map_or(0, |row| row.count))
}

/// Returns within reach; those that are not visible are absent.
///
/// # Errors
/// A fault of the database.
pub async fn returns_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadReturns>,
    ids: &[SalesReturnId],
) -> Outcome<HashMap<SalesReturnId, SalesReturn>> {
    let mut sql = Sql::new(format!("select {RETURN_COLUMNS} from sales_return r"), []);
    sql.with(" where r.tenant_id = ", permit.tenant(), "");
    sql.with(" and r.id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit, "r");
    let found: Vec<SalesReturn> = tx.all(sql).await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
}

/// The returns of shipments within reach, oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn returns_by_shipment(
    tx: &TenantTx,
    permit: &Permit<ReadReturns>,
    shipments: &[ShipmentId],
) -> Outcome<HashMap<ShipmentId, Vec<SalesReturn>>> {
    let mut sql = Sql::new(format!("select {RETURN_COLUMNS} from sales_return r"), []);
    sql.with(" where r.tenant_id = ", permit.tenant(), "");
    sql.with(" and r.shipment_id = any(", uuids(shipments), "::uuid[])");
    within_reach(&mut sql, permit, "r");
    sql.push(" order by r.id");
    let mut found: HashMap<ShipmentId, Vec<SalesReturn>> = HashMap::new();
    for row in tx.all::<SalesReturn>(sql).await? {
        found.entry(row.shipment_id).or_default().push(row);
    }
    Ok(found)
}

/// A line with the currency of its return.
#[derive(FromQueryResult)]
struct Priced {
    currency: Currency,
    #[sea_orm(nested)]
    line: SalesReturnLine,
}

fn lines() -> Sql {
    Sql::new(
        format!(
            "select r.currency, {RETURN_LINE_COLUMNS}
             from sales_return_line l
             join sales_return r on r.tenant_id = l.tenant_id and r.id = l.return_id"
        ),
        [],
    )
}

/// The lines of returns within reach, in their order.
///
/// # Errors
/// A fault of the database.
pub async fn return_lines_by_return(
    tx: &TenantTx,
    permit: &Permit<ReadReturns>,
    ids: &[SalesReturnId],
) -> Outcome<HashMap<SalesReturnId, Vec<(SalesReturnLine, Currency)>>> {
    let mut sql = lines();
    sql.with(" where l.tenant_id = ", permit.tenant(), "");
    sql.with(" and l.return_id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit, "r");
    sql.push(" order by l.return_id, l.position");
    let mut found: HashMap<SalesReturnId, Vec<(SalesReturnLine, Currency)>> = HashMap::new();
    for row in tx.all::<Priced>(sql).await? {
        found.entry(row.line.return_id).or_default().push((row.line, row.currency));
    }
    Ok(found)
}

/// Lines within reach by their ids, with the currency of their returns.
///
/// # Errors
/// A fault of the database.
pub async fn return_lines_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadReturns>,
    ids: &[SalesReturnLineId],
) -> Outcome<HashMap<SalesReturnLineId, (SalesReturnLine, Currency)>> {
    let mut sql = lines();
    sql.with(" where l.tenant_id = ", permit.tenant(), "");
    sql.with(" and l.id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit, "r");
    let found: Vec<Priced> = tx.all(sql).await?;
    Ok(found.into_iter().map(|row| (row.line.id, (row.line, row.currency))).collect())
}

/// The lots that lines went into.
///
/// # Errors
/// A fault of the database.
pub async fn return_lots_by_line(
    tx: &TenantTx,
    permit: &Permit<ReadReturns>,
    ids: &[SalesReturnLineId],
) -> Outcome<HashMap<SalesReturnLineId, Vec<ReturnLot>>> {
    let mut sql = Sql::new(
        "select t.return_line_id, t.lot_id, t.source_lot_id, t.quantity, t.cost
         from sales_return_lot t",
        [],
    );
    sql.with(" where t.tenant_id = ", permit.tenant(), "");
    sql.with(" and t.return_line_id = any(", uuids(ids), "::uuid[])");
    sql.push(" order by t.return_line_id, t.lot_id");
    let mut found: HashMap<SalesReturnLineId, Vec<ReturnLot>> = HashMap::new();
    for row in tx.all::<ReturnLot>(sql).await? {
        found.entry(row.return_line_id).or_default().push(row);
    }
    Ok(found)
}

/// Credit notes within reach by their ids.
///
/// # Errors
/// A fault of the database.
pub async fn credit_notes_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadReturns>,
    ids: &[CreditNoteId],
) -> Outcome<HashMap<CreditNoteId, CreditNote>> {
    let mut sql = Sql::new(format!("select {NOTE_COLUMNS} from credit_note n"), []);
    sql.with(" where n.tenant_id = ", permit.tenant(), "");
    sql.with(" and n.id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit, "n");
    let found: Vec<CreditNote> = tx.all(sql).await?;
    Ok(found.into_iter().map(|note| (note.id, note)).collect())
}

/// The credit notes of returns within reach.
///
/// # Errors
/// A fault of the database.
pub async fn credit_notes_by_return(
    tx: &TenantTx,
    permit: &Permit<ReadReturns>,
    ids: &[SalesReturnId],
) -> Outcome<HashMap<SalesReturnId, CreditNote>> {
    let mut sql = Sql::new(format!("select {NOTE_COLUMNS} from credit_note n"), []);
    sql.with(" where n.tenant_id = ", permit.tenant(), "");
    sql.with(" and n.return_id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit, "n");
    let found: Vec<CreditNote> = tx.all(sql).await?;
    Ok(found.into_iter().map(|note| (note.return_id, note)).collect())
}
