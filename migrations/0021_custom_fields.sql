-- Fields that a tenant adds to its records: what they are, what they hold, and the keys that
-- lists are filtered by.
--
-- Values stand beside the records and not in a column of each: a new kind of record gets custom
-- fields without a change of its table, and whoever does not ask for them reads and writes none.
-- A record is named by kind and id without a foreign key, as with files: it may be of any
-- context, and that context decides who reads and who writes it.

create table custom_field (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    subject_kind       text not null,
    -- What programs and the header of a file call it; stays as it was made.
    key                text collate "C" not null,
    name               text not null,
    hint               text,
    kind               text not null,
    is_required        boolean not null,
    choices            jsonb not null,
    target             text,
    scale              integer,
    least              numeric,
    most               numeric,
    max_length         integer,
    pattern            text,
    place              integer not null,
    -- Fields in the order in which cards show them, kind by kind.
    place_key          text collate "C" not null generated always as
                           (subject_kind || ' ' || lpad((place + 1000000)::text, 7, '0')) stored,
    -- Roles, or scopes of partners' keys, that read and write it; empty is whoever may read or
    -- write the record.
    read_roles         text[] not null,
    write_roles        text[] not null,
    is_filterable      boolean not null,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    constraint custom_field_key_key unique (tenant_id, subject_kind, key),
    constraint custom_field_external_reference_key unique (tenant_id, external_reference),
    constraint custom_field_subject_form check (subject_kind ~ '^[A-Z][A-Za-z]{1,40}$'),
    constraint custom_field_key_form check (key ~ '^[a-z][a-z0-9_]{0,39}$'),
    constraint custom_field_kind
        check (kind in ('TEXT', 'NUMBER', 'DATE', 'CHOICE', 'BOOLEAN', 'REFERENCE')),
    constraint custom_field_target check ((kind = 'REFERENCE') = (target is not null)),
    constraint custom_field_scale check (scale between 0 and 6),
    constraint custom_field_place check (place between -999999 and 999999),
    constraint custom_field_length check (max_length between 1 and 2000)
);
select protect('custom_field');
create index custom_field_order on custom_field (tenant_id, place_key, id);
grant select, insert, update on custom_field to oborot_app;

-- What the fields of a record hold: field keys to texts, one form for each type: 12.5,
-- 2026-12-01, true, a choice's key, the uuid of a record.
create table custom_record (
    tenant_id    uuid not null references tenant,
    record_id    uuid not null,
    subject_kind text not null,
    held         jsonb not null,
    primary key (tenant_id, record_id),
    constraint custom_record_size check (octet_length(held::text) < 1000000)
);
select protect('custom_record');
create index custom_record_kind on custom_record (tenant_id, subject_kind, record_id);
grant select, insert, update on custom_record to oborot_app;

-- A value as lists are filtered by it: texts without regard to case, numbers so that their texts
-- stand in their order. Bounds of a filter go through the same function. What it is given may be
-- of the collation "C", under which letters beyond ASCII have no case.
create function custom_key(kind text, held text) returns text
language sql immutable strict parallel safe as $$
    select (case kind
                when 'TEXT' then catalog_key(held collate "default")
                when 'NUMBER' then
                    lpad(trunc((held::numeric + 1000000000000000) * 1000000)::text, 22, '0')
                else held
            end) collate "C"
$$;

-- JSON is compared by no leakproof operator, so under row security no index of it would be used:
-- a field that lists are filtered by has its keys in rows of their own. A trigger keeps them:
-- then they cannot differ from what is held, whoever writes it.
create table custom_value (
    tenant_id uuid not null references tenant,
    field_id  uuid not null,
    record_id uuid not null,
    key       text collate "C" not null,
    primary key (tenant_id, field_id, record_id),
    foreign key (tenant_id, field_id) references custom_field,
    foreign key (tenant_id, record_id) references custom_record
);
select protect('custom_value');
create index custom_value_key on custom_value (tenant_id, field_id, key, record_id);
create index custom_value_record on custom_value (tenant_id, record_id);
grant select, insert, update, delete on custom_value to oborot_app;

create function keep_custom_values() returns trigger
language plpgsql as $$
begin
    delete from custom_value where tenant_id = new.tenant_id and record_id = new.record_id;
    -- Whoever makes a field filterable at this moment fills in the same rows.
    insert into custom_value (tenant_id, field_id, record_id, key)
    select new.tenant_id, f.id, new.record_id, custom_key(f.kind, new.held ->> f.key)
    from custom_field f
    where f.tenant_id = new.tenant_id
      and f.subject_kind = new.subject_kind
      and f.is_filterable
      and new.held ? f.key
    on conflict (tenant_id, field_id, record_id) do update set key = excluded.key;
    return null;
end
$$;
create trigger custom_record_made after insert on custom_record
    for each row when (new.held <> '{}') execute function keep_custom_values();
create trigger custom_record_changed after update on custom_record
    for each row when (new.held <> old.held) execute function keep_custom_values();
