-- Letters that wait to be sent: written in the transaction of what they tell of, sent by a worker.

create table outgoing_mail (
    tenant_id    uuid not null references tenant,
    id           uuid not null,
    -- The record it is about.
    subject_kind text not null,
    subject_id   uuid not null,
    recipient    text not null,
    reply_to     text,
    title        text not null,
    -- May hold a link that lets whoever has it decide: null from the moment it is sent or given up.
    body         text,
    state        text not null,
    attempts     integer not null default 0,
    -- When it is tried next; while somebody tries, when others may.
    due_at       timestamptz not null,
    -- What the mail server said last, or why nobody could be reached.
    last_error   text,
    sent_at      timestamptz,
    created_by   uuid,
    created_at   timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint outgoing_mail_state check (state in ('WAITING', 'SENT', 'FAILED')),
    constraint outgoing_mail_body check ((body is not null) = (state = 'WAITING')),
    constraint outgoing_mail_sent check ((sent_at is not null) = (state = 'SENT'))
);
select protect('outgoing_mail');
create index outgoing_mail_subject on outgoing_mail (tenant_id, subject_id, id);
create index outgoing_mail_due on outgoing_mail (tenant_id, due_at, id) where state = 'WAITING';
grant select, insert, update (body, state, attempts, due_at, last_error, sent_at)
    on outgoing_mail to oborot_app;
-- Which tenants have letters to send: the worker asks this across tenants, and nothing else.
create policy system_rows on outgoing_mail for select to oborot_system using (true);
grant select (tenant_id, state, due_at) on outgoing_mail to oborot_system;
