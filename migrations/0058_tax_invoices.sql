-- Tax papers of what was sold (счёт-фактура), and of what lessens it afterwards (корректировочный
-- счёт-фактура). They post nothing: they tell of a posted shipment, act or credit note what tax law
-- wants told, and keep it as it was when they were issued.
create table tax_invoice (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    -- By organization and year, and in order of time: a later number has no earlier date. Issuing
    -- holds the counter, so the order cannot break; a cancelled one keeps its number.
    number             text collate "C" not null,
    number_sequence    bigint not null,
    number_year        integer not null generated always as (extract(year from date)::integer) stored,
    number_order       text collate "C" not null generated always as (number) stored,
    number_key         text collate "C" generated always as (catalog_key(number)) stored,
    date               date not null,
    kind               text not null,
    order_id           uuid not null,
    -- The sale: goods or services.
    shipment_id        uuid not null,
    -- What a corrective one is of, and the paper of the sale that it corrects.
    credit_note_id     uuid,
    corrects_id        uuid,
    organization_id    uuid not null,
    customer_id        uuid not null,
    manager_id         uuid,
    currency           text not null,
    -- The document it is of.
    basis_number       text not null,
    basis_date         date not null,
    -- The parties as they were.
    seller_name        text not null,
    seller_inn         text,
    seller_kpp         text,
    seller_address     text,
    buyer_name         text not null,
    buyer_inn          text,
    buyer_kpp          text,
    buyer_address      text,
    -- Of a corrective one: what the sale becomes less by.
    net                numeric(18,2) not null,
    vat                numeric(18,2) not null,
    gross              numeric(18,2) not null,
    gross_hundredths   bigint not null generated always as ((gross * 100)::bigint) stored,
    state              text not null,
    -- Its own day, or later: where its period was closed, the first open day.
    cancelled_on       date,
    cancel_reason      text,
    comment            text,
    external_reference text collate "C",
    external_key       text collate "C"
                       generated always as (catalog_key(external_reference)) stored,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, order_id) references sales_order,
    foreign key (tenant_id, shipment_id) references shipment,
    foreign key (tenant_id, credit_note_id) references credit_note,
    foreign key (tenant_id, corrects_id) references tax_invoice,
    constraint tax_invoice_organization_fkey
        foreign key (tenant_id, organization_id) references organization,
    constraint tax_invoice_customer_fkey foreign key (tenant_id, customer_id) references customer,
    constraint tax_invoice_manager_fkey foreign key (tenant_id, manager_id) references app_user,
    constraint tax_invoice_external_reference_key unique (tenant_id, external_reference),
    constraint tax_invoice_currency_form check (currency ~ '^[A-Z]{3}$'),
    constraint tax_invoice_total check (gross = net + vat),
    constraint tax_invoice_not_before check (date >= basis_date),
    constraint tax_invoice_kind check (
        kind in ('SALE', 'CORRECTIVE')
        and num_nonnulls(credit_note_id, corrects_id) = case kind when 'SALE' then 0 else 2 end),
    constraint tax_invoice_state check (
        state in ('ISSUED', 'CANCELLED')
        and num_nonnulls(cancelled_on, cancel_reason)
            = case state when 'ISSUED' then 0 else 2 end),
    constraint tax_invoice_cancelled_later check (cancelled_on >= date)
);
select protect('tax_invoice');
-- The last of a series stands at its end.
create unique index tax_invoice_number
    on tax_invoice (tenant_id, organization_id, number_year, number_sequence);
-- One that stands a document; a cancelled one frees it.
create unique index tax_invoice_of_sale on tax_invoice (tenant_id, shipment_id)
    where kind = 'SALE' and state = 'ISSUED';
create unique index tax_invoice_of_note on tax_invoice (tenant_id, credit_note_id)
    where kind = 'CORRECTIVE' and state = 'ISSUED';
create index tax_invoice_corrects on tax_invoice (tenant_id, corrects_id)
    where corrects_id is not null;
create index tax_invoice_of_shipment on tax_invoice (tenant_id, shipment_id, id);
create index tax_invoice_of_order on tax_invoice (tenant_id, order_id, id);
create index tax_invoice_by_date on tax_invoice (tenant_id, date, id);
create index tax_invoice_by_number on tax_invoice (tenant_id, number_order, id);
create index tax_invoice_by_total on tax_invoice (tenant_id, gross_hundredths, id);
create index tax_invoice_number_search on tax_invoice (tenant_id, number_key);
create index tax_invoice_sequence_search on tax_invoice (tenant_id, number_sequence);
create index tax_invoice_external_search on tax_invoice (tenant_id, external_key);
create index tax_invoice_of_customer on tax_invoice (tenant_id, customer_id, date, id);
create index tax_invoice_of_manager on tax_invoice (tenant_id, manager_id, date, id);
create index tax_invoice_in_state on tax_invoice (tenant_id, state, date, id);
create index tax_invoice_corrective on tax_invoice (tenant_id, date, id)
    where kind = 'CORRECTIVE';
grant select, insert,
      update (customer_id, manager_id, state, cancelled_on, cancel_reason, version, updated_at)
    on tax_invoice to oborot_app;
create trigger tax_invoice_of_living_customer after insert on tax_invoice
    for each row execute function refuse_merged_customer();

create table tax_invoice_line (
    tenant_id        uuid not null references tenant,
    tax_invoice_id   uuid not null,
    position         integer not null,
    shipment_line_id uuid not null,
    product_id       uuid not null,
    variant_id       uuid,
    -- As it was called.
    name             text not null,
    unit             text not null,
    -- What was sold; of a corrective one what came back, nothing where only the price changed.
    quantity         numeric(18,3) not null,
    -- Of a unit, without VAT; null where there is no quantity.
    price            numeric(18,4),
    net              numeric(18,2) not null,
    -- Null is "without VAT", which is not 0 %.
    vat_rate         numeric(7,4),
    vat              numeric(18,2) not null,
    gross            numeric(18,2) not null,
    -- What a corrective one found: the sale's paper less the correctives that stood before it.
    before_quantity  numeric(18,3),
    before_net       numeric(18,2),
    before_vat       numeric(18,2),
    primary key (tenant_id, tax_invoice_id, position),
    foreign key (tenant_id, tax_invoice_id) references tax_invoice,
    foreign key (tenant_id, shipment_line_id) references shipment_line,
    constraint tax_invoice_line_total
        check (gross = net + vat and quantity >= 0 and net >= 0 and vat >= 0),
    constraint tax_invoice_line_before
        check (num_nonnulls(before_quantity, before_net, before_vat) in (0, 3)),
    constraint tax_invoice_line_left
        check (quantity <= before_quantity and net <= before_net and vat <= before_vat)
);
select protect('tax_invoice_line');
grant select, insert on tax_invoice_line to oborot_app;

-- The money that came before the sale and was settled with it, as papers of payment are named.
create table tax_invoice_payment (
    tenant_id      uuid not null references tenant,
    tax_invoice_id uuid not null,
    position       integer not null,
    payment_id     uuid not null,
    number         text not null,
    date           date not null,
    amount         numeric(18,2) not null,
    primary key (tenant_id, tax_invoice_id, position),
    foreign key (tenant_id, tax_invoice_id) references tax_invoice,
    foreign key (tenant_id, payment_id) references payment,
    constraint tax_invoice_payment_amount check (amount > 0)
);
select protect('tax_invoice_payment');
create index tax_invoice_payment_of on tax_invoice_payment (tenant_id, payment_id);
grant select, insert on tax_invoice_payment to oborot_app;
