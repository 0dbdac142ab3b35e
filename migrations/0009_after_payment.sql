-- Orders that wait for money before goods are held for them (domain, section 4: BEFORE_RESERVE).
--
-- The row is written when such an order is confirmed, and marked in the transaction of the payment
-- that makes the amount up. It goes in the transaction that holds the goods: whatever dies in
-- between, the mark stays and is found again. A position in the outbox was not taken: the outbox
-- forgets after days, and every event of every payment would have to be looked at.
create table awaited_payment (
    tenant_id   uuid not null references tenant,
    -- Orders belong to a context above, so there is no foreign key.
    order_id    uuid not null,
    customer_id uuid not null,
    -- What the order must have got, in its own currency.
    amount      numeric(18,2) not null,
    -- It has got it, and nothing has come of that yet.
    paid        boolean not null default false,
    created_at  timestamptz not null default now(),
    primary key (tenant_id, order_id),
    constraint awaited_payment_customer_fkey
        foreign key (tenant_id, customer_id) references customer,
    constraint awaited_payment_amount check (amount > 0)
);
select protect('awaited_payment');
-- What a payment of a customer may make up; nearly always there is nothing.
create index awaited_payment_of_customer on awaited_payment (tenant_id, customer_id)
    where not paid;
create index awaited_payment_paid on awaited_payment (tenant_id, order_id) where paid;
grant select, insert, delete, update (paid) on awaited_payment to oborot_app;
-- Which tenants have something to hold: the worker asks this across tenants, and nothing else.
create policy system_rows on awaited_payment for select to oborot_system using (true);
grant select (tenant_id, paid) on awaited_payment to oborot_system;

-- Orders confirmed before this table was there, for which nothing was held. All are marked: the
-- worker looks at each and lets those wait that are not paid. The owner is bound by row-level
-- security too, so it is let in for as long as this takes.
create policy once on sales_order for select to current_user using (true);
create policy once on reservation for select to current_user using (true);
create policy once on awaited_payment to current_user using (true);
insert into awaited_payment (tenant_id, order_id, customer_id, amount, paid)
select o.tenant_id, o.id, o.customer_id, round(o.gross * s.percent / 100, 2), true
from sales_order o
cross join lateral (
    select sum((x ->> 'percent')::numeric) as percent
    from jsonb_array_elements(o.payment_steps) x
    where x ->> 'moment' = 'BEFORE_RESERVE'
) s
where o.state = 'CONFIRMED'
  and round(o.gross * s.percent / 100, 2) > 0
  and not exists (select from reservation r
                  where r.tenant_id = o.tenant_id and r.order_id = o.id);
drop policy once on sales_order;
drop policy once on reservation;
drop policy once on awaited_payment;
