-- Money beside payments by hand: refunds, invoices, lines of bank statements, and what the rates of
-- foreign currencies cost.

-- Statements ask registers by customer and day, whoever stands for the card now.
create index receivable_item_of_customer on receivable_item (tenant_id, customer_id, occurred_on);
create index payment_entry_of_customer on payment_entry (tenant_id, customer_id, occurred_on);

-- Who is responsible for a customer, and by which tax number a bank knows him.
create view customer_payer_v with (security_invoker = true) as
    select tenant_id, id, inn, manager_id, archived_at is not null as archived
    from customer;
grant select on customer_payer_v to oborot_app;

-- Money given back to a customer: out of advances, never out of what settles a debt.
create table refund (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    number             text collate "C" not null,
    date               date not null,
    customer_id        uuid not null,
    organization_id    uuid not null,
    agreement_id       uuid not null,
    -- The customer's manager when the money went.
    manager_id         uuid,
    currency           text not null,
    amount             numeric(18,2) not null,
    amount_cents       bigint not null generated always as ((amount * 100)::bigint) stored,
    method             text not null,
    state              text not null,
    reason             text not null,
    reversed_on        date,
    reversal_reason    text,
    external_reference text collate "C",
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    primary key (tenant_id, id),
    constraint refund_customer_fkey foreign key (tenant_id, customer_id) references customer,
    constraint refund_organization_fkey
        foreign key (tenant_id, organization_id) references organization,
    constraint refund_agreement_fkey foreign key (tenant_id, agreement_id) references agreement,
    constraint refund_manager_fkey foreign key (tenant_id, manager_id) references app_user,
    constraint refund_external_reference_key unique (tenant_id, external_reference),
    constraint refund_currency_form check (currency ~ '^[A-Z]{3}$'),
    constraint refund_amount check (amount > 0),
    constraint refund_method check (method in ('CASH', 'BANK', 'CARD')),
    constraint refund_state check (state in ('POSTED', 'REVERSED')),
    constraint refund_reversed check ((state = 'REVERSED') = (reversed_on is not null)),
    constraint refund_reversed_later check (reversed_on >= date)
);
select protect('refund');
create unique index refund_number
    on refund (tenant_id, organization_id, (extract(year from date)), number);
create index refund_order_date on refund (tenant_id, date, id);
create index refund_order_amount on refund (tenant_id, amount_cents, id);
create index refund_order_number on refund (tenant_id, number, id);
create index refund_customer on refund (tenant_id, customer_id, date, id);
create index refund_manager on refund (tenant_id, manager_id, date, id);
grant select, insert,
      update (customer_id, state, reversed_on, reversal_reason, version, updated_at)
    on refund to oborot_app;
create trigger refund_of_living_customer after insert on refund
    for each row execute function refuse_merged_customer();

-- What a refund took of a payment is a row of the payment's own register, with a minus; its
-- reversal is another one. So open amounts, ageing and past days need nothing new.
alter table payment_entry
    add column refund_id uuid,
    add constraint payment_entry_refund_fkey
        foreign key (tenant_id, refund_id) references refund;
create index payment_entry_refund on payment_entry (tenant_id, refund_id)
    where refund_id is not null;

-- A request to pay: no posting. Orders belong to a context above, so there is no foreign key.
create table invoice (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    number             text collate "C" not null,
    date               date not null,
    due_on             date not null,
    order_id           uuid not null,
    organization_id    uuid not null,
    customer_id        uuid not null,
    agreement_id       uuid not null,
    manager_id         uuid,
    currency           text not null,
    -- Which of the order's payment steps it asks for, from 1; null is a part of its own.
    payment_step       integer,
    net                numeric(18,2) not null,
    vat                numeric(18,2) not null,
    gross              numeric(18,2) not null,
    gross_cents        bigint not null generated always as ((gross * 100)::bigint) stored,
    -- What payments brought for it: the sum of invoice_payment.
    paid               numeric(18,2) not null default 0,
    state              text not null,
    cancel_reason      text,
    comment            text,
    external_reference text collate "C",
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    primary key (tenant_id, id),
    constraint invoice_customer_fkey foreign key (tenant_id, customer_id) references customer,
    constraint invoice_organization_fkey
        foreign key (tenant_id, organization_id) references organization,
    constraint invoice_agreement_fkey foreign key (tenant_id, agreement_id) references agreement,
    constraint invoice_manager_fkey foreign key (tenant_id, manager_id) references app_user,
    constraint invoice_external_reference_key unique (tenant_id, external_reference),
    constraint invoice_currency_form check (currency ~ '^[A-Z]{3}$'),
    constraint invoice_total check (gross = net + vat and gross > 0),
    constraint invoice_state check (
        case state
            when 'ISSUED' then paid = 0
            when 'PARTIALLY_PAID' then paid > 0 and paid < gross
            when 'PAID' then paid = gross
            when 'CANCELLED' then paid = 0 and cancel_reason is not null
            else false
        end)
);
select protect('invoice');
create unique index invoice_number
    on invoice (tenant_id, organization_id, (extract(year from date)), number);
