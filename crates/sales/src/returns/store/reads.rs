//! Lists of returns, and batched reads by id.

use std::collections::HashMap;

use access::Permit;
use catalog::{Condition, push_conditions, push_customer};
use db::{FromQueryResult, Outcome, Sql, TenantTx};
use kernel::{
    CreditNoteId, Currency, CustomerId, NaiveDate, Page, PageRequest, SalesReturnId,
    SalesReturnLineId, ShipmentId, UserId, WarehouseId,
};

use super::super::model::{
    CreditNote, NOTE_COLUMNS, RETURN_COLUMNS, RETURN_LINE_COLUMNS, ReadReturns, ReturnLot,
    SalesReturn, SalesReturnLine,
};
use super::super::rules::ReturnState;
use crate::store::{OrderSort, counted, in_states, listed, only, uuids, within_reach};

/// Which returns; an empty filter wants all within reach.
#[derive(Clone, Debug, Default)]
pub struct ReturnFilter {
    /// In one of these states; empty is any.
    pub states: Vec<ReturnState>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// Of the shipments of this manager.
    pub manager: Option<UserId>,
    /// Of this shipment.
    pub shipment: Option<ShipmentId>,
    /// Into this warehouse.
    pub warehouse: Option<WarehouseId>,
    /// Dated on this day or later.
    pub date_from: Option<NaiveDate>,
    /// Dated on this day or earlier.
    pub date_to: Option<NaiveDate>,
    /// With exactly this number.
    pub number: Option<String>,
    /// With this number in another program.
    pub external_reference: Option<String>,
    /// Whose custom fields hold all of this.
    pub custom: Vec<Condition>,
}

fn conditions(sql: &mut Sql, permit: &Permit<ReadReturns>, filter: &ReturnFilter) {
    sql.with(" from sales_return d where d.tenant_id = ", permit.tenant(), "");
    within_reach(sql, permit, "d");
    let states: Vec<_> = filter.states.iter().map(|state| state.as_str()).collect();
    in_states(sql, &states);
    push_customer(sql, permit.tenant(), "d.customer_id", filter.customer);
    only(sql, " and d.manager_id = ", filter.manager);
    only(sql, " and d.shipment_id = ", filter.shipment);
    only(sql, " and d.warehouse_id = ", filter.warehouse);
    only(sql, " and d.date >= ", filter.date_from);
    only(sql, " and d.date <= ", filter.date_to);
    push_conditions(sql, permit.tenant(), "d.id", &filter.custom);
    only(sql, " and d.number_order = ", filter.number.clone());
    only(sql, " and d.external_reference = ", filter.external_reference.clone());
}

/// A page of returns within reach.
///
/// # Errors
/// A fault of the database.
pub async fn returns(
    tx: &TenantTx,
    permit: &Permit<ReadReturns>,
    filter: &ReturnFilter,
    sort: OrderSort,
    page: &PageRequest,
) -> Outcome<Page<SalesReturn>> {
    let columns = RETURN_COLUMNS.replace("r.", "d.");
    let narrow = |sql: &mut Sql| conditions(sql, permit, filter);
    listed(tx, &columns, narrow, (sort, page), |row: &SalesReturn| row.id.0).await
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
    counted(tx, |sql| conditions(sql, permit, filter)).await
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
    Ok(found.into_iter().filter_map(|note| Some((note.return_id?, note))).collect())
}
