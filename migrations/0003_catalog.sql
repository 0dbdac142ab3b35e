-- What is sold, by whom, to whom and on which terms: organizations, warehouses, customers,
-- agreements, products, prices.
--
-- name_key is what lists are ordered by: lower case, ё as е, bytes in order, the same on every
-- server. search is what free text is looked for in; the space before the first word lets a word
-- of one or two letters be found by its beginning.

create extension if not exists btree_gin;

create function catalog_key(text) returns text
language sql immutable strict parallel safe as $$
    select translate(lower($1), 'ё', 'е')
$$;

-- Digits of a telephone number; the Russian trunk prefix 8 becomes the country's 7.
create function phone_digits(text) returns text
language sql immutable strict parallel safe as $$
    select regexp_replace(regexp_replace($1, '\D', '', 'g'), '^8(\d{10})$', '7\1')
$$;

create table organization (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    name               text not null,
    name_key           text collate "C" not null generated always as (catalog_key(name)) stored,
    inn                text,
    kpp                text,
    address            text,
    prefix             text not null,
    is_default         boolean not null,
    closed_until       date,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    constraint organization_name_key unique (tenant_id, name),
    constraint organization_prefix_key unique (tenant_id, prefix),
    constraint organization_external_reference_key unique (tenant_id, external_reference),
    constraint organization_default_live check (not (is_default and archived_at is not null))
);
select protect('organization');
create unique index organization_default on organization (tenant_id) where is_default;
create index organization_order on organization (tenant_id, name_key, id);
grant select, insert, update on organization to oborot_app;

create table warehouse (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    name               text not null,
    name_key           text collate "C" not null generated always as (catalog_key(name)) stored,
    address            text,
    -- Reservation looks into warehouses with a smaller number first.
    priority           integer not null,
    is_default         boolean not null,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    constraint warehouse_name_key unique (tenant_id, name),
    constraint warehouse_external_reference_key unique (tenant_id, external_reference),
    constraint warehouse_default_live check (not (is_default and archived_at is not null))
);
select protect('warehouse');
create unique index warehouse_default on warehouse (tenant_id) where is_default;
create index warehouse_order on warehouse (tenant_id, name_key, id);
grant select, insert, update on warehouse to oborot_app;

create table region (
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
    constraint region_name_key unique (tenant_id, name),
    constraint region_external_reference_key unique (tenant_id, external_reference)
);
select protect('region');
create index region_order on region (tenant_id, name_key, id);
grant select, insert, update on region to oborot_app;

create table price_list (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    name               text not null,
    name_key           text collate "C" not null generated always as (catalog_key(name)) stored,
    currency           text not null,
    includes_vat       boolean not null,
    is_default         boolean not null,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    constraint price_list_name_key unique (tenant_id, name),
    constraint price_list_external_reference_key unique (tenant_id, external_reference),
    constraint price_list_currency_form check (currency ~ '^[A-Z]{3}$'),
    constraint price_list_default_live check (not (is_default and archived_at is not null))
);
select protect('price_list');
create unique index price_list_default on price_list (tenant_id) where is_default;
create index price_list_order on price_list (tenant_id, name_key, id);
grant select, insert, update on price_list to oborot_app;

create table customer (
    tenant_id             uuid not null references tenant,
    id                    uuid not null,
    name                  text not null,
    name_key              text collate "C" not null
                          generated always as (catalog_key(name)) stored,
    legal_name            text,
    inn                   text,
    kpp                   text,
    region_id             uuid,
    manager_id            uuid,
    phone                 text,
    email                 text,
    address               text,
    -- Null is no limit; zero is no credit at all.
    credit_limit          numeric(18,2),
    credit_limit_currency text not null,
    search                text not null generated always as (
        ' ' || catalog_key(name) || ' ' || coalesce(catalog_key(legal_name), '') || ' '
        || coalesce(inn, '') || ' ' || coalesce(phone_digits(phone), '')) stored,
    external_reference    text,
    version               integer not null default 1,
    created_at            timestamptz not null default now(),
    updated_at            timestamptz not null default now(),
    created_by            uuid,
    archived_at           timestamptz,
    primary key (tenant_id, id),
    constraint customer_region_fkey foreign key (tenant_id, region_id) references region,
    constraint customer_manager_fkey foreign key (tenant_id, manager_id) references app_user,
    constraint customer_external_reference_key unique (tenant_id, external_reference),
    constraint customer_credit_limit check (credit_limit >= 0),
    constraint customer_currency_form check (credit_limit_currency ~ '^[A-Z]{3}$')
);
select protect('customer');
create index customer_order_name on customer (tenant_id, name_key, id);
create index customer_order_created on customer (tenant_id, created_at, id);
create index customer_manager on customer (tenant_id, manager_id, name_key, id);
create index customer_region on customer (tenant_id, region_id, name_key, id);
create index customer_inn on customer (tenant_id, inn);
create index customer_search on customer using gin (tenant_id, search gin_trgm_ops);
grant select, insert, update on customer to oborot_app;

