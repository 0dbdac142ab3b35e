-- Answers about stock in one query each.

-- A lot is asked for by the number that its maker printed, however it is typed.
alter table lot
    add column number_key text collate "C" not null
        generated always as (coalesce(catalog_key(number), '')) stored;
create index lot_number on lot (tenant_id, number_key, id);
create index lot_received on lot (tenant_id, received_on, id);

-- Who received a lot.
create index shipment_lot_of_lot on shipment_lot (tenant_id, lot_id, shipment_line_id);

-- What lots were put together of, and what became of them; few movements are of this kind.
create index stock_movement_assembly on stock_movement (tenant_id, lot_id)
    where kind = 'ASSEMBLY';

-- A past balance is today's less what moved since: this finds the balances in the order of the
-- answer, empty ones too. Movements of one lot in one warehouse are found by stock_movement_lot.
-- Sums by day beside the register were not taken: a posting would have to keep them.
create index stock_balance_goods
    on stock_balance (tenant_id, product_id, variant_key, warehouse_id, organization_id, lot_id);

-- The lot's last day, beside what is left of it: what expires is found without the lots that are
-- long gone. A lot's last day never changes. The lot may be written by the same statement as its
-- balance, so the trigger comes after both.
alter table stock_balance add column expires_on date;
create policy once on stock_balance to current_user using (true);
create policy once on lot for select to current_user using (true);
update stock_balance b
set expires_on = l.expires_on
from lot l
where l.tenant_id = b.tenant_id and l.id = b.lot_id and l.expires_on is not null;
drop policy once on stock_balance;
drop policy once on lot;
create function stock_balance_expires() returns trigger
language plpgsql as $$
begin
    update stock_balance b
    set expires_on = l.expires_on
    from lot l
    where b.tenant_id = new.tenant_id
      and b.organization_id = new.organization_id
      and b.warehouse_id = new.warehouse_id
      and b.product_id = new.product_id
      and b.lot_id = new.lot_id
      and l.tenant_id = new.tenant_id
      and l.id = new.lot_id
      and l.expires_on is not null;
    return null;
end
$$;
create trigger stock_balance_expires after insert on stock_balance
    for each row execute function stock_balance_expires();
create index stock_balance_expiring on stock_balance (tenant_id, expires_on, lot_id, warehouse_id)
    where in_stock and expires_on is not null;

-- Reservations worked on.

alter table sales_order
    -- Where no warehouse is chosen: the only ones that give, the first first; empty is all.
    add column allowed_warehouses uuid[] not null default '{}';

-- What the tenant says about reservations: no row is what holds without it.
create table reservation_settings (
    tenant_id    uuid not null references tenant,
    -- Hours that goods are held for an order that is to be paid before shipping; null: for as long
    -- as it takes.
    unpaid_hours integer,
    version      integer not null default 1,
    updated_at   timestamptz not null default now(),
    primary key (tenant_id),
    constraint reservation_settings_hours check (unpaid_hours between 1 and 8760)
);
select protect('reservation_settings');
grant select, insert, update on reservation_settings to oborot_app;

-- Until when goods are held for orders that are not paid. A row goes in the transaction that frees
-- the goods, or finds the order paid or over.
create table reservation_expiry (
    tenant_id  uuid not null references tenant,
    order_id   uuid not null,
    expires_at timestamptz not null,
    primary key (tenant_id, order_id),
    foreign key (tenant_id, order_id) references sales_order
);
select protect('reservation_expiry');
create index reservation_expiry_due on reservation_expiry (tenant_id, expires_at, order_id);
grant select, insert, update, delete on reservation_expiry to oborot_app;
-- Which tenants have goods to let go: the worker asks this across tenants, and nothing else.
create policy system_rows on reservation_expiry for select to oborot_system using (true);
grant select (tenant_id, expires_at) on reservation_expiry to oborot_system;
