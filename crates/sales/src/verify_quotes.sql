-- What is ordered of a quote's lines equals what its orders name of them, cancelled ones apart; a
-- quote comes to its lines, without the optional ones that nobody chose. Reads the tenant's quotes
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
