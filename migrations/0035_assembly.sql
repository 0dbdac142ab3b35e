-- Answers about stock in one query each.

-- A lot is asked for by the number that its maker printed, however it is typed.
alter table lot
    add column number_key text collate "C" not null
        generated always as (coalesce(catalog_key(number), '')) stored;
create index lot_number on lot (tenant_id, number_key, id);
create index lot_received on lot (tenant_id, received_on, id);

-- Who received a lot.
create index shipment_lot_of_lot on shipment_lot (tenant_id, lot_id, shipment_line_id);

-- What lots were put together of, and what became of them; few movements are of this kind.
create index stock_movement_assembly on stock_movement (tenant_id, lot_id)
    where kind = 'ASSEMBLY';

-- A past balance is today's less what moved since: this finds the balances in the order of the
-- answer, empty ones too. Movements of one lot in one warehouse are found by stock_movement_lot.
-- Sums by day beside the register were not taken: a posting would have to keep them.
create index stock_balance_goods
    on stock_balance (tenant_id, product_id, variant_key, warehouse_id, organization_id, lot_id);

-- The lot's last day, beside what is left of it: what expires is found without the lots that are
-- long gone. A lot's last day never changes. The lot may be written by the same statement as its
-- balance, so the trigger comes after both.
alter table stock_balance add column expires_on date;
create policy once on stock_balance to current_user using (true);
create policy once on lot for select to current_user using (true);
update stock_balance b
set expires_on = l.expires_on
from lot l
where l.tenant_id = b.tenant_id and l.id = b.lot_id and l.expires_on is not null;
drop policy once on stock_balance;
drop policy once on lot;
create function stock_balance_expires() returns trigger
language plpgsql as $$
begin
    update stock_balance b
    set expires_on = l.expires_on
    from lot l
    where b.tenant_id = new.tenant_id
      and b.organization_id = new.organization_id
      and b.warehouse_id = new.warehouse_id
      and b.product_id = new.product_id
      and b.lot_id = new.lot_id
      and l.tenant_id = new.tenant_id
      and l.id = new.lot_id
      and l.expires_on is not null;
    return null;
end
$$;
create trigger stock_balance_expires after insert on stock_balance
    for each row execute function stock_balance_expires();
create index stock_balance_expiring on stock_balance (tenant_id, expires_on, lot_id, warehouse_id)
    where in_stock and expires_on is not null;

-- Reservations worked on.

alter table sales_order
    -- Where no warehouse is chosen: the only ones that give, the first first; empty is all.
    add column allowed_warehouses uuid[] not null default '{}';

-- What the tenant says about reservations: no row is what holds without it.
create table reservation_settings (
    tenant_id    uuid not null references tenant,
    -- Hours that goods are held for an order that is to be paid before shipping; null: for as long
    -- as it takes.
    unpaid_hours integer,
    version      integer not null default 1,
    updated_at   timestamptz not null default now(),
    primary key (tenant_id),
    constraint reservation_settings_hours check (unpaid_hours between 1 and 8760)
);
select protect('reservation_settings');
grant select, insert, update on reservation_settings to oborot_app;

-- Until when goods are held for orders that are not paid. A row goes in the transaction that frees
-- the goods, or finds the order paid or over.
create table reservation_expiry (
    tenant_id  uuid not null references tenant,
    order_id   uuid not null,
    expires_at timestamptz not null,
    primary key (tenant_id, order_id),
    foreign key (tenant_id, order_id) references sales_order
);
select protect('reservation_expiry');
create index reservation_expiry_due on reservation_expiry (tenant_id, expires_at, order_id);
grant select, insert, update, delete on reservation_expiry to oborot_app;
-- Which tenants have goods to let go: the worker asks this across tenants, and nothing else.
create policy system_rows on reservation_expiry for select to oborot_system using (true);
grant select (tenant_id, expires_at) on reservation_expiry to oborot_system;

-- Assembly: goods put together of others by a bill of materials, and taken apart.

create table bill_of_materials (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    name               text collate "C" not null,
    product_id         uuid not null,
    variant_id         uuid,
    variant_key        uuid not null generated always as
        (coalesce(variant_id, '00000000-0000-0000-0000-000000000000'::uuid)) stored,
    external_reference text,
    archived_at        timestamptz,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, product_id) references product,
    constraint bill_of_materials_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id),
    constraint bill_of_materials_name_key unique (tenant_id, product_id, variant_key, name),
    constraint bill_of_materials_external_reference_key unique (tenant_id, external_reference)
);
select protect('bill_of_materials');
create index bill_of_materials_order on bill_of_materials (tenant_id, name, id);
grant select, insert, update on bill_of_materials to oborot_app;

-- What holds from a day on: so many finished goods of these components.
create table bill_version (
    tenant_id   uuid not null references tenant,
    bill_id     uuid not null,
    valid_from  date not null,
    yields      numeric(18,3) not null,
    -- Base currency for one finished piece.
    labour_rate numeric(18,4) not null,
    primary key (tenant_id, bill_id, valid_from),
    foreign key (tenant_id, bill_id) references bill_of_materials,
    constraint bill_version_yields check (yields > 0),
    constraint bill_version_labour check (labour_rate >= 0)
);
select protect('bill_version');
grant select, insert, update on bill_version to oborot_app;

