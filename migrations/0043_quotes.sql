-- Quotes: what was offered to customers, in which version, and what became of it.

create table sales_quote (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    -- All versions of a quote have the number and the root of the first one.
    root_id            uuid not null,
    revision           integer not null default 1,
    -- The version that was made of this one.
    successor_id       uuid,
    -- Given on leaving DRAFT; the sequence is what people type, the number what papers show.
    number             text collate "C",
    number_sequence    bigint,
    -- The year whose series the number is of: a later version may be of another year.
    number_year        integer,
    number_order       text collate "C" not null
                       generated always as (coalesce(number, '')) stored,
    number_key         text collate "C" generated always as (catalog_key(number)) stored,
    date               date not null,
    -- The last day on which it can be accepted, in the tenant's time zone.
    valid_until        date not null,
    organization_id    uuid not null,
    customer_id        uuid not null,
    agreement_id       uuid not null,
    agreement_version  integer not null,
    manager_id         uuid,
    -- Of the manager and of the customer when the quote was written.
    department_id      uuid,
    region_id          uuid,
    currency           text not null,
    prices_include_vat boolean not null,
    state              text not null,
    -- Of its lines but the optional ones that the customer has not chosen.
    net                numeric(18,2) not null,
    vat                numeric(18,2) not null,
    gross              numeric(18,2) not null,
    gross_hundredths   bigint not null generated always as ((gross * 100)::bigint) stored,
    -- What the customer reads beside the lines: [{heading, text}].
    texts              jsonb not null default '[]',
    -- What he does not.
    comment            text,
    sent_at            timestamptz,
    answered_at        timestamptz,
    -- Whether the customer answered through a link; else one of the tenant's people wrote it down.
    answered_by_link   boolean,
    -- Who answered, as he wrote it.
    answered_by        text,
    decline_reason     text,
    cancel_reason      text,
    external_reference text collate "C",
    external_key       text collate "C"
                       generated always as (catalog_key(external_reference)) stored,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    primary key (tenant_id, id),
    constraint sales_quote_root_fkey foreign key (tenant_id, root_id) references sales_quote,
    constraint sales_quote_successor_fkey
        foreign key (tenant_id, successor_id) references sales_quote,
    constraint sales_quote_organization_fkey
        foreign key (tenant_id, organization_id) references organization,
    constraint sales_quote_customer_fkey foreign key (tenant_id, customer_id) references customer,
    constraint sales_quote_agreement_fkey
        foreign key (tenant_id, agreement_id) references agreement,
    constraint sales_quote_agreement_version_fkey
        foreign key (tenant_id, agreement_id, agreement_version) references agreement_version,
    constraint sales_quote_manager_fkey foreign key (tenant_id, manager_id) references app_user,
    constraint sales_quote_revision_key unique (tenant_id, root_id, revision),
    constraint sales_quote_external_reference_key unique (tenant_id, external_reference),
    constraint sales_quote_state
        check (state in ('DRAFT', 'PENDING_APPROVAL', 'SENT', 'ACCEPTED', 'DECLINED', 'EXPIRED',
                         'SUPERSEDED', 'CANCELLED')),
    constraint sales_quote_numbered
        check (state not in ('SENT', 'ACCEPTED', 'DECLINED', 'EXPIRED') or number is not null),
    constraint sales_quote_number_whole
        check ((number is null) = (number_sequence is null)
               and (number is null) = (number_year is null)),
    constraint sales_quote_total check (gross = net + vat),
    constraint sales_quote_currency_form check (currency ~ '^[A-Z]{3}$'),
    constraint sales_quote_validity check (valid_until >= date),
    constraint sales_quote_answered
        check ((answered_at is not null) = (state in ('ACCEPTED', 'DECLINED'))
               and (answered_by_link is not null) = (answered_at is not null)),
    constraint sales_quote_declined check ((decline_reason is not null) = (state = 'DECLINED')),
    constraint sales_quote_cancelled check ((cancel_reason is not null) = (state = 'CANCELLED')),
    constraint sales_quote_superseded check (state <> 'SUPERSEDED' or successor_id is not null)
);
select protect('sales_quote');
create unique index sales_quote_number
    on sales_quote (tenant_id, organization_id, number_year, number, revision);
