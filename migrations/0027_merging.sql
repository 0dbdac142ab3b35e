-- Two cards of one company become one. The card that goes stays as it was and leads to the other;
-- everything made since, and everything under way, is the other's.
--
-- Documents and open amounts get the other card's id. Registers keep the card of the posting for
-- ever: what is posted never changes, and a report that was printed can be made again. Who asks
-- them by customer goes through customer_heir_v. The other way, registers changed as well, was not
-- taken: history would be written anew, and a merging could never be told from a sale.
--
-- A merging is not undone: what was done since with the one card could belong to either.

alter table customer
    -- The card that stands for this one: never itself a merged one, so one step leads there.
    add column merged_into uuid,
    add column merged_at   timestamptz,
    add constraint customer_merged_fkey foreign key (tenant_id, merged_into) references customer,
    add constraint customer_merged_archived
        check (merged_into is null
               or archived_at is not null and merged_at is not null and merged_into <> id);
-- The cards that went into one.
create index customer_merged on customer (tenant_id, merged_into, merged_at)
    where merged_into is not null;
-- Merged cards are few: who asks for heirs reads no more than these.
create index customer_heir on customer (tenant_id, id) include (merged_into)
    where merged_into is not null;

-- Who stands for a merged card now.
create view customer_heir_v with (security_invoker = true) as
    select tenant_id, id, merged_into as heir_id
    from customer
    where merged_into is not null;
grant select on customer_heir_v to oborot_app;

grant update (customer_id) on payment, payment_balance, receivable_balance, awaited_payment,
    api_key to oborot_app;
grant update (subject_id) on attachment to oborot_app;

-- A document that is being written while its customer is merged would stay behind. Whoever merges
-- holds the card for update, so this waits; failing as a serialization conflict then lets the
-- command run again, and it finds the card merged. In the database, not in the commands: one that
-- is written later cannot forget it.
create function refuse_merged_customer() returns trigger
language plpgsql as $$
declare
    heir uuid;
begin
    select c.merged_into into heir
    from customer c
    where c.tenant_id = new.tenant_id and c.id = new.customer_id
    for key share;
    if heir is not null then
        raise exception 'the customer was merged meanwhile' using errcode = '40001';
    end if;
    return null;
end
$$;
create trigger sales_order_of_living_customer after insert on sales_order
    for each row execute function refuse_merged_customer();
create trigger payment_of_living_customer after insert on payment
    for each row execute function refuse_merged_customer();

-- A key for a merged card, made by somebody who knows the old id, is bound to the other one.
create function bind_key_to_heir() returns trigger
language plpgsql as $$
declare
    heir uuid;
begin
    select c.merged_into into heir
    from customer c
    where c.tenant_id = new.tenant_id and c.id = new.customer_id
    for key share;
    new.customer_id := coalesce(heir, new.customer_id);
    return new;
end
$$;
create trigger api_key_of_living_customer before insert on api_key
    for each row when (new.customer_id is not null) execute function bind_key_to_heir();

-- Loads pg_trgm into this session: before that, its settings are unknown here, and only a
-- superuser may name an unknown one.
select show_limit();

-- As before, and what is known of a merged card leads to the one that stands for it.
create or replace function customer_duplicates(
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
    select h.id, max(m.score) as score, array_agg(distinct m.matched) as matched
    from met m
    join customer c on c.tenant_id = (select t.id from tenant_now t) and c.id = m.id
    join customer h
      on h.tenant_id = (select t.id from tenant_now t)
     and h.id = coalesce(c.merged_into, c.id)
    where h.id is distinct from except_id
      and (managers is null or h.manager_id = any (managers))
      and (bound is null or h.id = bound)
    group by h.id, h.name_key
    order by max(m.score) desc, count(distinct m.matched) desc, h.name_key, h.id
    limit 20
$$;
