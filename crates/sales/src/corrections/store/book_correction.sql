-- Books a posted price correction. Lives on the primary key of price_correction_line and on
-- sale_fact_once.
-- $1 tenant, $2 lines, $3 business date, $4 now.
with line as materialized (
    select x.id, x.fact_id, x.shipment_line_id, x.amount, x.vat_amount, x.revenue
    from jsonb_to_recordset($2) as x
        (id uuid, fact_id uuid, shipment_line_id uuid, amount numeric, vat_amount numeric,
         revenue numeric)
), summed as (
    update price_correction_line l
    set amount = x.amount,
        vat_amount = x.vat_amount
    from line x
    where l.tenant_id = $1
      and l.id = x.id
), facts as (
    insert into sale_fact
        (tenant_id, id, occurred_on, recorded_at, kind, shipment_id, shipment_line_id,
         correction_line_id, order_id, organization_id, department_id, manager_id, customer_id,
         region_id, product_id, variant_id, product_group_id, warehouse_id, currency, quantity,
         revenue, vat, cost)
    select f.tenant_id, x.fact_id, $3, $4, 'CORRECTION', f.shipment_id, f.shipment_line_id, x.id,
           f.order_id, f.organization_id, f.department_id, f.manager_id, f.customer_id,
           f.region_id, f.product_id, f.variant_id, f.product_group_id, f.warehouse_id,
           f.currency, 0, -x.revenue, -x.vat_amount, 0
    from line x
    join sale_fact f
      on f.tenant_id = $1
     and f.shipment_line_id = x.shipment_line_id
     and f.kind = 'SHIPMENT'
)
insert into sale_fact_delta (tenant_id, fact_id)
select $1, x.fact_id
from line x
