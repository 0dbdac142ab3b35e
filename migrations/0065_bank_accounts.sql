-- An account of a bank's statement has one spelling: letters and digits, in capitals. A line that
-- was brought in under another one is known under this one from now on. Where lines of several
-- spellings are the same, the first stands for them and the others stay as they are; so do accounts
-- with other letters than Latin ones.

-- The owner is bound by row-level security too: let in for as long as this takes.
create policy once on bank_line to current_user using (true);
update bank_line l
set account = s.number
from (
    select a.tenant_id, a.id, a.account, a.number,
           row_number() over (
               partition by a.tenant_id, a.organization_id, a.number, a.reference
               order by a.account <> a.number, a.created_at, a.id) as place
    from (
        select b.tenant_id, b.id, b.organization_id, b.account, b.reference, b.created_at,
               upper(regexp_replace(b.account, '[^A-Za-z0-9]', '', 'g')) as number
        from bank_line b
        where octet_length(b.account) = char_length(b.account)
    ) a
    where a.number <> ''
) s
where s.place = 1
  and s.account <> s.number
  and l.tenant_id = s.tenant_id
  and l.id = s.id;
drop policy once on bank_line;
