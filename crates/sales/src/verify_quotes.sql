-- What is ordered of a quote's lines equals what its orders name of them, cancelled ones apart; a
-- quote comes to its lines, without the optional ones that nobody chose; quotes and agreements that
-- wait are asked about. Reads the tenant's quotes
-- whole: a check that an operator runs, not a request.
with named as (
    select l.quote_line_id as id, sum(l.quantity) as quantity
    from sales_order_line l
    join sales_order o on o.tenant_id = l.tenant_id and o.id = l.order_id
    where l.tenant_id = $1
      and l.quote_line_id is not null
      and o.state <> 'CANCELLED'
    group by l.quote_line_id
),
summed as (
    select q.id, q.gross,
           coalesce(sum(l.amount + case when q.prices_include_vat then 0 else l.vat_amount end)
                    filter (where not l.is_optional or l.is_chosen), 0) as lines
    from sales_quote q
    left join sales_quote_line l on l.tenant_id = q.tenant_id and l.quote_id = q.id
    where q.tenant_id = $1
    group by q.id, q.gross
)
select 'sales_quote_line.ordered' as figure, l.id::text as record,
       coalesce(n.quantity, 0) as expected, l.ordered as found
from sales_quote_line l
left join named n on n.id = l.id
where l.tenant_id = $1
  and l.ordered <> coalesce(n.quantity, 0)
union all
select 'sales_quote.gross', s.id::text, s.lines, s.gross
from summed s
where s.gross <> s.lines
union all
select 'sales_order_line.quote_line_id', l.id::text, 0, 1
from sales_order_line l
join sales_order o on o.tenant_id = l.tenant_id and o.id = l.order_id
join sales_quote_line q on q.tenant_id = l.tenant_id and q.id = l.quote_line_id
where l.tenant_id = $1
  and o.quote_id is distinct from q.quote_id
union all
select 'sales_quote.merged_customer', q.id::text, 0, 1
from customer_heir_v h
join sales_quote q on q.tenant_id = h.tenant_id and q.customer_id = h.id
where h.tenant_id = $1
union all
-- What waits does so for a request, or is about to move on.
select 'sales_quote.waiting', q.id::text, 1, 0
from sales_quote q
where q.tenant_id = $1 and q.state = 'PENDING_APPROVAL'
  and not exists (select from approval_waiting_v w
                  where w.tenant_id = q.tenant_id and w.subject_id = q.id)
union all
select 'agreement.waiting', a.id::text, 1, 0
from agreement_name_v a
where a.tenant_id = $1 and a.state = 'PENDING_APPROVAL'
  and not exists (select from approval_waiting_v w
                  where w.tenant_id = a.tenant_id and w.subject_id = a.id)
