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
-- A draft's lines are written anew when it is changed.
grant select, insert, update, delete on stock_transfer_line to oborot_app;
