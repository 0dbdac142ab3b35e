-- A tenant as a wholesaler has it after three years. Inserted by the program's own login in one
-- tenant, so that its policies and rights hold here too.
--
-- made(kind, n) is the n-th id of a kind: ordered as the program's own ids are, by time.

insert into app_user (tenant_id, id, email, name, password_hash)
select here(), made(1, n), 'm' || n || '@plans.example', 'Manager ' || n, ''
from generate_series(1, 29) n;

insert into warehouse (tenant_id, id, name, priority, is_default)
select here(), made(2, n), 'Warehouse ' || n, n, n = 1
from generate_series(1, 5) n;

insert into price_list (tenant_id, id, name, currency, includes_vat, is_default)
values (here(), made(3, 1), 'Base', 'RUB', false, true);

insert into region (tenant_id, id, name)
select here(), made(4, n), 'Region ' || n
from generate_series(1, 40) n;

insert into product_group (tenant_id, id, name)
select here(), made(5, n), 'Group ' || n
from generate_series(1, 200) n;

insert into product (tenant_id, id, sku, name, group_id, unit, vat_rate, is_service, created_at)
select here(), made(6, n), 'SKU-' || lpad(n::text, 6, '0'),
       (array['Кабель', 'Труба', 'Кирпич', 'Краска', 'Доска'])[1 + n % 5] || ' ' || n,
       made(5, 1 + n % 200), 'pcs', 20, false, now() - n * interval '1 minute'
from generate_series(1, 30000) n;

insert into price (tenant_id, price_list_id, product_id, valid_from, price)
select here(), made(3, 1), made(6, n), '2000-01-01', 100 + n % 900
from generate_series(1, 30000) n;

insert into bin (tenant_id, id, warehouse_id, name, walk_order)
select here(), made(21, n), made(2, 1 + n % 5), 'Bin ' || n, n / 5
from generate_series(1, 3000) n;

insert into currency (tenant_id, id, code, name)
select here(), made(22, n), (array['USD', 'EUR', 'CNY'])[n], 'Currency ' || n
from generate_series(1, 3) n;

insert into currency_rate (tenant_id, currency_id, valid_from, rate)
select here(), made(22, n), current_date - d, 80 + n
from generate_series(1, 3) n, generate_series(0, 999) d;

insert into supplier (tenant_id, id, name, currency)
select here(), made(23, n), 'Supplier ' || n, 'RUB'
from generate_series(1, 1500) n;

insert into supplier_item (tenant_id, id, supplier_id, product_id, code)
select here(), made(24, n), made(23, 1 + n % 1500), made(6, n), 'C-' || n
from generate_series(1, 30000) n;

insert into supplier_price (tenant_id, supplier_item_id, valid_from, price)
select here(), made(24, n), '2000-01-01', 50
from generate_series(1, 30000) n;

insert into product_packaging (tenant_id, id, product_id, name, numerator)
select here(), made(30, n), made(6, n), 'box', 12
from generate_series(1, 6000) n;

insert into product_attribute (tenant_id, id, group_id, kind, name, place)
select here(), made(32, n), made(5, n), 'CHOICE', 'Size', 1
from generate_series(1, 200) n;

insert into product_attribute_choice (tenant_id, id, attribute_id, value, place)
select here(), made(33, n), made(32, n), 'Large', 1
from generate_series(1, 200) n;

-- One product in fifteen comes in variants; stock is of the first of them.
update product set has_variants = true, in_documents = true where sku <= 'SKU-002000';

insert into product_variant (tenant_id, id, product_id, sku, name, combination)
select here(), made(31, n), made(6, 1 + (n - 1) % 2000), 'VAR-' || lpad(n::text, 6, '0'), 'Large',
       'size=' || n
from generate_series(1, 10000) n;

insert into product_variant_value (tenant_id, variant_id, attribute_id, product_id, choice_id, key)
select v.tenant_id, v.id, a.id, v.product_id, c.id, c.id::text
from product_variant v
join product p on p.tenant_id = v.tenant_id and p.id = v.product_id
join product_attribute a on a.tenant_id = v.tenant_id and a.group_id = p.group_id
join product_attribute_choice c on c.tenant_id = v.tenant_id and c.attribute_id = a.id
order by v.id;

insert into product_barcode (tenant_id, code, kind, product_id, packaging_id, place)
select here(), 'CODE-' || lpad(n::text, 6, '0'), 'OTHER', made(6, n),
       case when n <= 6000 then made(30, n) end, 1
from generate_series(1, 20000) n;

insert into product_substitute (tenant_id, product_id, substitute_id, place)
select here(), made(6, n), made(6, n + 1), 1
from generate_series(1, 6000) n;

insert into customer (tenant_id, id, name, inn, region_id, manager_id, phone, credit_limit_currency,
                      external_reference, created_at, vat_id, email, tags, contact_words)
select here(), made(7, n),
       (array['Вектор', 'Прогресс', 'Гранит', 'Сокол'])[1 + n % 4] || ' ' || n,
       lpad(n::text, 10, '7'), made(4, 1 + n % 40),
       case when n % 30 = 0 then (select id from app_user where name = 'anna')
            else made(1, n % 30) end,
       '+7 900 ' || lpad(n::text, 7, '0'), 'RUB', 'C' || n, now() - n * interval '1 hour',
       'DE' || lpad(n::text, 9, '0'), 'c' || n || '@plans.example', array['tag ' || n % 50],
       '7901' || lpad(n::text, 7, '0')
