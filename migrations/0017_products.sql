-- The product card: what goods are packed in, the codes they are scanned by, what may be sold in
-- their place, and within which limits they are received and sold.

alter table product
    -- A received lot names the maker's number of it.
    add column tracks_lots boolean not null default false,
    -- A received lot names its last day.
    add column tracks_expiry boolean not null default false,
    -- What is left of a lot's life when it is sold, at least.
    add column min_shelf_life_days integer,
    -- Per base unit, base currency, without VAT.
    add column min_price numeric(18,4),
    -- Per cent of revenue.
    add column min_margin_percent numeric(7,4),
    add constraint product_min_shelf_life check (min_shelf_life_days between 1 and 36500),
    add constraint product_min_price check (min_price >= 0),
    add constraint product_min_margin check (min_margin_percent between 0 and 100),
    add constraint product_service_has_no_lots
        check (not is_service
               or not (tracks_lots or tracks_expiry or min_shelf_life_days is not null));

alter table product_packaging
    add column external_reference text,
    -- A document has named it: its factor stays from then on. Documents stand in contexts above
    -- and leave this mark when they take it; a draft that is thrown away leaves it too.
    add column in_use boolean not null default false,
    add constraint product_packaging_external_reference_key
        unique (tenant_id, external_reference),
    add constraint product_packaging_weight check (weight_kg > 0 and volume_m3 > 0);

-- What a scanner reads. The codes of a product are written anew when they change; the trail of
-- the product keeps what they were.
create table product_barcode (
    tenant_id    uuid not null references tenant,
    code         text collate "C" not null,
    kind         text not null,
    -- Scanners read the twelve digits of a UPC as an EAN-13 that begins with 0: one key for both.
    key          text collate "C" not null
                 generated always as (case kind when 'UPC_A' then '0' || code else code end) stored,
    product_id   uuid not null,
    packaging_id uuid,
    place        integer not null,
    primary key (tenant_id, key),
    foreign key (tenant_id, product_id) references product,
    constraint product_barcode_packaging_fkey foreign key (tenant_id, product_id, packaging_id)
        references product_packaging (tenant_id, product_id, id),
    constraint product_barcode_kind check (kind in ('EAN_13', 'EAN_8', 'UPC_A', 'OTHER'))
);
select protect('product_barcode');
create index product_barcode_product on product_barcode (tenant_id, product_id, place);
grant select, insert, delete on product_barcode to oborot_app;

-- What may be sold in place of a product, the best first. Two products may stand for each other:
-- nobody follows the rows further than one step.
create table product_substitute (
    tenant_id     uuid not null references tenant,
    product_id    uuid not null,
    substitute_id uuid not null,
    place         integer not null,
    primary key (tenant_id, product_id, substitute_id),
    foreign key (tenant_id, product_id) references product,
    constraint product_substitute_substitute_fkey
        foreign key (tenant_id, substitute_id) references product,
    constraint product_substitute_itself check (product_id <> substitute_id)
);
select protect('product_substitute');
create index product_substitute_of on product_substitute (tenant_id, substitute_id, product_id);
grant select, insert, delete on product_substitute to oborot_app;

-- What a line's author entered, where it was not base units. `quantity` stays the base quantity,
-- computed once from these.
alter table sales_order_line
    add column packaging_id uuid,
    add column entered_quantity numeric(18,3),
    add column entered_unit text,
    add constraint sales_order_line_packaging_fkey
        foreign key (tenant_id, product_id, packaging_id)
        references product_packaging (tenant_id, product_id, id),
    add constraint sales_order_line_entered
        check ((packaging_id is null) = (entered_quantity is null)
               and (packaging_id is null) = (entered_unit is null));

alter table goods_receipt_line
    add column packaging_id uuid,
    add column entered_quantity numeric(18,3),
    add column entered_unit text,
    add column lot_number text,
    add constraint goods_receipt_line_packaging_fkey
        foreign key (tenant_id, product_id, packaging_id)
        references product_packaging (tenant_id, product_id, id),
    add constraint goods_receipt_line_entered
        check ((packaging_id is null) = (entered_quantity is null)
               and (packaging_id is null) = (entered_unit is null));

-- As the maker printed it.
alter table lot add column number text;

-- What stock needs of a product: a lot is sold while so many days of its life are left.
create view product_shelf_v with (security_invoker = true) as
    select tenant_id, id, coalesce(min_shelf_life_days, 0) as min_days from product;
grant select on product_shelf_v to oborot_app;
