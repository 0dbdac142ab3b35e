-- What customers' orders miss, and how it gets into the house.

-- What an order's line misses. A row comes with the first shortage of its line and stays: what it
-- still misses goes down to nothing as goods are held or shipped. Rows of one organization's
-- product are written under that product's queue alone (an advisory lock, stock::pegging), so that
-- goods that come in and orders that miss them never pass each other unseen. Orders belong to
-- sales, which stands above, so their ids have no foreign keys here.
create table demand (
    tenant_id       uuid not null references tenant,
    id              uuid not null,
    order_id        uuid not null,
    order_line_id   uuid not null,
    organization_id uuid not null,
    product_id      uuid not null,
    variant_id      uuid,
    -- Null is any warehouse.
    warehouse_id    uuid,
    customer_id     uuid not null,
    manager_id      uuid,
    -- The date of the order: of two that are needed by one day, the older order comes first.
    ordered_on      date not null,
    needed_by       date not null,
    least_life_days integer not null,
    -- Base units that are neither held nor shipped.
    quantity        numeric(18,3) not null,
    -- Base units of it that expected supply is meant for.
    covered         numeric(18,3) not null default 0,
    is_cancelled    boolean not null default false,
    is_open         boolean not null generated always as (quantity > 0) stored,
    state           text not null generated always as (
        case when is_cancelled then 'CANCELLED' when quantity = 0 then 'RESERVED'
             when covered = 0 then 'OPEN' when covered < quantity then 'PARTLY_COVERED'
             else 'COVERED' end) stored,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, organization_id) references organization,
    foreign key (tenant_id, product_id) references product,
    constraint demand_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id),
    foreign key (tenant_id, warehouse_id) references warehouse,
    foreign key (tenant_id, customer_id) references customer,
    constraint demand_order_line_key unique (tenant_id, order_line_id),
    constraint demand_quantity check (quantity >= 0 and covered between 0 and quantity),
    constraint demand_cancelled check (not is_cancelled or quantity = 0)
);
select protect('demand');
-- Who waits for a product, whoever needs it first.
create index demand_queue on demand (tenant_id, product_id, needed_by, ordered_on, id)
    where is_open;
create index demand_by_day on demand (tenant_id, needed_by, id);
create index demand_in_state on demand (tenant_id, state, needed_by, id);
create index demand_of_product on demand (tenant_id, product_id, needed_by, id);
create index demand_of_manager on demand (tenant_id, manager_id, needed_by, id);
create index demand_of_order on demand (tenant_id, order_id);
create index demand_of_customer on demand (tenant_id, customer_id);
grant select, insert, update on demand to oborot_app;

-- What sales compares its orders with.
create view demand_v with (security_invoker = true) as
    select tenant_id, order_line_id, product_id, variant_id, quantity, is_cancelled from demand;
create view awaited_payment_v with (security_invoker = true) as
    select tenant_id, order_id from awaited_payment;
create view product_kind_v with (security_invoker = true) as
    select tenant_id, id, is_service from product;
grant select on demand_v, awaited_payment_v, product_kind_v to oborot_app;

-- Goods of the same group may be offered in place of what is missing.
create view product_group_goods_v with (security_invoker = true) as
    select tenant_id, id, group_id, name_key
    from product
    where archived_at is null and not is_service;
grant select on product_group_goods_v to oborot_app;

-- Orders confirmed before this table was there miss what they miss. The owner is bound by
-- row-level security too, so it is let in for as long as this takes.
create policy once on sales_order for select to current_user using (true);
create policy once on sales_order_line for select to current_user using (true);
create policy once on product for select to current_user using (true);
create policy once on reservation for select to current_user using (true);
create policy once on awaited_payment for select to current_user using (true);
create policy once on demand to current_user using (true);
insert into demand (tenant_id, id, order_id, order_line_id, organization_id, product_id,
                    variant_id, warehouse_id, customer_id, manager_id, ordered_on, needed_by,
                    least_life_days, quantity)
select o.tenant_id, gen_random_uuid(), o.id, l.id, o.organization_id, l.product_id, l.variant_id,
       o.warehouse_id, o.customer_id, o.manager_id, o.date,
       coalesce(o.requested_ship_date, o.date), coalesce(o.min_shelf_life_days, 0),
       l.quantity - l.shipped - h.quantity
from sales_order o
join sales_order_line l on l.tenant_id = o.tenant_id and l.order_id = o.id
join product p on p.tenant_id = l.tenant_id and p.id = l.product_id and not p.is_service
cross join lateral (
    select coalesce(sum(r.quantity), 0) as quantity
    from reservation r
    where r.tenant_id = l.tenant_id and r.order_line_id = l.id
) h
where o.state in ('CONFIRMED', 'IN_FULFILMENT')
  and l.quantity > l.shipped + h.quantity
  and not exists (select from awaited_payment a
                  where a.tenant_id = o.tenant_id and a.order_id = o.id);
