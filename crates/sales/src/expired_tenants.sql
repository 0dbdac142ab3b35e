-- The tenants that have orders whose goods were held until a time before $2, at most $1: jumps from
-- tenant to tenant along reservation_expiry_due instead of reading the times.
with recursive noted (tenant_id) as (
    (select e.tenant_id from reservation_expiry e order by e.tenant_id limit 1)
    union all
    select (select e.tenant_id
            from reservation_expiry e
            where e.tenant_id > n.tenant_id
            order by e.tenant_id
            limit 1)
    from noted n
    where n.tenant_id is not null
)
select n.tenant_id
from noted n
where n.tenant_id is not null
  and exists (select from reservation_expiry e
              where e.tenant_id = n.tenant_id and e.expires_at <= $2)
limit $1
