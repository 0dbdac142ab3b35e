//! Writing orders, and reading them under their lock.

use std::collections::{HashMap, HashSet};

use access::Permit;
use catalog::pricing::{ApprovalReason, DiscountSource, Explanation, PriceSource};
use catalog::{PaymentSteps, RouteTerms};
use db::{
    CommandError, Fault, FromQueryResult, Json, Outcome, Sql, TenantTx, on_constraint, values,
};
use kernel::{
    AgreementId, Currency, CustomerId, Decimal, DepartmentId, NaiveDate, OrderId, OrderLineId,
    OrganizationId, PackagingId, Percent, PriceChangeId, ProductId, ProductVariantId, QuoteId,
    QuoteLineId, Refusal, RefusalCode, RegionId, UserId, Uuid, WarehouseId,
};
use serde::{Deserialize, Serialize};
use settlements::OrderRef;

use super::{author, rows, uuids, within_reach};
use crate::model::{LINE_COLUMNS, ORDER_COLUMNS, Order, OrderLine};
use crate::rules::{OrderState, Totals};

/// An order within reach, locked until the transaction ends.
pub(crate) async fn lock_order<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: OrderId,
) -> Outcome<Order> {
    let mut sql = Sql::new(format!("select {ORDER_COLUMNS} from sales_order o"), []);
    sql.with(" where o.tenant_id = ", permit.tenant(), "").with(" and o.id = ", id, "");
    within_reach(&mut sql, permit, "o");
    sql.push(" for no key update");
    tx.one(sql).await?.ok_or(CommandError::NotFound)
}

/// Orders locked until the transaction ends, in the order of their ids, whoever is responsible for
/// them: what is done to goods reaches all who wait for them.
pub(crate) async fn hold_orders<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[OrderId],
) -> Outcome<Vec<Order>> {
    let mut sql = Sql::new(format!("select {ORDER_COLUMNS} from sales_order o"), []);
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    sql.with(" where o.tenant_id = ", permit.tenant(), "").with(
        " and o.id = any(",
        ids,
        "::uuid[])",
    );
    sql.push(" order by o.id for no key update");
    Ok(tx.all(sql).await?)
}

/// The lines of an order, in their order.
pub(crate) async fn order_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
) -> Outcome<Vec<OrderLine>> {
    let text = format!(
        "select {LINE_COLUMNS}
         from sales_order_line l
         where l.tenant_id = $1
           and l.order_id = $2
         order by l.position"
    );
    Ok(tx.all(Sql::new(text, values![permit.tenant(), order])).await?)
}

/// The header of an order as it is written.
#[derive(Clone, Debug)]
pub(crate) struct NewOrder {
    pub(crate) id: OrderId,
    pub(crate) date: NaiveDate,
    pub(crate) organization_id: OrganizationId,
    pub(crate) customer_id: CustomerId,
    pub(crate) agreement_id: AgreementId,
    pub(crate) agreement_version: i32,
    pub(crate) min_shelf_life_days: Option<i32>,
    pub(crate) route: RouteTerms,
    pub(crate) sales_route_is_own: bool,
    pub(crate) manager_id: Option<UserId>,
    pub(crate) department_id: Option<DepartmentId>,
    pub(crate) region_id: Option<RegionId>,
    pub(crate) warehouse_id: Option<WarehouseId>,
    pub(crate) allowed_warehouses: Vec<WarehouseId>,
    pub(crate) currency: Currency,
    pub(crate) prices_include_vat: bool,
    pub(crate) totals: Totals,
    pub(crate) requested_ship_date: Option<NaiveDate>,
    pub(crate) comment: Option<String>,
    pub(crate) payment_steps: PaymentSteps,
    pub(crate) prepayment_percent: Decimal,
    pub(crate) external_reference: Option<String>,
    pub(crate) quote_id: Option<QuoteId>,
}

/// A line as it is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NewLine {
    /// Of an order's line or of a quote's.
    pub(crate) id: Uuid,
    pub(crate) position: i32,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) unit: String,
    pub(crate) quantity: Decimal,
    pub(crate) packaging_id: Option<PackagingId>,
    pub(crate) entered_quantity: Option<Decimal>,
    pub(crate) entered_unit: Option<String>,
    pub(crate) list_price: Option<Decimal>,
    pub(crate) price: Decimal,
    pub(crate) price_numerator: u32,
    pub(crate) price_denominator: u32,
    pub(crate) price_source: Option<PriceSource>,
    pub(crate) price_is_manual: bool,
    pub(crate) discount_percent: Percent,
    pub(crate) discount_source: Option<DiscountSource>,
    pub(crate) discount_is_manual: bool,
    pub(crate) explanation: Explanation,
    pub(crate) amount: Decimal,
    pub(crate) vat_rate: Option<Percent>,
    pub(crate) vat_amount: Decimal,
    pub(crate) price_change_id: Option<PriceChangeId>,
    pub(crate) quote_line_id: Option<QuoteLineId>,
    /// Why it needs somebody's leave; `None` where it needs none.
    pub(crate) approval_reasons: Option<Vec<ApprovalReason>>,
}

