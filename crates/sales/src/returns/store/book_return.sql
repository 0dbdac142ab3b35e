-- Books a posted return. Lives on the primary key of sales_return_line and on sale_fact_once.
-- $1 tenant, $2 lines, $3 lots, $4 business date, $5 now.
with line as materialized (
    select x.id, x.fact_id, x.shipment_line_id, x.quantity, x.amount, x.vat_amount, x.revenue,
           x.cost
    from jsonb_to_recordset($2) as x
        (id uuid, fact_id uuid, shipment_line_id uuid, quantity numeric, amount numeric,
         vat_amount numeric, revenue numeric, cost numeric)
), summed as (
    update sales_return_line l
    set amount = x.amount,
        vat_amount = x.vat_amount,
        cost = x.cost
    from line x
    where l.tenant_id = $1
      and l.id = x.id
), lots as (
    insert into sales_return_lot
        (tenant_id, return_line_id, lot_id, source_lot_id, quantity, cost)
    select $1, t.return_line_id, t.lot_id, t.source_lot_id, t.quantity, t.cost
    from jsonb_to_recordset($3) as t
        (return_line_id uuid, lot_id uuid, source_lot_id uuid, quantity numeric, cost numeric)
), facts as (
    insert into sale_fact
        (tenant_id, id, occurred_on, recorded_at, kind, shipment_id, shipment_line_id,
         return_line_id, order_id, organization_id, department_id, manager_id, customer_id,
         region_id, product_id, variant_id, product_group_id, warehouse_id, currency, quantity,
         revenue, vat, cost)
    select f.tenant_id, x.fact_id, $4, $5, 'RETURN', f.shipment_id, f.shipment_line_id, x.id,
           f.order_id, f.organization_id, f.department_id, f.manager_id, f.customer_id,
           f.region_id, f.product_id, f.variant_id, f.product_group_id, f.warehouse_id,
           f.currency, -x.quantity, -x.revenue, -x.vat_amount, -x.cost
    from line x
    join sale_fact f
      on f.tenant_id = $1
     and f.shipment_line_id = x.shipment_line_id
     and f.kind = 'SHIPMENT'
)
insert into sale_fact_delta (tenant_id, fact_id)
select $1, x.fact_id
from line x
