-- A sales report of tenant $1 in currency $2: its first $3 rows, and a row of totals (place 0)
-- for each currency met, over all rows and not only the first.
-- The words in braces are filled in: source is what is added up, from the rollups, the queue and
-- the register, whichever the question needs (report/source.rs says which and on which index);
-- keys and groups are the dimensions asked for, null where not; heirs leads from the customer of
-- the posting to the card that stands for it now; order ends with all keys.
with source as (
    {source}
),
grouped as materialized (
    select {keys},
           s.currency,
           sum(s.quantity) as quantity,
           sum(s.revenue) as revenue,
           sum(s.cost) as cost,
           sum(s.variable_cost) as variable_cost,
           sum(s.revenue) - sum(s.cost) as profit,
           sum(s.revenue) - sum(s.cost) - sum(s.variable_cost) as contribution,
           (sum(s.revenue) - sum(s.cost)) / nullif(sum(s.revenue), 0) as margin
    from source s{heirs}
    group by {groups}
    -- What was added and taken away again was never sold.
    having sum(s.facts) > 0
),
first_rows as (
    select g.month, g.customer_id, g.product_id, g.product_group_id, g.manager_id, g.variant_id,
           g.currency, g.quantity, g.revenue, g.cost, g.variable_cost, g.profit, g.contribution,
           g.margin
    from grouped g
    where g.currency = $2
    order by {order}
    limit $3
),
placed as (
    select row_number() over (order by {order}) as place,
           g.month, g.customer_id, g.product_id, g.product_group_id, g.manager_id, g.variant_id,
           g.currency, g.quantity, g.revenue, g.cost, g.variable_cost
    from first_rows g
)
select p.place, p.month, p.customer_id, c.name as customer_name, p.product_id,
       n.sku as product_sku, n.name as product_name, p.product_group_id, pg.name as group_name,
       p.manager_id, u.name as manager_name, p.variant_id, v.sku as variant_sku,
       v.name as variant_name, p.currency, p.quantity, p.revenue, p.cost,
       p.variable_cost, 1::bigint as rows
from placed p
left join customer_name_v c on c.tenant_id = $1 and c.id = p.customer_id
left join product_name_v n on n.tenant_id = $1 and n.id = p.product_id
left join product_group_name_v pg on pg.tenant_id = $1 and pg.id = p.product_group_id
left join user_name_v u on u.tenant_id = $1 and u.id = p.manager_id
left join product_variant_v v on v.tenant_id = $1 and v.id = p.variant_id
union all
select 0, null, null, null, null, null, null, null, null, null, null, null, null, null, t.currency,
       sum(t.quantity), sum(t.revenue), sum(t.cost), sum(t.variable_cost), count(*)
from grouped t
group by t.currency
order by 1
