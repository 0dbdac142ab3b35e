-- Web origins whose pages may read what the API answers to a tenant's people and keys (CORS).
--
-- One row a tenant: the list is set as a whole, with the version that was read. A change is told
-- by a row of rights_change, which every replica looks for.

create table web_origins (
    tenant_id  uuid primary key references tenant,
    origins    text[] not null,
    version    integer not null default 1,
    updated_at timestamptz not null,
    constraint web_origins_few check (cardinality(origins) <= 20)
);
select protect('web_origins');
grant select, insert, update on web_origins to oborot_app;
-- A browser asks (preflight) before anybody is known.
create policy system_rows on web_origins to oborot_system using (true);
grant select (tenant_id, origins) on web_origins to oborot_system;
