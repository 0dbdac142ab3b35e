-- Books the reversal of a shipment. Lives on shipment_line_position, sale_fact_once and the
-- primary key of sales_order_line.
-- $1 tenant, $2 a new fact for each line, $3 shipment, $4 business date, $5 now.
with line as materialized (
    select s.id, x.fact_id, s.order_line_id, s.quantity, s.amount, s.vat_amount
    from jsonb_to_recordset($2) as x (id uuid, fact_id uuid)
    join shipment_line s on s.tenant_id = $1 and s.shipment_id = $3 and s.id = x.id
), shipped as (
    update sales_order_line l
    set shipped = l.shipped - x.quantity,
        shipped_amount = l.shipped_amount - x.amount,
        shipped_vat = l.shipped_vat - x.vat_amount
    from line x
    where l.tenant_id = $1
      and l.id = x.order_line_id
), facts as (
    insert into sale_fact
        (tenant_id, id, occurred_on, recorded_at, kind, shipment_id, shipment_line_id, order_id,
         organization_id, department_id, manager_id, customer_id, region_id, product_id,
         variant_id, product_group_id, warehouse_id, currency, quantity, revenue, vat, cost)
    select f.tenant_id, x.fact_id, $4, $5, 'REVERSAL', f.shipment_id, f.shipment_line_id,
           f.order_id, f.organization_id, f.department_id, f.manager_id, f.customer_id,
           f.region_id, f.product_id, f.variant_id, f.product_group_id, f.warehouse_id, f.currency,
           -f.quantity, -f.revenue, -f.vat, -f.cost
    from line x
    join sale_fact f
      on f.tenant_id = $1
     and f.shipment_line_id = x.id
     and f.kind = 'SHIPMENT'
)
insert into sale_fact_delta (tenant_id, fact_id)
select $1, x.fact_id
from line x
