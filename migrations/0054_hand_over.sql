-- A manager leaves and his records go to others: one row for each such decision. The records are
-- moved in transactions of some hundreds, by whoever comes first of the request and the workers;
-- what is not moved yet is what still names him, so that a step that dies is simply taken again.

create table hand_over (
    tenant_id   uuid not null references tenant,
    id          uuid not null,
    leaver_id   uuid not null,
    -- Only these customers with their documents; null is everything of his.
    customers   uuid[],
    -- What becomes of his way in: KEPT, ENDED (sessions and keys), SHUT (he cannot sign in either).
    sign_in     text not null,
    reason      text,
    state       text not null,
    -- How many records of each kind were moved: {"Customer": 12, "SalesOrder": 310}.
    moved       jsonb not null default '{}',
    version     integer not null default 1,
    created_at  timestamptz not null,
    created_by  uuid,
    finished_at timestamptz,
    primary key (tenant_id, id),
    constraint hand_over_leaver_fkey foreign key (tenant_id, leaver_id) references app_user,
    constraint hand_over_sign_in check (sign_in in ('KEPT', 'ENDED', 'SHUT')),
    constraint hand_over_state check (state in ('RUNNING', 'DONE')),
    constraint hand_over_finished check ((state = 'DONE') = (finished_at is not null))
);
select protect('hand_over');
-- One at a time for a person.
create unique index hand_over_running on hand_over (tenant_id, leaver_id)
    where state = 'RUNNING';
create index hand_over_order on hand_over (tenant_id, created_at, id);
create index hand_over_of_leaver on hand_over (tenant_id, leaver_id, created_at, id);
grant select, insert, update on hand_over to oborot_app;
-- Which tenants have something to do: the worker asks this across tenants, and nothing else.
create policy system_rows on hand_over for select to oborot_system using (true);
grant select (tenant_id, state) on hand_over to oborot_system;

-- Who takes over, in the order of their turns.
create table hand_over_heir (
    tenant_id    uuid not null references tenant,
    hand_over_id uuid not null,
    place        integer not null,
    heir_id      uuid not null,
    -- Customers of his own before.
    load         bigint not null,
    -- What he was given.
    customers    bigint not null default 0,
    documents    bigint not null default 0,
    primary key (tenant_id, hand_over_id, place),
    foreign key (tenant_id, hand_over_id) references hand_over,
    constraint hand_over_heir_once unique (tenant_id, hand_over_id, heir_id),
    constraint hand_over_heir_fkey foreign key (tenant_id, heir_id) references app_user
);
select protect('hand_over_heir');
grant select, insert, update on hand_over_heir to oborot_app;

-- Who sees a payment, a debt or a credit note follows its manager; their registers stay as posted.
grant update (manager_id) on payment to oborot_app;
grant update (manager_id) on payment_balance to oborot_app;
grant update (manager_id) on receivable_balance to oborot_app;
grant update (manager_id) on credit_note to oborot_app;

-- Whose keys end with him.
create index api_key_of_user on api_key (tenant_id, created_by) where revoked_at is null;
