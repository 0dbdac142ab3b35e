-- Documents that wait for an approval, and what they keep for it.

-- As the gates of credit: an approval rule decides who.
alter table agreement
    drop constraint agreement_credit_policy,
    add constraint agreement_credit_policy
        check (credit_policy in ('IGNORE', 'WARN', 'BLOCK', 'APPROVE'));

-- An order is numbered when it leaves DRAFT; one that comes back to it keeps its number.
alter table sales_order
    drop constraint sales_order_state,
    drop constraint sales_order_numbered,
    add constraint sales_order_state
        check (state in ('DRAFT', 'PENDING_APPROVAL', 'CONFIRMED', 'IN_FULFILMENT', 'COMPLETED',
                         'CANCELLED')),
    add constraint sales_order_numbered
        check (state in ('DRAFT', 'CANCELLED') or number is not null);

-- Why a line needs somebody's leave, as of when it was written: null is that it needs none.
alter table sales_order_line add column approval_reasons jsonb;

alter table shipment
    drop constraint shipment_state,
    add constraint shipment_state
        check (state in ('DRAFT', 'PENDING_APPROVAL', 'POSTED', 'REVERSED', 'CANCELLED'));

-- For how long goods are held for an order that waits for an approval.
alter table reservation_settings
    add column approval_hours integer not null default 24,
    add constraint reservation_settings_approval_hours check (approval_hours between 0 and 8760);
