-- A reading that no name can hold is not looked up. The statement that must see the very words is
-- planned anew each time, and for a mistyped word it was planned for the word as typed and as other
-- keyboards have it before the words that names hold were tried: planning was most of the cost.

-- Whether each word of a text stands somewhere in what is searched in: one with which a word of a
-- name begins does; of any other the trigrams tell, which is cheap where they meet nothing. Words of
-- less than four letters have few trigrams, and are taken to stand somewhere.
create function may_hold(tenant uuid, kind text, typed text, patterns text[]) returns boolean
language plpgsql stable
set search_path = public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_indexscan = off
set jit = off as $$
declare
    words text[] := string_to_array(typed, ' ');
begin
    for at in 1 .. coalesce(cardinality(words), 0) loop
        continue when length(words[at]) < 4;
        continue when exists (
            select from search_word s
            where s.tenant_id = may_hold.tenant
              and s.kind = may_hold.kind
              and s.word >= words[at] collate "C"
              and s.word < (words[at] || chr(1114111)) collate "C");
        continue when may_hold.kind = 'PRODUCT' and exists (
            select from product p
            where p.tenant_id = may_hold.tenant and p.search like patterns[at]);
        continue when may_hold.kind = 'CUSTOMER' and exists (
            select from customer c
            where c.tenant_id = may_hold.tenant and c.search like patterns[at]);
        return false;
    end loop;
    return true;
end
$$;
revoke all on function may_hold(uuid, text, text, text[]) from public;

-- As before, but for what no name can hold.
create or replace function search_products(
    texts text[], words text[], patterns text[], codes text[], archived boolean, wanted integer)
returns table (id uuid, place bigint, how text)
language plpgsql stable security definer rows 200
set search_path = public, pg_temp
set plan_cache_mode = force_generic_plan
set jit = off as $$
#variable_conflict use_column
declare
    tenant   constant uuid    := current_setting('app.tenant_id')::uuid;
    typed    constant integer := cardinality(texts);
    width    constant integer := cardinality(patterns) / greatest(typed, 1);
    reading  integer := 0;
    other    integer := 0;
    read     text[] := texts;
    long     text[] := words;
    held     text[] := patterns;
    ids      uuid[] := '{}';
    ways     text[] := '{}';
    more     uuid[];
    spelt    record;
    is_key   boolean := false;
