-- What suppliers call our products, how they sell them, and what they ask.

create table supplier_item (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    supplier_id        uuid not null,
    product_id         uuid not null,
    -- Null is the base unit.
    packaging_id       uuid,
    code               text,
    name               text,
    name_key           text collate "C" not null
                       generated always as (catalog_key(coalesce(name, code, ''))) stored,
    -- Both in the base unit.
    minimum_lot        numeric(18,3),
    lot_multiple       numeric(18,3),
    -- Calendar days; null is the supplier's.
    lead_time_days     integer,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    constraint supplier_item_supplier_fkey foreign key (tenant_id, supplier_id) references supplier,
    constraint supplier_item_product_fkey foreign key (tenant_id, product_id) references product,
    -- A packaging of that very product.
    constraint supplier_item_packaging_fkey
        foreign key (tenant_id, product_id, packaging_id)
        references product_packaging (tenant_id, product_id, id),
    constraint supplier_item_code_key unique (tenant_id, supplier_id, code),
    constraint supplier_item_external_reference_key unique (tenant_id, external_reference),
    constraint supplier_item_minimum_lot check (minimum_lot > 0),
    constraint supplier_item_lot_multiple check (lot_multiple > 0),
    constraint supplier_item_lead_time check (lead_time_days between 0 and 3650)
);
select protect('supplier_item');
create index supplier_item_order on supplier_item (tenant_id, name_key, id);
create index supplier_item_supplier on supplier_item (tenant_id, supplier_id, name_key, id);
create index supplier_item_product on supplier_item (tenant_id, product_id, name_key, id);
grant select, insert, update on supplier_item to oborot_app;

-- In the supplier's currency, per base unit. What goods cost is seen by who may see cost.
create table supplier_price (
    tenant_id        uuid not null references tenant,
    supplier_item_id uuid not null,
    valid_from       date not null,
    price            numeric(18,4) not null,
    recorded_at      timestamptz not null default now(),
    created_by       uuid,
    primary key (tenant_id, supplier_item_id, valid_from),
    foreign key (tenant_id, supplier_item_id) references supplier_item,
    constraint supplier_price_price check (price >= 0)
);
select protect('supplier_price');
grant select, insert, update, delete on supplier_price to oborot_app;
