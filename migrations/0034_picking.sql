-- What a storekeeper takes from where, and for whom.

-- Bins as stock needs them: in the order in which they are walked.
create view bin_walk_v with (security_invoker = true) as
    select tenant_id, id, warehouse_id, walk_order, name_key, archived_at is not null as archived
    from bin;
grant select on bin_walk_v to oborot_app;
alter table bin add constraint bin_of_warehouse unique (tenant_id, warehouse_id, id);

-- Where goods lie in a warehouse: a product's home bin, and over it the bin of one of its lots.
-- Quantities stay by warehouse: a bin says where to look, not how much is there.
create table goods_place (
    tenant_id    uuid not null references tenant,
    warehouse_id uuid not null,
    product_id   uuid not null,
    lot_id       uuid,
    -- The nil uuid is the product's home.
    lot_key      uuid not null generated always as
        (coalesce(lot_id, '00000000-0000-0000-0000-000000000000'::uuid)) stored,
    bin_id       uuid not null,
    primary key (tenant_id, warehouse_id, product_id, lot_key),
    foreign key (tenant_id, product_id) references product,
    foreign key (tenant_id, lot_id) references lot,
    foreign key (tenant_id, warehouse_id, bin_id) references bin (tenant_id, warehouse_id, id)
);
select protect('goods_place');
create index goods_place_lot on goods_place (tenant_id, lot_id) where lot_id is not null;
create index goods_place_product on goods_place (tenant_id, product_id);
grant select, insert, update, delete on goods_place to oborot_app;

-- What of a reservation is in a storekeeper's hands: in an open pick task, or in a draft of a
-- shipment that was made of one. Nobody frees, moves or ships that but by way of the task: the
-- constraint refuses it, whoever tries.
alter table reservation
    add column in_picking numeric(18,3) not null default 0,
    add constraint reservation_in_picking check (in_picking between 0 and quantity);
create view picking_v with (security_invoker = true) as
    select tenant_id, order_line_id, warehouse_id, lot_id, in_picking
    from reservation
    where in_picking > 0;
grant select on picking_v to oborot_app;

-- A pick task is of one warehouse and one organization, and of one order or several (a wave).
create table pick_task (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    number             text collate "C" not null,
    date               date not null,
    organization_id    uuid not null,
    warehouse_id       uuid not null,
    state              text not null,
    -- Who picks; kept when it is done.
    taker_id           uuid,
    taken_at           timestamptz,
    finished_at        timestamptz,
    has_shortage       boolean not null default false,
    cancel_reason      text,
    comment            text,
    external_reference text collate "C",
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, organization_id) references organization,
    foreign key (tenant_id, warehouse_id) references warehouse,
    foreign key (tenant_id, taker_id) references app_user,
    constraint pick_task_external_reference_key unique (tenant_id, external_reference),
    constraint pick_task_state check (state in ('NEW', 'IN_PROGRESS', 'DONE', 'CANCELLED')),
    constraint pick_task_taken check (
        case state when 'NEW' then taker_id is null when 'CANCELLED' then true
        else taker_id is not null and taken_at is not null end),
    constraint pick_task_finished check ((finished_at is not null) = (state = 'DONE')),
    constraint pick_task_cancelled check ((cancel_reason is not null) = (state = 'CANCELLED'))
);
select protect('pick_task');
create unique index pick_task_number
    on pick_task (tenant_id, organization_id, (extract(year from date)), number);
create index pick_task_by_number on pick_task (tenant_id, number, id);
create index pick_task_by_date on pick_task (tenant_id, date, id);
create index pick_task_in_state on pick_task (tenant_id, state, date, id);
create index pick_task_in_warehouse on pick_task (tenant_id, warehouse_id, state, date, id);
create index pick_task_of_taker on pick_task (tenant_id, taker_id, date, id)
    where taker_id is not null;
grant select, insert, update on pick_task to oborot_app;

-- For whom: as it stood when the task was made.
create table pick_task_order (
    tenant_id           uuid not null references tenant,
    task_id             uuid not null,
    order_id            uuid not null,
    customer_name       text not null,
    delivery_address_id uuid,
    address             text,
    -- The draft that the finished task made.
    shipment_id         uuid,
    primary key (tenant_id, task_id, order_id),
    foreign key (tenant_id, task_id) references pick_task,
    foreign key (tenant_id, order_id) references sales_order,
    foreign key (tenant_id, shipment_id) references shipment,
    foreign key (tenant_id, delivery_address_id) references delivery_address
);
select protect('pick_task_order');
create index pick_task_order_order on pick_task_order (tenant_id, order_id, task_id);
create index pick_task_order_shipment on pick_task_order (tenant_id, shipment_id)
    where shipment_id is not null;
grant select, insert, update (shipment_id) on pick_task_order to oborot_app;

