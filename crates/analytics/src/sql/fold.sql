-- Moves up to $2 facts of tenant $1 from the queue into the sums, and tells how many.
-- One statement: the queue's rows go and the sums grow in the same commit, so no snapshot sees
-- a fact twice or not at all. Lives on sale_fact_delta's and sale_fact's primary keys.
with batch as (
    select d.fact_id
    from sale_fact_delta d
    where d.tenant_id = $1
    order by d.fact_id
    limit $2
    for update skip locked
),
taken as (
    delete from sale_fact_delta d
    using batch b
    where d.tenant_id = $1
      and d.fact_id = b.fact_id
    returning d.fact_id
),
folded as (
    insert into sale_rollup as r
        (tenant_id, dimension, month, key, currency, quantity, revenue, cost, variable_cost,
         facts)
    select $1,
           k.dimension,
           date_trunc('month', f.occurred_on::timestamp)::date,
           coalesce(k.key, '00000000-0000-0000-0000-000000000000'),
           f.currency,
           sum(f.quantity),
           sum(f.revenue),
           sum(f.cost),
           sum(f.variable_cost),
           count(*)
    from taken t
    join sale_fact_v f on f.tenant_id = $1 and f.id = t.fact_id
    cross join lateral (values
        ('TOTAL', null::uuid),
        ('CUSTOMER', f.customer_id),
        ('PRODUCT', f.product_id),
        ('PRODUCT_GROUP', f.product_group_id),
        ('MANAGER', f.manager_id)
    ) k (dimension, key)
    group by 2, 3, 4, 5
    -- Two workers lock rows in one order, so that neither waits for the other in a ring.
    order by 2, 3, 4, 5
    on conflict (tenant_id, dimension, month, key, currency) do update
    set quantity = r.quantity + excluded.quantity,
        revenue = r.revenue + excluded.revenue,
        cost = r.cost + excluded.cost,
        variable_cost = r.variable_cost + excluded.variable_cost,
        facts = r.facts + excluded.facts
)
select count(*) as folded from taken