from generate_series(1, 12000) n;

-- Cards that were found to be others' twins: few, and their sales count for the others. They are
-- more than a page of an index holds, else any of their indexes would be as good as the right one.
update customer c
set merged_into = made(7, case when m.n > 11995 then 4321 else m.n - 6000 end),
    merged_at = now(), archived_at = now()
from generate_series(11501, 12000) m (n)
where c.tenant_id = here() and c.id = made(7, m.n);

-- Names of the rows above have few words; those of a real catalog have thousands.
insert into search_word (tenant_id, kind, word)
select here(), k.kind, chr(1072 + n % 32) || 'лово' || n
from generate_series(1, 3000) n, (values ('PRODUCT'), ('CUSTOMER')) k (kind);

insert into customer_tag (tenant_id, tag_key, customer_id)
select here(), 'tag ' || n % 50, made(7, n)
from generate_series(1, 12000) n;

insert into delivery_address (tenant_id, id, customer_id, name, address, is_default)
select here(), made(21, n), made(7, n), 'Shop', 'Street ' || n, true
from generate_series(1, 12000) n;

insert into contract (tenant_id, id, customer_id, number, dated, organization_id, state)
select here(), made(22, n), made(7, n), 'K-' || n, current_date - n % 900,
       (select id from organization), 'SIGNED'
from generate_series(1, 12000) n;

insert into contact_person (tenant_id, id, customer_id, name)
select here(), made(8, n), made(7, n), 'Contact ' || n
from generate_series(1, 12000) n;

insert into contact_channel (tenant_id, contact_id, place, kind, value)
select here(), made(8, n), 1, 'PHONE', '+7 901 ' || lpad(n::text, 7, '0')
from generate_series(1, 12000) n;

insert into agreement (tenant_id, id, customer_id, name, currency, discount_percent,
                       credit_policy, is_default)
select here(), made(9, n), made(7, n), 'Main', 'RUB', 0, 'WARN', true
from generate_series(1, 12000) n;

insert into payment_step (tenant_id, agreement_id, place, percent, moment, days)
select here(), made(9, n), 0, 100, 'AFTER_SHIPMENT', 14
from generate_series(1, 12000) n;

insert into goods_receipt (tenant_id, id, number, occurred_on, organization_id, warehouse_id,
                           supplier_name, state, amount)
select here(), made(10, n), 'R-' || lpad(n::text, 6, '0'), current_date - 1000 + n / 2,
       (select id from organization), made(2, 1 + n % 5), 'Supplier', 'POSTED', 5000
from generate_series(0, 1999) n;

insert into stock_transfer (tenant_id, id, number, occurred_on, organization_id, from_id, to_id,
                            state, received_on)
select here(), made(41, n), 'T-' || lpad(n::text, 6, '0'), current_date - 1000 + n / 12,
       (select id from organization), made(2, 1 + n % 5), made(2, 1 + (n + 1) % 5), 'RECEIVED',
       current_date - 1000 + n / 12
from generate_series(0, 11999) n;

insert into stock_transfer_line (tenant_id, id, document_id, position, product_id, quantity,
                                 received)
select here(), made(42, n), made(41, n % 12000), n / 12000, made(6, 3000 + n % 9000), 2, 2
from generate_series(0, 23999) n;

insert into write_off (tenant_id, id, number, occurred_on, organization_id, warehouse_id, state,
                       reason, takes_held, amount)
select here(), made(43, n), 'W-' || lpad(n::text, 6, '0'), current_date - 1000 + n / 12,
       (select id from organization), made(2, 1 + n % 5), 'POSTED', 'Broken', false, 100
from generate_series(0, 11999) n;

insert into write_off_line (tenant_id, id, document_id, position, product_id, quantity)
select here(), made(44, n), made(43, n % 12000), n / 12000, made(6, 3000 + n % 9000), 2
from generate_series(0, 23999) n;

insert into stock_count (tenant_id, id, number, occurred_on, organization_id, warehouse_id, groups,
                         state, reason, frozen_on, amount)
select here(), made(45, n), 'C-' || lpad(n::text, 6, '0'), current_date - 1000 + n / 12,
       (select id from organization), made(2, 1 + n % 5), '{}', 'POSTED', 'Yearly',
       current_date - 1000 + n / 12, 0
from generate_series(0, 11999) n;

insert into stock_count_line (tenant_id, id, document_id, product_id, book, counted, said)
select here(), made(46, n), made(45, n % 12000), made(6, 3000 + n % 9000), 2, 2 + n / 12000, 2
from generate_series(0, 23999) n;

insert into stock_count_entry (tenant_id, id, document_id, line_id, quantity, replaces)
select here(), made(47, n), made(45, n % 12000), made(46, n), 2 + n / 12000, false
from generate_series(0, 23999) n;

insert into goods_receipt_line (tenant_id, id, receipt_id, position, product_id, variant_id,
                                quantity, unit_cost, amount)
select here(), made(11, n), made(10, n % 2000), n / 2000, made(6, n),
       case when n <= 2000 then made(31, n) end, 20, 50, 1000
from generate_series(1, 30000) n;

insert into landed_cost (tenant_id, id, number, occurred_on, organization_id, kind, basis, currency,
                         amount, state, posted_on, base_amount, stock_amount, sold_amount,
                         expensed_amount)
