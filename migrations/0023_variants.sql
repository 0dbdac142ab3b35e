-- Variants: what tells them apart, and where documents, lots and registers carry them.
--
-- A lot is of one product in one variant, so whoever names a lot has named the variant: the
-- foreign keys of balances, movements and reservations hold without another column. The variant
-- stands beside the lot where it is searched by (balances, movements). `variant_key` is the
-- variant, or the nil uuid: keys and leakproof comparisons know no null.

alter table product
    -- Documents then name a variant.
    add column has_variants boolean not null default false,
    -- A document has named it: whether it has variants stays from then on. Documents stand in
    -- contexts above and leave this mark when they take it.
    add column in_documents boolean not null default false;
-- The owner is bound by row-level security too: let in for as long as this takes.
create policy once on product to current_user using (true);
create policy once on sales_order_line for select to current_user using (true);
create policy once on goods_receipt_line for select to current_user using (true);
update product p
set in_documents = true
where exists (select from sales_order_line l
              where l.tenant_id = p.tenant_id and l.product_id = p.id)
   or exists (select from goods_receipt_line l
              where l.tenant_id = p.tenant_id and l.product_id = p.id);
drop policy once on product;
drop policy once on sales_order_line;
drop policy once on goods_receipt_line;

-- What variants differ by: of one product, or of all products of a group and the groups below.
create table product_attribute (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    group_id           uuid,
    product_id         uuid,
    kind               text not null,
    name               text not null,
    -- Of numbers: "mm".
    unit               text,
    -- Names and tables show smaller numbers first.
    place              integer not null,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    constraint product_attribute_group_fkey
        foreign key (tenant_id, group_id) references product_group,
    constraint product_attribute_product_fkey
        foreign key (tenant_id, product_id) references product,
    constraint product_attribute_owner check (num_nonnulls(group_id, product_id) = 1),
    constraint product_attribute_kind check (kind in ('CHOICE', 'NUMBER', 'BOOLEAN', 'TEXT')),
    constraint product_attribute_unit check (unit is null or kind = 'NUMBER'),
    constraint product_attribute_name_key
        unique nulls not distinct (tenant_id, group_id, product_id, name),
    constraint product_attribute_external_reference_key unique (tenant_id, external_reference)
);
select protect('product_attribute');
create index product_attribute_of_product on product_attribute (tenant_id, product_id)
    where product_id is not null;
grant select, insert, update on product_attribute to oborot_app;

-- What a choice may be. One that is left out of the list stays for the variants that have it.
create table product_attribute_choice (
    tenant_id    uuid not null references tenant,
    id           uuid not null,
    attribute_id uuid not null,
    value        text not null,
    place        integer not null,
    archived     boolean not null default false,
    primary key (tenant_id, id),
    foreign key (tenant_id, attribute_id) references product_attribute,
    constraint product_attribute_choice_of unique (tenant_id, attribute_id, id),
    -- Two choices may change names with each other.
    constraint product_attribute_choice_value_key
        unique (tenant_id, attribute_id, value) deferrable initially immediate
);
select protect('product_attribute_choice');
grant select, insert, update on product_attribute_choice to oborot_app;

alter table product_variant
    -- Its values as one text: attributes in the order of their ids.
    add column combination text collate "C";
create policy once on product_variant to current_user using (true);
update product_variant set combination = id::text;
drop policy once on product_variant;
alter table product_variant
    alter column combination set not null,
    add constraint product_variant_combination_key unique (tenant_id, product_id, combination);
create index product_variant_order on product_variant (tenant_id, sku, id);
create index product_variant_of on product_variant (tenant_id, product_id, sku, id);
create index product_variant_archived on product_variant (tenant_id, sku, id)
    where archived_at is not null;

create table product_variant_value (
    tenant_id    uuid not null references tenant,
    variant_id   uuid not null,
    attribute_id uuid not null,
    product_id   uuid not null,
    choice_id    uuid,
    -- Of other kinds: the number without trailing zeros, true or false, the text.
    value        text,
    -- What it is found by: the choice, or the value without regard to case.
    key          text collate "C" not null,
    primary key (tenant_id, variant_id, attribute_id),
    foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id),
    foreign key (tenant_id, attribute_id) references product_attribute,
    foreign key (tenant_id, attribute_id, choice_id)
        references product_attribute_choice (tenant_id, attribute_id, id),
    constraint product_variant_value_one check (num_nonnulls(choice_id, value) = 1)
);
select protect('product_variant_value');
create index product_variant_value_found
    on product_variant_value (tenant_id, attribute_id, key, variant_id);
grant select, insert on product_variant_value to oborot_app;

-- A code printed on one variant.
alter table product_barcode
    add column variant_id uuid,
    add constraint product_barcode_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id);

-- Documents. Null is a product without variants.
alter table sales_order_line
    add column variant_id uuid,
    add constraint sales_order_line_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id);
alter table goods_receipt_line
    add column variant_id uuid,
    add constraint goods_receipt_line_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id);
alter table shipment_line
    add column variant_id uuid,
    add constraint shipment_line_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id);

alter table lot
    add column variant_id uuid,
    add column variant_key uuid not null generated always as
        (coalesce(variant_id, '00000000-0000-0000-0000-000000000000'::uuid)) stored,
    add constraint lot_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id),
    -- What points at a lot points at its goods with it.
    add constraint lot_of_goods unique (tenant_id, id, product_id, variant_key);

-- A balance is of its lot's goods: the key that says so takes the place of the one to the lot.
alter table stock_balance
    add column variant_id uuid,
    add column variant_key uuid not null generated always as
        (coalesce(variant_id, '00000000-0000-0000-0000-000000000000'::uuid)) stored,
    drop constraint stock_balance_tenant_id_lot_id_fkey,
    add constraint stock_balance_lot_fkey
        foreign key (tenant_id, lot_id, product_id, variant_key)
        references lot (tenant_id, id, product_id, variant_key);
drop index stock_balance_in_stock;
create index stock_balance_in_stock
    on stock_balance (tenant_id, product_id, variant_key, warehouse_id, organization_id, lot_id)
    where in_stock;

-- The lot's, written with the movement: a variant's movements are found without its lots.
alter table stock_movement add column variant_id uuid;
create index stock_movement_variant on stock_movement (tenant_id, variant_id, occurred_on, id)
    where variant_id is not null;

alter table sale_fact add column variant_id uuid;
create or replace view sale_fact_v with (security_invoker = true) as
    select tenant_id, id, occurred_on, recorded_at, kind, shipment_id, shipment_line_id, order_id,
           organization_id, department_id, manager_id, customer_id, region_id, product_id,
           product_group_id, warehouse_id, currency, quantity, revenue, vat, cost, variant_id
    from sale_fact;

-- What sales compares its documents with: the goods of lots, and what is held for lines.
create view lot_goods_v with (security_invoker = true) as
    select tenant_id, id, product_id, variant_key from lot;
create view held_goods_v with (security_invoker = true) as
    select r.tenant_id, r.order_line_id, r.quantity, l.product_id, l.variant_key
    from reservation r
    join lot l on l.tenant_id = r.tenant_id and l.id = r.lot_id;
grant select on lot_goods_v, held_goods_v to oborot_app;
