-- How old is what customers owe: by customer and currency, in buckets by days overdue, with the
-- advances that stand against it; as of a business date and as known at a recorded time.
--
-- A debt or an advance whose rows are all dated and recorded by then is open then as it is now,
-- so its balance is read; one that has moved since is added up anew from the registers. So
-- today's ageing reads what is open and no more. Rows of registers are joined and not summed debt
-- by debt: sums over customers need no more, and where much has moved the planner reads a register
-- whole. Lives on receivable_balance_open_due, _occurred, _recorded, on payment_balance_open,
-- _occurred, _recorded, and on the registers' keys.
--
-- $1 tenant, $2 as of, $3 known at (null: all that is known), $4 managers (null: all),
-- $5 customer (null: all), $6 how many rows. Totals by currency come first, without a customer.
with debt as (
    select b.receivable_id, b.customer_id, b.currency, b.due_on
    from receivable_balance b
    where b.tenant_id = $1
      and (b.last_occurred_on > $2 or b.last_recorded_at > $3::timestamptz)
      and b.occurred_on <= $2
      and ($4::uuid[] is null or b.manager_id = any ($4))
      and ($5::uuid is null or b.customer_id = $5)
), owed as (
    select b.customer_id, b.currency, $2::date - b.due_on as days, b.open
    from receivable_balance b
    where b.tenant_id = $1
      and b.open_cents > 0
      and b.last_occurred_on <= $2
      and ($3::timestamptz is null or b.last_recorded_at <= $3)
      and ($4::uuid[] is null or b.manager_id = any ($4))
      and ($5::uuid is null or b.customer_id = $5)
    union all
    select d.customer_id, d.currency, $2::date - d.due_on, x.amount
    from debt d
    join receivable_item x on x.tenant_id = $1 and x.id = d.receivable_id
    where x.occurred_on <= $2
      and ($3::timestamptz is null or x.recorded_at <= $3)
    union all
    select d.customer_id, d.currency, $2::date - d.due_on, x.amount
    from debt d
    join receivable_item x on x.tenant_id = $1 and x.reverses = d.receivable_id
    where x.occurred_on <= $2
      and ($3::timestamptz is null or x.recorded_at <= $3)
    union all
    select d.customer_id, d.currency, $2::date - d.due_on, -x.amount
    from debt d
    join allocation x on x.tenant_id = $1 and x.receivable_id = d.receivable_id
    where x.occurred_on <= $2
      and ($3::timestamptz is null or x.recorded_at <= $3)
), money as (
    select b.payment_id, b.customer_id, b.currency
    from payment_balance b
    where b.tenant_id = $1
      and (b.last_occurred_on > $2 or b.last_recorded_at > $3::timestamptz)
      and b.date <= $2
      and ($4::uuid[] is null or b.manager_id = any ($4))
      and ($5::uuid is null or b.customer_id = $5)
), advance as (
    select b.customer_id, b.currency, b.open
    from payment_balance b
    where b.tenant_id = $1
      and b.open_cents > 0
      and b.last_occurred_on <= $2
      and ($3::timestamptz is null or b.last_recorded_at <= $3)
      and ($4::uuid[] is null or b.manager_id = any ($4))
      and ($5::uuid is null or b.customer_id = $5)
    union all
    select m.customer_id, m.currency, x.amount
    from money m
    join payment_entry x on x.tenant_id = $1 and x.payment_id = m.payment_id
    where x.occurred_on <= $2
      and ($3::timestamptz is null or x.recorded_at <= $3)
    union all
    select m.customer_id, m.currency, -x.amount
    from money m
    join allocation x on x.tenant_id = $1 and x.payment_id = m.payment_id
    where x.occurred_on <= $2
      and ($3::timestamptz is null or x.recorded_at <= $3)
), part as (
    select o.customer_id, o.currency,
           case when o.days <= 0 then o.open else 0 end as not_due,
           case when o.days between 1 and 30 then o.open else 0 end as days_1_30,
           case when o.days between 31 and 60 then o.open else 0 end as days_31_60,
           case when o.days between 61 and 90 then o.open else 0 end as days_61_90,
           case when o.days > 90 then o.open else 0 end as over_90,
           o.open as total,
           0 as advances
    from owed o
    union all
    select a.customer_id, a.currency, 0, 0, 0, 0, 0, 0, a.open
    from advance a
)
select p.customer_id, p.currency,
       sum(p.not_due)::numeric(28, 2) as not_due,
       sum(p.days_1_30)::numeric(28, 2) as days_1_30,
       sum(p.days_31_60)::numeric(28, 2) as days_31_60,
       sum(p.days_61_90)::numeric(28, 2) as days_61_90,
       sum(p.over_90)::numeric(28, 2) as over_90,
       sum(p.total)::numeric(28, 2) as total,
       sum(p.advances)::numeric(28, 2) as advances
from part p
group by grouping sets ((p.currency), (p.customer_id, p.currency))
having sum(p.total) <> 0 or sum(p.advances) <> 0
order by p.customer_id is not null, sum(p.total) desc, p.currency, p.customer_id
limit $6