select here(), made(71, n), 'L-' || lpad(n::text, 6, '0'), current_date - 1000 + n / 12,
       (select id from organization), 'FREIGHT', 'AMOUNT', 'RUB', 100, 'POSTED',
       current_date - 1000 + n / 12, 100, 0, 0, 100
from generate_series(0, 11999) n;

insert into landed_cost_line (tenant_id, id, document_id, position, receipt_line_id, weight, amount)
select here(), made(72, l.n), made(71, l.n), 0, l.id, 1, 50
from (select row_number() over (order by id) - 1 as n, id from goods_receipt_line) l
where l.n < 12000;

insert into landed_cost_part (tenant_id, id, document_id, line_id, quantity, amount)
select here(), made(73, c.n), c.document_id, c.id, 1, 50
from (select row_number() over (order by id) - 1 as n, id, document_id
      from landed_cost_line) c;

insert into lot (tenant_id, id, organization_id, product_id, variant_id, receipt_id,
                 receipt_line_id, received_on, unit_cost, supplier_name, number, expires_on)
select here(), made(12, n), (select id from organization), made(6, n),
       case when n <= 2000 then made(31, n) end, made(10, n % 2000),
       made(11, n), current_date - 1000 + (n % 2000) / 2, 50, 'Supplier', 'L-' || n % 15000,
       case when n % 10 = 1 then current_date - 700 + n % 1400 end
from generate_series(1, 30000) n;

insert into stock_balance (tenant_id, organization_id, warehouse_id, product_id, variant_id,
                           lot_id, on_hand, reserved, value)
select here(), (select id from organization), made(2, 1 + n % 5), made(6, n),
       case when n <= 2000 then made(31, n) end, made(12, n),
       case when n % 4 = 0 then 0 else 18 end, case when n % 20 = 1 then 2 else 0 end,
       case when n % 4 = 0 then 0 else 900 end
from generate_series(1, 30000) n;

insert into bill_of_materials (tenant_id, id, name, product_id)
select here(), made(60, n), 'Bill ' || lpad(n::text, 6, '0'), made(6, 10000 + n)
from generate_series(1, 3000) n;

insert into bill_version (tenant_id, bill_id, valid_from, yields, labour_rate)
select here(), made(60, n), '2000-01-01', 1, 0
from generate_series(1, 3000) n;

insert into bill_component (tenant_id, bill_id, valid_from, position, product_id, quantity)
select here(), made(60, n), '2000-01-01', 0, made(6, 2000 + n), 1
from generate_series(1, 3000) n;

insert into assembly_order (tenant_id, id, number, occurred_on, kind, organization_id,
                            warehouse_id, bill_id, product_id, quantity, labour, goods_cost, state)
select here(), made(61, n), 'A-' || lpad(n::text, 6, '0'), current_date - 1000 + n / 4, 'ASSEMBLY',
       (select id from organization), made(2, 1 + n % 5), made(60, n), made(6, 10000 + n), 1, 0, 50,
       'POSTED'
from generate_series(1, 3000) n;

insert into assembly_line (tenant_id, id, assembly_id, position, product_id, quantity, cost)
select here(), made(62, n), made(61, n), 0, made(6, 2000 + n), 1, 50
from generate_series(1, 3000) n;

-- Two orders in a hundred are drafts, two confirmed, one on its way, three cancelled.
insert into sales_order (tenant_id, id, number, number_sequence, date, organization_id,
                         customer_id, agreement_id, manager_id, region_id, currency,
                         prices_include_vat, state, net, vat, gross, payment_steps,
                         prepayment_percent, cancel_reason, external_reference, created_at)
select here(), made(13, n), case when s.state <> 'DRAFT' then 'SO-' || lpad(n::text, 6, '0') end,
       case when s.state <> 'DRAFT' then n end, current_date - 1000 + n / 30,
       (select id from organization), c.id, made(9, 1 + n % 12000), c.manager_id, c.region_id,
       'RUB', false, s.state, 200 + n % 5000, 0, 200 + n % 5000, '[]', 0,
       case when s.state = 'CANCELLED' then 'changed his mind' end,
       case when n % 10 = 0 then 'ext-' || n end, now() - (30000 - n) * interval '48 minutes'
from generate_series(1, 30000) n
join customer c on c.tenant_id = here() and c.id = made(7, 1 + n % 12000)
cross join lateral (
    select case when n % 100 < 2 then 'DRAFT' when n % 100 < 4 then 'CONFIRMED'
                when n % 100 < 5 then 'IN_FULFILMENT' when n % 100 < 8 then 'CANCELLED'
                else 'COMPLETED' end as state
) s;

insert into sales_order_line (tenant_id, id, order_id, position, product_id, variant_id, unit,
                              quantity, list_price, price, price_source, discount_percent, amount,
                              vat_amount, shipped)
select here(), made(14, 2 * n + i), made(13, n), i, made(6, 1 + (n * 2 + i) % 30000),
       case when 1 + (n * 2 + i) % 30000 <= 2000 then made(31, 1 + (n * 2 + i) % 30000) end, 'pcs',
       2, 100, 100, 'DEFAULT_LIST', 0, 200, 0, case when n % 100 < 8 then 0 else 2 end
from generate_series(1, 30000) n, generate_series(0, (n % 3 = 0)::integer) i;

insert into reservation (tenant_id, id, order_id, order_line_id, organization_id, warehouse_id,
                         product_id, lot_id, quantity)
