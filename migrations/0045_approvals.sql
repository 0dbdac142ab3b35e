-- Who must agree before something special happens, and what they decided.
--
-- A request is about one document; `root_id` is the document at the head of its chain (the order of
-- a shipment), so that what was decided on an order holds on its shipments.

create table approval_rule (
    tenant_id         uuid not null references tenant,
    id                uuid not null,
    name              text not null,
    name_key          text collate "C" not null generated always as (catalog_key(name)) stored,
    kind              text not null,
    -- Only rules that are on ask anybody.
    is_on             boolean not null default false,
    -- From this measure on (per cent, days or money by the kind); margins: below it. Null is any.
    threshold         numeric(18,4),
    -- From this amount of the document on, with VAT, base currency. Null is any.
    amount_from       numeric(18,2),
    -- [{approvers: [{role | userId}], needed, escalateAfterMinutes}]
    steps             jsonb not null,
    -- Who decides where a step's own approvers do not, or are not there.
    fallback_role     text,
    fallback_user_id  uuid,
    tolerance_percent numeric(7,4) not null,
    valid_days        integer not null,
    version           integer not null default 1,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    created_by        uuid,
    archived_at       timestamptz,
    primary key (tenant_id, id),
    constraint approval_rule_name_key unique (tenant_id, name),
    constraint approval_rule_fallback_fkey
        foreign key (tenant_id, fallback_user_id) references app_user,
    constraint approval_rule_kind
        check (kind in ('DISCOUNT_OVER_LIMIT', 'PRICE_BELOW_MINIMUM', 'MARGIN_BELOW_MINIMUM',
                        'CREDIT_LIMIT_EXCEEDED', 'SHIPMENT_WITH_OVERDUE_DEBT',
                        'SHIPMENT_BEFORE_PAYMENT', 'SPECIAL_TERMS')),
    constraint approval_rule_fallback check (num_nonnulls(fallback_role, fallback_user_id) = 1),
    constraint approval_rule_amount check (amount_from >= 0),
    constraint approval_rule_tolerance check (tolerance_percent between 0 and 100),
    constraint approval_rule_valid_days check (valid_days between 1 and 365),
    constraint approval_rule_archived check (archived_at is null or not is_on)
);
select protect('approval_rule');
create index approval_rule_order on approval_rule (tenant_id, name_key, id);
create index approval_rule_in_force on approval_rule (tenant_id, kind) where is_on;
grant select, insert, update on approval_rule to oborot_app;

-- Customers of which price segments a rule is about; none is all of them.
create table approval_rule_segment (
    tenant_id  uuid not null references tenant,
    rule_id    uuid not null,
    segment_id uuid not null,
    primary key (tenant_id, rule_id, segment_id),
    foreign key (tenant_id, rule_id) references approval_rule,
    constraint approval_rule_segment_fkey foreign key (tenant_id, segment_id) references price_segment
);
select protect('approval_rule_segment');
grant select, insert, delete on approval_rule_segment to oborot_app;

create table approval_request (
    tenant_id         uuid not null references tenant,
    id                uuid not null,
    state             text not null,
    subject_kind      text not null,
    subject_id        uuid not null,
    root_id           uuid not null,
    customer_id       uuid not null,
    manager_id        uuid,
    -- Who wrote the document, and who asked: neither decides.
    author_id         uuid,
    asker_kind        text not null,
    asker_id          uuid not null,
    amount            numeric(18,2) not null,
    currency          text not null,
    -- As they were: of what the document says, its hash decides whether it is still the same.
    facts             jsonb not null,
    facts_hash        text not null,
    requested_at      timestamptz not null default now(),
    closed_at         timestamptz,
    -- Why it was withdrawn or is out of date.
    close_reason      text,
    -- Of an approval: until when it holds, and by how much circumstances may get worse.
    valid_until       timestamptz,
    tolerance_percent numeric(7,4),
    -- It is decided, and the document has not moved on yet.
    is_unfollowed     boolean not null default false,
    -- Why the document did not move on by itself: the refusal as it was.
    follow_refusal    jsonb,
    version           integer not null default 1,
    updated_at        timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, customer_id) references customer,
    constraint approval_request_state
        check (state in ('PENDING', 'APPROVED', 'REJECTED', 'WITHDRAWN', 'OUTDATED')),
    constraint approval_request_asker check (asker_kind in ('user', 'key', 'worker')),
    constraint approval_request_closed check ((closed_at is null) = (state = 'PENDING')),
    constraint approval_request_valid
        check (state <> 'APPROVED' or (valid_until is not null and tolerance_percent is not null))
);
select protect('approval_request');
-- A document waits for one request at a time.
create unique index approval_request_waiting on approval_request (tenant_id, subject_id)
    where state = 'PENDING';
