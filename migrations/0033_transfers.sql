-- Goods that move between warehouses, are held back, written off and counted.

-- Goods in transit lie in a warehouse of their own, one for each destination: every balance has a
-- place, and what is on its way is held for orders like anything else. People see it as `inTransit`
-- of the destination and never choose it. Its name is made of the destination's and need not be
-- free.
alter table warehouse
    add column transit_to uuid,
    add constraint warehouse_transit_fkey foreign key (tenant_id, transit_to) references warehouse,
    add constraint warehouse_transit_apart
        check (transit_to is null or (transit_to <> id and not is_default)),
    drop constraint warehouse_name_key;
create unique index warehouse_name_key on warehouse (tenant_id, name) where transit_to is null;
create unique index warehouse_transit_key on warehouse (tenant_id, transit_to)
    where transit_to is not null;
create view transit_v with (security_invoker = true) as
    select tenant_id, id, transit_to as warehouse_id
    from warehouse
    where transit_to is not null;
grant select on transit_v to oborot_app;

-- A transfer: sent, its goods are in transit; received or returned, they lie somewhere again.
create table stock_transfer (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    number             text not null default '',
    occurred_on        date not null,
    -- When the goods are to be there.
    expected_on        date,
    organization_id    uuid not null,
    from_id            uuid not null,
    to_id              uuid not null,
    state              text not null default 'DRAFT',
    comment            text not null default '',
    external_reference text,
    received_on        date,
    returned_on        date,
    -- Why less came than was sent.
    short_reason       text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, organization_id) references organization,
    foreign key (tenant_id, from_id) references warehouse,
    foreign key (tenant_id, to_id) references warehouse,
    constraint stock_transfer_external_reference_key unique (tenant_id, external_reference),
    constraint stock_transfer_in_time check (expected_on >= occurred_on),
    constraint stock_transfer_ways check (from_id <> to_id),
    constraint stock_transfer_state
        check (state in ('DRAFT', 'SENT', 'RECEIVED', 'RETURNED', 'CANCELLED')),
    constraint stock_transfer_numbered check (state in ('DRAFT', 'CANCELLED') or number <> ''),
    constraint stock_transfer_received check ((state = 'RECEIVED') = (received_on is not null)),
    constraint stock_transfer_returned check ((state = 'RETURNED') = (returned_on is not null)),
    constraint stock_transfer_short check (short_reason is null or state = 'RECEIVED')
);
select protect('stock_transfer');
create index stock_transfer_date on stock_transfer (tenant_id, occurred_on, id);
create index stock_transfer_by_number on stock_transfer (tenant_id, number, id);
create unique index stock_transfer_number_key
    on stock_transfer (tenant_id, organization_id, number, extract(year from occurred_on))
    where number <> '';
-- What is about to move and on its way.
create index stock_transfer_open on stock_transfer (tenant_id, state, id)
    where state in ('DRAFT', 'SENT');
grant select, insert, update on stock_transfer to oborot_app;

create table stock_transfer_line (
    tenant_id        uuid not null references tenant,
    id               uuid not null,
    document_id      uuid not null,
    position         integer not null,
    product_id       uuid not null,
    variant_id       uuid,
    quantity         numeric(18,3) not null,
    packaging_id     uuid,
    entered_quantity numeric(18,3),
    entered_unit     text,
    -- The lot that was chosen; null takes those that expire first.
    lot_id           uuid,
    -- What came, once it came.
    received         numeric(18,3),
    primary key (tenant_id, id),
    foreign key (tenant_id, document_id) references stock_transfer,
    foreign key (tenant_id, product_id) references product,
    foreign key (tenant_id, packaging_id) references product_packaging,
    foreign key (tenant_id, lot_id) references lot,
    constraint stock_transfer_line_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id),
    constraint stock_transfer_line_position_key unique (tenant_id, document_id, position),
    constraint stock_transfer_line_quantity check (quantity > 0),
    constraint stock_transfer_line_received check (received between 0 and quantity),
    constraint stock_transfer_line_entered
        check ((packaging_id is null) = (entered_quantity is null)
               and (packaging_id is null) = (entered_unit is null))
);
select protect('stock_transfer_line');
create index stock_transfer_line_product on stock_transfer_line (tenant_id, product_id, id);
-- A draft's lines are written anew when it is changed.
grant select, insert, update, delete on stock_transfer_line to oborot_app;

-- Lots that are held back. A balance says so too: whoever waits for its lock reads it anew then,
-- which he would not do with the lot.
alter table lot
    add column block_reason text,
    add constraint lot_block_reason check (blocked or block_reason is null);
grant update (blocked, block_reason) on lot to oborot_app;
alter table stock_balance
    add column blocked boolean not null default false,
    add constraint stock_balance_held_back check (not blocked or reserved = 0);

-- Goods that are no more.
create table write_off (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    number             text not null default '',
    occurred_on        date not null,
    organization_id    uuid not null,
    warehouse_id       uuid not null,
    state              text not null default 'DRAFT',
    reason             text not null,
    -- Goods go that are held for orders, out of lots that lines name.
    takes_held         boolean not null,
    -- What its goods cost, once they are gone.
    amount             numeric(18,2),
    comment            text not null default '',
    external_reference text,
    reversed_on        date,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, organization_id) references organization,
    foreign key (tenant_id, warehouse_id) references warehouse,
    constraint write_off_external_reference_key unique (tenant_id, external_reference),
    constraint write_off_state check (state in ('DRAFT', 'POSTED', 'REVERSED', 'CANCELLED')),
    constraint write_off_numbered check (state in ('DRAFT', 'CANCELLED') or number <> ''),
    constraint write_off_valued check ((state in ('POSTED', 'REVERSED')) = (amount is not null)),
    constraint write_off_reversed check ((state = 'REVERSED') = (reversed_on is not null))
);
select protect('write_off');
create index write_off_date on write_off (tenant_id, occurred_on, id);
create index write_off_by_number on write_off (tenant_id, number, id);
create unique index write_off_number_key
    on write_off (tenant_id, organization_id, number, extract(year from occurred_on))
    where number <> '';