select here(), made(15, n), made(13, 2 + 100 * (n / 100)), made(14, 2 * n),
       (select id from organization), made(2, 1 + n % 5), made(6, n), made(12, n), 2
from generate_series(1, 30000, 20) n;

insert into reservation_move (tenant_id, id, order_id, order_line_id, warehouse_id, lot_id, kind,
                              quantity, occurred_on)
select tenant_id, id, order_id, order_line_id, warehouse_id, lot_id, 'RESERVE', quantity,
       current_date
from reservation;

insert into shipment (tenant_id, id, number, number_sequence, date, order_id, organization_id,
                      customer_id, agreement_id, manager_id, region_id, warehouse_id, currency,
                      prices_include_vat, state, net, vat, gross, cost, posted_at, created_at)
select o.tenant_id, made(16, o.number_sequence), 'SH-' || lpad(o.number_sequence::text, 6, '0'),
       o.number_sequence, o.date, o.id, o.organization_id, o.customer_id, o.agreement_id,
       o.manager_id, o.region_id, made(2, 1 + (o.number_sequence % 5)::int), 'RUB', false,
       'POSTED', o.net, 0, o.gross, 100, now(), o.created_at
from sales_order o
where o.state = 'COMPLETED'
order by o.id;

insert into shipment_line (tenant_id, id, shipment_id, position, order_line_id, product_id, unit,
                           quantity, amount, vat_amount, cost)
select h.tenant_id, made(17, 2 * h.number_sequence + l.position), h.id, l.position, l.id,
       l.product_id, 'pcs', l.quantity, l.amount, 0, 50
from shipment h
join sales_order_line l on l.tenant_id = h.tenant_id and l.order_id = h.order_id
order by h.id;

insert into shipment_lot (tenant_id, shipment_line_id, lot_id, quantity, cost)
select l.tenant_id, l.id, t.id, l.quantity, 50
from shipment_line l
join lot t on t.tenant_id = l.tenant_id and t.product_id = l.product_id
order by l.id;

insert into goods_place (tenant_id, warehouse_id, product_id, lot_id, bin_id)
select here(), made(2, 1 + n % 5), made(6, n), null, made(21, n)
from generate_series(1, 3000) n;

insert into pick_task (tenant_id, id, number, date, organization_id, warehouse_id, state, taker_id,
                       taken_at, finished_at)
select h.tenant_id, made(40, h.number_sequence), 'PT-' || lpad(h.number_sequence::text, 6, '0'),
       h.date, h.organization_id, h.warehouse_id, 'DONE', h.manager_id, now(), now()
from shipment h
order by h.id;

insert into pick_task_order (tenant_id, task_id, order_id, customer_name, shipment_id)
select h.tenant_id, made(40, h.number_sequence), h.order_id, 'Customer', h.id
from shipment h
order by h.id;

insert into pick_line (tenant_id, id, task_id, order_id, order_line_id, position, product_id, unit,
                       lot_id, quantity, picked)
select l.tenant_id, made(41, 2 * h.number_sequence + l.position), made(40, h.number_sequence),
       h.order_id, l.order_line_id, l.position, l.product_id, 'pcs', t.lot_id, t.quantity,
       t.quantity
from shipment h
join shipment_line l on l.tenant_id = h.tenant_id and l.shipment_id = h.id
join (
    select distinct on (p.shipment_line_id) p.tenant_id, p.shipment_line_id, p.lot_id, p.quantity
    from shipment_lot p
    order by p.shipment_line_id, p.lot_id
) t on t.tenant_id = l.tenant_id and t.shipment_line_id = l.id
order by h.id;

insert into shipment_pick (tenant_id, shipment_line_id, lot_id, quantity)
select p.tenant_id, p.shipment_line_id, p.lot_id, p.quantity
from shipment_lot p
order by p.shipment_line_id, p.lot_id;

insert into stock_movement (tenant_id, id, organization_id, warehouse_id, product_id, variant_id,
                            lot_id, kind, quantity, value, document_kind, document_id, line_id,
                            occurred_on)
select t.tenant_id, t.receipt_line_id, t.organization_id, b.warehouse_id, t.product_id,
       t.variant_id, t.id,
       'RECEIPT', 20, 1000, 'GoodsReceipt', t.receipt_id, t.receipt_line_id, t.received_on
from lot t
join stock_balance b on b.tenant_id = t.tenant_id and b.lot_id = t.id
order by t.id;

insert into stock_movement (tenant_id, id, organization_id, warehouse_id, product_id, lot_id, kind,
                            quantity, value, document_kind, document_id, line_id, occurred_on)
select l.tenant_id, l.id, h.organization_id, h.warehouse_id, l.product_id, t.lot_id, 'SHIPMENT',
       -t.quantity, -t.cost, 'Shipment', h.id, l.id, h.date
from shipment h
join shipment_line l on l.tenant_id = h.tenant_id and l.shipment_id = h.id
join shipment_lot t on t.tenant_id = l.tenant_id and t.shipment_line_id = l.id
order by l.id;

insert into sales_return (tenant_id, id, number, date, shipment_id, order_id, organization_id,
                          customer_id, agreement_id, manager_id, warehouse_id, currency,
                          prices_include_vat, state, reason, net, vat, gross, cost, posted_at)
