-- The audit trail is also searched by who did it.
create index audit_trail_actor on audit_trail (tenant_id, actor_id, id);
