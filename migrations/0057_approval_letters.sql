-- Whoever has to decide gets a letter with a link of his own, through which he decides once.

-- Whether somebody wants such letters.
alter table app_user add column approval_letters boolean not null default true;
grant select (approval_letters) on app_user to oborot_app;

alter table access_link
    drop constraint access_link_kind,
    add constraint access_link_kind check (kind in ('QUOTE', 'APPROVAL')),
    -- A decision is made in somebody's name: such a link is always somebody's, and decides once.
    add constraint access_link_approval
        check (kind <> 'APPROVAL' or (user_id is not null and one_use)),
    -- What a decision made through a link is held to: the same request, the same person.
    add constraint access_link_holder unique (tenant_id, id, subject_id, user_id);
-- All of somebody's links end when he is shut out, or signs out everywhere.
create index access_link_of_user on access_link (tenant_id, user_id)
    where revoked_at is null and user_id is not null;
create policy system_changes on access_link for update to oborot_system
    using (true) with check (true);
grant update (revoked_at) on access_link to oborot_system;

-- Somebody may have to be written to: a request was made, a step opened or escalated, a deputy took
-- his place. A worker writes the letters, since the token of a link is nowhere but in its letter,
-- and takes the mark off in the same transaction.
alter table approval_request add column is_untold boolean not null default false;
create index approval_request_untold on approval_request (tenant_id, id)
    where is_untold and state = 'PENDING';
grant select (is_untold, state) on approval_request to oborot_system;

-- His time begins on a day of the tenant's: then he is written to.
alter table approval_deputy add column is_untold boolean not null default false;
create index approval_deputy_untold on approval_deputy (tenant_id, valid_from, id)
    where is_untold and ended_at is null;
grant update (is_untold) on approval_deputy to oborot_app;
create policy system_rows on approval_deputy for select to oborot_system using (true);
grant select (tenant_id, valid_from, valid_to, ended_at, is_untold)
    on approval_deputy to oborot_system;

-- Through which link a word came; null where its author had signed in.
alter table approval_decision
    add column link_id uuid,
    add constraint approval_decision_link
        foreign key (tenant_id, link_id, request_id, user_id)
        references access_link (tenant_id, id, subject_id, user_id);
