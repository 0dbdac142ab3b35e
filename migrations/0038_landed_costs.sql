-- Costs that come after the goods: freight, customs and the like. A posted one raises the value of
-- what is left of the lots it is for; the share of pieces already sold becomes a cost of those
-- sales, and that of pieces which are gone otherwise is the document's own expense.

create table landed_cost (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    number             text not null default '',
    -- Of the bill: its rate is that of this day.
    occurred_on        date not null,
    organization_id    uuid not null,
    kind               text not null,
    basis              text not null,
    currency           text not null,
    -- Without recoverable tax.
    amount             numeric(18,2) not null,
    -- Who billed it.
    supplier_id        uuid,
    supplier_reference text not null default '',
    state              text not null default 'DRAFT',
    -- What posting made of the amount, base currency.
    base_amount        numeric(18,2),
    stock_amount       numeric(18,2),
    sold_amount        numeric(18,2),
    expensed_amount    numeric(18,2),
    posted_on          date,
    reversed_on        date,
    comment            text not null default '',
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, organization_id) references organization,
    foreign key (tenant_id, supplier_id) references supplier,
    constraint landed_cost_external_reference_key unique (tenant_id, external_reference),
    constraint landed_cost_kind
        check (kind in ('FREIGHT', 'CUSTOMS', 'INSURANCE', 'HANDLING', 'OTHER')),
    constraint landed_cost_basis check (basis in ('AMOUNT', 'QUANTITY', 'WEIGHT', 'VOLUME')),
    constraint landed_cost_amount check (amount > 0),
    constraint landed_cost_state check (state in ('DRAFT', 'POSTED', 'REVERSED', 'CANCELLED')),
    constraint landed_cost_numbered check (state in ('DRAFT', 'CANCELLED') or number <> ''),
    constraint landed_cost_posted
        check ((state in ('POSTED', 'REVERSED')) = (posted_on is not null)
               and (posted_on is null) = (base_amount is null)
               and (posted_on is null) = (stock_amount is null)
               and (posted_on is null) = (sold_amount is null)
               and (posted_on is null) = (expensed_amount is null)),
    constraint landed_cost_whole check (base_amount = stock_amount + sold_amount + expensed_amount),
    constraint landed_cost_reversed check ((state = 'REVERSED') = (reversed_on is not null))
);
select protect('landed_cost');
create index landed_cost_date on landed_cost (tenant_id, occurred_on, id);
create index landed_cost_by_number on landed_cost (tenant_id, number, id);
create unique index landed_cost_number_key
    on landed_cost (tenant_id, organization_id, number, extract(year from posted_on))
    where number <> '';
grant select, insert, update on landed_cost to oborot_app;

-- What it is for: what lines of receipts brought, with what was held back of it since.
create table landed_cost_line (
    tenant_id       uuid not null references tenant,
    id              uuid not null,
    document_id     uuid not null,
    position        integer not null,
    receipt_line_id uuid not null,
    -- What the amount was spread by, in the unit of the basis, and the line's share.
    weight          numeric,
    amount          numeric(18,2),
    primary key (tenant_id, id),
    foreign key (tenant_id, document_id) references landed_cost,
    foreign key (tenant_id, receipt_line_id) references goods_receipt_line,
    constraint landed_cost_line_position_key unique (tenant_id, document_id, position),
    constraint landed_cost_line_once unique (tenant_id, document_id, receipt_line_id),
    constraint landed_cost_line_shared check ((weight is null) = (amount is null))
);
select protect('landed_cost_line');
create index landed_cost_line_of_receipt_line on landed_cost_line (tenant_id, receipt_line_id);
-- A draft's lines are written anew when it is changed.
grant select, insert, update, delete on landed_cost_line to oborot_app;

-- Where a line's pieces were when it was posted, and what of its share they got: in a warehouse,
-- sold by a line of a shipment, or neither.
create table landed_cost_part (
    tenant_id        uuid not null references tenant,
    id               uuid not null,
    document_id      uuid not null,
    line_id          uuid not null,
    lot_id           uuid,
    warehouse_id     uuid,
    shipment_line_id uuid,
    quantity         numeric(18,3) not null,
    amount           numeric(18,2) not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, document_id) references landed_cost,
    foreign key (tenant_id, line_id) references landed_cost_line,
    foreign key (tenant_id, lot_id) references lot,
    foreign key (tenant_id, warehouse_id) references warehouse,
    constraint landed_cost_part_place
        check (num_nonnulls(warehouse_id, shipment_line_id) <= 1
               and (lot_id is null)
                   = (warehouse_id is null and shipment_line_id is null)),
    constraint landed_cost_part_quantity check (quantity > 0)
);
select protect('landed_cost_part');
create index landed_cost_part_line on landed_cost_part (tenant_id, line_id, id);
create index landed_cost_part_document on landed_cost_part (tenant_id, document_id, id);
grant select, insert on landed_cost_part to oborot_app;

create view landed_cost_v with (security_invoker = true) as
    select tenant_id, id, state, sold_amount
    from landed_cost;
grant select on landed_cost_v to oborot_app;

-- What a landed cost adds to a sale is a fact of its own, of no goods and no revenue, dated the day
-- it was posted; its reversal is another one.
alter table sale_fact
    add column landed_cost_id uuid,
    drop constraint sale_fact_once,
    drop constraint sale_fact_kind,
    add constraint sale_fact_once unique nulls not distinct
        (tenant_id, shipment_line_id, kind, return_line_id, variable_cost_id, landed_cost_id),
    add constraint sale_fact_kind
        check (kind in ('SHIPMENT', 'REVERSAL', 'RETURN', 'RETURN_REVERSAL', 'VARIABLE_COST',
                        'LANDED_COST', 'LANDED_COST_REVERSAL')
               and (return_line_id is not null) = (kind in ('RETURN', 'RETURN_REVERSAL'))
               and (variable_cost_id is not null) = (kind = 'VARIABLE_COST')
               and (variable_cost = 0 or kind = 'VARIABLE_COST')),
    add constraint sale_fact_landed
        check ((landed_cost_id is not null) = (kind in ('LANDED_COST', 'LANDED_COST_REVERSAL'))
               and (landed_cost_id is null or (quantity = 0 and revenue = 0 and vat = 0)));
create index sale_fact_of_landed_cost on sale_fact (tenant_id, landed_cost_id)
    where landed_cost_id is not null;
-- Who took pieces of a lot.
create index if not exists shipment_lot_of_lot on shipment_lot (tenant_id, lot_id, shipment_line_id);