drop policy once on sales_order;
drop policy once on sales_order_line;
drop policy once on product;
drop policy once on reservation;
drop policy once on awaited_payment;
drop policy once on demand;

-- What may be received beyond what was ordered, per cent of it; more needs a right of its own.
create table supply_settings (
    tenant_id            uuid primary key references tenant,
    over_receipt_percent numeric(7,4) not null,
    updated_at           timestamptz not null default now(),
    updated_by           uuid,
    constraint supply_settings_over_receipt check (over_receipt_percent between 0 and 100)
);
select protect('supply_settings');
grant select, insert, update on supply_settings to oborot_app;

-- What is ordered of a supplier, in its currency, without recoverable tax.
create table purchase_order (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    number             text not null default '',
    occurred_on        date not null,
    organization_id    uuid not null,
    warehouse_id       uuid not null,
    supplier_id        uuid not null,
    currency           text not null,
    state              text not null default 'DRAFT',
    -- Null while a price is missing.
    amount             numeric(18,2),
    -- When lines without a day of their own are expected.
    expected_on        date,
    -- The number that the supplier gave it.
    supplier_reference text not null default '',
    comment            text not null default '',
    -- Why it was closed short or cancelled.
    end_reason         text,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, organization_id) references organization,
    foreign key (tenant_id, warehouse_id) references warehouse,
    foreign key (tenant_id, supplier_id) references supplier,
    constraint purchase_order_external_reference_key unique (tenant_id, external_reference),
    constraint purchase_order_state
        check (state in ('DRAFT', 'ORDERED', 'PARTIALLY_RECEIVED', 'RECEIVED', 'CLOSED',
                         'CANCELLED')),
    constraint purchase_order_numbered check (state in ('DRAFT', 'CANCELLED') or number <> ''),
    constraint purchase_order_ended
        check ((state in ('CLOSED', 'CANCELLED')) = (end_reason is not null)),
    constraint purchase_order_currency check (currency ~ '^[A-Z]{3}$')
);
select protect('purchase_order');
create index purchase_order_by_date on purchase_order (tenant_id, occurred_on, id);
create index purchase_order_by_number on purchase_order (tenant_id, number, id);
create index purchase_order_in_state on purchase_order (tenant_id, state, occurred_on, id);
create index purchase_order_of_supplier
    on purchase_order (tenant_id, supplier_id, occurred_on, id);
create unique index purchase_order_number_key
    on purchase_order (tenant_id, organization_id, number, extract(year from occurred_on))
    where number <> '';
grant select, insert, update on purchase_order to oborot_app;

create table purchase_order_line (
    tenant_id         uuid not null references tenant,
    id                uuid not null,
    purchase_order_id uuid not null,
    position          integer not null,
    product_id        uuid not null,
    variant_id        uuid,
    quantity          numeric(18,3) not null,
    packaging_id      uuid,
    entered_quantity  numeric(18,3),
    entered_unit      text,
    -- Per base unit, in the order's currency.
    price             numeric(18,4),
    amount            numeric(18,2),
    expected_on       date,
    -- What posted receipts brought, base units.
    received          numeric(18,3) not null default 0,
    -- What is still to come, base units: nothing before it is ordered and after it has ended.
    awaited           numeric(18,3) not null default 0,
    is_awaited        boolean not null generated always as (awaited > 0) stored,
    primary key (tenant_id, id),
    foreign key (tenant_id, purchase_order_id) references purchase_order,
    foreign key (tenant_id, product_id) references product,
    constraint purchase_order_line_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id),
    constraint purchase_order_line_packaging_fkey
        foreign key (tenant_id, product_id, packaging_id)
        references product_packaging (tenant_id, product_id, id),
    constraint purchase_order_line_position_key
        unique (tenant_id, purchase_order_id, position),
    constraint purchase_order_line_quantity
        check (quantity > 0 and received >= 0 and awaited between 0 and quantity),
    constraint purchase_order_line_price
        check (price >= 0 and (price is null) = (amount is null)),
    constraint purchase_order_line_entered
        check ((packaging_id is null) = (entered_quantity is null)
               and (packaging_id is null) = (entered_unit is null))
);
select protect('purchase_order_line');
create index purchase_order_line_awaited
    on purchase_order_line (tenant_id, product_id, expected_on, id) where is_awaited;
-- A draft's lines are written anew when it is changed.
grant select, insert, update, delete on purchase_order_line to oborot_app;

-- Which expected supply an order's line that misses goods may count on: as goods would be handed
-- out if they came as they are expected. Written anew under the product's queue whenever either
-- side changes; goods that come go to whoever waits first all the same.
create table demand_cover (
    tenant_id       uuid not null references tenant,
    demand_id       uuid not null,
    organization_id uuid not null,
    product_id      uuid not null,
    -- The document's type in the API, the document and its line.
    supply_kind     text not null,
    supply_id       uuid not null,
    supply_line_id  uuid not null,
    expected_on     date,
    quantity        numeric(18,3) not null,
    primary key (tenant_id, demand_id, supply_line_id),
    foreign key (tenant_id, demand_id) references demand,
    constraint demand_cover_kind check (supply_kind in ('PurchaseOrder')),
    constraint demand_cover_quantity check (quantity > 0)
);
select protect('demand_cover');
create index demand_cover_queue on demand_cover (tenant_id, product_id, organization_id);
create index demand_cover_supply on demand_cover (tenant_id, supply_line_id);
grant select, insert, delete on demand_cover to oborot_app;

