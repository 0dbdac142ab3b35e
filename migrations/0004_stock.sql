-- What lies where, for whom it is held, and how it came to be so.
--
-- stock_movement and reservation_move are the registers: append-only, they are the truth.
-- stock_balance and reservation are their sums, changed in the same transaction; `oborot verify`
-- proves that they agree. Values are in the tenant's base currency, without recoverable tax.

-- Goods coming in. A draft has no number yet; its lines may have no cost yet, since the
-- warehouse sees no prices.
create table goods_receipt (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    number             text not null default '',
    occurred_on        date not null,
    organization_id    uuid not null,
    warehouse_id       uuid not null,
    supplier_name      text not null,
    state              text not null default 'DRAFT',
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
    constraint goods_receipt_external_reference_key unique (tenant_id, external_reference),
    constraint goods_receipt_state
        check (state in ('DRAFT', 'POSTED', 'REVERSED', 'CANCELLED')),
    constraint goods_receipt_numbered check (state in ('DRAFT', 'CANCELLED') or number <> ''),
    constraint goods_receipt_reversed check ((state = 'REVERSED') = (reversed_on is not null))
);
select protect('goods_receipt');
create index goods_receipt_date on goods_receipt (tenant_id, occurred_on, id);
create index goods_receipt_by_number on goods_receipt (tenant_id, number, id);
-- Numbers start anew each year.
create unique index goods_receipt_number_key
    on goods_receipt (tenant_id, organization_id, number, extract(year from occurred_on))
    where number <> '';
grant select, insert, update on goods_receipt to oborot_app;

create table goods_receipt_line (
    tenant_id  uuid not null references tenant,
    id         uuid not null,
    receipt_id uuid not null,
    position   integer not null,
    product_id uuid not null,
    quantity   numeric(18,3) not null,
    unit_cost  numeric(18,4),
    amount     numeric(18,2),
    expires_on date,
    primary key (tenant_id, id),
    foreign key (tenant_id, receipt_id) references goods_receipt,
    foreign key (tenant_id, product_id) references product,
    constraint goods_receipt_line_position_key unique (tenant_id, receipt_id, position),
    constraint goods_receipt_line_quantity check (quantity > 0),
    constraint goods_receipt_line_cost check (unit_cost >= 0 and amount >= 0),
    constraint goods_receipt_line_amount check ((unit_cost is null) = (amount is null))
);
select protect('goods_receipt_line');
-- A draft's lines are written anew when it is changed.
grant select, insert, update, delete on goods_receipt_line to oborot_app;

create table lot (
    tenant_id       uuid not null references tenant,
    id              uuid not null,
    organization_id uuid not null,
    product_id      uuid not null,
    receipt_id      uuid not null,
    receipt_line_id uuid not null,
    received_on     date not null,
    expires_on      date,
    blocked         boolean not null default false,
    unit_cost       numeric(18,4) not null,
    supplier_name   text not null,
    created_at      timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, organization_id) references organization,
    foreign key (tenant_id, product_id) references product,
    foreign key (tenant_id, receipt_line_id) references goods_receipt_line,
    constraint lot_receipt_line_key unique (tenant_id, receipt_line_id)
);
select protect('lot');
create index lot_product on lot (tenant_id, product_id, received_on, id);
create index lot_receipt on lot (tenant_id, receipt_id);
grant select, insert, update (blocked) on lot to oborot_app;