select h.tenant_id, made(42, h.number_sequence), 'RT-' || lpad(h.number_sequence::text, 6, '0'),
       h.date, h.id, h.order_id, h.organization_id, h.customer_id, h.agreement_id, h.manager_id,
       h.warehouse_id, h.currency, h.prices_include_vat, 'POSTED', 'Broken', 0, 0, 0, 0, now()
from shipment h
order by h.id;

insert into sales_return_line (tenant_id, id, return_id, position, shipment_line_id, product_id,
                               unit, condition, quantity, amount, vat_amount, cost)
select l.tenant_id, made(43, 2 * h.number_sequence + l.position), made(42, h.number_sequence),
       l.position, l.id, l.product_id, l.unit, 'GOOD', l.quantity, 0, 0, 0
from shipment h
join shipment_line l on l.tenant_id = h.tenant_id and l.shipment_id = h.id
order by h.id;

insert into sales_return_lot (tenant_id, return_line_id, lot_id, source_lot_id, quantity, cost)
select l.tenant_id, l.id, t.lot_id, t.lot_id, t.quantity, 0
from sales_return_line l
join shipment_lot t
  on t.tenant_id = l.tenant_id and t.shipment_line_id = l.shipment_line_id
order by l.id;

insert into credit_note (tenant_id, id, number, number_sequence, date, return_id, shipment_id,
                         organization_id, customer_id, manager_id, currency, net, vat, gross)
select r.tenant_id, r.id, r.number, row_number() over (order by r.id), r.date, r.id,
       r.shipment_id, r.organization_id, r.customer_id, r.manager_id, r.currency, 0, 0, 0
from sales_return r;

insert into delivery (tenant_id, id, number, number_year, date, shipment_id, order_id,
                      organization_id, customer_id, manager_id, warehouse_id, state, route,
                      attempts, started_at, delivered_at)
select h.tenant_id, made(44, h.number_sequence), 'DL-' || lpad(h.number_sequence::text, 6, '0'),
       2024, h.date, h.id, h.order_id, h.organization_id, h.customer_id, h.manager_id,
       h.warehouse_id, 'DELIVERED', 'R-' || h.number_sequence % 50, 1, now(), now()
from shipment h
order by h.id;

insert into delivery_package (tenant_id, delivery_id, position, name, count, weight_kg)
select d.tenant_id, d.id, 1, 'box', 1, 2
from delivery d
order by d.id;

insert into variable_cost (tenant_id, id, occurred_on, kind, shipment_id, delivery_id, amount)
select d.tenant_id, d.id, d.date, 'LOGISTICS', d.shipment_id, d.id, 1
from delivery d
order by d.id;

insert into sale_fact (tenant_id, id, occurred_on, kind, shipment_id, shipment_line_id, order_id,
                       organization_id, manager_id, customer_id, region_id, product_id,
                       product_group_id, warehouse_id, currency, quantity, revenue, vat, cost)
select l.tenant_id, l.id, h.date, 'SHIPMENT', h.id, l.id, h.order_id, h.organization_id,
       h.manager_id, h.customer_id, h.region_id, l.product_id, p.group_id, h.warehouse_id, 'RUB',
       l.quantity, l.amount, 0, l.cost
from shipment h
join shipment_line l on l.tenant_id = h.tenant_id and l.shipment_id = h.id
join product p on p.tenant_id = l.tenant_id and p.id = l.product_id
order by l.id;

-- As the worker folds them.
insert into sale_rollup (tenant_id, dimension, month, key, currency, quantity, revenue, cost,
                         facts)
select f.tenant_id, k.dimension, date_trunc('month', f.occurred_on::timestamp)::date,
       coalesce(k.key, '00000000-0000-0000-0000-000000000000'), f.currency, sum(f.quantity),
       sum(f.revenue), sum(f.cost), count(*)
from sale_fact f
cross join lateral (values
    ('TOTAL', null::uuid),
    ('CUSTOMER', f.customer_id),
    ('PRODUCT', f.product_id),
    ('PRODUCT_GROUP', f.product_group_id),
    ('MANAGER', f.manager_id)
) k (dimension, key)
group by 1, 2, 3, 4, 5;

insert into receivable_item (tenant_id, id, customer_id, organization_id, agreement_id, order_id,
                             shipment_id, manager_id, currency, due_on, amount, occurred_on)
select h.tenant_id, made(18, h.number_sequence), h.customer_id, h.organization_id, h.agreement_id,
       h.order_id, h.id, h.manager_id, 'RUB', h.date + 14, h.gross, h.date
from shipment h
order by h.id;

-- Nine of ten debts are paid.
insert into receivable_balance (tenant_id, receivable_id, customer_id, organization_id,
                                agreement_id, order_id, shipment_id, manager_id, currency, due_on,
                                occurred_on, amount, open, last_occurred_on)
select i.tenant_id, i.id, i.customer_id, i.organization_id, i.agreement_id, i.order_id,
       i.shipment_id, i.manager_id, 'RUB', i.due_on, i.occurred_on, i.amount,
       case when h.number_sequence % 10 = 9 then i.amount else 0 end, i.occurred_on
from receivable_item i
join shipment h on h.tenant_id = i.tenant_id and h.id = i.shipment_id
order by i.id;

insert into payment (tenant_id, id, number, date, customer_id, organization_id, agreement_id,
                     order_id, manager_id, currency, amount, method, state)
