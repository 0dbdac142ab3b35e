-- Gaps of imports, exports and what stands beside them.

-- A key is bound to a customer that is there. Keys made before this was looked at stay as they are.
alter table api_key
    add constraint api_key_customer_fkey foreign key (tenant_id, customer_id) references customer
    not valid;

-- The journal of movements of a period, of all warehouses and of one: a list like any other.
create index stock_movement_order on stock_movement (tenant_id, occurred_on, id);
create index stock_movement_warehouse on stock_movement (tenant_id, warehouse_id, occurred_on, id);

-- Variants of products come in from files.
alter table import_job
    drop constraint import_job_kind,
    add constraint import_job_kind check
        (kind in ('PRODUCTS', 'PRODUCT_VARIANTS', 'CUSTOMERS', 'CONTACTS', 'PRICES', 'STOCK'));
alter table import_profile
    drop constraint import_profile_kind,
    add constraint import_profile_kind check
        (kind in ('PRODUCTS', 'PRODUCT_VARIANTS', 'CUSTOMERS', 'CONTACTS', 'PRICES', 'STOCK'));

-- Partners' keys take lists out as people do: an export is the one's or the other's.
alter table export_job
    alter column created_by drop not null,
    add column api_key_id uuid,
    add constraint export_job_key_fkey foreign key (tenant_id, api_key_id) references api_key,
    add constraint export_job_starter check (num_nonnulls(created_by, api_key_id) = 1);
create index export_job_of_key on export_job (tenant_id, api_key_id, created_at, id)
    where api_key_id is not null;
