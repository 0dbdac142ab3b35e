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
), came as (
    select e.payment_id as id, sum(e.amount) as amount
    from payment_entry e
    where e.tenant_id = $1
      and e.refund_id is null
    group by 1
), gone as (
    select e.refund_id as id, -sum(e.amount) as amount
    from payment_entry e
    where e.tenant_id = $1
      and e.refund_id is not null
    group by 1
), brought as (
    select r.invoice_id as id, sum(r.amount) as amount
    from invoice_payment r
    where r.tenant_id = $1
    group by 1
), invoiced as (
    select l.invoice_id as id, sum(l.net) as net, sum(l.vat) as vat
    from invoice_line l
    where l.tenant_id = $1
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
           case when p.state = 'POSTED' then p.amount else 0 end, coalesce(c.amount, 0)
    from payment p
    left join came c on c.id = p.id
    where p.tenant_id = $1
    union all
    -- What refunds that stand took of payments; of reversed payments none stands.
    select 'refund.amount', f.id, case when f.state = 'POSTED' then f.amount else 0 end,
           coalesce(g.amount, 0)
    from refund f
    left join gone g on g.id = f.id
    where f.tenant_id = $1
    union all
    select 'refund.of_reversed_payment', e.payment_id, 0, -sum(e.amount)
    from payment_entry e
    join payment p on p.tenant_id = $1 and p.id = e.payment_id and p.state = 'REVERSED'
    where e.tenant_id = $1
      and e.refund_id is not null
    group by e.payment_id
    union all
    select 'invoice.paid', i.id, coalesce(r.amount, 0), i.paid
    from invoice i
    left join brought r on r.id = i.id
    where i.tenant_id = $1
    union all
    select 'invoice.net', i.id, coalesce(l.net, 0), i.net
    from invoice i
    left join invoiced l on l.id = i.id
    where i.tenant_id = $1
    union all
    select 'invoice.vat', i.id, coalesce(l.vat, 0), i.vat
    from invoice i
    left join invoiced l on l.id = i.id
    where i.tenant_id = $1
    union all
    -- No payment brings invoices more than it has, nor anything once it is reversed.
    select 'invoice_payment.amount', p.id, least(b.amount, p.whole), b.amount
    from (
        select p.id, case when p.state = 'POSTED' then p.amount else 0 end as whole
        from payment p
        where p.tenant_id = $1
    ) p
    join (
        select r.payment_id as id, sum(r.amount) as amount
        from invoice_payment r
        where r.tenant_id = $1
        group by 1
    ) b on b.id = p.id
    union all
    select 'bank_line.payment', l.id, 1, 0
    from bank_line l
    join payment p on p.tenant_id = $1 and p.id = l.payment_id
    where l.tenant_id = $1
      and (p.amount <> l.amount or p.currency <> l.currency or p.date <> l.date
           or p.organization_id <> l.organization_id)
    union all
    -- What settles a debt in a foreign currency now, at both rates.
    select 'exchange_difference.amount', x.receivable_id, x.expected, x.booked
    from (
        select i.id as receivable_id,
               sum(case when p.date <= i.occurred_on then 0
                        else round(s.amount * p.rate, 2) - round(s.amount * i.rate, 2)
                   end) as expected,
               coalesce(max(d.amount), 0) as booked
        from (
            select a.payment_id, a.receivable_id, sum(a.amount) as amount
            from allocation a
            where a.tenant_id = $1
            group by 1, 2
        ) s
        join payment p on p.tenant_id = $1 and p.id = s.payment_id and p.rate is not null
        join receivable_item i
          on i.tenant_id = $1 and i.id = s.receivable_id and i.rate is not null
        left join (
            select e.receivable_id, sum(e.amount) as amount
            from exchange_difference e
            where e.tenant_id = $1
            group by 1
        ) d on d.receivable_id = i.id
        group by i.id
    ) x
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
        select 'refund.customer', f.id, e.customer_id, f.customer_id
        from payment_entry e
        join refund f on f.tenant_id = $1 and f.id = e.refund_id
        where e.tenant_id = $1
        union all
        select 'invoice.customer', i.id, i.customer_id, i.customer_id
        from invoice i
        where i.tenant_id = $1
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
