-- Who may sign in, and with which rights.
--
-- An account belongs to one tenant: the same e-mail in two tenants is two accounts with two
-- passwords. Shared accounts were rejected: an administrator of one tenant could then learn, or
-- set, what another tenant's people sign in with.

create table department (
    tenant_id  uuid not null references tenant,
    id         uuid not null,
    parent_id  uuid,
    name       text not null,
    version    integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint department_parent foreign key (tenant_id, parent_id) references department,
    constraint department_name_key unique (tenant_id, name),
    constraint department_own_parent check (parent_id <> id)
);
select protect('department');
grant select, insert, update on department to oborot_app;

create table app_user (
    tenant_id     uuid not null references tenant,
    id            uuid not null,
    email         text not null,
    name          text not null,
    password_hash text not null,
    language      text not null default 'ru',
    department_id uuid,
    max_discount  numeric(7,4),
    active        boolean not null default true,
    external_reference text,
    version       integer not null default 1,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint app_user_department
        foreign key (tenant_id, department_id) references department,
    constraint app_user_email_key unique (tenant_id, email),
    constraint app_user_external_reference_key unique (tenant_id, external_reference),
    constraint app_user_email_form check (email = lower(email) and length(email) <= 320),
    constraint app_user_language check (language in ('ru', 'en')),
    constraint app_user_max_discount check (max_discount between 0 and 100)
);
select protect('app_user');
create index app_user_name on app_user (tenant_id, name, id);
create index app_user_department on app_user (tenant_id, department_id);
-- The program itself never reads a password hash: only signing in does, by the other login.
grant select (tenant_id, id, email, name, language, department_id, max_discount, active,
              external_reference, version, created_at, updated_at),
      insert, update on app_user to oborot_app;
create policy system_rows on app_user to oborot_system using (true) with check (true);
grant select (tenant_id, id, email, name, password_hash, language, active) on app_user
    to oborot_system;
-- What other contexts may read of users.
create view user_name_v with (security_invoker = true) as
    select tenant_id, id, name from app_user;
grant select on user_name_v to oborot_app;

create table user_role (
    tenant_id uuid not null references tenant,
    user_id   uuid not null,
    role      text not null,
    primary key (tenant_id, user_id, role),
    foreign key (tenant_id, user_id) references app_user
);
select protect('user_role');
create index user_role_role on user_role (tenant_id, role, user_id);
grant select, insert, delete on user_role to oborot_app;
create policy system_rows on user_role to oborot_system using (true);
grant select on user_role to oborot_system;

create table team (
    tenant_id  uuid not null references tenant,
    id         uuid not null,
    name       text not null,
    head_id    uuid not null,
    version    integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint team_head foreign key (tenant_id, head_id) references app_user,
    constraint team_name_key unique (tenant_id, name)
);
select protect('team');
grant select, insert, update on team to oborot_app;
create policy system_rows on team to oborot_system using (true);
grant select on team to oborot_system;

create table team_member (
    tenant_id uuid not null references tenant,
    team_id   uuid not null,
    user_id   uuid not null,
    primary key (tenant_id, team_id, user_id),
    foreign key (tenant_id, team_id) references team,
    constraint team_member_user foreign key (tenant_id, user_id) references app_user
);
select protect('team_member');
create index team_member_teams on team_member (tenant_id, user_id);
grant select, insert, delete on team_member to oborot_app;
create policy system_rows on team_member to oborot_system using (true);
grant select on team_member to oborot_system;

-- A tenant's own roles; the roles of the start stand in the policy file.
create table tenant_role (
    tenant_id  uuid not null references tenant,
    name       text not null,
    title      text not null,
    includes   text[] not null,
    version    integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, name),
    constraint tenant_role_name_form check (name ~ '^[a-z][a-z0-9_]{1,40}$')
);
select protect('tenant_role');
grant select, insert, update, delete on tenant_role to oborot_app;
create policy system_rows on tenant_role to oborot_system using (true);
grant select on tenant_role to oborot_system;

