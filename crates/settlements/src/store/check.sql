-- Where do open amounts differ from the registers? Answers with every difference of a tenant;
-- reads the registers once each, by tenant. For the checker, not for requests.
--
-- $1 tenant, $2 how many differences at most.
with debt as (
    select coalesce(i.reverses, i.id) as id, sum(i.amount) as amount
    from receivable_item i
    where i.tenant_id = $1
    group by 1
), settled as (
    select a.receivable_id as id, sum(a.amount) as amount
    from allocation a
    where a.tenant_id = $1
    group by 1
), money as (
    select e.payment_id as id, sum(e.amount) as amount
    from payment_entry e
    where e.tenant_id = $1
    group by 1
), used as (
    select a.payment_id as id, sum(a.amount) as amount
    from allocation a
    where a.tenant_id = $1
    group by 1
), found as (
    select 'receivable_balance.amount' as what, d.id, d.amount as expected, b.amount as found
    from debt d
    left join receivable_balance b on b.tenant_id = $1 and b.receivable_id = d.id
    union all
    select 'receivable_balance.open', d.id, d.amount - coalesce(s.amount, 0), b.open
    from debt d
    left join settled s on s.id = d.id
    left join receivable_balance b on b.tenant_id = $1 and b.receivable_id = d.id
    union all
    select 'payment_balance.open', m.id, m.amount - coalesce(u.amount, 0), b.open
    from money m
    left join used u on u.id = m.id
    left join payment_balance b on b.tenant_id = $1 and b.payment_id = m.id
    union all
    select 'payment.amount', p.id,
           case when p.state = 'POSTED' then p.amount else 0 end, coalesce(m.amount, 0)
    from payment p
    left join money m on m.id = p.id
    where p.tenant_id = $1
    union all
    -- Open amounts and payments are the register's customer's, or his heir's since a merging.
    select c.what, c.id, 0, 1
    from (
        select 'receivable_balance.customer' as what, i.id, i.customer_id as posted,
               b.customer_id as now
        from receivable_balance b
        join receivable_item i on i.tenant_id = $1 and i.id = b.receivable_id
        where b.tenant_id = $1
        union all
        select 'payment_balance.customer', p.id, p.customer_id, b.customer_id
        from payment_balance b
        join payment p on p.tenant_id = $1 and p.id = b.payment_id
        where b.tenant_id = $1
        union all
        select 'payment.customer', p.id, e.customer_id, p.customer_id
        from payment_entry e
        join payment p on p.tenant_id = $1 and p.id = e.payment_id
        where e.tenant_id = $1
        union all
        select 'awaited_payment.customer', w.order_id, w.customer_id, w.customer_id
        from awaited_payment w
        where w.tenant_id = $1
    ) c
    left join customer_heir_v h on h.tenant_id = $1 and h.id = c.posted
    where c.now <> coalesce(h.heir_id, c.posted)
)
select f.what as figure, f.id::text as record, f.expected, coalesce(f.found, 0) as found
from found f
where f.found is distinct from f.expected
order by f.what, f.id
limit $2