create table pick_line (
    tenant_id     uuid not null references tenant,
    id            uuid not null,
    task_id       uuid not null,
    order_id      uuid not null,
    order_line_id uuid not null,
    position      integer not null,
    product_id    uuid not null,
    variant_id    uuid,
    unit          text not null,
    lot_id        uuid not null,
    -- The lot that was reserved, where the storekeeper took another.
    instead_of_id uuid,
    bin_id        uuid,
    -- Base units: asked, taken, and not to be found.
    quantity      numeric(18,3) not null,
    picked        numeric(18,3) not null default 0,
    short         numeric(18,3) not null default 0,
    short_note    text,
    primary key (tenant_id, id),
    foreign key (tenant_id, task_id, order_id) references pick_task_order,
    foreign key (tenant_id, order_line_id) references sales_order_line,
    foreign key (tenant_id, lot_id) references lot,
    foreign key (tenant_id, bin_id) references bin,
    constraint pick_line_position unique (tenant_id, task_id, position),
    constraint pick_line_quantity check (quantity > 0),
    constraint pick_line_settled check (picked >= 0 and short >= 0 and picked + short <= quantity)
);
select protect('pick_line');
create index pick_line_of_order_line on pick_line (tenant_id, order_line_id);
grant select, insert, update (quantity, picked, short, short_note, lot_id, instead_of_id)
    on pick_line to oborot_app;

-- The lots a draft of a shipment takes, and no others: those that were picked for it.
create table shipment_pick (
    tenant_id        uuid not null references tenant,
    shipment_line_id uuid not null,
    lot_id           uuid not null,
    quantity         numeric(18,3) not null,
    primary key (tenant_id, shipment_line_id, lot_id),
    foreign key (tenant_id, shipment_line_id) references shipment_line,
    foreign key (tenant_id, lot_id) references lot,
    constraint shipment_pick_quantity check (quantity > 0)
);
select protect('shipment_pick');
grant select, insert on shipment_pick to oborot_app;

-- Goods of a posted shipment that come back. Amounts are in the shipment's currency, at its rates of
-- VAT; cost is in base currency, what the goods left with.
create table sales_return (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    -- Given on posting; numbers of returns may have gaps.
    number             text collate "C",
    number_order       text collate "C" not null
                       generated always as (coalesce(number, '')) stored,
    date               date not null,
    shipment_id        uuid not null,
    order_id           uuid not null,
    organization_id    uuid not null,
    customer_id        uuid not null,
    agreement_id       uuid not null,
    manager_id         uuid,
    warehouse_id       uuid not null,
    currency           text not null,
    prices_include_vat boolean not null,
    state              text not null,
    reason             text not null,
    net                numeric(18,2) not null,
    vat                numeric(18,2) not null,
    gross              numeric(18,2) not null,
    gross_hundredths   bigint not null generated always as ((gross * 100)::bigint) stored,
    -- Null until posted.
    cost               numeric(18,2),
    comment            text,
    posted_at          timestamptz,
    reversed_at        timestamptz,
    -- The business date of the reversal; later than date where its period was closed.
    reversed_on        date,
    reverse_reason     text,
    external_reference text collate "C",
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, shipment_id) references shipment,
    constraint sales_return_warehouse_fkey
        foreign key (tenant_id, warehouse_id) references warehouse,
    constraint sales_return_customer_fkey foreign key (tenant_id, customer_id) references customer,
    constraint sales_return_external_reference_key unique (tenant_id, external_reference),
    constraint sales_return_state check (state in ('DRAFT', 'POSTED', 'REVERSED', 'CANCELLED')),
    constraint sales_return_numbered
        check ((number is not null) = (state in ('POSTED', 'REVERSED'))),
    constraint sales_return_costed check ((cost is not null) = (state in ('POSTED', 'REVERSED'))),
    constraint sales_return_reversed check ((reversed_on is not null) = (state = 'REVERSED')),
    constraint sales_return_total check (gross = net + vat)
);
select protect('sales_return');
create unique index sales_return_number
    on sales_return (tenant_id, organization_id, (extract(year from date)), number);
create index sales_return_of_shipment on sales_return (tenant_id, shipment_id, id);
create index sales_return_by_number on sales_return (tenant_id, number_order, id);
create index sales_return_by_total on sales_return (tenant_id, gross_hundredths, id);
create index sales_return_by_date on sales_return (tenant_id, date, id);
create index sales_return_of_customer on sales_return (tenant_id, customer_id, date, id);
create index sales_return_of_manager on sales_return (tenant_id, manager_id, date, id);
create index sales_return_in_state on sales_return (tenant_id, state, date, id);
grant select, insert, update on sales_return to oborot_app;

