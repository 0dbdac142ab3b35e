-- Sums of tenant $1 that differ from its register: what the rollups and the queue say together
-- against all of sale_fact, for every dimension, month, key and currency; at most $2 figures.
-- Reads the whole register once; a check, not a request.
with facts as materialized (
    select date_trunc('month', f.occurred_on::timestamp)::date as month,
           f.customer_id, f.product_id, f.product_group_id, f.manager_id, f.currency,
           sum(f.quantity) as quantity, sum(f.revenue) as revenue, sum(f.cost) as cost,
           sum(f.variable_cost) as variable_cost, count(*) as facts,
           grouping(f.customer_id, f.product_id, f.product_group_id, f.manager_id) as left_out
    from sale_fact_v f
    where f.tenant_id = $1
    group by date_trunc('month', f.occurred_on::timestamp)::date, f.currency,
             grouping sets (
                 (), (f.customer_id), (f.product_id), (f.product_group_id), (f.manager_id))
),
expected as (
    select case f.left_out
               when 15 then 'TOTAL'
               when 7 then 'CUSTOMER'
               when 11 then 'PRODUCT'
               when 13 then 'PRODUCT_GROUP'
               else 'MANAGER'
           end as dimension,
           f.month,
           coalesce(f.customer_id, f.product_id, f.product_group_id, f.manager_id,
                    '00000000-0000-0000-0000-000000000000') as key,
           f.currency, f.quantity, f.revenue, f.cost, f.variable_cost, f.facts
    from facts f
),
held as (
    select h.dimension, h.month, h.key, h.currency, sum(h.quantity) as quantity,
           sum(h.revenue) as revenue, sum(h.cost) as cost,
           sum(h.variable_cost) as variable_cost, sum(h.facts) as facts
    from (
        select r.dimension, r.month, r.key, r.currency, r.quantity, r.revenue, r.cost,
               r.variable_cost, r.facts
        from sale_rollup r
        where r.tenant_id = $1
        union all
        select k.dimension,
               date_trunc('month', f.occurred_on::timestamp)::date,
               coalesce(k.key, '00000000-0000-0000-0000-000000000000'),
               f.currency, f.quantity, f.revenue, f.cost, f.variable_cost, 1
        from sale_fact_delta d
        join sale_fact_v f on f.tenant_id = d.tenant_id and f.id = d.fact_id
        cross join lateral (values
            ('TOTAL', null::uuid),
            ('CUSTOMER', f.customer_id),
            ('PRODUCT', f.product_id),
            ('PRODUCT_GROUP', f.product_group_id),
            ('MANAGER', f.manager_id)
        ) k (dimension, key)
        where d.tenant_id = $1
    ) h
    group by 1, 2, 3, 4
)
select 'sale_rollup.' || c.figure as figure,
       concat_ws(' ', dimension, key, month, currency) as record,
       coalesce(c.expected, 0) as expected,
       coalesce(c.found, 0) as found
from held h
full join expected e using (dimension, month, key, currency)
cross join lateral (values
    ('quantity', e.quantity, h.quantity),
    ('revenue', e.revenue, h.revenue),
    ('cost', e.cost, h.cost),
    ('variable_cost', e.variable_cost, h.variable_cost),
    ('facts', e.facts::numeric, h.facts)
) c (figure, expected, found)
where c.expected is distinct from c.found
order by dimension, month, key, currency, c.figure
limit $2
