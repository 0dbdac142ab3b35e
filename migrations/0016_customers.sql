-- The customer's card: tax numbers of other countries, tags, delivery addresses, the several
-- telephones and addresses of a contact person, consent to be contacted, contracts; and the
-- search for cards that stand for the same company.

-- What a name says without its legal form and its quotation marks: "ООО «Ромашка»" and
-- "Ромашка, ООО" are one company to whoever types the second.
create function company_key(text) returns text
language sql immutable strict parallel safe as $$
    select btrim(regexp_replace(regexp_replace(
        regexp_replace(' ' || catalog_key($1) || ' ', '[^[:alnum:]]+', ' ', 'g'),
        ' (ооо|оао|зао|пао|нао|ао|ип|тоо|чп|llc|ltd|limited|inc|gmbh|ag|sa|srl|bv|oy|corp|co)(?= )',
        '', 'g'), ' +', ' ', 'g'))
$$;

alter table customer
    add column vat_id        text,
    add column tags          text[] not null default '{}',
    -- The telephones and e-mails of its contact persons, for the search; the commands keep it.
    add column contact_words text not null default '',
    add column company_key   text not null generated always as (company_key(name)) stored,
    add column phone_key     text collate "C" generated always as (phone_digits(phone)) stored,
    add column email_key     text collate "C" generated always as (lower(email)) stored;

-- An expression of a stored column cannot be changed: it is made anew, with its index.
alter table customer drop column search;
alter table customer add column search text not null generated always as (
    ' ' || catalog_key(name) || ' ' || coalesce(catalog_key(legal_name), '') || ' '
    || coalesce(inn, '') || ' ' || coalesce(lower(vat_id), '') || ' '
    || coalesce(phone_digits(phone), '') || ' ' || coalesce(catalog_key(email), '') || ' '
    || contact_words) stored;
create index customer_search on customer using gin (tenant_id, search gin_trgm_ops);
-- Without a list of what is to be sorted in: such a list makes the planner read whole tenants
-- after an import, and names change rarely.
create index customer_company on customer using gin (tenant_id, company_key gin_trgm_ops)
    with (fastupdate = off);
create index customer_vat_id on customer (tenant_id, vat_id);
create index customer_phone on customer (tenant_id, phone_key);
create index customer_email on customer (tenant_id, email_key);

-- Arrays are not compared by leakproof operators, so a list by tag lives on rows of its own. A
-- trigger keeps them: then they cannot differ from the array, whoever writes it.
create table customer_tag (
    tenant_id   uuid not null references tenant,
    tag_key     text collate "C" not null,
    customer_id uuid not null,
    primary key (tenant_id, tag_key, customer_id),
    foreign key (tenant_id, customer_id) references customer
);
select protect('customer_tag');
create index customer_tag_customer on customer_tag (tenant_id, customer_id);
grant select, insert, delete on customer_tag to oborot_app;

create function keep_customer_tags() returns trigger
language plpgsql as $$
begin
    delete from customer_tag where tenant_id = new.tenant_id and customer_id = new.id;
    insert into customer_tag (tenant_id, tag_key, customer_id)
    select distinct new.tenant_id, catalog_key(tag), new.id
    from unnest(new.tags) tag;
    return null;
end
$$;
create trigger customer_tags_made after insert on customer
    for each row when (new.tags <> '{}') execute function keep_customer_tags();
create trigger customer_tags_changed after update on customer
    for each row when (new.tags <> old.tags) execute function keep_customer_tags();

create table delivery_address (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    customer_id        uuid not null,
    name               text not null,
    address            text not null,
    region_id          uuid,
    comment            text,
    is_default         boolean not null,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, customer_id) references customer,
    constraint delivery_address_region_fkey foreign key (tenant_id, region_id) references region,
    constraint delivery_address_external_reference_key unique (tenant_id, external_reference),
    constraint delivery_address_default_live check (not (is_default and archived_at is not null))
);
select protect('delivery_address');
create unique index delivery_address_default on delivery_address (tenant_id, customer_id)
    where is_default;
create index delivery_address_customer
    on delivery_address (tenant_id, customer_id, created_at, id);
grant select, insert, update on delivery_address to oborot_app;

alter table contact_person
    add column birthday      date,
    -- Null: never asked.
    add column consent       text,
    add column consent_since date,
    add column consent_how   text,
    add constraint contact_person_consent check (consent in ('GIVEN', 'WITHDRAWN')),
    add constraint contact_person_consent_known
        check (num_nonnulls(consent, consent_since, consent_how) in (0, 3));

-- Where a person is reached, in order: the first of a kind is the main one, and stands in
-- contact_person.phone and .email as well.
create table contact_channel (
    tenant_id  uuid not null references tenant,
    contact_id uuid not null,
    place      integer not null,
    kind       text not null,
    value      text not null,
    value_key  text collate "C" not null generated always as (
        case kind when 'PHONE' then phone_digits(value) else lower(value) end) stored,
    comment    text,
    primary key (tenant_id, contact_id, place),
    foreign key (tenant_id, contact_id) references contact_person,
    constraint contact_channel_kind check (kind in ('PHONE', 'EMAIL', 'TELEGRAM'))
);
select protect('contact_channel');
create index contact_channel_value on contact_channel (tenant_id, value_key, kind);
grant select, insert, delete on contact_channel to oborot_app;

