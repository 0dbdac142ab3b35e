//! All SQL of acts.

use std::collections::HashMap;

use access::Permit;
use catalog::{Condition, push_conditions, push_customer};
use db::{CommandError, FromQueryResult, Outcome, Sql, TenantTx, on_constraint, values};
use kernel::{
    Currency, CustomerId, DepartmentId, NaiveDate, OrderId, Page, PageRequest, Refusal,
    RefusalCode, RegionId, ServiceActId, ServiceActLineId, UserId,
};

use super::model::{ACT_COLUMNS, ACT_LINE_COLUMNS, ReadActs, ServiceAct, ServiceActLine};
use super::rules::ActState;
use crate::model::Order;
use crate::rules::Totals;
use crate::store::{
    NewShipmentLine, OrderSort, author, counted, in_states, listed, only, rows, uuids, within_reach,
};

/// Which acts; an empty filter wants all within reach.
#[derive(Clone, Debug, Default)]
pub struct ActFilter {
    /// In one of these states; empty is any.
    pub states: Vec<ActState>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// Of this manager.
    pub manager: Option<UserId>,
    /// Of this order.
    pub order: Option<OrderId>,
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

/// The kind stands in the text and not as a value: the indexes of acts are partial.
fn from_acts<A>(sql: &mut Sql, permit: &Permit<A>) {
    sql.with(" from shipment d where d.tenant_id = ", permit.tenant(), "");
    sql.push(" and d.kind = 'SERVICES'");
    within_reach(sql, permit, "d");
}

fn conditions(sql: &mut Sql, permit: &Permit<ReadActs>, filter: &ActFilter) {
    from_acts(sql, permit);
    let states: Vec<_> = filter.states.iter().map(|state| state.as_str()).collect();
    in_states(sql, &states);
    push_customer(sql, permit.tenant(), "d.customer_id", filter.customer);
    only(sql, " and d.manager_id = ", filter.manager);
    only(sql, " and d.order_id = ", filter.order);
    only(sql, " and d.date >= ", filter.date_from);
    only(sql, " and d.date <= ", filter.date_to);
    push_conditions(sql, permit.tenant(), "d.id", &filter.custom);
    only(sql, " and d.number_order = ", filter.number.clone());
    only(sql, " and d.external_reference = ", filter.external_reference.clone());
}

/// A page of acts within reach.
///
/// # Errors
/// A fault of the database.
pub async fn acts(
    tx: &TenantTx,
    permit: &Permit<ReadActs>,
    filter: &ActFilter,
    sort: OrderSort,
    page: &PageRequest,
) -> Outcome<Page<ServiceAct>> {
    let narrow = |sql: &mut Sql| conditions(sql, permit, filter);
    listed(tx, ACT_COLUMNS, narrow, (sort, page), |row: &ServiceAct| row.id.0).await
}

/// How many acts a filter finds, up to one above 10,000.
///
/// # Errors
/// A fault of the database.
pub async fn count_acts(
    tx: &TenantTx,
    permit: &Permit<ReadActs>,
    filter: &ActFilter,
) -> Outcome<i64> {
    counted(tx, |sql| conditions(sql, permit, filter)).await
}

/// Acts within reach; those that are not visible are absent.
///
/// # Errors
/// A fault of the database.
pub async fn acts_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadActs>,
    ids: &[ServiceActId],
) -> Outcome<HashMap<ServiceActId, ServiceAct>> {
    let mut sql = Sql::new(format!("select {ACT_COLUMNS}"), []);
    from_acts(&mut sql, permit);
    sql.with(" and d.id = any(", uuids(ids), "::uuid[])");
    let found: Vec<ServiceAct> = tx.all(sql).await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
}

/// The acts of orders within reach, oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn acts_by_order(
    tx: &TenantTx,
    permit: &Permit<ReadActs>,
    orders: &[OrderId],
) -> Outcome<HashMap<OrderId, Vec<ServiceAct>>> {
    let mut sql = Sql::new(format!("select {ACT_COLUMNS}"), []);
    from_acts(&mut sql, permit);
    sql.with(" and d.order_id = any(", uuids(orders), "::uuid[])");
    sql.push(" order by d.id");
    let mut found: HashMap<OrderId, Vec<ServiceAct>> = HashMap::new();
    for row in tx.all::<ServiceAct>(sql).await? {
        found.entry(row.order_id).or_default().push(row);
    }
    Ok(found)
}

/// A line with the currency of its act.
#[derive(FromQueryResult)]
struct Priced {
    currency: Currency,
    #[sea_orm(nested)]
    line: ServiceActLine,
}

fn lines<A>(permit: &Permit<A>) -> Sql {
    let mut sql = Sql::new(
        format!(
            "select d.currency, {ACT_LINE_COLUMNS}
             from shipment_line l
             join shipment d on d.tenant_id = l.tenant_id and d.id = l.shipment_id"
        ),
        [],
    );
    sql.with(" where l.tenant_id = ", permit.tenant(), " and d.kind = 'SERVICES'");
    within_reach(&mut sql, permit, "d");
    sql
}

