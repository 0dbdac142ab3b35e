-- What customers ordered and what left the house: orders, shipments, and the register of sales
-- that every report is made from.
--
-- Amounts that lists are ordered by have a bigint twin in hundredths: numeric comparison is not
-- leakproof and would not reach an index under row security.

create table sales_order (
    tenant_id           uuid not null references tenant,
    id                  uuid not null,
    -- Given on leaving DRAFT; the sequence is what people type, the number what papers show.
    number              text collate "C",
    number_sequence     bigint,
    -- Lists are ordered by it: a draft's is empty, never null.
    number_order        text collate "C" not null
                        generated always as (coalesce(number, '')) stored,
    number_key          text collate "C" generated always as (catalog_key(number)) stored,
    date                date not null,
    organization_id     uuid not null,
    customer_id         uuid not null,
    agreement_id        uuid not null,
    manager_id          uuid,
    -- Of the manager when the order was written.
    department_id       uuid,
    region_id           uuid,
    -- Null looks into all warehouses by their priority.
    warehouse_id        uuid,
    currency            text not null,
    prices_include_vat  boolean not null,
    state               text not null,
    net                 numeric(18,2) not null,
    vat                 numeric(18,2) not null,
    gross               numeric(18,2) not null,
    gross_hundredths    bigint not null generated always as ((gross * 100)::bigint) stored,
    -- The gross of its posted shipments.
    shipped_gross       numeric(18,2) not null default 0,
    requested_ship_date date,
    comment             text,
    -- As agreed when the order was written: [{percent, moment, days}].
    payment_steps       jsonb not null,
    -- Percent of the gross that must be paid before reserving and before shipping.
    prepayment_percent  numeric(7,4) not null,
    cancel_reason       text,
    close_reason        text,
    external_reference  text collate "C",
    external_key        text collate "C"
                        generated always as (catalog_key(external_reference)) stored,
    version             integer not null default 1,
    created_at          timestamptz not null default now(),
    updated_at          timestamptz not null default now(),
    created_by          uuid,
    primary key (tenant_id, id),
    constraint sales_order_organization_fkey
        foreign key (tenant_id, organization_id) references organization,
    constraint sales_order_customer_fkey foreign key (tenant_id, customer_id) references customer,
    constraint sales_order_agreement_fkey
        foreign key (tenant_id, agreement_id) references agreement,
    constraint sales_order_manager_fkey foreign key (tenant_id, manager_id) references app_user,
    constraint sales_order_warehouse_fkey
        foreign key (tenant_id, warehouse_id) references warehouse,
    constraint sales_order_external_reference_key unique (tenant_id, external_reference),
    constraint sales_order_state
        check (state in ('DRAFT', 'CONFIRMED', 'IN_FULFILMENT', 'COMPLETED', 'CANCELLED')),
    -- A draft has no number; a cancelled order has one if it was confirmed before.
    constraint sales_order_numbered check (
        case state when 'DRAFT' then number is null when 'CANCELLED' then true
        else number is not null end),
    constraint sales_order_total check (gross = net + vat and shipped_gross >= 0),
    constraint sales_order_currency_form check (currency ~ '^[A-Z]{3}$'),
    constraint sales_order_cancel_reason check (state <> 'CANCELLED' or cancel_reason is not null)
);
select protect('sales_order');
create unique index sales_order_number
    on sales_order (tenant_id, organization_id, (extract(year from date)), number);
create index sales_order_by_date on sales_order (tenant_id, date, id);
create index sales_order_by_total on sales_order (tenant_id, gross_hundredths, id);
create index sales_order_by_number on sales_order (tenant_id, number_order, id);
create index sales_order_number_search on sales_order (tenant_id, number_key);
create index sales_order_sequence_search on sales_order (tenant_id, number_sequence);
create index sales_order_external_search on sales_order (tenant_id, external_key);
create index sales_order_of_customer on sales_order (tenant_id, customer_id, date, id);
create index sales_order_of_manager on sales_order (tenant_id, manager_id, date, id);
create index sales_order_in_state on sales_order (tenant_id, state, date, id);
-- The credit check reads a customer's open orders while it holds the customer's lock.
create index sales_order_open on sales_order (tenant_id, customer_id, currency)
    where state in ('CONFIRMED', 'IN_FULFILMENT');
grant select, insert, update on sales_order to oborot_app;

