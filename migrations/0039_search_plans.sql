-- Search plans each of its statements once a session. Left to itself PostgreSQL takes the range of
-- a text that it knows for narrower than that of a text to come, and so plans each search anew:
-- parsing and planning were half of what a search cost (0.48 ms to 0.22 for a word, 1.93 to 1.03
-- for a mistyped one, among 200,000 products). The statement that must see the very words, since
-- only then a rare word is told from a common one, is an `execute` and is planned anew as before.
alter function search_products(text[], text[], text[], text[], boolean, integer)
    set plan_cache_mode = force_generic_plan;
alter function
    search_customers(text[], text[], text[], text[], uuid[], uuid, boolean, boolean, integer)
    set plan_cache_mode = force_generic_plan;
alter function words_alike(uuid, text, text) set plan_cache_mode = force_generic_plan;
alter function words_spelt_alike(uuid, text, text, text[])
    set plan_cache_mode = force_generic_plan;
