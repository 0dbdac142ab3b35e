-- Lists written to files: jobs that outlive the request, the connection and the process that
-- work on them, as imports are.
--
-- A worker takes a job for a while (leased_until) and prolongs it as long as it lives. A file is
-- of one snapshot, so a job that its worker let down begins anew; the row of the file and the end
-- of the job are one transaction that looks whether the lease is still its worker's: half a file
-- is never given out, and one job has one file.

create table export_job (
    tenant_id    uuid not null references tenant,
    id           uuid not null,
    -- The field of the API's root, and its arguments as they were given.
    list         text not null,
    arguments    jsonb not null,
    -- The columns asked for; where there are none, the list's own.
    columns      text[] not null,
    format       text not null,
    -- Separator, decimal mark, encoding, headings.
    options      jsonb not null,
    language     text not null,
    state        text not null,
    rows_total   bigint,
    rows_written bigint not null default 0,
    -- The moment whose state the file shows.
    as_of        timestamptz,
    -- The rights that were used, with their reach: whoever fetches the file needs them still.
    rights       jsonb not null default '[]',
    file_id      uuid,
    -- Why it came to nothing, in both languages.
    failure      jsonb,
    cancel_asked boolean not null default false,
    attempts     integer not null default 0,
    lease        uuid,
    leased_until timestamptz,
    version      integer not null default 1,
    created_at   timestamptz not null,
    created_by   uuid not null,
    finished_at  timestamptz,
    -- The file is given out until then.
    expires_at   timestamptz,
    primary key (tenant_id, id),
    constraint export_job_user_fkey foreign key (tenant_id, created_by) references app_user,
    constraint export_job_file_fkey foreign key (tenant_id, file_id) references attachment,
    constraint export_job_list check (length(list) between 1 and 100),
    constraint export_job_format check (format in ('CSV', 'XLSX', 'JSONL')),
    constraint export_job_state
        check (state in ('WAITING', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED')),
    constraint export_job_done check ((state = 'DONE') = (expires_at is not null)),
    constraint export_job_file check (state = 'DONE' or file_id is null)
);
select protect('export_job');
create index export_job_order on export_job (tenant_id, created_at, id);
create index export_job_of_user on export_job (tenant_id, created_by, created_at, id);
create index export_job_open on export_job (tenant_id, created_at)
    where state in ('WAITING', 'RUNNING');
create index export_job_to_expire on export_job (tenant_id, expires_at)
    where file_id is not null;
grant select, insert, update on export_job to oborot_app;
-- Which tenants have something to do: the worker asks this across tenants, and nothing else.
create policy system_rows on export_job for select to oborot_system using (true);
grant select (tenant_id, state, leased_until) on export_job to oborot_system;