create table sales_order_line (
    tenant_id        uuid not null references tenant,
    id               uuid not null,
    order_id         uuid not null,
    position         integer not null,
    product_id       uuid not null,
    -- The product's unit when the line was written.
    unit             text not null,
    quantity         numeric(18,3) not null,
    -- What the price list held; null where it held nothing.
    list_price       numeric(18,4),
    price            numeric(18,4) not null,
    price_source     text not null,
    discount_percent numeric(7,4) not null,
    discount_source  text not null,
    -- With VAT or without it, as the order says.
    amount           numeric(18,2) not null,
    -- Null is "without VAT", which is not 0 %.
    vat_rate         numeric(7,4),
    vat_amount       numeric(18,2) not null,
    -- What posted shipments took of the quantity, the amount and the tax.
    shipped          numeric(18,3) not null default 0,
    shipped_amount   numeric(18,2) not null default 0,
    shipped_vat      numeric(18,2) not null default 0,
    primary key (tenant_id, id),
    foreign key (tenant_id, order_id) references sales_order,
    constraint sales_order_line_product_fkey foreign key (tenant_id, product_id) references product,
    constraint sales_order_line_position unique (tenant_id, order_id, position),
    constraint sales_order_line_quantity check (quantity > 0),
    constraint sales_order_line_shipped check (shipped between 0 and quantity),
    constraint sales_order_line_price check (price >= 0 and list_price >= 0),
    constraint sales_order_line_price_source check (price_source in ('LIST', 'MANUAL')),
    constraint sales_order_line_discount check (discount_percent between 0 and 100),
    constraint sales_order_line_discount_source check (discount_source in ('AGREEMENT', 'MANUAL'))
);
select protect('sales_order_line');
-- A draft's lines are replaced as a whole; others are only added to by what was shipped.
grant select, insert, delete, update (shipped, shipped_amount, shipped_vat) on sales_order_line
    to oborot_app;

create table shipment (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    -- Without gaps by organization and year, given on posting, kept by a reversed one.
    number             text collate "C",
    number_sequence    bigint,
    number_order       text collate "C" not null
                       generated always as (coalesce(number, '')) stored,
    number_key         text collate "C" generated always as (catalog_key(number)) stored,
    date               date not null,
    order_id           uuid not null,
    organization_id    uuid not null,
    customer_id        uuid not null,
    agreement_id       uuid not null,
    manager_id         uuid,
    department_id      uuid,
    region_id          uuid,
    warehouse_id       uuid not null,
    currency           text not null,
    prices_include_vat boolean not null,
    state              text not null,
    net                numeric(18,2) not null,
    vat                numeric(18,2) not null,
    gross              numeric(18,2) not null,
    gross_hundredths   bigint not null generated always as ((gross * 100)::bigint) stored,
    -- Base currency; null until posted.
    cost               numeric(18,2),
    comment            text,
    posted_at          timestamptz,
    reversed_at        timestamptz,
    -- The business date of the reversal; later than date where its period was closed.
    reversed_on        date,
    reverse_reason     text,
    external_reference text collate "C",
    external_key       text collate "C"
                       generated always as (catalog_key(external_reference)) stored,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, order_id) references sales_order,
    constraint shipment_warehouse_fkey foreign key (tenant_id, warehouse_id) references warehouse,
    constraint shipment_external_reference_key unique (tenant_id, external_reference),
    constraint shipment_state check (state in ('DRAFT', 'POSTED', 'REVERSED', 'CANCELLED')),
    constraint shipment_numbered check ((number is not null) = (state in ('POSTED', 'REVERSED'))),
    constraint shipment_costed check ((cost is not null) = (state in ('POSTED', 'REVERSED'))),
    constraint shipment_reversed check ((reversed_on is not null) = (state = 'REVERSED')),
    constraint shipment_total check (gross = net + vat)
);
select protect('shipment');
create unique index shipment_number
    on shipment (tenant_id, organization_id, (extract(year from date)), number);
create index shipment_of_order on shipment (tenant_id, order_id, id);
create index shipment_by_date on shipment (tenant_id, date, id);
create index shipment_by_number on shipment (tenant_id, number_order, id);
create index shipment_by_total on shipment (tenant_id, gross_hundredths, id);
create index shipment_number_search on shipment (tenant_id, number_key);
create index shipment_sequence_search on shipment (tenant_id, number_sequence);
create index shipment_external_search on shipment (tenant_id, external_key);
create index shipment_of_customer on shipment (tenant_id, customer_id, date, id);
create index shipment_of_manager on shipment (tenant_id, manager_id, date, id);
create index shipment_in_state on shipment (tenant_id, state, date, id);
grant select, insert, update on shipment to oborot_app;

