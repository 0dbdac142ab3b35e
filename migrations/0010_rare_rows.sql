-- Indexes that a test of plans found missing: each of these filters read the tenant's whole table
-- to find a page of rare rows.

-- What is archived stands apart from what is in use, and is little. The words of the condition
-- stand in the query's own text, so that a plan made without the values may use the index too.
create index customer_archived on customer (tenant_id, name_key, id)
    where archived_at is not null;
create index product_archived on product (tenant_id, name_key, id)
    where archived_at is not null;
create index product_services on product (tenant_id, name_key, id)
    where is_service;

-- Nearly all payments stand; those that do not are looked for.
create index payment_reversed on payment (tenant_id, date, id)
    where state = 'REVERSED';
create index payment_by_method on payment (tenant_id, method, date, id);

-- An audit asks what happened within a time, and who did a rare thing.
create index audit_trail_recorded on audit_trail (tenant_id, recorded_at);
create index audit_trail_action on audit_trail (tenant_id, action, id);
