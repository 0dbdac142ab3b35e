-- No more comes back than was shipped; returns equal the sums of their lines, lots and facts, and
-- credit notes what they took off debts. Reads the tenant's returns whole: a check that an operator
-- runs, not a request.
with line as (
    select l.id, l.return_id, l.shipment_line_id, l.quantity, l.amount, l.vat_amount, l.cost,
           r.state,
           case when r.prices_include_vat then l.amount - l.vat_amount else l.amount end as net
    from sales_return_line l
    join sales_return r on r.tenant_id = l.tenant_id and r.id = l.return_id
    where l.tenant_id = $1
),
-- What corrections of prices that stand took off.
less as (
    select l.shipment_line_id as id, sum(l.amount) as amount, sum(l.vat_amount) as vat
    from price_correction r
    join price_correction_line l on l.tenant_id = r.tenant_id and l.correction_id = r.id
    where r.tenant_id = $1
      and r.state = 'POSTED'
    group by l.shipment_line_id
),
back as (
    select s.id, s.quantity, s.amount - coalesce(c.amount, 0) as amount,
           s.vat_amount - coalesce(c.vat, 0) as vat_amount, s.cost, sum(l.quantity) as returned,
           sum(l.amount) as returned_amount, sum(l.vat_amount) as returned_vat,
           sum(l.cost) as returned_cost
    from line l
    join shipment_line s on s.tenant_id = $1 and s.id = l.shipment_line_id
    left join less c on c.id = s.id
    where l.state = 'POSTED'
    group by s.id, s.quantity, s.amount, s.vat_amount, s.cost, c.amount, c.vat
),
header as (
    select r.id, r.net, r.vat, r.gross, r.cost, r.state, sum(l.net) as line_net,
           sum(l.vat_amount) as line_vat, sum(l.cost) as line_cost
    from sales_return r
    join line l on l.return_id = r.id
    where r.tenant_id = $1
    group by r.id, r.net, r.vat, r.gross, r.cost, r.state
),
fact as (
    select f.return_line_id as id, sum(f.quantity) as quantity, sum(f.revenue) as revenue,
           sum(f.vat) as vat, sum(f.cost) as cost
    from sale_fact f
    where f.tenant_id = $1
      and f.return_line_id is not null
    group by f.return_line_id
),
lot as (
    select t.return_line_id as id, sum(t.cost) as cost
    from sales_return_lot t
    where t.tenant_id = $1
    group by t.return_line_id
),
-- What a posted line stands for; a reversed one stands for nothing.
standing as (
    select l.id, case when l.state = 'POSTED' then 1 else 0 end as sign, l.quantity, l.net,
           l.vat_amount, l.cost, l.state, f.quantity as fact_quantity, f.revenue as fact_revenue,
           f.vat as fact_vat, f.cost as fact_cost, t.cost as lot_cost
    from line l
    left join fact f on f.id = l.id
    left join lot t on t.id = l.id
    where l.state in ('POSTED', 'REVERSED')
),
credit as (
    select v.credit_note_id as id, sum(v.amount) as amount
    from receivable_of_credit_v v
    where v.tenant_id = $1
    group by v.credit_note_id
),
note as (
    select n.id, r.gross, n.gross as noted, coalesce(c.amount, 0) as amount,
           r.state = 'POSTED' as stands, n.reversed_on is null as unreversed
    from credit_note n
    join sales_return r on r.tenant_id = n.tenant_id and r.id = n.return_id
    left join credit c on c.id = n.id
    where n.tenant_id = $1
)
select 'sales_return_line.quantity' as figure, 'shipment line ' || id as record,
       quantity as expected, returned as found
from back
where returned > quantity
union all
select 'sales_return_line.amount', 'shipment line ' || id, amount, returned_amount
from back
where returned_amount > amount or (returned = quantity and returned_amount <> amount)
union all
select 'sales_return_line.vat_amount', 'shipment line ' || id, vat_amount, returned_vat
from back
where returned_vat > vat_amount or (returned = quantity and returned_vat <> vat_amount)
union all
select 'sales_return_line.cost', 'shipment line ' || id, cost, returned_cost
from back
where returned_cost > cost or (returned = quantity and returned_cost <> cost)
union all
select 'sales_return.net', id::text, line_net, net
from header
where net <> line_net
union all
select 'sales_return.vat', id::text, line_vat, vat
from header
where vat <> line_vat
union all
select 'sales_return.cost', id::text, line_cost, cost
from header
where state in ('POSTED', 'REVERSED')
  and cost is distinct from line_cost
union all
select 'sale_fact.returned_quantity', id::text, -sign * quantity, coalesce(fact_quantity, 0)
from standing
where fact_quantity is distinct from -sign * quantity
union all
select 'sale_fact.returned_revenue', id::text, -sign * net, coalesce(fact_revenue, 0)
from standing
where fact_revenue is distinct from -sign * net
union all
select 'sale_fact.returned_vat', id::text, -sign * vat_amount, coalesce(fact_vat, 0)
from standing
where fact_vat is distinct from -sign * vat_amount
union all
select 'sale_fact.returned_cost', id::text, -sign * cost, coalesce(fact_cost, 0)
from standing
where fact_cost is distinct from -sign * cost
union all
select 'sales_return_lot.cost', id::text, cost, coalesce(lot_cost, 0)
from standing
where coalesce(lot_cost, 0) <> cost
union all
select 'credit_note.gross', id::text, gross, noted
from note
where noted <> gross
union all
select 'credit_note.stands', id::text, case when stands then 1 else 0 end,
       case when unreversed then 1 else 0 end
from note
where stands <> unreversed
union all
select 'receivable_item.credited', id::text, case when stands then -noted else 0 end, amount
from note
where amount <> case when stands then -noted else 0 end
union all
select 'sales_return.merged_customer', r.id::text, 0, 1
from customer_heir_v h
join sales_return r on r.tenant_id = h.tenant_id and r.customer_id = h.id
where h.tenant_id = $1