create table shipment_line (
    tenant_id     uuid not null references tenant,
    id            uuid not null,
    shipment_id   uuid not null,
    position      integer not null,
    order_line_id uuid not null,
    product_id    uuid not null,
    unit          text not null,
    quantity      numeric(18,3) not null,
    amount        numeric(18,2) not null,
    vat_rate      numeric(7,4),
    vat_amount    numeric(18,2) not null,
    -- Base currency; null until posted.
    cost          numeric(18,2),
    primary key (tenant_id, id),
    foreign key (tenant_id, shipment_id) references shipment,
    foreign key (tenant_id, order_line_id) references sales_order_line,
    constraint shipment_line_position unique (tenant_id, shipment_id, position),
    constraint shipment_line_once unique (tenant_id, shipment_id, order_line_id),
    constraint shipment_line_quantity check (quantity > 0),
    constraint shipment_line_amount check (amount >= 0)
);
select protect('shipment_line');
create index shipment_line_of_order_line on shipment_line (tenant_id, order_line_id);
grant select, insert, update (amount, vat_rate, vat_amount, cost) on shipment_line to oborot_app;

-- Which lots a posted line took, and what they cost.
create table shipment_lot (
    tenant_id        uuid not null references tenant,
    shipment_line_id uuid not null,
    lot_id           uuid not null,
    quantity         numeric(18,3) not null,
    cost             numeric(18,2) not null,
    primary key (tenant_id, shipment_line_id, lot_id),
    foreign key (tenant_id, shipment_line_id) references shipment_line,
    constraint shipment_lot_quantity check (quantity > 0)
);
select protect('shipment_lot');
grant select, insert on shipment_lot to oborot_app;

-- The register of sales. Dimensions are as of the posting, so that yesterday's report is the
-- same tomorrow. A reversal is a row of its own with the signs turned.
create table sale_fact (
    tenant_id        uuid not null references tenant,
    id               uuid not null,
    occurred_on      date not null,
    recorded_at      timestamptz not null default now(),
    kind             text not null,
    shipment_id      uuid not null,
    shipment_line_id uuid not null,
    order_id         uuid not null,
    organization_id  uuid not null,
    department_id    uuid,
    manager_id       uuid,
    customer_id      uuid not null,
    region_id        uuid,
    product_id       uuid not null,
    product_group_id uuid,
    warehouse_id     uuid not null,
    currency         text not null,
    quantity         numeric(18,3) not null,
    -- Without VAT.
    revenue          numeric(18,2) not null,
    vat              numeric(18,2) not null,
    -- Base currency, without recoverable VAT.
    cost             numeric(18,2) not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, shipment_line_id) references shipment_line,
    constraint sale_fact_once unique (tenant_id, shipment_line_id, kind),
    constraint sale_fact_kind check (kind in ('SHIPMENT', 'REVERSAL'))
);
select protect('sale_fact');
create index sale_fact_by_date on sale_fact (tenant_id, occurred_on, id);
grant select, insert on sale_fact to oborot_app;

-- Facts that the rollups do not hold yet. Written with the fact, taken away by the fold.
create table sale_fact_delta (
    tenant_id uuid not null references tenant,
    fact_id   uuid not null,
    primary key (tenant_id, fact_id)
);
select protect('sale_fact_delta');
grant select, insert, delete on sale_fact_delta to oborot_app;

-- What other contexts may read.
create view sale_fact_v with (security_invoker = true) as
    select tenant_id, id, occurred_on, recorded_at, kind, shipment_id, shipment_line_id, order_id,
           organization_id, department_id, manager_id, customer_id, region_id, product_id,
           product_group_id, warehouse_id, currency, quantity, revenue, vat, cost
    from sale_fact;
create view open_order_v with (security_invoker = true) as
    select tenant_id, id, number, date, organization_id, customer_id, agreement_id, manager_id,
           currency, state, gross, shipped_gross, prepayment_percent, requested_ship_date
    from sales_order
    where state in ('CONFIRMED', 'IN_FULFILMENT');
grant select on sale_fact_v, open_order_v to oborot_app;
