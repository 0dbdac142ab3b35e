-- Prices: lists derived from lists, quantity breaks, fixed prices of agreements, discount rules,
-- and why a line costs what it costs.

-- A list with a base has no prices of its own: base price × coefficient, rounded.
alter table price_list
    add column base_list_id       uuid,
    add column coefficient        numeric(9,6),
    -- Null: to four places.
    add column rounding_step      numeric(18,4),
    add column rounding_direction text,
    add constraint price_list_base_fkey
        foreign key (tenant_id, base_list_id) references price_list,
    add constraint price_list_derived
        check ((base_list_id is null) = (coefficient is null)
               and (rounding_step is null) = (rounding_direction is null)
               and (base_list_id is not null or rounding_step is null)),
    add constraint price_list_not_its_own_base check (base_list_id <> id),
    add constraint price_list_coefficient check (coefficient > 0),
    add constraint price_list_rounding
        check (rounding_step > 0 and rounding_direction in ('NEAREST', 'UP', 'DOWN'));
create index price_list_base on price_list (tenant_id, base_list_id)
    where base_list_id is not null;

-- Each quantity break of a variant in a packaging is a series of its own; null is all variants,
-- the base unit. A price of null ends its series from that day on.
alter table price
    drop constraint price_pkey,
    alter column price drop not null,
    add column variant_id   uuid,
    add column packaging_id uuid,
    -- From this quantity on, in base units whatever the packaging.
    add column min_quantity numeric(18,3) not null default 0,
    add constraint price_key unique nulls not distinct
        (tenant_id, price_list_id, product_id, valid_from, variant_id, packaging_id, min_quantity),
    add constraint price_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id),
    add constraint price_packaging_fkey foreign key (tenant_id, product_id, packaging_id)
        references product_packaging (tenant_id, product_id, id),
    add constraint price_min_quantity check (min_quantity >= 0);

-- Prices agreed with one customer, in the agreement's currency; net of automatic discounts.
create table agreement_price (
    tenant_id    uuid not null references tenant,
    agreement_id uuid not null,
    product_id   uuid not null,
    valid_from   date not null,
    variant_id   uuid,
    packaging_id uuid,
    min_quantity numeric(18,3) not null default 0,
    price        numeric(18,4),
    recorded_at  timestamptz not null default now(),
    created_by   uuid,
    foreign key (tenant_id, agreement_id) references agreement,
    constraint agreement_price_product_fkey
        foreign key (tenant_id, product_id) references product,
    constraint agreement_price_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id),
    constraint agreement_price_packaging_fkey foreign key (tenant_id, product_id, packaging_id)
        references product_packaging (tenant_id, product_id, id),
    constraint agreement_price_key unique nulls not distinct
        (tenant_id, agreement_id, product_id, valid_from, variant_id, packaging_id, min_quantity),
    constraint agreement_price_price check (price >= 0),
    constraint agreement_price_min_quantity check (min_quantity >= 0)
);
select protect('agreement_price');
grant select, insert, update on agreement_price to oborot_app;

-- A percentage off. What is null matches anything; all that is named must match.
create table discount_rule (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    name               text not null,
    name_key           text collate "C" not null generated always as (catalog_key(name)) stored,
    percent            numeric(7,4) not null,
    price_segment_id   uuid,
    -- With the groups below it.
    product_group_id   uuid,
    product_id         uuid,
    sales_channel_id   uuid,
    -- At most one of them. Sums are before any discount.
    quantity_from      numeric(18,3),
    line_sum_from      numeric(18,2),
    document_sum_from  numeric(18,2),
    -- Of the sums.
    currency           text not null,
    valid_from         date,
    -- Itself included.
    valid_to           date,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    constraint discount_rule_segment_fkey
        foreign key (tenant_id, price_segment_id) references price_segment,
    constraint discount_rule_group_fkey
        foreign key (tenant_id, product_group_id) references product_group,
    constraint discount_rule_product_fkey foreign key (tenant_id, product_id) references product,
    constraint discount_rule_channel_fkey
        foreign key (tenant_id, sales_channel_id) references sales_channel,
    constraint discount_rule_name_key unique (tenant_id, name),
    constraint discount_rule_external_reference_key unique (tenant_id, external_reference),
    constraint discount_rule_percent check (percent > 0 and percent <= 100),
    constraint discount_rule_threshold
        check (num_nonnulls(quantity_from, line_sum_from, document_sum_from) <= 1
               and quantity_from > 0 and line_sum_from > 0 and document_sum_from > 0),
    constraint discount_rule_dates check (valid_from <= valid_to),
    constraint discount_rule_currency_form check (currency ~ '^[A-Z]{3}$')
);
select protect('discount_rule');
create index discount_rule_order on discount_rule (tenant_id, name_key, id);
grant select, insert, update on discount_rule to oborot_app;