create table contract (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    customer_id        uuid not null,
    number             text not null,
    dated              date not null,
    valid_from         date,
    valid_to           date,
    organization_id    uuid not null,
    state              text not null,
    comment            text,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, customer_id) references customer,
    constraint contract_organization_fkey
        foreign key (tenant_id, organization_id) references organization,
    constraint contract_number_key unique (tenant_id, customer_id, number, dated),
    constraint contract_external_reference_key unique (tenant_id, external_reference),
    constraint contract_state check (state in ('DRAFT', 'SIGNED', 'CLOSED')),
    constraint contract_validity check (valid_from <= valid_to)
);
select protect('contract');
create index contract_customer on contract (tenant_id, customer_id, dated, id);
grant select, insert, update on contract to oborot_app;

-- What is there already. The owner is bound by row security too, so it is lifted for these rows
-- in this transaction.
alter table contact_person no force row level security;
alter table contact_channel no force row level security;
alter table customer no force row level security;
alter table tenant_role_right no force row level security;

insert into contact_channel (tenant_id, contact_id, place, kind, value)
select p.tenant_id, p.id, 1, 'PHONE', p.phone
from contact_person p
where p.phone is not null
union all
select p.tenant_id, p.id, 2, 'EMAIL', p.email
from contact_person p
where p.email is not null;

update customer c
set contact_words = w.words
from (
    select p.tenant_id, p.customer_id, string_agg(h.value_key, ' ') as words
    from contact_person p
    join contact_channel h on h.tenant_id = p.tenant_id and h.contact_id = p.id
    where p.archived_at is null
    group by p.tenant_id, p.customer_id
) w
where c.tenant_id = w.tenant_id and c.id = w.customer_id;

-- Who saw all of a customer still does; from now on a role may see the name and address only.
insert into tenant_role_right (tenant_id, role, object, act, reach)
select r.tenant_id, r.role, 'customer', 'contact', r.reach
from tenant_role_right r
where r.object = 'customer' and r.act = 'read';

alter table contact_person force row level security;
alter table contact_channel force row level security;
alter table customer force row level security;
alter table tenant_role_right force row level security;

-- Loads pg_trgm into this session: before that, its settings are unknown here, and only a
-- superuser may name an unknown one.
select show_limit();

create policy search_rows on contact_person for select to current_user using (true);
create policy search_rows on contact_channel for select to current_user using (true);

-- Customers that may be the same company, the likeliest first: by tax number, by a telephone or
-- e-mail of the company or its people, by a name that reads alike. As with search_customers: it
-- names the tenant itself, keeps to the caller's reach, and gives ids that are read again under
-- row security. Lives on customer_inn, customer_vat_id, customer_phone, customer_email,
-- contact_channel_value, customer_company.
create function customer_duplicates(
    name text, inn text, vat_id text, phones text[], emails text[], except_id uuid,
    managers uuid[], bound uuid)
returns table (id uuid, score numeric, matched text[])
language sql stable security definer rows 20
set search_path = public, pg_temp
set pg_trgm.similarity_threshold = 0.55
-- What a name is like is not known to the planner: it would read a tenant of middle size whole.
set enable_seqscan = off
set jit = off as $$
    with tenant_now as materialized (
        select current_setting('app.tenant_id')::uuid as id
    ), sought as materialized (
        select nullif(company_key(customer_duplicates.name), '') as company,
               array(select phone_digits(p) from unnest(phones) p) as phones,
               array(select lower(e) from unnest(emails) e) as emails
    ), met as (
        select c.id, 'INN' as matched, 1.0 as score
        from customer c
        where c.tenant_id = (select t.id from tenant_now t)
          and c.inn = customer_duplicates.inn
        union all
        select c.id, 'VAT_ID', 1.0
        from customer c
        where c.tenant_id = (select t.id from tenant_now t)
          and c.vat_id = customer_duplicates.vat_id
        union all
        select c.id, 'PHONE', 0.9
        from customer c
        where c.tenant_id = (select t.id from tenant_now t)
          and c.phone_key = any ((select s.phones from sought s)::text[])
        union all
        select c.id, 'EMAIL', 0.9
        from customer c
        where c.tenant_id = (select t.id from tenant_now t)
          and c.email_key = any ((select s.emails from sought s)::text[])
        union all
        select p.customer_id, 'PHONE', 0.9
        from contact_channel h
        join contact_person p on p.tenant_id = h.tenant_id and p.id = h.contact_id
        where h.tenant_id = (select t.id from tenant_now t)
          and h.kind = 'PHONE'
          and h.value_key = any ((select s.phones from sought s)::text[])
          and p.archived_at is null
        union all
        select p.customer_id, 'EMAIL', 0.9
        from contact_channel h
        join contact_person p on p.tenant_id = h.tenant_id and p.id = h.contact_id
        where h.tenant_id = (select t.id from tenant_now t)
          and h.kind = 'EMAIL'
          and h.value_key = any ((select s.emails from sought s)::text[])
          and p.archived_at is null
        union all
        select c.id, 'NAME',
               round(0.8 * similarity(c.company_key, (select s.company from sought s))::numeric, 4)
        from customer c
        where c.tenant_id = (select t.id from tenant_now t)
          and c.company_key % (select s.company from sought s)
    )
    select m.id, max(m.score) as score, array_agg(distinct m.matched) as matched
    from met m
    join customer c on c.tenant_id = (select t.id from tenant_now t) and c.id = m.id
    where m.id is distinct from except_id
      and (managers is null or c.manager_id = any (managers))
      and (bound is null or c.id = bound)
    group by m.id, c.name_key
    order by max(m.score) desc, count(distinct m.matched) desc, c.name_key, m.id
    limit 20
$$;
revoke all on function
    customer_duplicates(text, text, text, text[], text[], uuid, uuid[], uuid) from public;
grant execute on function
    customer_duplicates(text, text, text, text[], text[], uuid, uuid[], uuid) to oborot_app;
