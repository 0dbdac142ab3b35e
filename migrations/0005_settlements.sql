-- What customers owe and what they have paid.
--
-- Three registers are append-only: receivable_item (debts and their reversals), payment_entry
-- (money and its reversals) and allocation (which money settles which debt, as dated rows: what
-- is taken back is a row with a minus). From them alone every open amount can be told, as of any
-- business date and as known at any recorded time. receivable_balance and payment_balance hold
-- the open amounts of now, and change in the same transaction.
--
-- Orders and shipments belong to a context above this one, so their ids stand here without
-- foreign keys.

create table payment (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    number             text collate "C" not null,
    date               date not null,
    customer_id        uuid not null,
    organization_id    uuid not null,
    agreement_id       uuid not null,
    -- The order that the payer named; what is left of the money stays with it.
    order_id           uuid,
    -- The customer's manager when the money came.
    manager_id         uuid,
    currency           text not null,
    amount             numeric(18,2) not null,
    amount_cents       bigint not null generated always as ((amount * 100)::bigint) stored,
    method             text not null,
    state              text not null,
    reversed_on        date,
    reversal_reason    text,
    comment            text,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    primary key (tenant_id, id),
    constraint payment_customer_fkey foreign key (tenant_id, customer_id) references customer,
    constraint payment_organization_fkey
        foreign key (tenant_id, organization_id) references organization,
    constraint payment_agreement_fkey foreign key (tenant_id, agreement_id) references agreement,
    constraint payment_manager_fkey foreign key (tenant_id, manager_id) references app_user,
    constraint payment_external_reference_key unique (tenant_id, external_reference),
    constraint payment_currency_form check (currency ~ '^[A-Z]{3}$'),
    constraint payment_amount check (amount > 0),
    constraint payment_method check (method in ('CASH', 'BANK', 'CARD')),
    constraint payment_state check (state in ('POSTED', 'REVERSED')),
    constraint payment_reversed check ((state = 'REVERSED') = (reversed_on is not null)),
    constraint payment_reversed_later check (reversed_on >= date)
);
select protect('payment');
create index payment_order_date on payment (tenant_id, date, id);
create index payment_order_amount on payment (tenant_id, amount_cents, id);
create index payment_order_number on payment (tenant_id, number, id);
create unique index payment_number
    on payment (tenant_id, organization_id, (extract(year from date)), number);
create index payment_customer on payment (tenant_id, customer_id, date, id);
create index payment_manager on payment (tenant_id, manager_id, date, id);
create index payment_order on payment (tenant_id, order_id, id) where order_id is not null;
grant select, insert,
      update (state, reversed_on, reversal_reason, version, updated_at) on payment to oborot_app;

-- Money that came (+) and was reversed (−).
create table payment_entry (
    tenant_id       uuid not null references tenant,
    id              uuid not null,
    payment_id      uuid not null,
    customer_id     uuid not null,
    organization_id uuid not null,
    agreement_id    uuid not null,
    manager_id      uuid,
    currency        text not null,
    amount          numeric(18,2) not null,
    occurred_on     date not null,
    recorded_at     timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, payment_id) references payment,
    constraint payment_entry_amount check (amount <> 0)
);
select protect('payment_entry');
create index payment_entry_payment on payment_entry (tenant_id, payment_id);
grant select, insert on payment_entry to oborot_app;

-- What is left of each payment: the advances.
create table payment_balance (
    tenant_id        uuid not null references tenant,
    payment_id       uuid not null,
    customer_id      uuid not null,
    organization_id  uuid not null,
    agreement_id     uuid not null,
    order_id         uuid,
    manager_id       uuid,
    currency         text not null,
    date             date not null,
    open             numeric(18,2) not null,
    open_cents       bigint not null generated always as ((open * 100)::bigint) stored,
    -- The latest day on which something of it was taken back: what is offset after that is not
    -- dated before it, or at some past date more would be settled than there was.
    freed_on         date,
    -- The latest dates of its rows: before them it may have been open.
    last_occurred_on date not null,
    last_recorded_at timestamptz not null default now(),
    primary key (tenant_id, payment_id),
    foreign key (tenant_id, payment_id) references payment,
    constraint payment_balance_open check (open >= 0)
);
select protect('payment_balance');
create index payment_balance_open on payment_balance
    (tenant_id, customer_id, organization_id, agreement_id, currency, date, payment_id)
    where open_cents > 0;
create index payment_balance_occurred on payment_balance (tenant_id, last_occurred_on);
create index payment_balance_recorded on payment_balance (tenant_id, last_recorded_at);
grant select, insert, update (open, freed_on, last_occurred_on, last_recorded_at)
    on payment_balance to oborot_app;

