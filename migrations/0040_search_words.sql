-- A mistyped word is looked for among the words of names that begin with its letter first: the first
-- letter is seldom the wrong one. The trigrams, which find the others, are looked at only where no
-- word of that letter differs by one letter.

-- Loads pg_trgm into this session: before that, its settings are unknown here, and only a
-- superuser may name an unknown one.
select show_limit();

-- The words of a kind that a mistyped word may have meant: those of its first letter with one wrong
-- letter, else those of all with the fewest, at most one wrong letter in four or five, two in longer
-- ones. A beginning counts as the word.
create or replace function words_alike(tenant uuid, kind text, typed text) returns text[]
language plpgsql stable
set search_path = public, pg_temp
set pg_trgm.similarity_threshold = 0.3
set plan_cache_mode = force_generic_plan
set jit = off as $$
declare
    alike text[];
begin
    select array_agg(f.word)
    into alike
    from (
        select s.word
        from search_word s
        where s.tenant_id = words_alike.tenant
          and s.kind = words_alike.kind
          and s.word >= left(typed, 1) collate "C"
          and s.word < (left(typed, 1) || chr(1114111)) collate "C"
          and length(s.word) >= length(typed) - 1
          and (levenshtein_less_equal(s.word, typed, 1) <= 1
               or levenshtein_less_equal(left(s.word, length(typed)), typed, 1) <= 1)
        order by similarity(s.word, typed) desc, s.word
        limit 3
    ) f;
    if alike is not null then
        return alike;
    end if;
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