begin
    select array_agg(f.id order by f.name_key, f.id)
    into more
    from (
        select p.id, p.name_key
        from product_barcode b
        join product p on p.tenant_id = tenant and p.id = b.product_id
        where b.tenant_id = tenant
          and b.key = any (codes)
          and (search_products.archived is null
               or search_products.archived = (p.archived_at is not null))
        union
        select p.id, p.name_key
        from product p
        where p.tenant_id = tenant
          and code_key(p.sku) collate "C" = any (codes)
          and (search_products.archived is null
               or search_products.archived = (p.archived_at is not null))
        union
        select p.id, p.name_key
        from product_variant v
        join product p on p.tenant_id = tenant and p.id = v.product_id
        where v.tenant_id = tenant
          and code_key(v.sku) collate "C" = any (codes)
          and (search_products.archived is null
               or search_products.archived = (p.archived_at is not null))
        union
        select p.id, p.name_key
        from product p
        where p.tenant_id = tenant
          and p.external_reference = any (codes)
          and (search_products.archived is null
               or search_products.archived = (p.archived_at is not null))
    ) f;
    if more is not null then
        ids := more;
        ways := array_fill('KEY'::text, array[cardinality(more)]);
        is_key := true;
    end if;
    loop
        reading := reading + 1;
        exit when reading > cardinality(read)
                  or reading > 1 and (is_key or cardinality(ids) >= 3)
                  or cardinality(ids) >= wanted;
        select array_agg(f.id order by f.at, f.id)
        into more
        from (
            -- As they are walked, so that a shorter page is the beginning of a longer one.
            select s.id, min(s.at) as at
            from (
                (select p.id, ('A' || code_key(p.sku)) collate "C" as at
                 from product p
                 where p.tenant_id = tenant
                   and code_key(p.sku) collate "C" >= code_key(read[reading]) collate "C"
                   and code_key(p.sku) collate "C"
                       < (code_key(read[reading]) || chr(1114111)) collate "C"
                   and code_key(read[reading]) <> ''
                   and (search_products.archived is null
                        or search_products.archived = (p.archived_at is not null))
                 order by p.tenant_id, code_key(p.sku) collate "C", p.id
                 limit least(100, wanted + cardinality(ids)))
                union all
                (select p.id, ('B' || p.name_key) collate "C"
                 from product p
                 where p.tenant_id = tenant
                   and p.name_key >= read[reading] collate "C"
                   and p.name_key < (read[reading] || chr(1114111)) collate "C"
                   and (search_products.archived is null
                        or search_products.archived = (p.archived_at is not null))
                 order by p.tenant_id, p.name_key, p.id
                 limit least(100, wanted + cardinality(ids)))
            ) s
            where s.id <> all (ids)
            group by s.id
        ) f;
        ids := ids || coalesce(more, '{}');
        ways := ways || array_fill(
            case when reading > typed then 'SIMILAR' when reading > 1 then 'OTHER_READING'
                 else 'BEGINNING' end,
            array[coalesce(cardinality(more), 0)]);
        if long[reading] <> '' and cardinality(ids) < least(100, wanted)
           and not (is_key and is_code(texts[1]))
           and (reading > typed
                or may_hold(tenant, 'PRODUCT', read[reading],
                            held[(reading - 1) * width + 1 : reading * width])) then
            -- Planned anew with the very words: only then the planner tells a rare word, which the
            -- trigrams find, from a common one, which a walk by name meets soon.
            execute format(
                'select array(
                     select p.id
                     from product p
                     where p.tenant_id = $1
                       and p.search like %L
                       %s
                       and ($2 is null or $2 = (p.archived_at is not null))
                     order by p.tenant_id, p.name_key, p.id
                     limit 200)',
                long[reading],
                (select string_agg(format('and p.search like %L', t.pattern), ' ')
                 from unnest(held[(reading - 1) * width + 1 : reading * width]) t (pattern)))
                into more
                using tenant, search_products.archived, least(200, wanted + cardinality(ids));
            more := array(
                select f.id
                from unnest(more) with ordinality f (id, nr)
                where f.id <> all (ids)
                order by f.nr);
            ids := ids || more;
            ways := ways || array_fill(
                case when reading > typed then 'SIMILAR' when reading > 1 then 'OTHER_READING'
                 else 'TEXT' end,
                array[cardinality(more)]);
        end if;
        -- Nothing more was typed, and little was found: the same with words that names hold and
        -- that differ by a letter or two, one reading after the other.
        if reading >= typed and reading = cardinality(read) and not is_key
           and cardinality(ids) < 3 then
            while other < typed and cardinality(read) = reading loop
                other := other + 1;
                for spelt in
                    select t.typed_text, t.longest, t.likes
                    from words_spelt_alike(
                        tenant, 'PRODUCT', texts[other],
                        patterns[(other - 1) * width + 1 : other * width]) t
                    order by t.nr
                loop
                    read := read || spelt.typed_text;
                    long := long || spelt.longest;
                    held := held || spelt.likes;
                end loop;
            end loop;
        end if;
    end loop;
    return query
        select f.id, f.place, ways[f.place::integer]
        from unnest(ids) with ordinality f (id, place)
        limit least(200, wanted);
end
$$;

-- The same of customers.
create or replace function search_customers(
    texts text[], words text[], patterns text[], codes text[], managers uuid[], bound uuid,
    archived boolean, is_named_only boolean, wanted integer)
returns table (id uuid, place bigint, how text)
language plpgsql stable security definer rows 200
set search_path = public, pg_temp
set plan_cache_mode = force_generic_plan
set jit = off as $$
#variable_conflict use_column
declare
    tenant   constant uuid    := current_setting('app.tenant_id')::uuid;
    typed    constant integer := cardinality(texts);
    width    constant integer := cardinality(patterns) / greatest(typed, 1);
    reading  integer := 0;
    other    integer := 0;
    read     text[] := texts;
    long     text[] := words;
    held     text[] := patterns;
    ids      uuid[] := '{}';
    ways     text[] := '{}';
    more     uuid[];
    spelt    record;
    is_key   boolean := false;