-- Room on the page and no index over quantities: an update stays on its page (HOT) as long as
-- the row does not become empty. `in_stock` exists for that: an index with `on_hand > 0` in its
-- condition would make each change of on_hand rewrite the index.
create table stock_balance (
    tenant_id       uuid not null references tenant,
    organization_id uuid not null,
    warehouse_id    uuid not null,
    product_id      uuid not null,
    lot_id          uuid not null,
    on_hand         numeric(18,3) not null,
    reserved        numeric(18,3) not null default 0,
    value           numeric(18,2) not null,
    in_stock        boolean not null generated always as (on_hand > 0) stored,
    primary key (tenant_id, organization_id, warehouse_id, product_id, lot_id),
    foreign key (tenant_id, organization_id) references organization,
    foreign key (tenant_id, warehouse_id) references warehouse,
    foreign key (tenant_id, product_id) references product,
    foreign key (tenant_id, lot_id) references lot,
    constraint stock_balance_on_hand check (on_hand >= 0),
    constraint stock_balance_reserved check (reserved between 0 and on_hand),
    -- The last pieces take what is left of the value.
    constraint stock_balance_value check (value >= 0 and (on_hand > 0 or value = 0))
) with (fillfactor = 70);
select protect('stock_balance');
-- Candidates of a reservation, and the list of stock.
create index stock_balance_in_stock
    on stock_balance (tenant_id, product_id, warehouse_id, organization_id, lot_id)
    where in_stock;
create index stock_balance_lot on stock_balance (tenant_id, lot_id);
grant select, insert, update on stock_balance to oborot_app;

create table stock_movement (
    tenant_id       uuid not null references tenant,
    id              uuid not null,
    organization_id uuid not null,
    warehouse_id    uuid not null,
    product_id      uuid not null,
    lot_id          uuid not null,
    kind            text not null,
    quantity        numeric(18,3) not null,
    value           numeric(18,2) not null,
    document_kind   text not null,
    document_id     uuid not null,
    line_id         uuid not null,
    reverses        uuid,
    occurred_on     date not null,
    recorded_at     timestamptz not null default now(),
    created_by      uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, organization_id, warehouse_id, product_id, lot_id)
        references stock_balance,
    foreign key (tenant_id, reverses) references stock_movement,
    -- No movement is undone twice.
    constraint stock_movement_reverses_key unique (tenant_id, reverses),
    constraint stock_movement_kind check (kind in ('RECEIPT', 'SHIPMENT', 'REVERSAL')),
    constraint stock_movement_reversal check ((kind = 'REVERSAL') = (reverses is not null)),
    constraint stock_movement_quantity check (quantity <> 0)
);
select protect('stock_movement');
create index stock_movement_document on stock_movement (tenant_id, document_id);
create index stock_movement_lot on stock_movement (tenant_id, lot_id, warehouse_id, occurred_on);
create index stock_movement_product on stock_movement (tenant_id, product_id, occurred_on, id);
grant select, insert on stock_movement to oborot_app;

-- What is held now; a row goes when nothing is held any more. Orders belong to sales, which
-- stands above, so their ids have no foreign keys here.
create table reservation (
    tenant_id       uuid not null references tenant,
    id              uuid not null,
    order_id        uuid not null,
    order_line_id   uuid not null,
    organization_id uuid not null,
    warehouse_id    uuid not null,
    product_id      uuid not null,
    lot_id          uuid not null,
    quantity        numeric(18,3) not null,
    created_at      timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, organization_id, warehouse_id, product_id, lot_id)
        references stock_balance,
    constraint reservation_line_lot_key unique (tenant_id, order_line_id, warehouse_id, lot_id),
    constraint reservation_quantity check (quantity > 0)
);
select protect('reservation');
create index reservation_order on reservation (tenant_id, order_id);
create index reservation_lot on reservation (tenant_id, lot_id);
grant select, insert, update, delete on reservation to oborot_app;

create table reservation_move (
    tenant_id     uuid not null references tenant,
    id            uuid not null,
    order_id      uuid not null,
    order_line_id uuid not null,
    warehouse_id  uuid not null,
    lot_id        uuid not null,
    kind          text not null,
    quantity      numeric(18,3) not null,
    occurred_on   date not null,
    recorded_at   timestamptz not null default now(),
    created_by    uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, lot_id) references lot,
    constraint reservation_move_kind check (kind in ('RESERVE', 'RELEASE', 'ISSUE')),
    constraint reservation_move_sign
        check (quantity <> 0 and (kind = 'RESERVE') = (quantity > 0))
);
select protect('reservation_move');
create index reservation_move_line on reservation_move (tenant_id, order_line_id);
grant select, insert on reservation_move to oborot_app;
