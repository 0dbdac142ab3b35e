-- Drafts of agreements wait for whoever has to agree to their terms.
alter table agreement
    drop constraint agreement_state,
    add constraint agreement_state
        check (state in ('DRAFT', 'PENDING_APPROVAL', 'ACTIVE', 'CLOSED'));

-- What an agreement is called, for letters about it, and whether it waits.
create view agreement_name_v with (security_invoker = true) as
    select tenant_id, id, name, state
    from agreement;
grant select on agreement_name_v to oborot_app;
