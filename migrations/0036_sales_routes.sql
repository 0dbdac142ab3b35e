-- Ways of selling: when goods are held for an order, what covers what is short, how it is paid.

create table sales_route (
    tenant_id          uuid not null references tenant,
    id                 uuid not null,
    name               text not null,
    name_key           text collate "C" not null generated always as (catalog_key(name)) stored,
    reserve_on         text not null,
    cover_by           text not null,
    -- [{percent, moment, days}]: what a new agreement begins with that names none of its own.
    payment_steps      jsonb not null,
    external_reference text,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    created_by         uuid,
    archived_at        timestamptz,
    primary key (tenant_id, id),
    constraint sales_route_name_key unique (tenant_id, name),
    constraint sales_route_external_reference_key unique (tenant_id, external_reference),
    constraint sales_route_reserve_on check (reserve_on in ('CONFIRM', 'NEVER')),
    constraint sales_route_cover_by
        check (cover_by in ('STOCK', 'PURCHASE', 'TRANSFER', 'ASSEMBLY'))
);
select protect('sales_route');
create index sales_route_order on sales_route (tenant_id, name_key, id);
grant select, insert, update on sales_route to oborot_app;

-- Tenants that are there get what new ones begin with (catalog, rules/route.rs), in the language of
-- their first user: it was he who made the tenant.
create policy once on tenant for select to current_user using (true);
create policy once on app_user for select to current_user using (true);
create policy once on sales_route for insert to current_user with check (true);
insert into sales_route (tenant_id, id, name, reserve_on, cover_by, payment_steps)
select t.tenant_id, gen_random_uuid(), case u.language when 'en' then p.en else p.ru end, 'CONFIRM',
       p.cover_by, p.payment_steps
from tenant t
left join lateral (
    select f.language
    from app_user f
    where f.tenant_id = t.tenant_id
    order by f.created_at, f.id
    limit 1
) u on true
cross join (
    values
        ('Standard stock sale', 'Стандартная продажа со склада', 'STOCK',
         '[{"percent": "100", "moment": "AFTER_SHIPMENT", "days": 0}]'::jsonb),
        ('Purchase to order', 'Закупка под заказ', 'PURCHASE',
         '[{"percent": "100", "moment": "AFTER_SHIPMENT", "days": 0}]'),
        ('Full prepayment', 'Полная предоплата', 'STOCK',
         '[{"percent": "100", "moment": "BEFORE_SHIPMENT", "days": 0}]'),
        ('30 % prepayment, 70 % in 30 days', 'Предоплата 30 %, 70 % через 30 дней', 'STOCK',
         '[{"percent": "30", "moment": "BEFORE_SHIPMENT", "days": 0},
           {"percent": "70", "moment": "AFTER_SHIPMENT", "days": 30}]')
) as p (en, ru, cover_by, payment_steps);
drop policy once on tenant;
drop policy once on app_user;
drop policy once on sales_route;

alter table agreement
    -- Null is the standard way: goods are held on confirmation and come from stock.
    add column sales_route_id uuid,
    add constraint agreement_sales_route_fkey
        foreign key (tenant_id, sales_route_id) references sales_route;
alter table agreement_version
    add column sales_route_id uuid;

alter table sales_order
    add column sales_route_id uuid,
    -- Chosen on the order itself; else it is the agreement's.
    add column sales_route_is_own boolean not null default false,
    -- As the route said when the order was written.
    add column reserve_on text not null default 'CONFIRM',
    add column cover_by text not null default 'STOCK',
    add constraint sales_order_sales_route_fkey
        foreign key (tenant_id, sales_route_id) references sales_route,
    add constraint sales_order_own_route
        check (sales_route_id is not null or not sales_route_is_own),
    add constraint sales_order_reserve_on check (reserve_on in ('CONFIRM', 'NEVER')),
    add constraint sales_order_cover_by
        check (cover_by in ('STOCK', 'PURCHASE', 'TRANSFER', 'ASSEMBLY'));

-- These cards and all that became one with them: the card that stands for each, and those that
-- were merged into it. Ids of anything else come back alone.
create function customer_cards(tenant uuid, asked uuid[]) returns setof uuid
language sql stable parallel safe as $$
    with living as (
        select coalesce(h.heir_id, a.id) as id
        from unnest(asked) as a (id)
        left join customer_heir_v h on h.tenant_id = tenant and h.id = a.id
    )
    select l.id
    from living l
    union
    select h.id
    from living l
    join customer_heir_v h on h.tenant_id = tenant and h.heir_id = l.id
$$;
