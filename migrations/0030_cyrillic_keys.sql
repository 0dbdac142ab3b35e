-- Article numbers and document numbers in Cyrillic are found however they are typed. These columns
-- compare bytes ("C"), and a function takes over the collation of what it is given: under "C" only
-- Latin letters have a small form, and only they are letters at all.
create or replace function catalog_key(text) returns text
language sql immutable strict parallel safe as $$
    select translate(lower($1 collate "default"), 'ё', 'е')
$$;

create or replace function code_key(text) returns text
language sql immutable strict parallel safe as $$
    select regexp_replace(catalog_key($1) collate "default", '[^[:alnum:]]', '', 'g')
$$;

reindex index product_code;
reindex index product_variant_code;

-- What was kept under the old key. The owner is bound by row security too, so it is lifted for
-- these rows in this transaction.
alter table product no force row level security;
alter table sales_order no force row level security;
alter table shipment no force row level security;
update product set sku = sku where sku ~ '[^[:ascii:]]';
update sales_order
set number = number
where concat(number, external_reference) ~ '[^[:ascii:]]';
update shipment
set number = number
where concat(number, external_reference) ~ '[^[:ascii:]]';
alter table product force row level security;
alter table sales_order force row level security;
alter table shipment force row level security;
