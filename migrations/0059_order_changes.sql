-- Orders that were agreed to are changed.
--
-- Lines change places with each other in one statement.
alter table sales_order_line
    drop constraint sales_order_line_position,
    add constraint sales_order_line_position unique (tenant_id, order_id, position)
        deferrable initially deferred;
-- What is sold on a line stays: other goods are another line.
grant update (position, quantity, list_price, price, price_numerator, price_denominator,
              price_source, price_is_manual, discount_percent, discount_source,
              discount_is_manual, explanation, amount, vat_rate, vat_amount, entered_quantity,
              price_change_id, approval_reasons)
    on sales_order_line to oborot_app;

-- A change that somebody has to agree to first, worked out; the order goes on as it was agreed
-- meanwhile. At most one of an order.
create table sales_order_change (
    tenant_id  uuid not null references tenant,
    order_id   uuid not null,
    request_id uuid not null,
    -- As the program made it of what was asked, prices and all: that is what is decided about.
    planned    jsonb not null,
    -- What the order is to come to, with VAT.
    gross      numeric(18,2) not null,
    reason     text,
    created_by uuid,
    created_at timestamptz not null,
    primary key (tenant_id, order_id),
    foreign key (tenant_id, order_id) references sales_order,
    foreign key (tenant_id, request_id) references approval_request
);
select protect('sales_order_change');
grant select, insert, update, delete on sales_order_change to oborot_app;