create index sales_quote_by_date on sales_quote (tenant_id, date, id);
create index sales_quote_by_total on sales_quote (tenant_id, gross_hundredths, id);
create index sales_quote_by_number on sales_quote (tenant_id, number_order, id);
create index sales_quote_number_search on sales_quote (tenant_id, number_key);
create index sales_quote_sequence_search on sales_quote (tenant_id, number_sequence);
create index sales_quote_external_search on sales_quote (tenant_id, external_key);
create index sales_quote_of_customer on sales_quote (tenant_id, customer_id, date, id);
create index sales_quote_of_manager on sales_quote (tenant_id, manager_id, date, id);
create index sales_quote_in_state on sales_quote (tenant_id, state, date, id);
-- Those whose validity ends.
create index sales_quote_open on sales_quote (tenant_id, valid_until, id) where state = 'SENT';
grant select, insert, update on sales_quote to oborot_app;
-- Which tenants have quotes to expire: the worker asks this across tenants, and nothing else.
create policy system_rows on sales_quote for select to oborot_system using (true);
grant select (tenant_id, state, valid_until) on sales_quote to oborot_system;
create trigger sales_quote_of_living_customer after insert on sales_quote
    for each row execute function refuse_merged_customer();

create table sales_quote_line (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    quote_id           uuid not null,
    position           integer not null,
    product_id         uuid not null,
    variant_id         uuid,
    -- What it was called when the line was written: an old quote reads as it was sent.
    name               text not null,
    -- What the customer reads beside it.
    note               text,
    unit               text not null,
    quantity           numeric(18,3) not null,
    packaging_id       uuid,
    entered_quantity   numeric(18,3),
    entered_unit       text,
    list_price         numeric(18,4),
    price              numeric(18,4) not null,
    price_numerator    integer not null,
    price_denominator  integer not null,
    price_source       text,
    price_is_manual    boolean not null,
    discount_percent   numeric(7,4) not null,
    discount_source    text,
    discount_is_manual boolean not null,
    explanation        jsonb not null,
    amount             numeric(18,2) not null,
    vat_rate           numeric(7,4),
    vat_amount         numeric(18,2) not null,
    -- What the goods would have cost when the line was priced, in the quote's currency; null: unknown.
    cost               numeric(18,2),
    -- The customer may leave it out; whether he took it stands when he has accepted.
    is_optional        boolean not null,
    is_chosen          boolean,
    -- What orders of this quote name of it, cancelled ones apart.
    ordered            numeric(18,3) not null default 0,
    primary key (tenant_id, id),
    foreign key (tenant_id, quote_id) references sales_quote,
    constraint sales_quote_line_product_fkey foreign key (tenant_id, product_id) references product,
    constraint sales_quote_line_variant_fkey foreign key (tenant_id, product_id, variant_id)
        references product_variant (tenant_id, product_id, id),
    constraint sales_quote_line_packaging_fkey foreign key (tenant_id, product_id, packaging_id)
        references product_packaging (tenant_id, product_id, id),
    constraint sales_quote_line_position unique (tenant_id, quote_id, position),
    constraint sales_quote_line_quantity check (quantity > 0),
    constraint sales_quote_line_ordered check (ordered between 0 and quantity),
    constraint sales_quote_line_chosen check (is_chosen is null or is_optional),
    constraint sales_quote_line_price check (price >= 0 and list_price >= 0),
    constraint sales_quote_line_price_unit check (price_numerator > 0 and price_denominator > 0),
    constraint sales_quote_line_discount check (discount_percent between 0 and 100),
    constraint sales_quote_line_entered
        check ((packaging_id is null) = (entered_quantity is null)
               and (packaging_id is null) = (entered_unit is null))
);
select protect('sales_quote_line');
-- A draft's lines are replaced as a whole; what was sent stays.
grant select, insert, delete, update (is_chosen, ordered) on sales_quote_line to oborot_app;

-- An order names the quote it was made of, and its lines those whose prices they keep.
alter table sales_order
    add column quote_id uuid,
    add constraint sales_order_quote_fkey foreign key (tenant_id, quote_id) references sales_quote;
create index sales_order_of_quote on sales_order (tenant_id, quote_id, id)
    where quote_id is not null;
alter table sales_order_line
    add column quote_line_id uuid,
    add constraint sales_order_line_quote_line_fkey
        foreign key (tenant_id, quote_line_id) references sales_quote_line;
create index sales_order_line_of_quote on sales_order_line (tenant_id, quote_line_id)
    where quote_line_id is not null;

-- Who sells, for those to whom something is offered.
create view organization_name_v with (security_invoker = true) as
    select tenant_id, id, name from organization;
grant select on organization_name_v to oborot_app;

-- Where answers to letters go.
create view user_mail_v with (security_invoker = true) as
    select tenant_id, id, name, email
    from app_user
    where active;
grant select on user_mail_v to oborot_app;
