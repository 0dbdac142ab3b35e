-- In whose place each step was signed: a place speaks once, whoever sits in it.
alter table approval_signature add column place_id uuid;
-- The owner is bound by row-level security too: let in for as long as this takes.
create policy once on approval_signature to current_user using (true);
create policy once on approval_decision for select to current_user using (true);
update approval_signature s
set place_id = coalesce(d.for_user_id, d.user_id)
from approval_decision d
where d.tenant_id = s.tenant_id and d.id = s.decision_id;
drop policy once on approval_signature;
drop policy once on approval_decision;
alter table approval_signature
    alter column place_id set not null,
    add foreign key (tenant_id, place_id) references app_user;
