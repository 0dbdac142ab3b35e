-- Books a cost of a shipment: its row, a fact for each line that bears a part, and the facts'
-- places in the queue of the rollups. Lives on sale_fact_once.
-- $1 tenant, $2 the cost's id, $3 shipment, $4 delivery, $5 business date, $6 amount, $7 parts,
-- $8 now, $9 the person.
with cost as (
    insert into variable_cost
        (tenant_id, id, occurred_on, recorded_at, kind, shipment_id, delivery_id, amount,
         created_by)
    values ($1, $2, $5, $8, 'LOGISTICS', $3, $4, $6, $9)
), part as materialized (
    select x.shipment_line_id, x.fact_id, x.amount
    from jsonb_to_recordset($7) as x (shipment_line_id uuid, fact_id uuid, amount numeric)
), facts as (
    insert into sale_fact
        (tenant_id, id, occurred_on, recorded_at, kind, shipment_id, shipment_line_id,
         variable_cost_id, order_id, organization_id, department_id, manager_id, customer_id,
         region_id, product_id, variant_id, product_group_id, warehouse_id, currency, quantity,
         revenue, vat, cost, variable_cost)
    select f.tenant_id, x.fact_id, $5, $8, 'VARIABLE_COST', f.shipment_id, f.shipment_line_id, $2,
           f.order_id, f.organization_id, f.department_id, f.manager_id, f.customer_id,
           f.region_id, f.product_id, f.variant_id, f.product_group_id, f.warehouse_id,
           f.currency, 0, 0, 0, 0, x.amount
    from part x
    join sale_fact f
      on f.tenant_id = $1
     and f.shipment_line_id = x.shipment_line_id
     and f.kind = 'SHIPMENT'
)
insert into sale_fact_delta (tenant_id, fact_id)
select $1, x.fact_id
from part x