/// Writes [`NewLine`]s (`$3`) of an order (`$2`).
pub(crate) const INSERT_LINES: &str = "
    insert into sales_order_line
        (tenant_id, id, order_id, position, product_id, unit, quantity, list_price, price,
         price_numerator, price_denominator, price_source, price_is_manual,
         discount_percent, discount_source, discount_is_manual, explanation, amount, vat_rate, vat_amount,
         packaging_id, entered_quantity, entered_unit, variant_id, price_change_id, quote_line_id,
         approval_reasons)
    select $1, x.id, $2, x.position, x.product_id, x.unit, x.quantity, x.list_price, x.price,
           x.price_numerator, x.price_denominator, x.price_source, x.price_is_manual,
           x.discount_percent, x.discount_source,
           x.discount_is_manual, x.explanation, x.amount, x.vat_rate, x.vat_amount,
           x.packaging_id, x.entered_quantity, x.entered_unit, x.variant_id, x.price_change_id,
           x.quote_line_id, x.approval_reasons
    from jsonb_to_recordset($3) as x
        (id uuid, position integer, product_id uuid, unit text, quantity numeric,
         list_price numeric, price numeric, price_numerator integer, price_denominator integer,
         price_source text, price_is_manual boolean,
         discount_percent numeric, discount_source text, discount_is_manual boolean,
         explanation jsonb, amount numeric, vat_rate numeric, vat_amount numeric,
         packaging_id uuid, entered_quantity numeric, entered_unit text, variant_id uuid,
         price_change_id uuid, quote_line_id uuid, approval_reasons jsonb)";

/// Writes a draft with its lines, in one statement.
pub(crate) async fn insert_order<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &NewOrder,
    lines: &[NewLine],
) -> Outcome<()> {
    let sql = format!(
        "with written as (
             insert into sales_order
                 (tenant_id, id, date, organization_id, customer_id, agreement_id, manager_id,
                  department_id, region_id, warehouse_id, currency, prices_include_vat, state, net,
                  vat, gross, requested_ship_date, comment, payment_steps, prepayment_percent,
                  external_reference, created_at, updated_at, created_by, agreement_version,
                  min_shelf_life_days, sales_route_id, sales_route_is_own, reserve_on, cover_by,
                  allowed_warehouses, quote_id)
             values ($1, $2, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'DRAFT', $14, $15, $16,
                     $17, $18, $19, $20, $21, $22, $22, $23, $24, $25, $26, $27,
                     $28, $29, $30, $31)
         )
         {INSERT_LINES}"
    );
    let values = values![
        permit.tenant(),
        order.id,
        rows(lines)?,
        order.date,
        order.organization_id,
        order.customer_id,
        order.agreement_id,
        order.manager_id,
        order.department_id,
        order.region_id,
        order.warehouse_id,
        order.currency,
        order.prices_include_vat,
        order.totals.net,
        order.totals.vat,
        order.totals.gross,
        order.requested_ship_date,
        order.comment.clone(),
        order.payment_steps.clone(),
        order.prepayment_percent,
        order.external_reference.clone(),
        tx.now(),
        author(permit),
        order.agreement_version,
        order.min_shelf_life_days,
        order.route.sales_route_id,
        order.sales_route_is_own,
        order.route.reserve_on,
        order.route.cover_by,
        uuids(&order.allowed_warehouses),
        order.quote_id,
    ];
    free_reference(tx.run(Sql::new(sql, values)).await)?;
    Ok(())
}

/// Writes a draft's header anew.
pub(crate) async fn update_draft<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &NewOrder,
) -> Outcome<()> {
    let sql = "
        update sales_order o
        set date = $3, organization_id = $4, customer_id = $5, agreement_id = $6,
            manager_id = $7, department_id = $8, region_id = $9, warehouse_id = $10,
            currency = $11, prices_include_vat = $12, net = $13, vat = $14, gross = $15,
            requested_ship_date = $16, comment = $17, payment_steps = $18,
            prepayment_percent = $19, external_reference = $20, version = o.version + 1,
            updated_at = $21, agreement_version = $22, min_shelf_life_days = $23,
            sales_route_id = $24, sales_route_is_own = $25, reserve_on = $26, cover_by = $27,
            allowed_warehouses = $28,
            -- A draft that came back from an approval has a number, of its own series only.
            number = case when o.organization_id = $4
                               and extract(year from o.date) = extract(year from $3::date)
                          then o.number end,
            number_sequence = case when o.organization_id = $4
                                        and extract(year from o.date) = extract(year from $3::date)
                                   then o.number_sequence end
        where o.tenant_id = $1
          and o.id = $2";
    let values = values![
        permit.tenant(),
        order.id,
        order.date,
        order.organization_id,
        order.customer_id,
        order.agreement_id,
        order.manager_id,
        order.department_id,
        order.region_id,
        order.warehouse_id,
        order.currency,
        order.prices_include_vat,
        order.totals.net,
        order.totals.vat,
        order.totals.gross,
        order.requested_ship_date,
        order.comment.clone(),
        order.payment_steps.clone(),
        order.prepayment_percent,
        order.external_reference.clone(),
        tx.now(),
        order.agreement_version,
        order.min_shelf_life_days,
        order.route.sales_route_id,
        order.sales_route_is_own,
        order.route.reserve_on,
        order.route.cover_by,
        uuids(&order.allowed_warehouses),
    ];
    free_reference(tx.run(Sql::new(sql, values)).await)?;
    Ok(())
}

