-- Open orders of tenant $1 in currency $2 by state, on day $3, of managers $4 and customer $5
-- (null: any). Confirmed and not completed, so few: the index sales_order_in_state.
select o.state,
       count(*) as orders,
       coalesce(sum(o.gross), 0) as amount,
       coalesce(sum(o.gross - o.shipped_gross), 0) as to_ship,
       count(*) filter (where o.requested_ship_date < $3) as late_orders,
       coalesce(sum(o.gross - o.shipped_gross)
                    filter (where o.requested_ship_date < $3), 0) as late
from open_order_v o
where o.tenant_id = $1
  and o.currency = $2
  and ($4::uuid[] is null or o.manager_id = any($4))
  and ($5::uuid is null or o.customer_id = $5)
group by o.state
order by o.state