begin
    select array_agg(c.id order by c.name_key, c.id)
    into more
    from (
        select k.id
        from customer k
        where k.tenant_id = tenant and k.external_reference = any (codes)
        union
        select k.id
        from customer k
        where k.tenant_id = tenant and k.inn = any (codes) and not is_named_only
        union
        select k.id
        from customer k
        where k.tenant_id = tenant and k.vat_id = any (codes) and not is_named_only
        union
        select k.id
        from customer k
        where k.tenant_id = tenant and k.phone_key = any (codes) and not is_named_only
        union
        select k.id
        from customer k
        where k.tenant_id = tenant and k.email_key = any (codes) and not is_named_only
        union
        select m.customer_id
        from contact_channel h
        join contact_person m on m.tenant_id = tenant and m.id = h.contact_id
        where h.tenant_id = tenant
          and h.value_key = any (codes)
          and m.archived_at is null
          and not is_named_only
    ) f
    join customer c on c.tenant_id = tenant and c.id = f.id
    where (managers is null or c.manager_id = any (managers))
      and (bound is null or c.id = bound)
      and (search_customers.archived is null
           or search_customers.archived = (c.archived_at is not null));
    if more is not null then
        ids := more[1:100];
        ways := array_fill('KEY'::text, array[cardinality(ids)]);
        is_key := true;
    end if;
    loop
        reading := reading + 1;
        exit when reading > cardinality(read)
                  or reading > 1 and (is_key or cardinality(ids) >= 3)
                  or cardinality(ids) >= wanted;
        -- A company is called by what stands behind its legal form.
        more := array(
            select f.id
            from (
                -- As with products.
                select s.id, min(s.at) as at
                from (
                    (select c.id, ('A' || c.name_key) collate "C" as at
                     from customer c
                     where c.tenant_id = tenant
                       and c.name_key >= read[reading] collate "C"
                       and c.name_key < (read[reading] || chr(1114111)) collate "C"
                       and (managers is null or c.manager_id = any (managers))
                       and (bound is null or c.id = bound)
                       and (search_customers.archived is null
                            or search_customers.archived = (c.archived_at is not null))
                     order by c.tenant_id, c.name_key, c.id
                     limit least(100, wanted + cardinality(ids)))
                    union all
                    (select c.id, ('B' || c.company_key) collate "C"
                     from customer c
                     where c.tenant_id = tenant
                       and c.company_key collate "C" >= company_key(read[reading]) collate "C"
                       and c.company_key collate "C"
                           < (company_key(read[reading]) || chr(1114111)) collate "C"
                       and company_key(read[reading]) <> ''
                       and (managers is null or c.manager_id = any (managers))
                       and (bound is null or c.id = bound)
                       and (search_customers.archived is null
                            or search_customers.archived = (c.archived_at is not null))
                     order by c.tenant_id, c.company_key collate "C", c.id
                     limit least(100, wanted + cardinality(ids)))
                ) s
                group by s.id
            ) f
            order by f.at, f.id);
        more := array(
            select f.id
            from unnest(more) with ordinality f (id, nr)
            where f.id <> all (ids)
            order by f.nr);
        ids := ids || more;
        ways := ways || array_fill(
            case when reading > typed then 'SIMILAR' when reading > 1 then 'OTHER_READING'
                 else 'BEGINNING' end,
            array[cardinality(more)]);
        if long[reading] <> '' and cardinality(ids) < least(100, wanted)
           and not (is_key and is_code(texts[1]))
           and (reading > typed
                or may_hold(tenant, 'CUSTOMER', read[reading],
                            held[(reading - 1) * width + 1 : reading * width])) then
            -- As with products: planned anew.
            execute format(
                'select array(
                     select c.id
                     from customer c
                     where c.tenant_id = $1
                       and c.search like %L
                       %s
                       and ($2 is null or c.manager_id = any ($2))
                       and ($3 is null or c.id = $3)
                       and ($4 is null or $4 = (c.archived_at is not null))
                       and (not $5
                            or catalog_key(concat_ws('' '', c.name, c.legal_name)) like all ($6))
                     order by c.tenant_id, c.name_key, c.id
                     limit 200)',
                long[reading],
                (select string_agg(format('and c.search like %L', t.pattern), ' ')
                 from unnest(held[(reading - 1) * width + 1 : reading * width]) t (pattern)))
                into more
                using tenant, managers, bound, search_customers.archived, is_named_only,
                      held[(reading - 1) * width + 1 : reading * width],
                      least(200, wanted + cardinality(ids));
            more := array(
                select f.id
                from unnest(more) with ordinality f (id, nr)
                where f.id <> all (ids)
                order by f.nr);
            ids := ids || more;
            ways := ways || array_fill(
                case when reading > typed then 'SIMILAR' when reading > 1 then 'OTHER_READING'
                     else 'TEXT' end,
                array[cardinality(more)]);
        end if;
        -- Nothing more was typed, and little was found: the same with words that names hold and
        -- that differ by a letter or two, one reading after the other.
        if reading >= typed and reading = cardinality(read) and not is_key
           and cardinality(ids) < 3 then
            while other < typed and cardinality(read) = reading loop
                other := other + 1;
                for spelt in
                    select t.typed_text, t.longest, t.likes
                    from words_spelt_alike(
                        tenant, 'CUSTOMER', texts[other],
                        patterns[(other - 1) * width + 1 : other * width]) t
                    order by t.nr
                loop
                    read := read || spelt.typed_text;
                    long := long || spelt.longest;
                    held := held || spelt.likes;
                end loop;
            end loop;
        end if;
    end loop;
    return query
        select f.id, f.place, ways[f.place::integer]
        from unnest(ids) with ordinality f (id, place)
        limit least(200, wanted);
end
$$;
