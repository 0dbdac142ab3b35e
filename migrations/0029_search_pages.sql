-- Search that stops when the page is full, and keeps its plans.

-- A function in SQL is planned anew with each call, one in PL/pgSQL once a session: planning was
-- most of what a mistyped word cost.
drop function search_products(text[], text[], text[], text[], boolean);
drop function search_customers(text[], text[], text[], text[], uuid[], uuid, boolean, boolean);
drop function words_spelt_alike(uuid, text, text, text[]);
drop function words_alike(uuid, text, text);

-- Loads pg_trgm into this session: before that, its settings are unknown here, and only a
-- superuser may name an unknown one.
select show_limit();

-- The words of a kind that a mistyped word may have meant, those with the fewest wrong letters:
-- at most one wrong letter in four or five, two in longer ones; a beginning counts as the word.
create function words_alike(tenant uuid, kind text, typed text) returns text[]
language plpgsql stable
set search_path = public, pg_temp
set pg_trgm.similarity_threshold = 0.3
set jit = off as $$
begin
    return (
        with met as (
            select s.word
            from search_word s
            where s.tenant_id = words_alike.tenant
              and s.kind = words_alike.kind
              and s.word >= left(typed, 1) collate "C"
              and s.word < (left(typed, 1) || chr(1114111)) collate "C"
              and length(s.word) >= length(typed) - 1
            union
            select s.word
            from search_word s
            where s.tenant_id = words_alike.tenant
              and s.kind = words_alike.kind
              and s.word % typed
        ), measured as (
            select m.word,
                   least(levenshtein_less_equal(m.word, typed, 2),
                         levenshtein_less_equal(left(m.word, length(typed)), typed, 2)) as wrong
            from met m
        ), fit as (
            select m.word, m.wrong, min(m.wrong) over () as least_wrong
            from measured m
            where m.wrong <= case when length(typed) < 6 then 1 else 2 end
        )
        select array_agg(f.word)
        from (
            select f.word
            from fit f
            where f.wrong = f.least_wrong
            order by similarity(f.word, typed) desc, f.word
            limit 3
        ) f);
end
$$;
revoke all on function words_alike(uuid, text, text) from public;

-- Up to three ways to write a text with words of names in the place of words that no name holds,
-- each with the like-pattern to look up and the patterns of all its words.
create function words_spelt_alike(tenant uuid, kind text, typed text, patterns text[])
returns table (nr integer, typed_text text, longest text, likes text[])
language plpgsql stable rows 3
set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
    return query
        with word as materialized (
            select t.word, t.at,
                   case when length(t.word) between 4 and 40
                         and t.word !~ '[0-9]|[^[:alnum:]]'
                        then words_alike(words_spelt_alike.tenant, words_spelt_alike.kind, t.word)
                   end as alike
            from string_to_table(typed, ' ') with ordinality t (word, at)
        ), written as (
            select n.nr, w.at, w.word, w.alike,
                   coalesce(w.alike[least(n.nr, cardinality(w.alike))], w.word) as spelt
            from word w
            cross join generate_series(1, 3) n (nr)
        ), text as (
            select w.nr,
                   string_agg(w.spelt, ' ' order by w.at) as typed_text,
                   '%' || (array_agg(w.spelt order by length(w.spelt) desc)
                           filter (where w.alike is not null))[1] || '%' as longest,
                   array_agg(case when w.alike is null
                                  then words_spelt_alike.patterns[w.at::integer]
                                  else '%' || w.spelt || '%' end order by w.at) as likes
            from written w
            group by w.nr
            having bool_or(w.alike is not null)
        )
        select distinct on (t.typed_text) t.nr, t.typed_text, t.longest, t.likes
        from text t
        where t.typed_text <> typed;
end
$$;
revoke all on function words_spelt_alike(uuid, text, text, text[]) from public;

-- Whether a text is a code and no word, so that whoever has its key is all that was meant: an
-- e-mail, or five digits and more without a space.
create function is_code(text) returns boolean
language sql immutable strict parallel safe as $$
    select $1 !~ ' ' and ($1 ~ '@' or length(translate($1, '0123456789', '')) <= length($1) - 5)
$$;

-- Products by what a person typed, the best first, at most 200; how they were found beside them.
-- Runs as the owner and names the tenant itself: under row security no pattern reaches an index.
-- It gives ids that the program reads again under row security.
--
-- texts: what was typed as catalog_key writes it, then the same as other keyboards and alphabets
-- have it. words: for each of them a like-pattern that the trigram index can look up, or null.
-- patterns: for each of them the like-patterns of its words, all of which must be met. codes: what
-- was typed as codes and barcodes are compared. The other readings, and words that are spelt
-- alike, are looked at where little was found. wanted: the first so many places are enough; they
-- are the same whatever it is.
create function search_products(
    texts text[], words text[], patterns text[], codes text[], archived boolean, wanted integer)
returns table (id uuid, place bigint, how text)
language plpgsql stable security definer rows 200
set search_path = public, pg_temp
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
           and not (is_key and is_code(texts[1])) then
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
revoke all on function search_products(text[], text[], text[], text[], boolean, integer)
    from public;
grant execute on function search_products(text[], text[], text[], text[], boolean, integer)
    to oborot_app;

-- Customers, as search_products; within the caller's reach from the first step on, so that neither
-- what is found nor what is looked at next tells of others. is_named_only: who may not see tax
-- numbers, telephones and people finds by names and the external reference alone.
create function search_customers(
    texts text[], words text[], patterns text[], codes text[], managers uuid[], bound uuid,
    archived boolean, is_named_only boolean, wanted integer)
returns table (id uuid, place bigint, how text)
language plpgsql stable security definer rows 200
set search_path = public, pg_temp
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
           and not (is_key and is_code(texts[1])) then
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
revoke all on function
    search_customers(text[], text[], text[], text[], uuid[], uuid, boolean, boolean, integer)
    from public;
grant execute on function
    search_customers(text[], text[], text[], text[], uuid[], uuid, boolean, boolean, integer)
    to oborot_app;