-- Debts (+) and their reversals (−). A reversal repeats what it reverses, with its own date.
create table receivable_item (
    tenant_id       uuid not null references tenant,
    id              uuid not null,
    -- The debt that this row reverses.
    reverses        uuid,
    customer_id     uuid not null,
    organization_id uuid not null,
    agreement_id    uuid not null,
    order_id        uuid not null,
    shipment_id     uuid not null,
    -- As of the posting.
    manager_id      uuid,
    currency        text not null,
    due_on          date not null,
    amount          numeric(18,2) not null,
    occurred_on     date not null,
    recorded_at     timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint receivable_item_customer_fkey
        foreign key (tenant_id, customer_id) references customer,
    constraint receivable_item_organization_fkey
        foreign key (tenant_id, organization_id) references organization,
    constraint receivable_item_agreement_fkey
        foreign key (tenant_id, agreement_id) references agreement,
    constraint receivable_item_manager_fkey
        foreign key (tenant_id, manager_id) references app_user,
    constraint receivable_item_reverses_fkey
        foreign key (tenant_id, reverses) references receivable_item,
    constraint receivable_item_reverses_key unique (tenant_id, reverses),
    constraint receivable_item_currency_form check (currency ~ '^[A-Z]{3}$'),
    constraint receivable_item_amount check ((amount > 0) = (reverses is null) and amount <> 0)
);
select protect('receivable_item');
grant select, insert on receivable_item to oborot_app;

-- What is left of each debt. amount is zero once the debt is reversed, so that
-- amount − open is always what money has settled.
create table receivable_balance (
    tenant_id        uuid not null references tenant,
    receivable_id    uuid not null,
    customer_id      uuid not null,
    organization_id  uuid not null,
    agreement_id     uuid not null,
    order_id         uuid not null,
    shipment_id      uuid not null,
    manager_id       uuid,
    currency         text not null,
    due_on           date not null,
    occurred_on      date not null,
    amount           numeric(18,2) not null,
    open             numeric(18,2) not null,
    open_cents       bigint not null generated always as ((open * 100)::bigint) stored,
    reversed_on      date,
    -- The latest day on which something of it was taken back: what is offset after that is not
    -- dated before it, or at some past date more would be settled than there was.
    freed_on         date,
    -- The latest dates of its rows: before them it may have been open.
    last_occurred_on date not null,
    last_recorded_at timestamptz not null default now(),
    primary key (tenant_id, receivable_id),
    foreign key (tenant_id, receivable_id) references receivable_item,
    constraint receivable_balance_open check (open between 0 and amount),
    constraint receivable_balance_reversed check (reversed_on is null or amount = 0)
);
select protect('receivable_balance');
-- Offsetting walks this one, oldest due first.
create index receivable_balance_open on receivable_balance
    (tenant_id, customer_id, organization_id, agreement_id, currency, due_on, receivable_id)
    where open_cents > 0;
create index receivable_balance_due on receivable_balance (tenant_id, due_on, receivable_id);
create index receivable_balance_open_due on receivable_balance (tenant_id, due_on, receivable_id)
    where open_cents > 0;
create index receivable_balance_open_amount on receivable_balance
    (tenant_id, open_cents, receivable_id);
create index receivable_balance_date on receivable_balance
    (tenant_id, occurred_on, receivable_id);
create index receivable_balance_customer on receivable_balance
    (tenant_id, customer_id, due_on, receivable_id);
create index receivable_balance_manager on receivable_balance
    (tenant_id, manager_id, due_on, receivable_id);
create index receivable_balance_order on receivable_balance (tenant_id, order_id, due_on);
create index receivable_balance_shipment on receivable_balance (tenant_id, shipment_id, due_on);
create index receivable_balance_occurred on receivable_balance (tenant_id, last_occurred_on);
create index receivable_balance_recorded on receivable_balance (tenant_id, last_recorded_at);
grant select, insert,
      update (amount, open, reversed_on, freed_on, last_occurred_on, last_recorded_at)
    on receivable_balance to oborot_app;

-- Which money settles which debt (+), and what of it was taken back (−).
create table allocation (
    tenant_id     uuid not null references tenant,
    id            uuid not null,
    payment_id    uuid not null,
    receivable_id uuid not null,
    amount        numeric(18,2) not null,
    -- The later of the two documents' dates (or of the day when one of them was freed); the day
    -- of taking back for what is taken back.
    occurred_on   date not null,
    recorded_at   timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, payment_id) references payment,
    foreign key (tenant_id, receivable_id) references receivable_item,
    constraint allocation_amount check (amount <> 0)
);
select protect('allocation');
create index allocation_payment on allocation (tenant_id, payment_id, recorded_at, id);
create index allocation_receivable on allocation (tenant_id, receivable_id, recorded_at, id);
grant select, insert on allocation to oborot_app;

-- What other contexts may read of settlements.
create view receivable_open_v with (security_invoker = true) as
    select tenant_id, receivable_id, customer_id, organization_id, agreement_id, order_id,
           shipment_id, manager_id, currency, due_on, occurred_on, amount, open
    from receivable_balance
    where open_cents > 0;
create view advance_open_v with (security_invoker = true) as
    select tenant_id, payment_id, customer_id, organization_id, agreement_id, order_id,
           manager_id, currency, date, open
    from payment_balance
    where open_cents > 0;
create view receivable_of_shipment_v with (security_invoker = true) as
    select tenant_id, shipment_id, amount
    from receivable_item;
grant select on receivable_open_v, advance_open_v, receivable_of_shipment_v to oborot_app;