-- How a tenant's automatic discounts combine; without a row the best one counts.
create table price_settings (
    tenant_id    uuid not null references tenant,
    combination  text not null,
    -- Of SUM: to this much at most.
    discount_cap numeric(7,4),
    version      integer not null default 1,
    updated_at   timestamptz not null default now(),
    primary key (tenant_id),
    constraint price_settings_combination
        check (combination = 'BEST' and discount_cap is null
               or combination = 'SUM' and discount_cap is not null),
    constraint price_settings_cap check (discount_cap between 0 and 100)
);
select protect('price_settings');
grant select, insert, update on price_settings to oborot_app;

-- Agreements made so far are in force.
alter table agreement
    add column state      text not null default 'ACTIVE',
    add column valid_from date,
    -- Itself included.
    add column valid_to   date,
    add constraint agreement_state check (state in ('DRAFT', 'ACTIVE', 'CLOSED')),
    add constraint agreement_dates check (valid_from <= valid_to),
    add constraint agreement_default_active check (not is_default or state = 'ACTIVE');

-- A line's price stays with its unit: so much for numerator / denominator base units. The
-- explanation holds every step on the way.
alter table sales_order_line
    add column price_numerator    integer not null default 1,
    add column price_denominator  integer not null default 1,
    add column price_is_manual    boolean not null default false,
    add column discount_is_manual boolean not null default false,
    -- Null on lines written before explanations were kept.
    add column explanation        jsonb,
    alter column price_source drop not null,
    alter column discount_source drop not null,
    drop constraint sales_order_line_price_source,
    drop constraint sales_order_line_discount_source,
    add constraint sales_order_line_price_unit
        check (price_numerator > 0 and price_denominator > 0);
-- The owner is bound by row-level security too: let in for as long as this takes.
create policy once on sales_order_line to current_user using (true);
create policy once on sales_order for select to current_user using (true);
create policy once on agreement for select to current_user using (true);
update sales_order_line l
set price_is_manual = l.price_source = 'MANUAL',
    discount_is_manual = l.discount_source = 'MANUAL',
    price_source = case when l.list_price is null then null
                        when a.price_list_id is null then 'DEFAULT_LIST'
                        else 'AGREEMENT_LIST' end,
    discount_source = case when l.discount_source = 'AGREEMENT' and l.discount_percent > 0
                           then 'AGREEMENT' end
from sales_order o
join agreement a on a.tenant_id = o.tenant_id and a.id = o.agreement_id
where o.tenant_id = l.tenant_id
  and o.id = l.order_id;
drop policy once on sales_order_line;
drop policy once on sales_order;
drop policy once on agreement;
alter table sales_order_line
    add constraint sales_order_line_price_source
        check (price_source in ('AGREEMENT_PRICE', 'AGREEMENT_LIST', 'SEGMENT_LIST',
                                'DEFAULT_LIST')),
    add constraint sales_order_line_discount_source check (discount_source in ('AGREEMENT', 'RULE'));
-- What documents read of packagings and variants.
create view product_packaging_v with (security_invoker = true) as
    select tenant_id, id, product_id, name, numerator, denominator,
           archived_at is not null as archived
    from product_packaging;
create view product_variant_v with (security_invoker = true) as
    select tenant_id, id, product_id, sku, name, archived_at is not null as archived
    from product_variant;
grant select on product_packaging_v, product_variant_v to oborot_app;