create index approval_request_by_time on approval_request (tenant_id, requested_at, id);
create index approval_request_in_state on approval_request (tenant_id, state, requested_at, id);
create index approval_request_of_subject on approval_request (tenant_id, subject_id, requested_at);
create index approval_request_of_root on approval_request (tenant_id, root_id, state);
create index approval_request_of_customer
    on approval_request (tenant_id, customer_id, requested_at, id);
create index approval_request_of_manager
    on approval_request (tenant_id, manager_id, requested_at, id);
create index approval_request_unfollowed on approval_request (tenant_id, id) where is_unfollowed;
grant select, insert, update on approval_request to oborot_app;
-- Which tenants have documents that wait to move on: the worker asks this, and nothing else.
create policy system_rows on approval_request for select to oborot_system using (true);
grant select (tenant_id, is_unfollowed) on approval_request to oborot_system;

-- Why somebody had to be asked, with the figures of that moment.
create table approval_reason (
    tenant_id     uuid not null references tenant,
    request_id    uuid not null,
    place         integer not null,
    kind          text not null,
    rule_id       uuid not null,
    rule_name     text not null,
    -- The document's line, where it is about one, and what is sold on it.
    line_position integer,
    about         text,
    -- By the kind: per cent, days or money. Null is not known.
    measure       numeric(18,4),
    -- [{name, value}]: what may get worse, and by how much, is asked of these.
    circumstances jsonb not null,
    details       jsonb not null,
    primary key (tenant_id, request_id, place),
    foreign key (tenant_id, request_id) references approval_request,
    foreign key (tenant_id, rule_id) references approval_rule
);
select protect('approval_reason');
grant select, insert on approval_reason to oborot_app;

-- The steps of each rule that asks, as they were when it was asked.
create table approval_step (
    tenant_id      uuid not null references tenant,
    request_id     uuid not null,
    rule_id        uuid not null,
    position       integer not null,
    needed         integer not null,
    state          text not null,
    escalate_after integer,
    opened_at      timestamptz,
    escalates_at   timestamptz,
    escalated_at   timestamptz,
    primary key (tenant_id, request_id, rule_id, position),
    foreign key (tenant_id, request_id) references approval_request,
    constraint approval_step_state check (state in ('WAITING', 'OPEN', 'DONE', 'CLOSED')),
    constraint approval_step_needed check (needed > 0)
);
select protect('approval_step');
create index approval_step_due on approval_step (tenant_id, escalates_at)
    where state = 'OPEN' and escalated_at is null;
grant select, insert, update on approval_step to oborot_app;
create policy system_rows on approval_step for select to oborot_system using (true);
grant select (tenant_id, escalates_at, state, escalated_at) on approval_step to oborot_system;

-- Who may decide a step: everybody in a role, or one person. The fallback takes its seat when the
-- step escalates.
create table approval_seat (
    tenant_id   uuid not null references tenant,
    request_id  uuid not null,
    rule_id     uuid not null,
    position    integer not null,
    place       integer not null,
    role        text,
    user_id     uuid,
    is_fallback boolean not null,
    is_taken    boolean not null,
    primary key (tenant_id, request_id, rule_id, position, place),
    foreign key (tenant_id, request_id, rule_id, position) references approval_step,
    foreign key (tenant_id, user_id) references app_user,
    constraint approval_seat_holder check (num_nonnulls(role, user_id) = 1)
);
select protect('approval_seat');
grant select, insert, update (is_taken) on approval_seat to oborot_app;

-- Append-only: what was decided stays.
create table approval_decision (
    tenant_id   uuid not null references tenant,
    id          uuid not null,
    request_id  uuid not null,
    verdict     text not null,
    user_id     uuid not null,
    -- In whose place; null is in his own.
    for_user_id uuid,
    comment     text,
    tolerance_percent numeric(7,4),
    valid_days  integer,
    decided_at  timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, request_id) references approval_request,
    foreign key (tenant_id, user_id) references app_user,
    constraint approval_decision_verdict check (verdict in ('APPROVE', 'REJECT')),
    constraint approval_decision_comment check (verdict <> 'REJECT' or comment is not null)
);
select protect('approval_decision');
create index approval_decision_of_request on approval_decision (tenant_id, request_id, id);
grant select, insert on approval_decision to oborot_app;

