-- The tenants that have facts to fold, at most $1: jumps from tenant to tenant along the queue's
-- primary key instead of reading the queue.
with recursive waiting (tenant_id) as (
    (select d.tenant_id from sale_fact_delta d order by d.tenant_id limit 1)
    union all
    select (select d.tenant_id
            from sale_fact_delta d
            where d.tenant_id > w.tenant_id
            order by d.tenant_id
            limit 1)
    from waiting w
    where w.tenant_id is not null
)
select w.tenant_id from waiting w where w.tenant_id is not null limit $1
