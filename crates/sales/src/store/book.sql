-- Books a posted shipment. Lives on the primary keys of sales_order_line and shipment_line.
-- $1 tenant, $2 lines, $3 lots, $4 business date, $5 now, $6 shipment, $7 order, $8 organization,
-- $9 department, $10 manager, $11 customer, $12 region, $13 warehouse, $14 currency.
with line as materialized (
    select x.id, x.fact_id, x.order_line_id, x.product_id, x.variant_id, x.product_group_id,
           x.quantity, x.amount, x.vat_rate, x.vat_amount, x.revenue, x.cost
    from jsonb_to_recordset($2) as x
        (id uuid, fact_id uuid, order_line_id uuid, product_id uuid, variant_id uuid,
         product_group_id uuid, quantity numeric, amount numeric, vat_rate numeric, vat_amount numeric,
         revenue numeric, cost numeric)
), shipped as (
    update sales_order_line l
    set shipped = l.shipped + x.quantity,
        shipped_amount = l.shipped_amount + x.amount,
        shipped_vat = l.shipped_vat + x.vat_amount
    from line x
    where l.tenant_id = $1
      and l.id = x.order_line_id
), summed as (
    update shipment_line s
    set amount = x.amount,
        vat_rate = x.vat_rate,
        vat_amount = x.vat_amount,
        cost = x.cost
    from line x
    where s.tenant_id = $1
      and s.id = x.id
), lots as (
    insert into shipment_lot (tenant_id, shipment_line_id, lot_id, quantity, cost)
    select $1, t.shipment_line_id, t.lot_id, t.quantity, t.cost
    from jsonb_to_recordset($3) as t
        (shipment_line_id uuid, lot_id uuid, quantity numeric, cost numeric)
), facts as (
    insert into sale_fact
        (tenant_id, id, occurred_on, recorded_at, kind, shipment_id, shipment_line_id, order_id,
         organization_id, department_id, manager_id, customer_id, region_id, product_id,
         variant_id, product_group_id, warehouse_id, currency, quantity, revenue, vat, cost)
    select $1, x.fact_id, $4, $5, 'SHIPMENT', $6, x.id, $7, $8, $9, $10, $11, $12, x.product_id,
           x.variant_id, x.product_group_id, $13, $14, x.quantity, x.revenue, x.vat_amount, x.cost
    from line x
)
insert into sale_fact_delta (tenant_id, fact_id)
select $1, x.fact_id
from line x