-- A receipt on the basis of a purchase order.
alter table goods_receipt
    add column purchase_order_id uuid,
    add constraint goods_receipt_purchase_order_fkey
        foreign key (tenant_id, purchase_order_id) references purchase_order;
create index goods_receipt_of_purchase_order on goods_receipt (tenant_id, purchase_order_id)
    where purchase_order_id is not null;
alter table goods_receipt_line
    add column purchase_order_line_id uuid,
    -- What a base unit was to cost by the order, in the base currency at the rate of the
    -- receipt's date; written on posting.
    add column ordered_cost numeric(18,4),
    add constraint goods_receipt_line_purchase_order_line_fkey
        foreign key (tenant_id, purchase_order_line_id) references purchase_order_line;
create index goods_receipt_line_of_purchase_order
    on goods_receipt_line (tenant_id, purchase_order_line_id)
    where purchase_order_line_id is not null;

-- Goods of a receipt that go back to who delivered them, at the value they lie with.
create table supplier_return (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    number             text not null default '',
    occurred_on        date not null,
    organization_id    uuid not null,
    warehouse_id       uuid not null,
    receipt_id         uuid not null,
    state              text not null default 'DRAFT',
    -- The value that left with it, base currency; null until it is posted.
    amount             numeric(18,2),
    reason             text not null,
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
    foreign key (tenant_id, receipt_id) references goods_receipt,
    constraint supplier_return_external_reference_key unique (tenant_id, external_reference),
    constraint supplier_return_state
        check (state in ('DRAFT', 'POSTED', 'REVERSED', 'CANCELLED')),
    constraint supplier_return_numbered check (state in ('DRAFT', 'CANCELLED') or number <> ''),
    constraint supplier_return_reversed check ((state = 'REVERSED') = (reversed_on is not null))
);
select protect('supplier_return');
create index supplier_return_by_date on supplier_return (tenant_id, occurred_on, id);
create index supplier_return_by_number on supplier_return (tenant_id, number, id);
create index supplier_return_of_receipt on supplier_return (tenant_id, receipt_id);
create unique index supplier_return_number_key
    on supplier_return (tenant_id, organization_id, number, extract(year from occurred_on))
    where number <> '';
grant select, insert, update on supplier_return to oborot_app;

create table supplier_return_line (
    tenant_id       uuid not null references tenant,
    id              uuid not null,
    return_id       uuid not null,
    position        integer not null,
    receipt_line_id uuid not null,
    lot_id          uuid not null,
    product_id      uuid not null,
    variant_id      uuid,
    quantity        numeric(18,3) not null,
    -- The value that left with it; null until it is posted.
    amount          numeric(18,2),
    primary key (tenant_id, id),
    foreign key (tenant_id, return_id) references supplier_return,
    foreign key (tenant_id, receipt_line_id) references goods_receipt_line,
    foreign key (tenant_id, lot_id) references lot,
    foreign key (tenant_id, product_id) references product,
    constraint supplier_return_line_position_key unique (tenant_id, return_id, position),
    constraint supplier_return_line_lot_key unique (tenant_id, return_id, lot_id),
    constraint supplier_return_line_quantity check (quantity > 0)
);
select protect('supplier_return_line');
grant select, insert, update on supplier_return_line to oborot_app;

-- From which quantity on goods are ordered anew, and up to which.
create table reorder_point (
    tenant_id       uuid not null references tenant,
    id              uuid not null,
    organization_id uuid not null,
    warehouse_id    uuid not null,
    product_id      uuid not null,
    variant_id      uuid,
    variant_key     uuid not null generated always as
        (coalesce(variant_id, '00000000-0000-0000-0000-000000000000'::uuid)) stored,
    reorder_at      numeric(18,3) not null,
    target          numeric(18,3) not null,
    -- The day it was set last, in the tenant's time zone: the list goes by it.
    set_on          date not null,
    updated_at      timestamptz not null default now(),
    updated_by      uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, organization_id) references organization,
    foreign key (tenant_id, warehouse_id) references warehouse,
    foreign key (tenant_id, product_id) references product,
    constraint reorder_point_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id),
    constraint reorder_point_key
        unique (tenant_id, product_id, variant_key, warehouse_id, organization_id),
    constraint reorder_point_target check (reorder_at >= 0 and target > 0 and target >= reorder_at)
);
select protect('reorder_point');
create index reorder_point_by_day on reorder_point (tenant_id, set_on, id);
grant select, insert, update, delete on reorder_point to oborot_app;
