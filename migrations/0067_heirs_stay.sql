-- Whoever takes over from a colleague stays until he has it all: he is neither shut out nor handed
-- over himself, or records would go to somebody who has left. In the database, since accounts know
-- nothing of records. What changes rights runs one after another in a tenant, so that none of these
-- misses another.
create function refuse_heir() returns trigger
language plpgsql as $$
begin
    if exists (
        select
        from hand_over h
        join hand_over_heir r on r.tenant_id = h.tenant_id and r.hand_over_id = h.id
        where h.tenant_id = new.tenant_id
          and h.state = 'RUNNING'
          and r.heir_id = (to_jsonb(new) ->> tg_argv[0])::uuid
    ) then
        raise exception 'takes over from a colleague'
            using errcode = 'check_violation', constraint = 'hand_over_running';
    end if;
    return new;
end
$$;
revoke all on function refuse_heir() from public;
create trigger heir_stays before update of active on app_user
    for each row when (old.active and not new.active) execute function refuse_heir('id');
create trigger heir_stays before insert on hand_over
    for each row execute function refuse_heir('leaver_id');
