-- Terms and prices over time: versions of agreements, and prices that are changed many at once.

alter table agreement
    -- What is left of a lot's life on the day it is shipped, at least; null is what the product
    -- itself asks for.
    add column min_shelf_life_days integer,
    add constraint agreement_min_shelf_life check (min_shelf_life_days between 1 and 36500);

-- An agreement as it was from one change to the next: a document shows the one it was made under.
-- Written whole with each change, never changed.
create table agreement_version (
    tenant_id           uuid not null references tenant,
    agreement_id        uuid not null,
    -- That of the agreement.
    number              integer not null,
    name                text not null,
    organization_id     uuid,
    price_list_id       uuid,
    currency            text not null,
    discount_percent    numeric(7,4) not null,
    credit_policy       text not null,
    state               text not null,
    valid_from          date,
    valid_to            date,
    min_shelf_life_days integer,
    is_default          boolean not null,
    -- [{percent, moment, days}].
    payment_steps       jsonb not null,
    archived            boolean not null,
    recorded_at         timestamptz not null default now(),
    created_by          uuid,
    primary key (tenant_id, agreement_id, number),
    foreign key (tenant_id, agreement_id) references agreement
);
select protect('agreement_version');
grant select, insert on agreement_version to oborot_app;

-- Which version a fixed price came with. Those that a later one replaced are kept beside: the
-- prices of version n came with n or before, and went with a later one.
alter table agreement_price
    add column since_version integer not null default 1;
create table agreement_price_past (
    tenant_id     uuid not null references tenant,
    agreement_id  uuid not null,
    product_id    uuid not null,
    valid_from    date not null,
    variant_id    uuid,
    packaging_id  uuid,
    min_quantity  numeric(18,3) not null,
    price         numeric(18,4),
    since_version integer not null,
    until_version integer not null,
    foreign key (tenant_id, agreement_id) references agreement,
    constraint agreement_price_past_key unique nulls not distinct
        (tenant_id, agreement_id, product_id, valid_from, variant_id, packaging_id, min_quantity,
         since_version),
    constraint agreement_price_past_versions check (since_version < until_version)
);
select protect('agreement_price_past');
grant select, insert on agreement_price_past to oborot_app;

-- What stands now is the first version that is kept.
create policy once on agreement for select to current_user using (true);
create policy once on payment_step for select to current_user using (true);
create policy once on agreement_version to current_user using (true) with check (true);
insert into agreement_version
    (tenant_id, agreement_id, number, name, organization_id, price_list_id, currency,
     discount_percent, credit_policy, state, valid_from, valid_to, is_default, payment_steps,
     archived, recorded_at, created_by)
select a.tenant_id, a.id, a.version, a.name, a.organization_id, a.price_list_id, a.currency,
       a.discount_percent, a.credit_policy, a.state, a.valid_from, a.valid_to, a.is_default,
       coalesce(s.steps, '[]'), a.archived_at is not null, a.updated_at, a.created_by
from agreement a
cross join lateral (
    select jsonb_agg(jsonb_build_object('percent', p.percent::text, 'moment', p.moment,
                                        'days', p.days)
                     order by p.place) as steps
    from payment_step p
    where p.tenant_id = a.tenant_id and p.agreement_id = a.id
) s;
drop policy once on agreement;
drop policy once on payment_step;
drop policy once on agreement_version;

-- Null on documents written before versions were kept.
alter table sales_order
    add column agreement_version integer,
    -- As agreed when the order was written.
    add column min_shelf_life_days integer,
    add constraint sales_order_agreement_version_fkey
        foreign key (tenant_id, agreement_id, agreement_version) references agreement_version;
alter table shipment
    add column agreement_version integer,
    add constraint shipment_agreement_version_fkey
        foreign key (tenant_id, agreement_id, agreement_version) references agreement_version;

-- Many prices of a list changed at once: previewed, applied as one, undone as one.
create table price_change (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    price_list_id      uuid not null,
    -- The list whose prices it was computed from; null is a supplier.
    source_list_id     uuid,
    valid_from         date not null,
    -- As they were asked for.
    parameters         jsonb not null,
    state              text not null,
    -- Prices written, and products they are of.
    prices             integer not null,
    products           integer not null,
    comment            text,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    undone_at          timestamptz,
    undone_by          uuid,
    primary key (tenant_id, id),
    constraint price_change_price_list_fkey
        foreign key (tenant_id, price_list_id) references price_list,
    constraint price_change_source_fkey
        foreign key (tenant_id, source_list_id) references price_list,
    constraint price_change_external_reference_key unique (tenant_id, external_reference),
    constraint price_change_state check (state in ('APPLIED', 'UNDONE')),
    constraint price_change_undone check ((undone_at is not null) = (state = 'UNDONE'))
);
select protect('price_change');
create index price_change_newest on price_change (tenant_id, created_at, id);
create index price_change_of_list on price_change (tenant_id, price_list_id, created_at, id);
grant select, insert, update on price_change to oborot_app;

alter table price
    -- The change that wrote it; null is a price set by hand.
    add column change_id uuid,
    add constraint price_change_fkey foreign key (tenant_id, change_id) references price_change;
create index price_of_change on price (tenant_id, change_id) where change_id is not null;
grant delete on price to oborot_app;

-- What a change put its own prices over; undoing it puts them back.
create table price_replaced (
    tenant_id       uuid not null references tenant,
    change_id       uuid not null,
    product_id      uuid not null,
    variant_id      uuid,
    packaging_id    uuid,
    min_quantity    numeric(18,3) not null,
    price           numeric(18,4),
    recorded_at     timestamptz not null,
    created_by      uuid,
    before_change_id uuid,
    foreign key (tenant_id, change_id) references price_change,
    constraint price_replaced_key unique nulls not distinct
        (tenant_id, change_id, product_id, variant_id, packaging_id, min_quantity)
);
select protect('price_replaced');
grant select, insert, delete on price_replaced to oborot_app;

-- A value to multiples of a step, as lists round: what is above zero never becomes zero, the
-- middle goes away from zero. The remainder is exact, a quotient would not be. Not strict: a strict
-- function with a case in it is called for each row, this one becomes part of the statement.
create function rounded_price(value numeric, step numeric, direction text) returns numeric
language sql immutable parallel safe as $$
    select case when value > 0
                then greatest(step, value - mod(value, step) + case
                    when mod(value, step) = 0 or direction = 'DOWN' then 0
                    when direction = 'UP' or 2 * mod(value, step) >= step then step
                    else 0 end)
                else value end
$$;

-- The change whose price a line was made with: it is in use from then on.
alter table sales_order_line
    add column price_change_id uuid,
    add constraint sales_order_line_price_change_fkey
        foreign key (tenant_id, price_change_id) references price_change;
create index sales_order_line_of_change on sales_order_line (tenant_id, price_change_id)
    where price_change_id is not null;

-- The rules of a segment, of a channel, of a group and of a product.
create index discount_rule_segment on discount_rule (tenant_id, price_segment_id, name_key, id)
    where price_segment_id is not null;
create index discount_rule_channel on discount_rule (tenant_id, sales_channel_id, name_key, id)
    where sales_channel_id is not null;
create index discount_rule_group on discount_rule (tenant_id, product_group_id, name_key, id)
    where product_group_id is not null;
create index discount_rule_product on discount_rule (tenant_id, product_id, name_key, id)
    where product_id is not null;
