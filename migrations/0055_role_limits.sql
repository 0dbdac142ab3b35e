-- The largest discount that a role gives: to those who have no limit of their own, and of several
-- roles the largest.

alter table tenant_role
    add column max_discount numeric(7,4),
    add constraint tenant_role_max_discount check (max_discount between 0 and 100);

create function discount_limit(tenant uuid, person uuid, own numeric) returns numeric
language sql stable as $$
    select coalesce(
        own,
        (select max(t.max_discount)
         from user_role r
         join tenant_role t on t.tenant_id = r.tenant_id and t.name = r.role
         where r.tenant_id = tenant and r.user_id = person))
$$;
revoke all on function discount_limit(uuid, uuid, numeric) from public;
grant execute on function discount_limit(uuid, uuid, numeric) to oborot_app;

create or replace view seller_v with (security_invoker = true) as
    select tenant_id, id, name, department_id,
           discount_limit(tenant_id, id, max_discount)::numeric(7,4) as max_discount, active
    from app_user;