create table sales_return_line (
    tenant_id        uuid not null references tenant,
    id               uuid not null,
    return_id        uuid not null,
    position         integer not null,
    shipment_line_id uuid not null,
    product_id       uuid not null,
    variant_id       uuid,
    unit             text not null,
    condition        text not null,
    quantity         numeric(18,3) not null,
    amount           numeric(18,2) not null,
    vat_rate         numeric(7,4),
    vat_amount       numeric(18,2) not null,
    cost             numeric(18,2),
    primary key (tenant_id, id),
    foreign key (tenant_id, return_id) references sales_return,
    foreign key (tenant_id, shipment_line_id) references shipment_line,
    constraint sales_return_line_position unique (tenant_id, return_id, position),
    constraint sales_return_line_once unique (tenant_id, return_id, shipment_line_id, condition),
    constraint sales_return_line_condition check (condition in ('GOOD', 'DAMAGED')),
    constraint sales_return_line_quantity check (quantity > 0),
    constraint sales_return_line_amount check (amount >= 0)
);
select protect('sales_return_line');
create index sales_return_line_of_shipment_line
    on sales_return_line (tenant_id, shipment_line_id);
grant select, insert, update (amount, vat_amount, cost) on sales_return_line to oborot_app;

-- Into which lots a posted line went, and out of which lot of the shipment it is.
create table sales_return_lot (
    tenant_id      uuid not null references tenant,
    return_line_id uuid not null,
    lot_id         uuid not null,
    source_lot_id  uuid not null,
    quantity       numeric(18,3) not null,
    cost           numeric(18,2) not null,
    primary key (tenant_id, return_line_id, lot_id),
    foreign key (tenant_id, return_line_id) references sales_return_line,
    constraint sales_return_lot_quantity check (quantity > 0)
);
select protect('sales_return_lot');
grant select, insert on sales_return_lot to oborot_app;

-- The paper by which a customer owes less; without gaps by organization and year. It stands as long
-- as its return does.
create table credit_note (
    tenant_id       uuid not null references tenant,
    id              uuid not null,
    number          text collate "C" not null,
    number_sequence bigint not null,
    date            date not null,
    return_id       uuid not null,
    shipment_id     uuid not null,
    organization_id uuid not null,
    customer_id     uuid not null,
    manager_id      uuid,
    currency        text not null,
    net             numeric(18,2) not null,
    vat             numeric(18,2) not null,
    gross           numeric(18,2) not null,
    reversed_on     date,
    created_at      timestamptz not null default now(),
    created_by      uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, return_id) references sales_return,
    constraint credit_note_customer_fkey foreign key (tenant_id, customer_id) references customer,
    constraint credit_note_once unique (tenant_id, return_id),
    constraint credit_note_total check (gross = net + vat)
);
select protect('credit_note');
create unique index credit_note_number
    on credit_note (tenant_id, organization_id, (extract(year from date)), number);
create index credit_note_of_shipment on credit_note (tenant_id, shipment_id);
create index credit_note_of_customer on credit_note (tenant_id, customer_id);
grant select, insert, update (customer_id, reversed_on) on credit_note to oborot_app;

-- A return is a fact with the signs turned, on its own day, dimensioned as what was shipped.
alter table sale_fact
    add column return_line_id uuid,
    add constraint sale_fact_return_line_fkey
        foreign key (tenant_id, return_line_id) references sales_return_line,
    drop constraint sale_fact_once,
    add constraint sale_fact_once
        unique nulls not distinct (tenant_id, shipment_line_id, kind, return_line_id),
    drop constraint sale_fact_kind,
    add constraint sale_fact_kind
        check (kind in ('SHIPMENT', 'REVERSAL', 'RETURN', 'RETURN_REVERSAL')
               and (return_line_id is not null) = (kind in ('RETURN', 'RETURN_REVERSAL')));
create index sale_fact_return_line on sale_fact (tenant_id, return_line_id)
    where return_line_id is not null;

-- A credit note lessens a debt by rows that name the debt as a reversal does; the reversal of the
-- note adds them again.
alter table receivable_item
    add column credit_note_id uuid,
    drop constraint receivable_item_reverses_key,
    drop constraint receivable_item_amount,
    add constraint receivable_item_amount check (
        amount <> 0
        and case
            when reverses is null then amount > 0 and credit_note_id is null
            when credit_note_id is null then amount < 0
            else true
        end);
create unique index receivable_item_reversed on receivable_item (tenant_id, reverses)
    where credit_note_id is null and reverses is not null;
create index receivable_item_of_debt on receivable_item (tenant_id, reverses)
    where reverses is not null;
create index receivable_item_credit_note on receivable_item (tenant_id, credit_note_id)
    where credit_note_id is not null;
create view receivable_of_credit_v with (security_invoker = true) as
    select tenant_id, credit_note_id, amount
    from receivable_item
    where credit_note_id is not null;
grant select on receivable_of_credit_v to oborot_app;