select h.tenant_id, made(19, h.number_sequence), 'P-' || lpad(h.number_sequence::text, 6, '0'),
       h.date, h.customer_id, h.organization_id, h.agreement_id, h.order_id, h.manager_id, 'RUB',
       h.gross, 'BANK', 'POSTED'
from shipment h
where h.number_sequence % 10 <> 9
order by h.id;

insert into payment_entry (tenant_id, id, payment_id, customer_id, organization_id, agreement_id,
                           manager_id, currency, amount, occurred_on)
select p.tenant_id, p.id, p.id, p.customer_id, p.organization_id, p.agreement_id, p.manager_id,
       'RUB', p.amount, p.date
from payment p
order by p.id;

insert into payment_balance (tenant_id, payment_id, customer_id, organization_id, agreement_id,
                             order_id, manager_id, currency, date, open, last_occurred_on)
select p.tenant_id, p.id, p.customer_id, p.organization_id, p.agreement_id, p.order_id,
       p.manager_id, 'RUB', p.date, 0, p.date
from payment p
order by p.id;

insert into allocation (tenant_id, id, payment_id, receivable_id, amount, occurred_on)
select h.tenant_id, made(20, h.number_sequence), made(19, h.number_sequence),
       made(18, h.number_sequence), h.gross, h.date
from shipment h
where h.number_sequence % 10 <> 9
order by h.id;

insert into refund (tenant_id, id, number, date, customer_id, organization_id, agreement_id,
                    manager_id, currency, amount, method, state, reason)
select p.tenant_id, made(60, row_number() over (order by p.id)::int), 'RF-' || p.number, p.date,
       p.customer_id, p.organization_id, p.agreement_id, p.manager_id, 'RUB', 1, 'BANK', 'POSTED',
       'Overpaid'
from payment p
order by p.id
limit 12000;

insert into invoice (tenant_id, id, number, date, due_on, order_id, organization_id, customer_id,
                     agreement_id, manager_id, currency, net, vat, gross, paid, state)
select h.tenant_id, made(61, h.number_sequence), 'I-' || lpad(h.number_sequence::text, 6, '0'),
       h.date, h.date + 14, h.order_id, h.organization_id, h.customer_id, h.agreement_id,
       h.manager_id, 'RUB', greatest(h.gross, 1), 0, greatest(h.gross, 1),
       case when h.number_sequence % 10 = 9 then 0 else greatest(h.gross, 1) end,
       case when h.number_sequence % 10 = 9 then 'ISSUED' else 'PAID' end
from shipment h
order by h.id;

insert into invoice_line (tenant_id, invoice_id, position, order_line_id, product_id, unit,
                          quantity, net, vat, gross)
select l.tenant_id, made(61, h.number_sequence), l.position, l.order_line_id, l.product_id, 'pcs',
       l.quantity, l.amount, 0, l.amount
from shipment h
join shipment_line l on l.tenant_id = h.tenant_id and l.shipment_id = h.id
order by h.id;

insert into invoice_payment (tenant_id, id, invoice_id, payment_id, amount, occurred_on)
select h.tenant_id, made(62, h.number_sequence), made(61, h.number_sequence),
       made(19, h.number_sequence), greatest(h.gross, 1), h.date
from shipment h
where h.number_sequence % 10 <> 9
order by h.id;

insert into bank_line (tenant_id, id, organization_id, account, reference, date, currency, amount,
                       payer_inn, purpose, state, payment_id, ignore_reason)
select p.tenant_id, made(63, row_number() over (order by p.id)::int), p.organization_id, '40702810',
       p.number, p.date, 'RUB', p.amount, lpad((row_number() over (order by p.id) % 5000)::text, 10,
       '7'), 'Invoice I-' || p.number,
       case when row_number() over (order by p.id) % 50 = 0 then 'NEW' else 'POSTED' end,
       case when row_number() over (order by p.id) % 50 = 0 then null else p.id end, null
from payment p
order by p.id;

insert into exchange_difference (tenant_id, id, payment_id, receivable_id, currency, amount,
                                 occurred_on)
select a.tenant_id, a.id, a.payment_id, a.receivable_id, 'USD', 1, a.occurred_on
from allocation a
order by a.id;

insert into price_correction (tenant_id, id, number, date, shipment_id, order_id, organization_id,
                              customer_id, agreement_id, manager_id, currency, prices_include_vat,
                              state, reason, net, vat, gross, posted_at)
select h.tenant_id, made(64, h.number_sequence), 'PC-' || lpad(h.number_sequence::text, 6, '0'),
       h.date, h.id, h.order_id, h.organization_id, h.customer_id, h.agreement_id, h.manager_id,
       h.currency, h.prices_include_vat, 'POSTED', 'Agreed', 1, 0, 1, now()
from shipment h
order by h.id;

insert into price_correction_line (tenant_id, id, correction_id, position, shipment_line_id,
                                   product_id, unit, amount, vat_amount)
select l.tenant_id, made(65, 2 * h.number_sequence + l.position), made(64, h.number_sequence),
       l.position, l.id, l.product_id, l.unit, 1, 0
from shipment h
join shipment_line l on l.tenant_id = h.tenant_id and l.shipment_id = h.id
order by h.id;

-- Acts stand among shipments; after everything that is made of each shipment.
insert into shipment (tenant_id, id, kind, number, number_sequence, date, order_id,
                      organization_id, customer_id, agreement_id, manager_id, region_id, currency,
                      prices_include_vat, state, net, vat, gross, cost, posted_at, created_at)
