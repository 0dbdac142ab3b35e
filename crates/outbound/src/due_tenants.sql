-- The tenants that have letters to send by $2, at most $1: jumps from tenant to tenant along
-- outgoing_mail_due instead of reading the letters.
with recursive waiting (tenant_id) as (
    (select m.tenant_id from outgoing_mail m where m.state = 'WAITING' order by m.tenant_id limit 1)
    union all
    select (select m.tenant_id
            from outgoing_mail m
            where m.state = 'WAITING' and m.tenant_id > w.tenant_id
            order by m.tenant_id
            limit 1)
    from waiting w
    where w.tenant_id is not null
)
select w.tenant_id
from waiting w
where w.tenant_id is not null
  and exists (select from outgoing_mail m
              where m.tenant_id = w.tenant_id and m.state = 'WAITING' and m.due_at <= $2)
limit $1
