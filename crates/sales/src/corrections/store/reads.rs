//! Lists of price corrections, and batched reads by id.

use std::collections::HashMap;

use access::Permit;
use catalog::push_customer;
use db::{FromQueryResult, Outcome, Sql, TenantTx};
use kernel::{
    Currency, CustomerId, NaiveDate, Page, PageRequest, PriceCorrectionId, PriceCorrectionLineId,
    ShipmentId, UserId,
};

use super::super::model::{
    CORRECTION_COLUMNS, CORRECTION_LINE_COLUMNS, PriceCorrection, PriceCorrectionLine,
    ReadCorrections,
};
use super::super::rules::CorrectionState;
use crate::returns::{CreditNote, NOTE_COLUMNS};
use crate::store::{OrderSort, counted, in_states, listed, only, uuids, within_reach};

/// Which corrections; an empty filter wants all within reach.
#[derive(Clone, Debug, Default)]
pub struct CorrectionFilter {
    /// In one of these states; empty is any.
    pub states: Vec<CorrectionState>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// Of the shipments of this manager.
    pub manager: Option<UserId>,
    /// Of this shipment.
    pub shipment: Option<ShipmentId>,
    /// Dated on this day or later.
    pub date_from: Option<NaiveDate>,
    /// Dated on this day or earlier.
    pub date_to: Option<NaiveDate>,
    /// With exactly this number.
    pub number: Option<String>,
    /// With this number in another program.
    pub external_reference: Option<String>,
}

fn conditions(sql: &mut Sql, permit: &Permit<ReadCorrections>, filter: &CorrectionFilter) {
    sql.with(" from price_correction d where d.tenant_id = ", permit.tenant(), "");
    within_reach(sql, permit, "d");
    let states: Vec<_> = filter.states.iter().map(|state| state.as_str()).collect();
    in_states(sql, &states);
    push_customer(sql, permit.tenant(), "d.customer_id", filter.customer);
    only(sql, " and d.manager_id = ", filter.manager);
    only(sql, " and d.shipment_id = ", filter.shipment);
    only(sql, " and d.date >= ", filter.date_from);
    only(sql, " and d.date <= ", filter.date_to);
    only(sql, " and d.number_order = ", filter.number.clone());
    only(sql, " and d.external_reference = ", filter.external_reference.clone());
}

/// A page of corrections within reach.
///
/// # Errors
/// A fault of the database.
pub async fn corrections(
    tx: &TenantTx,
    permit: &Permit<ReadCorrections>,
    filter: &CorrectionFilter,
    sort: OrderSort,
    page: &PageRequest,
) -> Outcome<Page<PriceCorrection>> {
    let columns = CORRECTION_COLUMNS.replace("r.", "d.");
    let narrow = |sql: &mut Sql| conditions(sql, permit, filter);
    listed(tx, &columns, narrow, (sort, page), |row: &PriceCorrection| row.id.0).await
}

/// How many corrections a filter finds, up to one above 10,000.
///
/// # Errors
/// A fault of the database.
pub async fn count_corrections(
    tx: &TenantTx,
    permit: &Permit<ReadCorrections>,
    filter: &CorrectionFilter,
) -> Outcome<i64> {
    counted(tx, |sql| conditions(sql, permit, filter)).await
}

/// Returns within reach; those that are not visible are absent.
///
/// # Errors
/// A fault of the database.
pub async fn corrections_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadCorrections>,
    ids: &[PriceCorrectionId],
) -> Outcome<HashMap<PriceCorrectionId, PriceCorrection>> {
    let mut sql = Sql::new(format!("select {CORRECTION_COLUMNS} from price_correction r"), []);
    sql.with(" where r.tenant_id = ", permit.tenant(), "");
    sql.with(" and r.id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit, "r");
    let found: Vec<PriceCorrection> = tx.all(sql).await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
}

/// The corrections of shipments within reach, oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn corrections_by_shipment(
    tx: &TenantTx,
    permit: &Permit<ReadCorrections>,
    shipments: &[ShipmentId],
) -> Outcome<HashMap<ShipmentId, Vec<PriceCorrection>>> {
    let mut sql = Sql::new(format!("select {CORRECTION_COLUMNS} from price_correction r"), []);
    sql.with(" where r.tenant_id = ", permit.tenant(), "");
    sql.with(" and r.shipment_id = any(", uuids(shipments), "::uuid[])");
    within_reach(&mut sql, permit, "r");
    sql.push(" order by r.id");
    let mut found: HashMap<ShipmentId, Vec<PriceCorrection>> = HashMap::new();
    for row in tx.all::<PriceCorrection>(sql).await? {
        found.entry(row.shipment_id).or_default().push(row);
    }
    Ok(found)
}

/// A line with the currency of its return.
#[derive(FromQueryResult)]
struct Priced {
    currency: Currency,
    #[sea_orm(nested)]
    line: PriceCorrectionLine,
}

fn lines() -> Sql {
    Sql::new(
        format!(
            "select r.currency, {CORRECTION_LINE_COLUMNS}
             from price_correction_line l
             join price_correction r on r.tenant_id = l.tenant_id and r.id = l.correction_id"
        ),
        [],
    )
}

/// The lines of corrections within reach, in their order.
///
/// # Errors
/// A fault of the database.
pub async fn correction_lines_by_correction(
    tx: &TenantTx,
    permit: &Permit<ReadCorrections>,
    ids: &[PriceCorrectionId],
) -> Outcome<HashMap<PriceCorrectionId, Vec<(PriceCorrectionLine, Currency)>>> {
    let mut sql = lines();
    sql.with(" where l.tenant_id = ", permit.tenant(), "");
    sql.with(" and l.correction_id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit, "r");
    sql.push(" order by l.correction_id, l.position");
    let mut found: HashMap<PriceCorrectionId, Vec<(PriceCorrectionLine, Currency)>> =
        HashMap::new();
    for row in tx.all::<Priced>(sql).await? {
        found.entry(row.line.correction_id).or_default().push((row.line, row.currency));
    }
    Ok(found)
}

/// Lines within reach by their ids, with the currency of their corrections.
///
/// # Errors
/// A fault of the database.
pub async fn correction_lines_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadCorrections>,
    ids: &[PriceCorrectionLineId],
) -> Outcome<HashMap<PriceCorrectionLineId, (PriceCorrectionLine, Currency)>> {
    let mut sql = lines();
    sql.with(" where l.tenant_id = ", permit.tenant(), "");
    sql.with(" and l.id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit, "r");
    let found: Vec<Priced> = tx.all(sql).await?;
    Ok(found.into_iter().map(|row| (row.line.id, (row.line, row.currency))).collect())
}

/// The credit notes of corrections within reach.
///
/// # Errors
/// A fault of the database.
pub async fn credit_notes_by_correction(
    tx: &TenantTx,
    permit: &Permit<ReadCorrections>,
    ids: &[PriceCorrectionId],
) -> Outcome<HashMap<PriceCorrectionId, CreditNote>> {
    let mut sql = Sql::new(format!("select {NOTE_COLUMNS} from credit_note n"), []);
    sql.with(" where n.tenant_id = ", permit.tenant(), "");
    sql.with(" and n.correction_id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit, "n");
    let found: Vec<CreditNote> = tx.all(sql).await?;
    Ok(found.into_iter().filter_map(|note| Some((note.correction_id?, note))).collect())
}