create table contact_person (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    customer_id        uuid not null,
    name               text not null,
    position           text,
    phone              text,
    email              text,
    comment            text,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, customer_id) references customer,
    constraint contact_person_external_reference_key unique (tenant_id, external_reference)
);
select protect('contact_person');
create index contact_person_customer on contact_person (tenant_id, customer_id, created_at, id);
grant select, insert, update on contact_person to oborot_app;

create table agreement (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    customer_id        uuid not null,
    name               text not null,
    -- Null is any organization of the tenant.
    organization_id    uuid,
    -- Null is the tenant's default list.
    price_list_id      uuid,
    currency           text not null,
    discount_percent   numeric(7,4) not null,
    credit_policy      text not null,
    is_default         boolean not null,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, customer_id) references customer,
    constraint agreement_organization_fkey
        foreign key (tenant_id, organization_id) references organization,
    constraint agreement_price_list_fkey
        foreign key (tenant_id, price_list_id) references price_list,
    constraint agreement_name_key unique (tenant_id, customer_id, name),
    constraint agreement_external_reference_key unique (tenant_id, external_reference),
    constraint agreement_currency_form check (currency ~ '^[A-Z]{3}$'),
    constraint agreement_discount check (discount_percent between 0 and 100),
    constraint agreement_credit_policy check (credit_policy in ('IGNORE', 'WARN', 'BLOCK')),
    constraint agreement_default_live check (not (is_default and archived_at is not null))
);
select protect('agreement');
create unique index agreement_default on agreement (tenant_id, customer_id) where is_default;
grant select, insert, update on agreement to oborot_app;

-- The steps of one agreement sum to 100 %; the command that writes them checks it.
create table payment_step (
    tenant_id    uuid not null references tenant,
    agreement_id uuid not null,
    place        integer not null,
    percent      numeric(7,4) not null,
    moment       text not null,
    days         integer not null,
    primary key (tenant_id, agreement_id, place),
    foreign key (tenant_id, agreement_id) references agreement,
    constraint payment_step_percent check (percent > 0 and percent <= 100),
    constraint payment_step_moment
        check (moment in ('BEFORE_RESERVE', 'BEFORE_SHIPMENT', 'AFTER_SHIPMENT')),
    constraint payment_step_days check (days between 0 and 3650)
);
select protect('payment_step');
grant select, insert, delete on payment_step to oborot_app;

create table product_group (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    parent_id          uuid,
    name               text not null,
    name_key           text collate "C" not null generated always as (catalog_key(name)) stored,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    constraint product_group_parent_fkey
        foreign key (tenant_id, parent_id) references product_group,
    constraint product_group_external_reference_key unique (tenant_id, external_reference)
);
select protect('product_group');
create index product_group_order on product_group (tenant_id, name_key, id);
create index product_group_parent on product_group (tenant_id, parent_id, name_key, id);
grant select, insert, update on product_group to oborot_app;

create table product (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    sku                text collate "C" not null,
    name               text not null,
    name_key           text collate "C" not null generated always as (catalog_key(name)) stored,
    sku_key            text collate "C" not null generated always as (catalog_key(sku)) stored,
    group_id           uuid,
    unit               text not null,
    -- Null is "without VAT", which is not 0 %.
    vat_rate           numeric(7,4),
    is_service         boolean not null,
    search             text not null generated always as (
        ' ' || catalog_key(name) || ' ' || catalog_key(sku)) stored,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    constraint product_group_fkey foreign key (tenant_id, group_id) references product_group,
    constraint product_sku_key unique (tenant_id, sku),
    constraint product_external_reference_key unique (tenant_id, external_reference),
    constraint product_vat_rate check (vat_rate between 0 and 100)
);
select protect('product');
create index product_order_name on product (tenant_id, name_key, id);
create index product_order_sku on product (tenant_id, sku_key, id);
create index product_order_created on product (tenant_id, created_at, id);
create index product_group_members on product (tenant_id, group_id, name_key, id);
create index product_search on product using gin (tenant_id, search gin_trgm_ops);
grant select, insert, update on product to oborot_app;

-- A price holds from its date until the next one of the same product in the same list.
create table price (
    tenant_id     uuid not null references tenant,
    price_list_id uuid not null,
    product_id    uuid not null,
    valid_from    date not null,
    price         numeric(18,4) not null,
    recorded_at   timestamptz not null default now(),
    created_by    uuid,
    primary key (tenant_id, price_list_id, product_id, valid_from),
    constraint price_price_list_fkey
        foreign key (tenant_id, price_list_id) references price_list,
    constraint price_product_fkey foreign key (tenant_id, product_id) references product,
    constraint price_price check (price >= 0)
);
select protect('price');
grant select, insert, update on price to oborot_app;