-- Which steps a decision counted for; one person counts once for a step.
create table approval_signature (
    tenant_id   uuid not null references tenant,
    request_id  uuid not null,
    rule_id     uuid not null,
    position    integer not null,
    user_id     uuid not null,
    decision_id uuid not null,
    primary key (tenant_id, request_id, rule_id, position, user_id),
    foreign key (tenant_id, request_id, rule_id, position) references approval_step,
    foreign key (tenant_id, decision_id) references approval_decision
);
select protect('approval_signature');
grant select, insert on approval_signature to oborot_app;

-- Who decides in whose place, from a day to a day.
create table approval_deputy (
    tenant_id  uuid not null references tenant,
    id         uuid not null,
    user_id    uuid not null,
    deputy_id  uuid not null,
    valid_from date not null,
    valid_to   date not null,
    ended_at   timestamptz,
    created_at timestamptz not null default now(),
    created_by uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, user_id) references app_user,
    foreign key (tenant_id, deputy_id) references app_user,
    constraint approval_deputy_other check (user_id <> deputy_id),
    constraint approval_deputy_days check (valid_from <= valid_to)
);
select protect('approval_deputy');
create index approval_deputy_of_deputy on approval_deputy (tenant_id, deputy_id, valid_to)
    where ended_at is null;
create index approval_deputy_by_day on approval_deputy (tenant_id, valid_from, id);
grant select, insert, update (ended_at) on approval_deputy to oborot_app;

-- What other contexts may read: the documents that wait, or are about to move on.
create view approval_waiting_v with (security_invoker = true) as
    select tenant_id, id, subject_id, root_id, state
    from approval_request
    where state = 'PENDING' or is_unfollowed;
grant select on approval_waiting_v to oborot_app;

-- Tenants that are there get what new ones begin with (approvals, rules/presets.rs), switched off,
-- in the language of their first user: it was he who made the tenant.
create policy once on tenant for select to current_user using (true);
create policy once on app_user for select to current_user using (true);
create policy once on approval_rule for insert to current_user with check (true);
insert into approval_rule
    (tenant_id, id, name, kind, threshold, steps, fallback_role, tolerance_percent, valid_days)
select t.tenant_id, gen_random_uuid(), case u.language when 'en' then p.en else p.ru end, p.kind,
       p.threshold,
       jsonb_build_array(jsonb_build_object(
           'approvers', jsonb_build_array(jsonb_build_object('role', p.role, 'userId', null)),
           'needed', 1, 'escalateAfterMinutes', 1440)),
       'director', 10, 5
from tenant t
left join lateral (
    select f.language
    from app_user f
    where f.tenant_id = t.tenant_id
    order by f.created_at, f.id
    limit 1
) u on true
cross join (
    values
        ('Discount above one''s limit', 'Скидка выше предела', 'DISCOUNT_OVER_LIMIT',
         null::numeric, 'head_of_sales'),
        ('Price below the minimum', 'Цена ниже минимальной', 'PRICE_BELOW_MINIMUM',
         null, 'head_of_sales'),
        ('Margin below the minimum', 'Рентабельность ниже минимальной', 'MARGIN_BELOW_MINIMUM',
         null, 'director'),
        ('Credit limit exceeded', 'Превышен кредитный лимит', 'CREDIT_LIMIT_EXCEEDED',
         null, 'accounting'),
        ('Shipment with overdue debt', 'Отгрузка при просроченном долге',
         'SHIPMENT_WITH_OVERDUE_DEBT', null, 'director'),
        ('Shipment before payment', 'Отгрузка до оплаты', 'SHIPMENT_BEFORE_PAYMENT',
         null, 'director'),
        ('Deferral above 60 days', 'Отсрочка больше 60 дней', 'SPECIAL_TERMS',
         60, 'head_of_sales')
) as p (en, ru, kind, threshold, role);
drop policy once on tenant;
drop policy once on app_user;
drop policy once on approval_rule;
