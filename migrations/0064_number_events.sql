-- Committed events are numbered after every posting. As a transaction of the program's that was five
-- round trips each time; as a function it is one statement.

-- Numbers what is committed and not numbered yet, at most so many, tenant by tenant in the order it
-- was recorded, and gives it. Nothing while another replica is at it.
create function number_events(most bigint)
returns table (
    "position" bigint, tenant_id uuid, kind text, subject_kind text, subject_id uuid,
    manager_id uuid, customer_id uuid, products uuid[], warehouses uuid[],
    recorded_at timestamptz)
language plpgsql volatile
set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
    -- The one lock of sequencers: any replica may number, one at a time does.
    if not pg_try_advisory_xact_lock(184811637) then
        return;
    end if;
    perform set_config('application_name', 'oborot Sequencer', true);
    -- Begins after the lock is held, and so sees what the one before has numbered.
    return query
    with batch as (
        select o.tenant_id, o.recorded_at, o.id,
               row_number() over (partition by o.tenant_id order by o.recorded_at, o.id) n
        from (
            select w.tenant_id, w.recorded_at, w.id
            from event_outbox w
            where w.position is null
            order by w.recorded_at, w.id
            limit number_events.most
        ) o
    ),
    counted as (
        insert into event_position as p (tenant_id, last)
        select b.tenant_id, count(*) from batch b group by b.tenant_id
        on conflict (tenant_id) do update set last = p.last + excluded.last
        returning p.tenant_id, p.last
    ),
    sizes as (select b.tenant_id, count(*) size from batch b group by b.tenant_id)
    update event_outbox o
    set position = c.last - z.size + b.n
    from batch b
    join counted c on c.tenant_id = b.tenant_id
    join sizes z on z.tenant_id = b.tenant_id
    where o.tenant_id = b.tenant_id and o.recorded_at = b.recorded_at and o.id = b.id
    returning o.position, o.tenant_id, o.kind, o.subject_kind, o.subject_id, o.manager_id,
              o.customer_id, o.products, o.warehouses, o.recorded_at;
end
$$;
revoke all on function number_events(bigint) from public;
grant execute on function number_events(bigint) to oborot_system;
