-- Which requests differ from their steps, signatures and decisions? Reads the tenant's requests
-- whole: a check that an operator runs, not a request.
with signed as (
    select g.request_id, g.rule_id, g.position,
           count(*) filter (where y.verdict = 'APPROVE') as agreed
    from approval_signature g
    join approval_decision y on y.tenant_id = g.tenant_id and y.id = g.decision_id
    where g.tenant_id = $1
    group by g.request_id, g.rule_id, g.position
),
step as (
    select p.request_id, p.request_id || ' step ' || p.position as record, p.state, p.needed,
           coalesce(s.agreed, 0) as agreed
    from approval_step p
    left join signed s
      on s.request_id = p.request_id and s.rule_id = p.rule_id and s.position = p.position
    where p.tenant_id = $1
),
request as (
    select d.id::text as record, d.state,
           (select count(*) from step s where s.request_id = d.id) as steps,
           (select count(*) from step s where s.request_id = d.id and s.state = 'DONE') as done,
           (select count(*)
            from approval_decision y
            where y.tenant_id = $1 and y.request_id = d.id and y.verdict = 'REJECT') as rejections,
           (select count(*)
            from approval_decision y
            where y.tenant_id = $1 and y.request_id = d.id
              and (d.author_id in (y.user_id, y.for_user_id)
                   or d.asker_kind = 'user' and d.asker_id in (y.user_id, y.for_user_id))) as own
    from approval_request d
    where d.tenant_id = $1
)
select 'approval_step.signatures' as figure, record, needed::numeric as expected,
       agreed::numeric as found
from step
where (state = 'DONE') <> (agreed >= needed)
union all
select 'approval_request.steps', record, steps::numeric, done::numeric
from request
where state = 'APPROVED' and done <> steps or state = 'PENDING' and done = steps
union all
select 'approval_request.rejections', record, 1, rejections::numeric
from request
where (state = 'REJECTED') <> (rejections > 0) and state <> 'OUTDATED'
union all
select 'approval_decision.own', record, 0, own::numeric
from request
where own > 0
union all
select 'approval_request.merged_customer', d.id::text, 0, 1
from approval_request d
join customer_heir_v h on h.tenant_id = d.tenant_id and h.id = d.customer_id
where d.tenant_id = $1
