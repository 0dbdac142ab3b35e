-- Price corrections equal the sums of their lines, their facts and what their credit notes took off
-- debts; no line of a sale becomes cheaper than nothing, returns of it counted. Reads the tenant's
-- corrections whole: a check that an operator runs, not a request.
with line as (
    select l.id, l.correction_id, l.shipment_line_id, l.amount, l.vat_amount, r.state,
           case when r.prices_include_vat then l.amount - l.vat_amount else l.amount end as net
    from price_correction_line l
    join price_correction r on r.tenant_id = l.tenant_id and r.id = l.correction_id
    where l.tenant_id = $1
),
header as (
    select r.id, r.net, r.vat, r.gross, sum(l.net) as line_net, sum(l.vat_amount) as line_vat
    from price_correction r
    join line l on l.correction_id = r.id
    where r.tenant_id = $1
    group by r.id, r.net, r.vat, r.gross
),
less as (
    select l.shipment_line_id as id, sum(l.amount) as amount, sum(l.vat_amount) as vat
    from line l
    where l.state = 'POSTED'
    group by l.shipment_line_id
),
back as (
    select b.shipment_line_id as id, sum(b.amount) as amount, sum(b.vat_amount) as vat
    from sales_return_line b
    join sales_return r on r.tenant_id = b.tenant_id and r.id = b.return_id
    where b.tenant_id = $1
      and r.state = 'POSTED'
    group by b.shipment_line_id
),
sold as (
    select s.id, s.amount, s.vat_amount as vat, l.amount + coalesce(b.amount, 0) as taken,
           l.vat + coalesce(b.vat, 0) as taken_vat
    from less l
    join shipment_line s on s.tenant_id = $1 and s.id = l.id
    left join back b on b.id = s.id
),
fact as (
    select f.correction_line_id as id, sum(f.revenue) as revenue, sum(f.vat) as vat
    from sale_fact f
    where f.tenant_id = $1
      and f.correction_line_id is not null
    group by f.correction_line_id
),
-- What a posted line stands for; a reversed one stands for nothing.
standing as (
    select l.id, case when l.state = 'POSTED' then 1 else 0 end as sign, l.net, l.vat_amount,
           f.revenue as fact_revenue, f.vat as fact_vat
    from line l
    left join fact f on f.id = l.id
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
    join price_correction r on r.tenant_id = n.tenant_id and r.id = n.correction_id
    left join credit c on c.id = n.id
    where n.tenant_id = $1
)
select 'price_correction.net' as figure, id::text as record, line_net as expected, net as found
from header
where net <> line_net
union all
select 'price_correction.vat', id::text, line_vat, vat
from header
where vat <> line_vat
union all
select 'price_correction_line.amount', 'shipment line ' || id, amount, taken
from sold
where taken > amount
union all
select 'price_correction_line.vat_amount', 'shipment line ' || id, vat, taken_vat
from sold
where taken_vat > vat
union all
select 'sale_fact.corrected_revenue', id::text, -sign * net, coalesce(fact_revenue, 0)
from standing
where fact_revenue is distinct from -sign * net
union all
select 'sale_fact.corrected_vat', id::text, -sign * vat_amount, coalesce(fact_vat, 0)
from standing
where fact_vat is distinct from -sign * vat_amount
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
select 'price_correction.merged_customer', r.id::text, 0, 1
from customer_heir_v h
join price_correction r on r.tenant_id = h.tenant_id and r.customer_id = h.id
where h.tenant_id = $1
