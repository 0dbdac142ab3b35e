-- Services are sold without stock.
--
-- A service act is a sale without goods and without a warehouse; it stands among shipments, because
-- whatever is booked of a sale (revenue, debts, credit notes, corrections) is booked of both alike.
-- What is read and written as a shipment has the kind GOODS, and nothing else has.
alter table shipment
    add column kind text not null default 'GOODS',
    alter column warehouse_id drop not null,
    add constraint shipment_kind
        check (kind in ('GOODS', 'SERVICES') and (kind = 'SERVICES') = (warehouse_id is null)),
    drop constraint shipment_external_reference_key,
    add constraint shipment_external_reference_key unique (tenant_id, kind, external_reference);
alter table sale_fact alter column warehouse_id drop not null;
drop index shipment_number;
create unique index shipment_number
    on shipment (tenant_id, organization_id, kind, (extract(year from date)), number);
-- Shipments and acts have lists of their own: neither goes through the rows of the other, however
-- many there are.
drop index shipment_by_date, shipment_by_number, shipment_by_total, shipment_in_state;
create index shipment_by_date on shipment (tenant_id, date, id) where kind = 'GOODS';
create index shipment_by_number on shipment (tenant_id, number_order, id) where kind = 'GOODS';
create index shipment_by_total on shipment (tenant_id, gross_hundredths, id) where kind = 'GOODS';
create index shipment_in_state on shipment (tenant_id, state, date, id) where kind = 'GOODS';
create index act_by_date on shipment (tenant_id, date, id) where kind = 'SERVICES';
create index act_by_number on shipment (tenant_id, number_order, id) where kind = 'SERVICES';
create index act_by_total on shipment (tenant_id, gross_hundredths, id) where kind = 'SERVICES';
create index act_of_customer on shipment (tenant_id, customer_id, date, id)
    where kind = 'SERVICES';
create index act_of_manager on shipment (tenant_id, manager_id, date, id) where kind = 'SERVICES';
create index act_in_state on shipment (tenant_id, state, date, id) where kind = 'SERVICES';
