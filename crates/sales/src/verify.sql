-- Which documents of sales differ from the sums of their parts and from their registers? Reads
-- the tenant's documents whole: a check that an operator runs, not a request.
with posted as (
    select l.order_line_id, sum(l.quantity) as quantity, sum(l.amount) as amount,
           sum(l.vat_amount) as vat
    from shipment_line l
    join shipment h on h.tenant_id = l.tenant_id and h.id = l.shipment_id
    where l.tenant_id = $1
      and h.state = 'POSTED'
    group by l.order_line_id
),
ordered as (
    select l.id::text as record, l.shipped, l.shipped_amount, l.shipped_vat,
           coalesce(p.quantity, 0) as quantity, coalesce(p.amount, 0) as amount,
           coalesce(p.vat, 0) as vat
    from sales_order_line l
    left join posted p on p.order_line_id = l.id
    where l.tenant_id = $1
),
order_sum as (
    select o.id::text as record, o.net, o.vat, o.gross, o.shipped_gross,
           coalesce(sum(case when o.prices_include_vat then l.amount - l.vat_amount
                        else l.amount end), 0) as line_net,
           coalesce(sum(l.vat_amount), 0) as line_vat,
           coalesce(sum(case when o.prices_include_vat then l.shipped_amount
                        else l.shipped_amount + l.shipped_vat end), 0) as line_shipped
    from sales_order o
    left join sales_order_line l on l.tenant_id = o.tenant_id and l.order_id = o.id
    where o.tenant_id = $1
    group by o.tenant_id, o.id
),
shipment_sum as (
    select h.id::text as record, h.net, h.vat, h.cost,
           coalesce(sum(case when h.prices_include_vat then l.amount - l.vat_amount
                        else l.amount end), 0) as line_net,
           coalesce(sum(l.vat_amount), 0) as line_vat, sum(l.cost) as line_cost
    from shipment h
    left join shipment_line l on l.tenant_id = h.tenant_id and l.shipment_id = h.id
    where h.tenant_id = $1
    group by h.tenant_id, h.id
),
fact_sum as (
    select f.shipment_line_id, sum(f.quantity) as quantity, sum(f.revenue) as revenue,
           sum(f.vat) as vat, sum(f.cost) filter (where f.landed_cost_id is null) as cost
    from sale_fact f
    where f.tenant_id = $1
      -- Returns have facts of their own.
      and f.kind in ('SHIPMENT', 'REVERSAL')
    group by f.shipment_line_id
),
lot_sum as (
    select t.shipment_line_id, sum(t.cost) as cost, sum(t.quantity) as quantity,
           coalesce(sum(t.quantity) filter (
               where g.product_id = l.product_id
                 and g.variant_key
                     = coalesce(l.variant_id, '00000000-0000-0000-0000-000000000000')), 0)
               as own_goods
    from shipment_lot t
    join shipment_line l on l.tenant_id = t.tenant_id and l.id = t.shipment_line_id
    left join lot_goods_v g on g.tenant_id = t.tenant_id and g.id = t.lot_id
    where t.tenant_id = $1
    group by t.shipment_line_id
),
-- Lines follow their order's lines, and facts their lines: the quantity of those that do.
shipped_goods as (
    select l.id::text as record, l.quantity,
           case when o.product_id = l.product_id
                     and o.variant_id is not distinct from l.variant_id
                then l.quantity else 0 end as same_goods
    from shipment_line l
    join sales_order_line o on o.tenant_id = l.tenant_id and o.id = l.order_line_id
    where l.tenant_id = $1
),
fact_goods as (
    select f.id::text as record, f.quantity,
           case when l.product_id = f.product_id
                     and l.variant_id is not distinct from f.variant_id
                then f.quantity else 0 end as same_goods
    from sale_fact f
    join shipment_line l on l.tenant_id = f.tenant_id and l.id = f.shipment_line_id
    where f.tenant_id = $1
),
held_goods as (
    select 'order line ' || l.id as record, h.quantity,
           case when h.product_id = l.product_id
                     and h.variant_key
                         = coalesce(l.variant_id, '00000000-0000-0000-0000-000000000000')
                then h.quantity else 0 end as same_goods
    from held_goods_v h
    join sales_order_line l on l.tenant_id = h.tenant_id and l.id = h.order_line_id
    where h.tenant_id = $1
),
-- What an open order's line of goods has: shipped, held, and missed. One that waits for money
-- before goods are held has neither, nor has one for which nothing is ever held.
wanted as (
    select l.id::text as record, l.quantity, l.shipped, o.state,
           coalesce(h.quantity, 0) as held, coalesce(d.quantity, 0) as missed,
           o.state in ('CONFIRMED', 'IN_FULFILMENT') and not p.is_service
               and o.reserve_on <> 'NEVER'
               and not exists (select from awaited_payment_v a
                               where a.tenant_id = o.tenant_id and a.order_id = o.id) as waits
    from sales_order_line l
    join sales_order o on o.tenant_id = l.tenant_id and o.id = l.order_id
    join product_kind_v p on p.tenant_id = l.tenant_id and p.id = l.product_id
    left join (select order_line_id, sum(quantity) as quantity
               from held_goods_v
               where tenant_id = $1
               group by order_line_id) h on h.order_line_id = l.id
    left join demand_v d on d.tenant_id = l.tenant_id and d.order_line_id = l.id
    where l.tenant_id = $1
),
demanded as (
    select 'order line ' || l.id as record, d.quantity,
           case when d.product_id = l.product_id
                     and d.variant_id is not distinct from l.variant_id
                then d.quantity else 0 end as same_goods
    from demand_v d
    join sales_order_line l on l.tenant_id = d.tenant_id and l.id = d.order_line_id
    where d.tenant_id = $1
),
-- A reversed shipment's facts add up to nothing.
fact as (
    select l.id::text as record, h.state = 'POSTED' as stands, l.quantity, l.vat_amount, l.cost,
           case when h.prices_include_vat then l.amount - l.vat_amount else l.amount end as net,
           f.quantity as fact_quantity, f.revenue as fact_revenue, f.vat as fact_vat,
           f.cost as fact_cost, coalesce(t.cost, 0) as lot_cost
    from shipment_line l
    join shipment h on h.tenant_id = l.tenant_id and h.id = l.shipment_id
    left join fact_sum f on f.shipment_line_id = l.id
    left join lot_sum t on t.shipment_line_id = l.id
    where l.tenant_id = $1
      and h.state in ('POSTED', 'REVERSED')
),
-- What landed costs add to sales that stand.
landed as (
    select c.id::text as record, case c.state when 'POSTED' then c.sold_amount else 0 end as amount,
           coalesce(sum(f.cost), 0) as booked
    from landed_cost_v c
    left join sale_fact f on f.tenant_id = c.tenant_id and f.landed_cost_id = c.id
    where c.tenant_id = $1
    group by c.id, c.state, c.sold_amount
),
-- Facts of landed costs on shipments that are undone.
astray as (
    select h.id::text as record, sum(f.cost) as cost
    from sale_fact f
    join shipment h on h.tenant_id = f.tenant_id and h.id = f.shipment_id
    where f.tenant_id = $1 and f.landed_cost_id is not null and h.state = 'REVERSED'
    group by h.id
),
billed as (
    select r.shipment_id, sum(r.amount) as amount
    from receivable_of_shipment_v r
    where r.tenant_id = $1
    group by r.shipment_id
),
credited as (
    select n.shipment_id, sum(n.gross) as amount
    from credit_note n
    where n.tenant_id = $1
      and n.reversed_on is null
    group by n.shipment_id
),
debt as (
    select h.id::text as record, h.gross - coalesce(c.amount, 0) as gross,
           coalesce(b.amount, 0) as amount
    from shipment h
    left join billed b on b.shipment_id = h.id
    left join credited c on c.shipment_id = h.id
    where h.tenant_id = $1
      and h.state = 'POSTED'
)
select 'sales_order_line.shipped' as figure, record, quantity as expected, shipped as found
from ordered
where shipped <> quantity
union all
select 'sales_order_line.shipped_amount', record, amount, shipped_amount
from ordered
where shipped_amount <> amount
union all
select 'sales_order_line.shipped_vat', record, vat, shipped_vat
from ordered
where shipped_vat <> vat
union all
select 'sales_order.net', record, line_net, net
from order_sum
where net <> line_net
union all
select 'sales_order.vat', record, line_vat, vat
from order_sum
where vat <> line_vat
union all
select 'sales_order.shipped_gross', record, line_shipped, shipped_gross
from order_sum
where shipped_gross <> line_shipped
union all
select 'shipment.net', record, line_net, net
from shipment_sum
where net <> line_net
union all
select 'shipment.vat', record, line_vat, vat
from shipment_sum
where vat <> line_vat
union all
select 'shipment.cost', record, line_cost, cost
from shipment_sum
where cost <> line_cost
union all
select 'shipment_line.cost', record, lot_cost, cost
from fact
where cost <> lot_cost
union all
select 'sale_fact.quantity', record, case when stands then quantity else 0 end,
       coalesce(fact_quantity, 0)
