-- The tenants that have quotes whose last day is over at the moment $2 in their time zones, at most
-- $1: jumps from tenant to tenant along sales_quote_open instead of reading the quotes.
with recursive open (tenant_id) as (
    (select q.tenant_id from sales_quote q where q.state = 'SENT' order by q.tenant_id limit 1)
    union all
    select (select q.tenant_id
            from sales_quote q
            where q.state = 'SENT' and q.tenant_id > o.tenant_id
            order by q.tenant_id
            limit 1)
    from open o
    where o.tenant_id is not null
)
select o.tenant_id
from open o
join tenant t on t.tenant_id = o.tenant_id
where exists (select from sales_quote q
              where q.tenant_id = o.tenant_id and q.state = 'SENT'
                and q.valid_until < ($2::timestamptz at time zone t.time_zone)::date)
limit $1
