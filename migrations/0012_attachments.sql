-- Files that hang on records. The bytes lie in an object store under tenant/id, which the client
-- has no say in; here stands what they are and which record they belong to.
--
-- The record is named by kind and id without a foreign key: it may be of any context, and the
-- context decides who reads and who attaches.

create table attachment (
    tenant_id    uuid not null references tenant,
    id           uuid not null,
    subject_kind text not null,
    subject_id   uuid not null,
    kind         text not null,
    name         text not null,
    content_type text not null,
    size_bytes   bigint not null,
    sha256       bytea not null,
    created_at   timestamptz not null,
    created_by   uuid,
    -- Removed for people; the bytes go a day later.
    removed_at   timestamptz,
    -- The bytes are gone.
    purged_at    timestamptz,
    primary key (tenant_id, id),
    constraint attachment_subject_form check (subject_kind ~ '^[A-Z][A-Za-z]{1,40}$'),
    constraint attachment_kind check (kind in ('FILE', 'PHOTO')),
    constraint attachment_name check (octet_length(name) between 1 and 255),
    constraint attachment_size check (size_bytes > 0),
    constraint attachment_sha256 check (octet_length(sha256) = 32),
    constraint attachment_purged check (purged_at is null or removed_at is not null)
);
select protect('attachment');
create index attachment_subject on attachment (tenant_id, subject_id, created_at, id)
    where removed_at is null;
-- A record has one photo.
create unique index attachment_photo on attachment (tenant_id, subject_kind, subject_id)
    where kind = 'PHOTO' and removed_at is null;
create index attachment_to_purge on attachment (tenant_id, removed_at, id)
    where removed_at is not null and purged_at is null;
grant select, insert, update (kind, removed_at, purged_at) on attachment to oborot_app;