select o.tenant_id, made(66, o.number_sequence), 'SERVICES',
       'AC-' || lpad(o.number_sequence::text, 6, '0'), o.number_sequence, o.date, o.id,
       o.organization_id, o.customer_id, o.agreement_id, o.manager_id, o.region_id, 'RUB', false,
       'POSTED', 0, 0, 0, 0, now(), o.created_at
from sales_order o
where o.state = 'COMPLETED'
order by o.id
limit 12000;

insert into custom_field (tenant_id, id, subject_kind, key, name, kind, is_required, choices,
                          place, read_roles, write_roles, is_filterable)
select here(), made(50, f.n), f.subject_kind, f.key, f.key, f.kind, false, '[]', f.n, '{}', '{}',
       true
from (values (1, 'Customer', 'route', 'TEXT'), (2, 'Customer', 'visits', 'NUMBER'),
             (3, 'Product', 'shelf', 'TEXT'), (4, 'SalesOrder', 'waybill', 'TEXT'))
     f (n, subject_kind, key, kind);

insert into custom_record (tenant_id, record_id, subject_kind, held)
select here(), made(7, n), 'Customer',
       jsonb_build_object('route', 'Route ' || n % 600, 'visits', n::text)
from generate_series(1, 12000) n;

insert into custom_record (tenant_id, record_id, subject_kind, held)
select here(), made(6, n), 'Product', jsonb_build_object('shelf', 'Shelf ' || n % 3000)
from generate_series(1, 30000) n;

insert into custom_record (tenant_id, record_id, subject_kind, held)
select here(), o.id, 'SalesOrder', jsonb_build_object('waybill', 'W-' || o.number_sequence)
from sales_order o
where o.number_sequence is not null;

insert into custom_value (tenant_id, field_id, record_id, key)
select here(), f.id, r.record_id, custom_key(f.kind, r.held ->> f.key)
from custom_field f
join custom_record r on r.subject_kind = f.subject_kind;

insert into audit_trail (tenant_id, actor_kind, actor_id, actor_label, action, subject_kind,
                         subject_id, changes, recorded_at)
select here(), 'user', made(1, 1 + n % 29), 'Manager', 'createSalesOrder', 'SalesOrder',
       made(13, 1 + n % 30000), '{}', now() - (30000 - n) * interval '48 minutes'
from generate_series(1, 30000) n;

insert into event_outbox (tenant_id, position, kind, subject_kind, subject_id, products, warehouses)
select here(), n, 'document_changed', 'SalesOrder', made(13, n), '{}', '{}'
from generate_series(1, 12000) n;

insert into attachment (tenant_id, id, subject_kind, subject_id, kind, name, content_type,
                        size_bytes, sha256, created_at)
select here(), made(40, n), 'Product', made(6, n), 'PHOTO', 'photo.png', 'image/png', 1000,
       sha256(n::text::bytea), now()
from generate_series(1, 6000) n;

insert into awaited_payment (tenant_id, order_id, customer_id, amount)
select here(), made(41, n), made(7, 1 + n % 12000), 100
from generate_series(1, 2000) n;

-- Every twentieth line of an order missed something once; one in ten of those still does.
insert into demand (tenant_id, id, order_id, order_line_id, organization_id, product_id, customer_id,
                    manager_id, ordered_on, needed_by, least_life_days, quantity)
select l.tenant_id, made(60, row_number() over (order by l.id)::integer), l.order_id, l.id,
       o.organization_id, l.product_id, o.customer_id, o.manager_id, o.date, o.date, 0,
       case when o.state in ('CONFIRMED', 'IN_FULFILMENT') and o.number_sequence % 2 = 0
            then 1 else 0 end
from sales_order_line l
join sales_order o on o.tenant_id = l.tenant_id and o.id = l.order_id
where o.number_sequence % 20 in (2, 3)
order by l.id;

insert into purchase_order (tenant_id, id, number, occurred_on, organization_id, warehouse_id,
                            supplier_id, currency, state, amount)
select here(), made(61, n), 'PO-' || lpad(n::text, 6, '0'), current_date - 1000 + n / 3,
       (select id from organization), made(2, 1 + n % 5), made(23, 1 + n % 1500), 'RUB',
       case when n % 20 = 0 then 'ORDERED' else 'RECEIVED' end, 1000
from generate_series(1, 3000) n;

insert into purchase_order_line (tenant_id, id, purchase_order_id, position, product_id, quantity,
                                 price, amount, expected_on, received, awaited)
select here(), made(62, n), made(61, 1 + n % 3000), n / 3000, made(6, 1 + n % 30000), 20, 50, 1000,
       current_date + 5, case when (1 + n % 3000) % 20 = 0 then 0 else 20 end,
       case when (1 + n % 3000) % 20 = 0 then 20 else 0 end
from generate_series(0, 29999) n;

insert into demand_cover (tenant_id, demand_id, organization_id, product_id, supply_kind, supply_id,
                          supply_line_id, expected_on, quantity)
select d.tenant_id, d.id, d.organization_id, d.product_id, 'PurchaseOrder', made(61, 20),
       made(62, row_number() over (order by d.id)::integer), current_date + 5, 1
from demand d
order by d.id
limit 2000;

-- Quotes: a tenth of them open, each with one line; a letter and a link for most.
insert into agreement_version (tenant_id, agreement_id, number, name, currency, discount_percent,
                               credit_policy, state, is_default, payment_steps, archived)
