-- Seals of the audit trail: what was written once cannot be changed, removed, added or put in
-- another order without it being found.
--
-- An entry waits in audit_unsealed from the transaction that wrote it until a sealer takes it into
-- a seal: the hashes of up to a thousand entries, their root, the seal before, all signed with a
-- key that lies outside the database. So postings wait for nobody, and an entry that commits late
-- is taken late and never missed: its place in a seal follows from when it was seen, and not from
-- its number. Transaction numbers would say the same without a table, but they begin anew where a
-- dump is restored into another server.

create table audit_unsealed (
    -- No reference to the tenant: rows stay for seconds, and their entry has one.
    tenant_id uuid not null,
    audit_id  bigint not null,
    primary key (tenant_id, audit_id)
);
select protect('audit_unsealed');
grant select, insert, delete on audit_unsealed to oborot_app;
-- Sealers ask which tenants have something to seal; signing in is noted by the other login too.
create policy system_rows on audit_unsealed to oborot_system using (true) with check (true);
grant select (tenant_id), insert on audit_unsealed to oborot_system;

create table audit_seal (
    tenant_id  uuid not null references tenant,
    number     bigint not null,
    sealed_at  timestamptz not null,
    -- The entries in their places, and the hash of each, 32 bytes one after the other.
    entries    bigint[] not null,
    leaves     bytea not null,
    root       bytea not null,
    previous   bytea not null,
    -- Later seals hold no entry that says it was written before this time.
    horizon    timestamptz,
    key_id     text not null,
    signature  bytea not null,
    primary key (tenant_id, number),
    constraint audit_seal_number check (number > 0),
    constraint audit_seal_leaves check (length(leaves) = 32 * cardinality(entries)),
    constraint audit_seal_hashes check (length(root) = 32 and length(previous) = 32)
);
select protect('audit_seal');
grant select, insert on audit_seal to oborot_app;
-- Hashes do not get smaller.
alter table audit_seal alter leaves set storage external;

-- The newest seal of a tenant: where the next one goes on. Its row keeps sealers apart.
create table audit_chain (
    tenant_id uuid primary key references tenant,
    number    bigint not null,
    hash      bytea not null,
    horizon   timestamptz
);
select protect('audit_chain');
grant select, insert, update on audit_chain to oborot_app;

-- Rights alone would do for the two logins; this also stops the owner's slip of the hand.
create function refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception 'rows of % are never changed or removed', tg_table_name
        using errcode = 'restrict_violation';
end
$$;
revoke all on function refuse_change() from public;
create trigger append_only before update or delete or truncate on audit_trail
    for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on audit_seal
    for each statement execute function refuse_change();

-- What was written before there were seals is sealed as it stands now.
create policy once on audit_trail for select to current_user using (true);
create policy once on audit_unsealed to current_user using (true) with check (true);
insert into audit_unsealed (tenant_id, audit_id)
select tenant_id, id
from audit_trail;
drop policy once on audit_trail;
drop policy once on audit_unsealed;

-- Who signs in, or tries to, is noted in the transaction that opens the session.
create policy system_rows on audit_trail for insert to oborot_system with check (true);
grant insert on audit_trail to oborot_system;
grant usage on sequence audit_trail_id_seq to oborot_system;

-- An audit also asks what happened to one kind of record.
create index audit_trail_kind on audit_trail (tenant_id, subject_kind, id);
