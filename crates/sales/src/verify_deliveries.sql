-- What is booked of deliveries equals the register of costs, and that the facts that reports add up;
-- nothing is booked before a delivery sets off, and all of its cost from then on. Reads the tenant's
-- deliveries whole: a check that an operator runs, not a request.
with cost as (
    select c.delivery_id as id, sum(c.amount) as amount
    from variable_cost c
    where c.tenant_id = $1
    group by c.delivery_id
),
held as (
    select d.id, d.booked, coalesce(c.amount, 0) as amount,
           case when d.attempts > 0 then coalesce(d.cost, 0) else 0 end as due
    from delivery d
    left join cost c on c.id = d.id
    where d.tenant_id = $1
),
fact as (
    select f.variable_cost_id as id, sum(f.variable_cost) as amount
    from sale_fact f
    where f.tenant_id = $1
      and f.variable_cost_id is not null
    group by f.variable_cost_id
),
spread as (
    select c.id, c.amount, coalesce(f.amount, 0) as facts
    from variable_cost c
    left join fact f on f.id = c.id
    where c.tenant_id = $1
)
select 'delivery.booked' as figure, id::text as record, amount as expected, booked as found
from held
where booked <> amount
union all
select 'delivery.cost', id::text, due, booked
from held
where booked <> due
union all
select 'sale_fact.variable_cost', id::text, amount, facts
from spread
where facts <> amount
union all
select 'delivery.customer', d.id::text, 0, 1
from delivery d
join shipment h on h.tenant_id = d.tenant_id and h.id = d.shipment_id
where d.tenant_id = $1
  and d.customer_id <> h.customer_id