select here(), a.id, 1, 'Base', 'RUB', 0, 'IGNORE', 'ACTIVE', true, '[]', false
from agreement a
where a.tenant_id = here() and a.id in (select made(9, n) from generate_series(1, 6000) n)
on conflict do nothing;

insert into sales_quote (tenant_id, id, root_id, number, number_sequence, number_year, date,
                         valid_until, organization_id, customer_id, agreement_id,
                         agreement_version, manager_id, region_id, currency, prices_include_vat,
                         state, net, vat, gross, decline_reason, answered_at, answered_by_link,
                         external_reference, created_at)
select here(), made(74, n), made(74, n), 'QU-' || lpad(n::text, 6, '0'), n, 2020,
       current_date - 1000 + n / 6, current_date + 400, (select id from organization), c.id,
       made(9, 1 + n % 6000), 1, c.manager_id, c.region_id, 'RUB', false, s.state,
       200 + n % 5000, 0, 200 + n % 5000, case when s.state = 'DECLINED' then 'too dear' end,
       case when s.state in ('DECLINED', 'ACCEPTED') then now() end,
       case when s.state in ('DECLINED', 'ACCEPTED') then true end,
       case when n % 10 = 0 then 'quote-' || n end, now() - (6000 - n) * interval '4 hours'
from generate_series(1, 6000) n
join customer c on c.tenant_id = here() and c.id = made(7, 1 + n % 12000)
cross join lateral (
    select case when n % 100 < 3 then 'DRAFT' when n % 100 < 10 then 'SENT'
                when n % 100 < 50 then 'DECLINED' else 'ACCEPTED' end as state
) s;

insert into sales_quote_line (tenant_id, id, quote_id, position, product_id, variant_id, name, unit,
                              quantity, list_price, price, price_numerator, price_denominator,
                              price_source, price_is_manual, discount_percent, discount_is_manual,
                              explanation, amount, vat_amount, is_optional)
select here(), made(75, n), made(74, n), 1, made(6, 1 + n % 30000),
       case when 1 + n % 30000 <= 2000 then made(31, 1 + n % 30000) end, 'Product', 'pcs', 2, 100,
       100, 1, 1, 'DEFAULT_LIST', false, 0, false, '{}', 200 + n % 5000, 0, false
from generate_series(1, 6000) n;

insert into access_link (tenant_id, id, hash, kind, subject_id, one_use, ends_at)
select here(), made(76, n), '\x00', 'QUOTE', made(74, n), false, now() + interval '1 year'
from generate_series(1, 6000) n;

insert into outgoing_mail (tenant_id, id, subject_kind, subject_id, recipient, title, state, due_at,
                           sent_at)
select here(), made(77, n), 'Quote', made(74, n), 'buyer@client.example', 'Quote', 'SENT', now(),
       now()
from generate_series(1, 6000) n;
-- Some of the orders needed somebody's word; a few wait for it.
insert into approval_rule (tenant_id, id, name, kind, steps, fallback_role, tolerance_percent,
                           valid_days)
select here(), made(60, 1), 'Tier', 'DISCOUNT_OVER_LIMIT', '[]', 'director', 10, 5;

insert into approval_request (tenant_id, id, state, subject_kind, subject_id, root_id, customer_id,
                              manager_id, author_id, asker_kind, asker_id, amount, currency, facts,
                              facts_hash, requested_at, closed_at, valid_until, tolerance_percent)
select o.tenant_id, made(61, o.n), case when o.n % 100 = 0 then 'PENDING' else 'APPROVED' end,
       'SalesOrder', o.id, o.id, o.customer_id, o.manager_id, made(1, 1 + o.n % 29), 'user',
       made(1, 1 + o.n % 29), 100, 'RUB', '{}', 'x', now() - o.n * interval '1 minute',
       case when o.n % 100 > 0 then now() end, case when o.n % 100 > 0 then now() end,
       case when o.n % 100 > 0 then 10 end
from (select row_number() over (order by s.id) as n, s.*
      from (select * from sales_order order by id limit 6000) s) o
order by o.n;

insert into approval_reason (tenant_id, request_id, place, kind, rule_id, rule_name, measure,
                             circumstances, details)
select d.tenant_id, d.id, 1, 'DISCOUNT_OVER_LIMIT', made(60, 1), 'Tier', 15, '[]', '{}'
from approval_request d
order by d.id;

insert into approval_step (tenant_id, request_id, rule_id, position, needed, state, opened_at)
select d.tenant_id, d.id, made(60, 1), 1, 1,
       case d.state when 'PENDING' then 'OPEN' else 'DONE' end, d.requested_at
from approval_request d
order by d.id;

insert into approval_seat (tenant_id, request_id, rule_id, position, place, role, is_fallback,
                           is_taken)
select p.tenant_id, p.request_id, p.rule_id, 1, 1, 'director', false, true
from approval_step p
order by p.request_id;

insert into approval_decision (tenant_id, id, request_id, verdict, user_id)
select d.tenant_id, d.id, d.id, 'APPROVE', made(1, 1)
from approval_request d
where d.state = 'APPROVED'
order by d.id;

insert into approval_signature
    (tenant_id, request_id, rule_id, position, user_id, place_id, decision_id)
select y.tenant_id, y.request_id, made(60, 1), 1, y.user_id, y.user_id, y.id
from approval_decision y
order by y.id;
