-- Which purchase orders, covers and returns to suppliers differ from what they are the sum of? Reads
-- the tenant's documents whole: a check that an operator runs, not a request.
with came as (
    select g.purchase_order_line_id as id, sum(g.quantity) as quantity
    from goods_receipt_line g
    join goods_receipt r on r.tenant_id = g.tenant_id and r.id = g.receipt_id
    where g.tenant_id = $1
      and g.purchase_order_line_id is not null
      and r.state = 'POSTED'
    group by g.purchase_order_line_id
),
ordered as (
    select 'purchase order line ' || l.id as record, l.id, l.quantity, l.received, l.awaited,
           coalesce(c.quantity, 0) as came,
           o.state in ('ORDERED', 'PARTIALLY_RECEIVED', 'RECEIVED') as is_open
    from purchase_order_line l
    join purchase_order o on o.tenant_id = l.tenant_id and o.id = l.purchase_order_id
    left join came c on c.id = l.id
    where l.tenant_id = $1
),
state as (
    select 'purchase order ' || o.id as record, o.state,
           case when bool_and(l.received >= l.quantity) then 'RECEIVED'
                when bool_and(l.received = 0) then 'ORDERED'
                else 'PARTIALLY_RECEIVED' end as by_lines
    from purchase_order o
    join purchase_order_line l on l.tenant_id = o.tenant_id and l.purchase_order_id = o.id
    where o.tenant_id = $1
      and o.state in ('ORDERED', 'PARTIALLY_RECEIVED', 'RECEIVED')
    group by o.id, o.state
),
counted_on as (
    select c.demand_id, sum(c.quantity) as quantity
    from demand_cover c
    where c.tenant_id = $1
    group by c.demand_id
),
claimed as (
    select c.supply_line_id as id, sum(c.quantity) as quantity
    from demand_cover c
    where c.tenant_id = $1
    group by c.supply_line_id
),
went_back as (
    select 'supplier return line ' || l.id as record, l.quantity, coalesce(l.amount, 0) as amount,
           coalesce(m.quantity, 0) as moved, coalesce(m.value, 0) as moved_value,
           r.state in ('POSTED', 'REVERSED') as was_posted
    from supplier_return_line l
    join supplier_return r on r.tenant_id = l.tenant_id and r.id = l.return_id
    left join lateral (
        select -sum(m.quantity) as quantity, -sum(m.value) as value
        from stock_movement m
        where m.tenant_id = $1
          and m.document_id = l.return_id
          and m.line_id = l.id
          and m.kind = 'SUPPLIER_RETURN'
    ) m on true
    where l.tenant_id = $1
)
select 'purchase_order_line.received' as figure, record, came as expected, received as found
from ordered
where received <> came
union all
select 'purchase_order_line.awaited', record,
       case when is_open then greatest(quantity - received, 0) else 0 end, awaited
from ordered
where awaited <> case when is_open then greatest(quantity - received, 0) else 0 end
union all
select 'purchase_order.state', record, 1, 0
from state
where state <> by_lines
union all
select 'demand.covered', 'demand ' || d.id, coalesce(c.quantity, 0), d.covered
from demand d
left join counted_on c on c.demand_id = d.id
where d.tenant_id = $1
  and d.covered <> coalesce(c.quantity, 0)
union all
select 'demand_cover.supply', 'supply line ' || c.id, coalesce(o.awaited, 0), c.quantity
from claimed c
left join ordered o on o.id = c.id
where c.quantity > coalesce(o.awaited, 0)
union all
select 'supplier_return_line.quantity', record, case when was_posted then quantity else 0 end, moved
from went_back
where moved <> case when was_posted then quantity else 0 end
union all
select 'supplier_return_line.amount', record, moved_value, amount
from went_back
where amount <> moved_value
order by figure, record