grant select, insert, update on write_off to oborot_app;

create table write_off_line (
    tenant_id        uuid not null references tenant,
    id               uuid not null,
    document_id      uuid not null,
    position         integer not null,
    product_id       uuid not null,
    variant_id       uuid,
    quantity         numeric(18,3) not null,
    packaging_id     uuid,
    entered_quantity numeric(18,3),
    entered_unit     text,
    -- The lot that was chosen; null takes those that expire first.
    lot_id           uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, document_id) references write_off,
    foreign key (tenant_id, product_id) references product,
    foreign key (tenant_id, packaging_id) references product_packaging,
    foreign key (tenant_id, lot_id) references lot,
    constraint write_off_line_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id),
    constraint write_off_line_position_key unique (tenant_id, document_id, position),
    constraint write_off_line_quantity check (quantity > 0),
    constraint write_off_line_entered
        check ((packaging_id is null) = (entered_quantity is null)
               and (packaging_id is null) = (entered_unit is null))
);
select protect('write_off_line');
-- A draft's lines are written anew when it is changed.
grant select, insert, update, delete on write_off_line to oborot_app;

-- Stock counts. `book` is what the books said when the count was started; `said` is what they said
-- at the last entry of these goods, and the difference is counted less said: goods may move
-- meanwhile.
create view product_lots_v with (security_invoker = true) as
    select tenant_id, id, group_id, tracks_lots from product;
create view product_group_tree_v with (security_invoker = true) as
    select tenant_id, id, parent_id from product_group;
grant select on product_lots_v, product_group_tree_v to oborot_app;

create table stock_count (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    number             text not null default '',
    occurred_on        date not null,
    organization_id    uuid not null,
    warehouse_id       uuid not null,
    -- Groups of products, with those below them; none is everything.
    groups             uuid[] not null,
    state              text not null default 'DRAFT',
    reason             text,
    comment            text not null default '',
    external_reference text,
    frozen_on          date,
    -- What found goods cost less what missing ones cost, once they are in stock.
    amount             numeric(18,2),
    reversed_on        date,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, organization_id) references organization,
    foreign key (tenant_id, warehouse_id) references warehouse,
    constraint stock_count_external_reference_key unique (tenant_id, external_reference),
    constraint stock_count_state
        check (state in ('DRAFT', 'COUNTING', 'POSTED', 'REVERSED', 'CANCELLED')),
    constraint stock_count_numbered check (state in ('DRAFT', 'CANCELLED') or number <> ''),
    constraint stock_count_frozen check (state in ('DRAFT', 'CANCELLED') or frozen_on is not null),
    constraint stock_count_valued check ((state in ('POSTED', 'REVERSED')) = (amount is not null)),
    constraint stock_count_reversed check ((state = 'REVERSED') = (reversed_on is not null))
);
select protect('stock_count');
create index stock_count_date on stock_count (tenant_id, occurred_on, id);
create index stock_count_by_number on stock_count (tenant_id, number, id);
-- By the year of its start, in which the number was taken: a count may be posted in the next one.
create unique index stock_count_number_key
    on stock_count (tenant_id, organization_id, number, extract(year from frozen_on))
    where number <> '';
grant select, insert, update on stock_count to oborot_app;

create table stock_count_line (
    tenant_id   uuid not null references tenant,
    id          uuid not null,
    document_id uuid not null,
    product_id  uuid not null,
    variant_id  uuid,
    variant_key uuid not null generated always as
        (coalesce(variant_id, '00000000-0000-0000-0000-000000000000'::uuid)) stored,
    -- Where lots of the product are told apart.
    lot_id      uuid,
    lot_key     uuid not null generated always as
        (coalesce(lot_id, '00000000-0000-0000-0000-000000000000'::uuid)) stored,
    book        numeric(18,3) not null,
    counted     numeric(18,3),
    said        numeric(18,3),
    -- What posting changed.
    posted      numeric(18,3),
    primary key (tenant_id, id),
    foreign key (tenant_id, document_id) references stock_count,
    foreign key (tenant_id, product_id) references product,
    foreign key (tenant_id, lot_id) references lot,
    constraint stock_count_line_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id),
    constraint stock_count_line_key
        unique (tenant_id, document_id, product_id, variant_key, lot_key),
    constraint stock_count_line_quantity check (book >= 0 and counted >= 0 and said >= 0),
    constraint stock_count_line_entered check ((counted is null) = (said is null))
);
select protect('stock_count_line');
create index stock_count_line_order
    on stock_count_line (tenant_id, document_id, product_id, id);
grant select, insert, update on stock_count_line to oborot_app;

-- Who found what, and when: rows are added, never changed.
create table stock_count_entry (
    tenant_id   uuid not null references tenant,
    id          uuid not null,
    document_id uuid not null,
    line_id     uuid not null,
    quantity    numeric(18,3) not null,
    replaces    boolean not null,
    bin_id      uuid,
    counted_at  timestamptz not null default clock_timestamp(),
    counted_by  uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, document_id) references stock_count,
    foreign key (tenant_id, line_id) references stock_count_line,
    foreign key (tenant_id, bin_id) references bin,
    constraint stock_count_entry_quantity check (quantity >= 0)
);
select protect('stock_count_entry');
create index stock_count_entry_line on stock_count_entry (tenant_id, line_id, counted_at, id);
grant select, insert on stock_count_entry to oborot_app;
