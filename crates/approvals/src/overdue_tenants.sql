-- The tenants that have open steps to escalate before $2, at most $1: jumps from tenant to tenant
-- along approval_step_due instead of reading the times.
with recursive noted (tenant_id) as (
    (select p.tenant_id
     from approval_step p
     where p.state = 'OPEN' and p.escalated_at is null
     order by p.tenant_id
     limit 1)
    union all
    select (select p.tenant_id
            from approval_step p
            where p.state = 'OPEN' and p.escalated_at is null
              and p.tenant_id > n.tenant_id
            order by p.tenant_id
            limit 1)
    from noted n
    where n.tenant_id is not null
)
select n.tenant_id
from noted n
where n.tenant_id is not null
  and exists (select from approval_step p
              where p.tenant_id = n.tenant_id and p.state = 'OPEN' and p.escalated_at is null
                and p.escalates_at <= $2)
limit $1