create table bill_component (
    tenant_id   uuid not null references tenant,
    bill_id     uuid not null,
    valid_from  date not null,
    position    integer not null,
    product_id  uuid not null,
    variant_id  uuid,
    variant_key uuid not null generated always as
        (coalesce(variant_id, '00000000-0000-0000-0000-000000000000'::uuid)) stored,
    quantity    numeric(18,3) not null,
    primary key (tenant_id, bill_id, valid_from, position),
    foreign key (tenant_id, bill_id, valid_from) references bill_version,
    foreign key (tenant_id, product_id) references product,
    constraint bill_component_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id),
    constraint bill_component_quantity check (quantity > 0)
);
select protect('bill_component');
grant select, insert, delete on bill_component to oborot_app;

create table assembly_order (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    number             text not null default '',
    occurred_on        date not null,
    kind               text not null,
    organization_id    uuid not null,
    warehouse_id       uuid not null,
    bill_id            uuid,
    product_id         uuid not null,
    variant_id         uuid,
    quantity           numeric(18,3) not null,
    -- Base currency: what work adds to the goods' cost. It has no other side here.
    labour             numeric(18,2) not null,
    -- What the goods that went in cost; null until posted.
    goods_cost         numeric(18,2),
    -- Of the finished goods' lot.
    lot_number         text,
    expires_on         date,
    state              text not null default 'DRAFT',
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
    foreign key (tenant_id, bill_id) references bill_of_materials,
    foreign key (tenant_id, product_id) references product,
    constraint assembly_order_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id),
    constraint assembly_order_external_reference_key unique (tenant_id, external_reference),
    constraint assembly_order_kind check (kind in ('ASSEMBLY', 'DISASSEMBLY')),
    constraint assembly_order_state
        check (state in ('DRAFT', 'POSTED', 'REVERSED', 'CANCELLED')),
    constraint assembly_order_numbered check (state in ('DRAFT', 'CANCELLED') or number <> ''),
    constraint assembly_order_reversed check ((state = 'REVERSED') = (reversed_on is not null)),
    constraint assembly_order_cost
        check ((state in ('POSTED', 'REVERSED')) = (goods_cost is not null)),
    constraint assembly_order_quantity check (quantity > 0),
    constraint assembly_order_labour check (labour >= 0)
);
select protect('assembly_order');
create index assembly_order_date on assembly_order (tenant_id, occurred_on, id);
create index assembly_order_by_number on assembly_order (tenant_id, number, id);
-- What is to be put together, and what drafts want of other goods; there are few of them.
create index assembly_order_awaited on assembly_order (tenant_id, product_id, occurred_on, id)
    where state = 'DRAFT' and kind = 'ASSEMBLY';
create unique index assembly_order_number_key
    on assembly_order (tenant_id, organization_id, number, extract(year from occurred_on))
    where number <> '';
grant select, insert, update on assembly_order to oborot_app;

-- The components.
create table assembly_line (
    tenant_id   uuid not null references tenant,
    id          uuid not null,
    assembly_id uuid not null,
    position    integer not null,
    product_id  uuid not null,
    variant_id  uuid,
    quantity    numeric(18,3) not null,
    -- Taking apart: its part of the value, in any unit common to all lines.
    share       numeric(18,4),
    -- Taking apart: of its lot.
    lot_number  text,
    expires_on  date,
    -- What went out or in with it; null until posted.
    cost        numeric(18,2),
    primary key (tenant_id, id),
    foreign key (tenant_id, assembly_id) references assembly_order,
    foreign key (tenant_id, product_id) references product,
    constraint assembly_line_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id),
    constraint assembly_line_position_key unique (tenant_id, assembly_id, position),
    constraint assembly_line_quantity check (quantity > 0),
    constraint assembly_line_share check (share >= 0)
);
select protect('assembly_line');
grant select, insert, delete, update (cost) on assembly_line to oborot_app;

-- Lots chosen by hand: of a component's line, or of the finished goods to be taken apart, whose
-- line is the document itself.
create table assembly_pick (
    tenant_id   uuid not null references tenant,
    assembly_id uuid not null,
    line_id     uuid not null,
    lot_id      uuid not null,
    quantity    numeric(18,3) not null,
    primary key (tenant_id, assembly_id, line_id, lot_id),
    foreign key (tenant_id, assembly_id) references assembly_order,
    foreign key (tenant_id, lot_id) references lot,
    constraint assembly_pick_quantity check (quantity > 0)
);
select protect('assembly_pick');
grant select, insert, delete on assembly_pick to oborot_app;

-- Who waits takes goods out of the warehouses that its order allows alone, the first first.
alter table demand add column among uuid[] not null default '{}';

-- Orders count on goods that are to be put together as on goods that are ordered.
alter table demand_cover
    drop constraint demand_cover_kind,
    add constraint demand_cover_kind check (supply_kind in ('PurchaseOrder', 'AssemblyOrder'));

-- What is to come, of every kind of supply: what is ordered of suppliers, and what a draft says is
-- to be put together on its day.
create view expected_supply_v with (security_invoker = true) as
    select o.tenant_id, 'PurchaseOrder' as supply_kind, o.id as supply_id,
           l.id as supply_line_id, o.organization_id, o.warehouse_id, l.product_id, l.variant_id,
           l.expected_on, l.awaited as quantity
    from purchase_order_line l
    join purchase_order o on o.tenant_id = l.tenant_id and o.id = l.purchase_order_id
    where l.is_awaited
    union all
    select a.tenant_id, 'AssemblyOrder', a.id, a.id, a.organization_id, a.warehouse_id,
           a.product_id, a.variant_id, a.occurred_on, a.quantity
    from assembly_order a
    where a.state = 'DRAFT' and a.kind = 'ASSEMBLY';
grant select on expected_supply_v to oborot_app;
