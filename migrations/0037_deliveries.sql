-- Shipments on their way to customers, and what carrying them costs.

create table delivery (
    tenant_id           uuid not null references tenant,
    id                  uuid not null,
    number              text collate "C" not null,
    number_order        text collate "C" not null generated always as (number) stored,
    -- The year whose series the number is of: the planned day moves, the number stays.
    number_year         integer not null,
    -- The day it is planned for.
    date                date not null,
    shipment_id         uuid not null,
    order_id            uuid not null,
    organization_id     uuid not null,
    customer_id         uuid not null,
    manager_id          uuid,
    warehouse_id        uuid not null,
    state               text not null,
    carrier             text,
    route               text,
    tracking_number     text,
    delivery_address_id uuid,
    -- As it stood when it was planned.
    address             text,
    recipient           text,
    phone               text,
    -- Base currency: what carrying costs in all. Booked from the moment it sets off.
    cost                numeric(18,2),
    booked              numeric(18,2) not null default 0,
    -- How often it set off.
    attempts            integer not null default 0,
    started_at          timestamptz,
    delivered_at        timestamptz,
    received_by         text,
    fail_reason         text,
    comment             text,
    external_reference  text collate "C",
    version             integer not null default 1,
    created_at          timestamptz not null default now(),
    updated_at          timestamptz not null default now(),
    created_by          uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, shipment_id) references shipment,
    foreign key (tenant_id, delivery_address_id) references delivery_address,
    constraint delivery_customer_fkey foreign key (tenant_id, customer_id) references customer,
    constraint delivery_external_reference_key unique (tenant_id, external_reference),
    constraint delivery_state check (state in ('PLANNED', 'ON_THE_WAY', 'DELIVERED', 'FAILED')),
    constraint delivery_started
        check (state not in ('ON_THE_WAY', 'DELIVERED') or started_at is not null),
    constraint delivery_delivered check ((delivered_at is not null) = (state = 'DELIVERED')),
    constraint delivery_failed check ((fail_reason is not null) = (state = 'FAILED')),
    constraint delivery_cost check (cost >= 0)
);
select protect('delivery');
create unique index delivery_number
    on delivery (tenant_id, organization_id, number_year, number);
create index delivery_of_shipment on delivery (tenant_id, shipment_id, id);
create index delivery_by_date on delivery (tenant_id, date, id);
create index delivery_by_number on delivery (tenant_id, number_order, id);
create index delivery_in_state on delivery (tenant_id, state, date, id);
create index delivery_of_route on delivery (tenant_id, route, date, id) where route is not null;
create index delivery_of_customer on delivery (tenant_id, customer_id, date, id);
create index delivery_of_manager on delivery (tenant_id, manager_id, date, id);
grant select, insert, update on delivery to oborot_app;

-- What is carried: so many packages of one kind.
create table delivery_package (
    tenant_id   uuid not null references tenant,
    delivery_id uuid not null,
    position    integer not null,
    name        text not null,
    -- What is written on them: a mark, a code of the carrier.
    mark        text,
    count       integer not null,
    -- Gross, of one: kilograms and cubic metres.
    weight_kg   numeric(18,3),
    volume_m3   numeric(18,6),
    primary key (tenant_id, delivery_id, position),
    foreign key (tenant_id, delivery_id) references delivery,
    constraint delivery_package_count check (count > 0),
    constraint delivery_package_weight check (weight_kg > 0 and volume_m3 > 0)
);
select protect('delivery_package');
-- Packages of a delivery that is under way to be are written anew when it is changed.
grant select, insert, delete on delivery_package to oborot_app;

-- Costs of single shipments beside what their goods cost: rows are added, never changed.
create table variable_cost (
    tenant_id   uuid not null references tenant,
    id          uuid not null,
    occurred_on date not null,
    recorded_at timestamptz not null default now(),
    kind        text not null,
    shipment_id uuid not null,
    delivery_id uuid not null,
    -- Base currency, without recoverable VAT; below zero takes back.
    amount      numeric(18,2) not null,
    created_by  uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, shipment_id) references shipment,
    foreign key (tenant_id, delivery_id) references delivery,
    constraint variable_cost_kind check (kind = 'LOGISTICS'),
    constraint variable_cost_amount check (amount <> 0)
);
select protect('variable_cost');
create index variable_cost_of_shipment on variable_cost (tenant_id, shipment_id, recorded_at);
create index variable_cost_of_delivery on variable_cost (tenant_id, delivery_id, recorded_at);
grant select, insert on variable_cost to oborot_app;

-- A cost of a shipment is a fact of its own, spread over the shipment's lines, on the day it is
-- booked and dimensioned as what was shipped.
alter table sale_fact
    add column variable_cost_id uuid,
    add column variable_cost numeric(18,2) not null default 0,
    add constraint sale_fact_variable_cost_fkey
        foreign key (tenant_id, variable_cost_id) references variable_cost,
    drop constraint sale_fact_once,
    add constraint sale_fact_once unique nulls not distinct
        (tenant_id, shipment_line_id, kind, return_line_id, variable_cost_id),
    drop constraint sale_fact_kind,
    add constraint sale_fact_kind
        check (kind in ('SHIPMENT', 'REVERSAL', 'RETURN', 'RETURN_REVERSAL', 'VARIABLE_COST')
               and (return_line_id is not null) = (kind in ('RETURN', 'RETURN_REVERSAL'))
               and (variable_cost_id is not null) = (kind = 'VARIABLE_COST')
               and (variable_cost = 0 or kind = 'VARIABLE_COST'));
create index sale_fact_variable_cost on sale_fact (tenant_id, variable_cost_id)
    where variable_cost_id is not null;
create or replace view sale_fact_v with (security_invoker = true) as
    select tenant_id, id, occurred_on, recorded_at, kind, shipment_id, shipment_line_id, order_id,
           organization_id, department_id, manager_id, customer_id, region_id, product_id,
           product_group_id, warehouse_id, currency, quantity, revenue, vat, cost, variant_id,
           variable_cost
    from sale_fact;
alter table sale_rollup
    -- Base currency: what deliveries of the goods cost.
    add column variable_cost numeric not null default 0;
