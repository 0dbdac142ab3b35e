-- Which balances and reservations differ from the sums of their registers? Reads the tenant's
-- registers whole: a check that an operator runs, not a request.
with moved as (
    select organization_id, warehouse_id, product_id, lot_id,
           coalesce(variant_id, '00000000-0000-0000-0000-000000000000') as variant_key,
           sum(quantity) as quantity, sum(value) as value
    from stock_movement
    where tenant_id = $1
    group by organization_id, warehouse_id, product_id, lot_id, variant_key
),
held as (
    select organization_id, warehouse_id, product_id, lot_id, sum(quantity) as quantity
    from reservation
    where tenant_id = $1
    group by organization_id, warehouse_id, product_id, lot_id
),
balance as (
    select 'warehouse ' || b.warehouse_id || ', lot ' || b.lot_id as record,
           b.on_hand, b.value, b.reserved,
           coalesce(m.quantity, 0) as moved_quantity,
           coalesce(m.value, 0) as moved_value,
           coalesce(h.quantity, 0) as held_quantity
    from stock_balance b
    -- What moved in another variant than its balance is not found.
    left join moved m using (organization_id, warehouse_id, product_id, lot_id, variant_key)
    left join held h using (organization_id, warehouse_id, product_id, lot_id)
    where b.tenant_id = $1
),
lot_of_line as (
    select 'lot ' || l.id as record, g.quantity,
           case when l.product_id = g.product_id
                     and l.variant_id is not distinct from g.variant_id
                then g.quantity else 0 end as same_goods
    from lot l
    join goods_receipt_line g on g.tenant_id = l.tenant_id and g.id = l.receipt_line_id
    where l.tenant_id = $1
),
noted as (
    select order_line_id, warehouse_id, lot_id, sum(quantity) as quantity
    from reservation_move
    where tenant_id = $1
    group by order_line_id, warehouse_id, lot_id
),
reserved as (
    select order_line_id, warehouse_id, lot_id, quantity
    from reservation
    where tenant_id = $1
)
select 'stock_balance.on_hand' as figure, record, moved_quantity as expected, on_hand as found
from balance
where on_hand <> moved_quantity
union all
select 'stock_balance.value', record, moved_value, value
from balance
where value <> moved_value
union all
select 'stock_balance.reserved', record, held_quantity, reserved
from balance
where reserved <> held_quantity
union all
select 'lot.variant', record, quantity, same_goods
from lot_of_line
where same_goods <> quantity
union all
select 'reservation.quantity', 'order line ' || order_line_id || ', lot ' || lot_id,
       coalesce(n.quantity, 0), coalesce(r.quantity, 0)
from noted n
full join reserved r using (order_line_id, warehouse_id, lot_id)
where coalesce(n.quantity, 0) <> coalesce(r.quantity, 0)
order by figure, record
