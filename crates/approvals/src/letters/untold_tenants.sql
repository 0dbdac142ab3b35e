-- The tenants that have marked requests, or deputies whose first day has come by $2, at most $1:
-- jumps from tenant to tenant along approval_request_untold; appointments that nobody has been told
-- of are few, those of the days to come.
with recursive marked (tenant_id) as (
    (select d.tenant_id
     from approval_request d
     where d.is_untold and d.state = 'PENDING'
     order by d.tenant_id
     limit 1)
    union all
    select (select d.tenant_id
            from approval_request d
            where d.is_untold and d.state = 'PENDING'
              and d.tenant_id > m.tenant_id
            order by d.tenant_id
            limit 1)
    from marked m
    where m.tenant_id is not null
)
select m.tenant_id
from marked m
where m.tenant_id is not null
union
select y.tenant_id
from approval_deputy y
join tenant t on t.tenant_id = y.tenant_id
where y.is_untold and y.ended_at is null
  and y.valid_from <= ($2::timestamptz at time zone t.time_zone)::date
  and y.valid_to >= ($2::timestamptz at time zone t.time_zone)::date
limit $1
