-- Imports of contacts, prices and stock, and the queue of imports read by its own index.

alter table import_job
    drop constraint import_job_kind,
    add constraint import_job_kind
        check (kind in ('PRODUCTS', 'CUSTOMERS', 'CONTACTS', 'PRICES', 'STOCK'));
alter table import_profile
    drop constraint import_profile_kind,
    add constraint import_profile_kind
        check (kind in ('PRODUCTS', 'CUSTOMERS', 'CONTACTS', 'PRICES', 'STOCK'));

-- Workers ask twice a second which tenants have something to do. That question crosses tenants, so
-- this index does not lead with one; it holds jobs that are not over, and thus stays small.
create index import_job_queue on import_job (state, leased_until, tenant_id, created_at)
    where state in ('WAITING', 'RUNNING');
grant select (created_at) on import_job to oborot_system;

-- Which rows of files have become opening stock, and as which receipt's line: a file that comes
-- again finds its rows here. The key is the row's own reference, or what it says of itself. A row
-- whose receipt was reversed since may come anew.
create table opening_stock (
    tenant_id       uuid not null references tenant,
    key             text collate "C" not null,
    receipt_line_id uuid not null,
    recorded_at     timestamptz not null default now(),
    primary key (tenant_id, key),
    constraint opening_stock_line_fkey
        foreign key (tenant_id, receipt_line_id) references goods_receipt_line,
    constraint opening_stock_key check (length(key) between 1 and 1000)
);
select protect('opening_stock');
create index opening_stock_line on opening_stock (tenant_id, receipt_line_id);
grant select, insert, update (receipt_line_id, recorded_at) on opening_stock to oborot_app;
