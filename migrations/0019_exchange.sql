-- Files brought in: jobs that outlive the request, the connection and
-- the process that work on them.
--
-- A worker takes a job for a while (leased_until) and prolongs it as long as it lives; each
-- transaction that writes rows looks whether the lease is still its own and moves the position in
-- the same breath. So a worker that dies, or comes back from the dead, writes no row twice.

create table import_job (
    tenant_id      uuid not null references tenant,
    id             uuid not null,
    kind           text not null,
    mode           text not null,
    state          text not null,
    -- The file, in the inbox of whoever started it.
    file_id        uuid not null,
    file_name      text not null,
    -- Encoding, separator, decimal mark, order of dates, sheet; what is null is found out.
    options        jsonb not null,
    -- Fields to headers, where the headers' own names do not tell.
    columns        jsonb not null,
    -- How the file was understood: columns found, unknown and missing ones.
    mapping        jsonb,
    language       text not null,
    -- All or nothing looks at all rows first.
    phase          text not null,
    -- The last row that is done with, as a person counts them.
    position       bigint not null default 0,
    rows_total     bigint,
    rows_read      bigint not null default 0,
    rows_created   bigint not null default 0,
    rows_updated   bigint not null default 0,
    rows_unchanged bigint not null default 0,
    rows_bad       bigint not null default 0,
    -- Why it came to nothing, in both languages.
    failure        jsonb,
    report_id      uuid,
    cancel_asked   boolean not null default false,
    attempts       integer not null default 0,
    lease          uuid,
    leased_until   timestamptz,
    version        integer not null default 1,
    created_at     timestamptz not null,
    created_by     uuid not null,
    finished_at    timestamptz,
    primary key (tenant_id, id),
    constraint import_job_user_fkey foreign key (tenant_id, created_by) references app_user,
    constraint import_job_file_fkey foreign key (tenant_id, file_id) references attachment,
    constraint import_job_report_fkey foreign key (tenant_id, report_id) references attachment,
    constraint import_job_kind check (kind in ('PRODUCTS', 'CUSTOMERS')),
    constraint import_job_mode check (mode in ('DRY_RUN', 'ALL_OR_NOTHING', 'SKIP_BAD')),
    constraint import_job_state
        check (state in ('WAITING', 'RUNNING', 'DONE', 'REJECTED', 'FAILED', 'CANCELLED')),
    constraint import_job_phase check (phase in ('CHECKING', 'WRITING'))
);
select protect('import_job');
create index import_job_order on import_job (tenant_id, created_at, id);
create index import_job_of_user on import_job (tenant_id, created_by, created_at, id);
create index import_job_open on import_job (tenant_id, created_at)
    where state in ('WAITING', 'RUNNING');
grant select, insert, update on import_job to oborot_app;
-- Which tenants have something to do: the worker asks this across tenants, and nothing else.
create policy system_rows on import_job for select to oborot_system using (true);
grant select (tenant_id, state, leased_until) on import_job to oborot_system;

-- Why a row was left out. Written with the chunk that left it out.
create table import_fault (
    tenant_id  uuid not null references tenant,
    job_id     uuid not null,
    row_number bigint not null,
    place      integer not null,
    -- The header, where it is about one cell.
    header     text,
    reason     jsonb not null,
    primary key (tenant_id, job_id, row_number, place),
    foreign key (tenant_id, job_id) references import_job
);
select protect('import_fault');
grant select, insert, delete on import_fault to oborot_app;

-- Which header holds which field, kept for the next file of the same sender.
create table import_profile (
    tenant_id  uuid not null references tenant,
    kind       text not null,
    name       text not null,
    columns    jsonb not null,
    options    jsonb not null,
    version    integer not null default 1,
    updated_at timestamptz not null,
    updated_by uuid,
    primary key (tenant_id, kind, name),
    constraint import_profile_kind check (kind in ('PRODUCTS', 'CUSTOMERS')),
    constraint import_profile_name check (length(name) between 1 and 100)
);
select protect('import_profile');
grant select, insert, update, delete on import_profile to oborot_app;