create table tenant_role_right (
    tenant_id uuid not null references tenant,
    role      text not null,
    object    text not null,
    act       text not null,
    reach     text not null,
    primary key (tenant_id, role, object, act),
    foreign key (tenant_id, role) references tenant_role on delete cascade,
    constraint tenant_role_right_reach check (reach in ('OWN', 'TEAM', 'ALL'))
);
select protect('tenant_role_right');
grant select, insert, delete on tenant_role_right to oborot_app;
create policy system_rows on tenant_role_right to oborot_system using (true);
grant select on tenant_role_right to oborot_system;

-- Something that decides rights has changed: every replica looks here several times a second
-- and forgets what it remembered of the actor, or of the whole tenant where none is named.
-- Transactions commit in another order than they write, so the rows are followed by the number
-- of their transaction and not by a time: whoever has seen all below a snapshot's xmin has
-- missed nothing.
create table rights_change (
    tenant_id  uuid not null references tenant,
    id         uuid not null default gen_random_uuid(),
    actor_id   uuid,
    written_by xid8 not null default pg_current_xact_id(),
    changed_at timestamptz not null default now(),
    primary key (tenant_id, id)
);
select protect('rights_change');
create index rights_change_newest on rights_change (written_by);
create index rights_change_age on rights_change (changed_at);
grant select, insert on rights_change to oborot_app;
create policy system_rows on rights_change to oborot_system using (true) with check (true);
grant select, insert, delete on rights_change to oborot_system;

create table user_session (
    tenant_id  uuid not null references tenant,
    id         uuid not null,
    user_id    uuid not null,
    created_at timestamptz not null default now(),
    -- How often the refresh token was changed for a new one, and when last.
    generation integer not null default 0,
    rotated_at timestamptz not null default now(),
    ended_at   timestamptz,
    end_reason text,
    primary key (tenant_id, id),
    foreign key (tenant_id, user_id) references app_user,
    constraint user_session_end_reason check (end_reason in ('SIGNED_OUT', 'REUSED', 'SHUT'))
);
select protect('user_session');
create index user_session_user on user_session (tenant_id, user_id) where ended_at is null;
grant select, update (ended_at, end_reason) on user_session to oborot_app;
create policy system_rows on user_session to oborot_system using (true) with check (true);
grant select, insert, update on user_session to oborot_system;

-- Only hashes: whoever reads this table cannot sign in with it. A token of the session's newest
-- generation is good; an older one tells that somebody else holds the session too.
create table refresh_token (
    tenant_id  uuid not null references tenant,
    hash       bytea not null,
    session_id uuid not null,
    generation integer not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (tenant_id, hash),
    foreign key (tenant_id, session_id) references user_session
);
select protect('refresh_token');
create index refresh_token_session on refresh_token (tenant_id, session_id, generation);
create index refresh_token_age on refresh_token (expires_at);
create policy system_rows on refresh_token to oborot_system using (true) with check (true);
grant select, insert, update, delete on refresh_token to oborot_system;

create table api_key (
    tenant_id    uuid not null references tenant,
    id           uuid not null,
    name         text not null,
    hash         bytea not null,
    scopes       text[] not null,
    customer_id  uuid,
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    created_by   uuid,
    created_at   timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint api_key_name_key unique (tenant_id, name)
);
select protect('api_key');
grant select (tenant_id, id, name, scopes, customer_id, expires_at, last_used_at, revoked_at,
              created_by, created_at),
      insert, update (revoked_at) on api_key to oborot_app;
create policy system_rows on api_key to oborot_system using (true) with check (true);
grant select, update (last_used_at) on api_key to oborot_system;

-- Not a tenant's: the service signs all tenants' tokens with these. Only the cross-tenant login
-- reads them.
create table signing_key (
    kid         text primary key,
    private_der bytea not null,
    public_key  bytea not null,
    created_at  timestamptz not null default now(),
    retired_at  timestamptz
);
alter table signing_key enable row level security;
alter table signing_key force row level security;
create policy system_rows on signing_key to oborot_system using (true) with check (true);
grant select, insert, update (retired_at), delete on signing_key to oborot_system;

-- What documents need of the people who write them.
create view seller_v with (security_invoker = true) as
    select tenant_id, id, name, department_id, max_discount, active from app_user;
grant select on seller_v to oborot_app;
