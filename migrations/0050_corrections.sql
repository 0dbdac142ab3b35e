-- What was sold becomes cheaper afterwards: price corrections of posted shipments, downwards alone,
-- since each is a credit note. What was sold too cheap is sold again, by another document.
create table price_correction (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    -- Given on posting; numbers of corrections may have gaps.
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
    currency           text not null,
    prices_include_vat boolean not null,
    state              text not null,
    reason             text not null,
    -- What the customer owes less.
    net                numeric(18,2) not null,
    vat                numeric(18,2) not null,
    gross              numeric(18,2) not null,
    gross_hundredths   bigint not null generated always as ((gross * 100)::bigint) stored,
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
    constraint price_correction_customer_fkey
        foreign key (tenant_id, customer_id) references customer,
    constraint price_correction_external_reference_key unique (tenant_id, external_reference),
    constraint price_correction_state
        check (state in ('DRAFT', 'POSTED', 'REVERSED', 'CANCELLED')),
    constraint price_correction_numbered
        check ((number is not null) = (state in ('POSTED', 'REVERSED'))),
    constraint price_correction_reversed check ((reversed_on is not null) = (state = 'REVERSED')),
    constraint price_correction_total check (gross = net + vat)
);
select protect('price_correction');
create unique index price_correction_number
    on price_correction (tenant_id, organization_id, (extract(year from date)), number);
create index price_correction_of_shipment on price_correction (tenant_id, shipment_id, id);
create index price_correction_by_number on price_correction (tenant_id, number_order, id);
create index price_correction_by_total on price_correction (tenant_id, gross_hundredths, id);
create index price_correction_by_date on price_correction (tenant_id, date, id);
create index price_correction_of_customer on price_correction (tenant_id, customer_id, date, id);
create index price_correction_of_manager on price_correction (tenant_id, manager_id, date, id);
create index price_correction_in_state on price_correction (tenant_id, state, date, id);
grant select, insert, update on price_correction to oborot_app;

create table price_correction_line (
    tenant_id        uuid not null references tenant,
    id               uuid not null,
    correction_id    uuid not null,
    position         integer not null,
    shipment_line_id uuid not null,
    product_id       uuid not null,
    variant_id       uuid,
    unit             text not null,
    -- The price asked for; null where an amount was.
    price            numeric(18,4),
    -- By how much the line becomes less: with VAT or without it, as the shipment says.
    amount           numeric(18,2) not null,
    vat_rate         numeric(7,4),
    vat_amount       numeric(18,2) not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, correction_id) references price_correction,
    foreign key (tenant_id, shipment_line_id) references shipment_line,
    constraint price_correction_line_position unique (tenant_id, correction_id, position),
    constraint price_correction_line_once unique (tenant_id, correction_id, shipment_line_id),
    constraint price_correction_line_amount check (amount > 0 and vat_amount >= 0),
    constraint price_correction_line_price check (price >= 0)
);
select protect('price_correction_line');
create index price_correction_line_of_shipment_line
    on price_correction_line (tenant_id, shipment_line_id);
grant select, insert, update (amount, vat_amount) on price_correction_line to oborot_app;

-- A credit note is of a return or of a price correction.
alter table credit_note
    alter column return_id drop not null,
    add column correction_id uuid,
    add constraint credit_note_correction_fkey
        foreign key (tenant_id, correction_id) references price_correction,
    add constraint credit_note_correction_once unique (tenant_id, correction_id),
    add constraint credit_note_source check (num_nonnulls(return_id, correction_id) = 1);

-- A correction is a fact of no goods and no cost, on its own day, dimensioned as what was sold. The
-- constraints name all kinds of facts again: those of returns and deliveries were lost from them.
alter table sale_fact
    add column correction_line_id uuid,
    add constraint sale_fact_correction_line_fkey
        foreign key (tenant_id, correction_line_id) references price_correction_line,
    drop constraint sale_fact_once,
    drop constraint sale_fact_kind,
    add constraint sale_fact_once unique nulls not distinct
        (tenant_id, shipment_line_id, kind, return_line_id, variable_cost_id, landed_cost_id,
         correction_line_id),
    add constraint sale_fact_kind
        check (kind in ('SHIPMENT', 'REVERSAL', 'RETURN', 'RETURN_REVERSAL', 'VARIABLE_COST',
                        'LANDED_COST', 'LANDED_COST_REVERSAL', 'CORRECTION',
                        'CORRECTION_REVERSAL')
               and (return_line_id is not null) = (kind in ('RETURN', 'RETURN_REVERSAL'))
               and (variable_cost_id is not null) = (kind = 'VARIABLE_COST')
               and (variable_cost = 0 or kind = 'VARIABLE_COST')
               and (correction_line_id is not null)
                   = (kind in ('CORRECTION', 'CORRECTION_REVERSAL'))
               and (correction_line_id is null or (quantity = 0 and cost = 0)));
create index sale_fact_correction_line on sale_fact (tenant_id, correction_line_id)
    where correction_line_id is not null;
