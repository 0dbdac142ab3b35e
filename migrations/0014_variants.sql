-- Goods in packagings and variants. Other parts of the house name them by these keys.

-- A box of 12, a pallet of 3/7 tonne: base quantity = entered quantity × numerator / denominator.
create table product_packaging (
    tenant_id   uuid not null references tenant,
    id          uuid not null,
    product_id  uuid not null,
    name        text not null,
    numerator   bigint not null,
    denominator bigint not null default 1,
    -- Gross weight in kilograms and volume in cubic metres of one.
    weight_kg   numeric(18,6),
    volume_m3   numeric(18,6),
    version     integer not null default 1,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    created_by  uuid,
    archived_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, product_id) references product,
    constraint product_packaging_of_product unique (tenant_id, product_id, id),
    constraint product_packaging_name_key unique (tenant_id, product_id, name),
    constraint product_packaging_factor
        check (numerator between 1 and 1000000000 and denominator between 1 and 1000000000)
);
select protect('product_packaging');
grant select, insert, update on product_packaging to oborot_app;

-- A product in one combination of attributes.
create table product_variant (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    product_id         uuid not null,
    sku                text collate "C" not null,
    name               text not null,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, product_id) references product,
    -- What points at a variant points at its product with it.
    constraint product_variant_of_product unique (tenant_id, product_id, id),
    constraint product_variant_sku_key unique (tenant_id, sku),
    constraint product_variant_external_reference_key unique (tenant_id, external_reference)
);
select protect('product_variant');
grant select, insert, update on product_variant to oborot_app;