/// The lines of acts within reach, in their order.
///
/// # Errors
/// A fault of the database.
pub async fn act_lines_by_act(
    tx: &TenantTx,
    permit: &Permit<ReadActs>,
    ids: &[ServiceActId],
) -> Outcome<HashMap<ServiceActId, Vec<(ServiceActLine, Currency)>>> {
    let mut sql = lines(permit);
    sql.with(" and l.shipment_id = any(", uuids(ids), "::uuid[])");
    sql.push(" order by l.shipment_id, l.position");
    let mut found: HashMap<ServiceActId, Vec<(ServiceActLine, Currency)>> = HashMap::new();
    for row in tx.all::<Priced>(sql).await? {
        found.entry(row.line.act_id).or_default().push((row.line, row.currency));
    }
    Ok(found)
}

/// Lines within reach by their ids, with the currency of their acts.
///
/// # Errors
/// A fault of the database.
pub async fn act_lines_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadActs>,
    ids: &[ServiceActLineId],
) -> Outcome<HashMap<ServiceActLineId, (ServiceActLine, Currency)>> {
    let mut sql = lines(permit);
    sql.with(" and l.id = any(", uuids(ids), "::uuid[])");
    let found: Vec<Priced> = tx.all(sql).await?;
    Ok(found.into_iter().map(|row| (row.line.id, (row.line, row.currency))).collect())
}

/// The order of an act within reach: it is locked before the act.
pub(super) async fn order_of_act<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ServiceActId,
) -> Outcome<OrderId> {
    #[derive(FromQueryResult)]
    struct Found {
        order_id: OrderId,
    }
    let mut sql = Sql::new("select d.order_id", []);
    from_acts(&mut sql, permit);
    sql.with(" and d.id = ", id, "");
    let found: Option<Found> = tx.one(sql).await?;
    found.map(|row| row.order_id).ok_or(CommandError::NotFound)
}

/// An act, locked until the transaction ends. Its order is locked already.
pub(super) async fn lock_act<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ServiceActId,
) -> Outcome<ServiceAct> {
    let mut sql = Sql::new(format!("select {ACT_COLUMNS}"), []);
    from_acts(&mut sql, permit);
    sql.with(" and d.id = ", id, " for no key update");
    tx.one(sql).await?.ok_or(CommandError::NotFound)
}

/// A draft's own facts; the rest it has from its order.
#[derive(Clone, Debug)]
pub(super) struct NewAct {
    pub(super) id: ServiceActId,
    pub(super) date: NaiveDate,
    pub(super) totals: Totals,
    pub(super) comment: Option<String>,
    pub(super) external_reference: Option<String>,
}

/// Writes a draft with its lines, in one statement.
pub(super) async fn insert_act<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    act: &NewAct,
    lines: &[NewShipmentLine],
) -> Outcome<()> {
    let sql = "
        with written as (
            insert into shipment
                (tenant_id, id, kind, date, order_id, organization_id, customer_id, agreement_id,
                 manager_id, department_id, region_id, currency, prices_include_vat, state, net,
                 vat, gross, comment, external_reference, created_at, updated_at, created_by,
                 agreement_version)
            values ($1, $2, 'SERVICES', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'DRAFT', $14,
                    $15, $16, $17, $18, $19, $19, $20, $21)
        )
        insert into shipment_line
            (tenant_id, id, shipment_id, position, order_line_id, product_id, variant_id, unit,
             quantity, amount, vat_rate, vat_amount)
        select $1, x.id, $2, x.position, x.order_line_id, x.product_id, x.variant_id, x.unit,
               x.quantity, x.amount, x.vat_rate, x.vat_amount
        from jsonb_to_recordset($3) as x
            (id uuid, position integer, order_line_id uuid, product_id uuid, variant_id uuid,
             unit text, quantity numeric, amount numeric, vat_rate numeric, vat_amount numeric)";
    let values = values![
        permit.tenant(),
        act.id,
        rows(lines)?,
        act.date,
        order.id,
        order.organization_id,
        order.customer_id,
        order.agreement_id,
        order.manager_id,
        order.department_id,
        order.region_id,
        order.currency,
        order.prices_include_vat,
        act.totals.net,
        act.totals.vat,
        act.totals.gross,
        act.comment.clone(),
        act.external_reference.clone(),
        tx.now(),
        author(permit),
        order.agreement_version,
    ];
    let written = tx.run(Sql::new(sql, values)).await;
    on_constraint(written, "shipment_external_reference_key", || {
        Refusal::new(
            RefusalCode::Taken,
            "Another act has this external reference.",
            "Такая внешняя ссылка уже есть у другого акта.",
        )
        .at(["externalReference"])
    })?;
    Ok(())
}

/// What posting gives an act: its number and count, totals, and dimensions of now.
pub(super) struct PostedAct {
    pub(super) number: String,
    pub(super) sequence: i64,
    pub(super) totals: Totals,
    pub(super) department_id: Option<DepartmentId>,
    pub(super) region_id: Option<RegionId>,
}

/// Marks a locked draft as posted.
pub(super) async fn mark_posted<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    act: &ServiceAct,
    posted: &PostedAct,
) -> Outcome<()> {
    let sql = "
        update shipment d
        set state = 'POSTED', number = $3, number_sequence = $4, net = $5, vat = $6, gross = $7,
            cost = 0, department_id = $8, region_id = $9, posted_at = $10, manager_id = $11,
            version = d.version + 1, updated_at = $10
        where d.tenant_id = $1
          and d.id = $2";
    let values = values![
        permit.tenant(),
        act.id,
        posted.number.clone(),
        posted.sequence,
        posted.totals.net,
        posted.totals.vat,
        posted.totals.gross,
        posted.department_id,
        posted.region_id,
        tx.now(),
        act.manager_id,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}
