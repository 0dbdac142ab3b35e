//! What goods that were sold cost besides, since freight or customs came later. Stock stands below
//! this context and is handed this.

use access::{Action, Permit};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    Decimal, LandedCostId, LotId, NaiveDate, Refusal, RefusalCode, SaleFactId, ShipmentId,
    ShipmentLineId,
};
use stock::landed::{CostFacts, SoldGoods, SoldPieces};

use crate::recipients::SHIPPED;
use crate::store::uuids;

/// The register of sales stands behind what was sold.
#[derive(Clone, Copy, Debug)]
pub struct SalesRegister;

impl SoldGoods for SalesRegister {
    async fn sold<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        lots: &[LotId],
    ) -> Outcome<Vec<SoldPieces>> {
        #[derive(FromQueryResult)]
        struct Row {
            shipment_line_id: ShipmentLineId,
            lot_id: LotId,
            quantity: Decimal,
        }
        let sql = format!(
            "select t.shipment_line_id, t.lot_id, t.quantity - r.returned as quantity
             {SHIPPED}
               and t.lot_id = any($2::uuid[])
               and t.quantity > r.returned
             order by t.shipment_line_id, t.lot_id"
        );
        let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(lots)])).await?;
        let pieces = |row: Row| {
            let Row { shipment_line_id, lot_id, quantity } = row;
            SoldPieces { shipment_line_id, lot_id, quantity }
        };
        Ok(rows.into_iter().map(pieces).collect())
    }

    async fn book<A: Action>(tx: &TenantTx, permit: &Permit<A>, facts: &CostFacts) -> Outcome<()> {
        let sql = "
            with cost as materialized (
                select c.fact_id, c.shipment_line_id, c.amount
                from unnest($2::uuid[], $3::uuid[], $4::numeric[])
                     as c (fact_id, shipment_line_id, amount)
            ), facts as (
                insert into sale_fact
                    (tenant_id, id, occurred_on, recorded_at, kind, shipment_id, shipment_line_id,
                     order_id, organization_id, department_id, manager_id, customer_id, region_id,
                     product_id, variant_id, product_group_id, warehouse_id, currency, quantity,
                     revenue, vat, cost, landed_cost_id)
                select f.tenant_id, c.fact_id, $5, $6, 'LANDED_COST', f.shipment_id,
                       f.shipment_line_id, f.order_id, f.organization_id, f.department_id,
                       f.manager_id, f.customer_id, f.region_id, f.product_id, f.variant_id,
                       f.product_group_id, f.warehouse_id, f.currency, 0, 0, 0, c.amount, $7
                from cost c
                join sale_fact f
                  on f.tenant_id = $1
                 and f.shipment_line_id = c.shipment_line_id
                 and f.kind = 'SHIPMENT'
            )
            insert into sale_fact_delta (tenant_id, fact_id)
            select $1, c.fact_id
            from cost c";
        if facts.costs.is_empty() {
            return Ok(());
        }
        let lines: Vec<ShipmentLineId> = facts.costs.iter().map(|one| one.0).collect();
        let ids: Vec<SaleFactId> = facts.costs.iter().map(|_| SaleFactId::new()).collect();
        let values = values![
            permit.tenant(),
            uuids(&ids),
            uuids(&lines),
            facts.costs.iter().map(|one| one.1).collect::<Vec<_>>(),
            facts.occurred_on,
            tx.now(),
            facts.landed_cost_id,
        ];
        tx.run(Sql::new(sql, values)).await?;
        Ok(())
    }

    async fn unbook<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        of: LandedCostId,
        on: NaiveDate,
    ) -> Outcome<()> {
        let sql = "
            with facts as (
                insert into sale_fact
                    (tenant_id, id, occurred_on, recorded_at, kind, shipment_id, shipment_line_id,
                     order_id, organization_id, department_id, manager_id, customer_id, region_id,
                     product_id, variant_id, product_group_id, warehouse_id, currency, quantity,
                     revenue, vat, cost, landed_cost_id)
                select f.tenant_id, gen_random_uuid(), $3, $4, 'LANDED_COST_REVERSAL',
                       f.shipment_id, f.shipment_line_id, f.order_id, f.organization_id,
                       f.department_id, f.manager_id, f.customer_id, f.region_id, f.product_id,
                       f.variant_id, f.product_group_id, f.warehouse_id, f.currency, 0, 0, 0,
                       -f.cost, f.landed_cost_id
                from sale_fact f
                where f.tenant_id = $1 and f.landed_cost_id = $2 and f.kind = 'LANDED_COST'
                returning id
            )
            insert into sale_fact_delta (tenant_id, fact_id)
            select $1, f.id
            from facts f";
        tx.run(Sql::new(sql, values![permit.tenant(), of, on, tx.now()])).await?;
        Ok(())
    }
}

/// Refuses to undo a shipment whose goods a landed cost has made dearer since: what it added to the
/// sale would stay without it. The balances of its goods are locked.
pub(crate) async fn check_no_landed<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
) -> Outcome<()> {
    #[derive(FromQueryResult)]
    struct Row {
        stands: bool,
    }
    let sql = "
        select exists (
            select
            from shipment_line l
            join sale_fact f
              on f.tenant_id = l.tenant_id
             and f.shipment_line_id = l.id
             and f.kind = 'LANDED_COST'
            where l.tenant_id = $1
              and l.shipment_id = $2
              and not exists (
                  select from sale_fact u
                  where u.tenant_id = $1
                    and u.shipment_line_id = l.id
                    and u.kind = 'LANDED_COST_REVERSAL'
                    and u.landed_cost_id = f.landed_cost_id)
        ) as stands";
    let row: Option<Row> = tx.one(Sql::new(sql, values![permit.tenant(), shipment])).await?;
    if !row.is_some_and(|row| row.stands) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::InUse,
        "Landed costs were booked on this sale: reverse them first.",
        "На эту продажу отнесены дополнительные расходы: сначала сторнируйте их.",
    )
    .into())
}
