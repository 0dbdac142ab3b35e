-- Papers of the sales in rows.sql, put in after them.

-- Each shipment has its tax invoice, one in ten a corrective beside it, one in fifty is cancelled.
insert into tax_invoice (tenant_id, id, number, number_sequence, date, kind, order_id, shipment_id,
                         credit_note_id, corrects_id, organization_id, customer_id, manager_id,
                         currency, basis_number, basis_date, seller_name, buyer_name, net, vat,
                         gross, state, cancelled_on, cancel_reason)
select h.tenant_id, made(78, h.number_sequence), 'V-' || lpad(h.number_sequence::text, 6, '0'),
       h.number_sequence, h.date, 'SALE', h.order_id, h.id, null, null, h.organization_id,
       h.customer_id, h.manager_id, h.currency, h.number, h.date, 'Seller', 'Buyer', h.net, h.vat,
       h.gross, c.state, case c.state when 'CANCELLED' then h.date end,
       case c.state when 'CANCELLED' then 'Mistaken' end
from shipment h
cross join lateral (
    select case when h.number_sequence % 50 = 0 then 'CANCELLED' else 'ISSUED' end as state
) c
where h.kind = 'GOODS'
order by h.id;

insert into tax_invoice (tenant_id, id, number, number_sequence, date, kind, order_id, shipment_id,
                         credit_note_id, corrects_id, organization_id, customer_id, manager_id,
                         currency, basis_number, basis_date, seller_name, buyer_name, net, vat,
                         gross, state)
select d.tenant_id, made(79, d.number_sequence),
       'V-' || lpad((500000 + d.number_sequence)::text, 6, '0'), 500000 + d.number_sequence, n.date,
       'CORRECTIVE', d.order_id, d.shipment_id, n.id, d.id, d.organization_id, d.customer_id,
       d.manager_id, d.currency, n.number, n.date, 'Seller', 'Buyer', 0, 0, 0, 'ISSUED'
from credit_note n
join tax_invoice d on d.tenant_id = n.tenant_id and d.shipment_id = n.shipment_id
order by d.id;

insert into tax_invoice_line (tenant_id, tax_invoice_id, position, shipment_line_id, product_id,
                              name, unit, quantity, price, net, vat, gross)
select l.tenant_id, d.id, l.position, l.id, l.product_id, 'Product', l.unit, l.quantity, 1,
       l.amount, 0, l.amount
from tax_invoice d
join shipment_line l on l.tenant_id = d.tenant_id and l.shipment_id = d.shipment_id
order by d.id;

insert into tax_invoice_payment (tenant_id, tax_invoice_id, position, payment_id, number, date,
                                 amount)
select d.tenant_id, d.id, 1, made(19, d.number_sequence), 'P', d.date, 1
from tax_invoice d
where d.kind = 'SALE'
  and d.number_sequence % 10 <> 9
order by d.id;