create index invoice_order_date on invoice (tenant_id, date, id);
create index invoice_order_due on invoice (tenant_id, due_on, id);
create index invoice_order_amount on invoice (tenant_id, gross_cents, id);
create index invoice_order_number on invoice (tenant_id, number, id);
create index invoice_customer on invoice (tenant_id, customer_id, date, id);
create index invoice_manager on invoice (tenant_id, manager_id, date, id);
create index invoice_in_state on invoice (tenant_id, state, date, id);
create index invoice_of_order on invoice (tenant_id, order_id, id);
create index invoice_unpaid on invoice (tenant_id, due_on, id)
    where state in ('ISSUED', 'PARTIALLY_PAID');
grant select, insert, update (customer_id, paid, state, cancel_reason, version, updated_at)
    on invoice to oborot_app;
create trigger invoice_of_living_customer after insert on invoice
    for each row execute function refuse_merged_customer();

create table invoice_line (
    tenant_id     uuid not null references tenant,
    invoice_id    uuid not null,
    position      integer not null,
    order_line_id uuid not null,
    product_id    uuid not null,
    variant_id    uuid,
    unit          text not null,
    -- What the order's line holds; the amounts are the part of it that is asked for.
    quantity      numeric(18,3) not null,
    net           numeric(18,2) not null,
    -- Null is "without VAT", which is not 0 %.
    vat_rate      numeric(7,4),
    vat           numeric(18,2) not null,
    gross         numeric(18,2) not null,
    primary key (tenant_id, invoice_id, position),
    foreign key (tenant_id, invoice_id) references invoice,
    constraint invoice_line_total check (gross = net + vat and net >= 0 and vat >= 0)
);
select protect('invoice_line');
grant select, insert on invoice_line to oborot_app;

-- Which money came for which invoice (+), and what of it was taken back (−).
create table invoice_payment (
    tenant_id   uuid not null references tenant,
    id          uuid not null,
    invoice_id  uuid not null,
    payment_id  uuid not null,
    amount      numeric(18,2) not null,
    occurred_on date not null,
    recorded_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, invoice_id) references invoice,
    foreign key (tenant_id, payment_id) references payment,
    constraint invoice_payment_amount check (amount <> 0)
);
select protect('invoice_payment');
create index invoice_payment_invoice on invoice_payment (tenant_id, invoice_id, recorded_at, id);
create index invoice_payment_payment on invoice_payment (tenant_id, payment_id);
grant select, insert on invoice_payment to oborot_app;

-- Lines of bank statements: money that came to an account of an organization. A bank's own id of a
-- line is unique by account for ever, so a statement may be brought in twice.
create table bank_line (
    tenant_id       uuid not null references tenant,
    id              uuid not null,
    organization_id uuid not null,
    account         text collate "C" not null,
    reference       text collate "C" not null,
    date            date not null,
    currency        text not null,
    amount          numeric(18,2) not null,
    amount_cents    bigint not null generated always as ((amount * 100)::bigint) stored,
    payer_name      text,
    payer_inn       text collate "C",
    payer_account   text collate "C",
    purpose         text,
    state           text not null,
    payment_id      uuid,
    ignore_reason   text,
    version         integer not null default 1,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    created_by      uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, organization_id) references organization,
    foreign key (tenant_id, payment_id) references payment,
    constraint bank_line_once unique (tenant_id, organization_id, account, reference),
    constraint bank_line_payment_key unique (tenant_id, payment_id),
    constraint bank_line_amount check (amount > 0),
    constraint bank_line_currency_form check (currency ~ '^[A-Z]{3}$'),
    constraint bank_line_state check (
        case state
            when 'NEW' then payment_id is null and ignore_reason is null
            when 'POSTED' then payment_id is not null and ignore_reason is null
            when 'IGNORED' then payment_id is null and ignore_reason is not null
            else false
        end)
);
select protect('bank_line');
create index bank_line_order_date on bank_line (tenant_id, date, id);
create index bank_line_order_amount on bank_line (tenant_id, amount_cents, id);
create index bank_line_in_state on bank_line (tenant_id, state, date, id);
create index bank_line_payer on bank_line (tenant_id, payer_inn, date, id);
grant select, insert, update (state, payment_id, ignore_reason, version, updated_at)
    on bank_line to oborot_app;

-- Foreign currencies: what a unit of it is worth in the base currency on the day of posting; null
-- where the document is in the base currency, or was posted before rates were kept.
alter table payment add column rate numeric(24,12);
alter table receivable_item add column rate numeric(24,12);

-- What settling costs (−) or brings (+) because the rate changed between the sale and the payment,
-- in the base currency. Taking an allocation back takes its difference back, to the kopeck. Money
-- that came before the sale has none: the part that an advance paid takes the advance's rate.
create table exchange_difference (
    tenant_id     uuid not null references tenant,
    id            uuid not null,
    payment_id    uuid not null,
    receivable_id uuid not null,
    currency      text not null,
    amount        numeric(18,2) not null,
    occurred_on   date not null,
    recorded_at   timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, payment_id) references payment,
    foreign key (tenant_id, receivable_id) references receivable_item,
    constraint exchange_difference_amount check (amount <> 0)
);
select protect('exchange_difference');
create index exchange_difference_payment
    on exchange_difference (tenant_id, payment_id, receivable_id);
create index exchange_difference_receivable on exchange_difference (tenant_id, receivable_id);
create index exchange_difference_date on exchange_difference (tenant_id, occurred_on, id);
grant select, insert on exchange_difference to oborot_app;
