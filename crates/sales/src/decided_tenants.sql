-- The tenants that have decided requests whose documents have not moved on, at most $1: jumps from
-- tenant to tenant along approval_request_unfollowed instead of reading the marks.
with recursive marked (tenant_id) as (
    (select d.tenant_id from approval_request d where d.is_unfollowed order by d.tenant_id limit 1)
    union all
    select (select d.tenant_id
            from approval_request d
            where d.is_unfollowed
              and d.tenant_id > m.tenant_id
            order by d.tenant_id
            limit 1)
    from marked m
    where m.tenant_id is not null
)
select m.tenant_id from marked m where m.tenant_id is not null limit $1