/// Puts other lines in place of a draft's.
pub(crate) async fn replace_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
    lines: &[NewLine],
) -> Outcome<()> {
    let sql = "
        delete from sales_order_line l
        where l.tenant_id = $1
          and l.order_id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), order])).await?;
    tx.run(Sql::new(INSERT_LINES, values![permit.tenant(), order, rows(lines)?])).await?;
    Ok(())
}

/// What a step changes of an order's header.
#[derive(Clone, Debug)]
pub(crate) struct OrderStep {
    pub(crate) state: OrderState,
    /// Given once, on confirmation.
    pub(crate) number: Option<(String, i64)>,
    pub(crate) cancel_reason: Option<String>,
    pub(crate) close_reason: Option<String>,
    /// Added to what is shipped; below zero for a reversal.
    pub(crate) shipped_gross: Decimal,
}

impl OrderStep {
    /// A step to a state and nothing else.
    pub(crate) fn to(state: OrderState) -> Self {
        Self {
            state,
            number: None,
            cancel_reason: None,
            close_reason: None,
            shipped_gross: Decimal::ZERO,
        }
    }
}

/// Moves a locked order on.
pub(crate) async fn step_order<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
    step: OrderStep,
) -> Outcome<()> {
    let sql = "
        update sales_order o
        set state = $3,
            number = coalesce($4, o.number),
            number_sequence = coalesce($5, o.number_sequence),
            cancel_reason = $6,
            close_reason = $7,
            shipped_gross = o.shipped_gross + $8,
            version = o.version + 1,
            updated_at = $9
        where o.tenant_id = $1
          and o.id = $2";
    let (number, sequence) = step.number.unzip();
    let values = values![
        permit.tenant(),
        order,
        step.state,
        number,
        sequence,
        step.cancel_reason,
        step.close_reason,
        step.shipped_gross,
        tx.now(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// A confirmed order as the gate of credit counts it.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct OpenOrder {
    pub(crate) id: OrderId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) agreement_id: AgreementId,
    pub(crate) gross: Decimal,
    pub(crate) shipped_gross: Decimal,
    pub(crate) prepayment_percent: Decimal,
    pub(crate) currency: Currency,
}

impl OpenOrder {
    /// The order as its customer's money needs it.
    pub(crate) fn as_paid_by(&self, customer: CustomerId) -> OrderRef {
        OrderRef {
            id: self.id,
            customer_id: customer,
            organization_id: self.organization_id,
            agreement_id: self.agreement_id,
            currency: self.currency,
        }
    }
}

/// A customer's confirmed orders, one of them left out. Lives on sales_order_open.
pub(crate) async fn open_orders<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
    without: OrderId,
) -> Outcome<Vec<OpenOrder>> {
    let sql = "
        select o.id, o.organization_id, o.agreement_id, o.gross, o.shipped_gross,
               o.prepayment_percent, o.currency
        from sales_order o
        where o.tenant_id = $1
          and o.customer_id = $2
          and o.state in ('CONFIRMED', 'IN_FULFILMENT')
          and o.id <> $3";
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), customer, without])).await?)
}

/// Why lines cost what they cost; lines older than explanations are absent.
pub(crate) async fn explanations<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[OrderLineId],
) -> Outcome<HashMap<OrderLineId, Explanation>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: OrderLineId,
        explanation: Json<Explanation>,
    }
    let sql = "
        select l.id, l.explanation
        from sales_order_line l
        where l.tenant_id = $1
          and l.id = any($2::uuid[])
          and l.explanation is not null";
    let found: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(lines)])).await?;
    Ok(found.into_iter().map(|row| (row.id, row.explanation.0)).collect())
}

/// Which of these orders want nothing any more: they are done, or given up.
pub(crate) async fn orders_over<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    orders: &[OrderId],
) -> Outcome<HashSet<OrderId>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: OrderId,
    }
    if orders.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = "
        select o.id
        from sales_order o
        where o.tenant_id = $1
          and o.id = any ($2::uuid[])
          and o.state in ('COMPLETED', 'CANCELLED')";
    let found: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(orders)])).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// An external reference that another order has is a refusal.
pub(crate) fn free_reference(result: Result<u64, Fault>) -> Outcome<u64> {
    on_constraint(result, "sales_order_external_reference_key", || {
        Refusal::new(
            RefusalCode::Taken,
            "Another order has this external reference.",
            "Такая внешняя ссылка уже есть у другого заказа.",
        )
        .at(["externalReference"])
    })
}