-- What other contexts may read of the catalog.
create view customer_name_v with (security_invoker = true) as
    select tenant_id, id, name, manager_id, region_id from customer;
create view product_name_v with (security_invoker = true) as
    select tenant_id, id, sku, name, unit, group_id from product;
create view product_group_name_v with (security_invoker = true) as
    select tenant_id, id, parent_id, name from product_group;
grant select on customer_name_v, product_name_v, product_group_name_v to oborot_app;

-- Free-text search. Pattern operators are not leakproof, so under row security they would scan
-- the whole tenant. These functions run as the owner, name the tenant themselves, and give ids
-- with their places only; the program reads the ids again under row security. The owner's
-- policies let them look; the owner could switch row security off anyway.
create policy search_rows on customer for select to current_user using (true);
create policy search_rows on product for select to current_user using (true);

-- whole: the text as catalog_key writes it. word: a like-pattern that the trigram index can look
-- up, or null where there is none (then only beginnings of the whole are found). patterns: one
-- like-pattern a word, all of which must be met.
-- Both arms are bounded, so that a word half the tenant's records hold costs no more than others.
create function search_customers(
    whole text, word text, patterns text[], managers uuid[], bound uuid, archived boolean)
returns table (id uuid, place bigint)
language sql stable security definer rows 200
set search_path = public, pg_temp
-- The beginnings come from an index in its order, not sorted after reading all of them.
set enable_sort = off
set jit = off as $$
    with started as (
        select c.id, c.name_key
        from customer c
        where c.tenant_id = (select current_setting('app.tenant_id')::uuid)
          and c.name_key >= whole collate "C"
          and c.name_key < (whole || chr(1114111)) collate "C"
          and (managers is null or c.manager_id = any (managers))
          and (bound is null or c.id = bound)
          and (search_customers.archived is null
               or search_customers.archived = (c.archived_at is not null))
        order by c.tenant_id, c.name_key, c.id
        limit 200
    ), held as (
        select c.id, c.name_key
        from customer c
        where word is not null
          and c.tenant_id = (select current_setting('app.tenant_id')::uuid)
          and c.search like word
          and c.search like all (patterns)
          and (managers is null or c.manager_id = any (managers))
          and (bound is null or c.id = bound)
          and (search_customers.archived is null
               or search_customers.archived = (c.archived_at is not null))
        limit 1000
    ), ranked as (
        select id, name_key, 1 as rank from started
        union all
        select id, name_key, 2 from held
    )
    select r.id, row_number() over (order by min(r.rank), r.name_key, r.id) as place
    from ranked r
    group by r.id, r.name_key
    order by place
    limit 200
$$;
revoke all on function search_customers(text, text, text[], uuid[], uuid, boolean) from public;
grant execute on function search_customers(text, text, text[], uuid[], uuid, boolean)
    to oborot_app;

create function search_products(whole text, word text, patterns text[], archived boolean)
returns table (id uuid, place bigint)
language sql stable security definer rows 200
set search_path = public, pg_temp
-- The beginnings come from an index in its order, not sorted after reading all of them.
set enable_sort = off
set jit = off as $$
    with coded as (
        select p.id, p.name_key
        from product p
        where p.tenant_id = (select current_setting('app.tenant_id')::uuid)
          and p.sku_key >= whole collate "C"
          and p.sku_key < (whole || chr(1114111)) collate "C"
          and (search_products.archived is null
               or search_products.archived = (p.archived_at is not null))
        order by p.tenant_id, p.sku_key, p.id
        limit 200
    ), started as (
        select p.id, p.name_key
        from product p
        where p.tenant_id = (select current_setting('app.tenant_id')::uuid)
          and p.name_key >= whole collate "C"
          and p.name_key < (whole || chr(1114111)) collate "C"
          and (search_products.archived is null
               or search_products.archived = (p.archived_at is not null))
        order by p.tenant_id, p.name_key, p.id
        limit 200
    ), held as (
        select p.id, p.name_key
        from product p
        where word is not null
          and p.tenant_id = (select current_setting('app.tenant_id')::uuid)
          and p.search like word
          and p.search like all (patterns)
          and (search_products.archived is null
               or search_products.archived = (p.archived_at is not null))
        limit 1000
    ), ranked as (
        select id, name_key, 1 as rank from coded
        union all
        select id, name_key, 2 from started
        union all
        select id, name_key, 3 from held
    )
    select r.id, row_number() over (order by min(r.rank), r.name_key, r.id) as place
    from ranked r
    group by r.id, r.name_key
    order by place
    limit 200
$$;
revoke all on function search_products(text, text, text[], boolean) from public;
grant execute on function search_products(text, text, text[], boolean) to oborot_app;
