-- What customers, goods and prices refer to: sales channels, price segments, suppliers,
-- currencies with their rates, tax categories with their rates, places inside warehouses.

create table sales_channel (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    name               text not null,
    name_key           text collate "C" not null generated always as (catalog_key(name)) stored,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    constraint sales_channel_name_key unique (tenant_id, name),
    constraint sales_channel_external_reference_key unique (tenant_id, external_reference)
);
select protect('sales_channel');
create index sales_channel_order on sales_channel (tenant_id, name_key, id);
grant select, insert, update on sales_channel to oborot_app;

-- Set by hand on customers; drives prices only.
create table price_segment (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    name               text not null,
    name_key           text collate "C" not null generated always as (catalog_key(name)) stored,
    -- Where its customers' prices come from when their agreement's list holds none.
    price_list_id      uuid,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    constraint price_segment_price_list_fkey
        foreign key (tenant_id, price_list_id) references price_list,
    constraint price_segment_name_key unique (tenant_id, name),
    constraint price_segment_external_reference_key unique (tenant_id, external_reference)
);
select protect('price_segment');
create index price_segment_order on price_segment (tenant_id, name_key, id);
grant select, insert, update on price_segment to oborot_app;

create table supplier (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    name               text not null,
    name_key           text collate "C" not null generated always as (catalog_key(name)) stored,
    legal_name         text,
    inn                text,
    kpp                text,
    vat_id             text,
    phone              text,
    email              text,
    address            text,
    -- What its prices and our orders to it are in.
    currency           text not null,
    -- Calendar days from order to receipt where an item names none.
    lead_time_days     integer,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    constraint supplier_external_reference_key unique (tenant_id, external_reference),
    constraint supplier_currency_form check (currency ~ '^[A-Z]{3}$'),
    constraint supplier_lead_time check (lead_time_days between 0 and 3650)
);
select protect('supplier');
create index supplier_order on supplier (tenant_id, name_key, id);
create index supplier_inn on supplier (tenant_id, inn);
grant select, insert, update on supplier to oborot_app;

-- The currencies a tenant works in; its base currency needs no row and no rate.
create table currency (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    code               text not null,
    name               text not null,
    name_key           text collate "C" not null generated always as (catalog_key(name)) stored,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    constraint currency_code_key unique (tenant_id, code),
    constraint currency_external_reference_key unique (tenant_id, external_reference),
    constraint currency_code_form check (code ~ '^[A-Z]{3}$')
);
select protect('currency');
create index currency_order on currency (tenant_id, name_key, id);
grant select, insert, update on currency to oborot_app;

-- So many units of the base currency for `nominal` units of this one, from a day on.
create table currency_rate (
    tenant_id   uuid not null references tenant,
    currency_id uuid not null,
    valid_from  date not null,
    rate        numeric(18,6) not null,
    nominal     integer not null default 1,
    recorded_at timestamptz not null default now(),
    created_by  uuid,
    primary key (tenant_id, currency_id, valid_from),
    foreign key (tenant_id, currency_id) references currency,
    constraint currency_rate_rate check (rate > 0),
    constraint currency_rate_nominal check (nominal between 1 and 1000000)
);
select protect('currency_rate');
grant select, insert, update, delete on currency_rate to oborot_app;

-- What goods have in common for the tax: its rates change with dates and organizations.
create table vat_category (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    name               text not null,
    name_key           text collate "C" not null generated always as (catalog_key(name)) stored,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    constraint vat_category_name_key unique (tenant_id, name),
    constraint vat_category_external_reference_key unique (tenant_id, external_reference)
);
select protect('vat_category');
create index vat_category_order on vat_category (tenant_id, name_key, id);
grant select, insert, update on vat_category to oborot_app;

create table vat_rate (
    tenant_id       uuid not null references tenant,
    id              uuid not null,
    vat_category_id uuid not null,
    -- Null is every organization without a rate of its own.
    organization_id uuid,
    valid_from      date not null,
    -- Null is "without VAT", which is not 0 %.
    rate            numeric(7,4),
    recorded_at     timestamptz not null default now(),
    created_by      uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, vat_category_id) references vat_category,
    constraint vat_rate_organization_fkey
        foreign key (tenant_id, organization_id) references organization,
    constraint vat_rate_once
        unique nulls not distinct (tenant_id, vat_category_id, organization_id, valid_from),
    constraint vat_rate_rate check (rate between 0 and 100)
);
select protect('vat_rate');
grant select, insert, update, delete on vat_rate to oborot_app;

-- A place inside a warehouse, in the order in which it is walked.
create table bin (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    warehouse_id       uuid not null,
    name               text not null,
    name_key           text collate "C" not null generated always as (catalog_key(name)) stored,
    walk_order         integer not null default 0,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    constraint bin_warehouse_fkey foreign key (tenant_id, warehouse_id) references warehouse,
    constraint bin_name_key unique (tenant_id, warehouse_id, name),
    constraint bin_external_reference_key unique (tenant_id, external_reference)
);
select protect('bin');
create index bin_order on bin (tenant_id, name_key, id);
create index bin_walk on bin (tenant_id, warehouse_id, walk_order, name_key, id);
grant select, insert, update on bin to oborot_app;

alter table customer
    add column price_segment_id uuid,
    add column sales_channel_id uuid,
    add column department_id    uuid,
    add column team_id          uuid,
    add constraint customer_price_segment_fkey
        foreign key (tenant_id, price_segment_id) references price_segment,
    add constraint customer_sales_channel_fkey
        foreign key (tenant_id, sales_channel_id) references sales_channel,
    add constraint customer_department_fkey
        foreign key (tenant_id, department_id) references department,
    add constraint customer_team_fkey foreign key (tenant_id, team_id) references team;
create index customer_price_segment on customer (tenant_id, price_segment_id, name_key, id);
create index customer_sales_channel on customer (tenant_id, sales_channel_id, name_key, id);

-- Where it is given, the rate is the category's on the day of the posting; else the product's own.
alter table product
    add column vat_category_id uuid,
    add constraint product_vat_category_fkey
        foreign key (tenant_id, vat_category_id) references vat_category;
