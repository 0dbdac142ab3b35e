-- What is held for orders in one warehouse and not picked yet, in the order in which the warehouse
-- is walked. Lives on reservation_order, and on the primary keys of lot, goods_place and bin.
-- $1 tenant, $2 orders, $3 warehouse.
select r.order_id, r.order_line_id, r.organization_id, r.product_id, l.variant_id, r.lot_id,
       r.quantity - r.in_picking as quantity, w.id as bin_id
from reservation r
join lot l on l.tenant_id = r.tenant_id and l.id = r.lot_id
left join lateral (
    select b.id, b.walk_order, b.name_key
    from goods_place p
    join bin_walk_v b on b.tenant_id = p.tenant_id and b.id = p.bin_id
    where p.tenant_id = r.tenant_id
      and p.warehouse_id = r.warehouse_id
      and p.product_id = r.product_id
      and p.lot_key in (r.lot_id, '00000000-0000-0000-0000-000000000000')
    -- A lot's own place stands over its product's.
    order by p.lot_key = r.lot_id desc
    limit 1
) w on true
where r.tenant_id = $1
  and r.order_id = any($2::uuid[])
  and r.warehouse_id = $3
  and r.quantity > r.in_picking
order by w.walk_order nulls last, w.name_key nulls last, r.product_id, l.variant_id,
         l.expires_on nulls last, l.received_on, r.lot_id, r.order_id, r.order_line_id
