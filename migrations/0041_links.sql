-- Single-purpose links: who holds one may do one thing with one record, without signing in.

-- Whoever acts through a link is named by it in the trail.
alter table audit_trail
    drop constraint audit_actor_kind,
    add constraint audit_actor_kind check (actor_kind in ('user', 'key', 'worker', 'link'));

-- Only the hash of a link's secret is here: whoever reads this table opens nothing with it. The
-- program writes the hash and never reads it; the cross-tenant login compares it.
create table access_link (
    tenant_id  uuid not null references tenant,
    id         uuid not null,
    hash       bytea not null,
    -- What it is for, and with which record.
    kind       text not null,
    subject_id uuid not null,
    -- In whose name its holder acts, where it was given to one of the tenant's people.
    user_id    uuid,
    -- Whether it is over once something was decided through it.
    one_use    boolean not null,
    ends_at    timestamptz not null,
    used_at    timestamptz,
    revoked_at timestamptz,
    created_by uuid,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint access_link_user_fkey foreign key (tenant_id, user_id) references app_user,
    constraint access_link_kind check (kind in ('QUOTE')),
    constraint access_link_life check (ends_at > created_at)
);
select protect('access_link');
create index access_link_subject on access_link (tenant_id, subject_id, id);
grant select (tenant_id, id, kind, subject_id, user_id, one_use, ends_at, used_at, revoked_at,
              created_by, created_at),
      insert, update (ends_at, used_at, revoked_at) on access_link to oborot_app;
create policy system_rows on access_link for select to oborot_system using (true);
grant select on access_link to oborot_system;
