-- The tenants that have paid orders whose goods are not held, at most $1: jumps from tenant to
-- tenant along awaited_payment_paid instead of reading the marks.
with recursive marked (tenant_id) as (
    (select w.tenant_id from awaited_payment w where w.paid order by w.tenant_id limit 1)
    union all
    select (select w.tenant_id
            from awaited_payment w
            where w.paid
              and w.tenant_id > m.tenant_id
            order by w.tenant_id
            limit 1)
    from marked m
    where m.tenant_id is not null
)
select m.tenant_id from marked m where m.tenant_id is not null limit $1