from fact
where fact_quantity is distinct from case when stands then quantity else 0 end
union all
select 'sale_fact.revenue', record, case when stands then net else 0 end,
       coalesce(fact_revenue, 0)
from fact
where fact_revenue is distinct from case when stands then net else 0 end
union all
select 'sale_fact.vat', record, case when stands then vat_amount else 0 end, coalesce(fact_vat, 0)
from fact
where fact_vat is distinct from case when stands then vat_amount else 0 end
union all
select 'sale_fact.cost', record, case when stands then cost else 0 end, coalesce(fact_cost, 0)
from fact
where fact_cost is distinct from case when stands then cost else 0 end
union all
select 'landed_cost.sold_amount', 'landed cost ' || record, amount, booked
from landed
where booked <> amount
union all
select 'sale_fact.landed', 'shipment ' || record, 0, cost
from astray
where cost <> 0
union all
select 'shipment_lot.variant', 'shipment line ' || shipment_line_id, quantity, own_goods
from lot_sum
where own_goods <> quantity
union all
select 'shipment_line.variant', record, quantity, same_goods
from shipped_goods
where same_goods <> quantity
union all
select 'sale_fact.variant', record, quantity, same_goods
from fact_goods
where same_goods <> quantity
union all
select 'reservation.variant', record, quantity, same_goods
from held_goods
where same_goods <> quantity
union all
select 'demand.quantity', record, case when waits then quantity - shipped - held else 0 end, missed
from wanted
where missed <> case when waits then quantity - shipped - held else 0 end
union all
select 'demand.variant', record, quantity, same_goods
from demanded
where same_goods <> quantity
union all
select 'receivable.amount', record, gross, amount
from debt
where amount <> gross
union all
-- Documents follow their customer's card; registers do not.
select 'sales_order.merged_customer', o.id::text, 0, 1
from customer_heir_v h
join sales_order o on o.tenant_id = h.tenant_id and o.customer_id = h.id
where h.tenant_id = $1
union all
select 'shipment.merged_customer', s.id::text, 0, 1
from customer_heir_v h
join shipment s on s.tenant_id = h.tenant_id and s.customer_id = h.id
where h.tenant_id = $1
union all
-- A document waits for a request, or is about to move on.
select 'sales_order.waiting', o.id::text, 1, 0
from sales_order o
where o.tenant_id = $1 and o.state = 'PENDING_APPROVAL'
  and not exists (select from approval_waiting_v w
                  where w.tenant_id = o.tenant_id and w.subject_id = o.id)
union all
select 'shipment.waiting', s.id::text, 1, 0
from shipment s
where s.tenant_id = $1 and s.state = 'PENDING_APPROVAL'
  and not exists (select from approval_waiting_v w
                  where w.tenant_id = s.tenant_id and w.subject_id = s.id)
