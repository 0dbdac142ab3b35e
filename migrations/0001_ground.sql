-- What every table stands on: protection by tenant, the audit trail, the outbox, numbers.
--
-- The owner runs this. Two logins exist already and own nothing: oborot_app (the program, bound
-- to one tenant a transaction) and oborot_system (work across tenants, on listed tables only).
-- Neither may bypass row-level security.

create extension if not exists pg_trgm;

revoke all on schema public from public;
grant usage on schema public to oborot_app, oborot_system;

-- Puts a table under its tenant: the program sees and writes only rows of app.tenant_id, and an
-- unset tenant raises an error instead of hiding rows. The sub-select is evaluated once a
-- statement, and the one-statement reads need this very form.
create function protect(target regclass) returns void
language plpgsql as $$
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format(
        'create policy tenant_rows on %s to oborot_app
             using (tenant_id = (select current_setting(''app.tenant_id'')::uuid))
             with check (tenant_id = (select current_setting(''app.tenant_id'')::uuid))',
        target);
end
$$;
revoke all on function protect(regclass) from public;

create table tenant (
    tenant_id     uuid primary key,
    slug          text not null,
    name          text not null,
    base_currency text not null,
    time_zone     text not null,
    created_at    timestamptz not null default now(),
    constraint tenant_slug_key unique (slug),
    constraint tenant_slug_form check (slug ~ '^[a-z][a-z0-9-]{1,40}$'),
    constraint tenant_currency_form check (base_currency ~ '^[A-Z]{3}$')
);
select protect('tenant');
grant select on tenant to oborot_app;
create policy system_rows on tenant to oborot_system using (true) with check (true);
grant select, insert on tenant to oborot_system;

-- Append-only for the program: it may write and read, never change or remove.
create table audit_trail (
    tenant_id    uuid not null references tenant,
    id           bigint generated always as identity,
    recorded_at  timestamptz not null default now(),
    actor_kind   text not null,
    actor_id     uuid not null,
    actor_label  text not null,
    action       text not null,
    subject_kind text not null,
    subject_id   uuid not null,
    changes      jsonb not null,
    primary key (tenant_id, id),
    constraint audit_actor_kind check (actor_kind in ('user', 'key', 'worker'))
);
select protect('audit_trail');
create index audit_trail_subject on audit_trail (tenant_id, subject_id, id);
grant select, insert on audit_trail to oborot_app;

-- Events wait here without a position until the sequencer numbers them. A partition a day, so
-- that old days go by dropping a table.
create table event_outbox (
    tenant_id    uuid not null references tenant,
    recorded_at  timestamptz not null default now(),
    id           uuid not null default gen_random_uuid(),
    position     bigint,
    kind         text not null,
    subject_kind text not null,
    subject_id   uuid not null,
    manager_id   uuid,
    customer_id  uuid,
    products     uuid[] not null,
    warehouses   uuid[] not null,
    primary key (tenant_id, recorded_at, id)
) partition by range (recorded_at);
select protect('event_outbox');
create index event_outbox_position on event_outbox (tenant_id, position);
create index event_outbox_waiting on event_outbox (recorded_at, id) where position is null;
grant select, insert on event_outbox to oborot_app;
create policy system_rows on event_outbox to oborot_system using (true) with check (true);
grant select, update (position) on event_outbox to oborot_system;
-- Rows of a day without a partition of its own still have a place.
create table event_outbox_default partition of event_outbox default;

create table event_position (
    tenant_id uuid primary key references tenant,
    last      bigint not null
);
select protect('event_position');
grant select on event_position to oborot_app;
create policy system_rows on event_position to oborot_system using (true) with check (true);
grant select, insert, update on event_position to oborot_system;

-- Makes the partitions of today and the next two days, and drops those older than kept_days.
-- The system login owns no tables, so it does this through the owner's function.
create function keep_outbox_days(kept_days integer) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    day  date;
    name text;
begin
    perform pg_advisory_xact_lock(184549493);
    for day in select generate_series(current_date, current_date + 2, interval '1 day')::date loop
        name := 'event_outbox_' || to_char(day, 'YYYYMMDD');
        if to_regclass(name) is null
           and not exists (select from event_outbox_default
                           where recorded_at >= day and recorded_at < day + 1) then
            execute format('create table %I partition of event_outbox
                                for values from (%L) to (%L)', name, day, day + 1);
        end if;
    end loop;
    for name in select c.relname
                from pg_inherits i
                join pg_class c on c.oid = i.inhrelid
                where i.inhparent = 'event_outbox'::regclass
                  and c.relname ~ '^event_outbox_\d{8}$'
                  and to_date(right(c.relname, 8), 'YYYYMMDD') < current_date - kept_days loop
        execute format('drop table %I', name);
    end loop;
    -- The default partition and the keys of repeated requests are small: rows go one by one.
    delete from event_outbox_default where recorded_at < current_date - kept_days;
    delete from idempotency_key where recorded_at < current_date - kept_days;
end
$$;
revoke all on function keep_outbox_days(integer) from public;
grant execute on function keep_outbox_days(integer) to oborot_system;

-- Not in daily partitions: the database itself must hold a key unique over all its days.
create table idempotency_key (
    tenant_id   uuid not null references tenant,
    actor_id    uuid not null,
    key         text not null,
    input_hash  bytea not null,
    result      jsonb not null,
    recorded_at timestamptz not null default now(),
    primary key (tenant_id, actor_id, key),
    constraint idempotency_key_length check (length(key) between 1 and 200)
);
select protect('idempotency_key');
create index idempotency_key_age on idempotency_key (recorded_at);
grant select, insert on idempotency_key to oborot_app;
-- The owner is bound by row-level security too; this lets keep_outbox_days remove what is old.
create policy old_rows on idempotency_key to current_user
    using (recorded_at < now() - interval '1 day');

create table document_counter (
    tenant_id       uuid not null references tenant,
    organization_id uuid not null,
    kind            text not null,
    year            integer not null,
    last            bigint not null,
    primary key (tenant_id, organization_id, kind, year)
);
select protect('document_counter');
grant select, insert, update on document_counter to oborot_app;
