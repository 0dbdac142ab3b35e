-- Which landed costs differ from what they were spread over, and from what they made goods dearer
-- by? A check that an operator runs, not a request.
with shared as (
    select l.document_id, sum(l.amount) as amount
    from landed_cost_line l
    where l.tenant_id = $1
    group by l.document_id
),
spread as (
    select p.document_id, sum(p.amount) as amount,
           coalesce(sum(p.amount) filter (where p.warehouse_id is not null), 0) as stock,
           coalesce(sum(p.amount) filter (where p.shipment_line_id is not null), 0) as sold
    from landed_cost_part p
    where p.tenant_id = $1
    group by p.document_id
),
in_lines as (
    select p.line_id, sum(p.amount) as amount
    from landed_cost_part p
    where p.tenant_id = $1
    group by p.line_id
),
raised as (
    select m.document_id, sum(m.value) filter (where m.kind = 'REVALUATION') as up,
           sum(m.value) as still
    from stock_movement m
    where m.tenant_id = $1 and m.document_kind = 'LandedCost'
    group by m.document_id
),
cost as (
    select 'landed cost ' || c.id as record, c.state, c.base_amount, c.stock_amount, c.sold_amount,
           coalesce(h.amount, 0) as shared, coalesce(s.amount, 0) as spread,
           coalesce(s.stock, 0) as stock, coalesce(s.sold, 0) as sold,
           coalesce(r.up, 0) as up, coalesce(r.still, 0) as still
    from landed_cost c
    left join shared h on h.document_id = c.id
    left join spread s on s.document_id = c.id
    left join raised r on r.document_id = c.id
    where c.tenant_id = $1 and c.posted_on is not null
)
select 'landed_cost.base_amount' as figure, record, base_amount as expected, shared as found
from cost
where shared <> base_amount
union all
select 'landed_cost_part.amount', record, base_amount, spread
from cost
where spread <> base_amount
union all
select 'landed_cost.stock_amount', record, stock_amount, stock
from cost
where stock <> stock_amount
union all
select 'landed_cost.sold_amount', record, sold_amount, sold
from cost
where sold <> sold_amount
union all
select 'landed_cost.revaluation', record, stock_amount, up
from cost
where up <> stock_amount
union all
select 'landed_cost.standing', record, case state when 'POSTED' then stock_amount else 0 end, still
from cost
where still <> case state when 'POSTED' then stock_amount else 0 end
union all
select 'landed_cost_line.amount', 'landed cost line ' || l.id, l.amount, coalesce(i.amount, 0)
from landed_cost_line l
left join in_lines i on i.line_id = l.id
where l.tenant_id = $1 and l.amount is not null and l.amount <> coalesce(i.amount, 0)
order by figure, record
